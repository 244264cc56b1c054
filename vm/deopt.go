package vm

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// Code trusts what the compiler has proven or guessed of the kinds of its values. When that
// turns out wrong, the frame goes on in guarded code: the same function with every
// instruction replaced by one that checks first what the original trusts (OpChecked), at the
// same instruction. Guarded code never goes back: its frame ends, and the next call of the
// function runs the function's own code again.

// deoptimise switches every frame that owns a slot at or above address to guarded code: a
// callee overwrites values there whose kinds that code has proven. Frames that wait in an
// open call, or in that of an unknown quotation, assume nothing of what it leaves and stay.
func (s *Strand) deoptimise(address uintptr) {
	img := s.image
	for i := len(s.frames) - 1; i > 0; i-- {
		f := &s.frames[i]
		index, pc, ok := img.functionAt(f.ip)
		if !ok {
			return
		}
		code := img.mod.Funcs[index].Code
		call := code[pc-1]
		if call.Original() == bytecode.OpExpect && pc > 1 {
			call = code[pc-2]
		}
		if f.fp+uintptr(call.A)*slotSize <= address {
			return // its values end below
		}
		if op := call.Original(); op != bytecode.OpCallOpen && op != bytecode.OpCallUnknown {
			f.ip = codeAddress(img.guardedCode(index)) + uintptr(pc)*instrSize
		}
		if f.fp <= address {
			return
		}
	}
}

// deoptAddress returns the address in guarded code for one in a function's own code.
func (s *Strand) deoptAddress(ip uintptr) uintptr {
	index, pc, ok := s.image.functionAt(ip)
	if !ok {
		return ip
	}
	return codeAddress(s.image.guardedCode(index)) + uintptr(pc)*instrSize
}

// guardedCode returns the function's code with every instruction replaced by
// one that checks what the original trusts. It is made once.
func (img *image) guardedCode(function int32) *bytecode.Instr {
	x := img.index
	x.mu.Lock()
	defer x.mu.Unlock()
	code := x.guarded[function]
	if code == nil {
		f := &img.mod.Funcs[function]
		code = slices.Clone(f.Code)
		for i := range code {
			in := &code[i]
			in.Was, in.Op = in.Original(), bytecode.OpChecked
			if plain := in.Was.Info().Plain; plain != bytecode.OpInvalid {
				in.Was = plain
			}
		}
		for _, g := range f.Guards {
			code[g.PC].Op = bytecode.OpGuarded
		}
		for _, t := range f.TailsGone {
			code[t.PC].Op = bytecode.OpGuarded
		}
		x.guarded[function] = code
		x.complete(img.mod)
		x.add(function, code)
		x.sort()
	}
	return &code[0]
}

// counted returns the image with code in which the reduction counter sees the tail calls in
// whose place other code stands. A session keeps the image of the program that it
// starts with, which is empty.
func (img *image) counted() *image {
	mod := *img.mod
	mod.Funcs = slices.Clone(mod.Funcs)
	other := *img
	other.mod, other.funcs, other.index = &mod, slices.Clone(img.funcs), newCodeIndex()
	for i := range mod.Funcs {
		f := &mod.Funcs[i]
		if len(f.TailsGone) == 0 {
			continue
		}
		f.Code = slices.Clone(f.Code)
		for _, t := range f.TailsGone {
			in := &f.Code[t.PC]
			in.Op, in.Was = bytecode.OpCounted, in.Op
		}
		other.funcs[i].code, other.funcs[i].fn = &f.Code[0], f
	}
	return &other
}
