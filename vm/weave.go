package vm

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/stack"
)

// weave is a coroutine: a data stack with frames and an arena that a strand
// steps into and out of (chapter 5, section 6). Handle and context are the
// same object. What has no lock belongs to the strand that runs the weave.
type weave struct {
	mu      sync.Mutex
	busy    bool      // a strand runs the weave, or is about to
	waiters []*Strand // that want to resume it, in order of arrival

	cancelled atomic.Bool
	state     weaveState
	body      *stack.Closure
	data      stack.Stack
	arena     arena.Arena
	saved     continuation // suspended: where it stopped
	image     *image       // suspended: what the strand went by
	slot      int32        // suspended: the window of its yield
	caller    continuation // running: who resumed it
	window    int32        // running: the window of that resume
	outer     *weave       // running: the weave that the resume stands in
}

type weaveState uint8

const (
	weaveCreated weaveState = iota
	weaveSuspended
	weaveRunning
	weaveEnded
)

func (s *Strand) restore(c *continuation) {
	s.continuation = *c
	s.limit.move(s.end)
	*c = continuation{}
}

// weaveEnd is where the first frame of a weave's body returns to.
var weaveEnd = []bytecode.Instr{{Op: bytecode.OpWeaveEnd}}

// acquire makes the strand the one that runs the weave. If another one does,
// the strand is noted and must park; it executes the instruction at ip again
// when its turn has come.
func (w *weave) acquire(s *Strand) error {
	if s.granted == w {
		s.granted = nil
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.busy {
		w.busy = true
		return nil
	}
	if s.member != nil {
		s.member.resumes.Store(w)
		if err := s.stopRequest(); err != nil { // who stops the strand may not have seen the weave
			return err
		}
	}
	s.parkedAt.Store(s.ip)
	s.ip -= instrSize
	w.waiters = append(w.waiters, s)
	return errParked
}

// forget takes a strand that waits for the weave off: it belongs to the caller then. False if it does
// not wait.
func (w *weave) forget(s *Strand) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiters, s)
	if i < 0 {
		return false
	}
	w.waiters = slices.Delete(w.waiters, i, i+1)
	return true
}

// release gives the weave to the strand that has waited longest.
func (w *weave) release(s *Strand) {
	w.mu.Lock()
	if len(w.waiters) == 0 {
		w.busy = false
		w.mu.Unlock()
		return
	}
	next := w.waiters[0]
	w.waiters[0] = nil
	w.waiters = w.waiters[1:]
	w.mu.Unlock()
	next.granted = w
	s.vm.sched.Ready(&next.Strand, s.Worker())
}

// newWeave makes a weave of the quotation in slot a.
func (s *Strand) newWeave(a *stack.Value) error {
	if a.Kind() != stack.Quotation {
		return Mismatch("Quotation", *a)
	}
	w := &weave{body: a.AsClosure()}
	if s.vm.config.PoisonArenas {
		w.arena.Poison()
	}
	if w.body.Captures == nil {
		below, err := s.visible(s.indexOf(a))
		if err != nil {
			return err
		}
		w.data.Slots = hugepage.Make[stack.Value](max(firstSlots, len(below)+4))
		w.data.Fill(below)
	}
	*a = weaveValue(w)
	return nil
}

// resume steps into the weave in slot a with the value above it.
func (s *Strand) resume(a int32) error {
	handle := *at(s.fp, a)
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
	if s.outdated() { // the weave's code may be younger than what run knows
		w.release(s)
		return s.retry()
	}
	if w.cancelled.Load() {
		w.end()
	}
	if w.state == weaveEnded {
		w.release(s)
		*at(s.fp, a+1) = stack.FromInt(0)
		at(s.fp, a+2).SetBool(false)
		return nil
	}
	value := at(s.fp, a+1).Promote()
	w.caller, w.window, w.outer = s.continuation, a, s.inside
	created := w.state == weaveCreated
	w.state = weaveRunning
	s.inside = w
	w.arena.Move(s.Worker().Account)
	if !created {
		s.restore(&w.saved)
		*at(s.fp, w.slot+1) = value
		if w.image != s.image {
			s.lookForOldFrames()
		}
		return nil
	}
	w.data.Push(handle)
	w.data.Push(value)
	for _, c := range w.body.Captures {
		c.Share()
		w.data.Push(c)
	}
	s.data, s.arena, s.frames, s.aux, s.tries, s.reserved = &w.data, &w.arena, nil, nil, nil, 0
	if err := s.enter(w.body.Func); err != nil {
		recovery{s}.leaveFailed(w)
		return err
	}
	s.frames[0].ip = codeAddress(&weaveEnd[0])
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
	if s.tries.scope() != nil {
		return Fail("a scope is open that the weave has opened: its strands would run on for nobody")
	}
	if w.cancelled.Load() {
		return s.leaveWeave()
	}
	value := at(s.fp, a+1).Promote()
	w.saved, w.slot, w.state, w.image = s.continuation, a, weaveSuspended, s.image
	w.arena.Move(nil) // it may be dropped unseen: only a running weave's bytes are booked
	s.answer(w, value, true)
	return nil
}

// leaveWeave ends the weave that runs.
func (s *Strand) leaveWeave() error {
	w := s.inside
	if w == nil {
		return Fail("no weave is running")
	}
	w.end()
	s.answer(w, stack.FromInt(0), false)
	return nil
}

// end lets go of everything that the body could still use.
func (w *weave) end() {
	if w.state == weaveEnded {
		return
	}
	w.state = weaveEnded
	w.arena.End()
	w.arena.Move(nil)
	w.data, w.saved, w.body = stack.Stack{}, continuation{}, nil
}

// answer goes back to the resume that the weave runs for.
func (s *Strand) answer(w *weave, value stack.Value, more bool) {
	window := w.window
	s.inside, w.outer = w.outer, nil
	s.restore(&w.caller)
	w.release(s)
	*at(s.fp, window+1) = value
	at(s.fp, window+2).SetBool(more)
}

// cancel ends a weave for a strand: at once, or when it yields if it runs.
func (w *weave) cancel(s *Strand) {
	w.cancelled.Store(true)
	w.mu.Lock()
	idle := !w.busy
	w.busy = true
	w.mu.Unlock()
	if idle {
		w.end()
		w.release(s)
	}
}

// dump hands the whole stack up to top to a word that writes it, and empties it.
func (s *Strand) dump(top uintptr, b *Builtin) error {
	values, err := s.visible(s.index(top))
	if err != nil {
		return err
	}
	if !b.TakesStack {
		return Fail("a word that does not take the whole stack cannot be given it")
	}
	if err := b.Run(s, values); err != nil {
		return err
	}
	s.sp = s.address(s.data.Base)
	s.deoptimise(s.sp) // before the values go: a try may have to bring them back
	clear(values)
	return nil
}
