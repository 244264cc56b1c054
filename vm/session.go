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
	watch  func() // ends the watch over the time of the VM's budget
	memory func() // ends the hold of the VM's memory

	mu      sync.Mutex
	running *input // nil: none

	// stopping is held while strands are stopped, or looked at because nothing can
	// run: one at a time.
	stopping sync.Mutex
}

// group is the strands that an input has started, its own among them.
type group struct {
	allowance allowance // of its strands, besides that of the VM
	cancelled atomic.Bool
	reason    atomic.Pointer[error] // why; nil: because the input has failed
}

// stopped tells whether the strands are to end.
func (g *group) stopped() bool { return g != nil && g.cancelled.Load() }

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
	v.image.Store(v.image.Load().withoutNative().withNative(&v.config, v.config.Budget.Reductions > 0)) // it will grow, alone
	v.session = &session{failed: failed, memory: v.holdMemory()}
	v.sched.Init()
	v.session.watch = v.watchTime(&v.allowance, nil)
	v.sched.Hold() // nothing is a deadlock while the user may type
	v.sched.OnDeadlock = v.inputDeadlock
	v.sched.DeadlocksRepeat = true
}

// Close ends the session with all its strands.
func (v *VM) Close() {
	v.session.watch()
	v.Stop(ErrStopped)
	v.session.memory()
	_ = v.Console.Seal() // the inputs have had the errors
	v.closeState()
}

// Grow gives the VM a module that begins with its own (the code of the functions that both
// have is the same memory) and carries redirects out. Strands that run meanwhile go by it from
// their next call on; a frame in a function that is redirected goes over with its next
// jump back to the function's start. Safe from any goroutine while the VM runs.
func (v *VM) Grow(mod *bytecode.Module, redirects []bytecode.Redirect) error {
	before := v.image.Load()
	img, err := before.grow(mod)
	if err != nil {
		return err
	}
	changed := img.growNative(redirects, before)
	v.image.Store(img)
	if img.tier != nil {
		img.tier.compileAll(img, len(before.funcs))
	}
	if changed {
		v.sched.EachRunning(func(s *scheduler.Strand) { s.Task().Interrupt() })
	}
	return nil
}

// Do is DoWithin without bounds.
func (v *VM) Do(ctx context.Context, function int32, values []stack.Value) ([]stack.Value, error) {
	return v.DoWithin(ctx, Budget{}, function, values)
}

// DoWithin runs a function on a strand of its own, whose stack holds the values, and
// waits until it has ended; other strands run meanwhile and live on. It returns
// the stack that is left. The values given are as before, whatever happens.
//
// The error is a *RuntimeError, *ExitError, *InternalError, a *DeadlockError if
// nothing can ever wake the strand, a *LimitError (also that of the VM, which ends the session), or ErrInterrupted if ctx was cancelled. Then
// all strands that the function has started are stopped. The budget is of the function and all these strands; its
// time ends with the function.
func (v *VM) DoWithin(ctx context.Context, budget Budget, function int32, values []stack.Value) ([]stack.Value, error) {
	return v.do(ctx, budget, nil, function, values)
}

// DoHere is DoWithin for functions that are short and wait for nothing outside: they run on the goroutine of the caller, which nobody has to
// wake. No strand outlives them.
func (v *VM) DoHere(budget Budget, function int32, values []stack.Value) ([]stack.Value, error) {
	w := v.sched.Claim()
	return v.do(context.Background(), budget, w, function, values)
}

// do is DoWithin. here is the worker that the caller is, until it rests; nil: none.
func (v *VM) do(ctx context.Context, budget Budget, here *scheduler.Worker, function int32, values []stack.Value) ([]stack.Value, error) {
	rest, worker := func() {}, -1
	if here != nil {
		rest, worker = here.Rest, here.Index
	}
	if v.stopped.Load() {
		rest()
		return nil, v.outcome
	}
	in := &input{group: &group{}, done: make(chan struct{})}
	in.group.allowance.whose, in.group.allowance.budget = "the call", budget
	s := v.pool.get(v, worker)
	s.member = &member{group: in.group, input: in}
	s.data.Fill(values)
	if err := s.enter(function); err != nil {
		rest()
		return nil, err
	}
	v.session.run(in)
	defer v.watchTime(&in.group.allowance, in.group)()
	defer v.watchHot()()
	if here != nil {
		v.sched.Release()
		here.Start(&s.Strand, s)
		rest()
	} else {
		v.sched.Start(&s.Strand, s, nil)
		v.sched.Release()
	}
	select {
	case <-in.done:
	case <-v.context.Done():
		v.Console.Flush()
		return nil, v.outcome
	case <-ctx.Done():
		v.cancel(in, ErrInterrupted)
		<-in.done
	}
	v.sched.Hold()
	v.session.run(nil)
	v.Console.Flush()
	if in.err != nil || here != nil && v.sched.Active() > 0 {
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
		if s, ok := each.Task().(*Strand); ok && s.member.group == g {
			s.stop()
			if m := s.member; m.input != nil && m.outside.Load() { // nobody knows when it will be back
				m.input.finish(nil, g.why())
			}
		}
	})
}

// inputDeadlock is called when nothing can run: the input that runs waits for
// ever. Strands that wait while the user types do not count.
func (v *VM) inputDeadlock() {
	v.session.mu.Lock()
	in := v.session.running
	v.session.mu.Unlock()
	v.session.stopping.Lock()
	defer v.session.stopping.Unlock()
	if in == nil || in.group.cancelled.Load() || !v.sched.Rests() { // else the rest was before this input, and is told late
		return
	}
	e := &DeadlockError{}
	waits := false
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && s.member.group == in.group {
			e.Blocked = append(e.Blocked, s.scene().blocked())
			waits = waits || s.member.input == in
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
		if s, ok := each.Task().(*Strand); ok && !s.member.cancelled() && !s.member.input.finished() {
			info := StrandInfo{ID: each.ID()}
			info.Word, info.Place = s.scene().waiting()
			list = append(list, info)
		}
	})
	slices.SortFunc(list, func(a, b StrandInfo) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// failed ends a strand by an error that it has not caught. That of a task is what its end brings; else it
// is the error of the input or of the program.
func (s recovery) failed(err error) scheduler.Status {
	m, id := s.member, s.ID()
	if e, ok := err.(*RuntimeError); ok && m.task != nil {
		s.settle(s.failure(e))
		return s.abandon()
	}
	if m.group == nil {
		s.vm.Stop(err)
		return scheduler.Lost
	}
	status := s.abandon()
	if m.input != nil {
		m.input.finish(nil, err)
	} else {
		s.vm.session.failed(id, err)
	}
	return status
}

// cancel ends a strand that has been stopped.
func (s recovery) cancel() scheduler.Status {
	Waits(s).forget()
	if t := s.member.task; t != nil {
		why := Cancelled
		if t.cancelled.Load() {
			t.mu.Lock()
			why = t.why
			t.mu.Unlock()
		}
		s.settle(s.failure(s.cancelError(why)))
	}
	return s.abandon()
}

// failure is :Err of an error.
func (s recovery) failure(e *RuntimeError) stack.Value {
	return stack.FromVariant(stack.NewVariant(s.vm.image.Load().err, []stack.Value{s.errorValue(e)}))
}

// abandon ends a strand wherever it is.
func (s recovery) abandon() scheduler.Status {
	s.member.unusable = true
	Waits(s).forget()
	for s.inside != nil {
		s.leaveFailed(s.inside)
	}
	if w := s.granted; w != nil {
		s.granted = nil
		w.release(s.Strand)
	}
	s.close()
	if m := s.member; m.input != nil && m.group.stopped() {
		m.input.finish(nil, m.group.why())
	}
	return scheduler.Ended
}
