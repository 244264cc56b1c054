package channel

import (
	"sync"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// bounded is a channel that holds at most so many values: who sends more waits until there is room.
// With a limit of 0 a value goes from its sender to its receiver at once, and both wait for each
// other.
//
// Who waits lives in one of the queues: receivers while no value is held, senders while there is
// no room.
type bounded struct {
	limit int

	mu        sync.Mutex
	ring      []stack.Value // n values from head on
	head, n   int
	closed    bool
	receivers waiters
	senders   waiters
}

// Bounded makes a channel that holds at most limit values, which must not be negative.
func Bounded(limit int) *Channel { return &Channel{kind: &bounded{limit: limit}} }

func (b *bounded) send(w Waiter, v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) (Outcome, int) {
	b.mu.Lock()
	room := b.closed || b.n < b.limit
	if !room && !b.receivers.anyBut(w.selection) {
		if !w.none() {
			b.senders.add(w)
		}
		b.mu.Unlock()
		return Blocked, 0
	}
	if !w.own() {
		b.mu.Unlock()
		return Ended, 0
	}
	if b.closed {
		b.mu.Unlock()
		return Closed, 0
	}
	if receiver, ok := b.receivers.take(w.selection); ok {
		count(s, from, 1, 1)
		b.mu.Unlock()
		receiver.wake(v, true, s, from)
		return Done, 0
	}
	if !room {
		return b.retry(w, func(again Waiter) Outcome { o, _ := b.send(again, v, s, from); return o }), 0
	}
	if b.n == len(b.ring) && from != nil && !roomFor(b.longer()) {
		b.mu.Unlock()
		panic(memory.Refused())
	}
	b.push(v)
	count(s, from, 1, 0)
	b.mu.Unlock()
	return Done, 0
}

// retry is called, with the lock held, when the party that was there has gone in the same
// moment: a waiter that owns its wait by now cannot wait in it any more.
func (b *bounded) retry(w Waiter, try func(Waiter) Outcome) Outcome {
	b.mu.Unlock()
	if w.selection != nil {
		return Again
	}
	return try(w)
}

func (b *bounded) receive(w Waiter, by *scheduler.Strand, s *scheduler.Scheduler, result *[2]stack.Value) Outcome {
	b.mu.Lock()
	there := b.closed || b.n > 0
	if !there && !b.senders.anyBut(w.selection) {
		if !w.none() {
			b.receivers.add(w)
		}
		b.mu.Unlock()
		return Blocked
	}
	if !w.own() {
		b.mu.Unlock()
		return Ended
	}
	if b.closed && b.n == 0 {
		b.mu.Unlock()
		return nothing(result)
	}
	held := b.n > 0
	if held {
		result[0] = b.pop()
	}
	var sender claimed
	ok := false
	if !held || b.n < b.limit {
		sender, ok = b.senders.take(w.selection)
	}
	switch {
	case held && ok:
		b.push(sender.value())
	case ok:
		result[0] = sender.value()
	case !held:
		return b.retry(w, func(again Waiter) Outcome { return b.receive(again, by, s, result) })
	}
	b.mu.Unlock()
	result[1] = stack.FromBool(true)
	by.Worker().Received++
	if ok {
		by.Worker().Sent++ // the sender cannot count for itself: it runs nowhere
		sender.answer(true, s, by.Worker())
	}
	return Done
}

// deliver is a send that does not ask whether there is room.
func (b *bounded) deliver(v stack.Value, s *scheduler.Scheduler, from *scheduler.Worker) Outcome {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return Closed
	}
	if receiver, ok := b.receivers.take(nil); ok {
		count(s, from, 1, 1)
		b.mu.Unlock()
		receiver.wake(v, true, s, from)
		return Done
	}
	b.push(v)
	count(s, from, 1, 0)
	b.mu.Unlock()
	return Done
}

// push appends to the ring, which grows up to the limit, and beyond it if it must.
func (b *bounded) push(v stack.Value) {
	if b.n == len(b.ring) {
		larger := make([]stack.Value, b.longer())
		copy(larger[copy(larger, b.ring[b.head:]):], b.ring[:b.head])
		b.ring, b.head = larger, 0
	}
	at := b.head + b.n
	if at >= len(b.ring) {
		at -= len(b.ring)
	}
	b.ring[at] = v
	b.n++
}

// longer is the next length of the ring.
func (b *bounded) longer() int { return max(min(max(2*b.n, 8), b.limit), b.n+1) }

func (b *bounded) pop() stack.Value {
	v := b.ring[b.head]
	b.ring[b.head] = stack.Value{}
	if b.head++; b.head == len(b.ring) {
		b.head = 0
	}
	if b.n--; b.n == 0 && len(b.ring) > keep {
		b.ring, b.head = nil, 0
	}
	return v
}

func (b *bounded) close(s *scheduler.Scheduler, from *scheduler.Worker) {
	b.mu.Lock()
	b.closed = true
	receivers, senders := b.receivers.takeAll(), b.senders.takeAll()
	b.mu.Unlock()
	wakeAll(receivers, stack.FromInt(0), false, s, from)
	for i := range senders {
		senders[i].answer(false, s, from)
	}
}

func (b *bounded) length() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n
}
