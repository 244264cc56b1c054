package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// handing is a value that goes from one register to another one.
type handing struct{ to, from register }

// hand moves values between registers of a class, all at once.
func (e *emitter) hand(c class, moves []handing) {
	move := func(to, from register) { e.Move(machine.Reg(to), machine.Reg(from)) }
	spare := register(machine.A)
	if c == float {
		move = func(to, from register) { e.FloatMove(machine.FloatReg(to), machine.FloatReg(from)) }
		spare = register(machine.ScratchFloat)
	}
	inTurn(moves, spare, move)
}

// inTurn orders moves between registers so that none overwrites what another one still needs.
func inTurn(moves []handing, spare register, move func(to, from register)) {
	for len(moves) > 0 {
		i := 0
		for i < len(moves) && awaited(moves, i) {
			i++
		}
		if i == len(moves) { // a circle: one of its values waits in the spare register
			move(spare, moves[0].from)
			moves[0].from = spare
			continue
		}
		move(moves[i].to, moves[i].from)
		moves = append(moves[:i], moves[i+1:]...)
	}
}

// awaited tells whether another value still has to come from where one goes.
func awaited(moves []handing, i int) bool {
	for j, m := range moves {
		if j != i && m.from == moves[i].to {
			return true
		}
	}
	return false
}

// handOver brings slots from one on to the registers that a convention says; what has none is written to memory.
func (e *emitter) handOver(pc int, first int32, handed []register) {
	kinds := e.kinds[pc]
	rest := newSlotSet(e.f.Frame)
	var moves [classes][]handing
	for i, to := range handed {
		slot := first + int32(i)
		c := classOf(kinds[slot])
		switch {
		case to == noRegister:
			rest.add(slot)
		case e.registers[c][slot] != noRegister:
			moves[c] = append(moves[c], handing{to, e.registers[c][slot]})
		}
	}
	e.write(e.missing(e.front[pc], rest, kinds))
	for c := general; c < classes; c++ {
		e.hand(c, moves[c])
	}
	for i, to := range handed {
		slot := first + int32(i)
		switch c := classOf(kinds[slot]); {
		case to == noRegister || e.registers[c][slot] != noRegister:
		case c == float:
			e.FloatLoad(machine.FloatReg(to), numberAt(slot))
		default:
			e.Load(machine.Reg(to), numberAt(slot))
		}
	}
}

// fits exits in front of an instruction that makes a frame, so many slots above this one, if that would end behind the strand's limit.
func (e *emitter) fits(pc int, above int32, callee *bytecode.Func) {
	e.Address(machine.A, machine.Mem{Base: machine.Frame, Disp: (above + callee.Frame) * slotBytes})
	e.Load(machine.D, context(e.target.Layout.Limit))
	e.ArithMem(machine.Cmp, machine.A, machine.Mem{Base: machine.D})
	e.JumpIf(machine.Above, e.exit(pc))
}

// nests exits in front of a call if no more of them can be open.
func (e *emitter) nests(pc int) {
	e.ArithMem(machine.Cmp, machine.Calls, context(e.target.Layout.Deepest))
	e.JumpIf(machine.BelowOrEqual, e.exit(pc))
}

func call(e *emitter, pc int, in bytecode.Instr) {
	callee := &e.module.Funcs[in.B]
	e.fits(pc, in.A, callee)
	e.nests(pc)
	e.poll(pc)
	if isExpected(e.plan, pc) {
		e.callExpected(pc, in)
		return
	}
	site := Site{Function: e.index, PC: int32(pc), Window: in.A, Callee: in.B}
	for _, w := range e.missing(e.front[pc], e.below(pc), e.kinds[pc]) {
		if w.number {
			e.storeNumber(w.slot, w.kind)
		}
		if w.marker { // that is for who looks: when the frame is made
			site.Markers = append(site.Markers, Marker{w.slot, w.kind})
		}
	}
	e.handOver(pc, in.A, e.registerFile.inputs(callee))
	e.callIn(pc, site, func() { e.callFunction(in.B) })
	e.takeResults(pc, in.A, callee)
	e.next(pc)
}

// callExpected calls a function that may leave other values than it declares, but for its machine code, and goes over the look at the height behind. All is in
// memory in front of it and behind.
func (e *emitter) callExpected(pc int, in bytecode.Instr) {
	e.write(e.missing(e.front[pc], e.live[pc], e.kinds[pc]))
	e.handOver(pc, in.A, e.registerFile.inputs(&e.module.Funcs[in.B]))
	e.callIn(pc, Site{Function: e.index, PC: int32(pc), Window: in.A, Callee: in.B}, func() { e.callFunction(in.B) })
	e.goOverExpect(pc)
}

// goOverExpect goes on behind what looks at the height that a call has left.
func (e *emitter) goOverExpect(pc int) {
	to := e.to[pc+1][0]
	e.reload(to)
	e.goTo(pc, to)
}

// callIn makes a call with the callee's frame where the site says.
func (e *emitter) callIn(pc int, site Site, call func()) {
	if site.Window != 0 {
		e.ArithImm(machine.Add, machine.Frame, site.Window*slotBytes)
	}
	call()
	site.Return = e.Here()
	e.sites[pc] = e.target.Sites + len(e.code.Sites)
	e.Mark(int32(e.sites[pc]))
	e.code.Sites = append(e.code.Sites, site)
	if site.Window != 0 {
		e.ArithImm(machine.Sub, machine.Frame, site.Window*slotBytes)
	}
}

// callFunction calls the code of a function, wherever that is.
func (e *emitter) callFunction(function int32) {
	if start, ok := e.starts[function]; ok {
		e.Call(start)
		return
	}
	address, _ := e.target.Known(function)
	e.Immediate(machine.A, int64(address))
	e.CallTo(machine.A)
}

// takeResults brings the results of a call, from a slot on, to where they belong, and loads all registers that are used from there on.
func (e *emitter) takeResults(pc int, first int32, callee *bytecode.Func) {
	kinds, live := e.behind(pc), e.liveBehind(pc)
	handed := e.registerFile.convention(callee.Results, callee.Out)
	var moves [classes][]handing
	for i, from := range handed {
		slot := first + int32(i)
		if from == noRegister {
			continue
		}
		switch c := classOf(kinds[slot]); {
		case !live.has(slot):
		case e.registers[c][slot] != noRegister:
			moves[c] = append(moves[c], handing{e.registers[c][slot], from})
		case c == float:
			e.FloatStore(numberAt(slot), machine.FloatReg(from))
		default:
			e.Store(numberAt(slot), machine.Reg(from))
		}
		live.remove(slot)
	}
	for c := general; c < classes; c++ {
		e.hand(c, moves[c])
	}
	for slot := range live.all() {
		e.loadNumber(slot, kinds[slot])
	}
}

// The record of a function for calls of quotations (Quotation), as distances from its start; it has quotationBytes bytes.
const (
	quotationAddress  = 0
	quotationFrame    = 8
	quotationShape    = 16
	quotationCaptures = 24
	quotationShift    = 5
)

// Quotation is a record of a function for calls of quotations.
type Quotation struct {
	Address  uintptr // of its code
	Frame    uintptr // bytes
	Shape    int     // below 0: there is no code that can be called so
	Captures int
}

// QuotationOf is the record of a function that has code.
func QuotationOf(f *bytecode.Func, address uintptr) Quotation {
	own := f.In - f.Captures
	if f.Word || own > mostInputs || f.Out > mostInputs || !leavesInMemory(f) {
		return NoQuotation
	}
	return Quotation{Address: address, Frame: uintptr(f.Frame) * slotBytes, Shape: int(shape(own, f.Out)), Captures: int(f.Captures)}
}

// leavesInMemory tells whether nothing is proven of the results of a function: so they are in memory.
func leavesInMemory(f *bytecode.Func) bool {
	for i := range f.Out {
		if resultKind(f, i) != bytecode.KindAny {
			return false
		}
	}
	return true
}

// NoQuotation is the record of a function without.
var NoQuotation = Quotation{Shape: -1}

// mostInputs is how many inputs, and how many outputs, a quotation has that is called by machine code.
const mostInputs = 1 << 12

// shape is one number for the inputs and outputs of a quotation.
func shape(in, out int32) int32 { return in<<16 | out }

// quotationFits: the kind of what is called is not known to be another one, and the call can be gone over to by the interpreter right behind.
func quotationFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return b.target.Layout.Quotations != 0 && p.inSlot(pc, in.A) && in.B <= mostInputs && in.C <= mostInputs && in.C >= 0 && expectedFits(p, pc, in.A-in.B+in.C)
}

// callQuotation calls the quotation in slot A. All is in memory in front of it and behind, and its code has been made for its own number of inputs
// and outputs, so that the expect behind needs no look.
func callQuotation(e objects, pc int, in bytecode.Instr) {
	e.findQuotation(pc, in.A, (in.A-in.B)*slotBytes, shape(in.B, in.C))
	e.nests(pc)
	e.poll(pc)
	e.unpackQuotation(pc, in.A)
	e.callIn(pc, Site{Function: e.index, PC: int32(pc), Window: in.A - in.B, Callee: -1}, func() {
		e.Load(machine.A, machine.Mem{Base: machine.A, Disp: quotationAddress})
		e.CallTo(machine.A)
	})
	e.goOverExpect(pc)
}

// tailQuotationFits: all values of the frame are the quotation's, and it leaves what the function declares.
func tailQuotationFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return b.target.Layout.Quotations != 0 && p.inSlot(pc, in.A) && in.A <= mostInputs && p.f.Out <= mostInputs && leavesInMemory(p.f)
}

// tailQuotation goes on with the quotation in slot A in place of the function.
func tailQuotation(e objects, pc int, in bytecode.Instr) {
	e.findQuotation(pc, in.A, 0, shape(in.A, e.f.Out))
	e.poll(pc)
	e.unpackQuotation(pc, in.A)
	e.Load(machine.A, machine.Mem{Base: machine.A, Disp: quotationAddress})
	e.JumpTo(machine.A)
}

// findQuotation makes A the address of the record of the quotation in a slot, and C its object. It exits if the quotation has no code, another shape, or no room for its frame,
// so many bytes above this one.
func (e objects) findQuotation(pc int, slot, window, shape int32) {
	l, exit := &e.target.Layout, e.exit(pc)
	e.objectIn(pc, slot, bytecode.KindQuotation)
	e.LoadSigned32(machine.A, field(l.ClosureFunction))
	e.ShiftImm(machine.ShiftLeft, machine.A, quotationShift)
	e.ArithMem(machine.Add, machine.A, context(l.Quotations))
	e.ArithMem(machine.Cmp, machine.A, context(l.QuotationsEnd))
	e.JumpIf(machine.AboveOrEqual, exit)
	e.ArithMemImm(machine.Cmp, machine.Mem{Base: machine.A, Disp: quotationShape}, shape)
	e.JumpIf(machine.NotEqual, exit)
	e.Load(machine.D, context(l.Limit))
	e.Load(machine.D, machine.Mem{Base: machine.D})
	e.Arith(machine.Sub, machine.D, machine.Frame)
	if window != 0 {
		e.ArithImm(machine.Sub, machine.D, window)
	}
	e.ArithMem(machine.Cmp, machine.D, machine.Mem{Base: machine.A, Disp: quotationFrame})
	e.JumpIf(machine.Less, exit)
}

// unpackQuotation copies what the quotation C with the record A has captured to the slots from its own on, and writes to memory what is missing there. A stays.
func (e objects) unpackQuotation(pc int, slot int32) {
	e.ArithMemImm(machine.Cmp, machine.Mem{Base: machine.A, Disp: quotationCaptures}, 0)
	copied := e.NewLabel()
	e.Store(context(e.target.Layout.Answer), machine.A)
	e.JumpIf(machine.NotEqual, e.aside(func() { e.copyCaptures(pc, slot, copied) }))
	e.write(e.missing(e.front[pc], e.live[pc], e.kinds[pc]))
	e.Bind(copied)
	e.Load(machine.A, context(e.target.Layout.Answer))
}

// copyCaptures marks what the closure C has captured, and copies it to the slots from one on. All is written to memory in between, so all registers are free then.
func (e objects) copyCaptures(pc int, first int32, done machine.Label) {
	l, again, next, copying := &e.target.Layout, e.NewLabel(), e.NewLabel(), e.NewLabel()
	e.barrier(pc)
	e.Load(machine.D, field(l.ClosureCaptures))
	e.Load(machine.C, field(l.ClosureLength))
	e.ShiftImm(machine.ShiftLeft, machine.C, 4)
	e.Arith(machine.Add, machine.C, machine.D) // behind the last
	e.Bind(again)
	e.ArithImm(machine.Sub, machine.C, slotBytes)
	e.Load(machine.A, field(0))
	e.numberMarker(machine.A)
	e.JumpIf(machine.BelowOrEqual, next)
	e.Load(machine.A, field(8))
	e.ShiftImm(machine.ShiftRight, machine.A, kindShift)
	e.ArithImm(machine.Cmp, machine.A, int32(bytecode.KindMap))
	e.JumpIf(machine.Equal, e.exit(pc))
	e.ArithImm(machine.Cmp, machine.A, int32(bytecode.KindVariant))
	e.JumpIf(machine.NotEqual, next)
	e.Load(machine.A, field(0))
	e.TestMem32Imm(machine.Mem{Base: machine.A, Disp: l.State}, l.Shared)
	e.JumpIf(machine.NotEqual, next)
	e.LockOr32Imm(machine.Mem{Base: machine.A, Disp: l.State}, l.Shared)
	e.Bind(next)
	e.Arith(machine.Cmp, machine.C, machine.D)
	e.JumpIf(machine.Above, again)
	e.write(e.missing(e.front[pc], e.live[pc], e.kinds[pc])) // it may change C
	e.Load(machine.C, context(l.Answer))
	e.Load(machine.C, field(quotationCaptures))
	e.Address(machine.A, markerAt(first))
	e.Bind(copying)
	e.Load(machine.Value(0), machine.Mem{Base: machine.D})
	e.Load(machine.Value(1), machine.Mem{Base: machine.D, Disp: 8})
	e.Store(machine.Mem{Base: machine.A}, machine.Value(0))
	e.Store(machine.Mem{Base: machine.A, Disp: 8}, machine.Value(1))
	e.ArithImm(machine.Add, machine.D, slotBytes)
	e.ArithImm(machine.Add, machine.A, slotBytes)
	e.ArithImm(machine.Sub, machine.C, 1)
	e.JumpIf(machine.NotEqual, copying)
	e.Jump(done)
}

func tail(e *emitter, pc int, in bytecode.Instr) {
	callee := &e.module.Funcs[in.B]
	e.fits(pc, 0, callee)
	e.poll(pc)
	e.handOver(pc, 0, e.registerFile.inputs(callee))
	if start, ok := e.starts[in.B]; ok {
		e.Jump(start)
		return
	}
	address, _ := e.target.Known(in.B)
	e.Immediate(machine.A, int64(address))
	e.JumpTo(machine.A)
}

// leaveFunction returns: the results are handed over as callers expect it.
func leaveFunction(e *emitter, pc int, in bytecode.Instr) {
	e.handOver(pc, 0, e.registerFile.convention(e.f.Results, in.A))
	e.Return()
}
