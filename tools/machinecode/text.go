// Package machinecode shows machine code as text.
package machinecode

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/native/disassembly"
	"github.com/seqvm/seqvm/vm"
)

// Text makes the machine code of all functions of a sound module that can have some, as if it were to be run before the program
// starts. What it returns shows that of an instruction of a function: whole lines, with the offset of each.
func Text(m *bytecode.Module) (func(function, pc int) string, error) {
	target, possible := vm.NativeTarget(m, builtins.All().Find)
	if !possible {
		return nil, errors.New("there is no machine code for this processor, this system or this build: it is for Linux on amd64 and arm64")
	}
	functions := make([]int32, len(m.Funcs))
	for i := range functions {
		functions[i] = int32(i)
	}
	target.Places = true
	code, err := native.Compile(m, functions, &target)
	if err != nil {
		return nil, err
	}
	l := newListing(m, code, disassembly.Readers[target.Processor.Name])
	return func(function, pc int) string { return l.of(int32(function), int32(pc)) }, nil
}

// listing is code by instruction.
type listing struct {
	module *bytecode.Module
	code   *native.Code
	read   disassembly.Reader
	has    map[int32]bool // functions
	names  map[int]string
	parts  map[instruction][]part
}

type instruction struct{ function, pc int32 }

// part is a part of the code.
type part struct {
	role       native.Role
	start, end int
}

func newListing(m *bytecode.Module, code *native.Code, read disassembly.Reader) *listing {
	l := &listing{module: m, code: code, read: read, has: map[int32]bool{}, names: map[int]string{}, parts: map[instruction][]part{}}
	for _, f := range code.Functions {
		l.has[f.Index] = true
		l.names[f.Call] = m.Funcs[f.Index].Name
	}
	for i, p := range code.Places {
		end := len(code.Bytes)
		if i+1 < len(code.Places) {
			end = code.Places[i+1].Offset
		}
		of := instruction{p.Function, p.PC}
		l.parts[of] = append(l.parts[of], part{p.Role, p.Offset, end})
	}
	return l
}

var titles = map[native.Role]string{native.Aside: "aside", native.Enter: "entered from the interpreter"}

// of is the code of an instruction.
func (l *listing) of(function, pc int32) string {
	var b strings.Builder
	if !l.has[function] {
		if pc == 0 {
			b.WriteString("         ; no machine code: the interpreter runs this function\n")
		}
		return b.String()
	}
	last := native.Work
	for _, p := range l.parts[instruction{function, pc}] {
		if p.role != last && p.end > p.start {
			fmt.Fprintf(&b, "         ; %s\n", titles[p.role])
		}
		last = p.role
		l.write(&b, p)
	}
	return b.String()
}

// write writes the instructions of a part, without fillers.
func (l *listing) write(b *strings.Builder, p part) {
	for at := p.start; at < p.end; {
		in, err := l.read(l.code.Bytes[:p.end], at)
		if err != nil { // cannot be, unless the disassembler does not know an instruction
			fmt.Fprintf(b, "         %06x  ? % x\n", at, l.code.Bytes[at:p.end])
			return
		}
		if !in.Filler {
			fmt.Fprintf(b, "         %06x  %s%s\n", at, in.Text, l.called(in))
		}
		at += in.Size
	}
}

// called says which function an instruction calls.
func (l *listing) called(in disassembly.Instruction) string {
	if name, ok := l.names[in.To]; ok {
		return "  ; " + name
	}
	return ""
}
