package vm

import "sync/atomic"

// outing is a strand's wait for something outside of the VM, on a goroutine of its own.
type outing struct {
	strand *Strand
	state  atomic.Uint32
}

const (
	leaving = iota // the strand still runs
	parked
	woken
)

// Parks tells whether the strand may wait in Outside: those of sessions may not, whose place must be known.
func (s *Strand) Parks() bool { return s.member == nil || s.member.group == nil }

// Outside parks the strand until wait returns, which waits for something outside of the VM. wait runs on a goroutine of its own, whose
// stack is small, whereas Blocking keeps that of a worker: so thousands of strands can wait. It must be the last thing that a
// built-in word does, which returns the error; the word is executed again afterwards with the same arguments. A strand that is stopped leaves the
// wait, and wait goes on without it until it ends.
func (s *Strand) Outside(wait func()) error {
	o := &outing{strand: s}
	s.park()
	if m := s.member; m != nil {
		m.goOut(o.wake)
		if s.stopRequest() != nil { // who stops the strand may not have seen it go
			go wait()
			s.comeBack()
		}
	}
	c := &s.vm.sched
	s.ip -= instrSize // it comes back to the word
	c.Hold()
	go func() {
		wait()
		o.wake()
	}()
	if o.state.CompareAndSwap(leaving, parked) {
		return errParked
	}
	c.Release()
	return errYielded
}

// wake makes the strand go on, once. Safe from any goroutine.
func (o *outing) wake() {
	for {
		switch o.state.Load() {
		case leaving:
			if o.state.CompareAndSwap(leaving, woken) {
				return
			}
		case parked:
			if o.state.CompareAndSwap(parked, woken) {
				c := &o.strand.vm.sched
				c.Ready(&o.strand.Strand, nil)
				c.Release()
				return
			}
		default:
			return
		}
	}
}

// cameIn is called when a strand goes on after Outside; stopped: it has to leave what it does, and then stands behind the word.
func (s *Strand) cameIn(stopped bool) {
	m := s.member
	m.mu.Lock()
	m.interrupt = nil
	m.mu.Unlock()
	m.outside.Store(false)
	if stopped {
		s.ip += instrSize
	}
}
