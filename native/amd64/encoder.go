package amd64

import (
	"encoding/binary"
	"math"

	"github.com/seqvm/seqvm/native/machine"
)

// encoder puts parts of instructions: prefixes, opcodes, operand bytes, distances.
type encoder struct{ machine.Text }

func (e *encoder) put(b ...byte) { e.Code = append(e.Code, b...) }

func (e *encoder) put32(x int32) { e.Code = binary.LittleEndian.AppendUint32(e.Code, uint32(x)) }

// distance puts that of a label, from behind it on.
func (e *encoder) distance(l machine.Label) {
	e.Refer(len(e.Code), l, 0)
	e.put32(0)
}

const wide = 8 // REX.W: operands have 64 bits

// rex puts the prefix for three registers: that in the reg field, the index, the base or r/m field.
func (e *encoder) rex(w byte, reg, index, rm number) {
	e.put(0x40 | w | byte(reg>>3<<2|index>>3<<1|rm>>3))
}

// registers puts the operand byte for two registers.
func (e *encoder) registers(reg, rm number) { e.put(0xC0 | byte(reg&7<<3|rm&7)) }

// memory puts the operand bytes for a register and a place in memory.
func (e *encoder) memory(reg number, m machine.Mem) {
	base := numbers[m.Base] & 7
	mode, short := byte(0x80), m.Disp >= math.MinInt8 && m.Disp <= math.MaxInt8
	switch {
	case m.Disp == 0 && base != rbp:
		mode = 0
	case short:
		mode = 0x40
	}
	e.put(mode | byte(reg&7<<3|base))
	if base == rsp {
		e.put(0x24) // no index
	}
	switch mode {
	case 0x40:
		e.put(byte(m.Disp))
	case 0x80:
		e.put32(m.Disp)
	}
}

// scaled puts the operand bytes for base + index << scale; index is not RSP.
func (e *encoder) scaled(reg, base, index number, scale byte) {
	mode := byte(0)
	if base&7 == rbp {
		mode = 0x40 // there is no such base without a distance
	}
	e.put(mode|byte(reg&7<<3)|4, scale<<6|byte(index&7<<3|base&7))
	if mode != 0 {
		e.put(0)
	}
}

// op puts an instruction of 64 bits on two registers, opMem on a register and memory, opIndexed on a register and base + index << scale, unary on one register.
func (e *encoder) op(opcode byte, reg, rm number) {
	e.rex(wide, reg, 0, rm)
	e.put(opcode)
	e.registers(reg, rm)
}

func (e *encoder) opMem(opcode byte, reg number, m machine.Mem) {
	e.rex(wide, reg, 0, numbers[m.Base])
	e.put(opcode)
	e.memory(reg, m)
}

func (e *encoder) opIndexed(opcode byte, reg, base, index number, scale byte) {
	e.rex(wide, reg, index, base)
	e.put(opcode)
	e.scaled(reg, base, index, scale)
}

func (e *encoder) unary(w, opcode byte, extension, rm number) {
	e.rex(w, 0, 0, rm)
	e.put(opcode)
	e.registers(extension, rm)
}

// memImm puts the rest of an instruction on memory and a number, which takes one byte if it fits.
func (e *encoder) memImm(extension number, m machine.Mem, x int32) {
	if x >= math.MinInt8 && x <= math.MaxInt8 {
		e.put(0x83)
		e.memory(extension, m)
		e.put(byte(x))
		return
	}
	e.put(0x81)
	e.memory(extension, m)
	e.put32(x)
}

// scalar is the prefix of instructions on one Float, packed that of those that compare or move whole registers.
const (
	scalar = 0xF2
	packed = 0x66
)

// float puts an instruction on two registers, floatMem on a register and memory, floatIndexed on a register and base + 8 * index.
func (e *encoder) float(prefix, opcode byte, reg, rm number) {
	e.put(prefix)
	e.rex(0, reg, 0, rm)
	e.put(0x0F, opcode)
	e.registers(reg, rm)
}

func (e *encoder) floatMem(opcode byte, reg number, m machine.Mem) {
	e.put(scalar)
	e.rex(0, reg, 0, numbers[m.Base])
	e.put(0x0F, opcode)
	e.memory(reg, m)
}

func (e *encoder) floatIndexed(opcode byte, reg, base, index number) {
	e.put(scalar)
	e.rex(0, reg, index, base)
	e.put(0x0F, opcode)
	e.scaled(reg, base, index, 3)
}

// vex puts the prefix of three bytes for an instruction of AVX on one Float, and its opcode: map 0F, the prefix F2 within it, the third operand from its highest bit on in ones.
func (e *encoder) vex(opcode byte, reg, left, rm number) {
	e.put(0xC4, 0xE1^byte(reg>>3<<7|rm>>3<<5), 0x03|^byte(left)<<3&0x78, opcode)
}
