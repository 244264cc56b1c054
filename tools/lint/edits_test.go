package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint"
)

func rule(t *testing.T, id diag.Code, pattern, replacement string) *lint.Rule {
	t.Helper()
	r, err := lint.NewRule(id, diag.Warning, pattern, "", replacement)
	require.NoError(t, err)
	return r
}

func fixed(t *testing.T, text string, rules ...*lint.Rule) (lint.Fixed, error) {
	t.Helper()
	o := options()
	o.Rules = rules
	return lint.Fix("p.seq", text, o)
}

func TestReplacementsThatDoNotEnd(t *testing.T) {
	const text = ": f ( Int -- Int ) 1 i.+ ;\n"
	_, err := fixed(t, text, rule(t, "a", "i.+", "i.add"), rule(t, "b", "i.add", "i.+"))
	require.ErrorIs(t, err, lint.ErrEndless)
	_, err = fixed(t, ": f ( -- ) g ; : g ( -- ) ;\n", rule(t, "a", "g", "g g"))
	require.ErrorIs(t, err, lint.ErrEndless)
	same, err := fixed(t, text, rule(t, "a", "i.+", "i.+"))
	require.NoError(t, err)
	assert.Equal(t, lint.Fixed{Text: text}, same)
}

func TestAReplacementThatBreaksTheProgram(t *testing.T) {
	for _, replacement := range []string{"no-such-word", "]", "2dup"} {
		_, err := fixed(t, ": f ( Int -- Int ) 1 i.+ ;\n", rule(t, "a", "i.+", replacement))
		require.ErrorContains(t, err, "the result of the replacements has an error: ", replacement)
	}
	_, err := fixed(t, ": f ( Int -- Int ) i.+ ;\n", rule(t, "a", "i.+", "2dup"))
	require.NoError(t, err, "it had one before")
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		"": "the pattern is empty", " \t": "the pattern is empty", "$... a $...": "at most one '$...'", "a $": "'$' needs a name",
	} {
		_, err := lint.NewRule("a", diag.Hint, pattern, "", "")
		assert.ErrorContains(t, err, want, "%q", pattern)
	}
	const text = "union U { A B } : a ( -- ) ; : b ( -- ) ; : f ( U -- ) a 1 b match A -> a B -> end a a 2 \"\" b [ a ] call b 3 drop drop drop drop ;"
	for pattern, want := range map[string][]string{
		"a":              {"a", "a", "a", "a", "a"},
		"a b":            nil,
		"a $X b":         {"a 1 b"},
		"a $X $Y b":      {"a 2 \"\" b"},
		"a $... b":       {"a 1 b", "a a 2 \"\" b"},
		"b $...":         {"b", "b [ a ] call b 3 drop drop drop drop"},
		"$X b":           {"1 b", "\"\" b", "call b"},
		"$... call":      {"a a 2 \"\" b [ a ] call"},
		"$Q call":        {"[ a ] call"},
		"match":          nil,
		"$X match":       nil,
		"a $... nothing": nil,
	} {
		o := options()
		o.Rules = []*lint.Rule{rule(t, "r", pattern, "")}
		report := lint.File(check.Text("p.seq", text, "."), o)
		var found []string
		for _, f := range report.Findings {
			if f.Rule != nil {
				found = append(found, f.Span.Source.Text[f.Span.Start:f.Span.End])
			}
		}
		assert.Equal(t, want, found, pattern)
	}
}

// What rules remove or replace leaves programs well-formed, and what they offer for it again leaves nothing to be said.
func TestAllFixesOfTheTree(t *testing.T) {
	files, err := filepath.Glob("../../testdata/*/*.seq")
	require.NoError(t, err)
	changed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		f, err := lint.Fix(file, string(text), options())
		require.NoError(t, err, file)
		if f.Count == 0 {
			continue
		}
		changed++
		report := lint.File(check.Text(file, f.Text, filepath.Dir(file)), options())
		for _, left := range report.Findings {
			assert.False(t, left.Rule != nil && len(left.Fixes) > 0, "%s: %v", file, left)
		}
	}
	assert.Greater(t, changed, 10)
}
