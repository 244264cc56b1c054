package compile

import (
	"iter"

	"github.com/seqvm/seqvm/bytecode"
)

// What instructions do to slots, as their rows in the table say.

// simple tells whether an instruction touches only the slots it names, and control goes on
// behind it.
func simple(info *bytecode.Info) bool {
	for _, o := range info.Operands() {
		switch o {
		case bytecode.Window, bytecode.Height, bytecode.Target, bytecode.Count, bytecode.Arms, bytecode.InOut, bytecode.InOutVariant, bytecode.FieldNumber:
			return false
		}
	}
	return true
}

// inWindow tells whether a slot may be in the window of an instruction that has one. That of
// an instruction at which a strand can stop is taken for one without end.
func (g *generator) inWindow(in *bytecode.Instr, s int32) bool {
	info := in.Op.Info()
	return info.A == bytecode.Window && s >= in.A && (info.Has(bytecode.Stops|bytecode.Unnamed) || g.touches(in, s))
}

// defines tells whether an instruction makes the value of a slot.
func defines(in *bytecode.Instr, s int32) bool {
	a := in.Op.Info().A
	return in.A == s && (a.Writes() || a == bytecode.Window)
}

// roams tells whether an instruction may touch slots of the frame that it does not name.
func roams(info *bytecode.Info) bool {
	return info.Has(bytecode.Unnamed) || (info.A == bytecode.Height || info.B == bytecode.Height) && info.Flow != bytecode.Leave
}

// touches tells whether an instruction reads or writes a slot.
func (g *generator) touches(in *bytecode.Instr, s int32) bool {
	reads, writes := bytecode.Effects(g.mod, *in)
	return reads.Has(s) || writes.Has(s)
}

// written tells whether an instruction from one on may have written to a slot.
func (g *generator) written(s int32, from int) bool {
	for pc := from; pc < len(g.code); pc++ {
		if g.writes(&g.code[pc], s) {
			return true
		}
	}
	return false
}

// writes tells whether an instruction may write to a slot.
func (g *generator) writes(in *bytecode.Instr, s int32) bool {
	_, writes := bytecode.Effects(g.mod, *in)
	return writes.Has(s) || g.inWindow(in, s) && in.Op.Info().Has(bytecode.Stops) || roams(in.Op.Info())
}

// successors are those of an instruction of this function, of which the jumps have not got
// their final form yet.
func (g *generator) successors(pc int) iter.Seq[int] {
	in := g.code[pc]
	if in.Op.Info().C == bytecode.Target {
		in.C -= int32(pc + 1)
	}
	return bytecode.Successors(g.mod, pc, in)
}
