package vm

import (
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
)

// weave is a coroutine: a data stack with frames that a strand steps into and
// out of (chapter 5, section 6). Handle and context are the same object. What
// is not atomic belongs to the strand that holds busy.
type weave struct {
	busy    atomic.Bool
	waiting atomic.Int64
	turn    channel.Channel // wakes strands that wait for busy

	state  weaveState
	cancel atomic.Bool
	body   stack.Value
	start  []stack.Value // what the body finds below context and first value
	saved  context       // suspended: where it stopped
	slot   int32         // suspended: the window of its yield
	caller context       // running: who resumed it
	window int32         // running: the window of that resume
	outer  *weave        // running: the weave that the resume stands in
}

type weaveState uint8

const (
	weaveCreated weaveState = iota
	weaveSuspended
	weaveRunning
	weaveEnded
)

// context is what the interpreter needs to go on at some place.
type context struct {
	slots      []stack.Value
	base       int
	aux        []stack.Value
	ip, fp, sp uintptr
	frames     []frame
	end        uintptr
	reserved   int64
}

func (s *Strand) save() context {
	return context{s.slots, s.base, s.aux, s.ip, s.fp, s.sp, s.frames, s.end, s.reserved}
}

func (s *Strand) restore(c *context) {
	s.slots, s.base, s.aux, s.ip, s.fp, s.sp, s.frames, s.end, s.reserved = c.slots, c.base, c.aux, c.ip, c.fp, c.sp, c.frames, c.end, c.reserved
	s.setLimit(s.end)
	*c = context{}
}

// weaveEnd is where the first frame of a weave's body returns to.
var weaveEnd = []bytecode.Instr{{Op: bytecode.OpWeaveEnd}}

func weaveOf(v stack.Value) (*weave, error) {
	if v.Kind() != stack.Weave {
		return nil, Mismatch("a weave", v)
	}
	return (*weave)(v.Object()), nil
}

// acquire waits until no other strand runs the weave.
func (w *weave) acquire(s *Strand) error {
	if w.busy.CompareAndSwap(false, true) {
		return nil
	}
	w.waiting.Add(1)
	defer w.waiting.Add(-1)
	for !w.busy.CompareAndSwap(false, true) {
		if _, _, stopped := w.turn.Receive(&s.waiter); stopped {
			return ErrStopped
		}
	}
	return nil
}

func (w *weave) release() {
	w.busy.Store(false)
	if w.waiting.Load() > 0 {
		w.turn.Send(stack.FromInt(0))
	}
}

// weave makes a weave of the quotation in slot a.
func (s *Strand) weave(a *stack.Value) error {
	if a.Kind() != stack.Quotation {
		return Mismatch("Quotation", *a)
	}
	w := &weave{body: *a}
	if a.AsClosure().Captures == nil {
		below, err := s.visible(s.index(uintptr(unsafe.Pointer(a))))
		if err != nil {
			return err
		}
		w.start = make([]stack.Value, len(below))
		for i, v := range below {
			w.start[i] = v.Promote()
		}
	}
	*a = stack.FromObject(stack.Weave, unsafe.Pointer(w))
	return nil
}

// resume steps into the weave in slot a with the value above it.
func (s *Strand) resume(a int32) error {
	handle, value := *at(s.fp, a), at(s.fp, a+1).Promote()
	w, err := weaveOf(handle)
	if err != nil {
		return err
	}
	for outer := s.inside; outer != nil; outer = outer.outer {
		if outer == w {
			return Fail("the weave cannot resume itself")
		}
	}
	if err := w.acquire(s); err != nil {
		return err
	}
	if w.cancel.Load() {
		w.state = weaveEnded
	}
	if w.state == weaveEnded {
		w.release()
		*at(s.fp, a+1) = stack.FromInt(0)
		at(s.fp, a+2).SetBool(false)
		return nil
	}
	w.caller, w.window, w.outer = s.save(), a, s.inside
	created := w.state == weaveCreated
	w.state = weaveRunning
	s.inside = w
	if !created {
		s.restore(&w.saved)
		*at(s.fp, w.slot+1) = value
		return nil
	}
	closure := w.body.AsClosure()
	values := append(append(w.start, handle, value), closure.Captures...)
	w.start = nil
	s.slots, s.frames, s.aux, s.base, s.reserved = nil, nil, nil, 0, 0
	if err := s.enter(closure.Func, values); err != nil {
		s.restore(&w.caller)
		return err
	}
	s.frames[0].ip = uintptr(unsafe.Pointer(&weaveEnd[0]))
	return nil
}

// yield gives a value to who resumed the weave that runs.
func (s *Strand) yield(a int32) error {
	w, err := weaveOf(*at(s.fp, a))
	if err != nil {
		return Fail("the value below the yielded one must be the weave's context, found %s", Describe(*at(s.fp, a)))
	}
	if w != s.inside {
		return Fail("the context below the yielded value is not that of the running weave")
	}
	if w.cancel.Load() {
		return s.leaveWeave(stack.FromInt(0), false)
	}
	value := at(s.fp, a+1).Promote()
	w.saved, w.slot, w.state = s.save(), a, weaveSuspended
	s.answer(w, value, true)
	return nil
}

// leaveWeave ends the weave that runs.
func (s *Strand) leaveWeave(value stack.Value, more bool) error {
	w := s.inside
	if w == nil {
		return Fail("no weave is running")
	}
	w.state = weaveEnded
	s.answer(w, value, more)
	return nil
}

// answer goes back to the resume that the weave runs for.
func (s *Strand) answer(w *weave, value stack.Value, more bool) {
	window := w.window
	s.inside, w.outer = w.outer, nil
	s.restore(&w.caller)
	w.release()
	*at(s.fp, window+1) = value
	at(s.fp, window+2).SetBool(more)
}

// cancel ends a weave: at once, or when it yields if it runs.
func cancel(v stack.Value) error {
	w, err := weaveOf(v)
	if err == nil {
		w.cancel.Store(true)
	}
	return err
}

// dump hands the whole stack up to top to a word that writes it, and empties it.
func (s *Strand) dump(top uintptr, b *Builtin) error {
	values, err := s.visible(s.index(top))
	if err != nil {
		return err
	}
	if err := b.Run(s, values); err != nil {
		return err
	}
	clear(values)
	s.sp = s.address(s.base)
	s.distrust(s.sp)
	return nil
}
