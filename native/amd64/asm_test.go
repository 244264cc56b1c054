package amd64

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/seqvm/seqvm/native/machine"
)

// Registers by their names here.
const (
	RAX = machine.A
	RCX = machine.C
	RDX = machine.D
	RBX = machine.Frame
	R15 = machine.Context
	RSP = machine.Calls
)

const (
	RSI = machine.FirstValue + iota
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
)

// xmm is a register for Floats by its number in the encoding.
func xmm(n number) machine.FloatReg {
	return machine.FloatReg(slices.Index(floats[:], n))
}

// disassemble lists code, an instruction a line.
func disassemble(t *testing.T, code []byte) string {
	t.Helper()
	var lines []string
	for at := 0; at < len(code); {
		in, err := x86asm.Decode(code[at:], 64)
		require.NoError(t, err, "% x", code[at:])
		lines = append(lines, x86asm.IntelSyntax(in, uint64(at), nil))
		at += in.Len
	}
	return strings.Join(lines, "; ")
}

// Each kind of instruction, with registers and distances whose encodings are different.
func TestInstructionsAreWhatADisassemblerReads(t *testing.T) {
	for _, c := range []struct {
		want string
		emit func(a *Assembler)
	}{
		{"", func(a *Assembler) { a.Move(RAX, RAX) }},
		{"mov rax, r9", func(a *Assembler) { a.Move(RAX, R9) }},
		{"mov r9, rbx", func(a *Assembler) { a.Move(R9, RBX) }},
		{"mov rsi, qword ptr [rbx]", func(a *Assembler) { a.Load(RSI, machine.Mem{Base: RBX, Disp: 0}) }},
		{"mov rdi, qword ptr [rsp+0x8]", func(a *Assembler) { a.Load(RDI, machine.Mem{Base: RSP, Disp: 8}) }},
		{"mov rdi, qword ptr [r12+0x400]", func(a *Assembler) { a.Load(RDI, machine.Mem{Base: R12, Disp: 1024}) }},
		{"mov rdi, qword ptr [r13]", func(a *Assembler) { a.Load(RDI, machine.Mem{Base: R13, Disp: 0}) }},
		{"movsxd rdx, dword ptr [rcx+0xc]", func(a *Assembler) { a.LoadSigned32(RDX, machine.Mem{Base: RCX, Disp: 12}) }},
		{"mov qword ptr [rbx-0x81], r15", func(a *Assembler) { a.Store(machine.Mem{Base: RBX, Disp: -129}, R15) }},
		{"lea rax, ptr [rbx+0x7f]", func(a *Assembler) { a.Address(RAX, machine.Mem{Base: RBX, Disp: 127}) }},
		{"mov rax, qword ptr [rcx+8*rdx]", func(a *Assembler) { a.Indexed(RAX, RCX, RDX) }},
		{"mov r8, qword ptr [r13+8*r12]", func(a *Assembler) { a.Indexed(R8, R13, R12) }},
		{"mov qword ptr [rcx+8*r9], rsi", func(a *Assembler) { a.StoreIndexed(RCX, R9, RSI) }},
		{"lea rdi, ptr [rsi+r8]", func(a *Assembler) { a.Sum(RDI, RSI, R8) }},
		{"xor r11d, r11d", func(a *Assembler) { a.Immediate(R11, 0) }},
		{"mov ecx, -0x1", func(a *Assembler) { a.Immediate(RCX, 1<<32-1) }},
		{"mov rcx, -0x1", func(a *Assembler) { a.Immediate(RCX, -1) }},
		{"mov r9, 0x100000000", func(a *Assembler) { a.Immediate(R9, 1<<32) }},
		{"add rsi, rdi", func(a *Assembler) { a.Arith(machine.Add, RSI, RDI) }},
		{"cmp r8, qword ptr [rbx+0x18]", func(a *Assembler) { a.ArithMem(machine.Cmp, R8, machine.Mem{Base: RBX, Disp: 24}) }},
		{"sub rbx, 0x10", func(a *Assembler) { a.ArithImm(machine.Sub, RBX, 16) }},
		{"and r9, -0x2", func(a *Assembler) { a.ArithImm(machine.And, R9, -2) }},
		{"xor r9, 0x1000", func(a *Assembler) { a.ArithImm(machine.Xor, R9, 4096) }},
		{"cmp qword ptr [rbx+0x8], 0xa", func(a *Assembler) { a.ArithMemImm(machine.Cmp, machine.Mem{Base: RBX, Disp: 8}, 10) }},
		{"or qword ptr [r9+0x8], 0x80", func(a *Assembler) { a.ArithMemImm(machine.Or, machine.Mem{Base: R9, Disp: 8}, 128) }},
		{"cmp byte ptr [rbx+0x1f], 0x7", func(a *Assembler) { a.CompareMem8Imm(machine.Mem{Base: RBX, Disp: 31}, 7) }},
		{"cmp byte ptr [r15+0xf], 0x7", func(a *Assembler) { a.CompareMem8Imm(machine.Mem{Base: R15, Disp: 15}, 7) }},
		{"cmp dword ptr [rcx+0xc], -0x1", func(a *Assembler) { a.CompareMem32Imm(machine.Mem{Base: RCX, Disp: 12}, -1) }},
		{"cmp dword ptr [0x12345678], 0x0", func(a *Assembler) { a.CompareFixed32Imm(0x12345678, 0) }},
		{"cmp dword ptr [0x1234], 0x80", func(a *Assembler) { a.CompareFixed32Imm(0x1234, 128) }},
		{"test r10, rdx", func(a *Assembler) { a.Test(RDX, R10) }},
		{"or qword ptr [rbx+0x8], 0x1", func(a *Assembler) { a.ArithMemImm(machine.Or, machine.Mem{Base: RBX, Disp: 8}, 1) }},
		{"test dword ptr [rcx+0x8], 0x1", func(a *Assembler) { a.TestMem32Imm(machine.Mem{Base: RCX, Disp: 8}, 1) }},
		{"mov qword ptr [r9+0x8], 0x12345", func(a *Assembler) { a.StoreImm(machine.Mem{Base: R9, Disp: 8}, 0x12345) }},
		{"lock or dword ptr [rcx+0x8], 0x1", func(a *Assembler) { a.LockOr32Imm(machine.Mem{Base: RCX, Disp: 8}, 1) }},
		{"", func(a *Assembler) { a.ShiftImm(machine.ShiftLeft, RAX, 0) }},
		{"shl r8, 0x3f", func(a *Assembler) { a.ShiftImm(machine.ShiftLeft, R8, 63) }},
		{"shr rdx, 0x20", func(a *Assembler) { a.ShiftImm(machine.ShiftRight, RDX, 32) }},
		{"sar rax, 0x1", func(a *Assembler) { a.ShiftImm(machine.ShiftArithmetic, RAX, 1) }},
		{"shl rax, cl", func(a *Assembler) { a.ShiftByC(machine.ShiftLeft, RAX) }},
		{"shr r9, cl", func(a *Assembler) { a.ShiftByC(machine.ShiftRight, R9) }},
		{"neg r12", func(a *Assembler) { a.Neg(R12) }},
		{"imul rax, r13", func(a *Assembler) { a.Mul(RAX, R13) }},
		{"imul r8, rax, -0x3", func(a *Assembler) { a.MulImm(R8, RAX, -3) }},
		{"imul r9", func(a *Assembler) { a.MulHigh(R9) }},
		{"setl al; movzx eax, al", func(a *Assembler) { a.Set(machine.Less, RAX) }},
		{"setnp sil; movzx esi, sil", func(a *Assembler) { a.Set(machine.FloatNoNaN, RSI) }},
		{"cmovo rax, rdx", func(a *Assembler) { a.MoveIf(machine.Overflow, RAX, RDX) }},
		{"mov rdx, rax; or rdx, rcx; shr rdx, 0x20; jnz 0x18; div ecx; jmp 0x1d; cqo; idiv rcx", func(a *Assembler) { a.DivideByC() }},
		{"jmp rax", func(a *Assembler) { a.JumpTo(RAX) }},
		{"call r10", func(a *Assembler) { a.CallTo(R10) }},
		{"ret", func(a *Assembler) { a.Return() }},
		{"pop rcx; mov qword ptr [r15+0x38], rcx", func(a *Assembler) { a.KeepBack(machine.Mem{Base: R15, Disp: 56}) }},
		{"mov qword ptr [r15+0x8], rsp", func(a *Assembler) { a.KeepStack(machine.Mem{Base: R15, Disp: 8}) }},
		{"mov rsp, qword ptr [r15+0x8]", func(a *Assembler) { a.RestoreStack(machine.Mem{Base: R15, Disp: 8}) }},
		{"push qword ptr [r15+0x38]; ret", func(a *Assembler) { a.ReturnBack(machine.Mem{Base: R15, Disp: 56}) }},
		{"nop dword ptr [rax+0x12345], eax", func(a *Assembler) { a.Mark(0x12345) }},
		{"addsd xmm0, xmm9", func(a *Assembler) { a.Float(machine.FloatAdd, xmm(0), xmm(0), xmm(9)) }},
		{"sqrtsd xmm15, xmm14", func(a *Assembler) { a.FloatSqrt(xmm(15), xmm(14)) }},
		{"divsd xmm8, qword ptr [rbx+0x8]", func(a *Assembler) { a.FloatMem(machine.FloatDiv, xmm(8), xmm(8), machine.Mem{Base: RBX, Disp: 8}) }},
		{"mulsd xmm1, qword ptr [r12+0x8]", func(a *Assembler) { a.FloatMem(machine.FloatMul, xmm(1), xmm(1), machine.Mem{Base: R12, Disp: 8}) }},
		{"", func(a *Assembler) { a.FloatMove(xmm(3), xmm(3)) }},
		{"movapd xmm3, xmm12", func(a *Assembler) { a.FloatMove(xmm(3), xmm(12)) }},
		{"movsd xmm2, qword ptr [rbx+0x18]", func(a *Assembler) { a.FloatLoad(xmm(2), machine.Mem{Base: RBX, Disp: 24}) }},
		{"movsd qword ptr [rbx+0x18], xmm13", func(a *Assembler) { a.FloatStore(machine.Mem{Base: RBX, Disp: 24}, xmm(13)) }},
		{"movsd xmm9, qword ptr [rcx+8*r8]", func(a *Assembler) { a.FloatIndexed(xmm(9), RCX, R8) }},
		{"movsd qword ptr [rcx+8*rax], xmm1", func(a *Assembler) { a.FloatStoreIndexed(RCX, RAX, xmm(1)) }},
		{"ucomisd xmm0, xmm10", func(a *Assembler) { a.FloatCompare(xmm(0), xmm(10)) }},
		{"xorpd xmm11, xmm11", func(a *Assembler) { a.FloatZero(xmm(11)) }},
		{"xorpd xmm4, xmm4; cvtsi2sd xmm4, rax", func(a *Assembler) { a.FloatFromInt(xmm(4), RAX) }},
		{"movq xmm15, rax", func(a *Assembler) { a.FloatFromBits(xmm(15), RAX) }},
	} {
		var a Assembler
		c.emit(&a)
		code, err := a.Link()
		require.NoError(t, err)
		assert.Equal(t, c.want, disassemble(t, code))
	}
}

// The disassembler does not know AVX: these are the bytes that GNU as makes of them.
func TestFloatsWithThreeOperands(t *testing.T) {
	for _, c := range []struct {
		instruction, want string
		emit              func(a *Assembler)
	}{
		{"vaddsd xmm0, xmm1, xmm2", "c4e17358c2", func(a *Assembler) { a.Float(machine.FloatAdd, xmm(0), xmm(1), xmm(2)) }},
		{"vsubsd xmm12, xmm3, xmm11", "c441635ce3", func(a *Assembler) { a.Float(machine.FloatSub, xmm(12), xmm(3), xmm(11)) }},
		{"vdivsd xmm2, xmm13, xmm9", "c4c1135ed1", func(a *Assembler) { a.Float(machine.FloatDiv, xmm(2), xmm(13), xmm(9)) }},
		{"vmulsd xmm9, xmm10, [rbx+0x18]", "c4612b594b18", func(a *Assembler) {
			a.FloatMem(machine.FloatMul, xmm(9), xmm(10), machine.Mem{Base: RBX, Disp: 24})
		}},
		{"vmulsd xmm3, xmm4, [r15+0x108]", "c4c15b599f08010000", func(a *Assembler) {
			a.FloatMem(machine.FloatMul, xmm(3), xmm(4), machine.Mem{Base: R15, Disp: 0x108})
		}},
		{"vsubsd xmm1, xmm15, [rsp+8]", "c4e1035c4c2408", func(a *Assembler) {
			a.FloatMem(machine.FloatSub, xmm(1), xmm(15), machine.Mem{Base: RSP, Disp: 8})
		}},
	} {
		a := AVX.New().(*Assembler)
		c.emit(a)
		assert.Equal(t, c.want, hex.EncodeToString(a.Code), c.instruction)
	}
}

// Without AVX the first operand is where the result goes.
func TestFloatsWithTwoOperands(t *testing.T) {
	for _, c := range []struct {
		want            string
		op              machine.Float
		to, left, right machine.FloatReg
	}{
		{"movapd xmm1, xmm2; subsd xmm1, xmm3", machine.FloatSub, xmm(1), xmm(2), xmm(3)},
		{"movapd xmm15, xmm2; subsd xmm15, xmm1; movapd xmm1, xmm15", machine.FloatSub, xmm(1), xmm(2), xmm(1)},
		{"mulsd xmm1, xmm2", machine.FloatMul, xmm(1), xmm(2), xmm(1)},
		{"mulsd xmm15, xmm1", machine.FloatMul, xmm(15), xmm(15), xmm(1)},
		{"movapd xmm15, xmm14; divsd xmm15, xmm1; movapd xmm1, xmm15", machine.FloatDiv, xmm(1), xmm(14), xmm(1)},
		{"divsd xmm1, xmm1", machine.FloatDiv, xmm(1), xmm(1), xmm(1)},
	} {
		var a Assembler
		a.Float(c.op, c.to, c.left, c.right)
		assert.Equal(t, c.want, disassemble(t, a.Code))
	}
}

func TestJumpsGoToTheirLabels(t *testing.T) {
	var a Assembler
	back, ahead := a.NewLabel(), a.NewLabel()
	a.Bind(back)
	a.Jump(ahead)
	a.JumpIf(machine.Less, back)
	a.Call(back)
	a.LabelAddress(RAX, ahead)
	a.JumpIf(machine.Less.Not(), ahead)
	a.Align(8)
	a.Bind(ahead)
	a.Return()
	code, err := a.Link()
	require.NoError(t, err)
	assert.Equal(t, 32, a.Offset(ahead))
	assert.Equal(t, "jmp .+0x1b; jl 0x0; call 0x0; lea rax, ptr [rip+0x9]; jnl 0x20; nop; nop; nop; ret", disassemble(t, code))

	a.Jump(a.NewLabel())
	_, err = a.Link()
	assert.ErrorContains(t, err, "goes nowhere")
}
