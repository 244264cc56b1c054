package testrunner_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// TestIsTest: editors offer to run what the runner runs.
func TestIsTest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test-it.seq")
	require.NoError(t, os.WriteFile(path, []byte(`: test-a ( -- ) ;
: test-row ( ..a -- ..a ) ;
: test-in ( Int -- ) drop ;
: test-out ( -- Int ) 1 ;
: test-yields ( A -- A | Yield Int ) 1 yield drop ;
: a-test ( -- ) ;
`), 0o666))
	var ran, skipped []string
	testrunner.Run([]string{path}, testrunner.Options{}, func(f *testrunner.File) {
		require.Empty(t, f.Problems)
		for _, test := range f.Tests {
			ran = append(ran, test.Name)
		}
		for _, s := range f.Skipped {
			skipped = append(skipped, s.Name)
		}
	})
	var offered []string
	for _, w := range seqvm.Inspect(seqvm.File(path), seqvm.Options{}, nil).Info.Words {
		if testrunner.IsTest(w.Decl.Name.Text, w.Effect) {
			offered = append(offered, w.Decl.Name.Text)
		}
	}
	slices.Sort(offered)
	assert.Equal(t, ran, offered)
	assert.Equal(t, []string{"test-in", "test-out", "test-yields"}, skipped)
}
