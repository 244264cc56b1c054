package vm

import (
	"errors"
	"sync"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// scope is a part of a strand's run that the strands started in it do not outlive. Its body runs in a try.
type scope struct {
	strand *Strand
	level  int              // 1 for the outermost one of the strand
	depth  int              // how many tries its own one stands in
	empty  *channel.Channel // closed when nothing of it is left

	mu        sync.Mutex
	children  map[*task]struct{}
	cancelled bool
	body      bool                    // it runs
	failure   *stack.Value            // :Err of the first strand that failed
	finished  bool                    // nothing of it is left
	into      *scope                  // has its strands now
	after     func(*scheduler.Worker) // instead of closing empty; it is called once
}

// errUnwound is what an interrupted body leaves the interpreter's loop with.
var errUnwound = errors.New("the scope was cancelled")

// scope is the innermost scope that the strand is in, or that it belongs to itself.
func (s recovery) scope() *scope {
	if sc := s.innermostScope(); sc != nil {
		return sc
	}
	if t := s.member.ownTask(); t != nil {
		return t.scope
	}
	return nil
}

// innermostScope is the one of the scopes that the strand has opened.
func (s recovery) innermostScope() *scope {
	if sc := s.tries.scope(); sc != nil {
		return sc
	}
	for w := s.inside; w != nil; w = w.outer {
		if sc := w.caller.tries.scope(); sc != nil {
			return sc
		}
	}
	return nil
}

func (ts *tries) scope() *scope {
	if ts == nil || len(ts.scopes) == 0 {
		return nil
	}
	return ts.scopes[len(ts.scopes)-1]
}

// OpenScope begins a scope; the next try is its body.
func (s Tasks) OpenScope() {
	if s.member == nil { // it can be interrupted from now on
		s.member = &member{}
	}
	if s.tries == nil {
		s.tries = &tries{}
	}
	sc := &scope{strand: s.Strand, level: 1, depth: s.tries.len(), empty: new(channel.Channel), children: map[*task]struct{}{}, body: true}
	if outer := recovery(s).innermostScope(); outer != nil {
		sc.level = outer.level + 1
	}
	s.tries.scopes = append(s.tries.scopes, sc)
}

// LeaveScope is called when the body of the innermost scope has ended with an outcome. The channel is closed
// when all its strands have ended.
func (s Tasks) LeaveScope(outcome stack.Value) (stack.Value, error) {
	sc := s.tries.scope()
	if sc == nil {
		return outcome, Fail("no scope is open")
	}
	sc.leave(isFailure(outcome), s.Worker())
	s.member.unwinding.CompareAndSwap(sc, nil)
	return channelValue(sc.empty), nil
}

// CloseScope ends the innermost scope; its outcome is that of the body, or the failure of a strand.
func (s Tasks) CloseScope(outcome stack.Value) (stack.Value, error) {
	sc := s.tries.scope()
	if sc == nil {
		return outcome, Fail("no scope is open")
	}
	s.tries.scopes = s.tries.scopes[:len(s.tries.scopes)-1]
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.failure != nil {
		outcome = *sc.failure
	}
	return outcome, nil
}

// CancelScope asks all strands of the innermost scope to end; its body goes on.
func (s Tasks) CancelScope() error {
	sc := recovery(s).innermostScope()
	if sc == nil {
		return Fail("no scope is open")
	}
	sc.cancelChildren()
	return nil
}

// cancelChildren asks all strands that the scope has now to end. All of them are told before the first one can end: what
// they start, and how they fail because another one ends, belongs to that.
func (sc *scope) cancelChildren() {
	sc.mu.Lock()
	children := sc.tasks()
	for _, t := range children {
		t.dismissed = true
	}
	sc.mu.Unlock()
	cancelAll(children)
}

// add makes a strand one of the scope's. A scope that is being cancelled cancels it, and so it is with
// what a strand starts that the scope has asked to end. by is the task of that strand, or nil.
func (sc *scope) add(t, by *task) {
	sc = sc.locked()
	if _, own := sc.children[by]; own {
		t.dismissed = by.dismissed
	}
	sc.children[t] = struct{}{}
	cancelled := sc.cancelled || t.dismissed
	sc.mu.Unlock()
	if cancelled {
		t.cancel(Cancelled)
	}
}

// locked locks the scope that has the scope's strands.
func (sc *scope) locked() *scope {
	for {
		sc.mu.Lock()
		if sc.into == nil {
			return sc
		}
		into := sc.into
		sc.mu.Unlock()
		sc = into
	}
}

// ended is called when a strand of the scope has ended. If nobody else waits for it and it failed, the scope
// has failed.
func (sc *scope) ended(t *task, outcome stack.Value, from *scheduler.Worker) {
	sc = sc.locked()
	if _, own := sc.children[t]; !own { // it was let go
		sc.mu.Unlock()
		return
	}
	delete(sc.children, t)
	var children []*task
	if t.end == nil && !sc.cancelled && !t.dismissed && !t.cancelled.Load() && isFailure(outcome) {
		sc.cancelled, sc.failure = true, &outcome
		children = sc.tasks()
		if sc.body {
			sc.interruptBody()
		}
	}
	after := sc.rested()
	sc.mu.Unlock()
	cancelAll(children)
	sc.finish(after, from)
}

// LetGo takes a task out of its scope: nobody waits for it there any more.
func (s Tasks) LetGo(v stack.Value) error {
	t, _, err := s.taskOf(v)
	if err == nil && t != nil && t.scope != nil {
		t.scope.letGo(t, s.Worker())
	}
	return err
}

func (sc *scope) letGo(t *task, from *scheduler.Worker) {
	sc = sc.locked()
	_, own := sc.children[t]
	delete(sc.children, t)
	finished := own && sc.rested()
	sc.mu.Unlock()
	sc.finish(finished, from)
}

// leave notes that the body has ended; if it failed, its strands end as well.
func (sc *scope) leave(failed bool, from *scheduler.Worker) {
	sc.mu.Lock()
	sc.body = false
	var children []*task
	if failed && !sc.cancelled {
		sc.cancelled = true
		children = sc.tasks()
	}
	after := sc.rested()
	sc.mu.Unlock()
	cancelAll(children)
	sc.finish(after, from)
}

// rested tells, once, whether nothing of the scope is left. The lock is held.
func (sc *scope) rested() (finished bool) {
	finished = !sc.body && len(sc.children) == 0 && !sc.finished
	sc.finished = sc.finished || finished
	return finished
}

func (sc *scope) finish(finished bool, from *scheduler.Worker) {
	switch {
	case !finished:
	case sc.after != nil:
		sc.after(from)
	default:
		sc.empty.Close(&sc.strand.vm.sched, from)
	}
}

func (sc *scope) tasks() []*task {
	list := make([]*task, 0, len(sc.children))
	for t := range sc.children {
		list = append(list, t)
	}
	return list
}

func cancelAll(list []*task) {
	for _, t := range list {
		t.cancel(Cancelled)
	}
}

// handOver cancels a scope whose strand has left it; its strands are another one's now.
func (sc *scope) handOver(to *scope) {
	sc.mu.Lock()
	to.mu.Lock() // the inner one first
	sc.body, sc.cancelled, sc.into = false, true, to
	children := sc.tasks()
	for _, t := range children {
		to.children[t] = struct{}{}
	}
	sc.children = nil
	to.mu.Unlock()
	sc.mu.Unlock()
	cancelAll(children)
}

// interruptBody makes the strand leave the body. If it is to leave the bodies of several scopes, the
// outermost one counts.
func (sc *scope) interruptBody() {
	m := sc.strand.member
	for {
		old := m.unwinding.Load()
		if old != nil && old.level <= sc.level {
			return
		}
		if m.unwinding.CompareAndSwap(old, sc) {
			break
		}
	}
	sc.strand.stop()
}

// stopRequest is the error by which the strand has to leave what it does; nil: it goes on.
func (s *Strand) stopRequest() error {
	if s.vm.stopped.Load() || s.member.cancelled() {
		return ErrStopped
	}
	if (meter{s}).expired() {
		return errExpired
	}
	if s.member == nil {
		return nil
	}
	sc := s.member.unwinding.Load()
	if sc == nil {
		return nil
	}
	if (recovery{s}).runs(sc) {
		return errUnwound
	}
	s.member.unwinding.CompareAndSwap(sc, nil) // its body has just ended
	if !(meter{s}).counts() {
		s.resetLimit()
	}
	return nil
}

// runs tells whether the strand is in the body of a scope.
func (s recovery) runs(sc *scope) bool {
	if s.tries.runs(sc) {
		return true
	}
	for w := s.inside; w != nil; w = w.outer {
		if w.caller.tries.runs(sc) {
			return true
		}
	}
	return false
}

func (ts *tries) runs(sc *scope) bool {
	if ts.len() <= sc.depth {
		return false
	}
	for _, own := range ts.scopes {
		if own == sc {
			return true
		}
	}
	return false
}

// leaveBody brings the strand behind the body of the scope that it is to leave. False if there is none.
func (s recovery) leaveBody() bool {
	sc := s.member.unwinding.Swap(nil)
	if sc == nil || !s.runs(sc) {
		return false
	}
	Waits(s).forget()
	failed := s.errorValue(s.cancelError(Cancelled))
	if w := s.granted; w != nil {
		s.granted = nil
		w.release(s.Strand)
	}
	for !s.tries.runs(sc) {
		s.tries.handOver(0, sc)
		s.leaveFailed(s.inside)
	}
	s.tries.handOver(sc.depth+1, sc)
	for s.tries.len() > sc.depth+1 {
		s.tries.pop()
	}
	s.land(failed)
	return true
}

// handOver gives another scope the strands of those that stand in at least so many tries.
func (ts *tries) handOver(depth int, to *scope) {
	if ts == nil {
		return
	}
	for n := len(ts.scopes); n > 0 && ts.scopes[n-1].depth >= depth && ts.scopes[n-1] != to; n-- {
		ts.scopes[n-1].handOver(to)
		ts.scopes = ts.scopes[:n-1]
	}
}

// closeScopes is called when the strand ends: it cancels all strands of scopes that it is in,
// and calls a function when they have ended.
func (s recovery) closeScopes(after func(*scheduler.Worker)) {
	if s.innermostScope() == nil {
		after(s.Worker())
		return
	}
	last := &scope{strand: s.Strand, children: map[*task]struct{}{}, body: true, cancelled: true, after: after}
	s.tries.handOver(0, last)
	for w := s.inside; w != nil; w = w.outer {
		w.caller.tries.handOver(0, last)
	}
	last.leave(true, s.Worker())
}

// begin makes a strand that is to leave before the first instruction of a function look as if it were
// at that: there is none in front of it.
func (s recovery) begin() {
	if _, pc, ok := s.scene().img.functionAt(s.ip); ok && pc == 0 {
		s.ip += instrSize
	}
}

// cancelError is the error of a strand that leaves what it does for a reason. What it does has not failed: no
// inputs are shown.
func (s recovery) cancelError(why string) *RuntimeError { return s.scene().caught(failure(why)) }
