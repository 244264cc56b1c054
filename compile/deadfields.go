package compile

import "github.com/seqvm/seqvm/bytecode"

// eliminateDeadFields makes instructions that take a value apart fetch the only field that something
// looks at. The guards of the others go: a field that stays in its object is not looked at.
func (e *emitter) eliminateDeadFields() {
	for pc := range e.code {
		in := &e.code[pc]
		if in.Op != bytecode.OpFieldsTakeKnown && in.Op != bytecode.OpFieldsTake {
			continue
		}
		only, live := int32(0), 0
		var guards []int
		for i := range int32(len(e.mod.Variants[in.C].Kinds)) {
			w := way{steps: maxFollowed}
			if !e.dead(pc+1, in.A+i, &w) {
				only = i
				live++
				continue
			}
			guards = append(guards, w.guards...)
		}
		if field, ok := bytecode.FieldOperand(in.C, only); ok && live == 1 {
			*in = bytecode.Instr{Op: bytecode.OpFieldTake, A: in.A + only, B: in.B, C: field}
			for _, guard := range guards {
				e.code[guard].B = int32(bytecode.KindAny)
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
func (e *emitter) dead(pc int, s int32, w *way) bool {
	for {
		if w.steps--; w.steps < 0 {
			return false
		}
		in := &e.code[pc]
		info := in.Op.Info()
		reads, writes := bytecode.Effects(e.mod, *in)
		switch {
		case in.Op == bytecode.OpGuard:
			if in.A == s {
				w.guards = append(w.guards, pc)
			}
		case reads.Has(s), info.Has(bytecode.Unnamed):
			return false
		case info.Has(bytecode.Restarts): // parameters live on
			return s >= e.parameters
		case info.Has(bytecode.Calls):
			if f := e.factsAt(in.B); f == nil || f.observes {
				return false
			}
		}
		if writes.Has(s) && info.Flow != bytecode.Step {
			return true
		}
		next := -1
		for to := range e.successors(pc) {
			switch {
			case writes.Has(s) && to != pc+1: // a step that has been done
			case next < 0:
				next = to
			case !e.dead(to, s, w):
				return false
			}
		}
		if next < 0 { // the frame is gone
			return true
		}
		pc = next
	}
}
