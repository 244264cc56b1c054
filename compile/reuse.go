package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// husk is a slot with a variant whose fields have been unpacked: nobody needs
// the object any more, and the next value of its shape can be made in it, if the
// VM finds that nobody else holds it. Husks live in straight code only.
type husk struct {
	slot    int32 // retained
	variant int32
}

// dropHusks lets go of all husks: where code branches, joins or is called, none
// is kept.
func (g *generator) dropHusks() {
	for _, h := range g.husks {
		g.uses[h.slot]--
	}
	g.husks = g.husks[:0]
}

// takeHusk returns the slot of a husk for a value of a variant, which the caller
// owns: one of the same variant if there is one, else of as many fields.
func (g *generator) takeHusk(variant int32) (slot int32, ok bool) {
	fields := len(g.mod.Variants[variant].Kinds)
	best := -1
	for i, h := range g.husks {
		if h.variant == variant || len(g.mod.Variants[h.variant].Kinds) == fields && (best < 0 || g.husks[best].variant != variant) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	slot = g.husks[best].slot
	g.husks = slices.Delete(g.husks, best, best+1)
	return slot, true
}

// reuseWindow is how far back maybeAlone and takes look.
const reuseWindow = 64

// maybeAlone tells whether the object in a slot may be held by it alone, as far as
// the code before shows.
func (g *generator) maybeAlone(s int32) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-reuseWindow; pc-- {
		in := &g.code[pc]
		switch {
		case in.Op == bytecode.OpShare && in.A == s, in.Op == bytecode.OpCopy && (in.B == s || in.A == s), in.Op == bytecode.OpGet && in.A == s:
			return false
		case definesA(in.Op.Info().A) && in.A == s:
			return in.Op != bytecode.OpListGet && in.Op != bytecode.OpConst
		}
	}
	return true
}

// takes makes the list.get that fetched the element which a list.set is about to
// replace, in the same list and at the same place, move it out of the list: so
// a program can change it in place meanwhile. Nothing in between may look at
// the list or leave the way to the list.set.
func (g *generator) takes(list, index int32) {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-reuseWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		switch {
		case in.Op == bytecode.OpListGet && in.B == list && in.C == index:
			if in.A != list && in.A != index {
				in.Op = bytecode.OpListTake
			}
			return
		case in.Op == bytecode.OpCall:
			if int(in.B) >= len(g.words) || g.words[in.B].observes || in.A <= max(list, index) {
				return
			}
		case touches(info, in, list) || definesA(info.A) && (in.A == index || in.A == list):
			return
		case info.A == bytecode.Window && in.A <= max(list, index), info.Ends, info.C == bytecode.Target, !plainly(info):
			return
		}
	}
}

// plainly tells whether an instruction touches nothing but the slots that it
// names and those above its window.
func plainly(info *bytecode.Info) bool {
	for _, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		if o == bytecode.Height || o == bytecode.Target || o == bytecode.Arms {
			return false
		}
	}
	return true
}
