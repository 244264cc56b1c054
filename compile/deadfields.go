package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// oneField are instructions that take a value apart, and what takes one field of it.
var oneField = map[bytecode.Op]bytecode.Op{
	bytecode.OpFieldsTakeKnown: bytecode.OpFieldTakeKnown,
	bytecode.OpFieldsTake:      bytecode.OpFieldTake,
	bytecode.OpFieldsGetKnown:  bytecode.OpFieldGetKnown,
}

// eliminateDeadFields makes instructions that take a value apart fetch the only field that something
// looks at. The guards of the others go: a field that stays in its object is not looked at.
func (e *emitter) eliminateDeadFields() {
	var targets []bool
	for pc := range e.code {
		in := &e.code[pc]
		one := oneField[in.Op]
		if one == bytecode.OpInvalid {
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
			*in = bytecode.Instr{Op: one, A: in.A + only, B: in.B, C: field}
			for _, guard := range guards {
				e.code[guard].B = int32(bytecode.KindAny)
			}
			if targets == nil {
				targets = e.targets()
			}
			e.fetchInPlace(pc, targets)
		}
	}
}

// fetchWindow is how many instructions fetchInPlace looks forward.
const fetchWindow = 8

// fetchInPlace makes the instruction that fetches a field put it where a move close behind takes
// it, if nothing in between touches either slot. The move becomes a note that says nothing.
func (e *emitter) fetchInPlace(pc int, targets []bool) {
	fetch := &e.code[pc]
	from := fetch.A
	var guards []int
	for i := pc + 1; i < min(pc+fetchWindow, len(e.code)) && !targets[i]; i++ {
		in := &e.code[i]
		switch info := in.Op.Info(); {
		case in.Op == bytecode.OpGuard && in.A == from:
			guards = append(guards, i)
		case in.Op == bytecode.OpMove && in.B == from:
			if to := in.A; e.untouched(to, pc+1, i) && e.deadWithoutGuards(i+1, from) {
				fetch.A = to
				for _, guard := range guards {
					e.code[guard].A = to
				}
				*in = bytecode.Instr{Op: bytecode.OpGuard, A: to, B: int32(bytecode.KindAny)}
			}
			return
		case !simple(info), info.Flow != bytecode.Next, e.touches(in, from):
			return
		}
	}
}

// untouched tells whether no instruction of a range reads or writes a slot.
func (e *emitter) untouched(s int32, first, end int) bool {
	return !slices.ContainsFunc(e.code[first:end], func(in bytecode.Instr) bool { return e.touches(&in, s) })
}

// deadWithoutGuards tells whether a slot is dead, and no guard asks for it either.
func (e *emitter) deadWithoutGuards(pc int, s int32) bool {
	w := way{steps: maxFollowed}
	return e.dead(pc, s, &w) && len(w.guards) == 0
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
		case reads.Has(s), s < leftBelow(in), info.Has(bytecode.Unnamed):
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
