package vm

import (
	"runtime"
	"runtime/trace"
	"time"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
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
	if s.member != nil {
		return s.member.sleep(s, d)
	}
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

// batch is after how many messages that nobody has received yet a sender gives
// way. Without that, a strand that never waits fills its channel while nobody
// empties it: queues grow large and fall out of the cache.
const batch = 256

// Send sends a promoted value and leaves whether the channel was open. The word
// returns the error.
func (s *Strand) Send(c *channel.Channel, v stack.Value, w []stack.Value) error {
	ok, queued := c.Send(v, &s.vm.sched, s.Worker())
	w[0] = stack.FromBool(ok)
	if queued == 0 || queued%batch > 0 {
		return nil
	}
	return s.Yield()
}

// Receive takes a value from a channel, or waits for one, into the first two
// slots of a word's window. The word returns the error.
func (s *Strand) Receive(c *channel.Channel, w []stack.Value) error {
	result := (*[2]stack.Value)(w)
	if c.TryReceive(&s.Strand, result) {
		return nil
	}
	s.park()
	if s.member != nil {
		return s.member.receive(s, c, result)
	}
	if c.Receive(channel.Waiter{Strand: &s.Strand, Result: result}) {
		s.parkedAt.Store(0)
		return nil
	}
	return errParked
}

// Close closes a channel.
func (s *Strand) Close(c *channel.Channel) { c.Close(&s.vm.sched, s.Worker()) }

// unpark makes a strand that has been cancelled go on, if it waits in a channel
// or for a time.
func (m *member) unpark(s *Strand) {
	m.parking.Lock()
	defer m.parking.Unlock()
	if c := m.waitsIn; c != nil && c.Forget(&s.Strand) {
		s.vm.sched.Ready(&s.Strand, nil)
		return
	}
	s.vm.sched.WakeSleeper(&s.Strand)
}

// receive waits for a value of a channel. Whoever stops the strand
// either finds it in the channel, or it sees here that it is stopped.
func (m *member) receive(s *Strand, c *channel.Channel, result *[2]stack.Value) error {
	m.parking.Lock()
	defer m.parking.Unlock()
	if m.cancelled() {
		return ErrStopped
	}
	m.waitsIn = c
	if c.Receive(channel.Waiter{Strand: &s.Strand, Result: result}) {
		s.parkedAt.Store(0)
		return nil
	}
	return errParked
}

// sleep is Strand.Sleep for a strand that may be stopped meanwhile.
func (m *member) sleep(s *Strand, d time.Duration) error {
	m.parking.Lock()
	defer m.parking.Unlock()
	if m.cancelled() {
		return ErrStopped
	}
	s.vm.sched.Sleep(&s.Strand, d)
	return errParked
}
