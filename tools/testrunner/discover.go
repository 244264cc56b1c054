package testrunner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/types"
)

// IsTestFile tells whether a name is that of a test file: test-*.seq.
func IsTestFile(name string) bool {
	return strings.HasPrefix(name, "test-") && strings.HasSuffix(name, ".seq")
}

// testPrefix begins the names of tests.
const testPrefix = "test-"

// IsTest tells whether a word of a test file is a test and no helper, by its name and its effect (nil: it is not known).
func IsTest(name string, e *types.Effect) bool {
	return strings.HasPrefix(name, testPrefix) && e != nil && len(e.In) == 0 && len(e.Out) == 0 && !e.Yields
}

// Discover returns the test files among some paths and below those that are
// folders, in byte order. A path that does not exist, or that names a program
// which is no test file, is an error.
func Discover(paths []string) ([]string, error) { return files("test", paths) }

// Benchmarks returns the files with benchmarks likewise: bench-*.seq.
func Benchmarks(paths []string) ([]string, error) { return files("bench", paths) }

// files returns the files of a kind, which their names begin with.
func files(kind string, paths []string) ([]string, error) {
	is := func(name string) bool { return strings.HasPrefix(name, kind+"-") && strings.HasSuffix(name, ".seq") }
	for _, p := range paths {
		if name := path.Base(p); strings.HasSuffix(name, ".seq") && !is(name) {
			return nil, fmt.Errorf("'%s' is no %[2]s file: the name of one is of the form %[2]s-*.seq", p, kind)
		}
	}
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no '%s'", p)
		case err != nil:
			return nil, err
		case info.IsDir():
			found, err := below(p, is)
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		case is(path.Base(p)):
			files = append(files, p)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// below searches a folder, hidden folders too, but follows no links to folders:
// they may lead in a circle.
func below(dir string, is func(name string) bool) ([]string, error) {
	var files []string
	prefix := strings.TrimSuffix(dir, "/") + "/"
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("cannot search '%s': %w", prefix+name, err)
		}
		if !entry.IsDir() && is(entry.Name()) {
			if info, err := os.Stat(prefix + name); err == nil && !info.IsDir() {
				files = append(files, prefix+name)
			}
		}
		return nil
	})
	return files, err
}

// Folders returns a folder and all below it that are not hidden; of a file, the folder that it is in.
func Folders(path string) []string {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{filepath.Dir(path)}
	}
	var list []string
	_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil // what cannot be read is left out
		case name != path && entry.Name()[0] == '.':
			return fs.SkipDir
		}
		list = append(list, name)
		return nil
	})
	return list
}
