package vm

import (
	"context"
	"errors"
)

// errGone is the panic by which a strand leaves a built-in word in its middle, because it is to end.
var errGone = errors.New("the strand leaves a word that has not ended")

// Heed is what a built-in word that may work long calls at bounded intervals: between pieces of a megabyte, or at each
// element. If the strand is to end (VM.Stop, a cancelled task, a limit), or there is no memory for more, Heed does not return: a panic leaves the word, which must
// hold no lock then that a deferred call does not release, and the strand catches it. Only the strand that runs may call it; where it may go
// on, a call costs a nanosecond.
func (s *Strand) Heed() {
	if s.limit.Load() == 0 {
		leaveIfStopped(s)
	}
}

func leaveIfStopped(s *Strand) {
	if s.stopRequest() != nil {
		panic(errGone)
	}
	if err := s.vm.lookAtMemory(); err != nil {
		panic(err)
	}
}

// Context is done when the program has been stopped or has ended; its cause is ErrStopped. It is for calls of Go that wait
// or work for the VM as a whole; those for a strand get that of Strand.BlockingContext.
func (v *VM) Context() context.Context { return v.context }

// BlockingContext is Blocking of what takes a context, which is done when the strand is to end: then f should return soon, and what
// it leaves is not looked at.
func (s *Strand) BlockingContext(f func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(s.vm.context)
	defer cancel()
	s.BlockingUntil(cancel, func() { f(ctx) })
}
