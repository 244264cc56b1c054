// Package channel is the channels of Seq: FIFO queues with many senders and
// receivers and an atomic close (chapter 5, section 4), unbounded ones and those of
// vm:channels (docs/modules.md): bounded ones, clocks, topics.
//
// A strand that waits is an entry in the channel's list and nothing else:
// who sends writes the value where the receiver wants it and readies its
// strand. No goroutine and no OS thread is held. A wait that may end in another way than by one
// channel is a Selection.
package channel

import (
	"sync"
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Channel is an unbounded queue if no constructor has made it another kind. The zero value is an
// open, empty channel; all methods are safe for concurrent use.
//
// Senders append to sent, receivers take from taken; when that is empty the
// two change places. So senders and receivers hardly ever meet at a lock.
// Order of locks: receive, send.
type Channel struct {
	receive sync.Mutex
	taken   []stack.Value // from head on, older than all of sent
	head    int

	send    sync.Mutex
	sent    []stack.Value
	closed  bool
	final   *stack.Value // what is received once it is closed and drained; nil: 0 and false
	waiters waiters      // receivers; while one lives both queues are empty

	kind kind // nil: unbounded

	// Origin says where the channel was made; it is for its maker, who sets it before others see the
	// channel.
	Origin uintptr
}

// kind is what a channel has that is not unbounded.
type kind interface {
	send(w Waiter, v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) (o Outcome, queued int)
	receive(w Waiter, by *scheduler.Strand, s *scheduler.Scheduler, result *[2]stack.Value) Outcome
	close(s *scheduler.Scheduler, from *scheduler.Worker)
	length() int
}

// Outcome says how a receive or a send went.
type Outcome uint8

// The outcomes.
const (
	Done    Outcome = iota // the value has come, or is in
	Closed                 // there is nothing any more, or the value is not wanted
	Blocked                // it would have to wait; with a Waiter, it is noted as one
	Ended                  // somebody else has ended the wait that it is for
	Again                  // as Ended, but nobody has: the wait must begin again
)

// keep is the largest number of slots that an empty queue holds on to.
const keep = 1024

// TrySend appends a promoted value without waiting. from is the worker that the caller
// runs on, or nil. queued is how many values wait since a receiver took all there were; 0 if one
// gets the value at once, or if the channel is bounded.
func (c *Channel) TrySend(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) (o Outcome, queued int) {
	if c.kind != nil {
		return c.kind.send(Waiter{}, v, s, from)
	}
	return c.put(v, s, from, true, true, 0)
}

// TrySendAmong is TrySend to an unbounded queue which leaves out, as Blocked, each message that would make the number of those that wait a multiple of some.
func (c *Channel) TrySendAmong(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker, some int) Outcome {
	o, _ := c.put(v, s, from, true, true, some)
	return o
}

// Send is TrySend for a waiter that is noted if it is Blocked, as with Receive.
func (c *Channel) Send(w Waiter, v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) Outcome {
	if c.kind != nil {
		o, _ := c.kind.send(w, v, s, from)
		return o
	}
	if !w.own() { // it never waits
		return Ended
	}
	o, _ := c.put(v, s, from, true, true, 0)
	return o
}

// put appends to an unbounded queue; counts tells whether that is a message sent. If asks is set, the strand that sends fails where
// there is no memory for a longer queue; who sends from outside cannot. If some is not 0 it is as with TrySendAmong.
func (c *Channel) put(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker, counts, asks bool, some int) (o Outcome, queued int) {
	c.send.Lock()
	if c.closed {
		c.send.Unlock()
		return Closed, 0
	}
	w, ok := c.waiters.take(nil)
	if !ok && some != 0 && (len(c.sent)+1)%some == 0 {
		c.send.Unlock()
		return Blocked, 0
	}
	if counts {
		count(s, from, 1, 0)
	}
	if !ok {
		if len(c.sent) == cap(c.sent) && asks && from != nil && !roomFor(len(c.sent)+len(c.sent)/4) {
			c.send.Unlock()
			panic(memory.Refused())
		}
		c.sent = append(c.sent, v)
		queued = len(c.sent)
		c.send.Unlock()
		return Done, queued
	}
	c.send.Unlock()
	count(s, from, 0, 1) // the receiver cannot count for itself: it runs nowhere
	w.wake(v, true, s, from)
	return Done, 0
}

// Deliver sends a promoted value without waiting, also to a bounded channel that is full: one more
// value is in it then than its limit.
func (c *Channel) Deliver(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) Outcome {
	if b, ok := c.kind.(*bounded); ok {
		return b.deliver(v, s, from)
	}
	if c.kind != nil {
		o, _ := c.kind.send(Waiter{}, v, s, from)
		return o
	}
	o, _ := c.put(v, s, from, true, false, 0)
	return o
}

// roomFor tells whether there is memory for a queue of n values. What has the lock of one must not panic for that.
func roomFor(n int) bool { return memory.Fits(n * int(unsafe.Sizeof(stack.Value{}))) }

// count counts messages (chapter 5, section 4.3).
func count(s *scheduler.Scheduler, from *scheduler.Worker, sent, received int64) {
	if from == nil {
		s.HostMessage(sent, received)
		return
	}
	from.Sent += sent
	from.Received += received
}

// TryReceive takes the oldest value into the result, and true behind it; 0 and
// false if the channel is closed and drained. by is the strand that the caller runs.
func (c *Channel) TryReceive(by *scheduler.Strand, s *scheduler.Scheduler, result *[2]stack.Value) Outcome {
	if c.kind != nil {
		return c.kind.receive(Waiter{}, by, s, result)
	}
	c.receive.Lock()
	defer c.receive.Unlock()
	if c.head == len(c.taken) && !c.refill(nil) {
		return Blocked
	}
	return c.take(by, result)
}

// Receive is TryReceive for a waiter that is noted if it is Blocked: without a Selection, its strand must
// park without touching anything any more. It is readied when the result is there.
func (c *Channel) Receive(w Waiter, by *scheduler.Strand, s *scheduler.Scheduler, result *[2]stack.Value) Outcome {
	if c.kind != nil {
		return c.kind.receive(w, by, s, result)
	}
	c.receive.Lock()
	defer c.receive.Unlock()
	if c.head == len(c.taken) && !c.refill(&w) {
		return Blocked
	}
	if !w.own() {
		return Ended
	}
	return c.take(by, result)
}

// take is called with a value there, or closed and drained.
func (c *Channel) take(by *scheduler.Strand, result *[2]stack.Value) Outcome {
	if c.head == len(c.taken) {
		v, ok := c.atEnd()
		result[0], result[1] = v, stack.FromBool(ok)
		if !ok {
			return Closed
		}
		return Done
	}
	result[0], result[1] = c.taken[c.head], stack.FromBool(true)
	c.taken[c.head] = stack.Value{}
	c.head++
	by.Worker().Received++
	return Done
}

// nothing is what a receiver gets of a channel that is closed and drained.
func nothing(result *[2]stack.Value) Outcome {
	result[0], result[1] = stack.FromInt(0), stack.FromBool(false)
	return Closed
}

// refill exchanges the queues. False if there was nothing and the channel is
// open: then w waits, if there is one.
func (c *Channel) refill(w *Waiter) bool {
	c.send.Lock()
	defer c.send.Unlock()
	if len(c.sent) == 0 {
		if c.closed {
			return true
		}
		if w != nil && !w.none() {
			c.waiters.add(*w)
		}
		return false
	}
	empty := c.taken[:0]
	if cap(empty) > keep {
		empty = nil
	}
	c.taken, c.sent, c.head = c.sent, empty, 0
	return true
}

// Close closes the channel and wakes all that wait; closing again
// does nothing.
func (c *Channel) Close(s *scheduler.Scheduler, from *scheduler.Worker) {
	if c.kind != nil {
		c.kind.close(s, from)
		return
	}
	c.close(nil, s, from)
}

// Settle closes an unbounded channel with a promoted value: once the channel is drained, every receive has that
// value and true. A channel that is closed already stays as it is.
func (c *Channel) Settle(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) {
	v.Share()
	c.close(&v, s, from)
}

func (c *Channel) close(final *stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) {
	c.send.Lock()
	if !c.closed {
		c.closed, c.final = true, final
	}
	v, ok := c.atEnd()
	waiting := c.waiters.takeAll()
	c.send.Unlock()
	wakeAll(waiting, v, ok, s, from)
}

// Plain tells whether the channel is an unbounded queue.
func (c *Channel) Plain() bool { return c.kind == nil }

// Holds tells whether the channel can hold a value that nobody receives yet.
func (c *Channel) Holds() bool {
	b, ok := c.kind.(*bounded)
	return !ok || b.limit > 0
}

// Length is how many values wait to be received.
func (c *Channel) Length() int {
	if c.kind != nil {
		return c.kind.length()
	}
	c.receive.Lock()
	defer c.receive.Unlock()
	c.send.Lock()
	defer c.send.Unlock()
	return len(c.taken) - c.head + len(c.sent)
}

// Timed tells whether the channel is a clock.
func (c *Channel) Timed() bool {
	if c.kind == nil {
		return false
	}
	_, ok := c.kind.(*clock)
	return ok
}

// Next is the time at which a clock brings something to receive, if nobody takes it before;
// false if the channel is not open or no clock.
func (c *Channel) Next() (time.Time, bool) {
	if k, ok := c.kind.(*clock); ok {
		return k.next()
	}
	return time.Time{}, false
}

// atEnd is what is received from a channel that is closed and drained.
func (c *Channel) atEnd() (v stack.Value, ok bool) {
	if c.final != nil {
		return *c.final, true
	}
	return stack.FromInt(0), false
}

// Final returns what Settle has closed the channel with; false if nobody has.
func (c *Channel) Final() (v stack.Value, ok bool) {
	c.send.Lock()
	defer c.send.Unlock()
	return c.atEnd()
}
