package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// A function that loops and calls nothing keeps the Floats that its instructions
// use in slots behind all others, filled once in front of the loop: there is no
// instruction with a Float in it.

// maxKept is how many constants a function keeps.
const maxHoisted = 8

// hoistable are the constants that it pays to keep: none if the function does not
// loop, or if something in it needs the slots above the stack.
func (g *generator) hoistable() []int32 {
	if len(g.loaded) == 0 || g.Instrument || g.Cover || g.depth > maxGuessed { // each level doubles the work
		return nil
	}
	loops := false
	for i := range g.code {
		info := g.code[i].Op.Info()
		switch {
		case info.Has(bytecode.Restarts), g.code[i].Op == bytecode.OpJumpBack:
			loops = true
		case info.Has(bytecode.Calls|bytecode.Unnamed) && !info.Ends():
			return nil
		}
	}
	if !loops {
		return nil
	}
	var list []int32
	for _, k := range g.loaded {
		if g.mod.Consts[k].Kind == bytecode.KindFloat && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list[:min(len(list), maxHoisted)]
}

// keep puts constants into slots from one on, for good.
func (g *generator) keep(list []int32, from int32) {
	if len(list) == 0 {
		return
	}
	g.hoisted = make(map[int32]int32, len(list))
	for i, k := range list {
		s := from + int32(i)
		g.constantInto(s, operand{form: pooled, index: k})
		g.uses[s]++
		g.hoisted[k] = s
	}
	g.start = g.label()
}
