// Package channel is the channels of Seq: unbounded FIFO queues with many
// senders and receivers and an atomic close (chapter 5, section 4).
//
// A receiver that waits is an entry in the channel's list and nothing else:
// who sends writes the value where the receiver wants it and readies its
// strand. No goroutine and no OS thread is held.
package channel

import (
	"slices"
	"sync"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Channel is an unbounded queue. The zero value is an open, empty channel; all
// methods are safe for concurrent use.
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
	waiters []Waiter // receivers in order of arrival, from first on; then both queues are empty
	first   int
}

// Waiter is a receiver that waits: its strand, and where it wants the value
// and, behind it, whether it is one.
type Waiter struct {
	Strand *scheduler.Strand
	Result *[2]stack.Value
}

// keep is the largest number of slots that an empty queue holds on to.
const keep = 1024

// Send appends a promoted value; false if the channel is closed. from is the
// worker that the caller runs on, or nil. queued is how many values wait since a
// receiver took all there were; 0 if one gets the value at once.
func (c *Channel) Send(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) (ok bool, queued int) {
	c.send.Lock()
	if c.closed {
		c.send.Unlock()
		return false, 0
	}
	count(s, from)
	if c.first == len(c.waiters) {
		c.sent = append(c.sent, v)
		queued = len(c.sent)
		c.send.Unlock()
		return true, queued
	}
	w := c.waiters[c.first]
	c.waiters[c.first] = Waiter{}
	if c.first++; c.first == len(c.waiters) {
		c.waiters, c.first = c.waiters[:0], 0
	}
	c.send.Unlock()
	if from != nil {
		from.Received++ // the receiver cannot count for itself: it runs nowhere
	} else {
		s.HostMessage(0, 1)
	}
	w.wake(v, true, s, from)
	return true, 0
}

// count counts a message sent (chapter 5, section 4.3).
func count(s *scheduler.Scheduler, from *scheduler.Worker) {
	if from != nil {
		from.Sent++
	} else {
		s.HostMessage(1, 0)
	}
}

func (w Waiter) wake(v stack.Value, ok bool, s *scheduler.Scheduler, from *scheduler.Worker) {
	w.Result[0], w.Result[1] = v, stack.FromBool(ok)
	s.Ready(w.Strand, from)
}

// TryReceive takes the oldest value into the result, and true behind it; 0 and
// false if the channel is closed and drained. If it returns false, the channel
// is open and empty. by is the strand that the caller runs.
func (c *Channel) TryReceive(by *scheduler.Strand, result *[2]stack.Value) bool {
	c.receive.Lock()
	defer c.receive.Unlock()
	if c.head == len(c.taken) && !c.refill(nil) {
		return false
	}
	c.take(by, result)
	return true
}

// Receive is TryReceive, but if it returns false, the waiter is noted: its
// strand must park without touching anything any more. It is readied when the
// result is there.
func (c *Channel) Receive(w Waiter) bool {
	c.receive.Lock()
	defer c.receive.Unlock()
	if c.head == len(c.taken) && !c.refill(&w) {
		return false
	}
	c.take(w.Strand, w.Result)
	return true
}

// take is called with a value there, or closed and drained.
func (c *Channel) take(by *scheduler.Strand, result *[2]stack.Value) {
	if c.head == len(c.taken) {
		result[0], result[1] = stack.FromInt(0), stack.FromBool(false)
		return
	}
	result[0], result[1] = c.taken[c.head], stack.FromBool(true)
	c.taken[c.head] = stack.Value{}
	c.head++
	by.Worker().Received++
}

// refill exchanges the queues. False if there was nothing and the channel is
// open: then w, if there is one, waits.
func (c *Channel) refill(w *Waiter) bool {
	c.send.Lock()
	defer c.send.Unlock()
	if len(c.sent) == 0 {
		if c.closed {
			return true
		}
		if w != nil {
			c.waiters = append(c.waiters, *w)
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

// Forget takes a receiver that waits off the channel: nobody will ready it. False
// if it does not wait here.
func (c *Channel) Forget(s *scheduler.Strand) bool {
	c.send.Lock()
	defer c.send.Unlock()
	for i := c.first; i < len(c.waiters); i++ {
		if c.waiters[i].Strand == s {
			c.waiters = slices.Delete(c.waiters, i, i+1)
			return true
		}
	}
	return false
}

// Close closes the channel and wakes all receivers that wait; closing again
// does nothing.
func (c *Channel) Close(s *scheduler.Scheduler, from *scheduler.Worker) {
	c.send.Lock()
	c.closed = true
	waiters := c.waiters[c.first:]
	c.waiters, c.first = nil, 0
	c.send.Unlock()
	for _, w := range waiters {
		w.wake(stack.FromInt(0), false, s, from)
	}
}
