package dynamic

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// parts are libraries that today's C library has in itself, with what it calls itself and them.
var parts = map[string]string{"c": "libc.so.6", "m": "libm.so.6", "dl": "libc.so.6", "pthread": "libc.so.6"}

// candidates are the files to try for what the linker calls link, the best first. libx.so is often only there
// for developers, and may be a text for the linker; what programs load is libx.so.N.
func candidates(link string) []string {
	if strings.Contains(link, ".so") || strings.Contains(link, ".dylib") {
		return []string{link}
	}
	if file := parts[link]; file != "" {
		return []string{file}
	}
	name := "lib" + link + ".so"
	files := []string{name}
	for _, dir := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		files = append(files, versions(dir, name)...)
	}
	files = append(files, newest(cached("/etc/ld.so.cache", name))...)
	for _, dir := range libraryFolders() {
		files = append(files, versions(dir, name)...)
	}
	return files
}

// libraryFolders are the usual folders of libraries.
func libraryFolders() []string {
	multiarch, _ := filepath.Glob("/usr/lib/*-linux-gnu*")
	return append(multiarch, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")
}

// versions are the files NAME.N of a folder, the highest N first.
func versions(dir, name string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, name) + ".*")
	return newest(files)
}

// newest sorts files by their version, the highest first.
func newest(files []string) []string {
	slices.SortStableFunc(files, func(a, b string) int { return slices.Compare(version(b), version(a)) })
	return files
}

// version reads the numbers behind ".so.".
func version(file string) (numbers []int) {
	_, text, _ := strings.Cut(filepath.Base(file), ".so.")
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// cacheMagic begins the part of /etc/ld.so.cache that today's loaders read (glibc, sysdeps/generic/dl-cache.h).
const cacheMagic = "glibc-ld.so.cache1.1"

// cached reads which files the loader's cache has for NAME.N.
func cached(cache, name string) []string {
	data, err := os.ReadFile(cache)
	if err != nil {
		return nil
	}
	start := bytes.Index(data, []byte(cacheMagic))
	if start < 0 {
		return nil
	}
	data = data[start:]
	const header, entry = 48, 24 // entry: flags, key, value (each 32 bits), the version of the system, capabilities
	if len(data) < header {
		return nil
	}
	text := func(at uint32) string {
		if int64(at) >= int64(len(data)) {
			return ""
		}
		end := bytes.IndexByte(data[at:], 0)
		return string(data[at:][:max(end, 0)])
	}
	var files []string
	count := binary.NativeEndian.Uint32(data[len(cacheMagic):])
	for i := range min(int64(count), int64(len(data)-header)/entry) {
		e := data[header+i*entry:]
		if strings.HasPrefix(text(binary.NativeEndian.Uint32(e[4:])), name+".") {
			files = append(files, text(binary.NativeEndian.Uint32(e[8:])))
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}
