// Package outfile writes the files that commands make, and is the only way to do
// so: a reader sees the old content or the new one, never a part, and a failure
// leaves the old one.
//
// The new content goes to a file with a random name in the same folder, which
// takes the old one's place when it is complete. A symbolic link stays one: the
// file that it leads to is replaced. Permissions and owner stay. Where a file
// cannot be replaced without the loss of something it is written in place: a file
// with several hard links, one whose owner or folder does not let us, and
// whatever is no regular file (a terminal, a pipe, /dev/null).
//
// Errors name the path as the caller gave it.
package outfile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write replaces the content of the file at path, or makes one with the given
// permissions, of which the process's umask takes its part.
func Write(path string, data []byte, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}

// File is a file that is being written. Either Commit or Discard ends it.
type File struct {
	path   string   // as the caller named it
	target string   // behind all links; "" where it is written in place
	file   *os.File // what is written to
	atomic bool     // file is to take the place of target
}

// Create opens a file that is to take the place of the one at path, or to be made
// there with the given permissions. An error tells beforehand that it could not be
// written.
func Create(path string, mode fs.FileMode) (*File, error) {
	f := &File{path: path}
	if err := f.open(mode); err != nil {
		return nil, f.named(err)
	}
	return f, nil
}

func (f *File) open(mode fs.FileMode) error {
	old, err := os.Stat(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	target, chain := follow(f.path)
	if err != nil { // nothing is there, or at the end of the links
		if chain != nil {
			return chain
		}
		f.target, f.atomic = target, true
		f.file, err = beside(target, mode)
		return err
	}
	// A file that we may not write is not replaced either, although its folder would let us.
	existing, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if chain == nil && replaceable(target, old) {
		if f.file, err = replacement(target, old); err == nil {
			f.target, f.atomic = target, true
			return existing.Close()
		}
	}
	f.file = existing
	if old.Mode().IsRegular() {
		return existing.Truncate(0)
	}
	return nil
}

// replaceable tells whether another file can take the place of the one at path.
// Not everything that looks like a symbolic link is one: /dev/stdout leads to an
// open file, whatever its name was.
func replaceable(path string, old fs.FileInfo) bool {
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(there, old) && old.Mode().IsRegular() && links(old) == 1
}

// follow returns the path at the end of a chain of symbolic links; nothing needs
// to be there. It does not clean paths: "link/.." is where the link leads.
func follow(path string) (string, error) {
	const most = 40 // as in Linux
	for range most {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return path, err
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			dir, _ := filepath.Split(path)
			to = dir + to
		}
		path = to
	}
	return "", errors.New("too many levels of symbolic links")
}

// beside makes a file with a random name in the folder of path.
func beside(path string, mode fs.FileMode) (*os.File, error) {
	dir, name := filepath.Split(path)
	if name == "" || strings.HasSuffix(path, "/.") {
		return nil, errors.New("is a directory")
	}
	return os.OpenFile(dir+".seqvm-"+rand.Text(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// replacement makes a file with the owner and the permissions of an old one.
func replacement(path string, old fs.FileInfo) (*os.File, error) {
	file, err := beside(path, 0o600)
	if err != nil {
		return nil, err
	}
	// The owner first: a change of it takes the set-user-id bits away.
	if err = errors.Join(own(file, old), file.Chmod(old.Mode())); err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, err
	}
	return file, nil
}

// Write implements io.Writer.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	return n, f.named(err)
}

// WriteString implements io.StringWriter.
func (f *File) WriteString(s string) (int, error) {
	n, err := io.WriteString(f.file, s)
	return n, f.named(err)
}

// Commit ends the writing: from now on the new content is at the path, also after
// a loss of power.
func (f *File) Commit() error {
	if !f.atomic {
		return f.named(f.file.Close())
	}
	if err := errors.Join(f.file.Sync(), f.file.Close()); err != nil {
		_ = os.Remove(f.file.Name())
		return f.named(err)
	}
	if err := os.Rename(f.file.Name(), f.target); err != nil {
		_ = os.Remove(f.file.Name())
		return f.named(err)
	}
	return nil
}

// Discard ends the writing: what was at the path stays, unless it is written in
// place.
func (f *File) Discard() {
	_ = f.file.Close()
	if f.atomic {
		_ = os.Remove(f.file.Name())
	}
}

// named makes an error speak of the path that the caller knows.
func (f *File) named(err error) error {
	if err == nil {
		return nil
	}
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &fs.PathError{Op: "write", Path: f.path, Err: err}
}
