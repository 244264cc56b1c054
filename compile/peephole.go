package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// peephole rewrites what was emitted just before: no jump leads behind g.block, so
// instructions from there on can become others, or parts of the next one. All
// backward rewrites are here. Each looks back no farther than its window.
type peephole struct{ frame }

// How many instructions rewrites look back.
const (
	expectWindow    = 8
	peekWindow      = 8
	retargetWindow  = 6
	conditionWindow = 16
	reuseWindow     = 128
)

// unemit removes the last instruction, which must belong to the current block.
func (p *peephole) unemit() {
	p.removeLast()
	p.eachToken(func(h *reuseToken) { h.behind = min(h.behind, len(p.code)) })
}

// expect makes the instruction close by that took a value out of a list expect
// a kind, if there is one: a value of another kind makes the function go on in code that
// checks everything, so the error comes where the value is used.
func (p *peephole) expect(s int32, k bytecode.Kind) bool {
	for pc := len(p.code) - 1; pc >= p.block && pc >= len(p.code)-expectWindow; pc-- {
		in := &p.code[pc]
		if defines(in, s) {
			op, ok := bytecode.Speculating(in.Op, k)
			if ok {
				in.Op = op
			}
			return ok
		}
		// The exit of a list loop stands right behind its start; all else that is
		// passed over touches only what it names.
		if !simple(in.Op.Info()) && !(in.Op == bytecode.OpJump && pc > p.block && p.code[pc-1].Op.Info().Flow == bytecode.Step) {
			return false
		}
	}
	return false
}

// peeks makes the instruction that fetched the value in a slot out of a variant
// only look at it, if it stands close by and nothing in between changes objects:
// so the value does not count as held twice.
func (p *peephole) peeks(s int32) bool {
	for pc := len(p.code) - 1; pc >= p.block && pc >= len(p.code)-peekWindow; pc-- {
		in := &p.code[pc]
		info := in.Op.Info()
		if in.Op == bytecode.OpGuard {
			continue
		}
		if defines(in, s) {
			if in.Op == bytecode.OpFieldGet || in.Op == bytecode.OpFieldGetKnown {
				in.Op = bytecode.OpFieldPeek
			}
			return in.Op == bytecode.OpFieldPeek
		}
		if !unpacks[in.Op] && (!simple(info) || info.Has(bytecode.Mutates) || p.touches(in, s)) {
			return false
		}
	}
	return false
}

// unpacks are instructions that fetch all fields of a value, to slots that nothing is in.
var unpacks = map[bytecode.Op]bool{
	bytecode.OpFieldsGet: true, bytecode.OpFieldsTake: true, bytecode.OpFieldsGetKnown: true, bytecode.OpFieldsTakeKnown: true,
}

// held tells whether others are likely to hold the object in a slot, too, as the
// code before shows.
func (p *peephole) held(s int32) bool {
	for pc := len(p.code) - 1; pc >= p.block && pc >= len(p.code)-reuseWindow; pc-- {
		in := &p.code[pc]
		switch {
		case in.Op == bytecode.OpShare && in.A == s, in.Op == bytecode.OpCopy && (in.B == s || in.A == s):
			return true
		case defines(in, s):
			return in.Op == bytecode.OpListGet || in.Op == bytecode.OpConst || in.Op == bytecode.OpFieldGet || in.Op == bytecode.OpFieldGetKnown
		}
	}
	return false
}

func (p *peephole) retarget(dst, src int32) bool {
	guards := 0 // they cost nothing, so they do not count
	for pc := len(p.code) - 1; pc >= p.block && pc >= len(p.code)-retargetWindow-guards; pc-- {
		in := &p.code[pc]
		if in.Op == bytecode.OpGuard && in.A != dst {
			guards++
			continue
		}
		info := in.Op.Info()
		if defines(in, src) {
			if info.A == bytecode.Window || info.A.Reads() {
				return false
			}
			in.A = dst
			for i := pc + 1; i < len(p.code); i++ {
				if guard := &p.code[i]; guard.Op == bytecode.OpGuard && guard.A == src {
					guard.A = dst
				}
			}
			p.overwritten(dst)
			return true
		}
		if !simple(info) || p.touches(in, src) || p.touches(in, dst) {
			return false
		}
	}
	return false
}

// moveOutOfList makes the list.get that fetched the element which a list.set is about to
// replace, in the same list and at the same place, move it out of the list: so
// a program can change it in place meanwhile. Nothing in between may look at
// the element in the list or leave the way to the list.set. A call that gets the
// list may only borrow it behind the element.
func (p *peephole) moveOutOfList(list, index int32) {
	var behind []int32 // slots that have to be more than index
	var literal int32  // the number in place of the slot index, if that is -1
	for pc := len(p.code) - 1; pc >= p.block && pc >= len(p.code)-reuseWindow; pc-- {
		in := &p.code[pc]
		info := in.Op.Info()
		switch {
		case in.Op == bytecode.OpGuard:
		case in.Op == bytecode.OpInt && in.A == index:
			index, literal = -1, in.B
		case in.Op == bytecode.OpListGet && in.B == list && (in.C == index || index < 0 && p.holdsInt(in.C, literal, pc)):
			if in.A != list && in.A != index && len(behind) == 0 {
				in.Op = bytecode.OpListTake
			}
			return
		case in.Op == bytecode.OpCall:
			f := p.factsAt(in.B)
			if f == nil || f.observes || in.A <= index || len(behind) > 0 {
				return
			}
			if list >= in.A {
				i := slices.IndexFunc(f.scans, func(s scan) bool { return s.list == list-in.A })
				if i < 0 {
					return
				}
				behind = append(behind, in.A+f.scans[i].index)
			}
		case in.Op == bytecode.OpMove && in.A == list: // what it moves from is not used any more
			list = in.B
		case in.Op == bytecode.OpIntAddImm && in.B == index && in.C > 0 && slices.Contains(behind, in.A),
			in.Op == bytecode.OpInt && index < 0 && in.B > literal && slices.Contains(behind, in.A):
			behind = behind[:0]
		case p.touches(in, list), p.writes(in, index), slices.ContainsFunc(behind, func(s int32) bool { return p.writes(in, s) }):
			return
		case info.Ends(), info.C == bytecode.Target, info.Has(bytecode.Unnamed):
			return
		}
	}
}

// holdsInt tells whether a slot certainly holds an Int literal in front of an instruction.
func (p *peephole) holdsInt(s, value int32, pc int) bool {
	for last := max(p.block, pc-reuseWindow); pc > last; {
		pc--
		if in := &p.code[pc]; p.writes(in, s) {
			return in.Op == bytecode.OpInt && in.B == value
		}
	}
	return false
}

// withProducts are the instructions that take a product for an operand.
var withProducts = map[bytecode.Op]bytecode.Op{bytecode.OpFloatAdd: bytecode.OpFloatMulAdd, bytecode.OpFloatSub: bytecode.OpFloatMulSub}

// withProduct fuses a sum or difference of Floats with the product right before
// that it takes, if the other operand ends here as well. Both have been released.
func (p *peephole) withProduct(op bytecode.Op, a, b operand) bool {
	last := p.lastInstr()
	if withProducts[op] == 0 || last == nil || last.Op != bytecode.OpFloatMul || a == b || p.uses[a.index] > 0 || p.uses[b.index] > 0 {
		return false
	}
	sum := a
	if last.A != b.index {
		if last.A != a.index || op == bytecode.OpFloatSub {
			return false
		}
		sum = b
	}
	x, y, at := last.B, last.C, p.lastOrigin()
	p.unemit()
	for _, factor := range [...]int32{x, y} {
		p.emitFrom(at, bytecode.OpGuard, factor, int32(bytecode.KindFloat), 0)
	}
	p.emit(withProducts[op], sum.index, x, y)
	p.uses[sum.index]++
	p.push(sum)
	return true
}

// restart emits the jump back to the start of the function. A sum right before that goes
// into one of its own operands, a counter, is fused with the jump.
func (p *peephole) restart(start int32) {
	in := p.lastInstr()
	switch {
	case in != nil && in.Op == bytecode.OpIntAddImm && in.A == in.B:
		counter, by := in.A, in.C
		p.guardSum(counter)
		p.emit(bytecode.OpIntAddLoop, counter, by, start)
	case in != nil && in.Op == bytecode.OpIntAdd && (in.A == in.B || in.A == in.C):
		counter, by := in.A, in.B+in.C-in.A // the other operand
		p.guardSum(in.B, in.C)
		p.emit(bytecode.OpIntAddSlotLoop, counter, by, start)
	default:
		p.emit(bytecode.OpLoop, 0, 0, start)
	}
}

// guardSum removes the last instruction, which adds slots and becomes a part of the next
// one: what is wrong with them is the sum's error, at its place.
func (p *peephole) guardSum(slots ...int32) {
	at := p.lastOrigin()
	p.unemit()
	for _, s := range slots {
		p.emitFrom(at, bytecode.OpGuard, s, int32(kInt), 0)
	}
}
