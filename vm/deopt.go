package vm

import (
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
	s.tries.keepFrom(&s.continuation, address)
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
			f.ip = codeAddress(img.code(index, guardedForm)) + uintptr(pc)*instrSize
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
	return codeAddress(s.image.code(index, guardedForm)) + uintptr(pc)*instrSize
}
