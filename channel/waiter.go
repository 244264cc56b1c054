package channel

import (
	"slices"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Waiter is a strand that waits at a channel: for nothing else, then it says the strand and a place; or in
// a Selection. Receivers want the value at the place and, behind it, whether it is one;
// senders have the value there, and want to know there whether it is in. The zero
// Waiter is none.
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

func (w *Waiter) none() bool { return w.Strand == nil && w.selection == nil }

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

// wake hands a receiver its result and readies the strand. from is the worker that the caller runs on,
// or nil.
func (w *claimed) wake(v stack.Value, ok bool, s *scheduler.Scheduler, from *scheduler.Worker) {
	if t := w.selection; t != nil {
		t.index = w.index
		t.result[0], t.result[1] = v, stack.FromBool(ok)
		t.result = nil // it may be a place on a stack that moves
		t.finish(w.parked, from)
		return
	}
	w.Result[0], w.Result[1] = v, stack.FromBool(ok)
	s.Ready(w.Strand, from)
}

// answer is wake for a sender, who wants to know only whether the value is in.
func (w *claimed) answer(ok bool, s *scheduler.Scheduler, from *scheduler.Worker) {
	w.wake(stack.FromBool(ok), ok, s, from)
}

// value is what a sender sends.
func (w *claimed) value() stack.Value {
	if w.selection == nil {
		return w.Result[0]
	}
	c := w.selection.Case(w.index)
	c.Value.Share() // the list of cases has it as well
	return c.Value
}

// wakeAll gives all receivers of a channel that has been closed the same.
func wakeAll(all []claimed, v stack.Value, ok bool, s *scheduler.Scheduler, from *scheduler.Worker) {
	for i := range all {
		all[i].wake(v, ok, s, from)
	}
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

// anyBut tells whether somebody waits who could be claimed, but for a party to whom that would be
// itself; nil: to nobody.
func (q *waiters) anyBut(self *Selection) bool {
	for i := q.first; i < len(q.items); i++ {
		w := &q.items[i]
		switch {
		case !w.live() && i == q.first:
			q.shift()
		case w.live() && !w.of(self):
			return true
		}
	}
	return false
}

// of tells whether the wait is in a Selection.
func (w *Waiter) of(t *Selection) bool { return t != nil && w.selection == t }

// shift drops the first.
func (q *waiters) shift() {
	q.items[q.first] = Waiter{}
	if q.first++; q.first == len(q.items) {
		q.items, q.first = q.items[:0], 0
	}
}

// take claims the one that has waited longest, self aside; false if nobody waits.
func (q *waiters) take(self *Selection) (c claimed, ok bool) {
	for q.first < len(q.items) {
		w := q.items[q.first]
		if w.of(self) {
			return q.takeBehind(self)
		}
		q.shift()
		if parked, ok := w.claim(); ok {
			return claimed{w, parked}, true
		}
	}
	return claimed{}, false
}

// takeBehind is take where the first is self.
func (q *waiters) takeBehind(self *Selection) (c claimed, ok bool) {
	for i := q.first + 1; i < len(q.items); i++ {
		w := q.items[i]
		if w.of(self) {
			continue
		}
		if parked, ok := w.claim(); ok {
			q.items = slices.Delete(q.items, i, i+1)
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
