package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// handing is a value that goes from one register to another one.
type handing struct{ to, from register }

// hand moves values between registers of a class, all at once.
func (e *emitter) hand(c class, moves []handing) {
	move := func(to, from register) { e.Move(amd64.Reg(to), amd64.Reg(from)) }
	spare := register(amd64.RAX)
	if c == float {
		move = func(to, from register) { e.FloatMove(amd64.Xmm(to), amd64.Xmm(from)) }
		spare = register(scratchFloat)
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
			e.FloatLoad(amd64.Xmm(to), numberAt(slot))
		default:
			e.Load(amd64.Reg(to), numberAt(slot))
		}
	}
}

// room exits in front of an instruction that makes a frame, so many slots above this one, if that would end behind the strand's limit.
func (e *emitter) room(pc int, above int32, callee *bytecode.Func) {
	e.Address(amd64.RAX, amd64.Mem{Base: frameRegister, Disp: (above + callee.Frame) * slotBytes})
	e.Load(amd64.RDX, context(e.target.Layout.Limit))
	e.ArithMem(amd64.Cmp, amd64.RAX, amd64.Mem{Base: amd64.RDX})
	e.JumpIf(amd64.Above, e.exit(pc))
	e.ArithMem(amd64.Cmp, amd64.RSP, context(e.target.Layout.Deepest))
	e.JumpIf(amd64.BelowOrEqual, e.exit(pc))
	e.poll(pc)
}

func call(e *emitter, pc int, in bytecode.Instr) {
	callee := &e.module.Funcs[in.B]
	e.room(pc, in.A, callee)
	below := e.missing(e.front[pc], e.below(pc), e.kinds[pc])
	site := Site{Function: e.index, PC: int32(pc), Window: in.A, Callee: in.B}
	for _, w := range below {
		if w.number {
			e.storeNumber(w.slot, w.kind)
		}
		if w.marker { // that is for who looks: when the frame is made
			site.Markers = append(site.Markers, Marker{w.slot, w.kind})
		}
	}
	e.handOver(pc, in.A, registerFileAMD64.convention(callee.Params, callee.In))
	if in.A > 0 {
		e.ArithImm(amd64.Add, frameRegister, in.A*slotBytes)
	}
	if start, ok := e.starts[in.B]; ok {
		e.Call(start)
	} else {
		address, _ := e.target.Known(in.B)
		e.Immediate(amd64.RAX, int64(address))
		e.CallTo(amd64.RAX)
	}
	site.Return = len(e.Code)
	e.sites[pc] = e.target.Sites + len(e.code.Sites)
	e.Mark(int32(e.sites[pc]))
	e.code.Sites = append(e.code.Sites, site)
	if in.A > 0 {
		e.ArithImm(amd64.Sub, frameRegister, in.A*slotBytes)
	}
	e.takeResults(pc, in.A, callee)
	e.next(pc)
}

// takeResults brings the results of a call, from a slot on, to where they belong, and loads all registers that are used from there on.
func (e *emitter) takeResults(pc int, first int32, callee *bytecode.Func) {
	kinds, live := e.behind(pc), e.liveBehind(pc)
	handed := registerFileAMD64.convention(callee.Results, callee.Out)
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
			e.FloatStore(numberAt(slot), amd64.Xmm(from))
		default:
			e.Store(numberAt(slot), amd64.Reg(from))
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

func tail(e *emitter, pc int, in bytecode.Instr) {
	callee := &e.module.Funcs[in.B]
	e.room(pc, 0, callee)
	e.handOver(pc, 0, registerFileAMD64.convention(callee.Params, callee.In))
	if start, ok := e.starts[in.B]; ok {
		e.Jump(start)
		return
	}
	address, _ := e.target.Known(in.B)
	e.Immediate(amd64.RAX, int64(address))
	e.JumpTo(amd64.RAX)
}

// leaveFunction returns: the results are handed over as callers expect it.
func leaveFunction(e *emitter, pc int, in bytecode.Instr) {
	e.handOver(pc, 0, registerFileAMD64.convention(e.f.Results, in.A))
	e.Return()
}
