package types_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
)

// A row is all that the checker needs to know of a word: here of combinators that the language does not
// have, a word that ends the program under another name, and one that only has such a name.
func TestARowSaysAll(t *testing.T) {
	table := types.NewTable([]types.Signature{
		{Name: "twice", Effect: "( ..a Q -- ..b )", Rule: types.Rule{Combinator: &types.Combinator{Quotations: 1, Order: []int{0, 0}}}},
		{Name: "2dip", Effect: "( ..a T U Q -- ..b T U )", Rule: types.Rule{Combinator: &types.Combinator{Values: 2, Quotations: 1, Order: []int{2, 0, 1}}}},
		{Name: "both", Effect: "( ..a T U Q Q2 -- ..b )", Rule: types.Rule{Combinator: &types.Combinator{Values: 2, Quotations: 2, Order: []int{0, 2, 1, 3}}}},
		{Name: "halt", Effect: "( ..a -- ..a )", Traits: types.EndsProgram},
		{Name: "os.exit", Effect: "( ..a Int -- ..a )"},
		{Name: "inc", Effect: "( ..a Int -- ..a Int )"},
		{Name: "text", Effect: "( ..a Int -- ..a String )"},
		{Name: "away", Effect: "( ..a T -- ..a )", Rule: types.Rule{Shuffle: &types.Shuffle{}}},
	})
	for _, c := range []struct {
		body, code string     // "": it is accepted
		form       types.Form // of the last call; the parser puts two literals in front of bi alone
	}{
		{"( Int -- Int Int ) [ 1 ] twice away [ ] twice", "", types.FormInline},
		{"( Int -- Int ) [ inc ] twice", "", types.FormInline},
		{"( Int -- String ) [ text ] twice", "type-mismatch", 0},
		{"( Int Bool String -- Int Bool String ) [ inc ] 2dip", "", types.FormInline},
		{"( Bool String -- Bool String ) [ inc ] 2dip", "underflow", 0},
		{"( Int Int -- Int String ) [ inc ] [ text ] both", "", types.FormCall},
		{"( Int Bool -- Int Bool ) [ inc ] [ inc ] both", "type-mismatch", 0},
		{"( Int -- Int ) true 1 [ inc ] [ text ] both away away 1", "type-mismatch", 0},
	} {
		prog, problems := load.Text("x.seq", ": w "+c.body+" ;", "", load.Options{})
		require.False(t, problems.HasErrors(), "%s: %v", c.body, problems)
		info, problems := types.Check(prog, table, types.Options{})
		if c.code != "" {
			require.Len(t, problems, 1, c.body)
			assert.EqualValues(t, c.code, problems[0].Code, c.body)
			continue
		}
		require.Empty(t, problems, c.body)
		calls := info.Calls[0]
		assert.Equal(t, c.form, calls[len(calls)-1].Form, c.body)
	}

	prog, problems := load.Text("x.seq", ": a ( -- ) halt ;\n: b ( -- ) 1 os.exit ;\n: c ( Int -- ) away ;", "", load.Options{})
	require.Empty(t, problems)
	info, problems := types.Check(prog, table, types.Options{})
	require.Empty(t, problems)
	words := prog.Modules[0].Words
	assert.Equal(t, types.EndsInExit, info.EndOf(0, words[0].Body))
	assert.Equal(t, types.EndsHere, info.EndOf(0, words[1].Body))
}
