package repl

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/seqvm/seqvm/internal/outfile"
)

// writeWhole writes a file so that at any time the old or the new one is there. The
// error names it and says why.
func writeWhole(path, text string, mode fs.FileMode) error {
	if err := outfile.Write(path, []byte(text), mode); err != nil {
		return fmt.Errorf("cannot write '%s': %s", path, whyNoFile(err))
	}
	return nil
}

// whyNoFile is what an error of the file system says without the name of a file.
// What is missing can only be the folder: the file itself would be made.
func whyNoFile(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "no such folder"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
