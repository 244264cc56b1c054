// Package terminal is the terminal that a program runs in: raw mode, size, and
// whether input is waiting (chapter 6, section 8).
//
// It reads and writes no text: that is done through the program's input and
// output.
package terminal

import (
	"os"
	"sync"

	"golang.org/x/term"
)

// Terminal is the terminal of the process. The zero value is none: its size is
// the default and raw mode is ignored. Safe for concurrent use.
type Terminal struct {
	In  *os.File // whose mode Raw changes; nil: input that never waits
	Out *os.File // whose size counts; nil: unknown

	mu    sync.Mutex
	saved *settings // while raw
}

// The size where none is known.
const (
	DefaultWidth  = 80
	DefaultHeight = 24
)

// Size returns the columns and rows of the output, each the default if it is not
// known.
func (t *Terminal) Size() (width, height int) {
	if t.Out != nil {
		if w, h, err := term.GetSize(int(t.Out.Fd())); err == nil {
			width, height = w, h
		}
	}
	if width <= 0 {
		width = DefaultWidth
	}
	if height <= 0 {
		height = DefaultHeight
	}
	return width, height
}

// Raw switches raw mode of the input on or off and tells whether that changed
// something: it is on or off already, or the input is no terminal.
func (t *Terminal) Raw(on bool) (changed bool) {
	if t.In == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch fd := int(t.In.Fd()); {
	case on && t.saved == nil:
		t.saved = makeRaw(fd)
		return t.saved != nil
	case !on && t.saved != nil:
		t.saved.restore(fd)
		t.saved = nil
		return true
	}
	return false
}

// Waiting tells whether a read of the input returns at once.
func (t *Terminal) Waiting() bool { return t.In == nil || waiting(t.In) }
