// Package disassembly reads machine code of the processors that there are encoders for: it is for tests of those, and for people.
package disassembly

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"
)

// Instruction is what stands at a place in the code.
type Instruction struct {
	Text   string
	Size   int
	Filler bool // it only fills up to where something else begins
	To     int  // offset of the place that it names; -1: it names none
}

// Reader reads the instruction at an offset.
type Reader func(code []byte, at int) (Instruction, error)

// Readers has that of each processor by its name (GOARCH).
var Readers = map[string]Reader{"amd64": amd64, "arm64": arm64}

func amd64(code []byte, at int) (Instruction, error) {
	in, text, err := decodeAMD64(code[at:min(at+longest, len(code))], uint64(at))
	if err != nil {
		return Instruction{}, err
	}
	read := Instruction{Text: text, Size: in.Len, Filler: in.Op == x86asm.NOP && in.Len == 1, To: -1}
	if distance, ok := in.Args[0].(x86asm.Rel); ok {
		read.To = at + in.Len + int(distance)
	}
	return read, nil
}

// longest is how many bytes an instruction has at the most.
const longest = 15

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

func arm64(code []byte, at int) (Instruction, error) {
	in, err := arm64asm.Decode(code[at:])
	if err != nil {
		return Instruction{}, err
	}
	read := Instruction{Text: strings.TrimSpace(arm64asm.GNUSyntax(in)), Size: 4, Filler: in.Op == arm64asm.NOP, To: -1}
	for _, arg := range in.Args {
		if distance, ok := arg.(arm64asm.PCRel); ok {
			read.To = at + int(distance)
			read.Text = strings.Replace(read.Text, distance.String(), fmt.Sprintf("%#x", read.To), 1)
		}
	}
	return read, nil
}
