package compile

import "github.com/seqvm/seqvm/bytecode"

// eliminateDeadFields makes instructions that take a value apart fetch the only field that something
// looks at. The guards of the others go: a field that stays in its object is not looked at.
func (g *generator) eliminateDeadFields() {
	for pc := range g.code {
		in := &g.code[pc]
		if in.Op != bytecode.OpFieldsTakeKnown && in.Op != bytecode.OpFieldsTake {
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
			*in = bytecode.Instr{Op: bytecode.OpFieldTake, A: in.A + only, B: in.B, C: field}
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
	for {
		if w.steps--; w.steps < 0 {
			return false
		}
		in := &g.code[pc]
		info := in.Op.Info()
		reads, writes := bytecode.Effects(g.mod, *in)
		switch {
		case in.Op == bytecode.OpGuard:
			if in.A == s {
				w.guards = append(w.guards, pc)
			}
		case reads.Has(s), info.Has(bytecode.Unnamed):
			return false
		case info.Has(bytecode.Restarts): // parameters live on
			return s >= g.parameters
		case info.Has(bytecode.Calls):
			if f := g.factsAt(in.B); f == nil || f.observes {
				return false
			}
		}
		if writes.Has(s) && info.Flow != bytecode.Step {
			return true
		}
		next := -1
		for to := range g.successors(pc) {
			switch {
			case writes.Has(s) && to != pc+1: // a step that has been done
			case next < 0:
				next = to
			case !g.dead(to, s, w):
				return false
			}
		}
		if next < 0 { // the frame is gone
			return true
		}
		pc = next
	}
}
