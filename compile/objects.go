package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// virtual object is a value of a variant that has not been made yet: a constructor leaves
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

func (g *generator) newVirtual(r virtualObject) operand {
	index := int32(len(g.objects))
	g.objects = append(g.objects, r)
	g.virtual = append(g.virtual, index)
	return operand{form: virtual, index: index}
}

// forget takes a virtual object that nothing names any more off the list of those that
// there are.
func (g *generator) forget(index int32) {
	i := slices.Index(g.virtual, index)
	g.virtual = slices.Delete(g.virtual, i, i+1)
}

// releaseRecord lets go of a virtual object. With the last operand that names it its
// fields go, and what is left of the object that it was can become another one.
func (g *generator) releaseVirtual(index int32) {
	r := &g.objects[index]
	r.uses--
	if r.uses > 0 {
		return
	}
	g.forget(index)
	for _, f := range r.fields {
		g.release(f)
	}
	if r = &g.objects[index]; r.reuseToken != nil {
		g.addToken(*r.reuseToken)
	}
}

// takeFields pushes fields of a popped virtual object.
func (g *generator) takeFields(o operand, fields []int32) {
	for _, f := range fields {
		field := g.found(g.objects[o.index].fields[f])
		g.retain(field)
		g.push(field)
	}
	g.release(o)
}

// found is a field of a virtual object that is wanted. One that was given up calls for
// more care; what is compiled from there on is thrown away.
func (g *generator) found(field operand) operand {
	if field.form == lost {
		g.mustRecompile = true
		return operand{form: integer}
	}
	return field
}

// materialize makes the object of a virtual object and puts its slot in place of the virtual object
// wherever that is named. The operand returned is retained like the one given.
func (g *generator) materialize(o operand) operand {
	for i := range g.objects[o.index].fields {
		if f := g.objects[o.index].fields[i]; f.form == virtual {
			g.materialize(f)
		}
	}
	r := g.objects[o.index]
	g.forget(o.index)
	g.mustRecompile = g.mustRecompile || r.parted
	for i, f := range r.fields {
		r.fields[i] = g.found(f)
	}
	h := r.reuseToken
	if h == nil {
		h = g.takeToken(&r)
	}
	var s int32
	switch first, ok := inPlace(r.fields); {
	case h != nil && g.replaces(h, &r):
		s = h.slot
		g.putFields(h, &r)
	case h != nil && ok: // the fields are only read
		s = h.slot
		for _, f := range r.fields {
			g.consumed(f)
			g.release(f)
		}
		g.emit(bytecode.OpRemake, first, r.variant, s)
	default:
		g.stack = append(g.stack, r.fields...)
		s = g.arguments(len(r.fields), 1, false)
		if h != nil {
			g.emit(bytecode.OpRemake, s, r.variant, h.slot)
			s = h.slot
		} else {
			g.emit(bytecode.OpMake, s, r.variant, 0)
		}
	}
	g.uses[s], g.kinds[s] = int32(r.uses), proven(bytecode.KindVariant)
	made := operand{form: slot, index: s}
	g.rename(o, made)
	return made
}

// rename puts an operand in place of another one wherever that is named and
// returns at how many places.
func (g *generator) rename(from, to operand) (places int32) {
	in := func(list []operand) {
		for i := range list {
			if list[i] == from {
				list[i] = to
				places++
			}
		}
	}
	in(g.stack)
	in(g.aux)
	for _, i := range g.virtual {
		in(g.objects[i].fields)
	}
	return places
}

// straighten makes all virtual objects and lets go of all reuse tokens: where code joins, loops or
// is looked at there are none.
func (g *generator) straighten() {
	g.makeRecords()
	g.dropTokens()
}

// makeRecords makes all virtual objects.
func (g *generator) makeRecords() {
	for i := 0; i < len(g.stack); i++ {
		if o := g.stack[i]; o.form == virtual {
			g.materialize(o)
		}
	}
	for i := 0; i < len(g.aux); i++ {
		if o := g.aux[i]; o.form == virtual {
			g.materialize(o)
		}
	}
}

// reuse token is a slot with a variant whose fields have been unpacked: nobody needs
// the object any more, and the next value of its shape can be made in it, if the
// VM finds that nobody else holds it. Until then it has its fields. A reuse token lasts through
// branches, up to where they join, and calls.
type reuseToken struct {
	slot     int32 // retained
	variant  int32
	first    int32 // its fields were unpacked to the slots from here on
	behind   int   // those that are not lost were there in front of this instruction
	lost     uint64
	doubtful bool // the code before shows that others are likely to hold it
}

// maxKeptFields is how many fields lost can tell apart, maxHusks how many reuse tokens are
// kept: more would cost much time in long words.
const (
	maxKeptFields = 64
	maxTokens     = 16
)

func (g *generator) addToken(h reuseToken) {
	if len(g.tokens) == maxTokens {
		g.uses[g.tokens[0].slot]--
		g.tokens = slices.Delete(g.tokens, 0, 1)
	}
	g.tokens = append(g.tokens, h)
}

// keeps tells whether the value for a field of a virtual object is what the reuse token's object
// has there.
func (g *generator) keeps(h *reuseToken, field int, value operand) bool {
	g.track(h)
	return value.form == slot && value.index == h.first+int32(field) && field < maxKeptFields && h.lost>>field&1 == 0
}

// track notes which fields of a reuse token have been lost since that was done last.
func (g *generator) track(h *reuseToken) {
	for f := range min(len(g.mod.Variants[h.variant].Kinds), maxKeptFields) {
		if h.lost>>f&1 == 0 && g.written(h.first+int32(f), h.behind) {
			h.lost |= 1 << f
		}
	}
	h.behind = len(g.code)
}

// overwritten notes that an instruction that is there already writes to a slot now.
func (g *generator) overwritten(s int32) {
	g.eachToken(func(h *reuseToken) {
		if f := s - h.first; f >= 0 && f < maxKeptFields {
			h.lost |= 1 << f
		}
	})
}

// eachHusk visits the reuse tokens and those that will be there once a virtual object is gone.
func (g *generator) eachToken(visit func(*reuseToken)) {
	for i := range g.tokens {
		visit(&g.tokens[i])
	}
	for _, i := range g.virtual {
		if h := g.objects[i].reuseToken; h != nil {
			visit(h)
		}
	}
}

// replaces tells whether it pays to make a virtual object of a reuse token by replacing fields.
func (g *generator) replaces(h *reuseToken, r *virtualObject) bool {
	if _, ok := bytecode.FieldOperand(r.variant, int32(len(r.fields))); !ok || h.variant != r.variant {
		return false
	}
	others := 0
	for i, f := range r.fields {
		if !g.keeps(h, i, f) {
			others++
		}
	}
	return others <= max(1, len(r.fields)/4)
}

// putFields makes a virtual object of a reuse token by replacing the fields that differ.
func (g *generator) putFields(h *reuseToken, r *virtualObject) {
	type put struct{ value, field int32 }
	var puts []put
	for i, f := range r.fields {
		if !g.keeps(h, i, f) {
			r.fields[i] = g.load(f, -1)
			field, _ := bytecode.FieldOperand(r.variant, int32(i))
			puts = append(puts, put{r.fields[i].index, field})
		}
	}
	for _, f := range r.fields {
		g.consumed(f)
		g.release(f)
	}
	for _, p := range puts {
		g.emit(bytecode.OpFieldPut, h.slot, p.value, p.field)
	}
}

// dropHusks lets go of all reuse tokens.
func (g *generator) dropTokens() {
	for _, h := range g.tokens {
		g.uses[h.slot]--
	}
	g.tokens = g.tokens[:0]
}

// dropHusksAbove lets go of the reuse tokens above the slots in use, so that a call can have
// its arguments there.
func (g *generator) dropTokensAbove() {
	for _, h := range g.tokens {
		g.uses[h.slot]--
	}
	top := g.highest()
	kept := g.tokens[:0]
	for _, h := range g.tokens {
		if h.slot < top {
			g.uses[h.slot]++
			kept = append(kept, h)
		}
	}
	g.tokens = kept
}

// hasHusk tells whether there is a reuse token of a variant that nobody is known to
// share.
func (g *generator) hasToken(variant int32) bool {
	return slices.ContainsFunc(g.tokens, func(h reuseToken) bool { return h.variant == variant && !h.doubtful })
}

// takeHusk returns a reuse token for a virtual object, of which the caller owns the slot; nil if there
// is none. Those come first that are likely to be held by nobody else, then those that
// have most of the fields, then those of the same variant.
func (g *generator) takeToken(r *virtualObject) *reuseToken {
	best, rank := -1, 0
	for i := range g.tokens {
		h := &g.tokens[i]
		if len(g.mod.Variants[h.variant].Kinds) != len(r.fields) {
			continue
		}
		k := 1
		if h.variant == r.variant {
			k++
		}
		if g.replaces(h, r) {
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
	taken := g.tokens[best]
	g.tokens = slices.Delete(g.tokens, best, best+1)
	return &taken
}

// unpackAs pushes all fields of the value on top of the stack, which must be of
// the only variant of its union. Where others hold the value, they hold a virtual object
// from now on.
func (g *generator) unpackAs(pos int32, arm *types.ArmInfo) {
	o := g.pop()
	if o.form == virtual && g.objects[o.index].variant == int32(arm.Variant.Index) {
		g.takeFields(o, arm.Fields)
		return
	}
	o = g.inSlot(o)
	g.at(pos, "match")
	others := g.uses[o.index] - 1
	switch {
	case others == 0 && g.peeks(o.index), others > 0 && g.speculation == noSpeculation:
		g.release(o)
		g.unpackInto(bytecode.OpFieldsGet, o, arm.Variant)
		return
	case others == 0:
		g.unpack(bytecode.OpFieldsTake, o, arm.Variant)
		return
	}
	h := reuseToken{slot: o.index, variant: int32(arm.Variant.Index), doubtful: g.held(o.index)}
	h.first = g.unpackInto(bytecode.OpFieldsTake, o, arm.Variant)
	h.behind = len(g.code)
	fields := slices.Clone(g.stack[len(g.stack)-len(arm.Fields):])
	for i, f := range fields {
		if g.speculation < cautious && sharable(g.kinds[f.index].kind) {
			fields[i] = operand{form: lost}
			continue
		}
		g.retain(f)
	}
	r := virtualObject{variant: h.variant, fields: fields, uses: int(others), parted: true, reuseToken: &h}
	if g.speculation < cautious {
		r.reuseToken = nil
		g.addToken(h)
	}
	if g.rename(o, g.newVirtual(r)) != others {
		panic("compile: a slot is named by something else than the stack")
	}
	g.uses[o.index] = 1
}

// unpack pushes all fields of a popped value. If nobody else holds it, it ends
// here, and what is left of it can become the next value of its variant.
func (g *generator) unpack(op bytecode.Op, o operand, v *types.VariantType) {
	g.release(o)
	if g.uses[o.index] > 0 {
		g.unpackInto(bytecode.OpFieldsGet, o, v)
		return
	}
	g.uses[o.index]++
	h := reuseToken{slot: o.index, variant: int32(v.Index), doubtful: g.held(o.index)}
	h.first = g.unpackInto(op, o, v)
	h.behind = len(g.code)
	g.addToken(h)
}

// unpackInto emits an instruction that unpacks all fields of a value, pushes them,
// and returns the first slot.
func (g *generator) unpackInto(op bytecode.Op, o operand, v *types.VariantType) (first int32) {
	kinds := g.mod.Variants[v.Index].Kinds
	n := int32(len(kinds))
	first = int32(len(g.stack))
	if !g.free(first, n) {
		first = int32(len(g.uses))
		for first > 0 && g.uses[first-1] == 0 {
			first--
		}
	}
	g.touch(first + n - 1)
	g.emit(op, first, o.index, int32(v.Index))
	g.results(first, kinds)
	for i := range n {
		g.trust(first + i)
	}
	return first
}

// peeks makes the instruction that fetched the value in a slot out of a variant
// only look at it, if it stands close by and nothing in between changes objects:
// so the value does not count as held twice.
func (g *generator) peeks(s int32) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-peekWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		if in.Op == bytecode.OpGuard {
			continue
		}
		if defines(in, s) {
			if in.Op == bytecode.OpFieldGet {
				in.Op = bytecode.OpFieldPeek
			}
			return in.Op == bytecode.OpFieldPeek
		}
		if in.Op != bytecode.OpFieldsGet && in.Op != bytecode.OpFieldsTake && (!simple(info) || info.Has(bytecode.Mutates) || g.touches(in, s)) {
			return false
		}
	}
	return false
}

const peekWindow = 8

// reuseWindow is how far back held and takes look.
const reuseWindow = 128

// held tells whether others are likely to hold the object in a slot, too, as the
// code before shows.
func (g *generator) held(s int32) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-reuseWindow; pc-- {
		in := &g.code[pc]
		switch {
		case in.Op == bytecode.OpShare && in.A == s, in.Op == bytecode.OpCopy && (in.B == s || in.A == s):
			return true
		case defines(in, s):
			return in.Op == bytecode.OpListGet || in.Op == bytecode.OpConst || in.Op == bytecode.OpFieldGet
		}
	}
	return false
}
