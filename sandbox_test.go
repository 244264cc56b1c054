package seqvm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

const reading = `: main ( -- ) 1 args.at file.slurp drop io.write ;`

func policyOf(t *testing.T, allow seqvm.Allow) *seqvm.Policy {
	t.Helper()
	p, err := seqvm.NewPolicy(allow)
	require.NoError(t, err)
	return p
}

// A program is kept in the sandbox of its options, or in that of its config, whether it was compiled or decoded.
func TestSandboxes(t *testing.T) {
	dir := t.TempDir()
	inside, outside := filepath.Join(dir, "in", "f"), filepath.Join(dir, "secret")
	require.NoError(t, os.Mkdir(filepath.Dir(inside), 0o777))
	require.NoError(t, os.WriteFile(inside, []byte("f"), 0o666))
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o666))
	box, closed := policyOf(t, seqvm.Allow{Read: []string{filepath.Dir(inside)}}), policyOf(t, seqvm.Allow{})

	free, err := seqvm.Compile(seqvm.Text("x.seq", reading), seqvm.Options{})
	require.NoError(t, err)
	kept, err := seqvm.Compile(seqvm.Text("x.seq", reading), seqvm.Options{Sandbox: box})
	require.NoError(t, err)
	module, err := bytecode.Decode(bytecode.Encode(free.Module))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		prog *seqvm.Program
		box  *seqvm.Policy
	}{
		"config": {free, box}, "options": {kept, nil}, "decoded": {seqvm.Decoded(module, seqvm.Options{}), box}, "decoded with options": {seqvm.Decoded(module, seqvm.Options{Sandbox: box}), nil},
	} {
		run := func(path string) (string, error) {
			var out strings.Builder
			_, err := c.prog.Run(t.Context(), seqvm.Config{Stdout: &out, Args: []string{"x", path}, Sandbox: c.box})
			return out.String(), err
		}
		out, err := run(inside)
		assert.NoError(t, err, name)
		assert.Equal(t, "f", out, name)
		out, err = run(outside)
		assert.ErrorContains(t, err, "is not allowed: run with --allow-read=", name)
		assert.Empty(t, out, name)

		v, err := c.prog.VM(seqvm.Config{Sandbox: c.box})
		require.NoError(t, err)
		_, err = v.Fresh(seqvm.Config{Args: []string{"x", outside}}).Run()
		assert.ErrorContains(t, err, "is not allowed", "%s, a fresh VM", name)

		_, err = c.prog.Run(t.Context(), seqvm.Config{Args: []string{"x", inside}, Sandbox: closed})
		assert.ErrorContains(t, err, "'file.slurp', which 'main' calls, is not allowed in this sandbox: it reads files: run with --allow-read", name)
	}
	_, err = seqvm.Compile(seqvm.Text("x.seq", reading), seqvm.Options{Sandbox: closed})
	assert.ErrorContains(t, err, "'file.slurp' is not allowed in this sandbox")
}

// A word of a host says what it needs as others do; without a need it is the host's affair.
func TestHostWordsInASandbox(t *testing.T) {
	word, err := seqvm.Func("host.reads", "( -- Int )", "Reads.", func(*vm.Strand) int { return 1 })
	require.NoError(t, err)
	word.Needs = seqvm.AllWords().Find("file.slurp").Needs
	plain := seqvm.Word{Name: "host.plain", Effect: "( ..a -- ..a Int )", Doc: "Leaves 2.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(2)
		return nil
	}}
	words, err := seqvm.AllWords().With(word, plain)
	require.NoError(t, err)
	closed := policyOf(t, seqvm.Allow{})
	_, err = seqvm.Compile(seqvm.Text("x.seq", ": main ( -- ) host.reads drop ;"), seqvm.Options{Words: words, Sandbox: closed})
	assert.ErrorContains(t, err, "'host.reads' is not allowed in this sandbox")
	prog, err := seqvm.Compile(seqvm.Text("x.seq", ": main ( -- Int ) host.plain ;"), seqvm.Options{Words: words, Sandbox: closed})
	require.NoError(t, err)
	status, err := prog.Run(t.Context(), seqvm.Config{})
	require.NoError(t, err)
	assert.Equal(t, 2, status)
}
