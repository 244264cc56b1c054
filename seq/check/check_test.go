package check_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// The stacks of a word begin with its inputs and end with its outputs, its steps lie in its
// definition, and looking at them changes nothing of what the check has found out.
func TestStacksOfEveryProgram(t *testing.T) {
	words := 0
	for _, pattern := range []string{"../../testdata/*/*.seq", "../../examples/*.seq"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			info, problems := check.Program(check.File(file), check.Options{Words: builtins.All().Types()})
			if problems.HasErrors() {
				continue
			}
			before := slices.Clone(info.Calls)
			for m := range before {
				before[m] = slices.Clone(before[m])
			}
			for _, w := range info.Words {
				steps := info.Stacks(w)
				name := file + ": " + w.Decl.Name.Text
				if !assert.NotEmpty(t, steps, name) {
					continue
				}
				words++
				assert.Equal(t, steps[0].Span.Start, steps[0].Span.End, name)
				if len(w.Effect.In) < 16 {
					assert.Equal(t, len(w.Effect.In), values(steps[0].Stack), "%s: %s at the start", name, steps[0].Stack)
				}
				last := steps[len(steps)-1]
				if len(w.Effect.Out) < 16 && len(w.Decl.Body) > 0 && !w.Leaky && w.Effect.Plain() && known(info.Calls[w.Module], w.Decl.Body) {
					assert.Equal(t, len(w.Effect.Out), values(last.Stack), "%s: %s at the end", name, last.Stack)
				}
				for _, s := range steps {
					inside := w.Decl.Pos <= s.Span.Start && s.Span.End <= w.Decl.End
					assert.True(t, inside && s.Span.Start <= s.Span.End, name)
				}
			}
			assert.True(t, reflect.DeepEqual(before, info.Calls), "%s: annotations changed", file)
		}
	}
	assert.Greater(t, words, 1000)
}

// known tells whether the height of the stack behind each call of a body follows from its types.
func known(calls []types.Call, body []syntax.Stmt) bool {
	for st := range syntax.All(body) {
		if st.Kind == syntax.StmtCall && !calls[st.ID].Known {
			return false
		}
	}
	return true
}

// values counts the types of a stack in text form, without its row.
func values(stack string) int {
	count, depth := 0, 0
	for _, part := range strings.Fields(strings.Trim(stack, "()")) {
		opens := strings.Count(part, "[") - strings.Count(part, "]")
		if depth == 0 && !strings.HasPrefix(part, "..") {
			count++
		}
		depth += opens
	}
	return count
}

// A body that is refused is checked once more, and says the same then: what it says has the steps.
func TestARefusedBodyHasItsSteps(t *testing.T) {
	const text = `
: f ( Int -- Int )
  [ dup i.+ ] keep
  "x" i.+ ;
`
	info, problems := check.Program(check.Text("x.seq", text, "."), check.Options{Words: builtins.All().Types()})
	require.Len(t, problems, 1)
	var stacks []string
	for _, s := range problems[0].Steps {
		stacks = append(stacks, s.Stack)
	}
	assert.Equal(t, []string{"( Int )", "( T T )", "( Int )", "( Int [ Int -- Int ] )", "( Int Int )", "( Int Int String )"}, stacks)
	assert.Nil(t, info.Stacks(info.Words[0]))
}
