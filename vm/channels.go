package vm

import (
	"time"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Waits is a strand as the words see it that wait for channels. Send, Receive and Choose must be the
// last thing that a built-in word does, which returns their error.
type Waits struct{ *Strand }

// wait is how a strand waits if more than one thing may wake it.
type wait struct {
	channel.Selection
	limited  bool      // there is a limit,
	deadline time.Time // and it ends here
	// back says that the strand comes back from waiting for cases: it executes once more
	// the word that did it.
	back bool
	tag  *stack.Tag // of the last outcome
}

// Choice is what has become of cases that a word has chosen from.
type Choice struct {
	Index int // of the case that was carried out; channel.Elapsed: the time is over
	Send  bool
	Open  bool        // the channel was; the value is in, or has come
	Value stack.Value // that has come; 0 if the channel is closed
}

func (s Waits) scheduled() *scheduler.Strand { return &s.Strand.Strand }

// batch is after how many messages that nobody has received yet a sender gives
// way. Without that, a strand that never waits fills its channel while nobody
// empties it: queues grow large and fall out of the cache.
const batch = 256

// Send sends the promoted value of the first slot of a word's window of two, waits until there is room
// for it, and leaves there whether the channel was open.
func (s Waits) Send(c *channel.Channel, w []stack.Value) error {
	if t := s.vm.config.Timeline; t != nil && !s.comesBack() {
		t.message(EventSent, s.ID(), c)
	}
	if !c.Plain() {
		return s.sendSpecial(c, w)
	}
	o, queued := c.TrySend(w[0], &s.vm.sched, s.Worker())
	return s.sent(o, queued, w)
}

// sent leaves how a send went, and gives way now and then.
func (s Waits) sent(o channel.Outcome, queued int, w []stack.Value) error {
	w[0] = stack.FromBool(o == channel.Done)
	if queued == 0 || queued%batch > 0 {
		return nil
	}
	return s.Yield()
}

// SendNow is Send where the strand neither waits nor gives way; false, with nothing done, if it would, or if messages are watched.
func (s Waits) SendNow(c *channel.Channel, w []stack.Value) bool {
	if s.vm.config.Timeline != nil || !c.Plain() {
		return false
	}
	o := c.TrySendAmong(w[0].Promote(), &s.vm.sched, s.Worker(), batch)
	if o == channel.Blocked {
		return false
	}
	w[0] = stack.FromBool(o == channel.Done)
	return true
}

// ReceiveNow is Receive where the strand does not wait; false, with nothing done, if it would, or if messages or the end of the strand are watched.
func (s Waits) ReceiveNow(c *channel.Channel, w []stack.Value) bool {
	if s.vm.config.Timeline != nil || s.member != nil || c.Timed() {
		return false
	}
	return c.TryReceive(s.scheduled(), &s.vm.sched, (*[2]stack.Value)(w)) != channel.Blocked
}

// sendSpecial is Send to a channel that is no unbounded queue.
func (s Waits) sendSpecial(c *channel.Channel, w []stack.Value) error {
	if s.comesBack() {
		return s.chooseSend(c, w)
	}
	if c.Holds() || s.member != nil {
		if o, queued := c.TrySend(w[0], &s.vm.sched, s.Worker()); o != channel.Blocked {
			return s.sent(o, queued, w)
		}
		if s.member != nil {
			return s.chooseSend(c, w)
		}
	}
	s.park()
	o := c.Send(channel.Waiter{Strand: s.scheduled(), Result: (*[2]stack.Value)(w)}, w[0], &s.vm.sched, s.Worker())
	if o == channel.Blocked {
		return errParked
	}
	s.parkedAt.Store(0)
	w[0] = stack.FromBool(o == channel.Done)
	return nil
}

func (s Waits) chooseSend(c *channel.Channel, w []stack.Value) error {
	if t, fresh := s.Cases(); fresh {
		t.Only(channel.Case{Channel: c, Send: true, Value: w[0]})
	}
	choice, err := s.Choose(-1)
	if err == nil {
		w[0] = stack.FromBool(choice.Open)
	}
	return err
}

// Receive takes a value from a channel, or waits for one, into the first two
// slots of a word's window.
func (s Waits) Receive(c *channel.Channel, w []stack.Value) error {
	result := (*[2]stack.Value)(w)
	if t := s.vm.config.Timeline; t != nil && !s.comesBack() {
		t.message(EventReceived, s.ID(), c)
	}
	if s.member == nil && !c.Timed() { // nothing else ends the wait
		if c.TryReceive(s.scheduled(), &s.vm.sched, result) != channel.Blocked {
			return nil
		}
		s.park()
		if c.Receive(channel.Waiter{Strand: s.scheduled(), Result: result}, s.scheduled(), &s.vm.sched, result) == channel.Blocked {
			return errParked
		}
		s.parkedAt.Store(0)
		return nil
	}
	if t, fresh := s.Cases(); fresh {
		t.Only(channel.Case{Channel: c})
	}
	choice, err := s.Choose(-1)
	if err == nil {
		result[0], result[1] = choice.Value, stack.FromBool(choice.Open)
	}
	return err
}

// TryReceive takes a value from a channel without waiting.
func (s Waits) TryReceive(c *channel.Channel) (channel.Outcome, stack.Value) {
	var result [2]stack.Value
	o := c.TryReceive(s.scheduled(), &s.vm.sched, &result)
	return o, result[0]
}

// TrySend sends a promoted value without waiting.
func (s Waits) TrySend(c *channel.Channel, v stack.Value) channel.Outcome {
	o, _ := c.TrySend(v, &s.vm.sched, s.Worker())
	return o
}

// Close closes a channel.
func (s Waits) Close(c *channel.Channel) { c.Close(&s.vm.sched, s.Worker()) }

// Made notes where a channel was made, and returns it as a value.
func (s Waits) Made(c *channel.Channel) stack.Value {
	c.Origin = s.ip
	return channelValue(c)
}

// MadeFor is Made for a built-in word on which a word of a supplied module is built: where that has code of its
// own, the place is its call.
func (s Waits) MadeFor(c *channel.Channel) stack.Value {
	c.Origin = s.ip
	if f, _, ok := s.image.position(s.ip - instrSize); ok && f.File < 0 && len(s.frames) > 0 {
		c.Origin = s.frames[len(s.frames)-1].ip
	}
	return channelValue(c)
}

// Cases is where a word sets the cases from which Choose chooses; fresh is false if they are set already, as
// the strand comes back from waiting for them.
func (s Waits) Cases() (t *channel.Selection, fresh bool) {
	w := s.selection.Load()
	if w == nil {
		w = &wait{}
		w.Init(s.scheduled(), &s.vm.sched)
		s.selection.Store(w)
	}
	return &w.Selection, !w.back
}

// Choose carries out one of the cases: one of those that need no waiting, each with the same
// probability, or else it waits for the first that can be carried out, at most for a time; a limit below 0 is none.
//
// The word is executed again with the same arguments when the wait is over: then Choose has the outcome.
func (s Waits) Choose(limit time.Duration) (Choice, error) {
	t := s.selection.Load()
	chosen := false
	if t.back {
		chosen = t.comeBack()
	} else {
		if t.limited = limit > 0; t.limited {
			t.deadline = time.Now().Add(limit)
		}
	}
	for !chosen && !t.Poll(s.scheduled()) {
		if limit == 0 || t.limited && !time.Now().Before(t.deadline) {
			t.Clear()
			return Choice{Index: channel.Elapsed}, nil
		}
		var err error
		if chosen, err = s.await(t); err != nil {
			return Choice{}, err
		}
	}
	c := Choice{}
	c.Index, c.Value, c.Open = t.Chosen()
	c.Send = t.Case(c.Index).Send
	t.Clear()
	return c, nil
}

// Outcome makes the Variant of what has come of a wait.
func (s Waits) Outcome(name string, fields ...stack.Value) stack.Value {
	t := s.selection.Load()
	if t == nil || t.tag == nil || t.tag.Name != name {
		tag := s.Tag(name)
		if t == nil {
			return stack.FromVariant(stack.NewVariant(tag, fields))
		}
		t.tag = tag
	}
	return stack.FromVariant(stack.NewVariant(t.tag, fields))
}

// comesBack tells whether the strand comes back from waiting for cases.
func (s Waits) comesBack() bool {
	t := s.selection.Load()
	return t != nil && t.back
}

// comeBack ends a wait for cases; false if none was carried out.
func (t *wait) comeBack() (chosen bool) {
	t.back = false
	t.Disarm()
	index, _, _ := t.Chosen()
	return index != channel.Elapsed
}

// await lets the strand wait for the cases. True: one of them has been carried out.
func (s Waits) await(t *wait) (chosen bool, err error) {
	s.park()
	t.BeginCases()
	// Who stops the strand has either done so before, and it is seen here, or finds the wait.
	if err := s.stopRequest(); err != nil && t.Own() {
		t.drop()
		return false, err
	}
	if at, ok := t.alarm(); ok {
		t.Arm(time.Until(at))
	}
	switch t.Register(s.scheduled()) {
	case channel.Done, channel.Closed:
		t.Disarm()
		s.parkedAt.Store(0)
		return true, nil
	case channel.Again:
		t.Disarm()
		return false, nil
	}
	t.back = true
	s.ip -= instrSize // it comes back to the word
	if t.Park() {
		return false, errParked
	}
	s.ip += instrSize
	s.parkedAt.Store(0)
	if err := s.stopRequest(); err != nil {
		t.drop()
		return false, err
	}
	return t.comeBack(), nil
}

// drop ends a wait that the strand does not come back to.
func (t *wait) drop() {
	t.back = false
	t.Disarm()
	t.Clear()
}

// forget makes a strand that was stopped while it waited stand behind the word that did it, as one that has failed.
func (s Waits) forget() {
	t := s.selection.Load()
	if t == nil {
		return
	}
	if t.back {
		s.ip += instrSize
	}
	t.drop()
}

// alarm is when the wait must look again: at its limit, or when a clock among the cases brings something.
func (t *wait) alarm() (at time.Time, ok bool) {
	at, ok = t.Next()
	if d := t.deadline; t.limited && (!ok || d.Before(at)) {
		return d, true
	}
	return at, ok
}

// sleep waits for a time, or until the strand is stopped.
func (s Waits) sleep(d time.Duration) error {
	if t, fresh := s.Cases(); fresh {
		t.None()
	}
	_, err := s.Choose(d)
	return err
}
