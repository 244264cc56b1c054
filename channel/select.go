package channel

import (
	"time"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Case is what a strand would do with one of several channels: receive from it, or send a promoted
// value to it.
type Case struct {
	Channel *Channel
	Send    bool
	Value   stack.Value
}

// caseOf is the case that a value means: a Channel, or a Variant :Send of a value and a Channel.
func caseOf(v *stack.Value) (c Case, ok bool) {
	if v.Kind() == stack.Channel {
		return Case{Channel: (*Channel)(v.Object())}, true
	}
	if v.Kind() != stack.Variant {
		return Case{}, false
	}
	send := v.AsVariant()
	if send.Tag.Name != "Send" || send.Len() != 2 {
		return Case{}, false
	}
	to := send.At(1)
	if to.Kind() != stack.Channel {
		return Case{}, false
	}
	return Case{Channel: (*Channel)(to.Object()), Send: true, Value: send.At(0)}, true
}

// Only makes one case that which the strand chooses from.
func (t *Selection) Only(c Case) {
	t.list, t.few[0], t.clocks = nil, c, c.Channel.Timed()
	t.number(1)
}

// None makes the strand wait for nothing but a time.
func (t *Selection) None() {
	t.list, t.clocks = nil, false
	t.number(0)
}

// From makes the strand choose from a list of cases, which must not change until Clear. If an element is none,
// its index is returned, else -1.
func (t *Selection) From(list *stack.VariantValue) (bad int) {
	n := list.Len()
	t.list, t.clocks = nil, false
	for i := range n {
		v := list.At(i)
		c, ok := caseOf(&v)
		if !ok {
			t.Clear()
			return i
		}
		if n <= len(t.few) {
			t.few[i] = c
		}
		t.clocks = t.clocks || c.Channel.Timed()
	}
	if n > len(t.few) {
		t.list = list
	}
	t.number(n)
	return -1
}

// number sets how many cases there are.
func (t *Selection) number(n int) {
	if len(t.order) == n {
		return
	}
	t.order = t.order[:0]
	for i := range n {
		t.order = append(t.order, int32(i))
	}
}

// Case returns one of the cases.
func (t *Selection) Case(i int) Case {
	if t.list == nil {
		return t.few[i]
	}
	v := t.list.At(i)
	c, _ := caseOf(&v)
	return c
}

// Cases returns how many cases there are.
func (t *Selection) Cases() int { return len(t.order) }

// Clear forgets the cases and what came of them.
func (t *Selection) Clear() {
	if t.list == nil {
		t.few = [fewCases]Case{}
	}
	t.list = nil
	t.outcome[0] = stack.Value{}
}

// Chosen is what became of the cases: the index of the one that was carried out, or Elapsed; the value that
// was received; false if the channel was closed.
func (t *Selection) Chosen() (index int, v stack.Value, ok bool) {
	return t.index, t.outcome[0], t.outcome[1] == stack.FromBool(true)
}

// Poll carries out one of the cases that need no waiting, each of those with the same probability. False if
// all would wait. by is the strand.
func (t *Selection) Poll(by *scheduler.Strand) bool {
	n := len(t.order)
	for i := range n { // of any permutation this makes one that is as likely as all others
		if left := n - i; left > 1 {
			j := i + t.random(left)
			t.order[i], t.order[j] = t.order[j], t.order[i]
		}
		if at := int(t.order[i]); t.try(at, Waiter{}, by) != Blocked {
			t.index = at
			return true
		}
	}
	return false
}

// random is a number below n, which is small. It needs to be fair and cheap, and nothing else (xorshift: G.
// Marsaglia, Xorshift RNGs, 2003; the range as D. Lemire has it, Fast Random Integer
// Generation in an Interval, 2019).
func (t *Selection) random(n int) int {
	x := t.seed
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	t.seed = x
	return int(x >> 32 * uint64(n) >> 32)
}

// BeginCases is Begin for the cases.
func (t *Selection) BeginCases() { t.Begin(&t.outcome) }

// Register notes the wait that has begun at the channels of all cases. Then it must Park, unless the result is
// Again: the wait was given up, and must begin again.
func (t *Selection) Register(by *scheduler.Strand) Outcome {
	for _, at := range t.order {
		switch o := t.try(int(at), t.Waiter(int(at)), by); o {
		case Blocked:
		case Done, Closed:
			t.index = int(at)
			return o
		default:
			return o
		}
	}
	return Blocked
}

// try carries out a case, or lets it wait.
func (t *Selection) try(at int, w Waiter, by *scheduler.Strand) (o Outcome) {
	c := t.Case(at)
	if !c.Send {
		return c.Channel.Receive(w, by, t.scheduler, &t.outcome)
	}
	c.Value.Share() // the list of cases has it as well
	if o = c.Channel.Send(w, c.Value, t.scheduler, by.Worker()); o <= Closed {
		t.outcome[1] = stack.FromBool(o == Done)
	}
	return o
}

// Next is the first time at which a clock among the cases brings something; false if there is none.
func (t *Selection) Next() (first time.Time, ok bool) {
	if !t.clocks {
		return first, false
	}
	for i := range t.order {
		if c := t.Case(i); !c.Send {
			if at, timed := c.Channel.Next(); timed && (!ok || at.Before(first)) {
				first, ok = at, true
			}
		}
	}
	return first, ok
}
