package vm

import (
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/scheduler"
)

// Debugger is told what a program does. While there is one, strands run one at a time, whatever there is of workers: each
// has its turn, in which all others stand, and the functions are called in that turn, on its goroutine. What
// they do not do in time all strands wait for.
type Debugger struct {
	// Stops is called in front of each instruction that Arm has named.
	Stops func(s *Strand)
	// Fails is called when an instruction has failed, before anything has been done about it. caught tells whether a part of
	// the program gets the error. nil: nobody wants to know.
	Fails func(s *Strand, e *RuntimeError, caught bool)
	// Begins is called when a strand begins to run, for the first time or again. nil: nobody wants to know.
	Begins func(s *Strand)

	// Deadlock is called when all strands wait and nothing can wake one, before the program is ended. nil: nobody wants to know.
	Deadlock func()

	turns turns

	// told has, by strand, behind which instruction Stops was called last, while the strand may come to execute that instruction
	// once more because it has given way in it; again is where the strands are that do.
	told, again map[int64]uintptr
}

// turns is a lock that who has waited longest gets, and who has it knows that others wait.
type turns struct {
	mu      sync.Mutex
	held    bool
	holder  *Strand  // nil: no strand
	queue   []waiter // who waits, the longest first
	waiting atomic.Int64
}

// waiter is who waits for the turn of a strand, or of somebody else if it is nil.
type waiter struct {
	strand *Strand
	comes  chan struct{}
}

// lock waits for the turn of a strand, or of somebody else if it is nil. The strand that has it is asked to give way.
func (t *turns) lock(s *Strand) {
	t.mu.Lock()
	if !t.held {
		t.held, t.holder = true, s
		t.mu.Unlock()
		return
	}
	own := waiter{s, make(chan struct{})}
	t.queue = append(t.queue, own)
	t.waiting.Add(1)
	t.ask()
	t.mu.Unlock()
	<-own.comes
}

// ask asks the strand that has its turn to give way if others wait.
func (t *turns) ask() {
	if t.holder != nil && len(t.queue) > 0 {
		t.holder.Interrupt()
	}
}

func (t *turns) unlock() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		t.held, t.holder = false, nil
		return
	}
	next := t.queue[0]
	t.queue[0] = waiter{}
	t.queue = t.queue[1:]
	t.holder = next.strand
	t.waiting.Add(-1)
	t.ask()
	close(next.comes)
}

// wants tells whether somebody waits for the end of a turn.
func (d *Debugger) wants() bool { return d != nil && d.turns.waiting.Load() > 0 }

// begin is the begin of a strand's turn. The strand has the lock then.
func (d *Debugger) begin(s *Strand) {
	d.turns.lock(s)
	if at, ok := d.told[s.ID()]; ok {
		delete(d.told, s.ID())
		if at == s.ip+instrSize {
			d.again[s.ID()] = at
		}
	}
	if d.Begins != nil {
		d.Begins(s)
	}
}

// end is the end of the turn of a strand. If it has ended there may be another one in its place by now.
func (d *Debugger) end(id int64, status scheduler.Status) {
	if status == scheduler.Ended || status == scheduler.Lost {
		delete(d.told, id)
		delete(d.again, id)
	}
	d.turns.unlock()
}

// stop tells of an instruction, once.
func (d *Debugger) stop(s *Strand) {
	at, again := d.again[s.ID()]
	delete(d.again, s.ID())
	if !again || at != s.ip { // the instruction that was executed again may have had no stop any more
		d.Stops(s)
	}
	d.comesBack(s, s.ip)
}

// comesBack is told that a strand waits in another instruction than it came to, in front of which nothing is to be told once more.
func (d *Debugger) comesBack(s *Strand, behind uintptr) {
	if d.told == nil {
		d.told, d.again = map[int64]uintptr{}, map[int64]uintptr{}
	}
	d.told[s.ID()] = behind
}

// restarts is told that a strand gives way in a jump to the start of a function: what comes next is no instruction executed again.
func (d *Debugger) restarts(s *Strand) {
	if d != nil {
		delete(d.told, s.ID())
	}
}

// letIn lets who waits for the end of the strand's turn have theirs now.
func (d *Debugger) letIn(s *Strand) {
	if d.wants() {
		d.turns.unlock()
		d.turns.lock(s)
	}
}

// outside returns what calls f, which waits for something outside, without keeping other strands from running.
func (d *Debugger) outside(s *Strand, f func()) func() {
	return func() {
		d.turns.unlock()
		defer d.turns.lock(s)
		f()
	}
}

// Standing calls f while all strands stand. It waits for the end of a strand's turn, or for its next call: functions of the Debugger must
// not call it, they are in such a turn.
func (v *VM) Standing(f func()) {
	d := v.config.Debugger
	d.turns.lock(nil)
	defer d.turns.unlock()
	f()
}

// Arm has Debugger.Stops called in front of an instruction, at which the function has a step (bytecode.Func.Steps), or no more.
// All strands must stand.
func (v *VM) Arm(function int32, pc int, on bool) {
	in := &v.image.Load().mod.Funcs[function].Code[pc]
	switch {
	case on && in.Op != bytecode.OpStop:
		in.Was, in.Op = in.Op, bytecode.OpStop
	case !on && in.Op == bytecode.OpStop:
		in.Op = in.Was
	}
}

// Switch has a strand's calls that are open go on in other code with the same frames: to gets the instructions of calls, and the one that the
// strand waits in, or stops at if executes says that a function of the Debugger was called for it, and says which instructions of which functions take their
// places; false: none does. All strands must stand.
func (s *Strand) Switch(executes bool, to func(function int32, pc int) (int32, int, bool)) {
	img, form := s.vm.image.Load(), ownForm
	if s.image != nil { // else the strand has not begun, or is to look for a new one
		form = s.image.form
	}
	elsewhere := func(ip uintptr) uintptr {
		function, pc, ok := img.functionAt(ip - instrSize)
		if !ok {
			return ip
		}
		if function, pc, ok = to(function, pc); !ok {
			return ip
		}
		return codeAddress(img.code(function, form)) + uintptr(pc+1)*instrSize
	}
	frames := func(c *continuation) {
		for i := range c.frames {
			c.frames[i].ip = elsewhere(c.frames[i].ip)
		}
	}
	if parked := s.parkedAt.Load(); executes {
		s.ip = elsewhere(s.ip)
	} else if parked != 0 {
		if at := elsewhere(parked); at != parked {
			s.ip += at - parked // the word behind which it goes on, or to which it comes back
			s.parkedAt.Store(at)
			s.vm.config.Debugger.comesBack(s, at)
		}
	}
	frames(&s.continuation)
	for w := s.inside; w != nil; w = w.outer {
		w.caller.ip = elsewhere(w.caller.ip)
		frames(&w.caller)
	}
	if s.image != nil {
		s.lookForOldFrames()
	}
}

// atStop tells the debugger that the strand has come to an instruction.
func atStop(s *Strand) error {
	if d := s.vm.config.Debugger; d != nil {
		d.stop(s)
	}
	return s.stopRequest()
}
