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
