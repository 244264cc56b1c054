package types

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSimpleEffects: the short way to write an effect writes what the long one does.
func TestSimpleEffects(t *testing.T) {
	short := 0
	for _, text := range []string{
		"( -- )", "( Int -- )", "( -- Int )", "( Int Float -- String Variant )", "( Int -- T )", "( ..a Int -- ..a )", "( ..a -- ..b )",
		"( [ Int -- Int ] -- )", "( -- Closure[ Int -- ] )", "( Int -- Int | Yield Int )", "( " + strings.Repeat("Variant ", 60) + "-- )",
	} {
		effect, err := builtinEffect(text)
		require.NoError(t, err)
		for _, e := range []*Effect{effect, effect.named()} { // with a name for its row it is written in full
			b, p := instance{effect: e}, newPrinter()
			p.sides(b.side(e.In, e.rowIn), b.side(e.Out, e.rowOut))
			if written, ok := e.simple(); ok {
				assert.Equal(t, "("+p.b.String()+")", written, text)
				short++
			}
		}
	}
	assert.Equal(t, 4, short)
}
