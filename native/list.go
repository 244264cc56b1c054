package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// In what follows C has the object of a list and A an index. What is not as the short ways want it exits: the interpreter knows
// the rest. Nothing has been changed then.

// objects emits code that looks into objects.
type objects struct{ *emitter }

// on makes of how an instruction on objects is emitted how any is.
func on(emit func(objects, int, bytecode.Instr)) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) { emit(objects{e}, pc, in) }
}

// kindShift is where in the second word of a value that is no number its kind stands.
const kindShift = 56

// objectIn loads C with the object of a slot, which must be of a kind that has one. It changes A.
func (e objects) objectIn(pc int, slot int32, k bytecode.Kind) {
	e.Load(machine.C, markerAt(slot))
	if e.kinds[pc][slot] == k {
		return
	}
	e.holdsObject(markerAt(slot), k, e.otherwise(pc))
}

// kindIs sets the flags by whether a value in memory that is no number is of a kind.
func (e objects) kindIs(value machine.Mem, k bytecode.Kind) {
	word := numberOf(value)
	e.CompareMem8Imm(machine.Mem{Base: word.Base, Disp: word.Disp + kindShift/8}, byte(k))
}

// holdsObject goes on otherwise unless a value in memory is of a kind that has an object. It changes A.
func (e objects) holdsObject(value machine.Mem, k bytecode.Kind, otherwise machine.Label) {
	e.kindIs(value, k)
	e.JumpIf(machine.NotEqual, otherwise)
	exactly := func() {
		e.Load(machine.A, value)
		e.numberMarker(machine.A)
		e.JumpIf(machine.BelowOrEqual, otherwise)
	}
	if e.target.Layout.Marker == 0 {
		exactly()
		return
	}
	done := e.NewLabel() // markers have addresses of 31 bits; few objects have
	e.CompareMem32Imm(machine.Mem{Base: value.Base, Disp: value.Disp + 4}, 0)
	e.JumpIf(machine.Equal, e.aside(func() {
		exactly()
		e.Jump(done)
	}))
	e.Bind(done)
}

// shapeIn loads C with the object of a slot, as objectIn does, or with the marker of a number: then it looks like an object that is shared and
// has a form that there is not. One of both must be asked for before anything else is.
func (e objects) shapeIn(pc int, slot int32, k bytecode.Kind) {
	e.Load(machine.C, markerAt(slot))
	if e.kinds[pc][slot] == k {
		return
	}
	e.kindIs(markerAt(slot), k)
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
}

// numberMarker sets the flags to "below or equal" if a register has the marker of a number. It changes the register.
func (e objects) numberMarker(r machine.Reg) {
	if at := e.target.Layout.Marker; at != 0 {
		e.ArithImm(machine.Sub, r, int32(at))
	} else {
		e.ArithMem(machine.Sub, r, context(e.target.Layout.Markers))
	}
	e.ArithImm(machine.Cmp, r, int32(bytecode.KindBool))
}

// isMarker sets the flags by whether a word of memory is the marker of a kind. It may change a register.
func (e objects) isMarker(word machine.Mem, k bytecode.Kind, otherwise machine.Reg) {
	if at := e.target.Layout.Marker; at != 0 {
		e.ArithMemImm(machine.Cmp, word, int32(at)+int32(k))
		return
	}
	e.Load(otherwise, word)
	e.ArithMem(machine.Cmp, otherwise, context(e.target.Layout.Markers+8*int32(k)))
}

// putNumber writes a slot's number and its marker to a value in memory that is based on neither D nor, if the slot's Float has no register, the last one for Floats.
// It may change D.
func (e objects) putNumber(to machine.Mem, slot int32, k bytecode.Kind) {
	e.putMarker(to, k, machine.D)
	if classOf(k) == float {
		e.FloatStore(numberOf(to), e.float(slot, machine.ScratchFloat))
		return
	}
	e.Store(numberOf(to), e.general(slot, machine.D))
}

// indexIn loads A with an index.
func (e objects) indexIn(slot int32) {
	e.loadGeneral(machine.A, slot)
	e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
}

func field(offset int32) machine.Mem { return machine.Mem{Base: machine.C, Disp: offset} }

// inside goes somewhere else if there is no element A.
func (e objects) inside(otherwise machine.Label) {
	e.ArithMem(machine.Cmp, machine.A, field(e.target.Layout.Length))
	e.JumpIf(machine.AboveOrEqual, otherwise)
}

// alone exits if the list may be held more than once.
func (e objects) alone(pc int) {
	e.TestMem32Imm(field(e.target.Layout.State), e.target.Layout.Shared)
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
}

// valueOf makes A the address of element A of a list of Values.
func (e objects) valueOf() {
	e.ShiftImm(machine.ShiftLeft, machine.A, 4)
	e.ArithMem(machine.Add, machine.A, field(e.target.Layout.Elements))
}

// keepWord leaves word A of a list as the number of a slot.
func (e objects) keepWord(slot int32, k bytecode.Kind) {
	e.Load(machine.C, field(e.target.Layout.Elements))
	if classOf(k) == float {
		to := e.floatResult(slot, machine.ScratchFloat)
		e.FloatIndexed(to, machine.C, machine.A)
		e.keepFloat(slot, to)
		return
	}
	to := e.result(slot, machine.A)
	e.Indexed(to, machine.C, machine.A)
	e.keep(slot, to)
}

// formIs sets the flags by whether a list is one of words of a kind.
func (e objects) formIs(k bytecode.Kind) {
	e.CompareMem32Imm(field(e.target.Layout.Form), -int32(k))
}

// listGetNumber is list.get of a kind. A list of Values is read as well, if the element is of that kind.
func listGetNumber(e objects, pc int, in bytecode.Instr) {
	k, done := in.Op.Info().A.Leaves(), e.NewLabel()
	exit := e.otherwise(pc)
	e.shapeIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(machine.NotEqual, e.aside(func() {
		e.CompareMem32Imm(field(e.target.Layout.Form), 0)
		e.JumpIf(machine.NotEqual, exit)
		e.inside(exit)
		e.valueOf()
		e.isMarker(machine.Mem{Base: machine.A}, k, machine.C)
		e.JumpIf(machine.NotEqual, exit)
		if classOf(k) == float {
			to := e.floatResult(in.A, machine.ScratchFloat)
			e.FloatLoad(to, machine.Mem{Base: machine.A, Disp: 8})
			e.keepFloat(in.A, to)
		} else {
			to := e.result(in.A, machine.A)
			e.Load(to, machine.Mem{Base: machine.A, Disp: 8})
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
		exit := e.otherwise(pc)
		e.shapeIn(pc, in.B, bytecode.KindVariant)
		e.indexIn(in.C)
		e.element(pc, in.A, rule, exit, exit)
		e.next(pc)
	}
}

// element copies element A of the list C to a slot; if there is none it goes on elsewhere, of a list of Values behind its end. Those are what comes first: where elements are
// known to be numbers, other instructions fetch them.
func (e objects) element(pc int, to int32, rule elementRule, none, noneOfValues machine.Label) {
	l, done, other := &e.target.Layout, e.NewLabel(), e.otherwise(pc)
	e.LoadSigned32(machine.D, field(l.Form))
	e.Test(machine.D, machine.D)
	e.JumpIf(machine.NotEqual, e.aside(func() {
		e.JumpIf(machine.Greater, other)
		e.inside(none)
		e.Load(machine.C, field(l.Elements))
		e.Indexed(machine.A, machine.C, machine.A)
		e.Store(numberAt(to), machine.A)
		e.wordMarker(to)
		e.Jump(done)
	}))
	e.inside(noneOfValues)
	if rule == taken {
		e.alone(pc)
	}
	e.valueOf()
	e.copyValue(pc, to, machine.Mem{Base: machine.A}, rule == held)
	e.Bind(done)
}

// wordMarker writes the marker of a slot that has got a word of a list whose form D is. It changes C.
func (e objects) wordMarker(slot int32) {
	e.Load(machine.C, context(e.target.Layout.Markers))
	e.Arith(machine.Sub, machine.C, machine.D) // markers are one behind the other
	e.Store(markerAt(slot), machine.C)
}

// copyValue copies a value to a slot. If it is held once more then, it is marked. It changes A, C and D.
func (e objects) copyValue(pc int, to int32, from machine.Mem, once bool) {
	e.Load(machine.D, numberOf(from))
	e.Load(machine.C, from) // which may be where it comes from
	e.barrier(pc)
	if once {
		e.mark(pc, bytecode.KindAny)
	}
	e.Store(markerAt(to), machine.C)
	e.Store(numberAt(to), machine.D)
}

// kindIn makes A the kind of the value in C and D, or goes elsewhere if that is a number.
func (e objects) kindIn(number machine.Label) {
	e.Move(machine.A, machine.C)
	e.numberMarker(machine.A)
	e.JumpIf(machine.BelowOrEqual, number)
	e.Move(machine.A, machine.D)
	e.ShiftImm(machine.ShiftRight, machine.A, kindShift)
}

// mark marks the object of the value in C and D, of a kind, if that is known, as held more than once. It changes A.
func (e objects) mark(pc int, k bytecode.Kind) {
	l, done := &e.target.Layout, e.NewLabel()
	switch k {
	case bytecode.KindVariant:
	case bytecode.KindAny:
		e.kindIn(done)
		e.ArithImm(machine.Cmp, machine.A, int32(bytecode.KindMap))
		e.JumpIf(machine.Equal, e.otherwise(pc))
		e.ArithImm(machine.Cmp, machine.A, int32(bytecode.KindVariant))
		e.JumpIf(machine.NotEqual, done)
	default:
		return
	}
	e.TestMem32Imm(field(l.State), l.Shared)
	e.JumpIf(machine.Equal, e.aside(func() {
		e.LockOr32Imm(field(l.State), l.Shared)
		e.Jump(done)
	}))
	e.Bind(done)
}

// free goes on otherwise unless the value in C and D can be put into an object as it is: a number, or what Go's
// collector need not be told of. Strings may have to be copied to other memory. It changes A.
func (e objects) free(pc int, k bytecode.Kind) {
	if k == bytecode.KindAny {
		number := e.NewLabel()
		e.kindIn(number)
		e.ArithImm(machine.Cmp, machine.A, int32(bytecode.KindString))
		e.JumpIf(machine.Equal, e.otherwise(pc))
		e.Bind(number)
	}
	e.barrier(pc)
}

// objectsFit: values of a kind can be put into objects by the code.
func objectsFit(k bytecode.Kind) bool { return k != bytecode.KindString && k != bytecode.KindBuilder }

// barrier goes on otherwise while Go's collector has to be told of each pointer that is written. It changes A.
func (e objects) barrier(pc int) {
	if at := e.target.Layout.BarrierAt; at != 0 {
		e.CompareFixed32Imm(at, 0)
	} else {
		e.Load(machine.A, context(e.target.Layout.Barrier))
		e.CompareMem32Imm(machine.Mem{Base: machine.A}, 0)
	}
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
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
	e.setElement(pc, in, k, func() machine.Reg { return e.general(in.C, machine.D) })
}

func listSetImm(e objects, pc int, in bytecode.Instr) {
	e.setElement(pc, in, bytecode.KindInt, func() machine.Reg {
		e.Immediate(machine.D, int64(in.C)<<1)
		return machine.D
	})
}

// setElement replaces element B of the list A by a number of a kind; general gives its pattern if it is no Float.
func (e objects) setElement(pc int, in bytecode.Instr, k bytecode.Kind, general func() machine.Reg) {
	l, done, other := &e.target.Layout, e.NewLabel(), e.otherwise(pc)
	e.shapeIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.indexIn(in.B)
	e.inside(other)
	e.formIs(k)
	e.JumpIf(machine.NotEqual, e.aside(func() {
		e.CompareMem32Imm(field(l.Form), 0)
		e.JumpIf(machine.NotEqual, other)
		e.valueOf()
		e.Load(machine.C, machine.Mem{Base: machine.A})
		e.numberMarker(machine.C) // of another value the collector would have to know that it is gone
		e.JumpIf(machine.Above, other)
		to := machine.Mem{Base: machine.A}
		e.putMarker(to, k, machine.C)
		if classOf(k) == float {
			e.FloatStore(numberOf(to), e.float(in.C, machine.ScratchFloat))
		} else {
			e.Store(numberOf(to), general())
		}
		e.Jump(done)
	}))
	e.Load(machine.C, field(l.Elements))
	e.storeWord(in.C, k, general)
	e.Bind(done)
	e.next(pc)
}

// listSetObject is list.set of what is no number, or not known to be one, in a list of Values.
func listSetObject(e objects, pc int, in bytecode.Instr) {
	l := &e.target.Layout
	e.Load(machine.C, markerAt(in.C))
	e.Load(machine.D, numberAt(in.C))
	e.free(pc, e.kinds[pc][in.C])
	e.shapeIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.CompareMem32Imm(field(l.Form), 0)
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
	e.indexIn(in.B)
	e.inside(e.otherwise(pc))
	e.valueOf()
	e.Load(machine.C, markerAt(in.C))
	e.Store(machine.Mem{Base: machine.A}, machine.C)
	e.Store(machine.Mem{Base: machine.A, Disp: 8}, machine.D)
	e.next(pc)
}

// storeWord writes a number to word A of the elements at C.
func (e objects) storeWord(slot int32, k bytecode.Kind, general func() machine.Reg) {
	if classOf(k) == float {
		e.FloatStoreIndexed(machine.C, machine.A, e.float(slot, machine.ScratchFloat))
		return
	}
	e.StoreIndexed(machine.C, machine.A, general())
}

// listPush is list.push where there is room for one more.
func listPush(e objects, pc int, in bytecode.Instr) {
	if in.A != in.B {
		e.barrier(pc)
	}
	e.push(pc, in.B, bytecode.KindVariant, in.C)
	if in.A != in.B {
		e.Load(machine.C, markerAt(in.B))
		e.Load(machine.D, numberAt(in.B))
		e.Store(markerAt(in.A), machine.C)
		e.Store(numberAt(in.A), machine.D)
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
	general := func() machine.Reg { return e.general(slot, machine.D) }
	e.Load(machine.A, field(l.Length))
	e.formIs(k)
	e.JumpIf(machine.NotEqual, e.aside(func() {
		e.CompareMem32Imm(field(l.Form), 0)
		e.JumpIf(machine.NotEqual, other)
		e.room1(other)
		e.valueOf()
		e.putNumber(machine.Mem{Base: machine.A}, slot, k)
		e.Jump(done)
	}))
	e.room1(other)
	e.Load(machine.C, field(l.Elements))
	e.storeWord(slot, k, general)
	e.Bind(done)
}

// pushObject is push of what is no number, or not known to be one, to a list of Values.
func (e objects) pushObject(pc int, list int32, listKind bytecode.Kind, slot int32) {
	l := &e.target.Layout
	e.Load(machine.C, markerAt(slot))
	e.Load(machine.D, numberAt(slot))
	e.free(pc, e.kinds[pc][slot])
	e.shapeIn(pc, list, listKind)
	e.alone(pc)
	e.CompareMem32Imm(field(l.Form), 0)
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
	e.Load(machine.A, field(l.Length))
	e.room1(e.otherwise(pc))
	e.valueOf()
	e.Load(machine.C, markerAt(slot))
	e.Store(machine.Mem{Base: machine.A}, machine.C)
	e.Store(machine.Mem{Base: machine.A, Disp: 8}, machine.D)
}

// room1 counts one element more, or goes somewhere else if there is no room: how much there is can be negative.
func (e objects) room1(otherwise machine.Label) {
	l := &e.target.Layout
	e.ArithMem(machine.Cmp, machine.A, field(l.Room))
	e.JumpIf(machine.GreaterEqual, otherwise)
	e.ArithMemImm(machine.Add, field(l.Length), 1)
}

// lengthIn makes A the number of elements of the list C.
func (e objects) lengthIn(pc int) {
	l, done := &e.target.Layout, e.NewLabel()
	e.LoadSigned32(machine.A, field(l.Form))
	e.ArithImm(machine.Sub, machine.A, 1)
	e.JumpIf(machine.GreaterEqual, done) // the values are in the object
	e.ArithMemImm(machine.Cmp, field(l.Elements), 0)
	e.JumpIf(machine.Equal, e.otherwise(pc)) // in a tree, or there are none
	e.Load(machine.A, field(l.Length))
	e.Bind(done)
}

func listLength(e objects, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.Arith(machine.Add, machine.A, machine.A)
	e.keep(in.A, machine.A)
	e.next(pc)
}

func listHas(e objects, pc int, in bytecode.Instr) {
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.lengthIn(pc)
	e.loadGeneral(machine.D, in.C)
	e.ShiftImm(machine.ShiftArithmetic, machine.D, 1)
	e.Arith(machine.Cmp, machine.D, machine.A)
	e.keepCondition(pc, in.A, machine.Below)
}

// listNextNumber is list.next of a kind, of a list of words. At its end it goes on behind.
func listNextNumber(e objects, pc int, in bytecode.Instr) {
	k := in.Op.Info().A.Leaves()
	e.shapeIn(pc, in.B, bytecode.KindVariant)
	e.indexIn(in.C)
	e.formIs(k)
	e.JumpIf(machine.NotEqual, e.otherwise(pc))
	e.inside(e.way(pc, pc+1))
	e.keepWord(in.A, k)
	e.count(in.C)
	e.goOn(pc, pc+2)
}

// listNext is list.next of any kind. At the end of the list it goes on behind.
func listNext(rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		other, end := e.otherwise(pc), e.way(pc, pc+1)
		e.shapeIn(pc, in.B, bytecode.KindVariant)
		e.indexIn(in.C)
		e.element(pc, in.A, rule, end, e.aside(func() {
			e.ArithMemImm(machine.Cmp, field(e.target.Layout.Elements), 0)
			e.JumpIf(machine.Equal, other) // in a tree, or there are none
			e.Jump(end)
		}))
		e.count(in.C)
		e.goOn(pc, pc+2)
	}
}

// listOwn is list.own of a list that is alone and flat already.
func listOwn(e objects, pc int, in bytecode.Instr) {
	l, other := &e.target.Layout, e.otherwise(pc)
	e.shapeIn(pc, in.B, bytecode.KindVariant)
	e.alone(pc)
	e.CompareMem32Imm(field(l.Form), 0)
	e.JumpIf(machine.Greater, other) // the values are in the object
	e.ArithMemImm(machine.Cmp, field(l.Elements), 0)
	e.JumpIf(machine.Equal, other) // in a tree, or there are none
	e.copyValue(pc, in.A, markerAt(in.B), false)
	e.next(pc)
}

// count adds 1 to a slot's Int.
func (e objects) count(slot int32) {
	if r := e.registers[general][slot]; r != noRegister {
		e.ArithImm(machine.Add, machine.Reg(r), 2)
		return
	}
	e.ArithMemImm(machine.Add, numberAt(slot), 2)
}

// check goes on if a value is of a kind.
func check(e objects, pc int, in bytecode.Instr) {
	k := bytecode.Kind(in.B)
	switch {
	case e.kinds[pc][in.A] == k:
	case classOf(k) != inSlot:
		e.isMarker(markerAt(in.A), k, machine.A)
		e.JumpIf(machine.NotEqual, e.otherwise(pc))
		if e.liveBehind(pc).has(in.A) { // else its register may be another one's
			e.loadNumber(in.A, k)
		}
	default:
		e.objectIn(pc, in.A, k)
	}
	e.next(pc)
}
