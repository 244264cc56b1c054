package reference_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/reference"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/tools/fix"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/vm"
)

// The same program in other clothes: classic, rewritten, line by line in a session.

// runs checks that the program in a file does what is wanted.
func runs(t *testing.T, path string, want reference.Result) {
	t.Helper()
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	info, problems := check.Program(check.File(path), check.Options{Words: builtins.All().Types(), NeedMain: true})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	does(t, compile.Program(info, compile.Options{}), vm.Config{}, want, string(source))
}

func TestClassicProgramsAndWhatFixMakesOfThemDoTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.seq")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	for seed := range *seeds / 5 {
		text, _ := reference.Generate(seed, 4, reference.Options{Classic: true})
		want := reference.Run(checked(t, text))
		if want.Long {
			continue
		}
		write(reference.AsClassic(text))
		runs(t, path, want)
		fixed, problems, refused := fix.Files([]string{path}, fix.Options{})
		require.Empty(t, refused, "%s", reference.AsClassic(text))
		require.False(t, problems.HasErrors(), "%v", problems)
		write(fixed[0].Text)
		runs(t, path, want)
		again, _, refused := fix.Files([]string{path}, fix.Options{})
		require.Empty(t, refused)
		require.Equal(t, fixed[0].Text, again[0].Text, "what is fixed stays")
	}
}

func TestSessionsDoTheSameLineByLine(t *testing.T) {
	for seed := range *seeds / 10 {
		text, _ := reference.Generate(seed, 5, reference.Options{})
		want := reference.Run(checked(t, text))
		if want.Long {
			continue
		}
		var out strings.Builder
		modes := []settings.Native{{Mode: settings.NativeOff}, {Mode: settings.NativeAlways}, {Mode: settings.NativeAlways, Chaos: seed}}
		s, err := repl.New(repl.Options{Stdout: &out, Settings: settings.Settings{Native: modes[seed%3]}})
		require.NoError(t, err)
		definitions, body, _ := strings.Cut(text, ": main ( -- ")
		_, body, _ = strings.Cut(body, ")\n")
		inputs := append([]string{definitions}, strings.Split(strings.TrimSuffix(strings.TrimSpace(body), ";"), "\n")...)
		for _, input := range inputs {
			_, err := s.Input(context.Background(), input)
			require.NoError(t, err, "%s\nin:\n%s", input, text)
		}
		s.Close()
		require.Equal(t, want.Output, out.String(), "%s", text)
	}
}
