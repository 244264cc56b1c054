package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/types"
)

// What answers a name of a family is a word, and the name is none.
func TestSiblingsAreWords(t *testing.T) {
	words := builtins.All()
	for family, list := range types.Siblings() {
		for _, s := range list {
			assert.NotNil(t, words.Find(family+"."+s.Word), s.Word)
			for _, other := range strings.Fields(s.Others) {
				assert.Nil(t, words.Find(family+"."+other), other)
				assert.NotEmpty(t, types.Instead(family+"."+other))
			}
		}
	}
	assert.Equal(t, "use 'map.set'", types.Instead("map.put"))
	assert.Equal(t, "use 'string.length'", types.Instead("String.Len"))
	assert.Empty(t, types.Instead("list.unheard-of"))
	assert.Empty(t, types.Instead("chan.len"))
}
