package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lint/rulefile"
)

func options() lint.Options {
	words := builtins.All().Types()
	return lint.Options{Words: words, Check: lint.Checker(check.Options{Words: words})}
}

// golden compares a text with that of a file; UPDATE_LINT=1 writes it.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if os.Getenv("UPDATE_LINT") != "" {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), text)
}

// TestGolden lints testdata/NAME.seq, with the rules of NAME.toml, if there are any; NAME.lint is what is
// found, notes included, and NAME.fixed the file behind all replacements.
func TestGolden(t *testing.T) {
	t.Chdir("testdata")
	files, err := filepath.Glob("*.seq")
	require.NoError(t, err)
	found := map[diag.Code]bool{}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			name := strings.TrimSuffix(file, ".seq")
			o := options()
			if text, err := os.ReadFile(name + ".toml"); err == nil {
				rules, err := rulefile.Parse(name+".toml", string(text))
				require.NoError(t, err)
				o.Rules = lint.WithRules(lint.BuiltinRules(o.Words), rules)
			}
			report := lint.File(check.File(file), o)
			var all lint.Summary
			all.Add(report)
			var b strings.Builder
			require.NoError(t, all.Write(&b))
			golden(t, name+".lint", b.String()+strings.Join(report.Notes, "\n"))
			fixable := false
			for _, f := range report.Findings {
				found[f.Code] = true
				fixable = fixable || f.Rule != nil && len(f.Fixes) > 0
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			fixed, err := lint.Fix(file, string(text), o)
			require.NoError(t, err)
			assert.Equal(t, fixable, fixed.Count > 0)
			if fixable {
				golden(t, name+".fixed", fixed.Text)
			}
		})
	}
	for _, id := range lint.IDs(builtins.All().Types()) {
		assert.True(t, found[id], "no golden file shows %s", id)
	}
}

// What the rules on patterns say is a matter of taste; all others must be right of code that is.
func TestNothingWrongIsSaidOfTheModulesAndExamples(t *testing.T) {
	look := func(name string, from check.Source) {
		for _, f := range lint.File(from, options()).Findings {
			assert.NotNil(t, f.Rule, "%s: %s", name, f.Error())
		}
	}
	for _, m := range stdlib.Modules() {
		look(m.String(), func(o load.Options) (*load.Program, diag.List) {
			prog, problems := load.Text("p.seq", "include "+m.String(), ".", o)
			if len(prog.Modules) > 1 {
				prog.Modules = prog.Modules[1:]
			}
			return prog, problems
		})
	}
	examples, err := filepath.Glob("../../examples/*.seq")
	require.NoError(t, err)
	more, err := filepath.Glob("../../examples/*/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	for _, file := range append(examples, more...) {
		look(file, check.File(file))
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{"\xff": "p.seq:1: error [parse-error]: the file is not UTF-8", "# seq:dialect 99": "p.seq:1: error [parse-error]: unknown dialect"} {
		var all lint.Summary
		all.Add(lint.File(check.Text("p.seq", text, "."), options()))
		all.Add(lint.File(check.File("no-such-file.seq"), options()))
		var b strings.Builder
		require.NoError(t, all.Write(&b))
		assert.Contains(t, b.String(), want)
		assert.Contains(t, b.String(), "no-such-file.seq:1: error [parse-error]: cannot read")
		assert.Contains(t, b.String(), "\n2 issue(s) in 2 file(s) (2 file(s) checked)\n")
	}
}
