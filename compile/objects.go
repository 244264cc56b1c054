package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// virtualObject is a value of a variant that has not been made yet: a constructor leaves
// one, and so does a match of a value that others hold as well. Accessors and
// matches take its fields without any object; what else wants the value has it
// made. Virtual objects live in straight code only.
type virtualObject struct {
	variant    int32
	fields     []operand   // retained
	uses       int         // how many operands name it
	parted     bool        // it was an object, which a match took apart
	reuseToken *reuseToken // then that object; nil: none, or others may have it
}

// speculation says how a function is compiled: what turns out to be a bad guess makes it
// be compiled again with more care.
type speculation uint8

const (
	// optimistic: a match takes a value apart that others hold as well, and they only
	// look at its numbers and texts from there on.
	optimistic speculation = iota
	// cautious: they look at all of its fields.
	cautious
	// noSpeculation: they need the value itself.
	noSpeculation
)

func (fr *frame) newVirtual(r virtualObject) operand {
	index := int32(len(fr.objects))
	fr.objects = append(fr.objects, r)
	fr.virtual = append(fr.virtual, index)
	return operand{form: virtual, index: index}
}

// forget removes a virtual object that nothing names any more from the list of live ones.
func (fr *frame) forget(index int32) {
	i := slices.Index(fr.virtual, index)
	fr.virtual = slices.Delete(fr.virtual, i, i+1)
}

// releaseVirtual lets go of a virtual object. With the last operand that names it its
// fields go, and what is left of the object that it was can become another one.
func (fr *frame) releaseVirtual(index int32) {
	r := &fr.objects[index]
	r.uses--
	if r.uses > 0 {
		return
	}
	fr.forget(index)
	for _, f := range r.fields {
		fr.release(f)
	}
	if r = &fr.objects[index]; r.reuseToken != nil {
		fr.addToken(*r.reuseToken)
	}
}

// rename puts an operand in place of another one wherever that is named and
// returns at how many places.
func (fr *frame) rename(from, to operand) (places int32) {
	in := func(list []operand) {
		for i := range list {
			if list[i] == from {
				list[i] = to
				places++
			}
		}
	}
	in(fr.stack)
	in(fr.aux)
	for _, i := range fr.virtual {
		in(fr.objects[i].fields)
	}
	return places
}

// takeFields pushes fields of a popped virtual object.
func (ops *operands) takeFields(o operand, fields []int32) {
	for _, f := range fields {
		field := ops.found(ops.objects[o.index].fields[f])
		ops.retain(field)
		ops.push(field)
	}
	ops.release(o)
}

// found is a field of a virtual object that is wanted. One that was given up calls for
// more care; what is compiled from there on is thrown away.
func (ops *operands) found(field operand) operand {
	if field.form == lost {
		ops.mustRecompile = true
		return operand{form: integer}
	}
	return field
}

// materialize emits what makes the object of a virtual object, whose slot takes the place of the virtual
// object wherever that is named. The operand returned is retained like the one given.
func (ops *operands) materialize(o operand) operand {
	for i := range ops.objects[o.index].fields {
		if f := ops.objects[o.index].fields[i]; f.form == virtual {
			ops.materialize(f)
		}
	}
	r := ops.objects[o.index]
	ops.forget(o.index)
	ops.mustRecompile = ops.mustRecompile || r.parted
	for i, f := range r.fields {
		r.fields[i] = ops.found(f)
	}
	h := r.reuseToken
	if h == nil {
		h = ops.takeToken(&r)
	}
	var s int32
	switch first, ok := inPlace(r.fields); {
	case h != nil && ops.replaces(h, &r):
		s = h.slot
		ops.putFields(h, &r)
	case h != nil && ok: // the fields are only read
		s = h.slot
		for _, f := range r.fields {
			ops.consumed(f)
			ops.release(f)
		}
		ops.emit(bytecode.OpRemake, first, r.variant, s)
	default:
		ops.stack = append(ops.stack, r.fields...)
		s = ops.arguments(len(r.fields), 1, false)
		if h != nil {
			ops.emit(bytecode.OpRemake, s, r.variant, h.slot)
			s = h.slot
		} else {
			ops.wouldReuse = ops.wouldReuse || ops.offered>>min(len(r.fields), maxOffered)&1 != 0
			ops.emit(bytecode.OpMake, s, r.variant, 0)
		}
	}
	ops.uses[s], ops.kinds[s] = int32(r.uses), proven(bytecode.KindVariant)
	made := operand{form: slot, index: s}
	ops.rename(o, made)
	return made
}

// straighten makes all virtual objects and lets go of all reuse tokens: where code joins, loops or
// is looked at there are none.
func (ops *operands) straighten() {
	ops.materializeAll()
	ops.dropTokens()
}

// materializeAll makes all virtual objects.
func (ops *operands) materializeAll() {
	for i := 0; i < len(ops.stack); i++ {
		if o := ops.stack[i]; o.form == virtual {
			ops.materialize(o)
		}
	}
	for i := 0; i < len(ops.aux); i++ {
		if o := ops.aux[i]; o.form == virtual {
			ops.materialize(o)
		}
	}
}

// reuseToken is a slot with a variant whose fields have been unpacked: nobody needs
// the object any more, and the next value of its shape can be made in it, if the
// VM finds that nobody else holds it. Until then it has its fields. A reuse token lasts through
// branches and calls; where branches join, those that are taken later.
type reuseToken struct {
	slot     int32 // retained
	variant  int32
	first    int32 // its fields were unpacked to the slots from here on
	behind   int   // fields that are not lost still lay in their slots in front of this instruction
	lost     uint64
	doubtful bool  // the code before shows that others are likely to hold it
	joined   bool  // branches have left it, but not all:
	without  []int // notes at the ends of the others
}

// maxKeptFields is how many fields lost can tell apart, maxTokens how many reuse tokens are
// kept: more would cost much time in long words.
const (
	maxKeptFields = 64
	maxTokens     = 16
)

func (fr *frame) addToken(h reuseToken) {
	if fr.Plain {
		fr.uses[h.slot]--
		return
	}
	if len(fr.tokens) == maxTokens {
		fr.uses[fr.tokens[0].slot]--
		fr.tokens = slices.Delete(fr.tokens, 0, 1)
	}
	fr.tokens = append(fr.tokens, h)
}

// eachToken visits the reuse tokens and those that will be there once a virtual object is gone.
func (fr *frame) eachToken(visit func(*reuseToken)) {
	for i := range fr.tokens {
		visit(&fr.tokens[i])
	}
	for _, i := range fr.virtual {
		if h := fr.objects[i].reuseToken; h != nil {
			visit(h)
		}
	}
}

// overwritten notes that an instruction that is there already writes to a slot now.
func (fr *frame) overwritten(s int32) {
	fr.eachToken(func(h *reuseToken) {
		if f := s - h.first; f >= 0 && f < maxKeptFields {
			h.lost |= 1 << f
		}
	})
}

// track notes which fields of a reuse token have been lost since that was done last.
func (fr *frame) track(h *reuseToken) {
	for f := range min(len(fr.mod.Variants[h.variant].Kinds), maxKeptFields) {
		if h.lost>>f&1 == 0 && fr.written(h.first+int32(f), h.behind) {
			h.lost |= 1 << f
		}
	}
	h.behind = len(fr.code)
}

// keeps tells whether the value for a field of a virtual object is what the reuse token's object
// has there.
func (fr *frame) keeps(h *reuseToken, field int, value operand) bool {
	fr.track(h)
	return value.form == slot && value.index == h.first+int32(field) && field < maxKeptFields && h.lost>>field&1 == 0
}

// replaces tells whether it pays to make a virtual object of a reuse token by replacing fields.
func (fr *frame) replaces(h *reuseToken, r *virtualObject) bool {
	if _, ok := bytecode.FieldOperand(r.variant, int32(len(r.fields))); !ok || h.joined || h.variant != r.variant {
		return false
	}
	others := 0
	for i, f := range r.fields {
		if !fr.keeps(h, i, f) {
			others++
		}
	}
	return others <= max(1, len(r.fields)/4)
}

// putFields makes a virtual object of a reuse token by replacing the fields that differ.
func (ops *operands) putFields(h *reuseToken, r *virtualObject) {
	type put struct{ value, field int32 }
	var puts []put
	for i, f := range r.fields {
		if !ops.keeps(h, i, f) {
			r.fields[i] = ops.load(f, -1)
			field, _ := bytecode.FieldOperand(r.variant, int32(i))
			puts = append(puts, put{r.fields[i].index, field})
		}
	}
	for _, f := range r.fields {
		ops.consumed(f)
		ops.release(f)
	}
	for _, p := range puts {
		ops.emit(bytecode.OpFieldPut, h.slot, p.value, p.field)
	}
}

// dropTokens lets go of all reuse tokens.
func (fr *frame) dropTokens() {
	for _, h := range fr.tokens {
		fr.uses[h.slot]--
	}
	fr.tokens = fr.tokens[:0]
}

// dropTokensAbove lets go of the reuse tokens above the slots in use, so that a call can have
// its arguments there.
func (fr *frame) dropTokensAbove() {
	for _, h := range fr.tokens {
		fr.uses[h.slot]--
	}
	top := fr.highest()
	kept := fr.tokens[:0]
	for _, h := range fr.tokens {
		if h.slot < top {
			fr.uses[h.slot]++
			kept = append(kept, h)
		}
	}
	fr.tokens = kept
}

// hasToken tells whether there is a reuse token of a variant that nobody is known to
// share.
func (fr *frame) hasToken(variant int32) bool {
	return slices.ContainsFunc(fr.tokens, func(h reuseToken) bool { return h.variant == variant && !h.doubtful })
}

// takeToken returns a reuse token for a virtual object, of which the caller owns the slot; nil if there
// is none. Those come first that are likely to be held by nobody else, then those that
// have most of the fields, then those of the same variant.
func (ops *operands) takeToken(r *virtualObject) *reuseToken {
	best, rank := -1, 0
	if len(r.fields) == 0 {
		return nil
	}
	for i := range ops.tokens {
		h := &ops.tokens[i]
		if len(ops.mod.Variants[h.variant].Kinds) != len(r.fields) {
			continue
		}
		k := 1
		if h.variant == r.variant {
			k++
		}
		if ops.replaces(h, r) {
			k += 2
		}
		if !h.doubtful {
			k += 4
		}
		if k > rank {
			best, rank = i, k
		}
	}
	if best < 0 {
		return nil
	}
	taken := ops.tokens[best]
	ops.tokens = slices.Delete(ops.tokens, best, best+1)
	for _, note := range taken.without {
		ops.code[note] = bytecode.Instr{Op: bytecode.OpInt, A: taken.slot}
	}
	return &taken
}

// unpackAs pushes all fields of the value on top of the stack, which must be of
// the only variant of its union. Where others hold the value, they hold a virtual object
// from now on.
func (ops *operands) unpackAs(pos int32, arm *types.ArmInfo) {
	o := ops.pop()
	if o.form == virtual && ops.objects[o.index].variant == int32(arm.Variant.Index) {
		ops.takeFields(o, arm.Fields)
		return
	}
	o = ops.inSlot(o)
	ops.at(pos, "match")
	others := ops.uses[o.index] - 1
	switch {
	case others == 0 && ops.peeks(o.index), others > 0 && ops.speculation == noSpeculation:
		ops.release(o)
		ops.unpackInto(bytecode.OpFieldsGet, o, arm.Variant)
		return
	case others == 0:
		ops.unpack(bytecode.OpFieldsTake, bytecode.OpFieldsGet, o, arm.Variant)
		return
	}
	h := reuseToken{slot: o.index, variant: int32(arm.Variant.Index), doubtful: ops.held(o.index)}
	h.first = ops.unpackInto(bytecode.OpFieldsTake, o, arm.Variant)
	h.behind = len(ops.code)
	fields := slices.Clone(ops.stack[len(ops.stack)-len(arm.Fields):])
	for i, f := range fields {
		if ops.speculation < cautious && sharable(ops.kinds[f.index].kind) {
			fields[i] = operand{form: lost}
			continue
		}
		ops.retain(f)
	}
	r := virtualObject{variant: h.variant, fields: fields, uses: int(others), parted: true, reuseToken: &h}
	if ops.speculation < cautious {
		r.reuseToken = nil
		ops.addToken(h)
	}
	if ops.rename(o, ops.newVirtual(r)) != others {
		panic("compile: a slot is named by something else than the stack")
	}
	ops.uses[o.index] = 1
}

// unpack pushes all fields of a popped value. If nobody else holds it, it ends
// here, by the instruction take, and what is left of it can become the next value of its
// variant; else get unpacks it.
func (ops *operands) unpack(take, get bytecode.Op, o operand, v *types.VariantType) {
	ops.release(o)
	if ops.uses[o.index] > 0 {
		ops.unpackInto(get, o, v)
		return
	}
	ops.uses[o.index]++
	h := reuseToken{slot: o.index, variant: int32(v.Index), doubtful: ops.held(o.index)}
	h.first = ops.unpackInto(take, o, v)
	h.behind = len(ops.code)
	ops.addToken(h)
}

// letGo lets go of a matched value of a variant without fields. If reuse tokens are kept where branches join, its
// slot stays free up to there: other arms may have left one in it. So there is a token without fields, which nothing takes.
func (ops *operands) letGo(o operand, v *types.VariantType) {
	ops.release(o)
	if !ops.joinsTokens || ops.uses[o.index] > 0 || len(ops.mod.Variants[v.Index].Kinds) > 0 {
		return
	}
	ops.uses[o.index]++
	ops.addToken(reuseToken{slot: o.index, variant: int32(v.Index), behind: len(ops.code)})
}

// unpackInto emits an instruction that unpacks all fields of a value, pushes them,
// and returns the first slot.
func (ops *operands) unpackInto(op bytecode.Op, o operand, v *types.VariantType) (first int32) {
	kinds := ops.mod.Variants[v.Index].Kinds
	n := int32(len(kinds))
	first = int32(len(ops.stack))
	if !ops.free(first, n) {
		first = int32(len(ops.uses))
		for first > 0 && ops.uses[first-1] == 0 {
			first--
		}
	}
	ops.touch(first + n - 1)
	ops.emit(op, first, o.index, int32(v.Index))
	ops.results(first, kinds)
	for i := range n {
		ops.trust(first + i)
	}
	return first
}
