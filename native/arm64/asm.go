// Package arm64 encodes the instructions of AArch64 that machine code of bytecode consists of, with what every such processor has (Armv8.0).
// Encodings are those of the Arm Architecture Reference Manual for A-profile architecture, chapters C6 and C7.
//
// Operations have registers only: an operand in memory is loaded to a register of the assembler's own, and so is a number that does not fit
// an instruction.
package arm64

import (
	"encoding/binary"

	"github.com/seqvm/seqvm/native/machine"
)

// Processor is what machine code has to know of this one.
var Processor = machine.Processor{
	Name:   "arm64",
	Values: len(numbers) - int(machine.FirstValue), ArgumentValues: 8,
	Floats: len(floats) - int(machine.FirstFloat), ArgumentFloats: 8,
	Reach: 1 << 20,
	New:   func() machine.Assembler { return new(Assembler) },
}

// number is that of a register in the encoding.
type number uint32

// Those that the assembler uses by itself: between the instructions of its interface nobody has anything in them. X18 is the platform's,
// X28 Go's goroutine, X29 Go's frame pointer, and the stack pointer is Go's as well.
const (
	operand number = 16 // an operand from memory
	large   number = 17 // a number or a distance that does not fit an instruction
	place   number = 27 // an address
	link    number = 30 // where a call returns to
	zero    number = 31 // as an operand it is 0, as a result it is nothing

	floatOperand number = 31
)

// numbers are those of general registers.
var numbers = [...]number{
	machine.A: 0, machine.C: 1, machine.D: 2,
	machine.Frame: 19, machine.Context: 20, machine.Calls: 21, machine.Goroutine: 28,
	machine.FirstValue: 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 22, 23, 24, 25, 26,
}

// floats are the numbers of registers for Floats.
var floats = [...]number{
	machine.ScratchFloat: 30, machine.OtherFloat: 29,
	machine.FirstFloat: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
}

// conditions are the codes of conditions; that of the opposite is the one beside it. If one of two Floats that are compared is NaN, it is "carry" and "overflow",
// so what is less is told apart from it as among numbers with signs.
var conditions = [machine.Conditions]uint32{
	machine.Equal: 0x0, machine.NotEqual: 0x1,
	machine.Less: 0xB, machine.GreaterEqual: 0xA, machine.LessOrEqual: 0xD, machine.Greater: 0xC,
	machine.Below: 0x3, machine.AboveOrEqual: 0x2, machine.BelowOrEqual: 0x9, machine.Above: 0x8,
	machine.Overflow: 0x6, machine.NoOverflow: 0x7,
	machine.FloatEqual: 0x0, machine.FloatNotEqual: 0x1,
	machine.FloatNotAbove: 0xD, machine.FloatAbove: 0xC, machine.FloatNotAboveOrEqual: 0xB, machine.FloatAboveOrEqual: 0xA,
	machine.FloatNaN: 0x6, machine.FloatNoNaN: 0x7,
}

// shiftsByRegister and floatOps are the codes of operations.
var (
	shiftsByRegister = [...]uint32{machine.ShiftLeft: 0x9AC02000, machine.ShiftRight: 0x9AC02400, machine.ShiftArithmetic: 0x9AC02800}
	floatOps         = [...]uint32{machine.FloatMul: 0x1E600800, machine.FloatDiv: 0x1E601800, machine.FloatAdd: 0x1E602800, machine.FloatSub: 0x1E603800}
)

// Assembler makes code. The zero Assembler is empty.
type Assembler struct{ encoder }

// Link fills in the distances of labels. What is out of an instruction's reach is an error.
func (a *Assembler) Link() ([]byte, error) {
	err := a.Resolve(func(at, to int, form uint8) error {
		in, distance := binary.LittleEndian.Uint32(a.Code[at:]), to-at
		switch form {
		case jump26:
			if !fitsSigned(distance, 28) {
				return outOfReach(at, to)
			}
			in |= uint32(distance>>2) & (1<<26 - 1)
		case jump19:
			if !fitsSigned(distance, 21) {
				return outOfReach(at, to)
			}
			in |= uint32(distance>>2) & (1<<19 - 1) << 5
		case address21:
			if !fitsSigned(distance, 21) {
				return outOfReach(at, to)
			}
			in |= addressBits(distance)
		}
		binary.LittleEndian.PutUint32(a.Code[at:], in)
		return nil
	})
	return a.Code, err
}

// Moves.

// Move copies a register, unless it is the same.
func (a *Assembler) Move(to, from machine.Reg) {
	if to != from {
		a.three(orRegister, numbers[to], zero, numbers[from])
	}
}

// Immediate sets a register.
func (a *Assembler) Immediate(to machine.Reg, x int64) { a.set(numbers[to], x) }

// Load reads 64 bits.
func (a *Assembler) Load(to machine.Reg, from machine.Mem) { a.memory(load, numbers[to], from) }

// LoadSigned32 reads 32 bits with their sign.
func (a *Assembler) LoadSigned32(to machine.Reg, from machine.Mem) {
	a.memory(loadSigned32, numbers[to], from)
}

// Store writes 64 bits.
func (a *Assembler) Store(to machine.Mem, from machine.Reg) { a.memory(store, numbers[from], to) }

// StoreImm writes 64 bits: x with its sign.
func (a *Assembler) StoreImm(to machine.Mem, x int32) {
	if x == 0 {
		a.memory(store, zero, to)
		return
	}
	a.set(operand, int64(x))
	a.memory(store, operand, to)
}

// Indexed reads 64 bits at base + 8 * index.
func (a *Assembler) Indexed(to, base, index machine.Reg) {
	a.three(load.code|byScaled, numbers[to], numbers[base], numbers[index])
}

// StoreIndexed writes 64 bits at base + 8 * index.
func (a *Assembler) StoreIndexed(base, index, from machine.Reg) {
	a.three(store.code|byScaled, numbers[from], numbers[base], numbers[index])
}

// Address computes the address of a place, without flags.
func (a *Assembler) Address(to machine.Reg, of machine.Mem) {
	a.address(numbers[to], numbers[of.Base], of.Disp)
}

// Sum computes base + index, without flags.
func (a *Assembler) Sum(to, base, index machine.Reg) {
	a.three(addRegister, numbers[to], numbers[base], numbers[index])
}

// LabelAddress computes the address of a label.
func (a *Assembler) LabelAddress(to machine.Reg, l machine.Label) {
	a.refer(addressOf|uint32(numbers[to]), l, address21)
}

// MoveIf copies a register if a condition holds.
func (a *Assembler) MoveIf(c machine.Cond, to, from machine.Reg) {
	a.three(selectIf|conditions[c]<<12, numbers[to], numbers[from], numbers[to])
}

// Set makes a register 1 if a condition holds, else 0.
func (a *Assembler) Set(c machine.Cond, to machine.Reg) {
	a.three(selectNext|conditions[c.Not()]<<12, numbers[to], zero, zero)
}

// Arithmetic.

// Arith computes to = to op with.
func (a *Assembler) Arith(op machine.Arith, to, with machine.Reg) {
	a.arith(ariths[op], numbers[to], numbers[with])
}

// ArithMem computes to = to op memory.
func (a *Assembler) ArithMem(op machine.Arith, to machine.Reg, with machine.Mem) {
	a.memory(load, operand, with)
	a.arith(ariths[op], numbers[to], operand)
}

// ArithImm computes to = to op x.
func (a *Assembler) ArithImm(op machine.Arith, to machine.Reg, x int32) {
	a.immediate(ariths[op], 0, numbers[to], numbers[to], x)
}

// ArithMemImm computes memory = memory op x.
func (a *Assembler) ArithMemImm(op machine.Arith, to machine.Mem, x int32) {
	a.memory(load, operand, to)
	a.immediate(ariths[op], 0, operand, operand, x)
	if !ariths[op].onlyFlags {
		a.memory(store, operand, to)
	}
}

// CompareMem32Imm compares 32 bits of memory with x.
func (a *Assembler) CompareMem32Imm(m machine.Mem, x int32) {
	a.memory(load32, operand, m)
	a.immediate(ariths[machine.Cmp], narrow, operand, operand, x)
}

// CompareFixed32Imm compares 32 bits of memory at an address with x.
func (a *Assembler) CompareFixed32Imm(address int64, x int32) {
	a.set(place, address)
	a.two(load32.code|scaledDistance, operand, place)
	a.immediate(ariths[machine.Cmp], narrow, operand, operand, x)
}

// CompareMem8Imm compares a byte of memory with x, both without sign.
func (a *Assembler) CompareMem8Imm(m machine.Mem, x byte) {
	a.memory(load8, operand, m)
	a.immediate(ariths[machine.Cmp], narrow, operand, operand, int32(x))
}

// LockOr32Imm computes 32 bits of memory = memory or x, as one step to all processors: again, if another one has written there meanwhile.
func (a *Assembler) LockOr32Imm(to machine.Mem, x int32) {
	again := a.NewLabel()
	a.address(place, numbers[to.Base], to.Disp)
	a.Bind(again)
	a.two(loadExclusive, operand, place)
	a.immediate(ariths[machine.Or], narrow, operand, operand, x)
	a.three(storeExclusive, operand, place, large) // which says whether it was written
	a.refer(jumpNonZero|uint32(large), again, jump19)
}

// Test sets the flags by x and y, bit by bit.
func (a *Assembler) Test(x, y machine.Reg) { a.arith(test, numbers[x], numbers[y]) }

// TestMem32Imm sets the flags by 32 bits of memory and x, bit by bit.
func (a *Assembler) TestMem32Imm(m machine.Mem, x int32) {
	a.memory(load32, operand, m)
	a.immediate(test, narrow, operand, operand, x)
}

// ShiftImm shifts a register by n.
func (a *Assembler) ShiftImm(op machine.Shift, to machine.Reg, n uint8) {
	if n == 0 {
		return
	}
	in, first, last := uint32(bitsUnsigned), uint32(n), uint32(63)
	switch op {
	case machine.ShiftLeft:
		first, last = 64-first, 63-first
	case machine.ShiftArithmetic:
		in = bitsSigned
	}
	a.two(in|first<<16|last<<10, numbers[to], numbers[to])
}

// ShiftByC shifts a register by X1 modulo 64.
func (a *Assembler) ShiftByC(op machine.Shift, to machine.Reg) {
	a.three(shiftsByRegister[op], numbers[to], numbers[to], numbers[machine.C])
}

// Neg computes to = -to.
func (a *Assembler) Neg(to machine.Reg) { a.three(subRegister, numbers[to], zero, numbers[to]) }

// Mul computes to = to * with.
func (a *Assembler) Mul(to, with machine.Reg) { a.product(numbers[to], numbers[to], numbers[with]) }

// MulImm computes to = from * x.
func (a *Assembler) MulImm(to, from machine.Reg, x int32) {
	a.set(large, int64(x))
	a.product(numbers[to], numbers[from], large)
}

// MulHigh makes X2 the upper half of the product of X0 and a register.
func (a *Assembler) MulHigh(with machine.Reg) {
	a.three(multiplyHigh, numbers[machine.D], numbers[machine.A], numbers[with])
}

// DivideByC divides X0 by X1: X0 is the quotient, X2 the remainder.
func (a *Assembler) DivideByC() {
	n, by := numbers[machine.A], numbers[machine.C]
	a.three(divide, operand, n, by)
	a.three(multiplySub|uint32(n)<<10, numbers[machine.D], operand, by)
	a.three(orRegister, n, zero, operand)
}

// Control.

// Jump goes to a label.
func (a *Assembler) Jump(l machine.Label) { a.refer(jump, l, jump26) }

// JumpIf goes to a label if a condition holds.
func (a *Assembler) JumpIf(c machine.Cond, l machine.Label) {
	a.refer(jumpIf|conditions[c], l, jump19)
}

// JumpTo goes to the address in a register.
func (a *Assembler) JumpTo(address machine.Reg) { a.two(jumpRegister, 0, numbers[address]) }

// Call calls what is at a label.
func (a *Assembler) Call(l machine.Label) {
	a.open()
	a.refer(call, l, jump26)
}

// CallTo calls what is at the address in a register.
func (a *Assembler) CallTo(address machine.Reg) {
	a.open()
	a.two(callRegister, 0, numbers[address])
}

// Return goes back behind the call.
func (a *Assembler) Return() {
	a.wordAtCalls(popWord, link, 8)
	a.two(goBack, 0, link)
}

// Mark is two instructions that put the halves of the number nowhere.
func (a *Assembler) Mark(number int32) {
	a.put(moveZero | uint32(number)&(1<<16-1)<<5 | uint32(zero))
	a.put(moveKeep | 1<<21 | uint32(number)>>16<<5 | uint32(zero))
}

// MarkedNumber is the number of a Mark, of which these are the 8 bytes.
func MarkedNumber(mark uint64) int32 { return int32(mark>>5&(1<<16-1) | mark>>(32+5)&(1<<16-1)<<16) }

// Align fills up to a multiple of n.
func (a *Assembler) Align(n int) {
	for len(a.Code)%n != 0 {
		a.put(nothing)
	}
}

// The way from and to Go: return addresses of machine code have a register of their own, so the hardware's stack pointer stays Go's.

// KeepBack writes what the call has left in X30.
func (a *Assembler) KeepBack(back machine.Mem) { a.memory(store, link, back) }

// KeepStack has nothing to keep.
func (a *Assembler) KeepStack(machine.Mem) {}

// RestoreStack has nothing to restore.
func (a *Assembler) RestoreStack(machine.Mem) {}

// ReturnBack returns, as the processor foresees it.
func (a *Assembler) ReturnBack(back machine.Mem) {
	a.memory(load, link, back)
	a.two(goBack, 0, link)
}

// Floats.

// Float computes to = left op right.
func (a *Assembler) Float(op machine.Float, to, left, right machine.FloatReg) {
	a.three(floatOps[op], floats[to], floats[left], floats[right])
}

// FloatMem is Float with an operand in memory.
func (a *Assembler) FloatMem(op machine.Float, to, left machine.FloatReg, right machine.Mem) {
	a.memory(floatLoad, floatOperand, right)
	a.three(floatOps[op], floats[to], floats[left], floatOperand)
}

// FloatSqrt computes the square root.
func (a *Assembler) FloatSqrt(to, from machine.FloatReg) { a.two(floatSqrt, floats[to], floats[from]) }

// FloatMove copies a register, unless it is the same.
func (a *Assembler) FloatMove(to, from machine.FloatReg) {
	if to != from {
		a.two(floatMove, floats[to], floats[from])
	}
}

// FloatLoad reads a Float.
func (a *Assembler) FloatLoad(to machine.FloatReg, from machine.Mem) {
	a.memory(floatLoad, floats[to], from)
}

// FloatStore writes a Float.
func (a *Assembler) FloatStore(to machine.Mem, from machine.FloatReg) {
	a.memory(floatStore, floats[from], to)
}

// FloatIndexed reads a Float at base + 8 * index.
func (a *Assembler) FloatIndexed(to machine.FloatReg, base, index machine.Reg) {
	a.three(floatLoad.code|byScaled, floats[to], numbers[base], numbers[index])
}

// FloatStoreIndexed writes a Float at base + 8 * index.
func (a *Assembler) FloatStoreIndexed(base, index machine.Reg, from machine.FloatReg) {
	a.three(floatStore.code|byScaled, floats[from], numbers[base], numbers[index])
}

// FloatCompare sets the flags by two Floats.
func (a *Assembler) FloatCompare(x, y machine.FloatReg) {
	a.three(floatCompare, 0, floats[x], floats[y])
}

// FloatZero makes a register +0.
func (a *Assembler) FloatZero(to machine.FloatReg) { a.two(floatFromBits, floats[to], zero) }

// FloatFromInt converts an Int of 64 bits.
func (a *Assembler) FloatFromInt(to machine.FloatReg, from machine.Reg) {
	a.two(floatFromInt, floats[to], numbers[from])
}

// FloatFromBits copies 64 bits as they are.
func (a *Assembler) FloatFromBits(to machine.FloatReg, from machine.Reg) {
	a.two(floatFromBits, floats[to], numbers[from])
}
