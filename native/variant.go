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
func (e objects) tagIn(pc int, union int32) {
	e.Load(amd64.RDX, field(0))
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RDX, Disp: e.target.Layout.TagUnion}, union)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
}

// isOrdinal sets the flags by whether the tag RDX is the one of a place in its union.
func (e objects) isOrdinal(ordinal int32) {
	e.ArithMem32Imm(amd64.Cmp, amd64.Mem{Base: amd64.RDX, Disp: e.target.Layout.TagOrdinal}, ordinal)
}

// ofVariant exits unless the object RCX is of a variant, with its fields in it.
func (e objects) ofVariant(pc int, variant int32, known bool) {
	v := &e.module.Variants[variant]
	e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), int32(len(v.Kinds))+1) // first: see shapeIn
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	if !known {
		e.tagIn(pc, v.Union)
		e.isOrdinal(v.Ordinal)
		e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	}
}

// holdsKind exits unless a field is of the kind that is declared. It changes RAX.
func (e objects) holdsKind(pc int, from amd64.Mem, k bytecode.Kind) {
	switch {
	case k == bytecode.KindAny:
	case classOf(k) != inSlot:
		e.isMarker(from, k, amd64.RAX)
		e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	default:
		e.Load(amd64.RAX, numberOf(from))
		e.ShiftImm(amd64.ShiftRight, amd64.RAX, kindShift)
		e.ArithImm(amd64.Cmp, amd64.RAX, int32(k))
		e.JumpIf(amd64.NotEqual, e.otherwise(pc))
		e.Load(amd64.RAX, from)
		e.numberMarker(amd64.RAX)
		e.JumpIf(amd64.BelowOrEqual, e.otherwise(pc))
	}
}

// loadField brings a number from memory to a slot. It changes RAX.
func (e objects) loadField(slot int32, from amd64.Mem, k bytecode.Kind) {
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

// takeFits is fieldFits where a variant that ends may leave its fields.
func takeFits(b *builder, p *plan, pc int) bool { return b.module.Linear && fieldFits(b, p, pc) }

// getField is field.get, field.peek and field.take.
func getField(known bool, rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		variant, i := bytecode.Field(in.C)
		k, from := e.module.Variants[variant].Kinds[i], fieldAt(i)
		e.shapeIn(pc, in.B, bytecode.KindVariant)
		e.ofVariant(pc, variant, known)
		e.holdsKind(pc, from, k)
		switch {
		case classOf(k) != inSlot:
			e.loadField(in.A, from, k)
		default:
			if rule == taken {
				e.alone(pc)
			}
			e.copyValue(pc, in.A, from, rule == held)
		}
		e.next(pc)
	}
}

// fieldsFit: all fields are in the object.
func fieldsFit(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.B) && len(b.module.Variants[in.C].Kinds) <= mostFields
}

// takeAllFits is fieldsFit where a variant that ends may leave its fields.
func takeAllFits(b *builder, p *plan, pc int) bool { return b.module.Linear && fieldsFit(b, p, pc) }

// getFields is fields.get, fields.peek and fields.take. All are looked at before the first is written.
func getFields(known bool, rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		kinds := e.module.Variants[in.C].Kinds
		e.shapeIn(pc, in.B, bytecode.KindVariant)
		e.ofVariant(pc, in.C, known)
		for i, k := range kinds {
			e.holdsKind(pc, fieldAt(int32(i)), k)
		}
		if slices.ContainsFunc(kinds, func(k bytecode.Kind) bool { return classOf(k) == inSlot }) {
			if rule == taken {
				e.alone(pc)
			}
			e.barrier(pc)
			if rule == held {
				e.markFields(pc, kinds)
			}
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

// markFields marks what the fields of the object RCX hold. To mark one twice does no harm.
func (e objects) markFields(pc int, kinds []bytecode.Kind) {
	e.Store(context(e.target.Layout.Answer), amd64.RCX)
	for i, k := range kinds {
		switch k {
		case bytecode.KindAny, bytecode.KindVariant, bytecode.KindMap:
			e.Load(amd64.RDX, numberOf(fieldAt(int32(i))))
			e.Load(amd64.RCX, fieldAt(int32(i)))
			if k == bytecode.KindMap {
				k = bytecode.KindAny
			}
			e.mark(pc, k)
			e.Load(amd64.RCX, context(e.target.Layout.Answer))
		}
	}
}

// remakeFits: the fields can be put into the object that a variant has left.
func remakeFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	fields := b.module.Variants[in.B].Kinds
	if !b.module.Linear || b.target.Tag == nil || len(fields) == 0 || len(fields) > mostFields || !p.inSlot(pc, in.C) {
		return false
	}
	for i := range fields {
		if !objectsFit(p.kinds[pc][in.A+int32(i)]) {
			return false
		}
	}
	return true
}

// remakeVariant puts fields into the object that a variant has left. All are looked at before the first is written.
func remakeVariant(e objects, pc int, in bytecode.Instr) {
	l, n, tagged := &e.target.Layout, int32(len(e.module.Variants[in.B].Kinds)), e.NewLabel()
	objects := e.freeFields(pc, in.A, n)
	e.shapeIn(pc, in.C, bytecode.KindVariant)
	e.alone(pc)
	e.ArithMem32Imm(amd64.Cmp, field(l.Form), n+1)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.Immediate(amd64.RDX, int64(e.target.Tag(in.B)))
	e.ArithMem(amd64.Cmp, amd64.RDX, field(0))
	e.JumpIf(amd64.NotEqual, e.aside(func() {
		if !objects {
			e.barrier(pc)
		}
		e.Store(field(0), amd64.RDX)
		e.Jump(tagged)
	}))
	e.Bind(tagged)
	for i := range n {
		e.putField(pc, fieldAt(i), in.A+i)
	}
	e.next(pc)
}

// freeFields goes on otherwise unless what some slots hold can be put into an object as it is; false if all are numbers. It changes RAX, RCX and RDX.
func (e objects) freeFields(pc int, first, n int32) bool {
	objects := false
	for slot := first; slot < first+n; slot++ {
		k := e.kinds[pc][slot]
		if classOf(k) != inSlot {
			continue
		}
		objects = true
		if k == bytecode.KindAny {
			e.Load(amd64.RCX, markerAt(slot))
			e.Load(amd64.RDX, numberAt(slot))
			e.free(pc, k)
		}
	}
	if objects {
		e.barrier(pc)
	}
	return objects
}

// putField writes what a slot holds to a field. It changes RDX.
func (e objects) putField(pc int, to amd64.Mem, slot int32) {
	if k := e.kinds[pc][slot]; classOf(k) != inSlot {
		e.putNumber(to, slot, k)
		return
	}
	e.Load(amd64.RDX, markerAt(slot))
	e.Store(to, amd64.RDX)
	e.Load(amd64.RDX, numberAt(slot))
	e.Store(numberOf(to), amd64.RDX)
}

// putFits: what is put can be put into the object.
func putFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	variant, _ := bytecode.Field(in.C)
	return b.module.Linear && p.inSlot(pc, in.A) && objectsFit(p.kinds[pc][in.B]) && len(b.module.Variants[variant].Kinds) <= mostFields
}

// putOne is field.put.
func putOne(e objects, pc int, in bytecode.Instr) {
	variant, i := bytecode.Field(in.C)
	e.freeFields(pc, in.B, 1)
	e.shapeIn(pc, in.A, bytecode.KindVariant)
	e.alone(pc)
	e.ArithMem32Imm(amd64.Cmp, field(e.target.Layout.Form), int32(len(e.module.Variants[variant].Kinds))+1)
	e.JumpIf(amd64.NotEqual, e.otherwise(pc))
	e.putField(pc, fieldAt(i), in.B)
	e.next(pc)
}

// isVariant is whether a value is of a variant.
func isVariant(e objects, pc int, in bytecode.Instr) {
	v := &e.module.Variants[in.C]
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.tagIn(pc, v.Union)
	e.isOrdinal(v.Ordinal)
	e.keepCondition(pc, in.A, amd64.Equal)
}

func matchFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.A) && len(b.module.Tables[in.B].Targets) <= mostArms
}

func match(e objects, pc int, in bytecode.Instr) {
	table := &e.module.Tables[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(pc, table.Union)
	for ordinal, c := range table.Targets {
		if c != bytecode.NoArm {
			e.isOrdinal(int32(ordinal))
			e.JumpIf(amd64.Equal, e.way(pc, pc+1+int(c)))
		}
	}
	e.Jump(e.otherwise(pc))
}

func matchOr(e objects, pc int, in bytecode.Instr) {
	v := &e.module.Variants[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(pc, v.Union)
	e.isOrdinal(v.Ordinal)
	e.branch(pc, amd64.NotEqual)
}
