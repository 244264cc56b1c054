package channel

import (
	"sync"
	"weak"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// topic is a channel whose values go to each of its subscriptions, which are unbounded
// channels. It holds none itself: who receives from it waits for its end.
//
// Nobody can miss what a subscription would have had that nobody holds, so the topic does not keep it
// alive.
type topic struct {
	mu            sync.Mutex
	closed        bool
	subscriptions []weak.Pointer[Channel]
	sweep         int // when there are so many, those that have ended are dropped
	waiting       waiters
}

// Topic makes a channel whose values go to all that have subscribed to it.
func Topic() *Channel { return &Channel{kind: &topic{}} }

// Subscribe makes a channel that gets what is sent to the topic from now on, and is closed with it.
// False if c is no topic.
func (c *Channel) Subscribe() (*Channel, bool) {
	t, ok := c.kind.(*topic)
	if !ok {
		return nil, false
	}
	n := &Channel{}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		n.closed = true
		return n, true
	}
	if len(t.subscriptions) >= max(t.sweep, leastSweep) {
		t.each(func(c *Channel) bool { return !c.isClosed() })
		t.sweep = 2 * len(t.subscriptions)
	}
	t.subscriptions = append(t.subscriptions, weak.Make(n))
	return n, true
}

func (c *Channel) isClosed() bool {
	c.send.Lock()
	defer c.send.Unlock()
	return c.closed
}

// each visits the subscriptions that are alive, and drops those that need no more visits.
func (t *topic) each(visit func(*Channel) (more bool)) {
	rest := t.subscriptions[:0]
	for _, p := range t.subscriptions {
		if c := p.Value(); c != nil && visit(c) {
			rest = append(rest, p)
		}
	}
	clear(t.subscriptions[len(rest):])
	t.subscriptions = rest
}

// send holds the lock until all have the value: all see one order.
func (t *topic) send(w Waiter, v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) (o Outcome, queued int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !w.own() {
		return Ended, 0
	}
	if t.closed {
		return Closed, 0
	}
	count(s, from, 1, 0)
	v.Share()
	t.each(func(c *Channel) bool {
		o, n := c.put(v, s, from, false, false, 0)
		queued = max(queued, n)
		return o == Done
	})
	return Done, queued
}

func (t *topic) receive(w Waiter, _ *scheduler.Strand, _ *scheduler.Scheduler, result *[2]stack.Value) Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		if !w.none() {
			t.waiting.add(w)
		}
		return Blocked
	}
	if !w.own() {
		return Ended
	}
	return nothing(result)
}

func (t *topic) close(s *scheduler.Scheduler, from *scheduler.Worker) {
	t.mu.Lock()
	t.closed = true
	waiting, subscriptions := t.waiting.takeAll(), t.subscriptions
	t.subscriptions = nil
	t.mu.Unlock()
	wakeAll(waiting, stack.FromInt(0), false, s, from)
	for _, p := range subscriptions {
		if c := p.Value(); c != nil {
			c.Close(s, from)
		}
	}
}

func (t *topic) length() int { return 0 }
