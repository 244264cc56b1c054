package vm

import (
	"runtime"
	"runtime/trace"
	"time"
)

// park notes where the strand is about to wait, for the dump and for a trace.
func (s *Strand) park() {
	s.parkedAt.Store(s.ip)
	if s.traced != nil {
		trace.Log(s.traced.context, "waits", s.scene().waitingIn())
	}
}

// Sleep suspends the strand. It must be the last thing that a built-in word
// does: the word has its results in place and returns the error.
func (s *Strand) Sleep(d time.Duration) error {
	s.park()
	if s.member == nil {
		s.vm.sched.Sleep(&s.Strand, d)
		return errParked
	}
	w := Waits{s}
	t, err := w.begin(nil)
	if err != nil {
		return err
	}
	t.Arm(d)
	return w.leave(t)
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
