package vm

import (
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/text"
)

// Strand is one strand: what it executes, and what it has of the VM. It belongs to the
// worker that runs it; others touch only what is said to be theirs as well.
type Strand struct {
	scheduler.Strand
	continuation
	vm    *VM
	image *image // what run goes by: all code that the strand is in is in it

	// limit is the end of the data stack, or 0 to make the next call or tail
	// call look for a reason to pause: the VM stops, or the strand must yield. Others set it.
	limit        limit
	tails        uint64         // the reduction counter: tail calls since it gave way
	gaveWay      gaveWay        // what at ip has made it yield
	hasOldFrames bool           // code of words that have been replaced may be among its frames
	sampled      atomic.Bool    // the profile asks it to look at itself
	hot          atomic.Bool    // it may have run for long: what it executes is to become machine code
	granted      *weave         // the weave that it waited for and may run now
	inside       *weave         // the weave that runs, innermost
	parkedAt     atomic.Uintptr // ip while it waits, for the dump; else 0

	traced *traced // nil: no execution trace is made
	member *member // of a session; nil: there is none
	// selection is what it waits with if more than one thing may wake it: it makes it when it
	// needs one first. Others cancel it.
	selection atomic.Pointer[wait]

	Characters text.Index // of long texts: for text words, while the strand runs

	ownData  stack.Stack
	ownArena arena.Arena
}

// strandBytes is about what a strand takes that has just been started.
const strandBytes = 1 << 10

// VM returns the VM that the strand belongs to.
func (s *Strand) VM() *VM { return s.vm }

// errParked and errYielded end the loop of a strand that goes on later. Whoever
// returns errParked has handed the strand over and must not touch it any more.
var (
	errParked  = errors.New("the strand waits")
	errYielded = errors.New("the strand gives way")
)

// Run is scheduler.Task: it executes the strand until it ends or waits.
func (s *Strand) Run() scheduler.Status {
	if s.vm.config.Trace || s.vm.config.Timeline != nil || s.vm.config.Debugger != nil {
		return shownTurn(s)
	}
	return turn(s)
}

// shownTurn is turn for those who want to know of it. It stands alone since turn has so many ways out that two deferred calls would be looked
// for at each of them, which made messages back and forth a fifth slower.
func shownTurn(s *Strand) (status scheduler.Status) {
	config := &s.vm.config
	if d := config.Debugger; d != nil {
		id := s.ID()
		d.begin(s)
		defer func() { d.end(id, status) }()
	}
	if config.Trace {
		// Opened and closed on one goroutine; the strand itself may be gone by then.
		defer s.traceRun().End()
	}
	if config.Timeline != nil {
		defer config.Timeline.ran(s.ID(), time.Now())
	}
	return turn(s)
}

// turn executes the strand until it ends or waits.
func turn(s *Strand) scheduler.Status {
	v := s.vm
	s.parkedAt.Store(0)
	if (meter{s}).expired() {
		s.Interrupt()
	}
	if s.member != nil {
		request := s.stopRequest()
		if s.member.outside.Load() {
			s.cameIn(request != nil)
		}
		switch request {
		case ErrStopped:
			recovery{s}.begin()
			return recovery{s}.cancel()
		case errUnwound:
			recovery{s}.begin()
			recovery{s}.leaveBody()
		}
	}
	s.arena.Move(s.Worker().Account)
	switch err := s.execute(); err {
	case errParked:
		return scheduler.Parked
	case errYielded:
		return scheduler.Yielded
	case nil:
		switch {
		case s.ID() == 1 && v.abandons:
			v.Stop(errAbandoned)
		case s.ID() == 1 && s.image.mod.MainInt:
			status, err := s.scene().exitStatus()
			if err != nil {
				v.Stop(err)
				return scheduler.Lost
			}
			v.status = status
		case s.member.ofInput():
			s.member.input.finish(s.results(), nil)
		case s.member != nil && s.member.task != nil:
			recovery{s}.settle(recovery{s}.success())
		case s.tries.scope() != nil: // only code that the compiler has not made leaves one open
			recovery{s}.closeScopes(func(*scheduler.Worker) {})
		}
		s.close()
		return scheduler.Ended
	case errSpent, errExpired:
		return meter{s}.exceeded(err)
	case ErrStopped:
		if s.member.cancelled() {
			return recovery{s}.cancel()
		}
		return scheduler.Lost
	default:
		if s.member != nil {
			return recovery{s}.failed(err)
		}
		v.Stop(err)
		return scheduler.Lost
	}
}

// Interrupt is scheduler.Task.
func (s *Strand) Interrupt() { s.limit.Store(0) }

// Release is scheduler.Task: it keeps the strand for the next spawn.
func (s *Strand) Release() {
	if !s.vm.stopped.Load() && (s.member == nil || !s.member.unusable) { // else it may have been left anywhere
		s.vm.pool.put(s, s.Worker().Index)
	}
}

// close lets go of what the strand held.
func (s *Strand) close() {
	s.reserved = 0
	s.arena.End()
	s.arena.Move(nil)
	s.traced.end()
	s.traced = nil
}

// Concat returns the String of the bytes of two. Strings are kept as they are, but where one grows
// at its end or at its start nothing is copied for most pieces (package arena).
func (s *Strand) Concat(a, b stack.Value) stack.Value {
	x, y := a.AsString(), b.AsString()
	switch {
	case x == "":
		return b
	case y == "":
		return a
	}
	joined, place := s.arena.Concat(x, y, a.Grows())
	return stack.Concatenated(joined, place == arena.InArena, place == arena.Growing, a, b)
}

// Bytes returns the String of a copy of b; a short one lies in the strand's arena.
func (s *Strand) Bytes(b []byte) stack.Value {
	if len(b) > arena.MaxString {
		memory.Ask(len(b))
		return stack.FromString(string(b))
	}
	to := s.arena.Alloc(len(b))
	copy(to, b)
	return stack.FromArena(to)
}

// Tag returns the tag of a name.
func (s *Strand) Tag(name string) *stack.Tag { return s.image.tag(name) }

// exitStatus is the low byte of the Int that main has left (chapter 5, section 7). What
// it leaves at the end of a quotation nobody has looked at (chapter 2, section 24).
func (s scene) exitStatus() (int, error) {
	top := s.index(s.sp)
	if top <= s.data.Base {
		return 0, s.failedMain(Fail("expected Int, found nothing: the stack is empty"), nil)
	}
	if v := s.data.Slots[top-1]; !v.IsInt() {
		return 0, s.failedMain(Mismatch("Int", v), []string{brief(v)})
	}
	return int(uint8(s.data.Slots[top-1].AsInt())), nil
}

// failedMain is the error of main as a whole, at its definition. values are what it left.
func (s scene) failedMain(err error, values []string) error {
	mod := s.img.mod
	f := &mod.Funcs[mod.Main]
	return &RuntimeError{Word: f.Name, Reason: err.Error(), Values: values, Trail: []Frame{{Word: f.Name, File: mod.FileOf(f), Line: int(f.Line), Column: int(f.Column), Count: 1}}, Strand: s.ID()}
}

// execute runs the strand until it ends, waits or has an error that it does not catch itself.
func (s *Strand) execute() error {
	for {
		err := guarded(s)
		if e, ok := err.(*RuntimeError); ok && (recovery{s}).catch(e) || err == errUnwound && (recovery{s}).leaveBody() {
			continue
		}
		return err
	}
}

// guarded runs the strand and turns a Go panic into an internal error, unless it says that there is no memory.
func guarded(s *Strand) (err error) {
	defer func() {
		r := recover()
		if r != nil {
			settle(s)
		}
		switch r {
		case nil:
		case errGone:
			if err = s.stopRequest(); err == nil {
				err = ErrStopped
			}
		default:
			if why, ok := r.(*memory.Refusal); ok { // before anything was changed
				if t := s.selection.Load(); t != nil {
					t.drop() // it may have been about to wait
				}
				err = s.fail(refused(why))
				return
			}
			word, place := s.scene().where()
			err = &InternalError{Panic: r, Word: word, Place: place, Stack: string(debug.Stack())}
		}
	}()
	return s.run()
}
