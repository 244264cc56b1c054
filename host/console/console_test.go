package console

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesOfATerminalAreVisibleAtOnce(t *testing.T) {
	var seen strings.Builder
	c := New(Config{Stdout: &seen, LineFlush: true})
	require.NoError(t, c.WriteString("prompt", false))
	assert.Empty(t, seen.String(), "no line yet")
	require.NoError(t, c.WriteString("", true))
	assert.Equal(t, "prompt\n", seen.String())
}

func TestLongTextsKeepTheirPlace(t *testing.T) {
	var seen strings.Builder
	c := New(Config{Stdout: &seen})
	long := strings.Repeat("x", outputLimit+1)
	for _, text := range []string{"a", long, "b"} {
		require.NoError(t, c.WriteString(text, false))
	}
	require.NoError(t, c.Seal())
	assert.Equal(t, "a"+long+"b", seen.String())
	require.NoError(t, c.WriteString("late", true))
	assert.Equal(t, "a"+long+"b", seen.String(), "what comes behind the end is dropped")
}

// full is an output that has no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestTheFirstErrorOfWritingIsKept(t *testing.T) {
	c := New(Config{Stdout: full{}})
	require.NoError(t, c.WriteString("text", false), "it waits for a flush")
	c.Flush()
	assert.EqualError(t, c.Err(), "cannot write to stdout: no space left")
	assert.Equal(t, c.Err(), c.WriteString("more", false))
	assert.Equal(t, c.Err(), c.Seal())
}

func TestInputIsReadInPieces(t *testing.T) {
	c := New(Config{Stdin: strings.NewReader("line\nxyz")})
	assert.Equal(t, "line\n", string(c.ReadLine(unheeded)))
	assert.Equal(t, int64('x'), c.ReadChar())
	assert.Equal(t, int64('y'), c.Poll())
	assert.Equal(t, "z", string(c.ReadN(5, unheeded)))
	assert.Empty(t, c.ReadLine(unheeded))
	assert.Equal(t, int64(-1), c.ReadChar())
}

func TestAllOfTheInput(t *testing.T) {
	c := New(Config{Stdin: strings.NewReader("line\nx\r\ny")})
	assert.Equal(t, "line\n", string(c.ReadLine(unheeded)))
	b, err := c.ReadAll(unheeded)
	require.NoError(t, err)
	assert.Equal(t, "x\r\ny", string(b))
	b, err = c.ReadAll(unheeded)
	require.NoError(t, err, "the end is no failure")
	assert.Empty(t, b)
	_, err = New(Config{Stdin: iotest.ErrReader(errors.New("broken"))}).ReadAll(unheeded)
	assert.EqualError(t, err, "broken")
}

func TestErrorLinesComeBehindTheOutput(t *testing.T) {
	var seen strings.Builder
	c := New(Config{Stdout: &seen, Stderr: &seen})
	require.NoError(t, c.WriteString("out ", false))
	require.NoError(t, c.WriteErrorLine("error"))
	require.NoError(t, c.WriteErrorLine(strings.Repeat("x", outputLimit+1)))
	require.NoError(t, c.Seal())
	require.NoError(t, c.WriteErrorLine("late"))
	assert.Equal(t, "out error\n"+strings.Repeat("x", outputLimit+1)+"\n", seen.String())
	assert.EqualError(t, New(Config{Stderr: full{}}).WriteErrorLine("x"), "cannot write to stderr: no space left")
}

// The end of a program does not wait for who reads its stderr.
func TestSealDoesNotWaitForStderr(t *testing.T) {
	r, w := io.Pipe()
	c := New(Config{Stderr: w})
	wrote := make(chan error)
	go func() { wrote <- c.WriteErrorLine("text") }()
	one := make([]byte, 1)
	_, err := r.Read(one) // now the writer is in the middle of its line
	require.NoError(t, err)
	require.NoError(t, c.Seal())
	require.NoError(t, r.Close())
	<-wrote
}

func TestPollDoesNotWaitForWhoReads(t *testing.T) {
	r, w := io.Pipe()
	c := New(Config{Stdin: r})
	read := make(chan int64)
	go func() { read <- c.ReadChar() }()
	_, err := w.Write([]byte("a")) // returns when the reader has it, or is about to
	require.NoError(t, err)
	assert.Equal(t, int64('a'), <-read)
	c.input.mu.Lock() // as somebody who reads holds it
	assert.Equal(t, int64(-1), c.Poll())
	c.input.mu.Unlock()
}

func TestWithoutAnythingThereIsNoInput(t *testing.T) {
	c := New(Config{})
	assert.Equal(t, int64(-1), c.Poll())
	c.RawMode(true)
	require.NoError(t, c.WriteString("x", true))
	require.NoError(t, c.Seal())
}

// unheeded never ends the work that calls it.
func unheeded() {}
