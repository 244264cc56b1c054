package console

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Output is the buffered standard output of a program, or its standard error. Each Write is atomic among
// strands. What is written becomes visible at a flush, at the latest after
// flushDelay (chapter 5, section 10).
type Output struct {
	mu    sync.Mutex
	w     io.Writer
	name  string // for messages
	buf   []byte
	lines bool
	timer *time.Timer
	armed bool
	shut  atomic.Bool // nothing more is written
	seen  func()      // is called before anything is written that is not the last; nil: nobody wants to know
	gone  atomic.Bool // nobody reads any more
	pipe  func()      // is called without the lock when nobody reads; nil: nobody wants to know
	err   error       // the first of writing that is not to be ignored
}

const (
	flushDelay  = 20 * time.Millisecond
	outputLimit = 64 << 10
)

// open makes the output one that writes to w; nil: nowhere.
func (o *Output) open(name string, w io.Writer, lines bool) {
	if w == nil {
		w = io.Discard
	}
	o.name, o.w, o.lines = name, w, lines
}

// WriteString writes text and, if newline is set, a line end behind it. The error
// is that of this text or of what was written before it: what has been written may
// wait for a flush.
func (o *Output) WriteString(text string, newline bool) error {
	defer o.hangUp()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut.Load() || o.err != nil {
		return o.err
	}
	if len(text) > outputLimit {
		o.flush()
		o.write(unsafe.Slice(unsafe.StringData(text), len(text))) // a writer changes nothing (io.Writer)
	} else {
		o.buf = append(o.buf, text...)
	}
	if newline {
		o.buf = append(o.buf, '\n')
	}
	switch {
	case len(o.buf) >= outputLimit, o.lines && newline:
		o.flush()
	case !o.armed && len(o.buf) > 0:
		o.armed = true
		if o.timer == nil {
			o.timer = time.AfterFunc(flushDelay, o.Flush)
		} else {
			o.timer.Reset(flushDelay)
		}
	}
	return o.err
}

// Flush makes everything visible that was written.
func (o *Output) Flush() {
	defer o.hangUp()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.armed = false
}

// Err returns the first error of writing that what has been flushed met.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// Seal flushes and ends the output: what strands write that have not yet seen
// that the program is over is dropped. The error is the first of all writing.
func (o *Output) Seal() error {
	defer o.hangUp()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = nil
	o.flush()
	o.shut.Store(true)
	if o.timer != nil {
		o.timer.Stop()
	}
	return o.err
}

func (o *Output) flush() {
	if len(o.buf) > 0 {
		o.write(o.buf)
		o.buf = o.buf[:0]
	}
}

// write writes all of b or notes why not. That nobody reads, or that there is no
// stdout, is no error (chapter 6, section 2); for the former hangUp ends the
// process, or Go itself, unless the program takes SIGPIPE.
func (o *Output) write(b []byte) {
	if o.seen != nil {
		o.seen()
		o.seen = nil
	}
	for len(b) > 0 {
		n, err := o.w.Write(b)
		switch {
		case err == nil, os.IsTimeout(err):
			b = b[n:]
			continue
		case errors.Is(err, syscall.EPIPE):
			o.gone.Store(true)
		case o.err == nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EBADF):
			o.err = o.failure(err)
		}
		return
	}
}

// hangUp tells that nobody reads, once.
func (o *Output) hangUp() {
	if o.gone.Load() && o.gone.Swap(false) && o.pipe != nil {
		o.pipe()
	}
}

// failure is the error of a word that writes, or of the program's end.
func (o *Output) failure(err error) error {
	var named *os.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return fmt.Errorf("cannot write to %s: %w", o.name, err)
}
