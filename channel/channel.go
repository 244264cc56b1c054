// Package channel is the channels of Seq: unbounded FIFO queues with many
// senders and receivers and an atomic close (chapter 5, section 4).
//
// A receiver that waits parks its goroutine; no OS thread is held.
package channel

import (
	"sync"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Channel is an unbounded queue. The zero value is an open, empty channel; all
// methods are safe for concurrent use.
type Channel struct {
	mu      sync.Mutex
	queue   []stack.Value // from head on
	head    int
	waiters []*Waiter // receivers in order of arrival
	first   int
	closed  bool
}

// Waiter is the place where one strand waits. It can be used again after each
// Receive. ID is that of the strand.
type Waiter struct {
	Scheduler *scheduler.Scheduler
	Stop      <-chan struct{} // closed when the VM stops
	ID        int64
	Where     func() (word, place string)

	ready chan struct{}
	value stack.Value
	ok    bool
}

// Send appends a promoted value; false if the channel is closed.
func (c *Channel) Send(v stack.Value) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	if w := c.nextWaiter(); w != nil {
		c.mu.Unlock()
		w.wake(v, true)
		return true
	}
	c.queue = append(c.queue, v)
	c.mu.Unlock()
	return true
}

func (c *Channel) nextWaiter() *Waiter {
	if c.first == len(c.waiters) {
		return nil
	}
	w := c.waiters[c.first]
	c.waiters[c.first] = nil
	if c.first++; c.first == len(c.waiters) {
		c.waiters, c.first = c.waiters[:0], 0
	}
	return w
}

func (w *Waiter) wake(v stack.Value, ok bool) {
	w.value, w.ok = v, ok
	w.Scheduler.Unblock(w.ID)
	w.ready <- struct{}{}
}

// Receive takes the oldest value; it waits while the channel is open and
// empty. ok is false if the channel is closed and drained; stopped that the VM
// was stopped meanwhile.
func (c *Channel) Receive(w *Waiter) (v stack.Value, ok, stopped bool) {
	c.mu.Lock()
	if c.head < len(c.queue) {
		v = c.queue[c.head]
		c.queue[c.head] = stack.Value{}
		if c.head++; c.head == len(c.queue) {
			c.queue, c.head = c.queue[:0], 0
		} else if c.head > 1024 && c.head > len(c.queue)/2 {
			c.queue = append(c.queue[:0:0], c.queue[c.head:]...)
			c.head = 0
		}
		c.mu.Unlock()
		return v, true, false
	}
	if c.closed {
		c.mu.Unlock()
		return stack.FromInt(0), false, false
	}
	if w.ready == nil {
		w.ready = make(chan struct{}, 1)
	}
	c.waiters = append(c.waiters, w)
	word, place := w.Where()
	// Under the channel's lock: nobody can wake the strand before it is counted.
	w.Scheduler.Block(scheduler.Blocked{ID: w.ID, Word: word, Place: place})
	c.mu.Unlock()
	select {
	case <-w.ready:
	case <-w.Stop:
		return stack.Value{}, false, true
	}
	v, w.value = w.value, stack.Value{}
	return v, w.ok, false
}

// Close closes the channel and wakes all receivers that wait; closing again
// does nothing.
func (c *Channel) Close() {
	c.mu.Lock()
	c.closed = true
	waiters := c.waiters[c.first:]
	c.waiters, c.first = nil, 0
	c.mu.Unlock()
	for _, w := range waiters {
		w.wake(stack.FromInt(0), false)
	}
}
