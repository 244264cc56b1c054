package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// mostFields is how many fields a variant has that holds them in its own object.
const mostFields = 4

// mostArms is how many variants are told apart one after the other.
const mostArms = 16

// objectBytes is where in the object of a small variant the fields begin.
const objectBytes = 16

func fieldAt(i int32) amd64.Mem { return field(objectBytes + i*slotBytes) }

func numberOf(m amd64.Mem) amd64.Mem { return amd64.Mem{Base: m.Base, Disp: m.Disp + 8} }

// tagIn loads RDX with the tag of the object RCX; if it is of another union the code exits.
func (e *emitter) tagIn(pc int, union int32) {
	e.Load(amd64.RDX, field(0))
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RDX, Disp: e.target.Layout.TagUnion}, union)
	e.JumpIf(amd64.NotEqual, e.exit(pc))
}

// isOrdinal sets the flags by whether the tag RDX is the one of a place in its union.
func (e *emitter) isOrdinal(ordinal int32) {
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RDX, Disp: e.target.Layout.TagOrdinal}, ordinal)
}

// ofVariant exits unless the object RCX is of a variant, with its fields in it.
func (e *emitter) ofVariant(pc int, variant int32, known bool) {
	v := &e.module.Variants[variant]
	if !known {
		e.tagIn(pc, v.Union)
		e.isOrdinal(v.Ordinal)
		e.JumpIf(amd64.NotEqual, e.exit(pc))
	}
	e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), int32(len(v.Kinds))+1)
	e.JumpIf(amd64.NotEqual, e.exit(pc))
}

// holdsKind exits unless a field is of the kind that is declared. It changes RAX.
func (e *emitter) holdsKind(pc int, from amd64.Mem, k bytecode.Kind) {
	switch {
	case k == bytecode.KindAny:
	case classOf(k) != inSlot:
		e.Load(amd64.RAX, from)
		e.ArithMem(amd64.Cmp, amd64.RAX, context(e.target.Layout.Markers+8*int32(k)))
		e.JumpIf(amd64.NotEqual, e.exit(pc))
	default:
		e.Load(amd64.RAX, numberOf(from))
		e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(k))
		e.JumpIf(amd64.NotEqual, e.exit(pc))
		e.Load(amd64.RAX, from)
		e.numberMarker(amd64.RAX)
		e.JumpIf(amd64.BelowOrEqual, e.exit(pc))
	}
}

// loadField brings a number from memory to a slot. It changes RAX.
func (e *emitter) loadField(slot int32, from amd64.Mem, k bytecode.Kind) {
	if classOf(k) == float {
		to := e.floatResult(slot, scratchFloat)
		e.FloatLoad(to, numberOf(from))
		e.keepFloat(slot, to)
		return
	}
	to := e.result(slot, amd64.RAX)
	e.Load(to, numberOf(from))
	e.keep(slot, to)
}

// fieldFits: the variant holds its fields in its object.
func fieldFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	variant, _ := bytecode.Field(in.C)
	return p.inSlot(pc, in.B) && len(b.module.Variants[variant].Kinds) <= mostFields
}

// getField is field.get and field.peek.
func getField(known bool, rule elementRule) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		variant, i := bytecode.Field(in.C)
		k, from := e.module.Variants[variant].Kinds[i], fieldAt(i)
		e.objectIn(pc, in.B, bytecode.KindVariant)
		e.ofVariant(pc, variant, known)
		e.holdsKind(pc, from, k)
		if classOf(k) != inSlot {
			e.loadField(in.A, from, k)
		} else {
			e.copyValue(pc, in.A, from, rule == held)
		}
		e.next(pc)
	}
}

// fieldsFit: so do these, and all are numbers: others would have to be marked.
func fieldsFit(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	kinds := b.module.Variants[in.C].Kinds
	for _, k := range kinds {
		if classOf(k) == inSlot {
			return false
		}
	}
	return p.inSlot(pc, in.B) && len(kinds) <= mostFields
}

// peekFit: what is only looked at may be anything.
func peekFit(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.B) && len(b.module.Variants[in.C].Kinds) <= mostFields
}

// getFields is fields.get and fields.peek. All are looked at before the first is written.
func getFields(known bool) func(*emitter, int, bytecode.Instr) {
	return func(e *emitter, pc int, in bytecode.Instr) {
		kinds := e.module.Variants[in.C].Kinds
		e.objectIn(pc, in.B, bytecode.KindVariant)
		e.ofVariant(pc, in.C, known)
		for i, k := range kinds {
			e.holdsKind(pc, fieldAt(int32(i)), k)
		}
		if slices.ContainsFunc(kinds, func(k bytecode.Kind) bool { return classOf(k) == inSlot }) {
			e.barrier(pc)
		}
		for i, k := range kinds {
			slot, from := in.A+int32(i), fieldAt(int32(i))
			if classOf(k) != inSlot {
				e.loadField(slot, from, k)
				continue
			}
			e.Load(amd64.RDX, from)
			e.Store(markerAt(slot), amd64.RDX)
			e.Load(amd64.RDX, numberOf(from))
			e.Store(numberAt(slot), amd64.RDX)
		}
		e.next(pc)
	}
}

func matchFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.A) && len(b.module.Tables[in.B].Targets) <= mostArms
}

func match(e *emitter, pc int, in bytecode.Instr) {
	table := &e.module.Tables[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(pc, table.Union)
	for ordinal, c := range table.Targets {
		if c != bytecode.NoArm {
			e.isOrdinal(int32(ordinal))
			e.JumpIf(amd64.Equal, e.way(pc, pc+1+int(c)))
		}
	}
	e.Jump(e.exit(pc))
}

func matchOr(e *emitter, pc int, in bytecode.Instr) {
	v := &e.module.Variants[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(pc, v.Union)
	e.isOrdinal(v.Ordinal)
	e.branch(pc, amd64.NotEqual)
}
