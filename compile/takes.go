package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// takes makes the list.get that fetched the element which a list.set is about to
// replace, in the same list and at the same place, move it out of the list: so
// a program can change it in place meanwhile. Nothing in between may look at
// the element in the list or leave the way to the list.set. A call that gets the
// list may only sweep it behind the element.
func (g *generator) takes(list, index int32) {
	var behind []int32 // slots that have to be more than index
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-reuseWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		switch {
		case in.Op == bytecode.OpListGet && in.B == list && in.C == index:
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
				i := slices.IndexFunc(f.sweeps, func(s sweep) bool { return s.list == list-in.A })
				if i < 0 {
					return
				}
				behind = append(behind, in.A+f.sweeps[i].index)
			}
		case in.Op == bytecode.OpMove && in.A == list: // what it moves from is not used any more
			list = in.B
		case in.Op == bytecode.OpIntAddImm && in.B == index && in.C > 0 && slices.Contains(behind, in.A):
			behind = behind[:0]
		case touches(info, in, list) || definesA(info.A) && (in.A == index || in.A == list || slices.Contains(behind, in.A)):
			return
		case info.A == bytecode.Window && in.A <= max(list, index), info.Ends, info.C == bytecode.Target, !plainly(info):
			return
		}
	}
}

// plainly tells whether an instruction touches nothing but the slots that it
// names and those above its window.
func plainly(info *bytecode.Info) bool {
	for _, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		if o == bytecode.Height || o == bytecode.Target || o == bytecode.Arms {
			return false
		}
	}
	return true
}

// sweep says of a word that gets a list and an index, which parameters they are,
// that it looks at no element in front of the index and leaves the list where it
// got it.
type sweep struct{ list, index int32 }

// sweeps finds those of a function's code that neither observes nor is open.
func sweeps(code []bytecode.Instr, in, out int32) (found []sweep) {
	for i := range code {
		c := &code[i]
		s := sweep{c.B, c.C}
		if getsElement(c.Op) && s.list < min(in, out) && s.index < in && !slices.Contains(found, s) && s.holds(code) {
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
// the list in its slot, takes elements of it only at the index, and lets the
// index only grow.
func (s sweep) holds(code []bytecode.Instr) bool {
	for i := range code {
		in := &code[i]
		info := in.Op.Info()
		if definesA(info.A) && in.A == s.list && in.Op != bytecode.OpListSet && in.Op != bytecode.OpListSetImm {
			return false
		}
		switch in.Op {
		case bytecode.OpListGet, bytecode.OpListTake, bytecode.OpListGetInt, bytecode.OpListGetFloat:
			if in.A == s.index || in.B == s.list && in.C != s.index {
				return false
			}
		case bytecode.OpListSet, bytecode.OpListSetImm:
			if in.A == s.index || in.Op == bytecode.OpListSet && in.C == s.list {
				return false
			}
		case bytecode.OpListHas, bytecode.OpListLength:
			if in.A == s.index {
				return false
			}
		case bytecode.OpIntAddImm:
			if in.A == s.index && (in.B != s.index || in.C < 0) {
				return false
			}
		case bytecode.OpIntAddLoop:
			if in.A == s.index && in.B < 0 {
				return false
			}
		case bytecode.OpIntAddSlotLoop, bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpRemake: // they change other operands than A
			if touches(info, in, s.index) || touches(info, in, s.list) {
				return false
			}
		case bytecode.OpReturn, bytecode.OpCheck:
		case bytecode.OpTail, bytecode.OpReach, bytecode.OpPickDeep, bytecode.OpPickAt, bytecode.OpRollAt, bytecode.OpFloat:
			return false
		default:
			if touches(info, in, s.list) || definesA(info.A) && in.A == s.index || info.A == bytecode.Window && in.A <= max(s.list, s.index) ||
				info.A == bytecode.Height || info.B == bytecode.Height {
				return false
			}
		}
	}
	return true
}
