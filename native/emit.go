package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// slotBytes is the size of a slot: the marker, or a pointer, and the number.
const slotBytes = 16

func markerAt(slot int32) machine.Mem {
	return machine.Mem{Base: machine.Frame, Disp: slot * slotBytes}
}
func numberAt(slot int32) machine.Mem {
	return machine.Mem{Base: machine.Frame, Disp: slot*slotBytes + 8}
}

func context(offset int32) machine.Mem { return machine.Mem{Base: machine.Context, Disp: offset} }

// emitter makes the code.
type emitter struct {
	machine.Assembler
	*builder
	code   *Code
	rows   []emission              // emitters, which name what uses them
	starts map[int32]machine.Label // of functions
	enter  machine.Label           // what all entries use
	leave  machine.Label           // what all exits use
	help   machine.Label           // what all who want help use

	// Of the function that is compiled:
	*plan
	labels   []machine.Label // by pc
	deferred []deferred
	exits    []machine.Label // by pc; 0: there is none yet
	helps    []machine.Label // by pc; 0: there is none yet
	sites    map[int]int     // number of the site, by the pc of the call
	shapes   shapes          // in front of the instruction that is emitted, and what that has found out; nil: in code that stands aside
	shapesAt []shapes        // by pc: in front of it
}

// deferred is code that stands behind all other code of its function, since control seldom comes there: it writes what is missing in memory and goes on.
type deferred struct {
	label machine.Label
	write []written
	to    machine.Label // elsewhere in the function
	pc    int           // or, if that is not below 0, out to the interpreter, in front of this instruction
	emit  func()        // or this is all of it
	owner int           // the instruction that comes here
}

// build makes the code of the functions that have plans.
func (b *builder) build(functions []int32) (*Code, error) {
	e := &emitter{Assembler: b.target.Processor.New(), builder: b, rows: emitters[:], code: &Code{}, starts: map[int32]machine.Label{}}
	e.NewLabel() // so that 0 is none
	for _, i := range functions {
		if b.plans[i] != nil {
			e.starts[i] = e.NewLabel()
		}
	}
	e.common()
	planned := len(b.plans)
	for _, i := range functions {
		if e.plan = b.plans[i]; e.plan != nil {
			e.plan.settle(b.wayOf, e.registerFile)
			e.function()
			if reach := b.target.Processor.Reach; reach != 0 && e.Here()-e.Offset(e.starts[i]) > reach {
				delete(b.plans, i)
			}
		}
	}
	if len(b.plans) < planned {
		return b.build(functions) // calls of those have no code now
	}
	var err error
	e.code.Bytes, err = e.Link()
	return e.code, err
}

// common makes the code that entries and exits share.
func (e *emitter) common() {
	l := &e.target.Layout
	e.enter, e.leave, e.help = e.NewLabel(), e.NewLabel(), e.NewLabel()

	// enter: A is where to go on, the frame, the Context and Go's goroutine are set, and Go's call says where to go back to. D is 0 behind it if there
	// are no open calls.
	e.Align(16)
	e.Bind(e.enter)
	e.KeepBack(context(l.Back))
	e.KeepStack(context(l.Outside))
	e.Load(machine.Calls, context(l.Calls))
	e.Load(machine.D, context(l.Refilled))
	e.JumpTo(machine.A)

	// leave: A is the number of the exit + 1. D says outside that this is the end.
	e.Align(16)
	e.Bind(e.leave)
	e.Store(context(l.Exit), machine.A)
	e.Store(context(l.Frame), machine.Frame)
	e.Store(context(l.Calls), machine.Calls)
	e.RestoreStack(context(l.Outside))
	e.Immediate(machine.D, 0)
	e.ReturnBack(context(l.Back))

	// help: A is the number of the exit + 1, and the innermost return address is where to go on behind the instruction. D says outside where
	// to go on with the same registers and another stack pointer, perhaps. There are as many calls as returns, and jumps otherwise, so
	// that the processor still foresees where the open calls return to.
	resume := e.NewLabel()
	e.Align(16)
	e.Bind(e.help)
	e.Store(context(l.Exit), machine.A)
	e.Store(context(l.Frame), machine.Frame)
	e.Store(context(l.Calls), machine.Calls)
	e.RestoreStack(context(l.Outside))
	e.LabelAddress(machine.D, resume)
	e.Load(machine.C, context(l.Back))
	e.JumpTo(machine.C)
	e.Bind(resume)
	e.KeepStack(context(l.Outside))
	e.Load(machine.Frame, context(l.Frame))
	e.Load(machine.Calls, context(l.Calls))
	e.Return()
}

// function makes the code of a function.
func (e *emitter) function() {
	n := len(e.f.Code)
	e.labels, e.exits, e.helps, e.deferred, e.sites = make([]machine.Label, n), make([]machine.Label, n), make([]machine.Label, n), e.deferred[:0], map[int]int{}
	e.shapesAt = make([]shapes, n)
	for pc := range e.labels {
		e.labels[pc] = e.NewLabel()
	}
	e.Align(16)
	e.Bind(e.starts[e.index])
	made := Function{Index: e.index, Call: e.Offset(e.starts[e.index])}
	for i, handed := range e.registerFile.inputs(e.f) { // what comes in memory
		if slot := int32(i); handed == noRegister && e.live[0].has(slot) {
			e.loadNumber(slot, e.kinds[0][slot])
		}
	}
	for pc, in := range e.f.Code {
		if e.kinds[pc] == nil {
			continue
		}
		place(e, pc, Work)
		e.Bind(e.labels[pc])
		put := len(e.deferred)
		e.arrive(pc)
		switch e.ways[pc] {
		case left:
			e.Jump(e.exit(pc))
		case onlyHelped:
			e.helped(pc)
		default:
			e.rows[in.Op].put(e, pc, in)
		}
		owned(e.deferred[put:], pc)
		e.depart(pc, in)
	}
	e.shapes = nil
	for i := 0; i < len(e.deferred); i++ {
		s, put := e.deferred[i], len(e.deferred)
		place(e, s.owner, Aside)
		e.emitDeferred(s)
		owned(e.deferred[put:], s.owner)
	}
	place(e, NoInstruction, Last)
	made.Last = e.Here()
	last := e.NewLabel()
	e.Bind(last)
	e.last()
	for pc := range e.f.Code {
		if e.entry[pc] {
			e.enterAt(pc, last)
		}
	}
	e.code.Functions = append(e.code.Functions, made)
}

// exit returns where the exit in front of an instruction is.
func (e *emitter) exit(pc int) machine.Label {
	if e.exits[pc] == 0 {
		e.exits[pc] = e.NewLabel()
		e.deferred = append(e.deferred, deferred{label: e.exits[pc], write: e.missing(e.front[pc], e.live[pc], e.kinds[pc]), pc: pc})
	}
	return e.exits[pc]
}

// emitDeferred emits what was put off; that may put off more.
func (e *emitter) emitDeferred(s deferred) {
	e.Bind(s.label)
	if s.emit != nil {
		s.emit()
		return
	}
	e.write(s.write)
	if s.pc < 0 {
		e.Jump(s.to)
		return
	}
	e.numberExit(s.pc, false)
	e.Jump(e.leave)
}

// write writes to memory what is missing there. It changes C.
func (e *emitter) write(list []written) {
	for _, w := range list {
		if w.number {
			e.storeNumber(w.slot, w.kind)
		}
		if w.marker {
			e.storeMarker(w.slot, w.kind)
		}
	}
}

func (e *emitter) storeNumber(slot int32, k bytecode.Kind) {
	switch r := e.register(slot, k); classOf(k) {
	case general:
		e.Store(numberAt(slot), machine.Reg(r))
	case float:
		e.FloatStore(numberAt(slot), machine.FloatReg(r))
	}
}

func (e *emitter) storeMarker(slot int32, k bytecode.Kind) {
	e.putMarker(markerAt(slot), k, machine.C)
}

// loadNumber loads the register of a slot, if it has one.
func (e *emitter) loadNumber(slot int32, k bytecode.Kind) {
	c := classOf(k)
	if c == inSlot || e.registers[c][slot] == noRegister {
		return
	}
	switch r := e.registers[c][slot]; c {
	case general:
		e.Load(machine.Reg(r), numberAt(slot))
	case float:
		e.FloatLoad(machine.FloatReg(r), numberAt(slot))
	}
}

// way returns where to jump on the way from an instruction to another one.
func (e *emitter) way(pc, to int) machine.Label {
	r, kinds := e.after(pc, to, e.registerFile)
	write := e.opened(r, kinds, to)
	if len(write) == 0 {
		return e.labels[to]
	}
	s := deferred{label: e.NewLabel(), write: write, to: e.labels[to], pc: -1}
	e.deferred = append(e.deferred, s)
	return s.label
}

// goOn goes on from an instruction to another one, which may stand right behind it.
func (e *emitter) goOn(pc, to int) {
	r, kinds := e.after(pc, to, e.registerFile)
	e.write(e.opened(r, kinds, to))
	e.goTo(pc, to)
}

// last is where the outermost call returns to: the results go to their slots.
func (e *emitter) last() {
	for i, r := range e.registerFile.convention(e.f.Results, e.f.Out) {
		if r == noRegister {
			continue
		}
		slot, k := int32(i), e.f.Results[i]
		if classOf(k) == general {
			e.Store(numberAt(slot), machine.Reg(r))
		} else {
			e.FloatStore(numberAt(slot), machine.FloatReg(r))
		}
		e.storeMarker(slot, k)
	}
	e.Immediate(machine.A, 0)
	e.Jump(e.leave)
}

// enterAt makes the entry in front of an instruction. It calls it, so that the processor foresees where the code returns to, unless
// there are calls to return to.
func (e *emitter) enterAt(pc int, last machine.Label) {
	entry := Entry{Function: e.index, PC: int32(pc), Offset: e.Here(), Site: -1}
	if n, ok := e.sites[pc-1]; ok {
		entry.Site = n
	}
	e.code.Entries = append(e.code.Entries, entry)
	place(e, pc, Enter)
	loads := e.NewLabel()
	e.LabelAddress(machine.A, loads)
	e.Jump(e.enter)
	e.Bind(loads)
	for slot := range e.live[pc].all() {
		e.loadNumber(slot, e.kinds[pc][slot])
	}
	e.Test(machine.D, machine.D)
	e.JumpIf(machine.NotEqual, e.labels[pc])
	e.Call(e.labels[pc])
	e.Jump(last)
}

// aside returns the label of deferred code.
func (e *emitter) aside(emit func()) machine.Label {
	s := deferred{label: e.NewLabel(), emit: emit}
	e.deferred = append(e.deferred, s)
	return s.label
}

// putMarker writes the marker of a kind. It may change a register.
func (e *emitter) putMarker(to machine.Mem, k bytecode.Kind, otherwise machine.Reg) {
	if at := e.target.Layout.Marker; at != 0 {
		e.StoreImm(to, int32(at)+int32(k))
		return
	}
	e.Load(otherwise, context(e.target.Layout.Markers+8*int32(k)))
	e.Store(to, otherwise)
}
