package syntax_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

func body(t *testing.T, text string) []syntax.Stmt {
	t.Helper()
	f, problems := syntax.Parse(diag.NewSource("x.seq", ": w ( -- ) "+text+" ;"), syntax.Seven)
	require.False(t, problems.HasErrors(), "%s: %v", text, problems)
	return f.Words[0].Body
}

// show writes statements in a compact form.
func show(stmts []syntax.Stmt) string {
	var parts []string
	for _, s := range stmts {
		switch s.Kind {
		case syntax.StmtInt:
			parts = append(parts, fmt.Sprintf("int %d", int64(s.Bits())))
		case syntax.StmtFloat:
			parts = append(parts, fmt.Sprintf("float %v", math.Float64frombits(s.Bits())))
		case syntax.StmtBool:
			parts = append(parts, fmt.Sprintf("bool %d", s.Bits()))
		case syntax.StmtString:
			parts = append(parts, fmt.Sprintf("%q", s.Text))
		case syntax.StmtSymbol:
			parts = append(parts, ":"+s.Text)
		case syntax.StmtQuotation:
			parts = append(parts, "[ "+show(s.Inner)+" ]")
		case syntax.StmtMatch:
			for _, a := range s.Match.Arms {
				parts = append(parts, fmt.Sprintf("%s/%d: %s", a.Variant.Text, len(a.Bindings), show(a.Body)))
			}
		case syntax.StmtCall:
			parts = append(parts, s.Text)
		}
	}
	return strings.Join(parts, ", ")
}

func TestTokensOfABody(t *testing.T) {
	for text, want := range map[string]string{
		`"a"io.write-line"b"`:                 `"a", io.write-line, "b"`,
		"1 -2 +3 007 -0":                      "int 1, int -2, int 3, int 7, int 0",
		"0xff 0B101 0x7FFFFFFFFFFFFFFF":       "int 255, int 5, int -1",
		"0x4000000000000000":                  "int -4611686018427387904",
		"4611686018427387904":                 "int -4611686018427387904",
		"3.25 .5 7. 1e3 2E2 1.5e-2 5.e1 -.25": "float 3.25, float 0.5, float 7, float 1000, float 200, float 0.015, float 50, float -0.25",
		"1e400 -1e400 1e-400":                 "float +Inf, float -Inf, float 0",
		"1+ 2x 1.2.3 1e . -0x10 1_000 inf -":  "1+, 2x, 1.2.3, 1e, ., -0x10, 1_000, inf, -",
		"true false True":                     "bool 1, bool 0, True",
		": if :x.y? : -a":                     ":if, :x.y?, :-a",
		"[1[]2]":                              "[ int 1, [  ], int 2 ]",
		"1#x \" ] ;\n2":                       "int 1, int 2",
		`"\x41\n\"\\"`:                        `"A\n\"\\"`,
		"match A->B -> x Up Down {>a>b} -> Z C{ } -> end":        "A->B/0: x, Up, Down/1: Z, C/0: ",
		"match A -> x Up\n# c\nDown { >a >b }\n-> Z C{ } -> end": "A/0: x, Up, Down/2: Z, C/0: ",
		"a\u00a0b\vc": "a, b, c",
	} {
		assert.Equal(t, want, show(body(t, text)), text)
	}
}

func TestWordBoundariesOfLineEnds(t *testing.T) {
	for _, text := range []string{
		":\nw ( -- ) ;", ": w\n( -- ) ;", "include\nstd:x", "union\nU { A }", "union U { A { x\n: Int } }", "union U { A { x:\nInt } }", ": w ( -- ) :\nx ;",
	} {
		_, problems := syntax.Parse(diag.NewSource("x.seq", text), syntax.Seven)
		assert.True(t, problems.HasErrors(), "%q", text)
	}
	_, problems := syntax.Parse(diag.NewSource("x.seq", ": w (\n Int # c\n -- \n) \n;\nunion\tU {\nA\n{\nx: Int\n,\ny: Int }\n}"), syntax.Seven)
	assert.Empty(t, problems)
}

func TestRecoveryFindsErrorsInSeveralDefinitions(t *testing.T) {
	_, problems := syntax.Parse(diag.NewSource("x.seq", ": a ( -- ) 0x ;\n: b ( -- ) ] ;\n: c ( -- ) 1 ;\nunion u { }\n: d ( -- \n"), syntax.Seven)
	assert.Len(t, problems, 4)
	for i, line := range []int{1, 2, 4, 5} {
		got, _ := problems[i].Span.Source.Position(problems[i].Span.Start)
		assert.GreaterOrEqual(t, got, line, problems[i].Message)
	}
}

func TestAllowCommentsBelongToTheNextWordOrTheOneAround(t *testing.T) {
	f, problems := syntax.Parse(diag.NewSource("x.seq", "# seq:allow(one)\n#seq: allow (two)\nunion U { A }\n: a ( -- ) ;\n: b ( -- ) # seq:allow(three)\n ;\n# seq:allow(four) text\n: c ( -- ) ;"), syntax.Seven)
	require.Empty(t, problems)
	assert.Equal(t, []syntax.Name{{Text: "one", Pos: 0, End: 16}, {Text: "two", Pos: 17, End: 34}}, f.Words[0].Allows)
	assert.Len(t, f.Words[1].Allows, 1)
	assert.Equal(t, "three", f.Words[1].Allows[0].Text)
	assert.Empty(t, f.Words[2].Allows)
}

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat(": word ( Int Int -- Int ) over i.+ 3 i.* [ dup ] [ drop \"text\" ] if # comment\n;\n", 5000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		syntax.Parse(diag.NewSource("x.seq", text), syntax.Seven)
	}
}
