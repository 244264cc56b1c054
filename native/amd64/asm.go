// Package amd64 encodes the instructions of x86-64 that machine code of bytecode consists of, with what
// every such processor has (SSE2). Encodings are those of the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
package amd64

import (
	"encoding/binary"
	"math"

	"github.com/seqvm/seqvm/native/machine"
)

// Processor is each one, AVX each that has AVX: instructions on Floats have three operands then.
var (
	Processor = processor(false)
	AVX       = processor(true)
)

func processor(avx bool) machine.Processor {
	return machine.Processor{
		Name:   "amd64",
		Values: len(numbers) - int(machine.FirstValue), ArgumentValues: 6,
		Floats: len(floats) - int(machine.FirstFloat), ArgumentFloats: 8,
		New: func() machine.Assembler { return &Assembler{avx: avx} },
	}
}

// number is that of a register in the encoding, or a code that stands in its place.
type number uint8

// Those that instructions use by themselves, or that are encoded in another way than others.
const (
	rax number = 0
	rcx number = 1
	rdx number = 2
	rsp number = 4
	rbp number = 5
)

// numbers are those of general registers. RBP is Go's.
var numbers = [...]number{
	machine.A: rax, machine.C: rcx, machine.D: rdx,
	machine.Frame: 3, machine.Context: 15, machine.Goroutine: 14, machine.Calls: rsp,
	machine.FirstValue: 6, 7, 8, 9, 10, 11, 12, 13,
}

// floats are the numbers of registers for Floats.
var floats = [...]number{
	machine.ScratchFloat: 15, machine.OtherFloat: 14,
	machine.FirstFloat: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
}

// conditions are the codes of conditions. A comparison of Floats sets the flags as one of numbers without signs; if one of both is NaN, it is "below", "equal" and "parity".
var conditions = [machine.Conditions]byte{
	machine.Equal: 0x4, machine.NotEqual: 0x5,
	machine.Less: 0xC, machine.GreaterEqual: 0xD, machine.LessOrEqual: 0xE, machine.Greater: 0xF,
	machine.Below: 0x2, machine.AboveOrEqual: 0x3, machine.BelowOrEqual: 0x6, machine.Above: 0x7,
	machine.Overflow: 0x0, machine.NoOverflow: 0x1,
	machine.FloatEqual: 0x4, machine.FloatNotEqual: 0x5,
	machine.FloatNotAbove: 0x6, machine.FloatAbove: 0x7, machine.FloatNotAboveOrEqual: 0x2, machine.FloatAboveOrEqual: 0x3,
	machine.FloatNaN: 0xA, machine.FloatNoNaN: 0xB,
}

// ariths, shifts and floatOps are the codes of operations.
var (
	ariths   = [...]number{machine.Add: 0, machine.Or: 1, machine.And: 4, machine.Sub: 5, machine.Xor: 6, machine.Cmp: 7}
	shifts   = [...]number{machine.ShiftLeft: 4, machine.ShiftRight: 5, machine.ShiftArithmetic: 7}
	floatOps = [...]byte{machine.FloatAdd: 0x58, machine.FloatMul: 0x59, machine.FloatSub: 0x5C, machine.FloatDiv: 0x5E}
)

// Assembler makes code. The zero Assembler is empty and makes code for every processor.
type Assembler struct {
	encoder
	avx bool
}

// Link fills in the distances of labels: four bytes each, from behind them on.
func (a *Assembler) Link() ([]byte, error) {
	err := a.Resolve(func(at, to int, _ uint8) error {
		binary.LittleEndian.PutUint32(a.Code[at:], uint32(to-(at+4)))
		return nil
	})
	return a.Code, err
}

// Moves.

// Move copies a register, unless it is the same.
func (a *Assembler) Move(to, from machine.Reg) {
	if to != from {
		a.op(0x8B, numbers[to], numbers[from])
	}
}

// Load reads 64 bits.
func (a *Assembler) Load(to machine.Reg, from machine.Mem) { a.opMem(0x8B, numbers[to], from) }

// LoadSigned32 reads 32 bits with their sign.
func (a *Assembler) LoadSigned32(to machine.Reg, from machine.Mem) { a.opMem(0x63, numbers[to], from) }

// Store writes 64 bits.
func (a *Assembler) Store(to machine.Mem, from machine.Reg) { a.opMem(0x89, numbers[from], to) }

// StoreImm writes 64 bits: x with its sign.
func (a *Assembler) StoreImm(to machine.Mem, x int32) {
	a.opMem(0xC7, 0, to)
	a.put32(x)
}

// Address computes the address of a place.
func (a *Assembler) Address(to machine.Reg, of machine.Mem) { a.opMem(0x8D, numbers[to], of) }

// Indexed reads 64 bits at base + 8 * index.
func (a *Assembler) Indexed(to, base, index machine.Reg) {
	a.opIndexed(0x8B, numbers[to], numbers[base], numbers[index], 3)
}

// StoreIndexed writes 64 bits at base + 8 * index.
func (a *Assembler) StoreIndexed(base, index, from machine.Reg) {
	a.opIndexed(0x89, numbers[from], numbers[base], numbers[index], 3)
}

// Sum computes base + index, without flags.
func (a *Assembler) Sum(to, base, index machine.Reg) {
	a.opIndexed(0x8D, numbers[to], numbers[base], numbers[index], 0)
}

// Immediate sets a register. It changes the flags.
func (a *Assembler) Immediate(to machine.Reg, x int64) {
	r := numbers[to]
	switch {
	case x == 0:
		a.rex(0, r, 0, r)
		a.put(0x31)
		a.registers(r, r)
	case x > 0 && x <= math.MaxUint32:
		a.rex(0, 0, 0, r)
		a.put(0xB8 | byte(r&7))
		a.put32(int32(uint32(x)))
	case x == int64(int32(x)):
		a.unary(wide, 0xC7, 0, r)
		a.put32(int32(x))
	default:
		a.rex(wide, 0, 0, r)
		a.put(0xB8 | byte(r&7))
		a.Code = binary.LittleEndian.AppendUint64(a.Code, uint64(x))
	}
}

// LabelAddress computes the address of a label.
func (a *Assembler) LabelAddress(to machine.Reg, l machine.Label) {
	a.rex(wide, numbers[to], 0, 0)
	a.put(0x8D, byte(numbers[to]&7<<3|5))
	a.distance(l)
}

// MoveIf copies a register if a condition holds.
func (a *Assembler) MoveIf(c machine.Cond, to, from machine.Reg) {
	a.rex(wide, numbers[to], 0, numbers[from])
	a.put(0x0F, 0x40|conditions[c])
	a.registers(numbers[to], numbers[from])
}

// Set makes a register 1 if a condition holds, else 0.
func (a *Assembler) Set(c machine.Cond, to machine.Reg) {
	r := numbers[to]
	a.rex(0, 0, 0, r)
	a.put(0x0F, 0x90|conditions[c])
	a.registers(0, r)
	a.rex(0, r, 0, r)
	a.put(0x0F, 0xB6)
	a.registers(r, r)
}

// Arithmetic.

// Arith computes to = to op with.
func (a *Assembler) Arith(op machine.Arith, to, with machine.Reg) {
	a.op(byte(ariths[op])<<3|3, numbers[to], numbers[with])
}

// ArithMem computes to = to op memory.
func (a *Assembler) ArithMem(op machine.Arith, to machine.Reg, with machine.Mem) {
	a.opMem(byte(ariths[op])<<3|3, numbers[to], with)
}

// ArithImm computes to = to op x.
func (a *Assembler) ArithImm(op machine.Arith, to machine.Reg, x int32) {
	if x >= math.MinInt8 && x <= math.MaxInt8 {
		a.unary(wide, 0x83, ariths[op], numbers[to])
		a.put(byte(x))
		return
	}
	a.unary(wide, 0x81, ariths[op], numbers[to])
	a.put32(x)
}

// ArithMemImm computes memory = memory op x.
func (a *Assembler) ArithMemImm(op machine.Arith, to machine.Mem, x int32) {
	a.rex(wide, 0, 0, numbers[to.Base])
	a.memImm(ariths[op], to, x)
}

// CompareMem32Imm compares 32 bits of memory with x.
func (a *Assembler) CompareMem32Imm(m machine.Mem, x int32) {
	a.rex(0, 0, 0, numbers[m.Base])
	a.memImm(ariths[machine.Cmp], m, x)
}

// CompareFixed32Imm compares 32 bits of memory, at an address of 31 bits, with x.
func (a *Assembler) CompareFixed32Imm(address int64, x int32) {
	imm := byte(0x83)
	if x < math.MinInt8 || x > math.MaxInt8 {
		imm = 0x81
	}
	a.put(imm, byte(ariths[machine.Cmp]<<3|4), 0x25) // neither base nor index
	a.put32(int32(address))
	if imm == 0x83 {
		a.put(byte(x))
		return
	}
	a.put32(x)
}

// CompareMem8Imm compares a byte of memory with x.
func (a *Assembler) CompareMem8Imm(m machine.Mem, x byte) {
	a.rex(0, 0, 0, numbers[m.Base])
	a.put(0x80)
	a.memory(ariths[machine.Cmp], m)
	a.put(x)
}

// LockOr32Imm computes 32 bits of memory = memory or x, as one step to all processors.
func (a *Assembler) LockOr32Imm(to machine.Mem, x int32) {
	a.put(0xF0)
	a.rex(0, 0, 0, numbers[to.Base])
	a.memImm(ariths[machine.Or], to, x)
}

// Test sets the flags by x and y, bit by bit.
func (a *Assembler) Test(x, y machine.Reg) { a.op(0x85, numbers[x], numbers[y]) }

// TestMem32Imm sets the flags by 32 bits of memory and x, bit by bit.
func (a *Assembler) TestMem32Imm(m machine.Mem, x int32) {
	a.rex(0, 0, 0, numbers[m.Base])
	a.put(0xF7)
	a.memory(0, m)
	a.put32(x)
}

// ShiftImm shifts a register by n.
func (a *Assembler) ShiftImm(op machine.Shift, to machine.Reg, n uint8) {
	if n == 0 {
		return
	}
	a.unary(wide, 0xC1, shifts[op], numbers[to])
	a.put(n)
}

// ShiftByC shifts a register by RCX modulo 64.
func (a *Assembler) ShiftByC(op machine.Shift, to machine.Reg) {
	a.unary(wide, 0xD3, shifts[op], numbers[to])
}

// Neg computes to = -to.
func (a *Assembler) Neg(to machine.Reg) { a.unary(wide, 0xF7, 3, numbers[to]) }

// Mul computes to = to * with.
func (a *Assembler) Mul(to, with machine.Reg) {
	a.rex(wide, numbers[to], 0, numbers[with])
	a.put(0x0F, 0xAF)
	a.registers(numbers[to], numbers[with])
}

// MulImm computes to = from * x.
func (a *Assembler) MulImm(to, from machine.Reg, x int32) {
	a.op(0x69, numbers[to], numbers[from])
	a.put32(x)
}

// MulHigh makes RDX:RAX the product of RAX and a register.
func (a *Assembler) MulHigh(with machine.Reg) { a.unary(wide, 0xF7, 5, numbers[with]) }

// DivideByC divides RAX by RCX, which is not 0: RAX is the quotient, RDX the remainder. Division of
// 32 bits, without signs, is several times faster than that of 64 on many processors.
func (a *Assembler) DivideByC() {
	large, done := a.NewLabel(), a.NewLabel()
	a.Move(machine.D, machine.A)
	a.Arith(machine.Or, machine.D, machine.C)
	a.ShiftImm(machine.ShiftRight, machine.D, 32)
	a.JumpIf(machine.NotEqual, large) // the shift has set the flags
	a.unary(0, 0xF7, 6, rcx)          // div: RDX is 0
	a.Jump(done)
	a.Bind(large)
	a.put(0x48, 0x99) // cqo: RDX:RAX is RAX with its sign
	a.unary(wide, 0xF7, 7, rcx)
	a.Bind(done)
}

// Control.

// Jump goes to a label.
func (a *Assembler) Jump(l machine.Label) {
	a.put(0xE9)
	a.distance(l)
}

// JumpIf goes to a label if a condition holds.
func (a *Assembler) JumpIf(c machine.Cond, l machine.Label) {
	a.put(0x0F, 0x80|conditions[c])
	a.distance(l)
}

// JumpTo goes to the address in a register.
func (a *Assembler) JumpTo(address machine.Reg) { a.unary(0, 0xFF, 4, numbers[address]) }

// Call calls what is at a label.
func (a *Assembler) Call(l machine.Label) {
	a.put(0xE8)
	a.distance(l)
}

// CallTo calls what is at the address in a register.
func (a *Assembler) CallTo(address machine.Reg) { a.unary(0, 0xFF, 2, numbers[address]) }

// Return goes back behind the call.
func (a *Assembler) Return() { a.put(0xC3) }

// Mark is a nop whose operand's distance is the number.
func (a *Assembler) Mark(number int32) {
	a.put(0x0F, 0x1F, 0x80)
	a.put32(number)
}

// MarkedNumber is the number of a Mark, of which these are the first 8 bytes.
func MarkedNumber(mark uint64) int32 { return int32(mark >> 24) }

// Align fills up to a multiple of n.
func (a *Assembler) Align(n int) {
	for len(a.Code)%n != 0 {
		a.put(0x90)
	}
}

// The way from and to Go: the return addresses of machine code are on the hardware's stack, which is not Go's meanwhile.

// KeepBack takes the word on the hardware's stack.
func (a *Assembler) KeepBack(back machine.Mem) {
	a.rex(0, 0, 0, rcx)
	a.put(0x58 | byte(rcx)) // pop
	a.Store(back, machine.C)
}

// KeepStack writes RSP.
func (a *Assembler) KeepStack(stack machine.Mem) { a.Store(stack, machine.Calls) }

// RestoreStack loads RSP.
func (a *Assembler) RestoreStack(stack machine.Mem) { a.Load(machine.Calls, stack) }

// ReturnBack returns, as the processor foresees it.
func (a *Assembler) ReturnBack(back machine.Mem) {
	a.rex(0, 0, 0, numbers[back.Base])
	a.put(0xFF)
	a.memory(6, back) // push
	a.Return()
}

// Floats.

// Float computes to = left op right. Without AVX the first operand is where the result goes.
func (a *Assembler) Float(op machine.Float, to, left, right machine.FloatReg) {
	commutes := op == machine.FloatAdd || op == machine.FloatMul
	switch {
	case to == left:
		a.float(scalar, floatOps[op], floats[to], floats[right])
	case a.avx:
		a.vex(floatOps[op], floats[to], floats[left], floats[right])
		a.registers(floats[to], floats[right])
	case to != right:
		a.FloatMove(to, left)
		a.float(scalar, floatOps[op], floats[to], floats[right])
	case commutes:
		a.float(scalar, floatOps[op], floats[to], floats[left])
	default: // it must not be overwritten before it is used
		a.Float(op, machine.ScratchFloat, left, right)
		a.FloatMove(to, machine.ScratchFloat)
	}
}

// FloatMem is Float with an operand in memory.
func (a *Assembler) FloatMem(op machine.Float, to, left machine.FloatReg, right machine.Mem) {
	if to != left && a.avx {
		a.vex(floatOps[op], floats[to], floats[left], numbers[right.Base])
		a.memory(floats[to], right)
		return
	}
	a.FloatMove(to, left)
	a.floatMem(floatOps[op], floats[to], right)
}

// FloatSqrt computes the square root. The instruction leaves half of the register: it had better be the operand's, or one that nobody waits for.
func (a *Assembler) FloatSqrt(to, from machine.FloatReg) {
	a.float(scalar, 0x51, floats[to], floats[from])
}

// FloatMove copies a register, unless it is the same.
func (a *Assembler) FloatMove(to, from machine.FloatReg) {
	if to != from {
		a.float(packed, 0x28, floats[to], floats[from])
	}
}

// FloatLoad reads a Float.
func (a *Assembler) FloatLoad(to machine.FloatReg, from machine.Mem) {
	a.floatMem(0x10, floats[to], from)
}

// FloatStore writes a Float.
func (a *Assembler) FloatStore(to machine.Mem, from machine.FloatReg) {
	a.floatMem(0x11, floats[from], to)
}

// FloatIndexed reads a Float at base + 8 * index.
func (a *Assembler) FloatIndexed(to machine.FloatReg, base, index machine.Reg) {
	a.floatIndexed(0x10, floats[to], numbers[base], numbers[index])
}

// FloatStoreIndexed writes a Float at base + 8 * index.
func (a *Assembler) FloatStoreIndexed(base, index machine.Reg, from machine.FloatReg) {
	a.floatIndexed(0x11, floats[from], numbers[base], numbers[index])
}

// FloatCompare sets the flags by two Floats.
func (a *Assembler) FloatCompare(x, y machine.FloatReg) { a.float(packed, 0x2E, floats[x], floats[y]) }

// FloatZero makes a register +0.
func (a *Assembler) FloatZero(to machine.FloatReg) { a.float(packed, 0x57, floats[to], floats[to]) }

// FloatFromInt converts an Int of 64 bits.
func (a *Assembler) FloatFromInt(to machine.FloatReg, from machine.Reg) {
	a.FloatZero(to) // the instruction leaves half of the register, and would wait for it
	a.put(scalar)
	a.rex(wide, floats[to], 0, numbers[from])
	a.put(0x0F, 0x2A)
	a.registers(floats[to], numbers[from])
}

// FloatFromBits copies 64 bits as they are.
func (a *Assembler) FloatFromBits(to machine.FloatReg, from machine.Reg) {
	a.put(packed)
	a.rex(wide, floats[to], 0, numbers[from])
	a.put(0x0F, 0x6E)
	a.registers(floats[to], numbers[from])
}
