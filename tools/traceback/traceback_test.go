package traceback_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/traceback"
	"github.com/seqvm/seqvm/vm"
)

func rendered(err error, source *diag.Source) string {
	var b strings.Builder
	_ = traceback.Render(diag.Renderer{Out: &b}, err, func(file string) *diag.Source {
		if source != nil && file == source.Name {
			return source
		}
		return nil
	})
	return b.String()
}

func TestRenderShowsTheSourceLineIfItIsAtHand(t *testing.T) {
	const text = `: leaf ( T Int -- Int )
  swap i.+ ;
: deep ( T Int -- Int ) dup 100 i.> [ leaf ] [ 1 i.+ leaf 2 i.* ] if ;
: middle ( T -- Int ) 7 deep ;
: main ( -- Int ) "x" middle 1 i.+ ;`
	prog, err := seqvm.Compile(seqvm.Text("test.seq", text), seqvm.Options{})
	require.NoError(t, err)
	_, err = prog.Run(t.Context(), seqvm.Config{})
	var e *vm.RuntimeError
	require.ErrorAs(t, err, &e)
	const calls = "  at test.seq:2 in leaf\n  at test.seq:3 in deep\n  in place of middle, which ended in a tail call\n  at test.seq:5 in main"

	e.Help = []string{"do this\nor that", "or that"}
	assert.Equal(t, "seq: runtime error: i.+: expected Int, found String\n  --> test.seq:2:8\n   2 |   swap i.+ ;\n     |        ^^^\n  values: 8, \"x\"\n"+
		calls+"\n  help: do this\n  or that\n  help: or that\n", rendered(err, diag.NewSource("test.seq", text)))
	assert.Contains(t, rendered(err, nil), "found String\n  --> test.seq:2:8\n  values: 8", "only the place")
	assert.Contains(t, rendered(err, diag.NewSource("test.seq", "short")), "  --> test.seq:1:6\n   1 | short\n", "another text does no harm")
}
