package analysis

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/tools/lsp/document"
)

// reading is the files that a program is read from: open documents, and else those on disk. It notes which ones were asked for.
type reading struct {
	main  *document.Document
	files map[string]*document.Document // by canonical path
	asked []string
}

// errNoFolder is why a document without a file cannot include one.
var errNoFolder = errors.New("the document has no file, so paths have nothing to be relative to")

// Open is not used: whoever reads a program reads files as a whole.
func (r *reading) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

// ReadFile returns the text of a file.
func (r *reading) ReadFile(name string) ([]byte, error) {
	path := filepath.FromSlash(name)
	if path == r.main.Path {
		return []byte(r.main.Text()), nil
	}
	if r.main.Path == "" && !filepath.IsAbs(path) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNoFolder}
	}
	key := canonical(path)
	r.asked = append(r.asked, key)
	if doc := r.files[key]; doc != nil {
		return []byte(doc.Text()), nil
	}
	return load.ReadInclude(path)
}
