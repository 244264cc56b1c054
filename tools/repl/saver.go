package repl

import (
	"os"
	"sync"
	"time"
)

// saver keeps the session file up to date. Writing takes the longer the longer the
// session is; so it happens right behind an input only if that does not take more
// than a small part of the time, and else a little later.
type saver struct {
	mu    sync.Mutex
	path  string // "": there is no file
	mode  os.FileMode
	text  func() string
	next  time.Time   // not before
	timer *time.Timer // nil: nothing waits to be written
	err   error       // of writing in the background
}

// share is the part of the time that writing may take: one in so many.
const share = 20

// soon writes the file, now or later. The error is that of now or of the last time.
func (s *saver) soon() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.err; err != nil {
		s.err = nil
		return err
	}
	if s.path == "" || s.timer != nil {
		return nil
	}
	wait := time.Until(s.next)
	if wait <= 0 {
		return s.write()
	}
	s.timer = time.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.timer != nil { // else it was written meanwhile
			s.timer = nil
			s.err = s.write()
		}
	})
	return nil
}

// now writes the file.
func (s *saver) now() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	return s.write()
}

func (s *saver) write() error {
	if s.path == "" {
		return nil
	}
	start := time.Now()
	err := writeWhole(s.path, s.text(), s.mode)
	s.next = time.Now().Add(share * time.Since(start))
	return err
}

// set makes the saver write another text to a file; path "" ends it.
func (s *saver) set(path string, mode os.FileMode, text func() string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.path, s.mode, s.text, s.next = path, mode, text, time.Time{}
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}
