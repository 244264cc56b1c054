package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/bytecode"
)

// What is fused stands in front of what stays where it is: jumps may lead to any of the three.
func TestFuse(t *testing.T) {
	move, call, other := bytecode.OpMove, bytecode.OpBuiltin, bytecode.OpInt
	one, two := bytecode.OpMoveBuiltin, bytecode.OpMovesBuiltin
	for _, c := range []struct{ code, want []bytecode.Op }{
		{[]bytecode.Op{call, move, other, call}, nil},
		{[]bytecode.Op{move, call}, []bytecode.Op{one, call}},
		{[]bytecode.Op{move, move, call, call}, []bytecode.Op{two, one, call, call}},
		{[]bytecode.Op{move, move, move, call, move, call}, []bytecode.Op{move, two, one, call, one, call}},
		{[]bytecode.Op{move, bytecode.OpCounted, call}, nil},
		{[]bytecode.Op{bytecode.OpCopy, move, call}, []bytecode.Op{bytecode.OpCopy, one, call}},
	} {
		code := make([]bytecode.Instr, len(c.code))
		for i, op := range c.code {
			code[i] = bytecode.Instr{Op: op, A: int32(i)}
		}
		assert.Equal(t, c.want != nil, fuses(code), "%v", c.code)
		fuse(code)
		for i, in := range code {
			want := c.code[i]
			if c.want != nil {
				want = c.want[i]
			}
			assert.Equal(t, want, in.Op, "%v at %d", c.code, i)
			assert.Equal(t, int32(i), in.A)
			if in.Op != bytecode.OpCounted {
				assert.Equal(t, c.code[i], in.Original())
			}
		}
	}
}

// An element that is only looked into is fetched without a mark, if what is fetched out of it comes in its
// place. One that moves out of it is no case: the element stays in its list.
func TestLooksThrough(t *testing.T) {
	get := func(a, b, c int32) bytecode.Instr { return bytecode.Instr{Op: bytecode.OpListGet, A: a, B: b, C: c} }
	op := func(op bytecode.Op, a, b, c int32) bytecode.Instr { return bytecode.Instr{Op: op, A: a, B: b, C: c} }
	for _, c := range []struct {
		code []bytecode.Instr
		want bool
	}{
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpListGetInt, 2, 2, 3)}, true},
		{[]bytecode.Instr{get(0, 0, 1), get(0, 0, 2)}, true},
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpInt, 3, 7, 0), op(bytecode.OpListGetFloat, 2, 2, 3)}, true},
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpListLength, 2, 2, 0)}, true},
		{[]bytecode.Instr{get(2, 0, 1), get(3, 2, 1)}, false},                              // it is used again
		{[]bytecode.Instr{get(2, 0, 1), get(2, 0, 1)}, false},                              // not looked into
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpListTake, 2, 2, 3)}, false},          // changed in its place
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpInt, 2, 7, 0), get(2, 2, 3)}, false}, // overwritten
		{[]bytecode.Instr{get(2, 0, 1), op(bytecode.OpInt, 3, 7, 0)}, false},
		{[]bytecode.Instr{op(bytecode.OpListTake, 2, 0, 1), get(2, 2, 3)}, false},
	} {
		assert.Equal(t, c.want, looksThrough(c.code, 0), "%v", c.code)
		img := &image{linear: true}
		assert.Equal(t, c.want, img.rewrites(c.code))
		assert.False(t, (&image{}).rewrites(c.code), "nobody vouches for moves")
	}
}
