package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// In what follows RCX has the object of a list and RAX an index. What is not as the short ways want it exits: the interpreter knows
// the rest. Nothing has been changed then.

// objects emits code that looks into objects.
type objects struct{ *emitter }

// on makes of how an instruction on objects is emitted how any is.
func on(emit func(objects, int, bytecode.Instr)) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) { emit(objects{e}, pc, in) }
}

// kindShift is where in the second word of a value that is no number its kind stands.
const kindShift = 56

// objectIn loads RCX with the object of a slot, which must be of a kind that has one. It changes RAX.
func (e objects) objectIn(pc int, slot int32, k bytecode.Kind) {
	e.Load(amd64.RCX, markerAt(slot))
	if e.kinds[pc][slot] == k {
		return
	}
	e.Load(amd64.RAX, numberAt(slot))
	e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
	e.ArithImm(amd64.Cmp, amd64.RAX, int32(k))
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.Move(amd64.RAX, amd64.RCX)
	e.numberMarker(amd64.RAX)
	e.JumpIf(amd64.BelowOrEqual, e.otherwise(pc))
}

// shapeIn loads RCX with the object of a slot, as objectIn does, or with the marker of a number: then it looks like an object that is shared and
// has a form that there is not. One of both must be asked for before anything else is.
func (e objects) shapeIn(pc int, slot int32, k bytecode.Kind) {
	e.Load(amd64.RCX, markerAt(slot))
	if e.kinds[pc][slot] == k {
		return
	}
	kind := numberAt(slot)
	kind.Disp += kindShift / 8
	e.CmpMem8Imm(kind, byte(k))
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
}

// numberMarker sets the flags to "below or equal" if a register has the marker of a number. It changes the register.
func (e objects) numberMarker(r amd64.Reg) {
	if at := e.target.Layout.Marker; at != 0 {
		e.ArithImm(amd64.Sub, r, int32(at))
	} else {
		e.ArithMem(amd64.Sub, r, context(e.target.Layout.Markers))
	}
	e.ArithImm(amd64.Cmp, r, int32(bytecode.KindBool))
}

// isMarker sets the flags by whether a word of memory is the marker of a kind. It may change a register.
func (e objects) isMarker(word amd64.Mem, k bytecode.Kind, otherwise amd64.Reg) {
	if at := e.target.Layout.Marker; at != 0 {
		e.ArithMemImm(amd64.Cmp, word, int32(at)+int32(k))
		return
	}
	e.Load(otherwise, word)
	e.ArithMem(amd64.Cmp, otherwise, context(e.target.Layout.Markers+8*int32(k)))
}

// putNumber writes a slot's number and its marker to a value in memory that is based on neither RDX nor, if the slot's Float has no register, the last one for Floats.
// It may change RDX.
func (e objects) putNumber(to amd64.Mem, slot int32, k bytecode.Kind) {
	e.putMarker(to, k, amd64.RDX)
	if classOf(k) == float {
		e.FloatStore(numberOf(to), e.float(slot, scratchFloat))
		return
	}
	e.Store(numberOf(to), e.general(slot, amd64.RDX))
}

// indexIn loads RAX with an index.
func (e objects) indexIn(slot int32) {
	e.loadGeneral(amd64.RAX, slot)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
}

func field(offset int32) amd64.Mem { return amd64.Mem{Base: amd64.RCX, Disp: offset} }

// inside goes somewhere else if there is no element RAX.
func (e objects) inside(otherwise amd64.Label) {
	e.ArithMem(amd64.Cmp, amd64.RAX, field(e.target.Layout.Length))
	e.JumpIf(amd64.AboveOrEqual, otherwise)
}

// alone exits if the list may be held more than once.
func (e objects) alone(pc int) {
	e.TestMem32Imm(field(e.target.Layout.State), e.target.Layout.Shared)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
}

// valueOf makes RAX the address of element RAX of a list of Values.
func (e objects) valueOf() {
	e.ShiftImm(amd64.ShiftLeft, amd64.RAX, 4)
	e.ArithMem(amd64.Add, amd64.RAX, field(e.target.Layout.Elements))
}

// keepWord leaves word RAX of a list as the number of a slot.
func (e objects) keepWord(slot int32, k bytecode.Kind) {
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
func (e objects) formIs(k bytecode.Kind) {
	e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), -int32(k))
}

// listGetNumber is list.get of a kind. A list of Values is read as well, if the element is of that kind.
func listGetNumber(e objects, pc int, in bytecode.Instr) {
	k, done := in.Op.Info().A.Leaves(), e.NewLabel()
	exit := e.otherwise(pc)
	e.shapeIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), 0)
		e.JumpIf(amd64.NotEqual, exit)
		e.inside(exit)
		e.valueOf()
		e.isMarker(amd64.Mem{Base: amd64.RAX}, k, amd64.RCX)
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
func listGet(rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		l, done, exit := &e.target.Layout, e.NewLabel(), e.otherwise(pc)
		e.shapeIn(pc, in.B, bytecode.KindVariant)
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
		e.wordMarker(in.A)
		e.Bind(done)
		e.next(pc)
	}
}

// wordMarker writes the marker of a slot that has got a word of a list whose form RDX is. It changes RCX.
func (e objects) wordMarker(slot int32) {
	e.Load(amd64.RCX, context(e.target.Layout.Markers))
	e.Arith(amd64.Sub, amd64.RCX, amd64.RDX) // markers are one behind the other
	e.Store(markerAt(slot), amd64.RCX)
}

// copyValue copies a value to a slot. If it is held once more then, it is marked. It changes RAX, RCX and RDX.
func (e objects) copyValue(pc int, to int32, from amd64.Mem, once bool) {
	e.Load(amd64.RDX, numberOf(from))
	e.Load(amd64.RCX, from) // which may be where it comes from
	e.barrier(pc)
	if once {
		e.mark(pc, bytecode.KindAny)
	}
	e.Store(markerAt(to), amd64.RCX)
	e.Store(numberAt(to), amd64.RDX)
}

// mark marks the object of the value in RCX and RDX, of a kind, if that is known, as held more than once. It changes RAX.
func (e objects) mark(pc int, k bytecode.Kind) {
	l, done := &e.target.Layout, e.NewLabel()
	switch k {
	case bytecode.KindVariant:
	case bytecode.KindAny:
		e.Move(amd64.RAX, amd64.RCX)
		e.numberMarker(amd64.RAX)
		e.JumpIf(amd64.BelowOrEqual, done)
		e.Move(amd64.RAX, amd64.RDX)
		e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(bytecode.KindMap))
		e.JumpIf(amd64.Equal, e.otherwise(pc))
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(bytecode.KindVariant))
		e.JumpIf(amd64.NotEqual, done)
	default:
		return
	}
	e.TestMem32Imm(field(l.State), l.Shared)
	e.JumpIf(amd64.Equal, e.aside(func() {
		e.LockOr32Imm(field(l.State), l.Shared)
		e.Jump(done)
	}))
	e.Bind(done)
}

// free goes on otherwise unless the value in RCX and RDX can be put into an object as it is: a number, or what Go's
// collector need not be told of. Strings may have to be copied to other memory. It changes RAX.
func (e objects) free(pc int, k bytecode.Kind) {
	if k == bytecode.KindAny {
		number := e.NewLabel()
		e.Move(amd64.RAX, amd64.RCX)
		e.numberMarker(amd64.RAX)
		e.JumpIf(amd64.BelowOrEqual, number)
		e.Move(amd64.RAX, amd64.RDX)
		e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(bytecode.KindString))
		e.JumpIf(amd64.Equal, e.otherwise(pc))
		e.Bind(number)
	}
	e.barrier(pc)
}

// objectsFit: values of a kind can be put into objects by the code.
func objectsFit(k bytecode.Kind) bool { return k != bytecode.KindString && k != bytecode.KindBuilder }

// barrier goes on otherwise while Go's collector has to be told of each pointer that is written. It changes RAX.
func (e objects) barrier(pc int) {
	e.Load(amd64.RAX, context(e.target.Layout.Barrier))
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RAX}, 0)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
}

// moveValue is move and copy of what is no number, or not known to be one.
func moveValue(e objects, pc int, in bytecode.Instr) {
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

func listSet(e objects, pc int, in bytecode.Instr) {
	k := e.kinds[pc][in.C]
	if classOf(k) == inSlot {
		listSetObject(e, pc, in)
		return
	}
	e.setElement(pc, in, k, func() amd64.Reg { return e.general(in.C, amd64.RDX) })
}

func listSetImm(e objects, pc int, in bytecode.Instr) {
	e.setElement(pc, in, bytecode.KindInt, func() amd64.Reg {
		e.Immediate(amd64.RDX, int64(in.C)<<1)
		return amd64.RDX
	})
}

// setElement replaces element B of the list A by a number of a kind; general gives its pattern if it is no Float.
func (e objects) setElement(pc int, in bytecode.Instr, k bytecode.Kind, general func() amd64.Reg) {
	l, done, other := &e.target.Layout, e.NewLabel(), e.otherwise(pc)
	e.shapeIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.indexIn(in.B)
	e.inside(other)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
		e.JumpIf(amd64.NotEqual, other)
		e.valueOf()
		e.Load(amd64.RCX, amd64.Mem{Base: amd64.RAX})
		e.numberMarker(amd64.RCX) // of another value the collector would have to know that it is gone
		e.JumpIf(amd64.Above, other)
		to := amd64.Mem{Base: amd64.RAX}
		e.putMarker(to, k, amd64.RCX)
		if classOf(k) == float {
			e.FloatStore(numberOf(to), e.float(in.C, scratchFloat))
		} else {
			e.Store(numberOf(to), general())
		}
		e.Jump(done)
	}))
	e.Load(amd64.RCX, field(l.Elements))
	e.storeWord(in.C, k, general)
	e.Bind(done)
	e.next(pc)
}

// listSetObject is list.set of what is no number, or not known to be one, in a list of Values.
func listSetObject(e objects, pc int, in bytecode.Instr) {
	l := &e.target.Layout
	e.Load(amd64.RCX, markerAt(in.C))
	e.Load(amd64.RDX, numberAt(in.C))
	e.free(pc, e.kinds[pc][in.C])
	e.shapeIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.indexIn(in.B)
	e.inside(e.otherwise(pc))
	e.valueOf()
	e.Load(amd64.RCX, markerAt(in.C))
	e.Store(amd64.Mem{Base: amd64.RAX}, amd64.RCX)
	e.Store(amd64.Mem{Base: amd64.RAX, Disp: 8}, amd64.RDX)
	e.next(pc)
}

// storeWord writes a number to word RAX of the elements at RCX.
func (e objects) storeWord(slot int32, k bytecode.Kind, general func() amd64.Reg) {
	if classOf(k) == float {
		e.FloatStoreIndexed(amd64.RCX, amd64.RAX, e.float(slot, scratchFloat))
		return
	}
	e.StoreIndexed(amd64.RCX, amd64.RAX, general())
}

// listPush is list.push where there is room for one more.
func listPush(e objects, pc int, in bytecode.Instr) {
	if in.A != in.B {
		e.barrier(pc)
	}
	e.push(pc, in.B, bytecode.KindVariant, in.C)
	if in.A != in.B {
		e.Load(amd64.RCX, markerAt(in.B))
		e.Load(amd64.RDX, numberAt(in.B))
		e.Store(markerAt(in.A), amd64.RCX)
		e.Store(numberAt(in.A), amd64.RDX)
	}
	e.next(pc)
}

func listAppend(e objects, pc int, in bytecode.Instr) {
	e.push(pc, in.A, bytecode.KindBuilder, in.B)
	e.next(pc)
}

// push appends what a slot holds to the list in a slot, of a kind.
func (e objects) push(pc int, list int32, listKind bytecode.Kind, slot int32) {
	l, k, done, other := &e.target.Layout, e.kinds[pc][slot], e.NewLabel(), e.otherwise(pc)
	if classOf(k) == inSlot {
		e.pushObject(pc, list, listKind, slot)
		return
	}
	e.shapeIn(pc, list, listKind)
	e.alone(pc)
	general := func() amd64.Reg { return e.general(slot, amd64.RDX) }
	e.Load(amd64.RAX, field(l.Length))
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
		e.JumpIf(amd64.NotEqual, other)
		e.room1(other)
		e.valueOf()
		e.putNumber(amd64.Mem{Base: amd64.RAX}, slot, k)
		e.Jump(done)
	}))
	e.room1(other)
	e.Load(amd64.RCX, field(l.Elements))
	e.storeWord(slot, k, general)
	e.Bind(done)
}

// pushObject is push of what is no number, or not known to be one, to a list of Values.
func (e objects) pushObject(pc int, list int32, listKind bytecode.Kind, slot int32) {
	l := &e.target.Layout
	e.Load(amd64.RCX, markerAt(slot))
	e.Load(amd64.RDX, numberAt(slot))
	e.free(pc, e.kinds[pc][slot])
	e.shapeIn(pc, list, listKind)
	e.alone(pc)
	e.ArithMem32Imm(amd64.Cmp, field(l.Form), 0)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.Load(amd64.RAX, field(l.Length))
	e.room1(e.otherwise(pc))
	e.valueOf()
	e.Load(amd64.RCX, markerAt(slot))
	e.Store(amd64.Mem{Base: amd64.RAX}, amd64.RCX)
	e.Store(amd64.Mem{Base: amd64.RAX, Disp: 8}, amd64.RDX)
}

// room1 counts one element more, or goes somewhere else if there is no room: how much there is can be negative.
func (e objects) room1(otherwise amd64.Label) {
	l := &e.target.Layout
	e.ArithMem(amd64.Cmp, amd64.RAX, field(l.Room))
	e.JumpIf(amd64.GreaterEqual, otherwise)
	e.ArithMemImm(amd64.Add, field(l.Length), 1)
}

// lengthIn makes RAX the number of elements of the list RCX.
func (e objects) lengthIn(pc int) {
	l, done := &e.target.Layout, e.NewLabel()
	e.LoadSigned32(amd64.RAX, field(l.Form))
	e.ArithImm(amd64.Sub, amd64.RAX, 1)
	e.JumpIf(amd64.GreaterEqual, done) // the values are in the object
	e.ArithMemImm(amd64.Cmp, field(l.Elements), 0)
	e.JumpIf(amd64.Equal, e.otherwise(pc)) // in a tree, or there are none
	e.Load(amd64.RAX, field(l.Length))
	e.Bind(done)
}

func listLength(e objects, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.Arith(amd64.Add, amd64.RAX, amd64.RAX)
	e.keep(in.A, amd64.RAX)
	e.next(pc)
}

func listHas(e objects, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.loadGeneral(amd64.RDX, in.C)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RDX, 1)
	e.Arith(amd64.Cmp, amd64.RDX, amd64.RAX)
	e.keepCondition(pc, in.A, amd64.Below)
}

// listNextNumber is list.next of a kind, of a list of words. At its end it goes on behind.
func listNextNumber(e objects, pc int, in bytecode.Instr) {
	k := in.Op.Info().A.Leaves()
	e.shapeIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.inside(e.way(pc, pc+1))
	e.keepWord(in.A, k)
	e.count(in.C)
	e.goOn(pc, pc+2)
}

// listNext is list.next of any kind. At the end of the list it goes on behind.
func listNext(rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		l, copied, other, end := &e.target.Layout, e.NewLabel(), e.otherwise(pc), e.way(pc, pc+1)
		e.shapeIn(pc, in.B, bytecode.KindVariant)
		e.indexIn(in.C)
		e.LoadSigned32(amd64.RDX, field(l.Form))
		e.Test(amd64.RDX, amd64.RDX)
		e.JumpIf(amd64.NotEqual, e.aside(func() {
			e.JumpIf(amd64.Greater, other)
			e.inside(end)
			e.Load(amd64.RCX, field(l.Elements))
			e.Indexed(amd64.RAX, amd64.RCX, amd64.RAX)
			e.Store(numberAt(in.A), amd64.RAX)
			e.wordMarker(in.A)
			e.Jump(copied)
		}))
		e.inside(e.aside(func() {
			e.ArithMemImm(amd64.Cmp, field(l.Elements), 0)
			e.JumpIf(amd64.Equal, other) // in a tree, or there are none
			e.Jump(end)
		}))
		if rule == taken {
			e.alone(pc)
		}
		e.valueOf()
		e.copyValue(pc, in.A, amd64.Mem{Base: amd64.RAX}, rule == held)
		e.Bind(copied)
		e.count(in.C)
		e.goOn(pc, pc+2)
	}
}

// count adds 1 to a slot's Int.
func (e objects) count(slot int32) {
	if r := e.registers[general][slot]; r != noRegister {
		e.ArithImm(amd64.Add, amd64.Reg(r), 2)
		return
	}
	e.ArithMemImm(amd64.Add, numberAt(slot), 2)
}

// check goes on if a value is of a kind.
func check(e objects, pc int, in bytecode.Instr) {
	k := bytecode.Kind(in.B)
	switch {
	case e.kinds[pc][in.A] == k:
	case classOf(k) != inSlot:
		e.isMarker(markerAt(in.A), k, amd64.RAX)
		e.JumpIf(amd64.NotEqual, e.otherwise(pc))
		if e.liveBehind(pc).has(in.A) { // else its register may be another one's
			e.loadNumber(in.A, k)
		}
	default:
		e.objectIn(pc, in.A, k)
	}
	e.next(pc)
}
