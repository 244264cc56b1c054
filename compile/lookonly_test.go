package compile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
)

// What a built-in word fetches is marked as held twice unless it is only looked at.
func TestWordsThatOnlyLook(t *testing.T) {
	for source, want := range map[string]string{
		": word ( M Int -- Int ) map.get drop 2 map.get drop ;":                      "%map.peek",
		": word ( M Int -- Int ) map.get [ map.size ] [ drop 0 ] if ;":               "%map.peek",
		": word ( M Int -- V ) map.get drop ;":                                       "",
		": word ( M Int -- M ) map.get drop 3 4 map.set ;":                           "",
		": word ( M Int -- M Int ) 2dup map.get drop >aux 1 map.set aux> map.size ;": "",
		": word ( Variant -- Int ) variant.first list.length ;":                      "%variant.peek-first",
		": word ( Variant -- Int ) variant.last list.length ;":                       "%variant.peek-last",
		": word ( Variant Int -- Int ) variant.field-at list.length ;":               "%variant.peek-at",
		": word ( Variant -- T ) variant.first ;":                                    "",
	} {
		prog, err := seqvm.Compile(seqvm.Text("word.seq", source+"\n: main ( -- ) ;\n"), seqvm.Options{})
		require.NoError(t, err, source)
		require.NoError(t, bytecode.Verify(prog.Module), source)
		looks := ""
		for _, b := range prog.Module.Builtins {
			if strings.Contains(b.Name, ".peek") {
				looks = b.Name
			}
		}
		assert.Equal(t, want, looks, source)
	}
}
