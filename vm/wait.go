package vm

import (
	"runtime"
	"runtime/trace"
	"time"
)

// park notes where the strand is about to wait, for the dump and for a trace.
func (s *Strand) park() {
	s.parkedAt.Store(s.ip)
	if t := s.vm.config.Timeline; t != nil {
		t.waits(s.ID(), s.scene().waitingIn())
	}
	if s.traced != nil {
		trace.Log(s.traced.context, "waits", s.scene().waitingIn())
	}
}

// Sleep suspends the strand for a time above 0. It must be the last thing that a built-in word
// does, which returns the error. The word has no results, and may be executed again with the
// same arguments.
func (s *Strand) Sleep(d time.Duration) error {
	if s.member != nil {
		return Waits{s}.sleep(d)
	}
	s.park()
	s.vm.sched.Sleep(&s.Strand, d)
	return errParked
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
