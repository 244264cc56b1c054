package syntax_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// forms writes statements with what belongs to them in parentheses: "IF(q[] q[])".
func forms(body []syntax.Stmt) string {
	var parts []string
	for i := range body {
		st := &body[i]
		text := st.Text
		switch st.Kind {
		case syntax.StmtInt:
			text = fmt.Sprint(int64(st.Bits()))
		case syntax.StmtQuotation:
			text = "q[" + forms(st.Inner) + "]"
		case syntax.StmtMatch:
			text = "match"
		case syntax.StmtIf, syntax.StmtCond, syntax.StmtIndex:
			text = strings.ToUpper(text)
		}
		if st.HasCall() && len(st.Inner) > 0 {
			text += "(" + forms(st.Inner) + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func TestForms(t *testing.T) {
	for text, want := range map[string]string{
		"if":                          "if",
		"[ ] if":                      "if(q[])",
		"[ a ] [ b ] if":              "IF(q[a] q[b])",
		"[ ] [ a ] [ b ] if":          "q[] IF(q[a] q[b])",
		"[ ] 1 [ b ] if":              "q[] 1 if(q[b])",
		"[ [ ] [ ] if ] [ ] if":       "IF(q[IF(q[] q[])] q[])",
		"[ ] [ ] if [ ] if":           "IF(q[] q[]) if(q[])",
		"[ ] [ ] 1 cond":              "COND(q[] q[] 1)",
		"[ ] [ ] [ ] 1 cond":          "q[] COND(q[] q[] 1)",
		"[ ] [ ] [ ] [ ] 2 cond":      "COND(q[] q[] q[] q[] 2)",
		"[ ] [ ] 2 cond":              "cond(q[] q[] 2)",
		"[ ] [ ] 0 cond":              "q[] q[] 0 cond",
		"[ ] [ ] -1 cond":             "q[] q[] -1 cond",
		"[ ] 0x3fffffffffffffff cond": "cond(q[] 4611686018427387903)",
		"1 cond":                      "1 cond",
		"[ ] [ ] cond":                "q[] cond(q[])",
		"2 pick 1 roll pick":          "PICK(2) ROLL(1) pick",
		"[ ] 2 pick":                  "q[] PICK(2)",
		"[ a ] call [ b ] f":          "call(q[a]) f(q[b])",
		"[ ] [ ] call":                "q[] call(q[])",
		"[ ] [ ] bi":                  "bi(q[] q[])",
		"[ ] [ ] [ ] bi":              "q[] bi(q[] q[])",
		"[ ] bi":                      "bi(q[])",
		"[ ] match A -> end f":        "q[] match f",
	} {
		assert.Equal(t, want, forms(body(t, text)), text)
	}
}

func TestFormsOfClassicConditionals(t *testing.T) {
	const text = ": w ( -- ) [ a ] [ b ] c if d else e if f then then [ g ] call ;"
	f, problems := syntax.Parse(diag.NewSource("x.seq", text), syntax.Classic)
	require.Empty(t, problems)
	assert.Equal(t, "q[a] c(q[b]) IF(q[d] q[e IF(q[f] q[])]) call(q[g])", forms(f.Words[0].Body))
	f, problems = syntax.NewText(diag.NewSource("x.seq", ": w ( -- ) [ a ] [ b ] if c if d then ;")).ParseMixed(syntax.Classic, nil)
	require.Empty(t, problems)
	assert.Equal(t, "IF(q[a] q[b]) c IF(q[d] q[])", forms(f.Words[0].Body))
}

// A definition between the statements of an input parts no form.
func TestFormsOfAnInput(t *testing.T) {
	_, main, problems := syntax.ParseInput(diag.NewSource("x", "1 [ a ] : f ( -- ) [ ] ; [ b ] union U { A } if 3 : g ( -- ) ; pick"), syntax.Seven)
	require.Empty(t, problems)
	assert.Equal(t, "1 IF(q[a] q[b]) PICK(3)", forms(main.Body))
}

func TestPlacesOfForms(t *testing.T) {
	stmts := body(t, "x [ a ] [ b ] if 12 pick")
	from := func(st *syntax.Stmt) string { return ": w ( -- ) x [ a ] [ b ] if 12 pick ;"[st.Start():st.End] }
	assert.Equal(t, "x", from(&stmts[0]))
	assert.Equal(t, "[ a ] [ b ] if", from(&stmts[1]))
	assert.Equal(t, "12 pick", from(&stmts[2]))
	assert.Equal(t, int64(12), stmts[2].Index())
}

func TestAllGoesInTheOrderOfTheText(t *testing.T) {
	stmts := body(t, "a [ b [ c ] d ] [ e ] if match A -> f [ g ] h end [ i ]")
	var words []string
	for st := range syntax.All(stmts) {
		if st.HasCall() {
			words = append(words, st.Text)
		}
	}
	assert.Equal(t, strings.Fields("a b c d e if f g h i"), words)
	for st := range syntax.All(stmts) { // it can be left anywhere
		if st.Text == "c" {
			break
		}
		assert.False(t, slices.Contains([]string{"d", "h"}, st.Text))
	}
}
