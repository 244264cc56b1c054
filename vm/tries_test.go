package vm_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
)

// A strand that is cancelled before its first instruction has an error at that: there is none in front of it. The
// parent gives way only after it has cancelled, if there is one worker for both.
func TestAStrandThatIsCancelledAtItsStartSaysWhere(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("start.seq", `include vm:strands
: reason ( Variant -- String ) variant.first strands.error-reason ;
: once ( -- ) [ chan.make chan.receive drop ] strands.start dup strands.cancel strands.join reason io.write-line ;
: many ( Int -- ) dup 0 i.= [ drop ] [ once 1 i.- many ] if ;
: main ( -- ) 200 many ;
`), seqvm.Options{})
	require.NoError(t, err)
	for _, interval := range []uint64{0, 1} {
		var out bytes.Buffer
		v, err := prog.VM(seqvm.Config{Stdout: &out, PoisonArenas: true, Settings: seqvm.Settings{YieldInterval: interval}})
		require.NoError(t, err)
		_, err = v.Run()
		require.NoError(t, err)
		assert.Equal(t, string(bytes.Repeat([]byte("the strand was cancelled\n"), 200)), out.String())
		c := v.Scheduler().Counters()
		assert.Equal(t, int64(201), c.Completed)
		assert.Zero(t, c.Active)
	}
}
