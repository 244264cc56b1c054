package machinecode

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// decodeAMD64 reads an instruction. Those of AVX, which the disassembler does not know, it reads as those of SSE that do the same with two operands: the first
// one of the three, which is missing there, stands in the prefix.
func decodeAMD64(code []byte, at uint64) (in x86asm.Inst, text string, err error) {
	const vex = 0xC4
	if len(code) < 4 || code[0] != vex {
		in, err = x86asm.Decode(code, 64)
		return in, x86asm.IntelSyntax(in, at, nil), err
	}
	high := ^code[1] // the high bits of the registers, inverted
	sse := slices.Concat([]byte{0xF2, 0x40 | high>>7&1<<2 | high>>5&1, 0x0F}, code[3:])
	in, err = x86asm.Decode(sse, 64)
	name, operands, _ := strings.Cut(x86asm.IntelSyntax(in, at, nil), " ")
	to, right, _ := strings.Cut(operands, ", ")
	return in, fmt.Sprintf("v%s %s, xmm%d, %s", name, to, ^code[2]>>3&15, right), err
}
