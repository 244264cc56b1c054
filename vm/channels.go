package vm

import (
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
)

// Waits is a strand as the words see it that wait for channels. They must be the last thing that a
// built-in word does, which returns their error.
type Waits struct{ *Strand }

// batch is after how many messages that nobody has received yet a sender gives
// way. Without that, a strand that never waits fills its channel while nobody
// empties it: queues grow large and fall out of the cache.
const batch = 256

// Send sends a promoted value and leaves whether the channel was open.
func (s Waits) Send(c *channel.Channel, v stack.Value, w []stack.Value) error {
	ok, queued := c.Send(v, &s.vm.sched, s.Worker())
	w[0] = stack.FromBool(ok)
	if queued == 0 || queued%batch > 0 {
		return nil
	}
	return s.Yield()
}

// Receive takes a value from a channel, or waits for one, into the first two
// slots of a word's window.
func (s Waits) Receive(c *channel.Channel, w []stack.Value) error {
	result := (*[2]stack.Value)(w)
	if c.TryReceive(&s.Strand.Strand, result) {
		return nil
	}
	s.park()
	if s.member == nil {
		if c.Receive(channel.Waiter{Strand: &s.Strand.Strand, Result: result}, &s.Strand.Strand, result) == channel.Blocked {
			return errParked
		}
		s.parkedAt.Store(0)
		return nil
	}
	t, err := s.begin(result)
	if err != nil {
		return err
	}
	c.Receive(t.Waiter(0), &s.Strand.Strand, result)
	return s.leave(t)
}

// Close closes a channel.
func (s Waits) Close(c *channel.Channel) { c.Close(&s.vm.sched, s.Worker()) }

// begin starts a wait that somebody may cancel. Whoever cancels the strand has either set its
// flag before, and it is seen here, or finds the wait.
func (s Waits) begin(result *[2]stack.Value) (*channel.Selection, error) {
	t := s.selection.Load()
	if t == nil {
		t = channel.NewSelection(&s.Strand.Strand, &s.vm.sched)
		s.selection.Store(t)
	}
	t.Begin(result)
	if err := s.stopRequest(); err != nil && t.Own() {
		return nil, err
	}
	return t, nil
}

// leave ends what begin has started. nil: the result is there.
func (s Waits) leave(t *channel.Selection) error {
	if t.Park() {
		return errParked
	}
	t.Disarm()
	s.parkedAt.Store(0)
	return s.stopRequest()
}
