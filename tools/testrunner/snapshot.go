package testrunner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// snapshot returns the snapshot of a name, which is a file in the folder 'snapshots' beside the test file, below its name; with Update it
// becomes the text first.
func (o *Options) snapshot(f *File, name, text string) (kept, problem string) {
	dir := filepath.Join(filepath.Dir(f.Path), "snapshots", strings.TrimSuffix(filepath.Base(f.Path), ".seq"))
	path := filepath.Join(dir, name+".txt")
	old, err := os.ReadFile(path)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return "", fmt.Sprintf("cannot read the snapshot: %v", err)
	case !o.Update && missing:
		return "", fmt.Sprintf("there is no snapshot %s; --update writes it", path)
	case !o.Update, err == nil && string(old) == text:
		return string(old), ""
	}
	if err = os.MkdirAll(dir, 0o777); err == nil {
		err = os.WriteFile(path, []byte(text), 0o666)
	}
	if err != nil {
		return "", fmt.Sprintf("cannot write the snapshot: %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Written = append(f.Written, path)
	return text, ""
}
