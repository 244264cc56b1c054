package builtins_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
)

// holders are programs in which 30 strands hold a string of 16 MB, or parts of it, when they call
// test.held. A strand says on the first channel that it has it, and waits at the second one.
var holders = map[string]string{
	"got from channels": `
: holder ( Channel Channel Channel -- ) chan.receive drop rot true swap chan.send drop swap chan.receive drop drop string.length drop ;
: start ( String Channel Channel -- ) chan.make 3 roll over chan.send drop [ holder ] strand.spawn drop drop drop drop ;`,
	"captured": `
: holder ( String Channel Channel -- ) swap true swap chan.send drop chan.receive drop drop string.length drop ;
: held ( String Channel Channel -- Closure[ -- ] ) [ holder ] ;
: start ( String Channel Channel -- ) held strand.spawn drop ;`,
	"parts, in lists": `
: holder ( Variant Channel Channel -- ) swap true swap chan.send drop chan.receive drop drop list.length drop ;
: start ( String Channel Channel -- ) rot 1 16000000 string.substring list.make swap list.push rot rot [ holder ] strand.spawn drop drop drop drop ;`,
	"on copies of the stack": `
: holder ( String Channel Channel -- ) swap true swap chan.send drop chan.receive drop drop string.length drop ;
: start ( String Channel Channel -- ) [ holder ] strand.spawn drop drop drop drop ;`,
}

const holding = `
: doubled ( String Int -- String ) dup 0 i.= [ drop ] [ swap dup string.concat swap 1 i.- doubled ] if ;
: started ( String Channel Channel Int -- String Channel Channel )
  dup 0 i.= [ drop ] [ 3 pick 3 pick 3 pick start 1 i.- started ] if
;
: awaited ( Channel Int -- ) dup 0 i.= [ drop drop ] [ over chan.receive drop drop 1 i.- awaited ] if ;
: main ( -- )
  "0123456789abcdef" 20 doubled chan.make chan.make 30 started
  over 30 awaited test.held chan.close drop drop
;
`

// TestALongStringIsThereOnce measures memory, not time: what all strands hold is one string.
func TestALongStringIsThereOnce(t *testing.T) {
	const size = 16 << 20
	for name, start := range holders {
		var held, before runtime.MemStats
		words := withWord(t, "test.held", "( -- )", func() error {
			runtime.GC()
			runtime.ReadMemStats(&held)
			return nil
		})
		prog, err := seqvm.Compile(seqvm.Text("holders.seq", start+holding), seqvm.Options{Words: words})
		require.NoError(t, err, name)
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err = prog.Run(t.Context(), seqvm.Config{})
		require.NoError(t, err, name)
		require.Greater(t, held.HeapAlloc, uint64(size), name)
		assert.Less(t, held.HeapAlloc, before.HeapAlloc+3*size, name)
	}
}

// TestALongStringIsWrittenAsItIs: no word that hands a string out makes another one of it.
func TestALongStringIsWrittenAsItIs(t *testing.T) {
	const size = 16 << 20
	for _, write := range []string{"io.write", "crypto.sha256 drop", `"/dev/null" file.spit drop`,
		"0 net.tcp.listen drop dup net.tcp.local-port drop \"127.0.0.1\" swap net.tcp.connect drop swap net.tcp.accept drop net.tcp.close drop net.tcp.write drop"} {
		var marks []uint64
		words := withWord(t, "test.mark", "( -- )", func() error {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			marks = append(marks, now.TotalAlloc)
			return nil
		})
		source := `: doubled ( String Int -- String ) dup 0 i.= [ drop ] [ swap dup string.concat swap 1 i.- doubled ] if ;
: main ( -- ) "0123456789abcdef" 20 doubled test.mark ` + write + " test.mark ;"
		prog, err := seqvm.Compile(seqvm.Text("write.seq", source), seqvm.Options{Words: words})
		require.NoError(t, err, write)
		_, err = prog.Run(t.Context(), seqvm.Config{Stdout: io.Discard})
		require.NoError(t, err, write)
		require.Len(t, marks, 2)
		assert.Less(t, marks[1]-marks[0], uint64(size/2), write)
	}
}

func withWord(t *testing.T, name, effect string, f func() error) *seqvm.Words {
	t.Helper()
	word, err := seqvm.Func(name, effect, "", f)
	require.NoError(t, err)
	words, err := seqvm.AllWords().With(word)
	require.NoError(t, err)
	return words
}
