package vm

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/scheduler"
)

// Budget bounds what the strands of a VM, or of one call, do together. Zero fields are no bounds.
type Budget struct {
	// Reductions is how many calls, tail calls and rounds of loops they may execute. A program that does not depend on the
	// order in which its strands run ends at the same place each time. What a call was compiled to in its place counts nothing.
	Reductions uint64
	// Time is how long they may run.
	Time time.Duration
}

// ErrReductions and ErrTimeout are the limits that a LimitError is about.
var (
	ErrReductions = errors.New("the budget of reductions is used up")
	ErrTimeout    = errors.New("the time is over")
)

// LimitError says that a limit of a Budget ended a run or call: errors.Is finds ErrReductions or ErrTimeout in it, errors.As the
// *RuntimeError that says where. No part of the program gets it, such as strands.try.
type LimitError struct {
	At    *RuntimeError
	Limit error // ErrReductions or ErrTimeout
}

// Error is the message of a run-time error.
func (e *LimitError) Error() string { return e.At.Error() }

// Unwrap gives both.
func (e *LimitError) Unwrap() []error { return []error{e.At, e.Limit} }

// allowance is what is left of a budget.
type allowance struct {
	whose   string // of errors: "the program" or "the call"
	budget  Budget
	used    atomic.Uint64 // reductions
	expired atomic.Bool   // the time is over
}

func (a *allowance) counts() bool { return a.budget.Reductions > 0 }

// take counts a reduction; false if there was none left.
func (a *allowance) take() bool {
	return !a.counts() || a.used.Add(1) <= a.budget.Reductions
}

// reason is what the error of a limit says.
func (a *allowance) reason(limit error) string {
	if limit == ErrTimeout {
		return fmt.Sprintf("%s ran for more than %v", a.whose, a.budget.Time)
	}
	return fmt.Sprintf("%s took more than %d reductions", a.whose, a.budget.Reductions)
}

// meter is a strand as its budgets see it.
type meter struct{ *Strand }

// counts tells whether each call and tail call of the strand has to be looked at: its limit is 0 then, always.
func (s meter) counts() bool {
	return s.vm.counts || s.member != nil && s.member.group.counts()
}

// setBudget gives the VM its budget.
func (v *VM) setBudget(b Budget) {
	v.allowance.whose, v.allowance.budget = "the program", b
	v.counts = b.Reductions > 0 || v.config.Settings.YieldInterval > 0
}

func (g *group) counts() bool { return g != nil && g.allowance.counts() }

// reduce counts a call, a tail call or a round of a loop.
func (s meter) reduce() error {
	if !s.vm.allowance.take() {
		return errSpent
	}
	if s.member != nil && s.member.group != nil && !s.member.group.allowance.take() {
		return errSpent
	}
	return nil
}

// errSpent and errExpired are what the interpreter's loop is left with when a limit is reached.
var (
	errSpent   = errors.New("a budget of reductions is used up")
	errExpired = errors.New("the time of a budget is over")
)

// expired tells whether the strand's time is over.
func (s meter) expired() bool {
	return s.vm.allowance.expired.Load() || s.member != nil && s.member.group != nil && s.member.group.allowance.expired.Load()
}

// exceeded ends the program, or the group, whose limit the strand has reached where it is.
func (s meter) exceeded(left error) scheduler.Status {
	v, limit := s.vm, ErrReductions
	over := func(a *allowance) bool { return a.counts() && a.used.Load() > a.budget.Reductions }
	if left == errExpired {
		limit = ErrTimeout
		over = func(a *allowance) bool { return a.expired.Load() }
	}
	if over(&v.allowance) || s.member == nil || s.member.group == nil {
		v.Stop(s.limitError(&v.allowance, limit))
		return scheduler.Lost
	}
	g := s.member.group
	v.endGroup(g, s.limitError(&g.allowance, limit))
	return recovery(s).abandon()
}

// limitError is the error of a limit that the strand has reached. It shows no values: no word has failed.
func (s meter) limitError(a *allowance, limit error) *LimitError {
	at := &RuntimeError{Strand: s.member.number(s.ID())}
	if l, ok := s.scene().img.locate(s.ip - instrSize); ok {
		at = s.scene().errorAt(l)
	}
	at.Reason, at.Weave = a.reason(limit), s.scene().resumed()
	return &LimitError{At: at, Limit: limit}
}

// endGroup ends the strands of a group by an error: that of the input that runs, or else of strands that it has left.
func (v *VM) endGroup(g *group, outcome *LimitError) {
	v.session.mu.Lock()
	in := v.session.running // now: as soon as there is a reason it may end by that, and another one may run
	v.session.mu.Unlock()
	var why error = outcome
	if !g.reason.CompareAndSwap(nil, &why) {
		return
	}
	v.cancelGroup(g)
	if in != nil && in.group == g {
		if in.finish(nil, outcome); in.err == why {
			return
		}
	}
	v.session.failed(outcome.At.Strand, outcome)
}

// grace is how long strands that run have to come to a place that the error of a timeout can name.
const grace = 500 * time.Millisecond

// watchTime ends the strands of a group, or all if it is nil, when the time of their budget is over. The function returned ends the watch.
func (v *VM) watchTime(a *allowance, g *group) (end func()) {
	if a.budget.Time <= 0 {
		return func() {}
	}
	var late atomic.Pointer[time.Timer]
	timer := time.AfterFunc(a.budget.Time, func() {
		a.expired.Store(true)
		if v.interruptAll(g) {
			late.Store(time.AfterFunc(grace, func() { v.endLate(a, g) })) // should none of them answer
		} else {
			v.endLate(a, g)
		}
	})
	return func() {
		timer.Stop()
		if t := late.Load(); t != nil {
			t.Stop()
		}
	}
}

// interruptAll makes the strands of a group, or all, look soon whether they are to end; false if none of them runs.
func (v *VM) interruptAll(g *group) (runs bool) {
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && of(s, g) {
			s.Interrupt()
			runs = runs || s.parkedAt.Load() == 0
		}
	})
	return runs
}

// of tells whether a strand belongs to a group; all belong to nil.
func of(s *Strand, g *group) bool { return g == nil || s.member != nil && s.member.group == g }

// endLate ends strands of which none runs, or answers: the error names what the first of them waits in.
func (v *VM) endLate(a *allowance, g *group) {
	at := &RuntimeError{Reason: a.reason(ErrTimeout), Strand: -1}
	v.sched.Each(func(each *scheduler.Strand) {
		s, ok := each.Task().(*Strand)
		if !ok || !of(s, g) || at.Strand >= 0 && each.ID() >= at.Strand {
			return
		}
		at.Strand, at.Trail, at.Columns = each.ID(), nil, v.config.Columns
		var place Frame
		if at.Word, place = s.scene().waitingAt(); at.Word != "" {
			at.Trail = []Frame{place}
		}
		if s.member.ofInput() {
			at.Strand = 0 // before all others
		}
	})
	at.Strand = max(at.Strand, 1)
	outcome := &LimitError{At: at, Limit: ErrTimeout}
	if g == nil {
		v.Stop(outcome)
		return
	}
	v.endGroup(g, outcome)
}
