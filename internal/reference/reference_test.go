package reference_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/internal/reference"
	"github.com/seqvm/seqvm/load"
	"github.com/seqvm/seqvm/types"
	"github.com/seqvm/seqvm/vm"
)

// same checks that the compiled program writes what the evaluator writes.
func same(t *testing.T, source string) {
	t.Helper()
	prog, problems := load.Text("generated.seq", source, ".", load.Options{})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	info, problems := types.Check(prog, builtins.Types(), types.Options{NeedMain: true})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	want, ok := reference.Run(info, builtins.Names())
	if !ok {
		t.Skip("the program takes too long")
	}
	var out strings.Builder
	mod := compile.Program(info, builtins.Types(), builtins.Names(), compile.Options{})
	require.NoError(t, bytecode.Verify(mod), source)
	decoded, err := bytecode.Decode(bytecode.Encode(mod))
	require.NoError(t, err, source)
	// As compiled, moves are moves; once decoded, every one is a copy.
	for _, m := range []*bytecode.Module{mod, decoded} {
		out.Reset()
		v, err := vm.New(m, vm.Config{Builtins: builtins.Table(), Stdout: &out})
		require.NoError(t, err)
		_, err = v.Run()
		require.NoError(t, err, source)
		require.Equal(t, want, out.String(), source)
	}
}

func TestGeneratedProgramsRunAsTheEvaluatorSays(t *testing.T) {
	for seed := range uint64(3000) {
		same(t, reference.Generate(seed, 1))
	}
}

func FuzzGenerated(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { same(t, reference.Generate(a, b)) })
}
