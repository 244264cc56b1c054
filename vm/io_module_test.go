package vm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

// crowd is a program in which more strands than there are workers run a word, while
// main goes on.
func crowd(word string) string {
	return fmt.Sprintf(`include vm:io
: act ( -- ) %s ;
: start ( Int -- ) dup 0 i.> [ [ drop act ] strand.spawn drop 1 i.- start ] [ drop ] if ;
: count ( Int -- ) dup 1000 i.< [ chan.yield 1 i.+ count ] [ drop ] if ;
: main ( -- ) %d start 0 count "counted" io.write-line ;
`, word, 2*runtime.NumCPU()+2)
}

func TestReadingAllOfTheInputHoldsNoWorker(t *testing.T) {
	prog := compiled(t, crowd("io.read-all drop drop"))
	in, release := io.Pipe()
	counted := &signalWriter{seen: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := prog.Run(t.Context(), seqvm.Config{Stdin: in, Stdout: counted})
		ended <- err
	}()
	<-counted.seen
	release.Close()
	require.NoError(t, <-ended)
}

// gate is a writer that waits for its opening.
type gate struct {
	open chan struct{}
	bytes.Buffer
}

func (g *gate) Write(b []byte) (int, error) {
	<-g.open
	return g.Buffer.Write(b)
}

func TestWritingToStderrHoldsNoWorker(t *testing.T) {
	prog := compiled(t, crowd(`"line" io.error-line`))
	stderr := &gate{open: make(chan struct{})}
	counted := &signalWriter{seen: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := prog.Run(t.Context(), seqvm.Config{Stdout: counted, Stderr: stderr})
		ended <- err
	}()
	<-counted.seen
	close(stderr.open)
	require.NoError(t, <-ended)
	assert.Equal(t, strings.Repeat("line\n", 2*runtime.NumCPU()+2), stderr.String())
}

func TestReadingAllOfABrokenInput(t *testing.T) {
	const source = "include vm:io : main ( -- ) io.read-all stack.dump ;"
	out, _, err := run(t, source, seqvm.Config{Stdin: io.MultiReader(strings.NewReader("some"), iotest.ErrReader(errors.New("broken")))})
	require.NoError(t, err)
	assert.Equal(t, "» \"\" false\n", out, "a part is not taken for all")
	out, _, err = run(t, source, seqvm.Config{Stdin: iotest.OneByteReader(strings.NewReader("some"))})
	require.NoError(t, err)
	assert.Equal(t, "» \"some\" true\n", out)
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestStderrThatTakesNothing(t *testing.T) {
	out, _, err := run(t, `include vm:io : main ( -- ) "a" io.write-line "b" io.error-line "c" io.write-line ;`, seqvm.Config{Stderr: full{}})
	var failed *vm.RuntimeError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "io.error-line", failed.Word)
	assert.Equal(t, "cannot write to stderr: no space left", failed.Reason)
	assert.Equal(t, "a\n", out)
}
