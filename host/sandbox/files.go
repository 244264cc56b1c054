package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// The methods here do what those of package os do that they are named after, where the policy allows it; else the
// error is a *DeniedError.

// Open opens a file for reading.
func (p *Policy) Open(path string) (*os.File, error) {
	f, err := p.find(Read, path, true)
	switch {
	case err != nil:
		return nil, err
	case f.root == nil:
		return os.Open(path)
	}
	return f.open(os.O_RDONLY)
}

// ReadFile reads a file of at most so many bytes. It must be a regular one: to open another one may take for ever.
func (p *Policy) ReadFile(path string, most int64) ([]byte, error) {
	info, err := p.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, errors.New("it is no regular file")
	}
	f, err := p.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("it is larger than %d MB", most>>20)
	}
	return text, err
}

// Stat describes what is at a path, links followed.
func (p *Policy) Stat(path string) (fs.FileInfo, error) {
	f, err := p.find(Read, path, true)
	switch {
	case err != nil:
		return nil, err
	case f.root == nil:
		return os.Stat(path)
	case f.info == nil:
		return nil, syscall.ENOENT
	}
	return f.info, nil
}

// ReadDir lists a folder, sorted by name. What is none, is not opened: that might wait.
func (p *Policy) ReadDir(path string) ([]fs.DirEntry, error) {
	f, err := p.find(Read, path, true)
	if err != nil {
		return nil, err
	}
	if f.root == nil {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			return nil, syscall.ENOTDIR
		}
		return os.ReadDir(path)
	}
	if f.info == nil || !f.info.IsDir() {
		return nil, syscall.ENOTDIR
	}
	folder, err := f.open(os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// OpenRoot opens a folder with all that is in it: nothing leads out of it.
func (p *Policy) OpenRoot(path string) (*os.Root, error) {
	f, err := p.find(Read, path, true)
	switch {
	case err != nil:
		return nil, err
	case f.root == nil:
		return os.OpenRoot(path)
	case f.exactly:
		return nil, syscall.ENOTDIR
	}
	return f.root.OpenRoot(f.name)
}

// Here tells whether the program may know which folder is the current one.
func (p *Policy) Here() error {
	_, err := p.find(Read, ".", true)
	return err
}

// OpenWriting opens a file for writing, and makes it if it is not there. how is os.O_TRUNC or os.O_APPEND.
func (p *Policy) OpenWriting(path string, how int) (*os.File, error) {
	f, err := p.find(Write, path, true)
	switch {
	case err != nil:
		return nil, err
	case f.root == nil:
		return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, fileMode)
	case f.slash:
		return nil, syscall.EISDIR
	}
	return f.open(os.O_WRONLY | os.O_CREATE | how)
}

// MakeDir makes a folder and those above it that are missing.
func (p *Policy) MakeDir(path string) error {
	f, err := p.find(Write, path, true)
	if err == nil && f.root == nil {
		return os.MkdirAll(path, folderMode)
	}
	if err != nil {
		return p.makeDirs(path, err)
	}
	return f.makeDir()
}

// makeDirs makes a folder below one that is missing: err is what the way to it met.
func (p *Policy) makeDirs(path string, err error) error {
	isSeparator := func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }
	above := strings.TrimRightFunc(path, isSeparator)
	if above = above[:strings.LastIndexFunc(above, isSeparator)+1]; above == "" || !os.IsNotExist(err) {
		return err
	}
	if err := p.MakeDir(above); err != nil {
		return err
	}
	f, err := p.find(Write, path, true)
	if err != nil {
		return err
	}
	return f.makeDir()
}

func (f *found) makeDir() error {
	switch {
	case f.info == nil:
		return f.root.MkdirAll(f.name, folderMode) // which takes it well if another strand was faster
	case f.info.IsDir():
		return nil
	}
	return syscall.ENOTDIR
}

// RemoveFile removes a file or a link, never a folder.
func (p *Policy) RemoveFile(path string) error {
	f, err := p.find(Write, path, false)
	switch {
	case err != nil:
		return err
	case f.root == nil:
		info, err := os.Lstat(path)
		if err == nil && info.IsDir() {
			err = syscall.EISDIR
		}
		if err != nil {
			return err
		}
		return syscall.Unlink(path)
	case f.info == nil:
		return syscall.ENOENT
	case f.info.IsDir():
		return syscall.EISDIR
	}
	return f.root.Remove(f.name)
}

// RemoveDir removes an empty folder, but not one that the policy gives itself: that would take the entry of the
// folder above it.
func (p *Policy) RemoveDir(path string) error {
	f, err := p.find(Write, path, false)
	switch {
	case err != nil:
		return err
	case f.root == nil:
		return syscall.Rmdir(path)
	case f.info == nil || !f.info.IsDir():
		return syscall.ENOTDIR
	}
	return f.root.Remove(f.name)
}

// The modes of what is made, before the process's mask.
const (
	fileMode   = 0o666
	folderMode = 0o777
)

// open opens what was found. Where one file of a folder is given, what another one has put in its place meanwhile may be a
// link to a second one: the file must be what its name names, before anything is done to it.
func (f *found) open(how int) (*os.File, error) {
	if !f.exactly {
		return f.root.OpenFile(f.name, how, fileMode)
	}
	if how&os.O_CREATE != 0 {
		file, err := f.root.OpenFile(f.name, how|os.O_EXCL, fileMode)
		if err == nil || !os.IsExist(err) {
			return file, err
		}
	}
	file, err := f.root.OpenFile(f.name, how&^(os.O_CREATE|os.O_TRUNC), fileMode)
	if err != nil {
		return nil, err
	}
	opened, err := file.Stat()
	named, err2 := f.root.Lstat(f.name)
	if err == nil && err2 == nil && os.SameFile(opened, named) {
		if how&os.O_TRUNC == 0 || !opened.Mode().IsRegular() || file.Truncate(0) == nil {
			return file, nil
		}
	}
	_ = file.Close()
	return nil, syscall.EACCES
}
