package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// scan says of a word that gets a list and an index, which parameters they are,
// that it looks at no element in front of the index and leaves the list where it
// got it.
type scan struct{ list, index int32 }

// scans finds those of a function that neither observes nor is open.
func (e *emitter) scans(in, out int32) (found []scan) {
	for i := range e.code {
		c := &e.code[i]
		s := scan{c.B, c.C}
		if getsElement(c.Op) && s.list < min(in, out) && s.index < in && !slices.Contains(found, s) && e.onlyScans(s) {
			found = append(found, s)
		}
	}
	return found
}

// getsElement tells whether an instruction fetches element C of the list B.
func getsElement(op bytecode.Op) bool {
	switch op {
	case bytecode.OpListGet, bytecode.OpListTake, bytecode.OpListPeek:
		return true
	}
	return op.Info().Plain == bytecode.OpListGet
}

// onlyScans tells whether every instruction, on whatever way control gets there, leaves
// the list in its slot, looks at its elements only at the index, and lets the
// index only grow.
func (e *emitter) onlyScans(s scan) bool {
	for i := range e.code {
		in := &e.code[i]
		info := in.Op.Info()
		switch {
		case info.Has(bytecode.Unnamed), info.Has(bytecode.Calls) && info.Ends(): // what goes on may do anything with the list
			return false
		case in.A == s.index && grows(in):
		case e.writes(in, s.index):
			return false
		}
		if !e.touches(in, s.list) || in.Op == bytecode.OpReturn { // the list stays where it is
			continue
		}
		spares := false
		switch in.Op {
		case bytecode.OpListHas, bytecode.OpListLength:
			spares = in.A != s.list
		case bytecode.OpListSet:
			spares = in.C != s.list
		case bytecode.OpListSetImm, bytecode.OpCheck, bytecode.OpGuard:
			spares = true
		default:
			spares = getsElement(in.Op) && in.A != s.list && in.C == s.index
		}
		if !spares {
			return false
		}
	}
	return true
}

// grows tells whether an instruction adds to its slot A what is not negative.
func grows(in *bytecode.Instr) bool {
	return in.Op == bytecode.OpIntAddImm && in.B == in.A && in.C >= 0 || in.Op == bytecode.OpIntAddLoop && in.B >= 0
}
