package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// peeks are the instructions that fetch parts of containers which live on, and what fetches the same
// parts to be only looked at: it does not mark them as held twice.
var peeks = map[bytecode.Op]bytecode.Op{
	bytecode.OpListGet:        bytecode.OpListPeek,
	bytecode.OpListNext:       bytecode.OpListNextPeek,
	bytecode.OpFieldGet:       bytecode.OpFieldPeek,
	bytecode.OpFieldGetKnown:  bytecode.OpFieldPeek,
	bytecode.OpFieldsGet:      bytecode.OpFieldsPeek,
	bytecode.OpFieldsGetKnown: bytecode.OpFieldsPeek,
}

// getting returns the instruction that fetches from a value which lives on what another one takes of one that
// ends; the zero Instr if it takes nothing.
func getting(in *bytecode.Instr) bytecode.Instr {
	if op := getOfTake[in.Op]; op != bytecode.OpInvalid {
		return bytecode.Instr{Op: op, A: in.A, B: in.B, C: in.C}
	}
	if field, ok := bytecode.FieldOperand(in.B, in.C); ok && in.Op == bytecode.OpFieldTakeInPlace {
		return bytecode.Instr{Op: bytecode.OpFieldGet, A: in.A, B: in.A, C: field}
	}
	return bytecode.Instr{}
}

var getOfTake = map[bytecode.Op]bytecode.Op{
	bytecode.OpFieldTake:       bytecode.OpFieldGet,
	bytecode.OpFieldTakeKnown:  bytecode.OpFieldGetKnown,
	bytecode.OpFieldsTake:      bytecode.OpFieldsGet,
	bytecode.OpFieldsTakeKnown: bytecode.OpFieldsGetKnown,
}

// lookOnly makes instructions that fetch parts of containers leave them unmarked, if on all ways from there the
// parts are only looked at, and no object is changed in place as long as they may be: so
// a change that comes later, in the container, copies none of them.
func (e *emitter) lookOnly() {
	for pc := range e.code {
		in := &e.code[pc]
		peek := e.onlyLooking(in)
		if peek == nil {
			continue
		}
		behind := pc + 1
		if in.Op.Info().Flow == bytecode.Step { // else it has fetched nothing
			behind++
		}
		l := looking{e: e, steps: maxLooking}
		if l.only(behind, e.fetched(in)) && l.looked {
			*in = peek()
			for _, at := range l.takes {
				e.code[at] = getting(&e.code[at])
			}
		}
	}
}

// onlyLooking makes the instruction that only looks at what another one fetches; nil if there is none.
func (e *emitter) onlyLooking(in *bytecode.Instr) func() bytecode.Instr {
	peek := *in
	if op, ok := peeks[in.Op]; ok {
		peek.Op = op
		return func() bytecode.Instr { return peek }
	}
	if in.Op != bytecode.OpBuiltin {
		return nil
	}
	index, ok := e.table.Lookup(e.table.Signature(e.wordOf[in.B]).Peeks)
	if !ok {
		return nil
	}
	return func() bytecode.Instr { // only now does the module name the word
		peek.B = e.builtin(index)
		return peek
	}
}

// fetched are the slots with what an instruction fetches of a value, as far as it may be changed in place.
func (e *emitter) fetched(in *bytecode.Instr) (slots []int32) {
	for i, k := range e.partKinds(in) {
		if sharable(k) {
			slots = append(slots, in.A+int32(i))
		}
	}
	return slots
}

// partKinds are the kinds of the values that an instruction fetches to the slots from A on.
func (e *emitter) partKinds(in *bytecode.Instr) []bytecode.Kind {
	info := in.Op.Info()
	if info.Kinds != nil {
		return info.Kinds(e.mod, *in)
	}
	return []bytecode.Kind{info.A.Leaves()}
}

// maxLooking is how many instructions looking goes along, on all ways together.
const maxLooking = 64

// looking goes along the ways from an instruction that has fetched parts of a container.
type looking struct {
	e      *emitter
	steps  int   // that are left
	looked bool  // something has looked into a part
	takes  []int // instructions that take fields of the parts as if those ended there
}

// only tells whether on all ways from an instruction on the parts in some slots are only looked at, and no
// object is changed before nothing looks at them any more.
func (l *looking) only(pc int, parts []int32) bool {
	e := l.e
	for forked := true; ; {
		if forked {
			parts = slices.DeleteFunc(parts, func(s int32) bool { return e.allDead(pc, []int32{s}) })
		}
		if len(parts) == 0 {
			return true
		}
		if l.steps--; l.steps < 0 {
			return false
		}
		var ok bool
		if parts, ok = l.passes(pc, parts); !ok {
			return false
		}
		next := -1
		forked = false
		for to := range e.successors(pc) {
			switch {
			case next < 0:
				next = to
			case !l.only(to, slices.Clone(parts)):
				return false
			default:
				forked = true
			}
		}
		if next < 0 { // the frame ends, and has left none of them
			return true
		}
		if next <= pc { // a loop: here they have to be dead
			return e.allDead(next, parts)
		}
		pc = next
	}
}

// allDead tells whether nothing reads any of some slots from an instruction on.
func (e *emitter) allDead(pc int, slots []int32) bool {
	return !slices.ContainsFunc(slots, func(s int32) bool { return !e.dead(pc, s, &way{steps: maxFollowed}) })
}

// passes returns the slots of the parts behind an instruction; false if it does more with them than look,
// or may change an object.
func (l *looking) passes(pc int, parts []int32) (behind []int32, ok bool) {
	e, in := l.e, &l.e.code[pc]
	info := in.Op.Info()
	reads, writes := bytecode.Effects(e.mod, *in)
	read := slices.ContainsFunc(parts, reads.Has)
	var more []int32
	switch {
	case info.Has(bytecode.Restarts):
		if slices.ContainsFunc(parts, func(s int32) bool { return s < e.parameters }) {
			return nil, false
		}
	case info.Ends() && info.Flow == bytecode.Leave:
		left := leftBelow(in)
		return nil, !read && !slices.ContainsFunc(parts, func(s int32) bool { return s < left })
	case !e.changesNothing(in):
		return nil, false
	case !read:
	case in.Op == bytecode.OpMove:
		more = []int32{in.A}
	case getting(in) != bytecode.Instr{}:
		l.looked = true
		if !slices.Contains(l.takes, pc) { // several ways may come here
			l.takes = append(l.takes, pc)
		}
	default:
		for _, s := range parts {
			if reads.Has(s) && !e.onlyLooks(in, s) {
				return nil, false
			}
		}
		l.looked = l.looked || in.Op != bytecode.OpGuard && in.Op != bytecode.OpCheck
	}
	if info.Flow != bytecode.Step {
		parts = slices.DeleteFunc(parts, writes.Has)
	}
	return append(parts, more...), true
}

// usesPart tells whether an instruction does more with the value in a slot than look at it.
func (e *emitter) usesPart(in *bytecode.Instr, s int32) bool {
	reads, _ := bytecode.Effects(e.mod, *in)
	return reads.Has(s) && !e.onlyLooks(in, s)
}

// onlyLooks tells whether an instruction does no more with the value in a slot that it reads than look.
func (e *emitter) onlyLooks(in *bytecode.Instr, s int32) bool {
	if e.looksAtArgument(in, s) {
		return true
	}
	operands := in.Operands()
	for i, o := range in.Op.Info().Operands() {
		if operands[i] == s && o.Reads() && !o.Looks() {
			return getting(in) != bytecode.Instr{} && len(e.fetched(in)) == 0
		}
	}
	reads := in.Op.Info().Reads
	if reads == nil {
		return true
	}
	r := reads(e.mod, *in)
	return s < r.First || s >= r.End
}

// changesNothing tells whether an instruction changes no object in place that was there before.
func (e *emitter) changesNothing(in *bytecode.Instr) bool {
	info := in.Op.Info()
	switch in.Op {
	case bytecode.OpBuiltin:
		return e.table.Borrows(e.wordOf[in.B]) || !slices.ContainsFunc(e.table.Effect(e.wordOf[in.B]).In, func(t *types.Type) bool { return sharable(kindOf(t)) })
	case bytecode.OpCall:
		f := e.factsAt(in.B)
		return f != nil && !f.observes && len(f.inputs) <= maxParams && f.sharable()&^f.looks == 0
	}
	if info.Has(bytecode.Stops) {
		return in.Op == bytecode.OpJumpBack
	}
	return !info.Has(bytecode.Mutates | bytecode.Unnamed | bytecode.MovesFrame | bytecode.Calls)
}
