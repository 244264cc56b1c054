package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// In what follows RCX has the object of a list and RAX an index. What is not as the short ways want it exits: the interpreter knows
// the rest. Nothing has been changed then.

// kindShift is where in the second word of a value that is no number its kind stands.
const kindShift = 56

// objectIn loads RCX with the object of a slot, which must be of a kind that has one. It changes RAX.
func (e *emitter) objectIn(pc int, slot int32, k bytecode.Kind) {
	e.Load(amd64.RCX, markerAt(slot))
	if e.kinds[pc][slot] == k {
		return
	}
	e.Load(amd64.RAX, numberAt(slot))
	e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
	e.ArithImm(amd64.Cmp, amd64.RAX, int32(k))
	e.JumpIf(amd64.NotEqual, e.exit(pc))
	e.Move(amd64.RAX, amd64.RCX)
	e.numberMarker(amd64.RAX)
	e.JumpIf(amd64.BelowOrEqual, e.exit(pc))
}

// numberMarker sets the flags to "below or equal" if a register has the marker of a number. It changes the register.
func (e *emitter) numberMarker(r amd64.Reg) {
	e.ArithMem(amd64.Sub, r, context(e.target.Layout.Markers))
	e.ArithImm(amd64.Cmp, r, int32(bytecode.KindBool))
}

// indexIn loads RAX with an index.
func (e *emitter) indexIn(slot int32) {
	e.loadGeneral(amd64.RAX, slot)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
}

func field(offset int32) amd64.Mem { return amd64.Mem{Base: amd64.RCX, Disp: offset} }

// inside goes somewhere else if there is no element RAX.
func (e *emitter) inside(otherwise amd64.Label) {
	e.ArithMem(amd64.Cmp, amd64.RAX, field(e.target.Layout.Length))
	e.JumpIf(amd64.AboveOrEqual, otherwise)
}

// alone exits if the list may be held more than once.
func (e *emitter) alone(pc int) {
	e.TestMem32Imm(field(e.target.Layout.State), e.target.Layout.Shared)
	e.JumpIf(amd64.NotEqual, e.exit(pc))
}

// valueOf makes RAX the address of element RAX of a list of Values.
func (e *emitter) valueOf() {
	e.ShiftImm(amd64.ShiftLeft, amd64.RAX, 4)
	e.ArithMem(amd64.Add, amd64.RAX, field(e.target.Layout.Elements))
}

// keepWord leaves word RAX of a list as the number of a slot.
func (e *emitter) keepWord(slot int32, k bytecode.Kind) {
	e.Load(amd64.RCX, field(e.target.Layout.Elements))
	if classOf(k) == float {
		to := e.floatResult(slot, scratchFloat)
		e.FloatIndexed(to, amd64.RCX, amd64.RAX)
		e.keepFloat(slot, to)
		return
	}
	to := e.result(slot, amd64.RAX)
	e.Indexed(to, amd64.RCX, amd64.RAX)
	e.keep(slot, to)
}

// formIs sets the flags by whether a list is one of words of a kind.
func (e *emitter) formIs(k bytecode.Kind) {
	e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), -int32(k))
}

// aside returns the label of deferred code.
func (e *emitter) aside(emit func()) amd64.Label {
	s := deferred{label: e.NewLabel(), emit: emit}
	e.deferred = append(e.deferred, s)
	return s.label
}

// listGetNumber is list.get of a kind. A list of Values is read as well, if the element is of that kind.
func listGetNumber(e *emitter, pc int, in bytecode.Instr) {
	k, done := in.Op.Info().A.Leaves(), e.NewLabel()
	exit := e.exit(pc)
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), 0)
		e.JumpIf(amd64.NotEqual, exit)
		e.inside(exit)
		e.valueOf()
		e.Load(amd64.RCX, amd64.Mem{Base: amd64.RAX})
		e.ArithMem(amd64.Cmp, amd64.RCX, context(e.target.Layout.Markers+8*int32(k)))
		e.JumpIf(amd64.NotEqual, exit)
		if classOf(k) == float {
			to := e.floatResult(in.A, scratchFloat)
			e.FloatLoad(to, amd64.Mem{Base: amd64.RAX, Disp: 8})
			e.keepFloat(in.A, to)
		} else {
			to := e.result(in.A, amd64.RAX)
			e.Load(to, amd64.Mem{Base: amd64.RAX, Disp: 8})
			e.keep(in.A, to)
		}
		e.Jump(done)
	}))
	e.inside(exit)
	e.keepWord(in.A, k)
	e.Bind(done)
	e.next(pc)
}

// elementRule is what becomes of an element that is no number and is read.
type elementRule uint8

const (
	held   elementRule = iota // it is held once more: marked
	looked                    // it is only looked at
	taken                     // it is as it was if nobody else holds the list
)

// listGet is list.get of any kind.
func listGet(rule elementRule) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		l, done, exit := &e.target.Layout, e.NewLabel(), e.exit(pc)
		e.objectIn(pc, in.B, bytecode.KindVariant)
		e.indexIn(in.C)
		e.LoadSigned32(amd64.RDX, field(l.Form))
		e.Test(amd64.RDX, amd64.RDX)
		e.JumpIf(amd64.GreaterEqual, e.aside(func() {
			e.JumpIf(amd64.NotEqual, exit)
			e.inside(exit)
			if rule == taken {
				e.alone(pc)
			}
			e.valueOf()
			e.copyValue(pc, in.A, amd64.Mem{Base: amd64.RAX}, rule == held)
			e.Jump(done)
		}))
		e.inside(exit)
		e.Load(amd64.RCX, field(l.Elements))
		e.Indexed(amd64.RAX, amd64.RCX, amd64.RAX)
		e.Store(numberAt(in.A), amd64.RAX)
		e.Load(amd64.RCX, context(l.Markers))
		e.Arith(amd64.Sub, amd64.RCX, amd64.RDX) // markers are one behind the other
		e.Store(markerAt(in.A), amd64.RCX)
		e.Bind(done)
		e.next(pc)
	}
}

// copyValue copies a value to a slot. If it is held once more then, one that can be changed in place must be marked already. It changes RAX, RCX and RDX.
func (e *emitter) copyValue(pc int, to int32, from amd64.Mem, once bool) {
	exit := e.exit(pc)
	e.Load(amd64.RDX, numberOf(from))
	e.Load(amd64.RCX, from) // which may be where it comes from
	if once {
		other := e.NewLabel()
		e.Move(amd64.RAX, amd64.RCX)
		e.numberMarker(amd64.RAX)
		e.JumpIf(amd64.BelowOrEqual, other)
		e.Move(amd64.RAX, amd64.RDX)
		e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(bytecode.KindMap))
		e.JumpIf(amd64.Equal, exit)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(bytecode.KindVariant))
		e.JumpIf(amd64.NotEqual, other)
		e.TestMem32Imm(field(e.target.Layout.State), e.target.Layout.Shared)
		e.JumpIf(amd64.Equal, exit)
		e.Bind(other)
	}
	e.barrier(pc)
	e.Store(markerAt(to), amd64.RCX)
	e.Store(numberAt(to), amd64.RDX)
}

// barrier exits while Go's collector has to be told of each pointer that is written. It changes RAX.
func (e *emitter) barrier(pc int) {
	e.Load(amd64.RAX, context(e.target.Layout.Barrier))
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RAX}, 0)
	e.JumpIf(amd64.NotEqual, e.exit(pc))
}

// moveValue is move and copy of what is no number, or not known to be one.
func moveValue(e *emitter, pc int, in bytecode.Instr) {
	once := false
	if in.Op == bytecode.OpCopy {
		switch e.kinds[pc][in.B] {
		case bytecode.KindAny, bytecode.KindVariant, bytecode.KindMap:
			once = true
		}
	}
	e.copyValue(pc, in.A, markerAt(in.B), once)
	e.next(pc)
}

// listSet is list.set of a number that is in a list of such already, or of numbers in a list of Values.
func listSet(e *emitter, pc int, in bytecode.Instr) {
	k := e.kinds[pc][in.C]
	e.setElement(pc, in, k, func() amd64.Reg { return e.general(in.C, amd64.RDX) })
}

func listSetImm(e *emitter, pc int, in bytecode.Instr) {
	e.setElement(pc, in, bytecode.KindInt, func() amd64.Reg {
		e.Immediate(amd64.RDX, int64(in.C)<<1)
		return amd64.RDX
	})
}

// setElement replaces element B of the list A by a number of a kind; general gives its pattern if it is no Float.
func (e *emitter) setElement(pc int, in bytecode.Instr, k bytecode.Kind, general func() amd64.Reg) {
	l, done, exit := &e.target.Layout, e.NewLabel(), e.exit(pc)
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.indexIn(in.B)
	e.inside(exit)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
		e.JumpIf(amd64.NotEqual, exit)
		e.valueOf()
		e.Load(amd64.RCX, amd64.Mem{Base: amd64.RAX})
		e.numberMarker(amd64.RCX) // of another value the collector would have to know that it is gone
		e.JumpIf(amd64.Above, exit)
		e.Load(amd64.RCX, context(l.Markers+8*int32(k)))
		e.Store(amd64.Mem{Base: amd64.RAX}, amd64.RCX)
		if to := (amd64.Mem{Base: amd64.RAX, Disp: 8}); classOf(k) == float {
			e.FloatStore(to, e.float(in.C, scratchFloat))
		} else {
			e.Store(to, general())
		}
		e.Jump(done)
	}))
	e.Load(amd64.RCX, field(l.Elements))
	e.storeWord(in.C, k, general)
	e.Bind(done)
	e.next(pc)
}

// storeWord writes a number to word RAX of the elements at RCX.
func (e *emitter) storeWord(slot int32, k bytecode.Kind, general func() amd64.Reg) {
	if classOf(k) == float {
		e.FloatStoreIndexed(amd64.RCX, amd64.RAX, e.float(slot, scratchFloat))
		return
	}
	e.StoreIndexed(amd64.RCX, amd64.RAX, general())
}

// listPush is list.push of a number where there is room for it.
func listPush(e *emitter, pc int, in bytecode.Instr) {
	if in.A != in.B {
		e.barrier(pc)
	}
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.alone(pc)
	e.push(pc, in.C)
	if in.A != in.B {
		e.Load(amd64.RCX, markerAt(in.B))
		e.Load(amd64.RDX, numberAt(in.B))
		e.Store(markerAt(in.A), amd64.RCX)
		e.Store(numberAt(in.A), amd64.RDX)
	}
	e.next(pc)
}

func listAppend(e *emitter, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.A, bytecode.KindBuilder)
	e.alone(pc)
	e.push(pc, in.B)
	e.next(pc)
}

// push appends a slot's number to the list RCX, which nobody else holds.
func (e *emitter) push(pc int, slot int32) {
	l, k, done, exit := &e.target.Layout, e.kinds[pc][slot], e.NewLabel(), e.exit(pc)
	general := func() amd64.Reg { return e.general(slot, amd64.RDX) }
	e.Load(amd64.RAX, field(l.Length))
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
		e.JumpIf(amd64.NotEqual, exit)
		e.room1(exit)
		e.valueOf()
		e.Load(amd64.RCX, context(l.Markers+8*int32(k)))
		e.Store(amd64.Mem{Base: amd64.RAX}, amd64.RCX)
		if to := (amd64.Mem{Base: amd64.RAX, Disp: 8}); classOf(k) == float {
			e.FloatStore(to, e.float(slot, scratchFloat))
		} else {
			e.Store(to, general())
		}
		e.Jump(done)
	}))
	e.room1(exit)
	e.Load(amd64.RCX, field(l.Elements))
	e.storeWord(slot, k, general)
	e.Bind(done)
}

// room1 counts one element more, or goes somewhere else if there is no room: how much there is can be negative.
func (e *emitter) room1(otherwise amd64.Label) {
	l := &e.target.Layout
	e.ArithMem(amd64.Cmp, amd64.RAX, field(l.Room))
	e.JumpIf(amd64.GreaterEqual, otherwise)
	e.ArithMemImm(amd64.Add, field(l.Length), 1)
}

// lengthIn makes RAX the number of elements of the list RCX.
func (e *emitter) lengthIn(pc int) {
	l, done := &e.target.Layout, e.NewLabel()
	e.LoadSigned32(amd64.RAX, field(l.Form))
	e.ArithImm(amd64.Sub, amd64.RAX, 1)
	e.JumpIf(amd64.GreaterEqual, done) // the values are in the object
	e.ArithMemImm(amd64.Cmp, field(l.Elements), 0)
	e.JumpIf(amd64.Equal, e.exit(pc)) // in a tree, or there are none
	e.Load(amd64.RAX, field(l.Length))
	e.Bind(done)
}

func listLength(e *emitter, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.Arith(amd64.Add, amd64.RAX, amd64.RAX)
	e.keep(in.A, amd64.RAX)
	e.next(pc)
}

func listHas(e *emitter, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.loadGeneral(amd64.RDX, in.C)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RDX, 1)
	e.Arith(amd64.Cmp, amd64.RDX, amd64.RAX)
	e.keepCondition(pc, in.A, amd64.Below)
}

// listNextNumber is list.next of a kind, of a list of words. At its end it goes on behind.
func listNextNumber(e *emitter, pc int, in bytecode.Instr) {
	k := in.Op.Info().A.Leaves()
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.exit(pc))
	e.inside(e.way(pc, pc+1))
	e.keepWord(in.A, k)
	if r := e.registers[general][in.C]; r != noRegister {
		e.ArithImm(amd64.Add, amd64.Reg(r), 2)
	} else {
		e.ArithMemImm(amd64.Add, numberAt(in.C), 2)
	}
	e.goOn(pc, pc+2)
}

// check goes on if a value is of a kind.
func check(e *emitter, pc int, in bytecode.Instr) {
	k := bytecode.Kind(in.B)
	switch {
	case e.kinds[pc][in.A] == k:
	case classOf(k) != inSlot:
		e.Load(amd64.RAX, markerAt(in.A))
		e.ArithMem(amd64.Cmp, amd64.RAX, context(e.target.Layout.Markers+8*int32(k)))
		e.JumpIf(amd64.NotEqual, e.exit(pc))
		if e.liveBehind(pc).has(in.A) { // else its register may be another one's
			e.loadNumber(in.A, k)
		}
	default:
		e.objectIn(pc, in.A, k)
	}
	e.next(pc)
}
