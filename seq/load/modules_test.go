package load

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Unions bring words as well, helpers are no words of the module.
func TestPublicWords(t *testing.T) {
	file, problems := syntax.Parse(diag.NewSource("<vm:names>", "union NamesAnswer { NamesFound { address: String } NamesLost } : %f ( -- ) ; : names.find ( -- ) ;"), syntax.Seven)
	assert.Empty(t, problems)
	var names []string
	for _, name := range publicWords(file) {
		names = append(names, name.Text)
	}
	assert.Equal(t, []string{"Make-NamesFound", "is-NamesFound?", "NamesFound-address", "Make-NamesLost", "is-NamesLost?", "names.find"}, names)
}
