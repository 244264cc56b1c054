package son_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
)

func list(values ...stack.Value) stack.Value {
	return stack.FromList(values)
}

func variant(name string, fields ...stack.Value) stack.Value {
	return stack.FromVariant(stack.NewVariant(&stack.Tag{Name: name, Union: -1}, fields))
}

func ints(n int) []stack.Value {
	all := make([]stack.Value, n)
	for i := range all {
		all[i] = stack.FromInt(int64(i))
	}
	return all
}

func TestBriefTextsFit(t *testing.T) {
	const room = 40
	long := strings.Repeat("x", 5000)
	deep := list()
	for range 100000 {
		deep = list(deep)
	}
	squares := stack.NewMap()
	for i := range int64(3000) {
		squares = squares.Set(stack.FromInt(i), stack.FromInt(i*i))
	}
	for _, c := range []struct {
		value stack.Value
		want  string
	}{
		{stack.FromInt(-7), "-7"},
		{stack.FromBool(true), "true"},
		{stack.FromFloat(1), "1.0"},
		{stack.FromFloat(1e300), "1e+300"},
		{stack.FromString("a\x1b[2J\n"), `"a\u001b[2J\n"`},
		{stack.FromString(long), `"` + long[:room] + `…" (5000)`},
		{stack.FromSymbol(&stack.Tag{Name: long}), ":" + long[:room-1] + "…"},
		{stack.FromSymbol(&stack.Tag{Name: "ok"}), ":ok"},
		{list(ints(3)...), "list-of 0 lv 1 lv 2 lv"},
		{list(ints(3000)...), "list-of 0 lv 1 lv … 2999 lv (3000)"},
		{list(stack.FromSymbol(&stack.Tag{Name: "ok"}), stack.FromString(long)), "list-of :ok lv … lv"},
		{variant(long), ":" + long[:room/2] + "… wrap-0"},
		{variant("Row", stack.FromString(long), stack.FromInt(2)), ":Row … 2 wrap-2"},
		{stack.FromMap(squares), "map-of … 2999 8994001 kv (3000)"},
		{deep, "list-of list-of … lv lv"},
	} {
		assert.Equal(t, c.want, son.Brief(c.value, room))
	}
}
