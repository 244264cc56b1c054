package native

import (
	"math/bits"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// general returns the register of a slot that holds an Int or Bool; one without is loaded to another register.
func (e *emitter) general(slot int32, otherwise machine.Reg) machine.Reg {
	if r := e.registers[general][slot]; r != noRegister {
		return machine.Reg(r)
	}
	e.Load(otherwise, numberAt(slot))
	return otherwise
}

// loadGeneral copies a slot's Int or Bool to a register.
func (e *emitter) loadGeneral(to machine.Reg, slot int32) { e.Move(to, e.general(slot, to)) }

// result returns the register in which the Int or Bool of a slot is to be computed; keep then brings it to where it belongs.
func (e *emitter) result(slot int32, otherwise machine.Reg) machine.Reg {
	if r := e.registers[general][slot]; r != noRegister {
		return machine.Reg(r)
	}
	return otherwise
}

func (e *emitter) keep(slot int32, from machine.Reg) {
	if r := e.registers[general][slot]; r != noRegister {
		e.Move(machine.Reg(r), from)
		return
	}
	e.Store(numberAt(slot), from)
}

// arithSlot computes to = to op the slot's number.
func (e *emitter) arithSlot(op machine.Arith, to machine.Reg, slot int32) {
	if r := e.registers[general][slot]; r != noRegister {
		e.Arith(op, to, machine.Reg(r))
		return
	}
	e.ArithMem(op, to, numberAt(slot))
}

// compareSlot sets the flags by a slot's Int or Bool and a pattern.
func (e *emitter) compareSlot(slot int32, pattern int64) {
	r := e.registers[general][slot]
	switch {
	case pattern != int64(int32(pattern)):
		e.Immediate(machine.D, pattern)
		e.Arith(machine.Cmp, e.general(slot, machine.A), machine.D)
	case r == noRegister:
		e.ArithMemImm(machine.Cmp, numberAt(slot), int32(pattern))
	case pattern == 0:
		e.Test(machine.Reg(r), machine.Reg(r))
	default:
		e.ArithImm(machine.Cmp, machine.Reg(r), int32(pattern))
	}
}

// addPattern computes to = to + pattern.
func (e *emitter) addPattern(to machine.Reg, pattern int64) {
	if pattern == int64(int32(pattern)) {
		e.ArithImm(machine.Add, to, int32(pattern))
		return
	}
	e.Immediate(machine.D, pattern)
	e.Arith(machine.Add, to, machine.D)
}

// next ends an instruction that control goes on from to the one behind it.
func (e *emitter) next(pc int) { e.goOn(pc, e.to[pc][0]) }

// branch ends an instruction that goes to its target on a condition.
func (e *emitter) branch(pc int, on machine.Cond) {
	e.JumpIf(on, e.way(pc, e.to[pc][0]))
	e.goOn(pc, e.to[pc][1])
}

func move(e *emitter, pc int, in bytecode.Instr) {
	switch classOf(e.kinds[pc][in.B]) {
	case inSlot:
		moveValue(objects{e}, pc, in)
		return
	case float:
		e.keepFloat(in.A, e.float(in.B, machine.ScratchFloat))
	case general:
		e.keep(in.A, e.general(in.B, e.result(in.A, machine.A)))
	}
	e.next(pc)
}

func (e *emitter) constant(pc int, slot int32, pattern int64) {
	r := e.result(slot, machine.A)
	e.Immediate(r, pattern)
	e.keep(slot, r)
	e.next(pc)
}

func constant(e *emitter, pc int, in bytecode.Instr) {
	c := &e.module.Consts[in.B]
	switch {
	case classOf(c.Kind) == inSlot:
		e.Immediate(machine.A, int64(e.target.Constant(in.B)))
		objects{e}.copyValue(pc, in.A, machine.Mem{Base: machine.A}, false)
	case c.Kind == bytecode.KindInt:
		e.constant(pc, in.A, int64(c.Bits<<1))
		return
	case c.Bits == 0:
		r := e.floatResult(in.A, machine.ScratchFloat)
		e.FloatZero(r)
		e.keepFloat(in.A, r)
	default:
		r := e.floatResult(in.A, machine.ScratchFloat)
		e.Immediate(machine.A, int64(c.Bits))
		e.FloatFromBits(r, machine.A)
		e.keepFloat(in.A, r)
	}
	e.next(pc)
}

// arith is A = B op C.
func arith(op machine.Arith) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to, left, right := e.result(in.A, machine.A), in.B, in.C
		if r := e.registers[general][right]; r == register(to) && left != right {
			if op == machine.Sub {
				to = machine.A // it must not be overwritten before it is used
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
		arith(machine.Add)(e, pc, in)
		return
	}
	e.Sum(machine.Reg(to), machine.Reg(left), machine.Reg(right))
	e.next(pc)
}

// arithImm is A = B op the Int C.
func arithImm(op machine.Arith) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to, pattern := e.result(in.A, machine.A), int64(in.C)<<1
		if pattern == int64(int32(pattern)) {
			e.loadGeneral(to, in.B)
			e.ArithImm(op, to, int32(pattern))
		} else {
			e.Immediate(machine.D, pattern)
			e.loadGeneral(to, in.B)
			e.Arith(op, to, machine.D)
		}
		e.keep(in.A, to)
		e.next(pc)
	}
}

// unary is A = op B.
func unary(op func(*emitter, machine.Reg)) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		to := e.result(in.A, machine.A)
		e.loadGeneral(to, in.B)
		op(e, to)
		e.keep(in.A, to)
		e.next(pc)
	}
}

func intMul(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(machine.A, in.B)
	e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
	e.Mul(machine.A, e.general(in.C, machine.D))
	e.keep(in.A, machine.A)
	e.next(pc)
}

func intAddImm(e *emitter, pc int, in bytecode.Instr) {
	to, pattern := e.result(in.A, machine.A), int64(in.C)<<1
	from := e.general(in.B, to)
	if from != to && pattern == int64(int32(pattern)) {
		e.Address(to, machine.Mem{Base: from, Disp: int32(pattern)})
	} else {
		e.Move(to, from)
		e.addPattern(to, pattern)
	}
	e.keep(in.A, to)
	e.next(pc)
}

func intSubFromImm(e *emitter, pc int, in bytecode.Instr) {
	e.Immediate(machine.A, int64(in.C)<<1)
	e.arithSlot(machine.Sub, machine.A, in.B)
	e.keep(in.A, machine.A)
	e.next(pc)
}

func intMulImm(e *emitter, pc int, in bytecode.Instr) {
	to := e.result(in.A, machine.A)
	e.MulImm(to, e.general(in.B, machine.A), in.C)
	e.keep(in.A, to)
	e.next(pc)
}

// keepQuotient leaves what a division gives: the quotient, or the remainder.
func (e *emitter) keepQuotient(slot int32, remainder bool) {
	from := machine.A
	if remainder {
		from = machine.D
	}
	e.Arith(machine.Add, from, from)
	e.keep(slot, from)
}

func intDiv(e *emitter, pc int, in bytecode.Instr) {
	zero, done := e.NewLabel(), e.NewLabel()
	e.loadGeneral(machine.C, in.C)
	e.loadGeneral(machine.A, in.B)
	e.ShiftImm(machine.ShiftArithmetic, machine.C, 1)
	e.Test(machine.C, machine.C)
	e.JumpIf(machine.Equal, zero)
	e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
	e.DivideByC()
	e.Jump(done)
	e.Bind(zero)
	e.Immediate(machine.A, 0)
	e.Immediate(machine.D, 0)
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

// bias makes D what has to be added to A, a pattern, so that rounding down rounds toward zero: 2^k - 1 if it is below 0. All is shifted by one.
func (e *emitter) bias(k uint8) {
	e.Move(machine.D, machine.A)
	e.ShiftImm(machine.ShiftArithmetic, machine.D, 63)
	e.ShiftImm(machine.ShiftRight, machine.D, 63-k)
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

// multiplied leaves the quotient of the pattern in a slot and n in D, and the pattern in A; false, with nothing done, if n has no reciprocal.
func (e *emitter) multiplied(slot, n int32) bool {
	factor, shift, ok := reciprocal(n)
	if !ok {
		return false
	}
	e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
	e.Immediate(machine.C, factor)
	e.MulHigh(machine.C)
	e.ShiftImm(machine.ShiftArithmetic, machine.D, shift)
	e.loadGeneral(machine.A, slot)
	e.Move(machine.C, machine.A)
	e.ShiftImm(machine.ShiftRight, machine.C, 63)
	e.Arith(machine.Add, machine.D, machine.C) // toward zero
	return true
}

func intDivImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(machine.A, in.B)
	if k, ok := power(in.C); ok {
		e.bias(k)
		e.Arith(machine.Add, machine.A, machine.D)
		e.ShiftImm(machine.ShiftArithmetic, machine.A, k)
		e.ArithImm(machine.And, machine.A, -2)
		e.keep(in.A, machine.A)
	} else if e.multiplied(in.B, in.C) {
		e.Arith(machine.Add, machine.D, machine.D)
		e.keep(in.A, machine.D)
	} else {
		e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
		e.Immediate(machine.C, int64(in.C))
		e.DivideByC()
		e.keepQuotient(in.A, false)
	}
	e.next(pc)
}

func intModImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(machine.A, in.B)
	if k, ok := power(in.C); ok {
		e.bias(k)
		e.Arith(machine.Add, machine.A, machine.D)
		e.ArithImm(machine.And, machine.A, int32(in.C-1)<<1|1)
		e.Arith(machine.Sub, machine.A, machine.D)
		e.keep(in.A, machine.A)
	} else if e.multiplied(in.B, in.C) {
		e.Immediate(machine.C, 2*int64(in.C))
		e.Mul(machine.D, machine.C)
		e.Arith(machine.Sub, machine.A, machine.D)
		e.keep(in.A, machine.A)
	} else {
		e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
		e.Immediate(machine.C, int64(in.C))
		e.DivideByC()
		e.keepQuotient(in.A, true)
	}
	e.next(pc)
}

// fitted makes A, a number, the pattern of an Int: 0 unless it is one. D is 0.
func (e *emitter) fitted() {
	e.Arith(machine.Add, machine.A, machine.A)
	e.MoveIf(machine.Overflow, machine.A, machine.D)
}

// shifted shifts A by C, both numbers, and leaves the pattern in A: 0 unless it is an Int and the distance is from 0 to 63.
func (e *emitter) shifted(op machine.Shift) {
	e.Immediate(machine.D, 0)
	e.ArithImm(machine.Cmp, machine.C, 64)
	e.MoveIf(machine.AboveOrEqual, machine.A, machine.D)
	e.ShiftByC(op, machine.A)
	e.fitted()
}

func intShift(op machine.Shift) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.loadGeneral(machine.C, in.C)
		e.loadGeneral(machine.A, in.B)
		e.ShiftImm(machine.ShiftArithmetic, machine.C, 1)
		e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
		e.shifted(op)
		e.keep(in.A, machine.A)
		e.next(pc)
	}
}

func intShiftOfImm(e *emitter, pc int, in bytecode.Instr) {
	e.loadGeneral(machine.C, in.B)
	e.ShiftImm(machine.ShiftArithmetic, machine.C, 1)
	e.Immediate(machine.A, int64(in.C))
	e.shifted(machine.ShiftLeft)
	e.keep(in.A, machine.A)
	e.next(pc)
}

func intShiftImm(op machine.Shift) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		if in.C < 0 || in.C >= 64 {
			e.constant(pc, in.A, 0)
			return
		}
		e.loadGeneral(machine.A, in.B)
		e.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
		e.ShiftImm(op, machine.A, uint8(in.C))
		e.Immediate(machine.D, 0)
		e.fitted()
		e.keep(in.A, machine.A)
		e.next(pc)
	}
}

// keepCondition leaves whether a condition holds.
func (e *emitter) keepCondition(pc int, slot int32, c machine.Cond) {
	e.Set(c, machine.A)
	e.keep(slot, machine.A)
	e.next(pc)
}

func intTest(c machine.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.arithSlot(machine.Cmp, e.general(in.B, machine.A), in.C)
		e.keepCondition(pc, in.A, c)
	}
}

func intTestImm(c machine.Cond) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		e.compareSlot(in.B, int64(in.C)<<1)
		e.keepCondition(pc, in.A, c)
	}
}

func intJump(c machine.Cond) func(*emitter, bytecode.Instr) machine.Cond {
	return func(e *emitter, in bytecode.Instr) machine.Cond {
		e.arithSlot(machine.Cmp, e.general(in.A, machine.A), in.B)
		return c
	}
}

func intJumpImm(c machine.Cond) func(*emitter, bytecode.Instr) machine.Cond {
	return func(e *emitter, in bytecode.Instr) machine.Cond {
		e.compareSlot(in.A, int64(in.B)<<1)
		return c
	}
}

func boolJump(c machine.Cond) func(*emitter, bytecode.Instr) machine.Cond {
	return func(e *emitter, in bytecode.Instr) machine.Cond {
		e.compareSlot(in.A, 0)
		return c
	}
}

// goBack goes on with the head of a loop. If that is a condition, the loop has it at its end as well, and goes back to the body at once.
func (e *emitter) goBack(pc int) {
	head := e.to[pc][0]
	in := e.f.Code[head]
	if head > pc || e.ways[head] != coded && e.ways[head] != codedOrHelped || e.rows[in.Op].holds == nil {
		e.next(pc)
		return
	}
	r, kinds := e.after(pc, head, e.registerFile)
	e.write(e.opened(r, kinds, head))
	c, body, other := e.rows[in.Op].holds(e, in), e.to[head][0], e.to[head][1]
	if e.leaves(body, head, pc) && !e.leaves(other, head, pc) {
		c, body, other = c.Not(), other, body
	}
	e.JumpIf(c, e.way(head, body))
	e.Jump(e.way(head, other))
}

// leaves tells whether an instruction certainly is no part of a loop.
func (e *emitter) leaves(at, head, end int) bool {
	return at < head || at > end || e.f.Code[at].Op.Info().Flow == bytecode.Leave
}

// poll exits in front of an instruction if Go wants the goroutine.
func (e *emitter) poll(pc int) {
	e.ArithMemImm(machine.Cmp, machine.Mem{Base: machine.Goroutine, Disp: e.target.Layout.StackGuard}, 0)
	e.JumpIf(machine.Less, e.exit(pc))
}

func jumpBack(e *emitter, pc int, _ bytecode.Instr) {
	e.poll(pc)
	e.goBack(pc)
}

func intAddLoop(e *emitter, pc int, in bytecode.Instr) {
	e.poll(pc)
	if r := e.registers[general][in.A]; r != noRegister {
		e.addPattern(machine.Reg(r), int64(in.B)<<1)
	} else {
		e.Load(machine.A, numberAt(in.A))
		e.addPattern(machine.A, int64(in.B)<<1)
		e.Store(numberAt(in.A), machine.A)
	}
	e.goBack(pc)
}

func intAddSlotLoop(e *emitter, pc int, in bytecode.Instr) {
	e.poll(pc)
	to := e.general(in.A, machine.A)
	e.arithSlot(machine.Add, to, in.B)
	e.keep(in.A, to)
	e.goBack(pc)
}
