package native

import (
	"math/bits"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// general returns the register of a slot that holds an Int or Bool; one without is loaded to another register.
func (e *emitter) general(slot int32, otherwise amd64.Reg) amd64.Reg {
	if r := e.registers[general][slot]; r != noRegister {
		return amd64.Reg(r)
	}
	e.Load(otherwise, numberAt(slot))
	return otherwise
}

// loadGeneral copies a slot's Int or Bool to a register.
func (e *emitter) loadGeneral(to amd64.Reg, slot int32) { e.Move(to, e.general(slot, to)) }

// result returns the register in which the Int or Bool of a slot is to be computed; keep then brings it to where it belongs.
func (e *emitter) result(slot int32, otherwise amd64.Reg) amd64.Reg {
	if r := e.registers[general][slot]; r != noRegister {
		return amd64.Reg(r)
	}
	return otherwise
}

func (e *emitter) keep(slot int32, from amd64.Reg) {
	if r := e.registers[general][slot]; r != noRegister {
		e.Move(amd64.Reg(r), from)
		return
	}
	e.Store(numberAt(slot), from)
}

// arithSlot computes to = to op the slot's number.
func (e *emitter) arithSlot(op amd64.Arith, to amd64.Reg, slot int32) {
	if r := e.registers[general][slot]; r != noRegister {
		e.Arith(op, to, amd64.Reg(r))
		return
	}
	e.ArithMem(op, to, numberAt(slot))
}

// compareSlot sets the flags by a slot's Int or Bool and a pattern.
func (e *emitter) compareSlot(slot int32, pattern int64) {
	r := e.registers[general][slot]
	switch {
	case pattern != int64(int32(pattern)):
		e.Immediate(amd64.RDX, pattern)
		e.Arith(amd64.Cmp, e.general(slot, amd64.RAX), amd64.RDX)
	case r == noRegister:
		e.ArithMemImm(amd64.Cmp, numberAt(slot), int32(pattern))
	case pattern == 0:
		e.Test(amd64.Reg(r), amd64.Reg(r))
	default:
		e.ArithImm(amd64.Cmp, amd64.Reg(r), int32(pattern))
	}
}

// addPattern computes to = to + pattern.
func (e *emitter) addPattern(to amd64.Reg, pattern int64) {
	if pattern == int64(int32(pattern)) {
		e.ArithImm(amd64.Add, to, int32(pattern))
		return
	}
	e.Immediate(amd64.RDX, pattern)
	e.Arith(amd64.Add, to, amd64.RDX)
}

// next ends an instruction that control goes on from to the one behind it.
func (e *emitter) next(pc int) { e.goOn(pc, e.to[pc][0]) }

// branch ends an instruction that goes to its target on a condition.
func (e *emitter) branch(pc int, on amd64.Cond) {
	e.JumpIf(on, e.way(pc, e.to[pc][0]))
	e.goOn(pc, e.to[pc][1])
}

func move(e *emitter, pc int, in bytecode.Instr) {
	switch classOf(e.kinds[pc][in.B]) {
	case inSlot:
		moveValue(objects{e}, pc, in)
		return
	case float:
		e.keepFloat(in.A, e.float(in.B, scratchFloat))
	case general:
		e.keep(in.A, e.general(in.B, e.result(in.A, amd64.RAX)))
	}
	e.next(pc)
}

func (e *emitter) constant(pc int, slot int32, pattern int64) {
	r := e.result(slot, amd64.RAX)
	e.Immediate(r, pattern)
	e.keep(slot, r)
	e.next(pc)
}

func constant(e *emitter, pc int, in bytecode.Instr) {
	c := &e.module.Consts[in.B]
	switch {
	case classOf(c.Kind) == inSlot:
		e.Immediate(amd64.RAX, int64(e.target.Constant(in.B)))
		objects{e}.copyValue(pc, in.A, amd64.Mem{Base: amd64.RAX}, false)
	case c.Kind == bytecode.KindInt:
		e.constant(pc, in.A, int64(c.Bits<<1))
		return
	case c.Bits == 0:
		r := e.floatResult(in.A, scratchFloat)
		e.FloatZero(r)
		e.keepFloat(in.A, r)
	default:
		r := e.floatResult(in.A, scratchFloat)
		e.Immediate(amd64.RAX, int64(c.Bits))
		e.FloatFromBits(r, amd64.RAX)
		e.keepFloat(in.A, r)
	}
	e.next(pc)
}

// arith is A = B op C.
func arith(op amd64.Arith) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to, left, right := e.result(in.A, amd64.RAX), in.B, in.C
		if r := e.registers[general][right]; r == register(to) && left != right {
			if op == amd64.Sub {
				to = amd64.RAX // it must not be overwritten before it is used
			} else {
				left, right = right, left
			}
		}
		e.loadGeneral(to, left)
		e.arithSlot(op, to, right)
		e.keep(in.A, to)
		e.next(pc)
	}
}

func intSum(e *emitter, pc int, in bytecode.Instr) {
	to, left, right := e.registers[general][in.A], e.registers[general][in.B], e.registers[general][in.C]
	if to == noRegister || left == noRegister || right == noRegister || to == left || to == right {
		arith(amd64.Add)(e, pc, in)
		return
	}
	e.Sum(amd64.Reg(to), amd64.Reg(left), amd64.Reg(right))
	e.next(pc)
}

// arithImm is A = B op the Int C.
func arithImm(op amd64.Arith) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to, pattern := e.result(in.A, amd64.RAX), int64(in.C)<<1
		if pattern == int64(int32(pattern)) {
			e.loadGeneral(to, in.B)
			e.ArithImm(op, to, int32(pattern))
		} else {
			e.Immediate(amd64.RDX, pattern)
			e.loadGeneral(to, in.B)
			e.Arith(op, to, amd64.RDX)
		}
		e.keep(in.A, to)
		e.next(pc)
	}
}

// unary is A = op B.
func unary(op func(*emitter, amd64.Reg)) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to := e.result(in.A, amd64.RAX)
		e.loadGeneral(to, in.B)
		op(e, to)
		e.keep(in.A, to)
		e.next(pc)
	}
}

func intMul(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(amd64.RAX, in.B)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
	e.Mul(amd64.RAX, e.general(in.C, amd64.RDX))
	e.keep(in.A, amd64.RAX)
	e.next(pc)
}

func intAddImm(e *emitter, pc int, in bytecode.Instr) {
	to, pattern := e.result(in.A, amd64.RAX), int64(in.C)<<1
	from := e.general(in.B, to)
	if from != to && pattern == int64(int32(pattern)) {
		e.Address(to, amd64.Mem{Base: from, Disp: int32(pattern)})
	} else {
		e.Move(to, from)
		e.addPattern(to, pattern)
	}
	e.keep(in.A, to)
	e.next(pc)
}

func intSubFromImm(e *emitter, pc int, in bytecode.Instr) {
	e.Immediate(amd64.RAX, int64(in.C)<<1)
	e.arithSlot(amd64.Sub, amd64.RAX, in.B)
	e.keep(in.A, amd64.RAX)
	e.next(pc)
}

func intMulImm(e *emitter, pc int, in bytecode.Instr) {
	to := e.result(in.A, amd64.RAX)
	e.MulImm(to, e.general(in.B, amd64.RAX), in.C)
	e.keep(in.A, to)
	e.next(pc)
}

// quotient divides RAX by RCX, which is not 0: RAX is the quotient, RDX the remainder. Both are numbers, not patterns. Division of
// 32 bits is several times faster than that of 64 on many processors.
func (e *emitter) quotient() {
	large, done := e.NewLabel(), e.NewLabel()
	e.Move(amd64.RDX, amd64.RAX)
	e.Arith(amd64.Or, amd64.RDX, amd64.RCX)
	e.ShiftImm(amd64.ShiftRight, amd64.RDX, 32)
	e.JumpIf(amd64.NotEqual, large)
	e.Div32(amd64.RCX) // RDX is 0
	e.Jump(done)
	e.Bind(large)
	e.Extend()
	e.Div(amd64.RCX)
	e.Bind(done)
}

// keepQuotient leaves what a division gives: the quotient, or the remainder.
func (e *emitter) keepQuotient(slot int32, remainder bool) {
	from := amd64.RAX
	if remainder {
		from = amd64.RDX
	}
	e.Arith(amd64.Add, from, from)
	e.keep(slot, from)
}

func intDiv(e *emitter, pc int, in bytecode.Instr) {
	zero, done := e.NewLabel(), e.NewLabel()
	e.loadGeneral(amd64.RCX, in.C)
	e.loadGeneral(amd64.RAX, in.B)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RCX, 1)
	e.JumpIf(amd64.Equal, zero)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
	e.quotient()
	e.Jump(done)
	e.Bind(zero)
	e.Immediate(amd64.RAX, 0)
	e.Immediate(amd64.RDX, 0)
	e.Bind(done)
	e.keepQuotient(in.A, in.Op == bytecode.OpIntMod)
	e.next(pc)
}

// power is the exponent if a number is a power of two that fits an instruction as a mask of patterns.
func power(n int32) (exponent uint8, ok bool) {
	if n < 1 || n > 1<<28 || n&(n-1) != 0 {
		return 0, false
	}
	return uint8(bits.TrailingZeros32(uint32(n))), true
}

// bias makes RDX what has to be added to RAX, a pattern, so that rounding down rounds toward zero: 2^k - 1 if it is below 0. All is shifted by one.
func (e *emitter) bias(k uint8) {
	e.Move(amd64.RDX, amd64.RAX)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RDX, 63)
	e.ShiftImm(amd64.ShiftRight, amd64.RDX, 63-k)
}

// reciprocal is what numbers of 63 bits are multiplied by in place of a division by n, and by how many bits the upper half of the product is shifted then, rounded toward
// zero (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994; Warren, Hacker's Delight, chapter 10). The factor is 2^p / n, rounded up, with
// 2^p not below n * 2^62: so it is wrong by less than what any quotient is away from the next number. ok is false for what is not above 2, and for powers of two.
func reciprocal(n int32) (factor int64, shift uint8, ok bool) {
	if n < 3 || n&(n-1) == 0 {
		return 0, 0, false
	}
	width := bits.Len32(uint32(n)) // 2^width is above n
	q, _ := bits.Div64(1<<(width-2), 0, uint64(n))
	return int64(q) + 1, uint8(width - 2), true
}

// multiplied leaves the quotient of the pattern in a slot and n in RDX, and the pattern in RAX; false, with nothing done, if n has no reciprocal.
func (e *emitter) multiplied(slot, n int32) bool {
	factor, shift, ok := reciprocal(n)
	if !ok {
		return false
	}
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
	e.Immediate(amd64.RCX, factor)
	e.MulHigh(amd64.RCX)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RDX, shift)
	e.loadGeneral(amd64.RAX, slot)
	e.Move(amd64.RCX, amd64.RAX)
	e.ShiftImm(amd64.ShiftRight, amd64.RCX, 63)
	e.Arith(amd64.Add, amd64.RDX, amd64.RCX) // toward zero
	return true
}

func intDivImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(amd64.RAX, in.B)
	if k, ok := power(in.C); ok {
		e.bias(k)
		e.Arith(amd64.Add, amd64.RAX, amd64.RDX)
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, k)
		e.ArithImm(amd64.And, amd64.RAX, -2)
		e.keep(in.A, amd64.RAX)
	} else if e.multiplied(in.B, in.C) {
		e.Arith(amd64.Add, amd64.RDX, amd64.RDX)
		e.keep(in.A, amd64.RDX)
	} else {
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
		e.Immediate(amd64.RCX, int64(in.C))
		e.quotient()
		e.keepQuotient(in.A, false)
	}
	e.next(pc)
}

func intModImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(amd64.RAX, in.B)
	if k, ok := power(in.C); ok {
		e.bias(k)
		e.Arith(amd64.Add, amd64.RAX, amd64.RDX)
		e.ArithImm(amd64.And, amd64.RAX, int32(in.C-1)<<1|1)
		e.Arith(amd64.Sub, amd64.RAX, amd64.RDX)
		e.keep(in.A, amd64.RAX)
	} else if e.multiplied(in.B, in.C) {
		e.Immediate(amd64.RCX, 2*int64(in.C))
		e.Mul(amd64.RDX, amd64.RCX)
		e.Arith(amd64.Sub, amd64.RAX, amd64.RDX)
		e.keep(in.A, amd64.RAX)
	} else {
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
		e.Immediate(amd64.RCX, int64(in.C))
		e.quotient()
		e.keepQuotient(in.A, true)
	}
	e.next(pc)
}

// fitted makes RAX, a number, the pattern of an Int: 0 unless it is one. RDX is 0.
func (e *emitter) fitted() {
	e.Arith(amd64.Add, amd64.RAX, amd64.RAX)
	e.MoveIf(amd64.Overflow, amd64.RAX, amd64.RDX)
}

// shifted shifts RAX by RCX, both numbers, and leaves the pattern in RAX: 0 unless it is an Int and the distance is from 0 to 63.
func (e *emitter) shifted(op amd64.Shift) {
	e.Immediate(amd64.RDX, 0)
	e.ArithImm(amd64.Cmp, amd64.RCX, 64)
	e.MoveIf(amd64.AboveOrEqual, amd64.RAX, amd64.RDX)
	e.ShiftCL(op, amd64.RAX)
	e.fitted()
}

func intShift(op amd64.Shift) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.loadGeneral(amd64.RCX, in.C)
		e.loadGeneral(amd64.RAX, in.B)
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RCX, 1)
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
		e.shifted(op)
		e.keep(in.A, amd64.RAX)
		e.next(pc)
	}
}

func intShiftOfImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(amd64.RCX, in.B)
	e.ShiftImm(amd64.ShiftArithmetic, amd64.RCX, 1)
	e.Immediate(amd64.RAX, int64(in.C))
	e.shifted(amd64.ShiftLeft)
	e.keep(in.A, amd64.RAX)
	e.next(pc)
}

func intShiftImm(op amd64.Shift) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		if in.C < 0 || in.C >= 64 {
			e.constant(pc, in.A, 0)
			return
		}
		e.loadGeneral(amd64.RAX, in.B)
		e.ShiftImm(amd64.ShiftArithmetic, amd64.RAX, 1)
		e.ShiftImm(op, amd64.RAX, uint8(in.C))
		e.Immediate(amd64.RDX, 0)
		e.fitted()
		e.keep(in.A, amd64.RAX)
		e.next(pc)
	}
}

// keepCondition leaves whether a condition holds.
func (e *emitter) keepCondition(pc int, slot int32, c amd64.Cond) {
	e.Set(c, amd64.RAX)
	e.keep(slot, amd64.RAX)
	e.next(pc)
}

func intTest(c amd64.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.arithSlot(amd64.Cmp, e.general(in.B, amd64.RAX), in.C)
		e.keepCondition(pc, in.A, c)
	}
}

func intTestImm(c amd64.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.compareSlot(in.B, int64(in.C)<<1)
		e.keepCondition(pc, in.A, c)
	}
}

func intJump(c amd64.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.arithSlot(amd64.Cmp, e.general(in.A, amd64.RAX), in.B)
		e.branch(pc, c)
	}
}

func intJumpImm(c amd64.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.compareSlot(in.A, int64(in.B)<<1)
		e.branch(pc, c)
	}
}

func boolJump(c amd64.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.compareSlot(in.A, 0)
		e.branch(pc, c)
	}
}

// poll exits in front of an instruction if Go wants the goroutine.
func (e *emitter) poll(pc int) {
	e.ArithMemImm(amd64.Cmp, amd64.Mem{Base: goroutineRegister, Disp: e.target.Layout.StackGuard}, 0)
	e.JumpIf(amd64.Less, e.exit(pc))
}

func jumpBack(e *emitter, pc int, _ bytecode.Instr) {
	e.poll(pc)
	e.next(pc)
}

func intAddLoop(e *emitter, pc int, in bytecode.Instr) {
	e.poll(pc)
	if r := e.registers[general][in.A]; r != noRegister {
		e.addPattern(amd64.Reg(r), int64(in.B)<<1)
	} else {
		e.Load(amd64.RAX, numberAt(in.A))
		e.addPattern(amd64.RAX, int64(in.B)<<1)
		e.Store(numberAt(in.A), amd64.RAX)
	}
	e.next(pc)
}

func intAddSlotLoop(e *emitter, pc int, in bytecode.Instr) {
	e.poll(pc)
	to := e.general(in.A, amd64.RAX)
	e.arithSlot(amd64.Add, to, in.B)
	e.keep(in.A, to)
	e.next(pc)
}
