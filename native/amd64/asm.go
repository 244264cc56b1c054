// Package amd64 encodes the instructions of x86-64 that machine code of bytecode consists of, with what
// every such processor has (SSE2). Encodings are those of the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
package amd64

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Reg is a general register.
type Reg uint8

// The general registers, by number.
const (
	RAX Reg = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// Xmm is a register for Floats, by number from 0 to 15.
type Xmm uint8

// Cond is a condition of the flags.
type Cond uint8

// The conditions. Above and below are of unsigned numbers, and of Floats that were compared.
const (
	Overflow     Cond = 0x0
	Below        Cond = 0x2
	AboveOrEqual Cond = 0x3
	Equal        Cond = 0x4
	NotEqual     Cond = 0x5
	BelowOrEqual Cond = 0x6
	Above        Cond = 0x7
	Parity       Cond = 0xA // of Floats: one is NaN
	NoParity     Cond = 0xB
	Less         Cond = 0xC
	GreaterEqual Cond = 0xD
	LessOrEqual  Cond = 0xE
	Greater      Cond = 0xF
)

// Not is the opposite of a condition.
func (c Cond) Not() Cond { return c ^ 1 }

// Arith is an operation on two operands of 64 bits; its number is that in the encoding.
type Arith uint8

// The operations. Cmp only sets the flags.
const (
	Add Arith = 0
	Or  Arith = 1
	And Arith = 4
	Sub Arith = 5
	Xor Arith = 6
	Cmp Arith = 7
)

// Shift is an operation that shifts; its number is that in the encoding.
type Shift uint8

// The shifts.
const (
	ShiftLeft       Shift = 4
	ShiftRight      Shift = 5
	ShiftArithmetic Shift = 7
)

// Float is an operation on Floats; its number is the opcode.
type Float uint8

// The operations. The square root has one operand.
const (
	FloatSqrt Float = 0x51
	FloatAdd  Float = 0x58
	FloatMul  Float = 0x59
	FloatSub  Float = 0x5C
	FloatDiv  Float = 0x5E
)

// Mem is a place in memory: a register and a distance from it.
type Mem struct {
	Base Reg
	Disp int32
}

// Label is a place in the code, which may not be known yet.
type Label int32

// Assembler makes code. The zero Assembler is empty.
type Assembler struct{ Text }

// Text is code with places that jumps go to.
type Text struct {
	Code   []byte
	labels []int32 // offsets; unbound
	fixups []fixup
}

const unbound = -1

// fixup is four bytes that are the distance of a label from what stands behind them.
type fixup struct {
	at    int
	label Label
}

// NewLabel makes a label that is not bound.
func (a *Text) NewLabel() Label {
	a.labels = append(a.labels, unbound)
	return Label(len(a.labels) - 1)
}

// Bind says that a label is here.
func (a *Text) Bind(l Label) { a.labels[l] = int32(len(a.Code)) }

// Offset is where a bound label is.
func (a *Text) Offset(l Label) int { return int(a.labels[l]) }

// Link fills in the distances of labels, all of which must be bound.
func (a *Text) Link() error {
	for _, f := range a.fixups {
		to := a.labels[f.label]
		if to == unbound {
			return fmt.Errorf("the jump at %d goes nowhere", f.at)
		}
		binary.LittleEndian.PutUint32(a.Code[f.at:], uint32(to-int32(f.at+4)))
	}
	a.fixups = a.fixups[:0]
	return nil
}

func (a *Text) put(b ...byte) { a.Code = append(a.Code, b...) }

func (a *Text) put32(x int32) { a.Code = binary.LittleEndian.AppendUint32(a.Code, uint32(x)) }

func (a *Text) distance(l Label) {
	a.fixups = append(a.fixups, fixup{len(a.Code), l})
	a.put32(0)
}

const wide = 8 // REX.W: operands have 64 bits

// rex puts the prefix for three register numbers of 4 bits: that in the reg field, the index, the base or r/m field.
func (a *Text) rex(w byte, reg, index, rm uint8) {
	a.put(0x40 | w | reg>>3<<2 | index>>3<<1 | rm>>3)
}

// registers puts an operand byte for two registers.
func (a *Text) registers(reg, rm uint8) { a.put(0xC0 | reg&7<<3 | rm&7) }

// memory puts the operand bytes for a register and a place in memory.
func (a *Text) memory(reg uint8, m Mem) {
	base := uint8(m.Base) & 7
	mode, short := byte(0x80), m.Disp >= math.MinInt8 && m.Disp <= math.MaxInt8
	switch {
	case m.Disp == 0 && base != uint8(RBP):
		mode = 0
	case short:
		mode = 0x40
	}
	a.put(mode | reg&7<<3 | base)
	if base == uint8(RSP) {
		a.put(0x24) // no index
	}
	switch mode {
	case 0x40:
		a.put(byte(m.Disp))
	case 0x80:
		a.put32(m.Disp)
	}
}

// op puts an instruction of 64 bits on two registers, opMem on a register and memory.
func (a *Assembler) op(opcode byte, reg, rm Reg) {
	a.rex(wide, uint8(reg), 0, uint8(rm))
	a.put(opcode)
	a.registers(uint8(reg), uint8(rm))
}

func (a *Assembler) opMem(opcode byte, reg Reg, m Mem) {
	a.rex(wide, uint8(reg), 0, uint8(m.Base))
	a.put(opcode)
	a.memory(uint8(reg), m)
}

// Move copies a register, unless it is the same.
func (a *Assembler) Move(to, from Reg) {
	if to != from {
		a.op(0x8B, to, from)
	}
}

// Load reads 64 bits.
func (a *Assembler) Load(to Reg, from Mem) { a.opMem(0x8B, to, from) }

// Load32 reads 32 bits; the others become 0.
func (a *Assembler) Load32(to Reg, from Mem) {
	a.rex(0, uint8(to), 0, uint8(from.Base))
	a.put(0x8B)
	a.memory(uint8(to), from)
}

// LoadSigned32 reads 32 bits with their sign.
func (a *Assembler) LoadSigned32(to Reg, from Mem) { a.opMem(0x63, to, from) }

// Store writes 64 bits.
func (a *Assembler) Store(to Mem, from Reg) { a.opMem(0x89, from, to) }

// Address computes the address of a place.
func (a *Assembler) Address(to Reg, of Mem) { a.opMem(0x8D, to, of) }

// Indexed reads 64 bits at base + 8 * index, StoreIndexed writes them.
func (a *Assembler) Indexed(to, base, index Reg)        { a.indexed(0x8B, to, base, index, 3) }
func (a *Assembler) StoreIndexed(base, index, from Reg) { a.indexed(0x89, from, base, index, 3) }

// Sum computes base + index, without flags.
func (a *Assembler) Sum(to, base, index Reg) { a.indexed(0x8D, to, base, index, 0) }

// indexed puts an instruction on a register and base + index << scale; index is not RSP.
func (a *Assembler) indexed(opcode byte, reg, base, index Reg, scale uint8) {
	a.rex(wide, uint8(reg), uint8(index), uint8(base))
	a.put(opcode)
	a.scaled(uint8(reg), base, index, scale)
}

// scaled puts the operand bytes for base + index << scale.
func (a *Text) scaled(reg uint8, base, index Reg, scale uint8) {
	mode := byte(0)
	if uint8(base)&7 == uint8(RBP) {
		mode = 0x40 // there is no such base without a distance
	}
	a.put(mode|reg&7<<3|4, scale<<6|uint8(index)&7<<3|uint8(base)&7)
	if mode != 0 {
		a.put(0)
	}
}

// Immediate sets a register. It changes the flags.
func (a *Assembler) Immediate(to Reg, x int64) {
	switch {
	case x == 0:
		a.rex(0, uint8(to), 0, uint8(to))
		a.put(0x31)
		a.registers(uint8(to), uint8(to))
	case x > 0 && x <= math.MaxUint32:
		a.rex(0, 0, 0, uint8(to))
		a.put(0xB8 | byte(to)&7)
		a.put32(int32(uint32(x)))
	case x == int64(int32(x)):
		a.rex(wide, 0, 0, uint8(to))
		a.put(0xC7)
		a.registers(0, uint8(to))
		a.put32(int32(x))
	default:
		a.rex(wide, 0, 0, uint8(to))
		a.put(0xB8 | byte(to)&7)
		a.Code = binary.LittleEndian.AppendUint64(a.Code, uint64(x))
	}
}

// Arith computes to = to op with.
func (a *Assembler) Arith(op Arith, to, with Reg) { a.op(byte(op)<<3|3, to, with) }

// ArithMem computes to = to op memory.
func (a *Assembler) ArithMem(op Arith, to Reg, with Mem) { a.opMem(byte(op)<<3|3, to, with) }

// ArithImm computes to = to op x.
func (a *Assembler) ArithImm(op Arith, to Reg, x int32) {
	a.rex(wide, 0, 0, uint8(to))
	if x >= math.MinInt8 && x <= math.MaxInt8 {
		a.put(0x83)
		a.registers(uint8(op), uint8(to))
		a.put(byte(x))
		return
	}
	a.put(0x81)
	a.registers(uint8(op), uint8(to))
	a.put32(x)
}

// ArithMemImm computes memory = memory op x.
func (a *Assembler) ArithMemImm(op Arith, to Mem, x int32) {
	a.rex(wide, 0, 0, uint8(to.Base))
	a.memImm(op, to, x)
}

// ArithMem32Imm is ArithMemImm of 32 bits.
func (a *Assembler) ArithMem32Imm(op Arith, to Mem, x int32) {
	a.rex(0, 0, 0, uint8(to.Base))
	a.memImm(op, to, x)
}

// CmpMem8Imm compares a byte of memory with x.
func (a *Assembler) CmpMem8Imm(m Mem, x byte) {
	a.rex(0, 0, 0, uint8(m.Base))
	a.put(0x80)
	a.memory(uint8(Cmp), m)
	a.put(x)
}

func (a *Assembler) memImm(op Arith, to Mem, x int32) {
	if x >= math.MinInt8 && x <= math.MaxInt8 {
		a.put(0x83)
		a.memory(uint8(op), to)
		a.put(byte(x))
		return
	}
	a.put(0x81)
	a.memory(uint8(op), to)
	a.put32(x)
}

// LockOr32Imm computes 32 bits of memory = memory or x, as one step to all processors.
func (a *Assembler) LockOr32Imm(to Mem, x int32) {
	a.put(0xF0)
	a.ArithMem32Imm(Or, to, x)
}

// StoreImm writes 64 bits: x with its sign.
func (a *Assembler) StoreImm(to Mem, x int32) {
	a.rex(wide, 0, 0, uint8(to.Base))
	a.put(0xC7)
	a.memory(0, to)
	a.put32(x)
}

// Test sets the flags by x and y, bit by bit.
func (a *Assembler) Test(x, y Reg) { a.op(0x85, x, y) }

// TestMem32Imm sets the flags by 32 bits of memory and x, bit by bit.
func (a *Assembler) TestMem32Imm(m Mem, x int32) {
	a.rex(0, 0, 0, uint8(m.Base))
	a.put(0xF7)
	a.memory(0, m)
	a.put32(x)
}

// ShiftImm shifts a register by n, ShiftCL by the low 6 bits of RCX.
func (a *Assembler) ShiftImm(op Shift, to Reg, n uint8) {
	if n == 0 {
		return
	}
	a.rex(wide, 0, 0, uint8(to))
	a.put(0xC1)
	a.registers(uint8(op), uint8(to))
	a.put(n)
}

// ShiftCL shifts a register by RCX modulo 64.
func (a *Assembler) ShiftCL(op Shift, to Reg) {
	a.rex(wide, 0, 0, uint8(to))
	a.put(0xD3)
	a.registers(uint8(op), uint8(to))
}

// Neg computes to = -to.
func (a *Assembler) Neg(to Reg) {
	a.rex(wide, 0, 0, uint8(to))
	a.put(0xF7)
	a.registers(3, uint8(to))
}

// Mul computes to = to * with.
func (a *Assembler) Mul(to, with Reg) {
	a.rex(wide, uint8(to), 0, uint8(with))
	a.put(0x0F, 0xAF)
	a.registers(uint8(to), uint8(with))
}

// MulImm computes to = from * x.
func (a *Assembler) MulImm(to, from Reg, x int32) {
	a.op(0x69, to, from)
	a.put32(x)
}

// MulHigh makes RDX:RAX the product of RAX and a register.
func (a *Assembler) MulHigh(with Reg) {
	a.rex(wide, 0, 0, uint8(with))
	a.put(0xF7)
	a.registers(5, uint8(with))
}

// Div divides RDX:RAX by a register, toward zero: RAX is the quotient, RDX the remainder. Extend makes
// RDX:RAX of RAX.
func (a *Assembler) Div(by Reg) {
	a.rex(wide, 0, 0, uint8(by))
	a.put(0xF7)
	a.registers(7, uint8(by))
}

// Extend extends the sign of RAX to RDX.
func (a *Assembler) Extend() { a.put(0x48, 0x99) }

// Div32 divides EDX:EAX by 32 bits of a register, without signs.
func (a *Assembler) Div32(by Reg) {
	a.rex(0, 0, 0, uint8(by))
	a.put(0xF7)
	a.registers(6, uint8(by))
}

// Set makes a register 1 if a condition holds, else 0.
func (a *Assembler) Set(c Cond, to Reg) {
	a.rex(0, 0, 0, uint8(to))
	a.put(0x0F, 0x90|byte(c))
	a.registers(0, uint8(to))
	a.rex(0, uint8(to), 0, uint8(to))
	a.put(0x0F, 0xB6)
	a.registers(uint8(to), uint8(to))
}

// MoveIf copies a register if a condition holds.
func (a *Assembler) MoveIf(c Cond, to, from Reg) {
	a.rex(wide, uint8(to), 0, uint8(from))
	a.put(0x0F, 0x40|byte(c))
	a.registers(uint8(to), uint8(from))
}

// Jump goes to a label, JumpIf if a condition holds.
func (a *Assembler) Jump(l Label) {
	a.put(0xE9)
	a.distance(l)
}

// JumpIf goes to a label if a condition holds.
func (a *Assembler) JumpIf(c Cond, l Label) {
	a.put(0x0F, 0x80|byte(c))
	a.distance(l)
}

// JumpTo goes to the address in a register.
func (a *Assembler) JumpTo(r Reg) {
	a.rex(0, 0, 0, uint8(r))
	a.put(0xFF)
	a.registers(4, uint8(r))
}

// Call calls what is at a label, CallTo what is at the address in a register.
func (a *Assembler) Call(l Label) {
	a.put(0xE8)
	a.distance(l)
}

// CallTo calls what is at the address in a register.
func (a *Assembler) CallTo(r Reg) {
	a.rex(0, 0, 0, uint8(r))
	a.put(0xFF)
	a.registers(2, uint8(r))
}

// Return goes back behind the call.
func (a *Assembler) Return() { a.put(0xC3) }

// LabelAddress computes the address of a label.
func (a *Assembler) LabelAddress(to Reg, l Label) {
	a.rex(wide, uint8(to), 0, 0)
	a.put(0x8D, byte(to)&7<<3|5)
	a.distance(l)
}

// Push puts what is in memory onto the hardware's stack, Pop takes it from there to a register.
func (a *Assembler) Push(m Mem) {
	a.rex(0, 0, 0, uint8(m.Base))
	a.put(0xFF)
	a.memory(6, m)
}

// Pop takes a word from the hardware's stack.
func (a *Assembler) Pop(to Reg) {
	a.rex(0, 0, 0, uint8(to))
	a.put(0x58 | byte(to)&7)
}

// MarkOffset is where in a Mark the number stands.
const MarkOffset = 3

// Mark is an instruction that does nothing and holds a number.
func (a *Text) Mark(number int32) {
	a.put(0x0F, 0x1F, 0x80)
	a.put32(number)
}

// Align fills up to a multiple of n.
func (a *Text) Align(n int) {
	for len(a.Code)%n != 0 {
		a.put(0x90)
	}
}

// scalar is the prefix of instructions on one Float, packed that of those that compare or move whole registers.
const (
	scalar = 0xF2
	packed = 0x66
)

// float puts an instruction on two registers, floatMem on a register and memory.
func (a *Assembler) float(prefix, opcode byte, reg, rm uint8) {
	a.put(prefix)
	a.rex(0, reg, 0, rm)
	a.put(0x0F, opcode)
	a.registers(reg, rm)
}

func (a *Assembler) floatMem(prefix, opcode byte, reg uint8, m Mem) {
	a.put(prefix)
	a.rex(0, reg, 0, uint8(m.Base))
	a.put(0x0F, opcode)
	a.memory(reg, m)
}

// Float computes to = to op with, or the square root of with.
func (a *Assembler) Float(op Float, to, with Xmm) { a.float(scalar, byte(op), uint8(to), uint8(with)) }

// FloatMem is Float with an operand in memory.
func (a *Assembler) FloatMem(op Float, to Xmm, with Mem) {
	a.floatMem(scalar, byte(op), uint8(to), with)
}

// FloatMove copies a register, unless it is the same.
func (a *Assembler) FloatMove(to, from Xmm) {
	if to != from {
		a.float(packed, 0x28, uint8(to), uint8(from))
	}
}

// FloatLoad and FloatStore move a Float from and to memory.
func (a *Assembler) FloatLoad(to Xmm, from Mem) { a.floatMem(scalar, 0x10, uint8(to), from) }

// FloatStore writes a Float.
func (a *Assembler) FloatStore(to Mem, from Xmm) { a.floatMem(scalar, 0x11, uint8(from), to) }

// FloatIndexed reads a Float at base + 8 * index.
func (a *Assembler) FloatIndexed(to Xmm, base, index Reg) {
	a.put(scalar)
	a.rex(0, uint8(to), uint8(index), uint8(base))
	a.put(0x0F, 0x10)
	a.scaled(uint8(to), base, index, 3)
}

// FloatStoreIndexed writes a Float at base + 8 * index.
func (a *Assembler) FloatStoreIndexed(base, index Reg, from Xmm) {
	a.put(scalar)
	a.rex(0, uint8(from), uint8(index), uint8(base))
	a.put(0x0F, 0x11)
	a.scaled(uint8(from), base, index, 3)
}

// FloatCompare sets the flags by two Floats as for unsigned numbers; if one is NaN, all of Parity, Equal and Below.
func (a *Assembler) FloatCompare(x, y Xmm) { a.float(packed, 0x2E, uint8(x), uint8(y)) }

// FloatZero makes a register +0.
func (a *Assembler) FloatZero(to Xmm) { a.float(packed, 0x57, uint8(to), uint8(to)) }

// FloatFromInt converts an Int of 64 bits.
func (a *Assembler) FloatFromInt(to Xmm, from Reg) {
	a.FloatZero(to) // the instruction leaves half of the register, and would wait for it
	a.put(scalar)
	a.rex(wide, uint8(to), 0, uint8(from))
	a.put(0x0F, 0x2A)
	a.registers(uint8(to), uint8(from))
}

// FloatFromBits copies 64 bits as they are.
func (a *Assembler) FloatFromBits(to Xmm, from Reg) {
	a.put(packed)
	a.rex(wide, uint8(to), 0, uint8(from))
	a.put(0x0F, 0x6E)
	a.registers(uint8(to), uint8(from))
}
