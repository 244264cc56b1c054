package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// fusion is how a comparison becomes a jump that is taken if it is true or if
// it is false; the opposite of "less" has its operands exchanged.
type fusion struct {
	whenTrue, whenFalse         bytecode.Op
	swapWhenTrue, swapWhenFalse bool
}

func (f fusion) swapped(want bool) bool { return want && f.swapWhenTrue || !want && f.swapWhenFalse }

var fused = map[bytecode.Op]fusion{
	bytecode.OpIntEq:    {whenTrue: bytecode.OpJumpIntEq, whenFalse: bytecode.OpJumpIntNe},
	bytecode.OpIntNe:    {whenTrue: bytecode.OpJumpIntNe, whenFalse: bytecode.OpJumpIntEq},
	bytecode.OpIntLt:    {whenTrue: bytecode.OpJumpIntLt, whenFalse: bytecode.OpJumpIntLe, swapWhenFalse: true},
	bytecode.OpIntLe:    {whenTrue: bytecode.OpJumpIntLe, whenFalse: bytecode.OpJumpIntLt, swapWhenFalse: true},
	bytecode.OpIntEqImm: {whenTrue: bytecode.OpJumpIntEqImm, whenFalse: bytecode.OpJumpIntNeImm},
	bytecode.OpIntNeImm: {whenTrue: bytecode.OpJumpIntNeImm, whenFalse: bytecode.OpJumpIntEqImm},
	bytecode.OpIntLtImm: {whenTrue: bytecode.OpJumpIntLtImm, whenFalse: bytecode.OpJumpIntGeImm},
	bytecode.OpIntLeImm: {whenTrue: bytecode.OpJumpIntLeImm, whenFalse: bytecode.OpJumpIntGtImm},
	bytecode.OpIntGtImm: {whenTrue: bytecode.OpJumpIntGtImm, whenFalse: bytecode.OpJumpIntLeImm},
	bytecode.OpIntGeImm: {whenTrue: bytecode.OpJumpIntGeImm, whenFalse: bytecode.OpJumpIntLtImm},
	bytecode.OpFloatEq:  {whenTrue: bytecode.OpJumpFloatEq, whenFalse: bytecode.OpJumpFloatNe},
	bytecode.OpFloatNe:  {whenTrue: bytecode.OpJumpFloatNe, whenFalse: bytecode.OpJumpFloatEq},
	bytecode.OpFloatLt:  {whenTrue: bytecode.OpJumpFloatLt, whenFalse: bytecode.OpJumpFloatNotLt},
	bytecode.OpFloatLe:  {whenTrue: bytecode.OpJumpFloatLe, whenFalse: bytecode.OpJumpFloatNotLe},
}

// condition is when a branch is taken: a jump, or others of which any or all must be.
type condition struct {
	jump  bytecode.Instr
	at    origin // of the jump: what is fused into it keeps its place
	parts []condition
	all   bool // the first of two parts is when the branch is not taken, the other one decides then
}

// jumpsUnless emits the jumps that are taken if a slot, which nothing names any more, is false. The
// comparisons that it was made of are fused with them, and so is what "not", "and" and "or" did.
func (p *peephole) jumpsUnless(cond int32) (jumps []int) {
	c := conditions{peephole: p}
	return p.emitCondition(c.condition(cond, false, p.origin))
}

// conditions takes apart what made a Bool.
type conditions struct {
	*peephole
	wanted []int32 // slots that jumps will look at
}

// condition takes the instructions that made the Bool in a slot out of the code, and
// returns when it is what is wanted. at is the place of who asks.
func (p *conditions) condition(cond int32, want bool, at origin) condition {
	pc := p.maker(cond)
	if pc < 0 {
		op := bytecode.OpJumpFalse
		if want {
			op = bytecode.OpJumpTrue
		}
		p.wanted = append(p.wanted, cond)
		return condition{jump: bytecode.Instr{Op: op, A: cond, C: -1}, at: at}
	}
	in, at := p.takeOut(pc)
	switch {
	case in.Op == bytecode.OpBoolNot:
		return p.condition(in.B, !want, at)
	case (in.Op == bytecode.OpBoolAnd || in.Op == bytecode.OpBoolOr) && in.B == in.C:
		return p.condition(in.B, want, at)
	case in.Op == bytecode.OpBoolAnd || in.Op == bytecode.OpBoolOr:
		all := want == (in.Op == bytecode.OpBoolAnd)
		first := len(p.wanted)
		p.wanted = append(p.wanted, in.B) // the second part must leave it where it is
		second := p.condition(in.C, want, at)
		p.wanted = slices.Delete(p.wanted, first, first+1)
		return condition{parts: []condition{p.condition(in.B, want != all, at), second}, all: all}
	}
	f := fused[in.Op]
	op := f.whenFalse
	if want {
		op = f.whenTrue
	}
	a, b := in.B, in.C
	if f.swapped(want) {
		a, b = b, a
		at.flipped = !at.flipped
	}
	return condition{jump: bytecode.Instr{Op: op, A: a, B: b, C: -1}, at: at}
}

// emitCondition emits the jumps of a condition and returns those that are taken if it is met.
func (p *peephole) emitCondition(c condition) (jumps []int) {
	if c.parts == nil {
		return []int{p.emitFrom(c.at, c.jump.Op, c.jump.A, c.jump.B, c.jump.C)}
	}
	first := p.emitCondition(c.parts[0])
	second := p.emitCondition(c.parts[1])
	if !c.all {
		return append(first, second...)
	}
	for _, pc := range first {
		p.code[pc].C = int32(len(p.code))
	}
	p.block = len(p.code)
	return second
}

// maker returns the instruction that made the Bool in a slot, if a branch does without that: nothing
// else wants the Bool, and it would be the same at the end of the code; else -1.
func (p *conditions) maker(cond int32) int {
	pc := p.definer(cond, len(p.code))
	if pc < 0 || p.uses[cond] > 0 || slices.Contains(p.wanted, cond) || p.readers(cond, pc+1) > 0 {
		return -1
	}
	in := &p.code[pc]
	reads, _ := bytecode.Effects(p.mod, *in)
	if slices.ContainsFunc(reads.Runs(), func(r bytecode.Run) bool { return p.written(r.First, pc+1) }) {
		return -1
	}
	_, compares := fused[in.Op]
	switch {
	case compares, in.Op == bytecode.OpBoolNot:
		return pc
	case in.Op == bytecode.OpBoolAnd || in.Op == bytecode.OpBoolOr:
		if p.certainlyBool(in.B, pc) && p.certainlyBool(in.C, pc) { // else it is the one to say that they are not
			return pc
		}
	}
	return -1
}

// definer returns the instruction of the current block, close by, that made the value which a slot has in front of
// another one; -1 if there is none.
func (p *peephole) definer(s int32, before int) int {
	for pc := before - 1; pc >= p.block && pc >= before-conditionWindow; pc-- {
		in := &p.code[pc]
		if defines(in, s) {
			return pc
		}
		if !simple(in.Op.Info()) || p.writes(in, s) {
			return -1
		}
	}
	return -1
}

// readers is how many instructions from one on read a slot.
func (p *peephole) readers(s int32, from int) (n int) {
	for pc := from; pc < len(p.code); pc++ {
		if reads, _ := bytecode.Effects(p.mod, p.code[pc]); reads.Has(s) {
			n++
		}
	}
	return n
}

// certainlyBool tells whether the code close by shows that a slot holds a Bool in front of an instruction.
func (p *conditions) certainlyBool(s int32, before int) bool {
	pc := p.definer(s, before)
	if pc < 0 {
		return false
	}
	info := p.code[pc].Op.Info()
	return info.A.Leaves() == bytecode.KindBool && !info.Has(bytecode.Speculates)
}

// takeOut removes an instruction of the current block that makes a Bool. Where it was, checked code looks at the operands
// that stay.
func (p *conditions) takeOut(pc int) (in bytecode.Instr, at origin) {
	in = p.code[pc]
	type emitted struct {
		bytecode.Instr
		origin
	}
	var behind []emitted
	for len(p.code)-1 > pc {
		behind = append(behind, emitted{*p.lastInstr(), p.lastOrigin()})
		p.unemit()
	}
	at = p.lastOrigin()
	p.unemit()
	if len(behind) > 0 { // else the jump stands where it was
		for s, k := range bytecode.Trusts(p.mod, in) {
			if p.maker(s) < 0 {
				p.emitFrom(at, bytecode.OpGuard, s, int32(k), 0)
			}
		}
	}
	slices.Reverse(behind)
	for _, e := range behind {
		p.emitFrom(e.origin, e.Op, e.A, e.B, e.C)
	}
	return in, at
}
