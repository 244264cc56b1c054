package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"

	"github.com/seqvm/seqvm/seq/diag"
)

// output is the stdout of the commands. It keeps the first error, so that none of
// them has to look: what a command has promised to have written is not lost in
// silence. A program that is run writes to the file itself and has its own rules
// (chapter 6, section 2).
type output struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.to.Write(b)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// failed reports what went wrong with stdout and returns the exit status that is
// then due. A closed pipe is silent (chapter 8, section 12): mostly the signal has
// ended the process before.
func (o *output) failed(stderr io.Writer, status int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err == nil:
		return status
	case errors.Is(o.err, syscall.EPIPE):
		return statusClosedPipe
	}
	reason := o.err
	var named *os.PathError
	if errors.As(o.err, &named) {
		reason = named.Err
	}
	fmt.Fprintf(stderr, "seqvm: cannot write to stdout: %v\n", reason)
	return max(status, statusUsage)
}

// behind returns what the stdout of the commands writes to; other writers as they are.
func behind(w io.Writer) io.Writer {
	if o, ok := w.(*output); ok {
		return o.to
	}
	return w
}

// spare refuses a file to be written that is one of the sources that are read.
func spare(out string, sources []string) error {
	written, err := os.Stat(out)
	if err != nil {
		return nil // nothing is there
	}
	same := func(source string) bool {
		read, err := os.Stat(source)
		return err == nil && os.SameFile(read, written)
	}
	if i := slices.IndexFunc(sources, same); i >= 0 {
		return fmt.Errorf("'%s' is not overwritten: it is the source '%s'", out, sources[i])
	}
	return nil
}

// names are the files that a program was read from: what it was started with,
// and what that includes.
func names(path string, sources []*diag.Source) []string {
	list := []string{path}
	for _, s := range sources {
		list = append(list, s.Name)
	}
	return list
}
