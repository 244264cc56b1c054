package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// A function that loops and calls nothing keeps the Floats, and the Ints of more than 32 bits,
// that its instructions use in slots behind all others, filled once in front of the loop: there is no
// instruction with such a number in it.

// maxKept is how many constants a function keeps.
const maxHoisted = 8

// hoistable are the constants that it pays to keep: none if the function does not
// loop, or if something in it needs the slots above the stack.
func (ops *operands) hoistable() []int32 {
	if len(ops.loaded) == 0 || ops.Plain || ops.depth > maxGuessed { // each level doubles the work
		return nil
	}
	loops := false
	for i := range ops.code {
		info := ops.code[i].Op.Info()
		switch {
		case info.Has(bytecode.Restarts), ops.code[i].Op == bytecode.OpJumpBack:
			loops = true
		case info.Has(bytecode.Calls|bytecode.Unnamed) && !info.Ends():
			return nil
		}
	}
	if !loops {
		return nil
	}
	var list []int32
	for _, k := range ops.loaded {
		if kind := ops.mod.Consts[k].Kind; (kind == bytecode.KindFloat || kind == bytecode.KindInt) && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list[:min(len(list), maxHoisted)]
}

// keep puts constants into slots from one on, for good.
func (ops *operands) keep(list []int32, from int32) {
	if len(list) == 0 {
		return
	}
	ops.hoisted = make(map[int32]int32, len(list))
	for i, k := range list {
		s := from + int32(i)
		ops.constantInto(s, operand{form: pooled, index: k})
		ops.uses[s]++
		ops.hoisted[k] = s
	}
	ops.start = ops.label()
}
