package httpserver

import (
	"io/fs"
	"strings"
)

// visible is a folder as clients may see it: files, and folders that have a page of their own (index.html), which are never listed. What begins with a
// dot is not there, nor what is no regular file. That nothing leads out of the folder is os.Root's care.
type visible struct{ files fs.FS }

func (v visible) Open(name string) (fs.File, error) {
	missing := &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." {
			return nil, missing
		}
	}
	info, err := fs.Stat(v.files, name)
	switch {
	case err != nil:
		return nil, missing
	case info.IsDir():
		if page, err := fs.Stat(v.files, strings.TrimPrefix(name+"/index.html", "./")); err != nil || !page.Mode().IsRegular() {
			return nil, missing
		}
	case !info.Mode().IsRegular():
		return nil, missing
	}
	return v.files.Open(name)
}
