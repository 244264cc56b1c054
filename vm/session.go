package vm

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// A VM can be the host of an interactive session: code comes bit by bit, each
// input runs once, on the stack that the ones before left, and strands that it
// has started live on.

// ErrInterrupted is the outcome of an input whose context was cancelled.
var ErrInterrupted = errors.New("interrupted")

// session is what a VM has more in a session.
type session struct {
	failed func(strand int64, err error)

	mu      sync.Mutex
	running *input // nil: none

	// stopping is held while strands are stopped, or looked at because nothing can
	// run: one at a time.
	stopping sync.Mutex
}

// group is the strands that an input has started, its own among them.
type group struct {
	cancelled atomic.Bool
	reason    atomic.Pointer[error] // why; nil: because the input has failed
}

func (g *group) why() error {
	if reason := g.reason.Load(); reason != nil {
		return *reason
	}
	return ErrStopped
}

// input is one that runs.
type input struct {
	group *group
	once  sync.Once
	done  chan struct{}
	stack []stack.Value
	err   error
}

// finished tells whether there is an input, and it has ended.
func (in *input) finished() bool {
	if in == nil {
		return false
	}
	select {
	case <-in.done:
		return true
	default:
		return false
	}
}

func (in *input) finish(values []stack.Value, err error) {
	in.once.Do(func() {
		in.stack, in.err = values, err
		close(in.done)
	})
}

// Open makes the VM that of a session. failed is called with the error of a strand
// that no input runs on, on any goroutine; the strand has ended. Close ends it.
func (v *VM) Open(failed func(strand int64, err error)) {
	v.session = &session{failed: failed}
	v.sched.Init()
	v.sched.Hold() // nothing is a deadlock while the user may type
	v.sched.OnDeadlock = v.inputDeadlock
	v.sched.DeadlocksRepeat = true
}

// Close ends the session with all its strands.
func (v *VM) Close() {
	v.Stop(ErrStopped)
	_ = v.Console.Seal() // the inputs have had the errors
	v.closeState()
}

// Grow gives the VM a module that its own is a part of, or the same, and carries
// redirects out. Strands that run meanwhile go by it from their next call on.
func (v *VM) Grow(mod *bytecode.Module, redirects []bytecode.Redirect) error {
	before := v.image.Load()
	img, err := before.grow(mod)
	if err != nil {
		return err
	}
	changed := img.redirect(redirects, len(before.funcs))
	v.image.Store(img)
	if changed {
		v.sched.EachRunning(func(s *scheduler.Strand) { s.Task().Interrupt() })
	}
	return nil
}

// Do runs a function on a strand of its own, whose stack holds the values, and
// waits until it has ended; other strands run meanwhile and live on. It returns
// the stack that is left. The values given are as before, whatever happens.
//
// The error is a *RuntimeError, *ExitError, *InternalError, a *DeadlockError if
// nothing can ever wake the strand, or ErrInterrupted if ctx was cancelled. Then
// all strands that the function has started are stopped.
func (v *VM) Do(ctx context.Context, function int32, values []stack.Value) ([]stack.Value, error) {
	in := &input{group: &group{}, done: make(chan struct{})}
	s := v.pool.get(v, -1)
	s.group, s.input = in.group, in
	s.data.Fill(values)
	if err := s.enter(function); err != nil {
		return nil, err
	}
	v.session.run(in)
	v.sched.Start(&s.Strand, s, nil)
	v.sched.Release()
	select {
	case <-in.done:
	case <-ctx.Done():
		v.cancel(in, ErrInterrupted)
		<-in.done
	}
	v.sched.Hold()
	v.session.run(nil)
	v.Console.Flush()
	if in.err != nil {
		v.cancelGroup(in.group)
	}
	return in.stack, in.err
}

func (se *session) run(in *input) {
	se.mu.Lock()
	se.running = in
	se.mu.Unlock()
}

// cancel stops an input with an outcome.
func (v *VM) cancel(in *input, outcome error) {
	in.group.reason.CompareAndSwap(nil, &outcome)
	v.cancelGroup(in.group)
}

// cancelGroup stops all strands of a group: those that run soon, those that wait
// at once.
func (v *VM) cancelGroup(g *group) {
	v.session.stopping.Lock()
	defer v.session.stopping.Unlock()
	v.stopGroup(g)
}

// stopGroup is cancelGroup with the lock held.
func (v *VM) stopGroup(g *group) {
	g.cancelled.Store(true) // strands that start from here on see it
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && s.group == g {
			s.Interrupt()
			s.unpark()
			if s.input != nil && s.outside.Load() { // nobody knows when it will be back
				s.input.finish(nil, g.why())
			}
		}
	})
}

// errGone is the panic by which a strand leaves a word that it came back to after
// it had been stopped.
var errGone = errors.New("the strand was stopped while it waited outside")

// comeBack is called when what the strand waited for outside has come.
func (s *Strand) comeBack() {
	s.outside.Store(false)
	if s.cancelled() {
		panic(errGone)
	}
}

// inputDeadlock is called when nothing can run: the input that runs waits for
// ever. Strands that wait while the user types do not count.
func (v *VM) inputDeadlock() {
	v.session.mu.Lock()
	in := v.session.running
	v.session.mu.Unlock()
	v.session.stopping.Lock()
	defer v.session.stopping.Unlock()
	if in == nil || in.group.cancelled.Load() {
		return
	}
	e := &DeadlockError{}
	waits := false
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && s.group == in.group {
			e.Blocked = append(e.Blocked, s.blocked())
			waits = waits || s.input == in
		}
	})
	if !waits { // it has ended meanwhile
		return
	}
	e.Total = int64(len(e.Blocked))
	slices.SortFunc(e.Blocked, func(a, b Blocked) int { return cmp.Compare(a.Strand, b.Strand) })
	var outcome error = e
	in.group.reason.CompareAndSwap(nil, &outcome)
	v.stopGroup(in.group)
}

// StrandInfo is a strand of the session.
type StrandInfo struct {
	ID          int64
	Word, Place string // what it waits in and FILE:LINE; "" if it runs
}

// Strands lists the strands that live, in order of their ids. Safe while they run.
func (v *VM) Strands() []StrandInfo {
	var list []StrandInfo
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && !s.group.cancelled.Load() && !s.input.finished() {
			info := StrandInfo{ID: each.ID()}
			info.Word, info.Place = s.waiting()
			list = append(list, info)
		}
	})
	slices.SortFunc(list, func(a, b StrandInfo) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// results returns the values that the strand's code has left.
func (s *Strand) results() []stack.Value {
	top := s.index(s.sp)
	values := make([]stack.Value, 0, max(top-s.data.Base, 0))
	for i := s.data.Base; i < top; i++ {
		values = append(values, s.data.Slots[i].Promote())
	}
	return values
}

// number is the strand's id as messages have it: inputs run on the main strand.
func (s *Strand) number() int64 {
	if s.input != nil {
		return 1
	}
	return s.ID()
}

func (s *Strand) cancelled() bool { return s.group != nil && s.group.cancelled.Load() }

// failed ends a strand of a session by an error.
func (s *Strand) failed(err error) scheduler.Status {
	in, id := s.input, s.ID()
	status := s.abandon()
	if in != nil {
		in.finish(nil, err)
	} else {
		s.vm.session.failed(id, err)
	}
	return status
}

// abandon ends a strand wherever it is.
func (s *Strand) abandon() scheduler.Status {
	s.spent = true
	for s.inside != nil {
		w := s.inside
		w.end()
		s.inside, w.outer = w.outer, nil
		s.restore(&w.caller)
		w.release(s)
	}
	if w := s.granted; w != nil {
		s.granted = nil
		w.release(s)
	}
	s.close()
	s.traceEnd()
	if s.input != nil && s.cancelled() {
		s.input.finish(nil, s.group.why())
	}
	return scheduler.Ended
}
