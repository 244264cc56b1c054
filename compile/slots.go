package compile

import "github.com/seqvm/seqvm/bytecode"

// What instructions do to slots.

func definesA(a bytecode.Operand) bool {
	switch a {
	case bytecode.Dst, bytecode.DstInt, bytecode.DstFloat, bytecode.DstBool, bytecode.DstVariant, bytecode.Window:
		return true
	}
	return false
}

// simple tells whether an instruction touches only the slots it names.
func simple(info *bytecode.Info) bool {
	for _, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		switch o {
		case bytecode.Window, bytecode.Height, bytecode.Target, bytecode.Count, bytecode.Arms:
			return false
		}
	}
	return true
}

// touches tells whether an instruction names a slot.
func touches(info *bytecode.Info, in *bytecode.Instr, s int32) bool {
	return names(info, in, s, bytecode.DstVariant)
}

// reads tells whether an instruction names a slot to read it.
func reads(info *bytecode.Info, in *bytecode.Instr, s int32) bool {
	return names(info, in, s, bytecode.SrcVariant)
}

func names(info *bytecode.Info, in *bytecode.Instr, s int32, last bytecode.Operand) bool {
	slotted := func(o bytecode.Operand) bool { return o >= bytecode.Src && o <= last }
	return slotted(info.A) && in.A == s || slotted(info.B) && in.B == s || slotted(info.C) && in.C == s
}

// roams tells whether an instruction may touch slots of the frame that it does not
// name.
func roams(op bytecode.Op) bool {
	switch op {
	case bytecode.OpReturn:
		return false
	case bytecode.OpReach, bytecode.OpPickAt, bytecode.OpRollAt, bytecode.OpFloat, bytecode.OpCondStart, bytecode.OpCondNext, bytecode.OpCondTest:
		return true
	}
	return op.Info().A == bytecode.Height || op.Info().B == bytecode.Height
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
	info := in.Op.Info()
	switch in.Op {
	case bytecode.OpMake, bytecode.OpClosure, bytecode.OpSelect, bytecode.OpFloatMulAdd, bytecode.OpFloatMulSub, bytecode.OpIntAddLoop, bytecode.OpIntAddSlotLoop:
		return in.A == s
	case bytecode.OpRemake:
		return in.C == s
	case bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextInt, bytecode.OpListNextFloat:
		return in.A == s || in.C == s
	}
	switch {
	case info.A == bytecode.Window:
		return g.inWindow(in, s)
	case definesA(info.A):
		return in.A == s
	}
	return roams(in.Op)
}

// inWindow tells whether a slot is in the window of an instruction that has one.
// That of a call has no end: the callee's frame lies there.
func (g *generator) inWindow(in *bytecode.Instr, s int32) bool {
	if in.Op.Info().A != bytecode.Window || s < in.A {
		return false
	}
	n := int32(1)
	switch in.Op {
	case bytecode.OpListSet, bytecode.OpListSetImm, bytecode.OpPut, bytecode.OpAccess:
	case bytecode.OpMake, bytecode.OpRemake:
		n = int32(len(g.mod.Variants[in.B].Kinds))
	case bytecode.OpUnpack, bytecode.OpUnpackAs, bytecode.OpLook:
		n = int32(len(g.mod.Variants[in.C].Kinds))
	case bytecode.OpClosure:
		n = in.C
	case bytecode.OpSelect:
		n = 3
	default:
		return true
	}
	return s < in.A+max(n, 1)
}
