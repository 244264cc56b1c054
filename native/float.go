package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// float, floatResult and keepFloat are general, result and keep of Floats.
func (e *emitter) float(slot int32, otherwise machine.FloatReg) machine.FloatReg {
	if r := e.registers[float][slot]; r != noRegister {
		return machine.FloatReg(r)
	}
	e.FloatLoad(otherwise, numberAt(slot))
	return otherwise
}

func (e *emitter) floatResult(slot int32, otherwise machine.FloatReg) machine.FloatReg {
	if r := e.registers[float][slot]; r != noRegister {
		return machine.FloatReg(r)
	}
	return otherwise
}

func (e *emitter) keepFloat(slot int32, from machine.FloatReg) {
	if r := e.registers[float][slot]; r != noRegister {
		e.FloatMove(machine.FloatReg(r), from)
		return
	}
	e.FloatStore(numberAt(slot), from)
}

// floatSlot computes to = left op the slot's Float.
func (e *emitter) floatSlot(op machine.Float, to, left machine.FloatReg, slot int32) {
	if r := e.registers[float][slot]; r != noRegister {
		e.Float(op, to, left, machine.FloatReg(r))
		return
	}
	e.FloatMem(op, to, left, numberAt(slot))
}

func floatArith(op machine.Float) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to := e.floatResult(in.A, machine.ScratchFloat)
		e.floatSlot(op, to, e.float(in.B, machine.ScratchFloat), in.C)
		e.keepFloat(in.A, to)
		e.next(pc)
	}
}

func floatSqrt(e *emitter, pc int, in bytecode.Instr) {
	to := e.floatResult(in.A, machine.ScratchFloat)
	e.FloatSqrt(to, e.float(in.B, to))
	e.keepFloat(in.A, to)
	e.next(pc)
}

// mulAdd computes slot a = a op b * c, each rounded.
func (e *emitter) mulAdd(op machine.Float, a, b, c int32) {
	e.floatSlot(machine.FloatMul, machine.ScratchFloat, e.float(b, machine.ScratchFloat), c)
	to := e.float(a, machine.OtherFloat)
	e.Float(op, to, to, machine.ScratchFloat)
	e.keepFloat(a, to)
}

func floatMulAdd(op machine.Float) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.mulAdd(op, in.A, in.B, in.C)
		e.next(pc)
	}
}

func floatMulAdd3(e *emitter, pc int, in bytecode.Instr) {
	for i := range int32(3) {
		e.mulAdd(machine.FloatAdd, in.A-i, in.B-i, in.C)
	}
	e.next(pc)
}

func intToFloat(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(machine.A, in.B)
	e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
	to := e.floatResult(in.A, machine.ScratchFloat)
	e.FloatFromInt(to, machine.A)
	e.keepFloat(in.A, to)
	e.next(pc)
}

// floatOrder is how a comparison of Floats reads the flags.
type floatOrder struct {
	swapped bool         // the second operand is compared with the first
	holds   machine.Cond // what says that it holds
	nan     nanRule
}

// nanRule is what NaN means where the flags alone do not say it.
type nanRule uint8

const (
	asFlagsSay nanRule = iota
	never              // it holds of no NaN
	always             // it holds of each
)

var floatOrders = map[bytecode.Op]floatOrder{
	bytecode.OpJumpFloatEq:    {holds: machine.FloatEqual, nan: never},
	bytecode.OpJumpFloatNe:    {holds: machine.FloatNotEqual, nan: always},
	bytecode.OpJumpFloatLt:    {swapped: true, holds: machine.FloatAbove},
	bytecode.OpJumpFloatLe:    {swapped: true, holds: machine.FloatAboveOrEqual},
	bytecode.OpJumpFloatNotLt: {swapped: true, holds: machine.FloatNotAbove},
	bytecode.OpJumpFloatNotLe: {swapped: true, holds: machine.FloatNotAboveOrEqual},
}

// compareFloats sets the flags.
func (e *emitter) compareFloats(o floatOrder, left, right int32) {
	x, y := e.float(left, machine.ScratchFloat), e.float(right, machine.OtherFloat)
	if o.swapped {
		x, y = y, x
	}
	e.FloatCompare(x, y)
}

func floatJump(e *emitter, pc int, in bytecode.Instr) {
	o := floatOrders[in.Op]
	e.compareFloats(o, in.A, in.B)
	switch o.nan {
	case never:
		not := e.NewLabel()
		e.JumpIf(machine.FloatNaN, not)
		e.JumpIf(o.holds, e.way(pc, e.to[pc][0]))
		e.Bind(not)
	case always:
		e.JumpIf(machine.FloatNaN, e.way(pc, e.to[pc][0]))
		e.JumpIf(o.holds, e.way(pc, e.to[pc][0]))
	default:
		e.JumpIf(o.holds, e.way(pc, e.to[pc][0]))
	}
	e.goOn(pc, e.to[pc][1])
}

// floatTest leaves whether the comparison holds by which an instruction jumps.
func floatTest(as bytecode.Op) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		o := floatOrders[as]
		e.compareFloats(o, in.B, in.C)
		e.Set(o.holds, machine.A)
		switch o.nan {
		case never:
			e.Set(machine.FloatNoNaN, machine.C)
			e.Arith(machine.And, machine.A, machine.C)
		case always:
			e.Set(machine.FloatNaN, machine.C)
			e.Arith(machine.Or, machine.A, machine.C)
		}
		e.keep(in.A, machine.A)
		e.next(pc)
	}
}
