package vm

import (
	"runtime"
	"runtime/trace"
	"time"
)

// park notes where the strand is about to wait, the address behind the call, for the dump and for
// a trace.
func (s *Strand) park(place uintptr) {
	s.parkedAt.Store(place)
	if s.traced != nil {
		trace.Log(s.traced.context, "waits", s.scene().waitingIn())
	}
}

// Sleep suspends the strand. It must be the last thing that a built-in word
// does: the word has its results in place and returns the error.
func (s *Strand) Sleep(d time.Duration) error {
	s.park(s.ip)
	if s.member == nil {
		s.vm.sched.Sleep(&s.Strand, d)
		return errParked
	}
	return Waits{s}.sleep(d)
}

// Yield lets other strands run. It must be the last thing that a built-in word
// does: the word returns the error.
func (s *Strand) Yield() error {
	if s.Worker().Alone() {
		runtime.Gosched() // something outside may bring strands
		return nil
	}
	return errYielded
}

// Blocking calls f, which may wait for something outside of the VM; other
// strands run meanwhile.
func (s *Strand) Blocking(f func()) {
	s.parkedAt.Store(s.ip)
	if m := s.member; m != nil {
		m.outside.Store(true)
		defer m.comeBack()
	}
	s.Worker().Blocking(f)
	s.parkedAt.Store(0)
}

// unpark makes a strand that has been cancelled go on, if it waits in a channel or for a time; else it
// does nothing. Safe from any goroutine while the strand has not ended.
func (s *Strand) unpark() {
	if t := s.selection.Load(); t != nil {
		t.Cancel()
	}
}
