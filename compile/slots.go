package compile

import (
	"iter"

	"github.com/seqvm/seqvm/bytecode"
)

// What instructions do to slots, as their rows in the table say.

// simple tells whether an instruction touches only the slots it names, and control goes on
// behind it.
func simple(info *bytecode.Info) bool {
	if info.Flow != bytecode.Next && info.Flow != bytecode.Step {
		return false
	}
	return info.Reads == nil && info.Writes == nil && !info.Has(bytecode.Unnamed)
}

// defines tells whether an instruction makes the value of a slot.
func defines(in *bytecode.Instr, s int32) bool {
	a := in.Op.Info().A
	return in.A == s && (a.Writes() || a == bytecode.Window)
}

// touches tells whether an instruction reads or writes a slot.
func (e *emitter) touches(in *bytecode.Instr, s int32) bool {
	reads, writes := bytecode.Effects(e.mod, *in)
	return reads.Has(s) || writes.Has(s)
}

// written tells whether an instruction from one on may have written to a slot.
func (e *emitter) written(s int32, from int) bool {
	for pc := from; pc < len(e.code); pc++ {
		if e.writes(&e.code[pc], s) {
			return true
		}
	}
	return false
}

// writes tells whether an instruction may write to a slot.
func (e *emitter) writes(in *bytecode.Instr, s int32) bool {
	_, writes := bytecode.Effects(e.mod, *in)
	return writes.Has(s) || in.Op.Info().Has(bytecode.Unnamed)
}

// leftBelow is how many slots, from the first one up, an instruction leaves to the caller of the function:
// those below the arguments of a call in its place.
func leftBelow(in *bytecode.Instr) int32 {
	if in.Op == bytecode.OpTail {
		return in.A
	}
	return 0
}

// successors are those of an instruction of this function, of which the jumps have not got
// their final form yet.
func (e *emitter) successors(pc int) iter.Seq[int] {
	in := e.code[pc]
	if in.Op.Info().C == bytecode.Target {
		in.C -= int32(pc + 1)
	}
	return bytecode.Successors(e.mod, pc, in)
}
