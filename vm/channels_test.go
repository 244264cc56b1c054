package vm_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
)

// A program that is stopped while strands wait in all ways leaves no goroutine and no timer that keeps it.
func TestStoppingWhileStrandsWait(t *testing.T) {
	prog := compiled(t, `include vm:channels
: main ( -- )
  [ list.make chan.make list.push 0 channels.bounded list.push 3600000 channels.ticker list.push channels.select drop ] strand.spawn drop
  [ chan.make 3600000 channels.receive-within drop ] strand.spawn drop
  [ 5 0 channels.bounded 3600000 channels.send-within drop ] strand.spawn drop
  [ 5 0 channels.bounded chan.send drop ] strand.spawn drop
  [ 3600000 channels.after chan.receive drop drop ] strand.spawn drop
  [ list.make 3600000 channels.select-within drop ] strand.spawn drop
  "waiting" io.write-line 3600000 time.sleep-ms ;
`)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := &signalWriter{seen: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := prog.Run(ctx, seqvm.Config{Stdout: waiting})
		ended <- err
	}()
	<-waiting.seen
	cancel()
	assert.Error(t, <-ended)
}

// Calls of words in an instance can be interrupted in each kind of wait; the next call finds everything as it was.
func TestInterruptedWaits(t *testing.T) {
	prog := compiled(t, `include vm:channels
: in-select ( Channel -- Int ) list.make swap list.push 3600000 channels.ticker list.push channels.select drop 0 ;
: in-receive ( Channel -- Int ) chan.receive drop drop 0 ;
: in-limit ( Channel -- Int ) 3600000 channels.receive-within drop 0 ;
: in-send ( Channel -- Int ) drop 0 channels.bounded 5 swap chan.send drop 0 ;
: in-sleep ( Channel -- Int ) drop 3600000 time.sleep-ms 0 ;
: make ( -- Channel ) chan.make ;
: feed ( Channel -- ) 7 swap chan.send drop ;
: next ( Channel -- Int ) list.make swap list.push 1000 channels.ticker list.push channels.select channels.value drop ;
: main ( -- ) ;
`)
	in, err := prog.Open(seqvm.Config{}, nil)
	require.NoError(t, err)
	defer in.Close()
	c, err := in.Call(t.Context(), "make")
	require.NoError(t, err)
	for _, word := range []string{"in-select", "in-receive", "in-limit", "in-send", "in-sleep"} {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_, err := in.Call(ctx, word, c...)
		assert.Error(t, err, word)
		_, err = in.Call(t.Context(), "feed", c...)
		require.NoError(t, err)
		left, err := in.Call(t.Context(), "next", c...)
		require.NoError(t, err)
		assert.Equal(t, []any{int64(7)}, left, "the value that came after %s was left", word)
	}
}
