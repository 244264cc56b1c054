package repl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole writes a file so that at any time the old or the new one is there.
// The error names the file, not the one beside it that becomes it.
func writeWhole(path, text string, mode fs.FileMode) error {
	if err := replaceFile(path, text, mode); err != nil {
		return fmt.Errorf("cannot write '%s': %s", path, whyNoFile(err))
	}
	return nil
}

func replaceFile(path, text string, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New("it is a folder")
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".seqvm-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // does nothing once it has been renamed
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// whyNoFile is what an error of the file system says without the name of a file.
// What is missing can only be the folder: the file itself would be made.
func whyNoFile(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "no such folder"
	}
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		return pe.Err.Error()
	case errors.As(err, &le):
		return le.Err.Error()
	}
	return err.Error()
}
