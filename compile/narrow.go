package compile

import "github.com/seqvm/seqvm/bytecode"

// narrow makes instructions that take a value apart fetch the only field that something
// looks at. The guards of the others go: a field that stays in its object is not looked at.
func (g *generator) narrow() {
	for pc := range g.code {
		in := &g.code[pc]
		if in.Op != bytecode.OpUnpack && in.Op != bytecode.OpUnpackAs {
			continue
		}
		only, live := int32(0), 0
		var guards []int
		for i := range int32(len(g.mod.Variants[in.C].Kinds)) {
			w := way{steps: maxFollowed}
			if !g.dead(pc+1, in.A+i, &w) {
				only = i
				live++
				continue
			}
			guards = append(guards, w.guards...)
		}
		if field, ok := bytecode.FieldOperand(in.C, only); ok && live == 1 {
			*in = bytecode.Instr{Op: bytecode.OpPart, A: in.A + only, B: in.B, C: field}
			for _, guard := range guards {
				g.code[guard].B = int32(bytecode.KindAny)
			}
		}
	}
}

// maxFollowed is how many instructions dead looks at.
const maxFollowed = 64

// way is what dead goes along.
type way struct {
	steps  int   // that are left
	guards []int // of the slot, which do not count as reading it
}

// dead tells whether, on all ways from an instruction on, nothing reads a slot before
// something else is written to it.
func (g *generator) dead(pc int, s int32, w *way) bool {
	for ; ; pc++ {
		if w.steps--; w.steps < 0 {
			return false
		}
		in := &g.code[pc]
		info := in.Op.Info()
		switch in.Op {
		case bytecode.OpGuard:
			if in.A == s {
				w.guards = append(w.guards, pc)
			}
			continue
		case bytecode.OpReturn:
			return s >= in.A
		case bytecode.OpLoop, bytecode.OpIntAddLoop, bytecode.OpIntAddSlotLoop: // parameters live on
			return s >= g.parameters && !reads(info, in, s)
		case bytecode.OpJump, bytecode.OpJumpBack:
			pc = int(in.C) - 1
			continue
		case bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextInt, bytecode.OpListNextFloat: // over the jump, or to it
			if !g.dead(pc+2, s, w) {
				return false
			}
		case bytecode.OpCall:
			if f := g.factsAt(in.B); f == nil || f.observes || g.inWindow(in, s) {
				return false
			}
			continue
		case bytecode.OpUnpack, bytecode.OpUnpackAs, bytecode.OpLook:
			if in.B == s {
				return false
			}
			if g.inWindow(in, s) {
				return true
			}
			continue
		}
		switch {
		case roams(in.Op), info.Ends, g.inWindow(in, s), reads(info, in, s), info.C == bytecode.Target && !g.dead(int(in.C), s, w):
			return false
		case definesA(info.A) && in.A == s:
			return true
		}
	}
}
