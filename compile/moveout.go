package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// moveOutOfList makes the list.get that fetched the element which a list.set is about to
// replace, in the same list and at the same place, move it out of the list: so
// a program can change it in place meanwhile. Nothing in between may look at
// the element in the list or leave the way to the list.set. A call that gets the
// list may only borrow it behind the element.
func (g *generator) moveOutOfList(list, index int32) {
	var behind []int32 // slots that have to be more than index
	var literal int32  // the number in place of the slot index, if that is -1
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-reuseWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		switch {
		case in.Op == bytecode.OpGuard:
		case in.Op == bytecode.OpInt && in.A == index:
			index, literal = -1, in.B
		case in.Op == bytecode.OpListGet && in.B == list && (in.C == index || index < 0 && g.holdsInt(in.C, literal, pc)):
			if in.A != list && in.A != index && len(behind) == 0 {
				in.Op = bytecode.OpListTake
			}
			return
		case in.Op == bytecode.OpCall:
			f := g.factsAt(in.B)
			if f == nil || f.observes || in.A <= index || len(behind) > 0 {
				return
			}
			if list >= in.A {
				i := slices.IndexFunc(f.borrows, func(s borrow) bool { return s.list == list-in.A })
				if i < 0 {
					return
				}
				behind = append(behind, in.A+f.borrows[i].index)
			}
		case in.Op == bytecode.OpMove && in.A == list: // what it moves from is not used any more
			list = in.B
		case in.Op == bytecode.OpIntAddImm && in.B == index && in.C > 0 && slices.Contains(behind, in.A),
			in.Op == bytecode.OpInt && index < 0 && in.B > literal && slices.Contains(behind, in.A):
			behind = behind[:0]
		case g.touches(in, list), g.writes(in, index), slices.ContainsFunc(behind, func(s int32) bool { return g.writes(in, s) }):
			return
		case info.Ends(), info.C == bytecode.Target, info.Has(bytecode.Unnamed):
			return
		}
	}
}

// holdsInt tells whether a slot certainly holds an Int literal in front of an instruction.
func (g *generator) holdsInt(s, value int32, pc int) bool {
	for last := max(g.block, pc-reuseWindow); pc > last; {
		pc--
		if in := &g.code[pc]; g.writes(in, s) {
			return in.Op == bytecode.OpInt && in.B == value
		}
	}
	return false
}

// borrow says of a word that gets a list and an index, which parameters they are,
// that it looks at no element in front of the index and leaves the list where it
// got it.
type borrow struct{ list, index int32 }

// borrows finds those of a function that neither observes nor is open.
func (g *generator) borrows(in, out int32) (found []borrow) {
	for i := range g.code {
		c := &g.code[i]
		s := borrow{c.B, c.C}
		if getsElement(c.Op) && s.list < min(in, out) && s.index < in && !slices.Contains(found, s) && g.onlyBorrows(s) {
			found = append(found, s)
		}
	}
	return found
}

func getsElement(op bytecode.Op) bool {
	switch op {
	case bytecode.OpListGet, bytecode.OpListTake, bytecode.OpListGetInt, bytecode.OpListGetFloat:
		return true
	}
	return false
}

// holds tells whether every instruction, on whatever way control gets there, leaves
// the list in its slot, looks at its elements only at the index, and lets the
// index only grow.
func (g *generator) onlyBorrows(s borrow) bool {
	for i := range g.code {
		in := &g.code[i]
		info := in.Op.Info()
		switch {
		case info.Has(bytecode.Unnamed), info.Has(bytecode.Calls) && info.Ends(): // what goes on may do anything with the list
			return false
		case in.A == s.index && grows(in):
		case g.writes(in, s.index):
			return false
		}
		if !g.touches(in, s.list) || in.Op == bytecode.OpReturn { // the list stays where it is
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
