// Package channel is the channels of Seq: unbounded FIFO queues with many
// senders and receivers and an atomic close (chapter 5, section 4).
//
// A receiver that waits is an entry in the channel's list and nothing else:
// who sends writes the value where the receiver wants it and readies its
// strand. No goroutine and no OS thread is held. A wait that may end in another way than by one
// channel is a Selection.
package channel

import (
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
	final   *stack.Value // what is received once it is closed and drained; nil: 0 and false
	waiters waiters      // receivers; while one lives both queues are empty
}

// Outcome says how a receive or a send went.
type Outcome uint8

// The outcomes.
const (
	Done    Outcome = iota // the value has come, or is in
	Closed                 // there is nothing any more, or the value is not wanted
	Blocked                // it would have to wait; with a Waiter, it is noted as one
	Ended                  // somebody else has ended the wait that it is for
)

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
	w, ok := c.waiters.take()
	if !ok {
		c.sent = append(c.sent, v)
		queued = len(c.sent)
		c.send.Unlock()
		return true, queued
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

// Receive is TryReceive for a waiter that is noted if it is Blocked: without a Selection, its strand must
// park without touching anything any more. It is readied when the result is there.
func (c *Channel) Receive(w Waiter, by *scheduler.Strand, result *[2]stack.Value) Outcome {
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

// Close closes the channel and wakes all receivers that wait; closing again
// does nothing.
func (c *Channel) Close(s *scheduler.Scheduler, from *scheduler.Worker) { c.close(nil, s, from) }

// Settle closes the channel with a promoted value: once the channel is drained, every receive has that
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
	for i := range waiting {
		waiting[i].wake(v, ok, s, from)
	}
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
