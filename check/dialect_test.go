package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/check"
)

// What says that a program is an old one can be added, in its first line or behind
// that of a script, and then it checks.
func TestDialectCommentIsOffered(t *testing.T) {
	for text, want := range map[string]string{
		": main ( -- ) 1 drop ;\n: f ( First -- ) drop ;":                                                 "# seq:dialect classic\n: main ( -- ) 1 drop ;\n: f ( First -- ) drop ;",
		"#!/usr/bin/env seqvm\n: main ( -- ) ;\n: f ( First -- ) drop ;":                                  "#!/usr/bin/env seqvm\n# seq:dialect classic\n: main ( -- ) ;\n: f ( First -- ) drop ;",
		"\uFEFF: main ( -- ) ;\n: f ( First -- ) drop ;":                                                  "\uFEFF# seq:dialect classic\n: main ( -- ) ;\n: f ( First -- ) drop ;",
		": main ( -- ) true if 1 else 2 then drop 0 [ dup 3 i.< ] [ 1 i.+ ] while drop ;\n: g ( -- ) ;\n": "# seq:dialect classic-1\n: main ( -- ) true if 1 else 2 then drop 0 [ dup 3 i.< ] [ 1 i.+ ] while drop ;\n: g ( -- ) ;\n",
	} {
		_, list := check.Program(check.Text("x.seq", text, "."), check.Options{Hints: true})
		require.Len(t, list, 1, text)
		require.Len(t, list[0].Fixes, 1, text)
		edits := list[0].Fixes[0].Edits
		require.Len(t, edits, 1)
		got := list[0].Fixes[0].Apply(edits[0].Span.Source)
		assert.Equal(t, want, got)
		_, list = check.Program(check.Text("x.seq", got, "."), check.Options{Hints: true})
		assert.Empty(t, list, got)
	}
}
