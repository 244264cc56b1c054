package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// float, floatResult and keepFloat are general, result and keep of Floats.
func (e *emitter) float(slot int32, otherwise amd64.Xmm) amd64.Xmm {
	if r := e.registers[float][slot]; r != noRegister {
		return amd64.Xmm(r)
	}
	e.FloatLoad(otherwise, numberAt(slot))
	return otherwise
}

func (e *emitter) floatResult(slot int32, otherwise amd64.Xmm) amd64.Xmm {
	if r := e.registers[float][slot]; r != noRegister {
		return amd64.Xmm(r)
	}
	return otherwise
}

func (e *emitter) keepFloat(slot int32, from amd64.Xmm) {
	if r := e.registers[float][slot]; r != noRegister {
		e.FloatMove(amd64.Xmm(r), from)
		return
	}
	e.FloatStore(numberAt(slot), from)
}

// floatSlot computes to = to op the slot's Float.
func (e *emitter) floatSlot(op amd64.Float, to amd64.Xmm, slot int32) {
	if r := e.registers[float][slot]; r != noRegister {
		e.Float(op, to, amd64.Xmm(r))
		return
	}
	e.FloatMem(op, to, numberAt(slot))
}

func commutes(op amd64.Float) bool { return op == amd64.FloatAdd || op == amd64.FloatMul }

func floatArith(op amd64.Float) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to, left, right := e.floatResult(in.A, scratchFloat), in.B, in.C
		if e.registers[float][right] == register(to) && left != right {
			if commutes(op) {
				left, right = right, left
			} else {
				to = scratchFloat // it must not be overwritten before it is used
			}
		}
		e.FloatMove(to, e.float(left, to))
		e.floatSlot(op, to, right)
		e.keepFloat(in.A, to)
		e.next(pc)
	}
}

func floatSqrt(e *emitter, pc int, in bytecode.Instr) {
	to := e.floatResult(in.A, scratchFloat)
	e.floatSlot(amd64.FloatSqrt, to, in.B)
	e.keepFloat(in.A, to)
	e.next(pc)
}

// mulAdd computes slot a = a op b * c, each rounded.
func (e *emitter) mulAdd(op amd64.Float, a, b, c int32) {
	e.FloatMove(scratchFloat, e.float(b, scratchFloat))
	e.floatSlot(amd64.FloatMul, scratchFloat, c)
	to := e.float(a, otherFloat)
	e.Float(op, to, scratchFloat)
	e.keepFloat(a, to)
}

func floatMulAdd(op amd64.Float) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.mulAdd(op, in.A, in.B, in.C)
		e.next(pc)
	}
}

func floatMulAdd3(e *emitter, pc int, in bytecode.Instr) {
	for i := range int32(3) {
		e.mulAdd(amd64.FloatAdd, in.A-i, in.B-i, in.C)
	}
	e.next(pc)
}

func intToFloat(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(amd64.RAX, in.B)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
	to := e.floatResult(in.A, scratchFloat)
	e.FloatFromInt(to, amd64.RAX)
	e.keepFloat(in.A, to)
	e.next(pc)
}

// floatOrder is how a comparison of Floats reads the flags. The comparison of a NaN with anything looks like "below" and "equal".
type floatOrder struct {
	swapped bool       // the second operand is compared with the first
	holds   amd64.Cond // what says that it holds
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
	bytecode.OpJumpFloatEq:    {holds: amd64.Equal, nan: never},
	bytecode.OpJumpFloatNe:    {holds: amd64.NotEqual, nan: always},
	bytecode.OpJumpFloatLt:    {swapped: true, holds: amd64.Above},
	bytecode.OpJumpFloatLe:    {swapped: true, holds: amd64.AboveOrEqual},
	bytecode.OpJumpFloatNotLt: {swapped: true, holds: amd64.BelowOrEqual},
	bytecode.OpJumpFloatNotLe: {swapped: true, holds: amd64.Below},
}

// compareFloats sets the flags.
func (e *emitter) compareFloats(o floatOrder, left, right int32) {
	x, y := e.float(left, scratchFloat), e.float(right, otherFloat)
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
		e.JumpIf(amd64.Parity, not)
		e.JumpIf(o.holds, e.way(pc, e.to[pc][0]))
		e.Bind(not)
	case always:
		e.JumpIf(amd64.Parity, e.way(pc, e.to[pc][0]))
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
		e.Set(o.holds, amd64.RAX)
		switch o.nan {
		case never:
			e.Set(amd64.NoParity, amd64.RCX)
			e.Arith(amd64.And, amd64.RAX, amd64.RCX)
		case always:
			e.Set(amd64.Parity, amd64.RCX)
			e.Arith(amd64.Or, amd64.RAX, amd64.RCX)
		}
		e.keep(in.A, amd64.RAX)
		e.next(pc)
	}
}
