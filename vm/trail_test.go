package vm_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

func TestErrorsHaveValuesAndCallsThatAreMissingAsData(t *testing.T) {
	const text = `: leaf ( T Int -- Int )
  swap i.+ ;
: deep ( T Int -- Int ) dup 100 i.> [ leaf ] [ 1 i.+ leaf 2 i.* ] if ;
: middle ( T -- Int ) 7 deep ;
: main ( -- Int ) "x" middle 1 i.+ ;`
	_, _, err := run(t, text, seqvm.Config{})
	var e *vm.RuntimeError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []string{"8", `"x"`}, e.Values)
	assert.Equal(t, []vm.Frame{
		{Word: "leaf", File: "test.seq", Line: 2, Column: 8, Count: 1}, {Word: "deep", File: "test.seq", Line: 3, Column: 54, Count: 1},
		{Word: "main", File: "test.seq", Line: 5, Column: 23, Count: 1, Called: "middle"},
	}, e.Trail)
	assert.Empty(t, e.Root)
	const calls = "  at test.seq:2 in leaf\n  at test.seq:3 in deep\n  in place of middle, which ended in a tail call\n  at test.seq:5 in main"
	assert.Equal(t, "seq: runtime error: i.+: expected Int, found String\n"+calls, err.Error(), "the text has no source line")
}

func TestMainThatEndedInATailCallIsSaid(t *testing.T) {
	for text, root := range map[string]string{
		": f ( T -- Int ) 1 i.+ ; : main ( -- Int ) \"x\" f ;":                                  "main", // in place of its call
		": f ( T Int -- Int ) dup 0 i.= [ i.+ ] [ 1 i.- f ] if ; : main ( -- Int ) \"x\" 3 f ;": "main",
		": main ( -- Int ) list.make \"x\" list.push 0 list.get drop 1 i.+ ;":                   "",
		": f ( T -- Int ) 1 i.+ ; : main ( -- Int ) \"x\" f 1 i.+ ;":                            "",
	} {
		_, _, err := run(t, text, seqvm.Config{})
		var e *vm.RuntimeError
		require.ErrorAs(t, err, &e, text)
		assert.Equal(t, root, e.Root, text)
	}
}

func TestLinesOfTheTrailHaveNoColumns(t *testing.T) {
	_, _, err := run(t, `: f ( T Int -- Int ) dup 0 i.= [ i.+ ] [ dup 2 i.% drop 0 i.= [ 1 i.- f 1 i.+ ] [ 1 i.- f 2 i.+ ] if ] if ;
: main ( -- Int ) "x" 6 f 1 i.+ ;`, seqvm.Config{})
	var e *vm.RuntimeError
	require.ErrorAs(t, err, &e)
	assert.Len(t, e.Trail, 8, "every frame has its column")
	assert.Contains(t, err.Error(), "  at test.seq:1 in f (7 times)\n  at test.seq:2 in main")
}
