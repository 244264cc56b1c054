package builtins_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Each word of the part has its function, and no function is without a word.
func TestTheWordsOfParts(t *testing.T) {
	functions := parts.Functions("test")
	assert.Len(t, builtins.All().Unlinked(), len(functions))
	for _, w := range builtins.All().Unlinked() {
		assert.Contains(t, functions, w.Name)
	}
}

func TestWordsWhoseFunctionsAreElsewhere(t *testing.T) {
	all := builtins.All().Link(parts.Functions("test"))
	assert.Empty(t, all.Unlinked())
	words, err := all.With(builtins.Word{Name: "elsewhere", Effect: "( ..a -- ..a Int )", Part: "tests"})
	require.NoError(t, err)
	require.Len(t, words.Unlinked(), 1)
	assert.Equal(t, "elsewhere", words.Unlinked()[0].Name)
	require.NotNil(t, words.Find("elsewhere"))
	assert.Nil(t, words.Find("elsewhere").Run)

	linked := words.Link(map[string]builtins.Function{
		"elsewhere": func(*vm.Strand, []stack.Value) error { return nil },
		"dup":       func(*vm.Strand, []stack.Value) error { return nil }, // which is compiled
	})
	assert.Empty(t, linked.Unlinked())
	assert.NotNil(t, linked.Find("elsewhere").Run)
	assert.Nil(t, linked.Find("dup").Run)
	assert.Len(t, words.Unlinked(), 1, "the other set is as before")

	none := words.Only(func(string) bool { return false })
	assert.Nil(t, none.Find("elsewhere"), "a function that is elsewhere is none that stays")
	assert.NotNil(t, none.Find("dup"))
}
