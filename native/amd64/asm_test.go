package amd64

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"
)

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
		{"mov rsi, qword ptr [rbx]", func(a *Assembler) { a.Load(RSI, Mem{RBX, 0}) }},
		{"mov r8, qword ptr [rbp]", func(a *Assembler) { a.Load(R8, Mem{RBP, 0}) }},
		{"mov rdi, qword ptr [rsp+0x8]", func(a *Assembler) { a.Load(RDI, Mem{RSP, 8}) }},
		{"mov rdi, qword ptr [r12+0x400]", func(a *Assembler) { a.Load(RDI, Mem{R12, 1024}) }},
		{"mov rdi, qword ptr [r13]", func(a *Assembler) { a.Load(RDI, Mem{R13, 0}) }},
		{"mov r10d, dword ptr [rcx-0x80]", func(a *Assembler) { a.Load32(R10, Mem{RCX, -128}) }},
		{"movsxd rdx, dword ptr [rcx+0xc]", func(a *Assembler) { a.LoadSigned32(RDX, Mem{RCX, 12}) }},
		{"mov qword ptr [rbx-0x81], r15", func(a *Assembler) { a.Store(Mem{RBX, -129}, R15) }},
		{"lea rax, ptr [rbx+0x7f]", func(a *Assembler) { a.Address(RAX, Mem{RBX, 127}) }},
		{"mov rax, qword ptr [rcx+8*rdx]", func(a *Assembler) { a.Indexed(RAX, RCX, RDX) }},
		{"mov r8, qword ptr [r13+8*r12]", func(a *Assembler) { a.Indexed(R8, R13, R12) }},
		{"mov qword ptr [rcx+8*r9], rsi", func(a *Assembler) { a.StoreIndexed(RCX, R9, RSI) }},
		{"lea rdi, ptr [rsi+r8]", func(a *Assembler) { a.Sum(RDI, RSI, R8) }},
		{"xor r11d, r11d", func(a *Assembler) { a.Immediate(R11, 0) }},
		{"mov ecx, -0x1", func(a *Assembler) { a.Immediate(RCX, 1<<32-1) }},
		{"mov rcx, -0x1", func(a *Assembler) { a.Immediate(RCX, -1) }},
		{"mov r9, 0x100000000", func(a *Assembler) { a.Immediate(R9, 1<<32) }},
		{"add rsi, rdi", func(a *Assembler) { a.Arith(Add, RSI, RDI) }},
		{"cmp r8, qword ptr [rbx+0x18]", func(a *Assembler) { a.ArithMem(Cmp, R8, Mem{RBX, 24}) }},
		{"sub rbx, 0x10", func(a *Assembler) { a.ArithImm(Sub, RBX, 16) }},
		{"and r9, -0x2", func(a *Assembler) { a.ArithImm(And, R9, -2) }},
		{"xor r9, 0x1000", func(a *Assembler) { a.ArithImm(Xor, R9, 4096) }},
		{"cmp qword ptr [rbx+0x8], 0xa", func(a *Assembler) { a.ArithMemImm(Cmp, Mem{RBX, 8}, 10) }},
		{"or qword ptr [r9+0x8], 0x80", func(a *Assembler) { a.ArithMemImm(Or, Mem{R9, 8}, 128) }},
		{"cmp byte ptr [rbx+0x1f], 0x7", func(a *Assembler) { a.CmpMem8Imm(Mem{RBX, 31}, 7) }},
		{"cmp byte ptr [r15+0xf], 0x7", func(a *Assembler) { a.CmpMem8Imm(Mem{R15, 15}, 7) }},
		{"cmp dword ptr [rcx+0xc], -0x1", func(a *Assembler) { a.ArithMem32Imm(Cmp, Mem{RCX, 12}, -1) }},
		{"test r10, rdx", func(a *Assembler) { a.Test(RDX, R10) }},
		{"test dword ptr [rcx+0x8], 0x1", func(a *Assembler) { a.TestMem32Imm(Mem{RCX, 8}, 1) }},
		{"mov qword ptr [r9+0x8], 0x12345", func(a *Assembler) { a.StoreImm(Mem{R9, 8}, 0x12345) }},
		{"lock or dword ptr [rcx+0x8], 0x1", func(a *Assembler) { a.LockOr32Imm(Mem{RCX, 8}, 1) }},
		{"", func(a *Assembler) { a.ShiftImm(ShiftLeft, RAX, 0) }},
		{"shl r8, 0x3f", func(a *Assembler) { a.ShiftImm(ShiftLeft, R8, 63) }},
		{"shr rdx, 0x20", func(a *Assembler) { a.ShiftImm(ShiftRight, RDX, 32) }},
		{"sar rax, 0x1", func(a *Assembler) { a.ShiftImm(ShiftArithmetic, RAX, 1) }},
		{"shl rax, cl", func(a *Assembler) { a.ShiftCL(ShiftLeft, RAX) }},
		{"shr r9, cl", func(a *Assembler) { a.ShiftCL(ShiftRight, R9) }},
		{"neg r12", func(a *Assembler) { a.Neg(R12) }},
		{"imul rax, r13", func(a *Assembler) { a.Mul(RAX, R13) }},
		{"imul r8, rax, -0x3", func(a *Assembler) { a.MulImm(R8, RAX, -3) }},
		{"imul r9", func(a *Assembler) { a.MulHigh(R9) }},
		{"cqo; idiv rcx", func(a *Assembler) { a.Extend(); a.Div(RCX) }},
		{"div ecx", func(a *Assembler) { a.Div32(RCX) }},
		{"setl al; movzx eax, al", func(a *Assembler) { a.Set(Less, RAX) }},
		{"setnp sil; movzx esi, sil", func(a *Assembler) { a.Set(NoParity, RSI) }},
		{"cmovo rax, rdx", func(a *Assembler) { a.MoveIf(Overflow, RAX, RDX) }},
		{"jmp rax", func(a *Assembler) { a.JumpTo(RAX) }},
		{"call r10", func(a *Assembler) { a.CallTo(R10) }},
		{"ret", func(a *Assembler) { a.Return() }},
		{"push qword ptr [rcx]", func(a *Assembler) { a.Push(Mem{RCX, 0}) }},
		{"pop r9", func(a *Assembler) { a.Pop(R9) }},
		{"nop dword ptr [rax+0x12345], eax", func(a *Assembler) { a.Mark(0x12345) }},
		{"addsd xmm0, xmm9", func(a *Assembler) { a.Float(FloatAdd, 0, 9) }},
		{"sqrtsd xmm15, xmm14", func(a *Assembler) { a.Float(FloatSqrt, 15, 14) }},
		{"divsd xmm8, qword ptr [rbx+0x8]", func(a *Assembler) { a.FloatMem(FloatDiv, 8, Mem{RBX, 8}) }},
		{"mulsd xmm1, qword ptr [r12+0x8]", func(a *Assembler) { a.FloatMem(FloatMul, 1, Mem{R12, 8}) }},
		{"", func(a *Assembler) { a.FloatMove(3, 3) }},
		{"movapd xmm3, xmm12", func(a *Assembler) { a.FloatMove(3, 12) }},
		{"movsd xmm2, qword ptr [rbx+0x18]", func(a *Assembler) { a.FloatLoad(2, Mem{RBX, 24}) }},
		{"movsd qword ptr [rbx+0x18], xmm13", func(a *Assembler) { a.FloatStore(Mem{RBX, 24}, 13) }},
		{"movsd xmm9, qword ptr [rcx+8*r8]", func(a *Assembler) { a.FloatIndexed(9, RCX, R8) }},
		{"movsd qword ptr [rcx+8*rax], xmm1", func(a *Assembler) { a.FloatStoreIndexed(RCX, RAX, 1) }},
		{"ucomisd xmm0, xmm10", func(a *Assembler) { a.FloatCompare(0, 10) }},
		{"xorpd xmm11, xmm11", func(a *Assembler) { a.FloatZero(11) }},
		{"xorpd xmm4, xmm4; cvtsi2sd xmm4, rax", func(a *Assembler) { a.FloatFromInt(4, RAX) }},
		{"movq xmm15, rax", func(a *Assembler) { a.FloatFromBits(15, RAX) }},
	} {
		var a Assembler
		c.emit(&a)
		assert.Equal(t, c.want, disassemble(t, a.Code))
	}
}

func TestJumpsGoToTheirLabels(t *testing.T) {
	var a Assembler
	back, ahead := a.NewLabel(), a.NewLabel()
	a.Bind(back)
	a.Jump(ahead)
	a.JumpIf(Less, back)
	a.Call(back)
	a.LabelAddress(RAX, ahead)
	a.JumpIf(Less.Not(), ahead)
	a.Align(8)
	a.Bind(ahead)
	a.Return()
	require.NoError(t, a.Link())
	assert.Equal(t, 32, a.Offset(ahead))
	assert.Equal(t, "jmp .+0x1b; jl 0x0; call 0x0; lea rax, ptr [rip+0x9]; jnl 0x20; nop; nop; nop; ret", disassemble(t, a.Code))

	a.Jump(a.NewLabel())
	assert.ErrorContains(t, a.Link(), "goes nowhere")
}
