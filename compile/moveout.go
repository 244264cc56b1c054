package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// moveOut makes what fetches a part of a container (a value of a map, an element of a list) take it
// out, if on every way from there that part is replaced before anybody looks at it: then
// nobody else holds it, and it can be changed in place. Within a basic block peephole.go has done
// that for lists already, across calls too; this follows branches, and has all words whose row
// names one that moves out (types.Signature.MovesOut). A field of a variant, which no word replaces, moves out
// where the variant ends, if the function makes variants: one that makes none only looks, and its
// callers may hold on to what they hand it.
func (e *emitter) moveOut() {
	var targets []bool
	constructs := e.constructs()
	for pc := range e.code {
		if f, ok := e.fetchAt(pc, &targets); ok {
			t := trip{e: e, steps: maxTrip, atEnd: f.atEnd && constructs, stays: f.stays, targets: targets}
			if t.gone(pc+1, f.holders) {
				e.code[pc] = f.taking()
			}
		}
	}
}

// fetch is an instruction that fetches a part of a container.
type fetch struct {
	holders                       // behind the instruction
	taking  func() bytecode.Instr // makes the instruction that takes the part out
	atEnd   bool                  // which may also stand where the container ends
	stays   bool                  // which leaves the part in the container, too
}

// holders are the slots that hold, at some place, the container, what names its part, and the part.
type holders struct {
	containers []int32
	keys       []int32
	key        literal // the part, if it is a constant
	constants  []constantSlot
	parts      []int32
	used       bool // the part has been more than looked at
}

// literal is a constant as instructions name it: OpInt, OpBool or OpConst and its operand; the
// zero literal stands for a value that is not known.
type literal struct {
	op    bytecode.Op
	value int32
}

type constantSlot struct {
	slot int32
	literal
}

// fetchAt returns the fetch at an instruction.
func (e *emitter) fetchAt(pc int, targets *[]bool) (f fetch, ok bool) {
	in := e.code[pc]
	var container, key, results int32
	switch in.Op {
	case bytecode.OpListGet:
		if in.A == in.B || in.A == in.C {
			return f, false
		}
		container, key, results = in.B, in.C, 1
		f.taking = func() bytecode.Instr { return bytecode.Instr{Op: bytecode.OpListTake, A: in.A, B: in.B, C: in.C} }
		f.containers, f.keys, f.stays = []int32{container}, []int32{key}, true
	case bytecode.OpBuiltin:
		word := e.table.Signature(e.wordOf[in.B])
		if word.MovesOut == "" {
			return f, false
		}
		f.atEnd = word.Traits.Has(types.EndsContainer)
		index, known := e.table.Lookup(word.MovesOut)
		if !known {
			return f, false
		}
		container, key, results = in.A, in.A+1, max(e.mod.Builtins[in.B].In, e.mod.Builtins[in.B].Out)
		f.taking = func() bytecode.Instr { // only now does the module name the word
			return bytecode.Instr{Op: bytecode.OpBuiltin, A: in.A, B: e.builtin(index)}
		}
	default:
		return f, false
	}
	if *targets == nil {
		*targets = e.targets()
	}
	f.holders = e.comesFrom(pc, f.holders, container, key, *targets)
	f.overwrite(in.A, in.A+results)
	f.parts = []int32{in.A}
	return f, f.atEnd || len(f.containers) > 0
}

// originWindow is how far back comesFrom looks.
const originWindow = 8

// comesFrom adds to holders the slots from which the moves right before an instruction, in straight
// code, have brought its operands, and the constants.
func (e *emitter) comesFrom(pc int, h holders, container, key int32, targets []bool) holders {
	for at := pc - 1; at >= max(0, pc-originWindow) && !targets[at+1]; at-- {
		in := &e.code[at]
		switch in.Op {
		case bytecode.OpGuard:
			continue
		case bytecode.OpMove, bytecode.OpCopy:
			kept := !slices.ContainsFunc(e.code[at+1:pc], func(later bytecode.Instr) bool { return e.writes(&later, in.B) })
			if in.A == container {
				container = slotBefore(in.B, kept && in.Op == bytecode.OpMove)
				h.containers = append(h.containers, followed(container)...)
			}
			if in.A == key {
				key = slotBefore(in.B, kept)
				h.keys = append(h.keys, followed(key)...)
			}
		case bytecode.OpInt, bytecode.OpBool, bytecode.OpConst:
			if in.A == container {
				return h
			}
			if in.A == key {
				h.key, key = literal{in.Op, in.B}, noSlot
			}
		default:
			if !simple(in.Op.Info()) || e.writes(in, container) || e.writes(in, key) {
				return h
			}
		}
	}
	return h
}

// noSlot is in place of a slot that is not followed any further back.
const noSlot = -1

func slotBefore(s int32, known bool) int32 {
	if !known {
		return noSlot
	}
	return s
}

func followed(s int32) []int32 {
	if s == noSlot {
		return nil
	}
	return []int32{s}
}

// maxTrip is how many instructions a trip goes along, on all ways together, notes not counted.
const maxTrip = 96

// trip goes along the ways from a fetch. Where ways have met it goes on once, if it comes with the same holders.
type trip struct {
	e       *emitter
	steps   int  // that are left
	atEnd   bool // it is enough that the container ends
	stays   bool // it is enough that the part is only looked at, while that may be
	targets []bool
	been    map[int][]holders // the holders with which it has come to each target of jumps
}

// again tells whether the trip has come to a target of jumps with these holders before: ways go
// forward only, so all has gone well from there.
func (t *trip) again(pc int, h *holders) bool {
	if slices.ContainsFunc(t.been[pc], h.equal) {
		return true
	}
	if t.been == nil {
		t.been = map[int][]holders{}
	}
	t.been[pc] = append(t.been[pc], h.clone())
	return false
}

// gone tells whether on all ways from an instruction on the part is replaced, or ends with its
// container if that is enough, before anybody looks at it. Where it stays in the container, a way may
// also end where nothing needs it any more, if it has only been looked at.
func (t *trip) gone(pc int, h holders) bool {
	e := t.e
	for forked := true; ; {
		if t.stays && !h.used && (forked || len(h.parts) == 0) && e.allDead(pc, h.parts) {
			return true
		}
		if len(h.containers) == 0 {
			return t.atEnd
		}
		if t.targets[pc] && t.again(pc, &h) {
			return true
		}
		in := &e.code[pc]
		if !isNote(*in) {
			t.steps--
		}
		if t.steps < 0 {
			return false
		}
		switch t.meets(in, &h) {
		case replacesPart:
			return true
		case looksAtPart:
			return false
		}
		next, restarts := -1, in.Op.Info().Has(bytecode.Restarts)
		forked = false
		for to := range e.successors(pc) {
			switch {
			case restarts && t.atEnd && !slices.ContainsFunc(h.containers, func(s int32) bool { return s < e.parameters }):
			case to <= pc: // a loop
				return t.stays && !h.used && e.allDead(to, h.parts)
			case next < 0:
				next = to
			case !t.gone(to, h.clone()):
				return false
			default:
				forked = true
			}
		}
		if next < 0 { // the frame ends, and with it what it does not leave
			left := func(s int32) bool { return s < leftBelow(in) }
			if t.stays {
				return !h.used && !slices.ContainsFunc(h.parts, left)
			}
			return t.atEnd && !slices.ContainsFunc(h.containers, left)
		}
		pc = next
	}
}

func (h *holders) clone() holders {
	c := *h
	c.containers, c.keys, c.constants, c.parts = slices.Clone(h.containers), slices.Clone(h.keys), slices.Clone(h.constants), slices.Clone(h.parts)
	return c
}

func (h *holders) equal(o holders) bool {
	return slices.Equal(h.containers, o.containers) && slices.Equal(h.keys, o.keys) && h.key == o.key && h.used == o.used && slices.Equal(h.constants, o.constants) && slices.Equal(h.parts, o.parts)
}

// encounter is what an instruction does with the part of a container.
type encounter int

const (
	sparesPart encounter = iota
	replacesPart
	looksAtPart
)

// meets says what an instruction does, and brings holders to what holds behind it.
func (t *trip) meets(in *bytecode.Instr, h *holders) encounter {
	e, info := t.e, in.Op.Info()
	h.used = h.used || in.Op != bytecode.OpMove && slices.ContainsFunc(h.parts, func(s int32) bool { return e.usesPart(in, s) })
	holds := func(s int32) bool { return slices.Contains(h.containers, s) }
	if getsElement(in.Op) {
		if holds(in.B) && h.compare(in.C) != otherPart {
			return looksAtPart
		}
		h.overwrite(in.A, in.A+1)
		return sparesPart
	}
	switch in.Op {
	case bytecode.OpGuard:
		return sparesPart
	case bytecode.OpMove:
		h.assign(in.A, in.B)
		return sparesPart
	case bytecode.OpCopy:
		if holds(in.B) {
			return looksAtPart
		}
		h.assign(in.A, in.B)
		return sparesPart
	case bytecode.OpInt, bytecode.OpBool, bytecode.OpConst:
		h.overwrite(in.A, in.A+1)
		if h.key != (literal{}) { // else no constant names the part
			h.constants = append(h.constants, constantSlot{in.A, literal{in.Op, in.B}})
		}
		return sparesPart
	case bytecode.OpListLength, bytecode.OpListHas, bytecode.OpCheck: // they look at no element
		if in.Op != bytecode.OpCheck {
			h.overwrite(in.A, in.A+1)
		}
		return sparesPart
	case bytecode.OpListSet, bytecode.OpListSetImm:
		if !holds(in.A) || in.Op == bytecode.OpListSet && holds(in.C) {
			break
		}
		switch h.compare(in.B) {
		case samePart:
			return replacesPart
		case otherPart:
			h.containers = append(h.containers[:0], in.A)
			return sparesPart
		}
		return looksAtPart
	case bytecode.OpBuiltin:
		if holds(in.A) {
			return t.meetsWord(in, h)
		}
	case bytecode.OpCall:
		if f := e.factsAt(in.B); (f == nil || f.observes) && !e.isolated(in.B) {
			return looksAtPart
		}
	}
	if info.Has(bytecode.Unnamed | bytecode.MovesFrame) {
		return looksAtPart
	}
	reads, writes := bytecode.Effects(e.mod, *in)
	if slices.ContainsFunc(h.containers, reads.Has) {
		return looksAtPart
	}
	for _, r := range writes.Runs() {
		h.overwrite(r.First, r.End)
	}
	return sparesPart
}

// meetsWord is meets for a built-in word that gets the container as its first argument.
func (t *trip) meetsWord(in *bytecode.Instr, h *holders) encounter {
	e := t.e
	ref, word := &e.mod.Builtins[in.B], e.table.Signature(e.wordOf[in.B])
	for i := int32(1); i < ref.In; i++ {
		if slices.Contains(h.containers, in.A+i) {
			return looksAtPart
		}
	}
	if !word.Replaces && word.MovesOut == "" {
		return looksAtPart
	}
	switch h.compare(in.A + 1) {
	case samePart:
		if word.Replaces {
			return replacesPart
		}
		return looksAtPart
	case unknownPart:
		return looksAtPart
	}
	h.overwrite(in.A, in.A+max(ref.In, ref.Out))
	if word.Replaces { // the container goes on as the result
		h.containers = []int32{in.A}
	}
	return sparesPart
}

// comparison is what is known of two names of parts.
type comparison int

const (
	unknownPart comparison = iota
	samePart
	otherPart
)

// compare compares what a slot holds with the name of the part.
func (h *holders) compare(s int32) comparison {
	if slices.Contains(h.keys, s) {
		return samePart
	}
	i := slices.IndexFunc(h.constants, func(c constantSlot) bool { return c.slot == s })
	switch {
	case i < 0 || h.key == literal{}:
		return unknownPart
	case h.constants[i].literal == h.key:
		return samePart
	}
	return otherPart
}

// assign notes that a slot gets what another one holds.
func (h *holders) assign(to, from int32) {
	container, key, part := slices.Contains(h.containers, from), slices.Contains(h.keys, from), slices.Contains(h.parts, from)
	i := slices.IndexFunc(h.constants, func(c constantSlot) bool { return c.slot == from })
	var constant literal
	if i >= 0 {
		constant = h.constants[i].literal
	}
	h.overwrite(to, to+1)
	if container {
		h.containers = append(h.containers, to)
	}
	if key {
		h.keys = append(h.keys, to)
	}
	if part {
		h.parts = append(h.parts, to)
	}
	if i >= 0 {
		h.constants = append(h.constants, constantSlot{to, constant})
	}
}

// overwrite notes that slots get other values.
func (h *holders) overwrite(first, end int32) {
	in := func(s int32) bool { return s >= first && s < end }
	h.containers = slices.DeleteFunc(h.containers, in)
	h.keys = slices.DeleteFunc(h.keys, in)
	h.parts = slices.DeleteFunc(h.parts, in)
	h.constants = slices.DeleteFunc(h.constants, func(c constantSlot) bool { return in(c.slot) })
}

// constructs tells whether the function makes objects of its values.
func (e *emitter) constructs() bool {
	return slices.ContainsFunc(e.code, func(in bytecode.Instr) bool {
		return in.Op == bytecode.OpBuiltin && e.table.Signature(e.wordOf[in.B]).Traits.Has(types.Constructs)
	})
}
