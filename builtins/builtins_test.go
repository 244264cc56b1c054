package builtins_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/vm"
)

// linked are all words with their functions.
var linked = builtins.All().Link(parts.Functions("test"))

func TestTableIsWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range builtins.All().List() {
		assert.False(t, seen[b.Name], "%s stands twice in the table", b.Name)
		seen[b.Name] = true
		assert.True(t, strings.HasPrefix(b.Effect, "( ..a ") && strings.HasSuffix(b.Effect, " )"), "%s: %s", b.Name, b.Effect)
		assert.Regexp(t, `^[A-Z0-9e].*[.?]$`, b.Doc, b.Name)
	}
	assert.Equal(t, len(seen), len(builtins.All().List()))
	for i := range builtins.All().List() {
		assert.NotNil(t, builtins.All().Types().Effect(int32(i)))
	}
}

// Every word of the table is a Go function or known to the compiler: a program
// that uses it compiles, verifies and links.
func TestEveryWordCompiles(t *testing.T) {
	for _, b := range builtins.All().List() {
		if stdlib.Private(b.Name) {
			continue // only standard modules can call it
		}
		source := ": word ( ..a -- ..b ) " + b.Name + " ;\n: main ( -- ) ;\n"
		switch b.Name {
		case "aux>":
			source = ": word ( T -- T ) >aux aux> ;\n: main ( -- ) ;\n"
		case "yield":
			source = ": word ( C T -- C T | Yield T ) yield ;\n: main ( -- ) ;\n"
		case ">aux":
			source = ": word ( T -- T ) >aux aux> ;\n: main ( -- ) ;\n"
		}
		prog, err := seqvm.Compile(seqvm.Text("word.seq", source), seqvm.Options{})
		require.NoError(t, err, b.Name)
		require.NoError(t, bytecode.Verify(prog.Module), b.Name)
		for _, called := range prog.Module.Builtins {
			assert.True(t, called.Name == b.Name || called.Name == b.MovesOut || called.Name == b.Peeks || slices.Contains(b.Calls, called.Name), "%s calls %s", b.Name, called.Name)
		}
		_, err = vm.New(prog.Module, vm.Config{Builtins: linked.Find})
		require.NoError(t, err, b.Name)
	}
}

// evaluate runs a Float expression and returns what it prints.
func evaluate(t *testing.T, expression string) float64 {
	t.Helper()
	var out strings.Builder
	prog, err := seqvm.Compile(seqvm.Text("f.seq", ": main ( -- ) "+expression+" float->string io.write ;"), seqvm.Options{})
	require.NoError(t, err)
	_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out})
	require.NoError(t, err)
	f, err := strconv.ParseFloat(out.String(), 64)
	require.NoError(t, err)
	return f
}

// Every function of Floats stands behind its word.
func TestFloatWords(t *testing.T) {
	for expression, want := range map[string]float64{
		"1000.0 f.log10": 3, "8.0 f.log2": 3, "f.e f.ln": 1, "1.0 f.exp": math.E, "27.0 f.cbrt": 3, "10.0 -3.0 f.pow": 0.001,
		"f.pi f.sin": 1.2246467991473532e-16, "f.pi f.cos": -1, "f.pi f.tan": -1.2246467991473532e-16,
		"1.0 f.asin": math.Pi / 2, "0.9999999999999999 f.acos": 1.4901161193847656e-8, "1.0 f.atan": math.Pi / 4, "1.0 -1.0 f.atan2": 3 * math.Pi / 4,
	} {
		assert.Equal(t, want, evaluate(t, expression), expression)
	}
}

// A Bool above a value is a flag: the row says what it tells. A flag is the last result.
func TestFlagsAreDescribed(t *testing.T) {
	for i, b := range builtins.All().List() {
		out := builtins.All().Types().Effect(int32(i)).Out
		if b.Flag != "" {
			assert.Regexp(t, `^whether .*[^.]$`, b.Flag, b.Name)
			assert.Contains(t, []types.Kind{types.Bool, types.Int}, types.EffectKind(out[len(out)-1]), b.Name)
		}
		if strings.HasPrefix(b.Name, "net.udp.") { // chapter 7, section 12
			assert.Empty(t, b.Flag, b.Name)
		} else if n := len(out); n > 1 && types.EffectKind(out[n-1]) == types.Bool && !stdlib.Private(b.Name) {
			assert.NotEmpty(t, b.Flag, b.Name)
		}
	}
}
