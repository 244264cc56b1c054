package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// place is a file or folder that is given, with all that is in it. It need not be there yet.
type place struct {
	path string // absolute and clean

	mu   sync.Mutex
	root *os.Root // of the folder; of the one that it is in, as long as it is none. nil: that is not there either
	real string   // the path of what is given, without links
	file string   // the name in root; "": root is the folder
}

type places []*place

// places makes those of a list.
func (p *Policy) places(list []string) (places, error) {
	var all places
	for _, entry := range list {
		if strings.ContainsRune(entry, 0) {
			return nil, fmt.Errorf("%q is no path", entry)
		}
		path := entry
		if !filepath.IsAbs(path) {
			if p.here == "" {
				return nil, fmt.Errorf("%q: there is no current folder", entry)
			}
			path = filepath.Join(p.here, path)
		}
		l := &place{path: filepath.Clean(path)}
		l.begin()
		all = append(all, l)
	}
	return all, nil
}

// begin opens what is there when the policy is made; links lead where they lead now.
func (l *place) begin() {
	real, err := filepath.EvalSymlinks(l.path)
	if err != nil {
		var folder string
		if folder, err = filepath.EvalSymlinks(filepath.Dir(l.path)); err != nil {
			return
		}
		real = filepath.Join(folder, filepath.Base(l.path))
	}
	l.open(real)
}

func (l *place) open(real string) {
	folder, file := real, ""
	if info, err := os.Lstat(real); err != nil || !info.IsDir() {
		folder, file = filepath.Split(real)
	}
	if root, err := os.OpenRoot(folder); err == nil {
		l.root, l.real, l.file = root, real, file
	}
}

// again looks whether what was missing is there now: the program may have made it. What is a link now, is none
// that who has given the place has seen, and is not followed.
func (l *place) again() {
	switch {
	case l.root == nil:
		folder := filepath.Dir(l.path)
		if real, err := filepath.EvalSymlinks(folder); err == nil && real == folder {
			l.open(l.path)
		}
	case l.file != "":
		named, err := l.root.Lstat(l.file)
		if err != nil || !named.IsDir() {
			return
		}
		folder, err := l.root.OpenRoot(l.file)
		if err != nil {
			return
		}
		if opened, err := folder.Stat("."); err != nil || !os.SameFile(opened, named) {
			_ = folder.Close()
			return
		}
		l.root, l.file = folder, "" // the old one is closed when nobody has it any more
	}
}

// in returns where a path without links is in the place; ok is false if it is outside.
func (l *place) in(path string) (root *os.Root, name string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again()
	switch {
	case l.root == nil:
		return nil, "", within(path, l.path)
	case path == l.real && l.file == "":
		return l.root, ".", true
	case path == l.real:
		return l.root, l.file, true
	case l.file == "" && within(path, l.real):
		return l.root, strings.TrimPrefix(path[len(l.real):], string(filepath.Separator)), true
	}
	return nil, "", false
}

// given returns the path without links of a place that was given by this one.
func (list places) given(path string) (real string, ok bool) {
	for _, l := range list {
		if real, ok := l.given(path); ok {
			return real, true
		}
	}
	return "", false
}

func (l *place) given(path string) (real string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.real, l.path == path && l.real != "" && l.real != path
}

// within tells whether a clean path is a folder or in it.
func within(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == filepath.Separator || folder[len(folder)-1] == filepath.Separator)
}

// in returns where a path without links is in one of the places.
func (list places) in(path string) (root *os.Root, name string, ok bool) {
	if ofProcess(path) {
		return nil, "", false
	}
	for _, l := range list {
		if root, name, ok = l.in(path); ok {
			return root, name, true
		}
	}
	return nil, "", false
}

// ofProcess tells whether a path without links lies in the folder of a process in /proc. That has the process's memory, environment and
// open files, so a list of paths never gives it.
func ofProcess(path string) bool {
	rest, ok := strings.CutPrefix(path, "/proc/")
	first, _, _ := strings.Cut(rest, "/")
	return ok && runtime.GOOS == "linux" && first != "" && strings.Trim(first, "0123456789") == ""
}

// found is where a path leads.
type found struct {
	root    *os.Root // that may be used; nil: everything may
	name    string   // in root, without links on the way; as it was given if everything may be used
	info    fs.FileInfo
	slash   bool // the path ends in one, so it means a folder
	exactly bool // of the root's files only this one may be used
}

// maxLinks is how many links one path may go through, as on Linux.
const maxLinks = 40

// Given returns the files and folders that are given for reading or writing, without links as far as they are there; the root of the file system for all.
func (p *Policy) Given(c Capability) []string {
	if p.everything(c) {
		return []string{string(filepath.Separator)}
	}
	list := p.read
	if c == Write {
		list = p.write
	}
	paths := make([]string, len(list))
	for i, l := range list {
		l.mu.Lock()
		if paths[i] = l.real; l.root == nil {
			paths[i] = l.path
		}
		l.mu.Unlock()
	}
	return paths
}

// find finds out where a path leads, link by link. What it returns holds what the policy gives, whatever becomes of the path meanwhile: the root
// of what is opened then is one of the policy's, and leads nowhere outside.
//
// follow: a link at the end is followed. The error is that of the system if the path leads nowhere inside of what is given. Of what lies outside it
// shows nothing: there the way goes by the names alone, and the error is always a *DeniedError.
func (p *Policy) find(c Capability, path string, follow bool) (found, error) {
	if p.everything(c) {
		return found{name: path}, nil
	}
	if path == "" {
		return found{}, syscall.ENOENT
	}
	if strings.ContainsRune(path, 0) {
		return found{}, syscall.EINVAL
	}
	w := walk{list: p.read, c: c, path: path, ahead: components(path), slash: os.IsPathSeparator(path[len(path)-1])}
	if c == Write {
		w.list = p.write
	}
	switch absolute := filepath.IsAbs(path); {
	case absolute:
		w.at = rootOf(path)
	case p.here == "" || os.IsPathSeparator(path[0]) || filepath.VolumeName(path) != "": // half absolute: Windows only
		return found{}, w.denied()
	default:
		w.at = p.here
	}
	return w.end(w.steps(follow || w.slash))
}

// rootOf returns the root of the tree that an absolute path is in.
func rootOf(path string) string { return filepath.VolumeName(path) + string(filepath.Separator) }

// components returns the names on the way that a path describes.
func components(path string) []string {
	return strings.FieldsFunc(path[len(filepath.VolumeName(path)):], func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) })
}

// walk is a way through the file system.
type walk struct {
	list  places
	c     Capability
	path  string   // as the program gave it
	at    string   // where it is: without links
	ahead []string // names on the way that is left
	slash bool
	links int
	info  fs.FileInfo
}

// steps goes the whole way. An error is that of the system.
func (w *walk) steps(follow bool) error {
	for len(w.ahead) > 0 {
		name := w.ahead[0]
		w.ahead = w.ahead[1:]
		switch name {
		case ".":
			continue
		case "..":
			w.at = filepath.Dir(w.at)
			continue
		}
		next := filepath.Join(w.at, name)
		if real, ok := w.list.given(next); ok {
			w.at, w.info = real, nil
			continue
		}
		root, inside, ok := w.list.in(next)
		if !ok { // nobody looks outside: what is there would show in what comes of the path
			w.at, w.info = next, nil
			continue
		}
		info, target, err := look(root, inside)
		switch last := len(w.ahead) == 0; {
		case errors.Is(err, fs.ErrNotExist) && last:
			w.at, w.info = next, nil
			return nil
		case err != nil:
			w.at = next
			return err
		case target != "" && (follow || !last):
			if w.links++; w.links > maxLinks {
				return syscall.ELOOP
			}
			w.follow(target)
		case !info.IsDir() && (!last || w.slash):
			w.at = next
			return syscall.ENOTDIR
		default:
			w.at, w.info = next, info
		}
	}
	return nil
}

// look looks at what there is in a root; target is what a link says.
func look(root *os.Root, name string) (info fs.FileInfo, target string, err error) {
	if root == nil {
		return nil, "", fs.ErrNotExist
	}
	if info, err = root.Lstat(name); err == nil && info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
		target, err = root.Readlink(name)
	}
	return info, target, err
}

// follow goes where a link says.
func (w *walk) follow(target string) {
	w.ahead = slices.Concat(components(target), w.ahead)
	if filepath.IsAbs(target) {
		w.at = rootOf(target)
	}
}

// end returns what the way has found.
func (w *walk) end(err error) (found, error) {
	root, name, ok := w.list.in(w.at)
	switch {
	case !ok:
		return found{}, w.denied()
	case err != nil:
		return found{}, err
	case root == nil:
		return found{}, syscall.ENOENT
	}
	if w.info == nil {
		w.info, _ = root.Lstat(name) // the way ended in ".."
	}
	return found{root: root, name: name, info: w.info, slash: w.slash, exactly: !strings.ContainsRune(name, filepath.Separator) && w.list.only(root)}, nil
}

// only tells whether a root is there for one file of its folder.
func (list places) only(root *os.Root) bool {
	return slices.ContainsFunc(list, func(l *place) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.root == root && l.file != ""
	})
}

func (w *walk) denied() error {
	e := &DeniedError{Doing: fmt.Sprintf("reading %q", w.path), Capability: w.c, Value: w.path}
	if w.c == Write {
		e.Doing = fmt.Sprintf("writing %q", w.path)
	}
	switch {
	case ofProcess(w.at):
		e.Why, e.Value = "no list of paths gives what /proc has of a process", ""
	case w.links > 0:
		e.Why, e.Value = fmt.Sprintf("it leads to %q", w.at), w.at
	}
	return e
}
