package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// mostFields is how many fields a variant has that holds them in its own object.
const mostFields = 4

// mostArms is how many variants are told apart one after the other.
const mostArms = 16

// objectBytes is where in the object of a small variant the fields begin.
const objectBytes = 16

func fieldAt(i int32) machine.Mem { return field(objectBytes + i*slotBytes) }

func numberOf(m machine.Mem) machine.Mem { return machine.Mem{Base: m.Base, Disp: m.Disp + 8} }

// tagIn loads D with the tag of the object C; if it is of another union it goes on otherwise.
func (e objects) tagIn(union int32, otherwise machine.Label) {
	e.Load(machine.D, field(0))
	e.CompareMem32Imm(machine.Mem{Base: machine.D, Disp: e.target.Layout.TagUnion}, union)
	e.JumpIf(machine.NotEqual, otherwise)
}

// isOrdinal sets the flags by whether the tag D is the one of a place in its union.
func (e objects) isOrdinal(ordinal int32) {
	e.CompareMem32Imm(machine.Mem{Base: machine.D, Disp: e.target.Layout.TagOrdinal}, ordinal)
}

// formIn goes on otherwise unless the object C, which a slot holds, has the fields of a variant in it.
func (e objects) formIn(slot, variant int32, otherwise machine.Label) {
	if !e.shapes.known(slot, variant) {
		e.CompareMem32Imm(field(e.target.Layout.Form), int32(len(e.module.Variants[variant].Kinds))+1)
		e.JumpIf(machine.NotEqual, otherwise)
	}
}

// ofVariant goes on otherwise unless the object C, which a slot holds, is of a variant, with its fields in it. It changes D.
func (e objects) ofVariant(slot, variant int32, otherwise machine.Label) {
	if e.shapes.known(slot, variant) {
		return
	}
	e.formIn(slot, variant, otherwise) // first: see shapeIn
	v, same := &e.module.Variants[variant], e.NewLabel()
	byOrdinal := func() {
		e.tagIn(v.Union, otherwise)
		e.isOrdinal(v.Ordinal)
		e.JumpIf(machine.NotEqual, otherwise)
	}
	if e.target.Tag == nil {
		byOrdinal()
	} else { // nearly all objects of a variant have the same tag
		e.Immediate(machine.D, int64(e.target.Tag(variant)))
		e.ArithMem(machine.Cmp, machine.D, field(0))
		e.JumpIf(machine.NotEqual, e.aside(func() {
			byOrdinal()
			e.Jump(same)
		}))
		e.Bind(same)
	}
	e.shapes.learn(slot, variant)
}

// shapeOf loads C with the object of a slot, which must be of a variant, with its fields in it; known: of no other one if it is a variant. It changes D.
func (e objects) shapeOf(pc int, slot, variant int32, known bool) {
	if e.shapes.known(slot, variant) {
		e.Load(machine.C, markerAt(slot))
		return
	}
	e.shapeIn(pc, slot, bytecode.KindVariant)
	if known {
		e.formIn(slot, variant, e.otherwise(pc))
		e.shapes.learn(slot, variant)
		return
	}
	e.ofVariant(slot, variant, e.otherwise(pc))
}

// holdsKind exits unless a field is of the kind that is declared. It changes A.
func (e objects) holdsKind(pc int, from machine.Mem, k bytecode.Kind) {
	switch {
	case k == bytecode.KindAny:
	case classOf(k) != inSlot:
		e.isMarker(from, k, machine.A)
		e.JumpIf(machine.NotEqual, e.otherwise(pc))
	default:
		e.holdsObject(from, k, e.otherwise(pc))
	}
}

// loadField brings a number from memory to a slot. It changes A.
func (e objects) loadField(slot int32, from machine.Mem, k bytecode.Kind) {
	if classOf(k) == float {
		to := e.floatResult(slot, machine.ScratchFloat)
		e.FloatLoad(to, numberOf(from))
		e.keepFloat(slot, to)
		return
	}
	to := e.result(slot, machine.A)
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
		e.shapeOf(pc, in.B, variant, known)
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

// getFields is fields.get, fields.peek and fields.take, as far as somebody uses the fields. All are looked at before the first is written.
func getFields(known bool, rule elementRule) func(objects, int, bytecode.Instr) {
	return func(e objects, pc int, in bytecode.Instr) {
		fields, objects := e.usedFields(pc, in)
		e.shapeOf(pc, in.B, in.C, known)
		for _, f := range fields {
			e.holdsKind(pc, f.from, f.kind)
		}
		if objects {
			if rule == taken {
				e.alone(pc)
			}
			e.barrier(pc)
			if rule == held {
				e.markFields(pc, fields)
			}
		}
		for _, f := range fields {
			if classOf(f.kind) != inSlot {
				e.loadField(f.slot, f.from, f.kind)
				continue
			}
			e.Load(machine.D, f.from)
			e.Store(markerAt(f.slot), machine.D)
			e.Load(machine.D, numberOf(f.from))
			e.Store(numberAt(f.slot), machine.D)
		}
		e.next(pc)
	}
}

// fetched is a field that goes to a slot.
type fetched struct {
	slot int32
	from machine.Mem
	kind bytecode.Kind
}

// usedFields are those of the fields of an instruction that fetches all which somebody uses; objects: some are no numbers.
func (e objects) usedFields(pc int, in bytecode.Instr) (fields []fetched, objects bool) {
	live := e.liveBehind(pc)
	for i, k := range e.module.Variants[in.C].Kinds {
		if f := (fetched{in.A + int32(i), fieldAt(int32(i)), k}); live.has(f.slot) {
			fields = append(fields, f)
			objects = objects || classOf(k) == inSlot
		}
	}
	return fields, objects
}

// markFields marks what fields of the object C hold. To mark one twice does no harm.
func (e objects) markFields(pc int, fields []fetched) {
	e.Store(context(e.target.Layout.Answer), machine.C)
	for _, f := range fields {
		switch k := f.kind; k {
		case bytecode.KindAny, bytecode.KindVariant, bytecode.KindMap:
			e.Load(machine.D, numberOf(f.from))
			e.Load(machine.C, f.from)
			if k == bytecode.KindMap {
				k = bytecode.KindAny
			}
			e.mark(pc, k)
			e.Load(machine.C, context(e.target.Layout.Answer))
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
	n, tagged := int32(len(e.module.Variants[in.B].Kinds)), e.NewLabel()
	objects := e.freeFields(pc, in.A, n)
	e.shapeIn(pc, in.C, bytecode.KindVariant)
	e.alone(pc)
	e.formIn(in.C, in.B, e.otherwise(pc))
	e.Immediate(machine.D, int64(e.target.Tag(in.B)))
	e.ArithMem(machine.Cmp, machine.D, field(0))
	e.JumpIf(machine.NotEqual, e.aside(func() {
		if !objects {
			e.barrier(pc)
		}
		e.Store(field(0), machine.D)
		e.Jump(tagged)
	}))
	e.Bind(tagged)
	for i := range n {
		e.putField(pc, fieldAt(i), in.A+i)
	}
	e.next(pc)
}

// freeFields goes on otherwise unless what some slots hold can be put into an object as it is; false if all are numbers. It changes A, C and D.
func (e objects) freeFields(pc int, first, n int32) bool {
	objects := false
	for slot := first; slot < first+n; slot++ {
		k := e.kinds[pc][slot]
		if classOf(k) != inSlot {
			continue
		}
		objects = true
		if k == bytecode.KindAny {
			e.Load(machine.C, markerAt(slot))
			e.Load(machine.D, numberAt(slot))
			e.free(pc, k)
		}
	}
	if objects {
		e.barrier(pc)
	}
	return objects
}

// putField writes what a slot holds to a field. It changes D.
func (e objects) putField(pc int, to machine.Mem, slot int32) {
	if k := e.kinds[pc][slot]; classOf(k) != inSlot {
		e.putNumber(to, slot, k)
		return
	}
	e.Load(machine.D, markerAt(slot))
	e.Store(to, machine.D)
	e.Load(machine.D, numberAt(slot))
	e.Store(numberOf(to), machine.D)
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
	e.formIn(in.A, variant, e.otherwise(pc))
	e.putField(pc, fieldAt(i), in.B)
	e.next(pc)
}

// isVariant is whether a value is of a variant.
func isVariant(e objects, pc int, in bytecode.Instr) {
	v := &e.module.Variants[in.C]
	e.objectIn(pc, in.B, bytecode.KindVariant)
	e.tagIn(v.Union, e.otherwise(pc))
	e.isOrdinal(v.Ordinal)
	e.keepCondition(pc, in.A, machine.Equal)
}

func matchFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.A) && len(b.module.Tables[in.B].Targets) <= mostArms
}

func match(e objects, pc int, in bytecode.Instr) {
	table := &e.module.Tables[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(table.Union, e.otherwise(pc))
	for ordinal, c := range table.Targets {
		if c != bytecode.NoArm {
			e.isOrdinal(int32(ordinal))
			e.JumpIf(machine.Equal, e.way(pc, pc+1+int(c)))
		}
	}
	e.Jump(e.otherwise(pc))
}

func matchOr(e objects, pc int, in bytecode.Instr) {
	v := &e.module.Variants[in.B]
	e.objectIn(pc, in.A, bytecode.KindVariant)
	e.tagIn(v.Union, e.otherwise(pc))
	e.isOrdinal(v.Ordinal)
	e.branch(pc, machine.NotEqual)
}
