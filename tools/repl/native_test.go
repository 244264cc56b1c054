package repl

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/host/settings"
)

// A word that is defined anew is another one for those that call it in machine code, and for a strand that runs in it.
func TestDefinitionsReplaceMachineCode(t *testing.T) {
	for _, native := range []settings.Native{{Mode: settings.NativeOff}, {Mode: settings.NativeOn}, {Mode: settings.NativeAlways}, {Mode: settings.NativeAlways, Chaos: 2}} {
		var out strings.Builder
		s, err := New(Options{Stdout: &out, Settings: settings.Settings{Native: native}})
		require.NoError(t, err)
		for _, input := range []string{
			": step ( Int -- Int ) 1 i.+ ;",
			": twice ( Int -- Int ) step step ;",
			": many ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap twice swap 1 i.- many ] if ;",
			": forever ( Channel Int -- ) dup twice 3 i.% drop 77 i.= [ drop true swap chan.send drop ] [ 1 i.+ forever ] if ;",
			"0 2000000 many int->string io.write-line",
			"chan.make dup [ 0 forever ] strand.spawn drop",
			": step ( Int -- Int ) 10 i.+ ;",
			"0 1000000 many int->string io.write-line",
			": twice ( Int -- Int ) step 2 i.* ;",
			"0 20 many int->string io.write-line",
			": forever ( Channel Int -- ) drop true swap chan.send drop ;",
			"chan.receive drop drop \"ended\" io.write-line",
			": step ( Int -- Int ) 1 i.+ ;",
			"0 20 many int->string io.write-line",
		} {
			_, err := s.Input(context.Background(), input)
			require.NoError(t, err, input)
		}
		s.Close()
		assert.Equal(t, "4000000\n20000000\n20971500\nended\n2097150\n", out.String(), "%+v", native)
	}
}
