package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// params is a set of parameters of a function, as bits; those from maxParams on are never in it.
type params uint64

const maxParams = 64

func (p params) has(i int) bool { return i < maxParams && p>>i&1 != 0 }

// allParams are those of a word that only looks at its arguments.
const allParams = ^params(0)

// sharable returns the parameters whose values can be changed in place.
func (f *summary) sharable() (set params) {
	for i, k := range f.inputs {
		if i < maxParams && sharable(k) {
			set |= 1 << i
		}
	}
	return set
}

// maxFollowedCode is the length of code up to which borrowed looks at it.
const maxFollowedCode = 4096

// borrowed finds the parameters that a word only looks at: what they hold is neither changed nor
// handed to anybody who might, and the word does not leave it. So a caller can hand over a
// value that it holds on to without marking it as held twice, which would make the next
// change copy it.
//
// It goes along the code with the parameters that each slot may have the value of, until nothing
// changes. Where the word calls itself it relies on what is assumed.
func (e *emitter) borrowed(facts *summary) params {
	left := facts.sharable()
	if left == 0 || len(e.code) > maxFollowedCode {
		return 0
	}
	a := aliases{e: e, left: left, takes: map[int]params{}, at: make([][]params, len(e.code)+1), targets: e.targets()}
	start := make([]params, len(facts.inputs))
	for i := range start {
		start[i] = left & (1 << min(i, maxParams))
	}
	a.at[0] = start
	for a.changed = true; a.changed && a.left != 0; {
		a.changed = false
		a.pass()
	}
	a.peek()
	return a.left
}

// aliases is a pass over the code of a word for borrowed.
type aliases struct {
	e       *emitter
	left    params     // that may still be only looked at
	at      [][]params // by instruction that control comes to from elsewhere: by slot, whose values may be there
	targets []bool
	takes   map[int]params // by instruction that takes parts of such values: those that it may take of
	changed bool
}

// pass goes through the code once, in order.
func (a *aliases) pass() {
	var now []params // nil: control does not come here
	if a.at[0] != nil {
		now = slices.Clone(a.at[0])
	}
	for pc := range a.e.code {
		if a.targets[pc] {
			now = a.meet(pc, now)
		} else if pc == 0 {
			now = slices.Clone(a.at[0])
		}
		if now == nil {
			continue
		}
		now = a.step(pc, now)
		next := false
		for to := range a.e.successors(pc) {
			if to == pc+1 && !a.targets[to] {
				next = true
				continue
			}
			a.flow(to, now)
			next = next || to == pc+1
		}
		if !next {
			now = nil
		}
	}
}

// flow notes what slots hold where control goes.
func (a *aliases) flow(to int, now []params) {
	there := a.at[to]
	for len(there) < len(now) {
		there = append(there, 0)
	}
	fresh := a.at[to] == nil
	for s, p := range now {
		if there[s]|p != there[s] {
			there[s] |= p
			a.changed = true
		}
	}
	a.changed = a.changed || fresh
	a.at[to] = there
}

// meet is what slots hold at a place that control comes to from several.
func (a *aliases) meet(pc int, now []params) []params {
	if now != nil {
		a.flow(pc, now)
	}
	if a.at[pc] == nil {
		return nil
	}
	return slices.Clone(a.at[pc])
}

// step is what slots hold behind an instruction. What it does more than look at is no
// longer borrowed.
func (a *aliases) step(pc int, now []params) []params {
	e, in := a.e, &a.e.code[pc]
	info := in.Op.Info()
	if info.Has(bytecode.Unnamed) {
		for _, p := range now {
			a.left &^= p
		}
		return now[:0]
	}
	held := func(s int32) params {
		if int(s) >= len(now) {
			return 0
		}
		return now[s]
	}
	hold := func(s int32, p params) {
		for int(s) >= len(now) && p != 0 {
			now = append(now, 0)
		}
		if int(s) < len(now) {
			now[s] = p
		}
	}
	switch {
	case in.Op == bytecode.OpMove:
		hold(in.A, held(in.B))
		return now
	case in.Op == bytecode.OpCopy || in.Op == bytecode.OpShare: // what is marked can go anywhere
		hold(in.A, 0)
		if in.Op == bytecode.OpCopy {
			hold(in.B, 0)
		}
		return now
	case e.peeking(in) != (bytecode.Instr{}) && held(e.peeking(in).B) != 0:
		p := held(e.peeking(in).B)
		a.takes[pc] |= p
		if info.Flow != bytecode.Step { // else it may have fetched nothing
			for s := in.A; s < in.A+int32(len(e.partKinds(in))); s++ {
				hold(s, 0)
			}
		}
		for _, s := range e.fetched(in) {
			hold(s, held(s)|p)
		}
		return now
	case info.Has(bytecode.Restarts): // the slots of the parameters are the next round's
		for s, p := range now[:min(len(now), int(e.parameters))] {
			if !a.left.has(s) {
				a.left &^= p
			}
		}
	case info.Ends():
		for _, p := range now[:min(int(leftBelow(in)), len(now))] {
			a.left &^= p
		}
	}
	reads, writes := bytecode.Effects(e.mod, *in)
	looks := info.B.Looks() || info.A.Looks()
	for _, r := range reads.Runs() {
		for s := r.First; s < min(r.End, int32(len(now))); s++ {
			if now[s] == 0 || looks && (info.A.Looks() && s == in.A || info.B.Looks() && s == in.B) || e.looksAtArgument(in, s) {
				continue
			}
			a.left &^= now[s]
		}
	}
	for _, r := range writes.Runs() {
		for s := r.First; s < min(r.End, int32(len(now))); s++ {
			now[s] = 0
		}
	}
	return now
}

// looksAtArgument tells whether an instruction is a call of something that only looks at
// the argument in a slot.
func (e *emitter) looksAtArgument(in *bytecode.Instr, s int32) bool {
	switch in.Op {
	case bytecode.OpBuiltin:
		return e.table.Borrows(e.wordOf[in.B])
	case bytecode.OpCall, bytecode.OpTail:
		return e.looksAt(in.B).has(int(s - in.A))
	}
	return false
}

// markBorrowed marks the arguments that callers of other code of the word hand over unmarked.
func (g *generator) markBorrowed(facts *summary) {
	for i := range facts.inputs {
		if facts.looks.has(i) {
			g.emit(bytecode.OpShare, int32(i), 0, 0)
		}
	}
}

// peeking returns the instruction that only looks at the parts which another one takes; the zero
// Instr if it takes none.
func (e *emitter) peeking(in *bytecode.Instr) bytecode.Instr {
	switch in.Op {
	case bytecode.OpFieldsTake, bytecode.OpFieldsTakeKnown:
		return bytecode.Instr{Op: bytecode.OpFieldsPeek, A: in.A, B: in.B, C: in.C}
	case bytecode.OpFieldTake, bytecode.OpFieldTakeKnown:
		return bytecode.Instr{Op: bytecode.OpFieldPeek, A: in.A, B: in.B, C: in.C}
	case bytecode.OpFieldTakeInPlace:
		if field, ok := bytecode.FieldOperand(in.B, in.C); ok {
			return bytecode.Instr{Op: bytecode.OpFieldPeek, A: in.A, B: in.A, C: field}
		}
	case bytecode.OpListNextTake:
		return bytecode.Instr{Op: bytecode.OpListNextPeek, A: in.A, B: in.B, C: in.C}
	}
	return bytecode.Instr{}
}

// peek makes the instructions that take parts of borrowed parameters only look at them. One that
// may take of several parameters' values can if all of those are borrowed.
func (a *aliases) peek() {
	for again := true; again; {
		again = false
		for _, p := range a.takes {
			if p&a.left != 0 && p&^a.left != 0 {
				a.left &^= p
				again = true
			}
		}
	}
	for pc, p := range a.takes {
		if p&^a.left == 0 {
			a.e.code[pc] = a.e.peeking(&a.e.code[pc])
		}
	}
}
