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
		call := img.calls(f.ip)
		if f.fp+uintptr(call.A)*slotSize <= address {
			return // its values end below
		}
		switch op := call.Original(); {
		case op == bytecode.OpCallOpen, op == bytecode.OpCallUnknown:
		case op == bytecode.OpCallQuotation && keepsNothing(call):
		default:
			f.ip = s.deoptAddress(f.ip)
		}
		if f.fp <= address {
			return
		}
	}
}

// keepsNothing tells whether a frame has no values but the inputs of the quotation that it calls, which are the callee's: nothing is left that its code has proven.
func keepsNothing(call *bytecode.Instr) bool { return call.A <= call.B }

// calls returns the instruction of the call that a frame waits in which goes on at an address.
func (img *image) calls(ip uintptr) *bytecode.Instr {
	ip -= instrSize
	if instr(ip).Original() == bytecode.OpExpect {
		ip -= instrSize
	}
	in := instr(ip)
	if in.Op != bytecode.OpNative { // which has the number of an entry in place of operands
		return in
	}
	index, pc, _ := img.functionAt(ip)
	return &img.mod.Funcs[index].Code[pc]
}

// deoptAddress returns the address in guarded code for one in a function's own code.
func (s *Strand) deoptAddress(ip uintptr) uintptr {
	index, pc, ok := s.image.functionAt(ip)
	if !ok {
		return ip
	}
	return codeAddress(s.image.code(index, guardedForm)) + uintptr(pc)*instrSize
}
