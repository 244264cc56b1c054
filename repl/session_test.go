package repl

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// start begins a session that preloads the standard modules; what programs write
// goes to the buffer.
func start(t *testing.T) (*Session, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	s, err := New(Options{Modules: Preloaded, Stdout: &out})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, &out
}

func TestInputs(t *testing.T) {
	s, out := start(t)
	do := func(text, stack string) {
		t.Helper()
		_, err := s.Input(context.Background(), text)
		require.NoError(t, err)
		require.Equal(t, stack, s.StackLine())
	}
	do("1 2", "» 1 2")
	do("i.+", "» 3")
	do(": cube ( Int -- Int ) dup dup i.* i.* ;", "» 3")
	do("cube", "» 27")
	do(": cube ( Int -- Int ) 1 i.+ ;", "» 27")
	do("cube", "» 28")
	do(": twice ( Int -- Int ) cube cube ;", "» 28")
	do(": cube ( Int -- Int ) 100 i.+ ; twice", "» 228")
	do(`"out" io.write-line`, "» 228")
	require.Equal(t, "out\n", out.String())
	_, err := s.Input(context.Background(), `"text" i.+`)
	require.Error(t, err)
	t.Log(err)
	_, err = s.Input(context.Background(), `0 0 list-of 5 list.get drop string.length`)
	t.Log(err)
	do("[ 1 i.+ ]", "» 228 <quotation>")
	do("dup dip call", "»")
}
