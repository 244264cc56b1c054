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

	turns sync.Mutex // of strands; who has it may look at all of them
	door  sync.Mutex // held by who waits for the end of a turn
	asks  atomic.Bool

	// told has, by strand, behind which instruction Stops was called last, while the strand may come to execute that instruction
	// once more because it has given way in it; again are the strands that do.
	told  map[int64]uintptr
	again map[int64]bool
}

// wants tells whether somebody waits for the end of a turn.
func (d *Debugger) wants() bool { return d != nil && d.asks.Load() }

// begin is the begin of a strand's turn. The strand has the lock then.
func (d *Debugger) begin(s *Strand) {
	d.turns.Lock()
	d.letIn()
	if at, ok := d.told[s.ID()]; ok {
		delete(d.told, s.ID())
		if at == s.ip+instrSize {
			d.again[s.ID()] = true
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
	}
	d.turns.Unlock()
}

// stop tells of an instruction, once.
func (d *Debugger) stop(s *Strand) {
	if d.again[s.ID()] {
		delete(d.again, s.ID())
	} else {
		d.Stops(s)
	}
	if d.told == nil {
		d.told, d.again = map[int64]uintptr{}, map[int64]bool{}
	}
	d.told[s.ID()] = s.ip
}

// letIn lets who waits for the end of the turn have it now.
func (d *Debugger) letIn() {
	for d.asks.Load() {
		d.turns.Unlock()
		d.passDoor()
		d.turns.Lock()
	}
}

// passDoor waits until whoever waits for the end of a turn has had it.
func (d *Debugger) passDoor() {
	d.door.Lock()
	defer d.door.Unlock()
}

// outside returns what calls f, which waits for something outside, without keeping other strands from running.
func (d *Debugger) outside(f func()) func() {
	return func() {
		d.turns.Unlock()
		defer d.turns.Lock()
		f()
	}
}

// Standing calls f while all strands stand. It waits for the end of a strand's turn, or for its next call: functions of the Debugger must
// not call it, they are in such a turn.
func (v *VM) Standing(f func()) {
	d := v.config.Debugger
	d.door.Lock()
	defer d.door.Unlock()
	d.asks.Store(true)
	v.sched.EachRunning(func(s *scheduler.Strand) { s.Task().Interrupt() })
	d.turns.Lock()
	defer d.turns.Unlock()
	d.asks.Store(false)
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

// Redirect makes functions run the code of others, from the next call on (bytecode.Redirect); one that is redirected to itself runs
// its own again.
func (v *VM) Redirect(list []bytecode.Redirect) error {
	return v.Grow(v.image.Load().mod, list)
}

// atStop tells the debugger that the strand has come to an instruction.
func atStop(s *Strand) error {
	if d := s.vm.config.Debugger; d != nil {
		d.stop(s)
	}
	return s.stopRequest()
}
