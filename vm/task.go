package vm

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// task is a strand whose end somebody waits for: its scope, or who has started it and has the
// task's value, :StrandTask of its id and of a channel that is settled with the outcome.
type task struct {
	vm        *VM
	end       *channel.Channel // nil: only its scope waits
	scope     *scope           // that it must not outlive; nil: none
	cancelled atomic.Bool
	dismissed bool // its scope has asked it to end; the scope's lock is for it

	mu       sync.Mutex
	strand   *Strand // nil: it runs nothing any more
	why      string  // it was cancelled
	ended    bool    // and what follows is the outcome
	outcome  stack.Value
	monitors []*channel.Channel
	links    map[*task]struct{}
	vital    map[int64]struct{} // strands without a task that it is linked to: its failure is the program's
}

// taskTag is the tag of a task, endedTag that of what a monitor gets: the id and the outcome.
const (
	taskTag  = "StrandTask"
	endedTag = "StrandEnded"
)

// Cancelled is the reason of the error of a strand that was cancelled.
const Cancelled = "the strand was cancelled"

// childMember is what a strand has that this one starts; watched is one whose end can be waited for.
func (s Tasks) childMember(watched bool) *member {
	scope := recovery(s).scope()
	if scope == nil && !watched && (s.member == nil || s.member.group == nil) {
		return nil // as most have it: nothing is allocated
	}
	child := &member{}
	if s.member != nil {
		child.group = s.member.group
	}
	if watched || scope != nil {
		child.task = &task{vm: s.vm, scope: scope}
	}
	return child
}

// Tasks is a strand as the words of tasks and scopes see it.
type Tasks struct{ *Strand }

// startTask starts a strand that is a task, and returns its value or, if nobody but its scope
// watches it, its id.
func (s Tasks) startTask(child *Strand, watched bool) stack.Value {
	t := child.member.task
	t.strand = child
	if watched {
		t.end = new(channel.Channel)
		s.vm.tasks.Store(t.end, t)
	}
	if t.scope != nil {
		t.scope.add(t, s.member.ownTask())
	}
	id := stack.FromInt(s.vm.sched.Start(&child.Strand, child, s.Worker()))
	if !watched {
		return id
	}
	return recovery(s).tagged(taskTag, id, channelValue(t.end))
}

// Task returns the id of a task, and the channel that is settled with its outcome.
func (s Tasks) Task(v stack.Value) (id, end stack.Value, err error) {
	_, c, err := s.taskOf(v)
	if err != nil {
		return v, v, err
	}
	return v.AsVariant().At(0), channelValue(c), nil
}

// taskOf returns the task that a value means; nil if it has ended.
func (s Tasks) taskOf(v stack.Value) (t *task, end *channel.Channel, err error) {
	if v.Kind() != stack.Variant || v.AsVariant().Tag.Name != taskTag || !hasKinds(v.AsVariant(), stack.Int, stack.Channel) {
		return nil, nil, Fail("expected a strand that was started, found %s", Describe(v))
	}
	end = channelOf(v.AsVariant().At(1))
	if found, ok := s.vm.tasks.Load(end); ok {
		t = found.(*task)
	}
	return t, end, nil
}

// settle is called when a strand that is a task ends, on its worker: the outcome is :Ok or :Err. The strands of the
// scopes that it has open end first.
func (s recovery) settle(outcome stack.Value) {
	t, id := s.member.task, s.ID()
	t.mu.Lock()
	t.strand = nil
	t.mu.Unlock()
	outcome.Share()
	s.closeScopes(func(from *scheduler.Worker) { t.settle(id, outcome, from) })
}

func (t *task) settle(id int64, outcome stack.Value, from *scheduler.Worker) {
	t.mu.Lock()
	t.ended, t.outcome = true, outcome
	monitors, links := t.monitors, t.links
	t.monitors, t.links = nil, nil
	t.mu.Unlock()
	failed := isFailure(outcome)
	t.vm.names.forget(t)
	for _, c := range monitors { // who has joined the strand finds there what monitors get
		t.vm.tell(c, id, outcome, from)
	}
	if t.end != nil {
		t.end.Settle(outcome, &t.vm.sched, from)
		t.vm.tasks.Delete(t.end)
	}
	for other := range links {
		other.watch(func() { delete(other.links, t) })
		if failed {
			other.cancel(linkedReason(id, outcome))
		}
	}
	if failed && len(t.vital) > 0 {
		t.vm.Stop(errorOfOutcome(outcome))
	}
	if t.scope != nil {
		t.scope.ended(t, outcome, from)
	}
}

// tell sends a monitor the outcome of a strand, if need be past the channel's limit: the end of a strand must not be
// lost, and nobody is there who could wait.
func (v *VM) tell(c *channel.Channel, id int64, outcome stack.Value, from *scheduler.Worker) {
	c.Deliver(stack.FromVariant(stack.NewVariant(v.image.Load().tag(endedTag), []stack.Value{stack.FromInt(id), outcome})), &v.sched, from)
}

func linkedReason(id int64, outcome stack.Value) string {
	return fmt.Sprintf("the linked strand #%d failed: %s", id, errorOfOutcome(outcome).Reason)
}

// errorOfOutcome is the error in an :Err that the VM has made.
func errorOfOutcome(outcome stack.Value) *RuntimeError {
	e, err := ErrorOf(outcome.AsVariant().At(0).AsVariant())
	if err != nil {
		return &RuntimeError{Reason: err.Error()}
	}
	return e
}

// cancel asks the task to end, for a reason: where it waits, or with its next call. The first one counts.
// Safe from any goroutine.
func (t *task) cancel(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.strand == nil || t.cancelled.Load() {
		return
	}
	t.why = why
	t.cancelled.Store(true)
	t.strand.stop()
}

// stop makes a strand look soon whether it has to leave what it does. Safe from any goroutine while it lives.
func (s *Strand) stop() {
	s.Interrupt()
	if t := s.selection.Load(); t != nil {
		t.Cancel()
	}
	s.member.leaveWaiting(s)
}

// Cancel asks a task to end.
func (s Tasks) Cancel(v stack.Value) error {
	t, _, err := s.taskOf(v)
	if err == nil && t != nil {
		t.cancel(Cancelled)
	}
	return err
}

// Monitor sends a channel :StrandEnded with id and outcome when a task ends, or at once if it has ended.
func (s Tasks) Monitor(v stack.Value, c *channel.Channel) error {
	t, end, err := s.taskOf(v)
	if err != nil {
		return err
	}
	if t != nil && t.watch(func() { t.monitors = append(t.monitors, c) }) {
		return nil
	}
	s.vm.tell(c, v.AsVariant().At(0).AsInt(), s.outcomeAt(t, end), s.Worker())
	return nil
}

// Unmonitor takes a Monitor of the channel back: false if there is none, or the end of the task goes to it
// already.
func (s Tasks) Unmonitor(v stack.Value, c *channel.Channel) (found bool, err error) {
	t, _, err := s.taskOf(v)
	if err != nil || t == nil {
		return false, err
	}
	t.watch(func() {
		if i := slices.Index(t.monitors, c); i >= 0 {
			t.monitors, found = slices.Delete(t.monitors, i, i+1), true
		}
	})
	return found, nil
}

// watch runs a function with the lock held if the task has not ended.
func (t *task) watch(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	f()
	return true
}

// outcomeAt is the outcome of a task that has ended.
func (s Tasks) outcomeAt(t *task, end *channel.Channel) stack.Value {
	if t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.outcome
	}
	v, _ := end.Final()
	return v
}

// Link ties the strand to a task: if one of the two fails, the other one is cancelled. If the
// strand is none whose end anybody waits for, its own failure is the program's, and so is that of the task.
func (s Tasks) Link(v stack.Value) error {
	t, end, err := s.taskOf(v)
	if err != nil {
		return err
	}
	own := s.member.ownTask()
	if t != nil && t != own && t.watch(func() {
		if own == nil {
			if t.vital == nil {
				t.vital = map[int64]struct{}{}
			}
			t.vital[s.ID()] = struct{}{}
			return
		}
		t.link(own)
	}) {
		if own != nil {
			own.watch(func() { own.link(t) })
			if !t.watch(func() {}) { // it may not have seen that link when it ended
				own.watch(func() { delete(own.links, t) })
			}
		}
		return nil
	}
	if t == own && t != nil {
		return nil
	}
	if outcome := s.outcomeAt(t, end); isFailure(outcome) {
		return Fail("%s", linkedReason(v.AsVariant().At(0).AsInt(), outcome))
	}
	return nil
}

// Unlink takes back what ties the strand to a task.
func (s Tasks) Unlink(v stack.Value) error {
	t, _, err := s.taskOf(v)
	if err != nil || t == nil {
		return err
	}
	own := s.member.ownTask()
	t.watch(func() {
		delete(t.links, own)
		if own == nil {
			delete(t.vital, s.ID())
		}
	})
	if own != nil {
		own.watch(func() { delete(own.links, t) })
	}
	return nil
}

func (t *task) link(other *task) {
	if t.links == nil {
		t.links = map[*task]struct{}{}
	}
	t.links[other] = struct{}{}
}

func (m *member) ownTask() *task {
	if m == nil {
		return nil
	}
	return m.task
}

// names are the channels that strands have given a name, and which task has given which. The zero
// value is ready.
type names struct {
	mu     sync.Mutex
	byName map[string]named
	byTask map[*task]map[string]struct{}
}

type named struct {
	channel *channel.Channel
	owner   *task // nil: the name stays when the strand ends
}

// Register gives a channel a name until the strand ends, if that is a task, or Unregister; false if
// another channel has the name.
func (s Tasks) Register(name string, c *channel.Channel) bool {
	ns, own := &s.vm.names, s.member.ownTask()
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if _, taken := ns.byName[name]; taken {
		return false
	}
	if ns.byName == nil {
		ns.byName, ns.byTask = map[string]named{}, map[*task]map[string]struct{}{}
	}
	ns.byName[name] = named{c, own}
	if own != nil {
		if ns.byTask[own] == nil {
			ns.byTask[own] = map[string]struct{}{}
		}
		ns.byTask[own][name] = struct{}{}
	}
	return true
}

// Named returns the channel of a name and true; a closed channel and false if there is none.
func (s Tasks) Named(name string) (c, found stack.Value) {
	ns := &s.vm.names
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n, ok := ns.byName[name]
	if !ok {
		n.channel = new(channel.Channel)
		n.channel.Close(&s.vm.sched, s.Worker())
	}
	return channelValue(n.channel), stack.FromBool(ok)
}

// Unregister takes a name away; false if nobody has it.
func (v *VM) Unregister(name string) bool {
	ns := &v.names
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n, taken := ns.byName[name]
	delete(ns.byName, name)
	if own := ns.byTask[n.owner]; own != nil {
		if delete(own, name); len(own) == 0 {
			delete(ns.byTask, n.owner)
		}
	}
	return taken
}

// forget takes the names of a task that has ended away.
func (ns *names) forget(t *task) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	for name := range ns.byTask[t] {
		delete(ns.byName, name)
	}
	delete(ns.byTask, t)
}
