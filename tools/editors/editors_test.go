package editors

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/syntax"
)

// TestWrittenFilesAreMade holds that the files of the repository are those that Files makes; with UPDATE_GRAMMARS set
// it writes them.
func TestWrittenFilesAreMade(t *testing.T) {
	for _, f := range Files() {
		if os.Getenv("UPDATE_GRAMMARS") != "" {
			require.NoError(t, os.MkdirAll(filepath.Dir(f.Path), 0o777))
			require.NoError(t, os.WriteFile(f.Path, []byte(f.Text), 0o666))
		}
		written, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		assert.Equal(t, f.Text, string(written), "%s: 'make grammars' writes it", f.Path)
	}
}

func TestEveryClassHasALook(t *testing.T) {
	seen := map[string]syntax.Class{}
	for _, c := range syntax.Classes() {
		l, ok := looks[c]
		require.True(t, ok, "%s", c)
		assert.NotContains(t, seen, l.scope)
		seen[l.scope] = c
	}
	assert.Len(t, looks, len(syntax.Classes()))
	inQueries := map[syntax.Class]bool{syntax.ClassBadEscape: true, syntax.ClassKeyword: true} // no node; from the table
	for _, c := range captures {
		inQueries[c.class] = true
	}
	assert.Len(t, inQueries, len(looks))
	inVim := map[syntax.Class]bool{syntax.ClassWord: true} // without a colour
	for _, g := range vimGroups {
		inVim[g.class] = true
	}
	assert.Len(t, inVim, len(looks))
}

func TestBuiltinWords(t *testing.T) {
	words := builtinWords()
	assert.Contains(t, words, "dup")
	assert.Contains(t, words, "string.concat")
	assert.NotContains(t, words, "+")
	assert.NotContains(t, words, "if")
	for _, w := range words {
		assert.Equal(t, syntax.ClassWord, syntax.WordClass(w), w)
	}
}
