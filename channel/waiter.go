package channel

import (
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Waiter is a strand that waits for a channel: for nothing else, then it says the strand and
// where it wants the value and, behind it, whether it is one; or in a Selection.
type Waiter struct {
	Strand *scheduler.Strand
	Result *[2]stack.Value

	selection *Selection
	ticket    uint64
	index     int
}

// Waiter is the wait that has begun at one of the channels that it is for, its index.
func (t *Selection) Waiter(index int) Waiter {
	return Waiter{selection: t, ticket: t.ticket(), index: index}
}

// own claims the wait for its own strand, which is about to take what the channel has. False if
// somebody else has ended it.
func (w *Waiter) own() bool { return w.selection == nil || w.selection.Own() }

// claim is Selection.claim: nobody else ends a wait for one channel only.
func (w *Waiter) claim() (parked, ok bool) {
	if w.selection == nil {
		return true, true
	}
	return w.selection.claim(w.ticket)
}

func (w *Waiter) live() bool { return w.selection == nil || w.selection.live(w.ticket) }

// claimed is a waiter that the caller has claimed, and must wake.
type claimed struct {
	Waiter
	parked bool
}

// wake hands the result over and readies the strand. from is the worker that the caller runs on,
// or nil.
func (w *claimed) wake(v stack.Value, ok bool, s *scheduler.Scheduler, from *scheduler.Worker) {
	if t := w.selection; t != nil {
		t.index = w.index
		t.result[0], t.result[1] = v, stack.FromBool(ok)
		t.result = nil // it may be the place on a stack that moves
		t.finish(w.parked, from)
		return
	}
	w.Result[0], w.Result[1] = v, stack.FromBool(ok)
	s.Ready(w.Strand, from)
}

// waiters is a queue of those that wait, in order of arrival. Waits that have ended elsewhere stay in
// it until their turn comes, or until the queue is twice as long as what lived in it
// at the last sweep: an addition costs O(1) on average, and what is stale takes no more
// room than what is not.
type waiters struct {
	items []Waiter // from first on
	first int
	sweep int // at this length
}

// leastSweep is the length at which a queue is swept first.
const leastSweep = 16

func (q *waiters) add(w Waiter) {
	if len(q.items) >= max(q.sweep, leastSweep) {
		q.tidy()
	}
	q.items = append(q.items, w)
}

// tidy drops what is stale.
func (q *waiters) tidy() {
	live := q.items[:0]
	for _, w := range q.items[q.first:] {
		if w.live() {
			live = append(live, w)
		}
	}
	clear(q.items[len(live):])
	q.items, q.first, q.sweep = live, 0, 2*len(live)
}

// take claims the one that has waited longest; false if nobody waits.
func (q *waiters) take() (c claimed, ok bool) {
	for q.first < len(q.items) {
		w := q.items[q.first]
		q.items[q.first] = Waiter{}
		if q.first++; q.first == len(q.items) {
			q.items, q.first = q.items[:0], 0
		}
		if parked, ok := w.claim(); ok {
			return claimed{w, parked}, true
		}
	}
	return claimed{}, false
}

// takeAll claims all and leaves an empty queue.
func (q *waiters) takeAll() []claimed {
	var all []claimed
	for _, w := range q.items[q.first:] {
		if parked, ok := w.claim(); ok {
			all = append(all, claimed{w, parked})
		}
	}
	*q = waiters{}
	return all
}
