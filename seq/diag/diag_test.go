package diag_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
)

func TestPositionsCountCharacters(t *testing.T) {
	s := diag.NewSource("x.seq", "aé\tb\nc\r\n\nd")
	for offset, want := range map[int32][2]int{0: {1, 1}, 1: {1, 2}, 3: {1, 3}, 4: {1, 4}, 5: {1, 5}, 6: {2, 1}, 9: {3, 1}, 10: {4, 1}, 11: {4, 2}, 99: {4, 2}, -1: {1, 1}} {
		line, column := s.Position(offset)
		assert.Equal(t, want, [2]int{line, column}, "offset %d", offset)
	}
	assert.Equal(t, "c", s.Line(2))
	line, start, end := s.LineAt(7)
	assert.Equal(t, [3]int{2, 6, 9}, [3]int{line, int(start), int(end)})
	line, start, end = s.LineAt(11)
	assert.Equal(t, [3]int{4, 10, 12}, [3]int{line, int(start), int(end)})
	assert.Equal(t, "", s.Line(9))
}

func TestByteOrderMarkIsNoColumn(t *testing.T) {
	s := diag.NewSource("x.seq", "\uFEFFab\n\uFEFFc")
	for offset, want := range map[int32][2]int{0: {1, 1}, 3: {1, 1}, 4: {1, 2}, 6: {2, 1}, 9: {2, 2}} {
		line, column := s.Position(offset)
		assert.Equal(t, want, [2]int{line, column}, "offset %d", offset)
	}
	assert.Equal(t, "ab", s.Line(1))
	line, _ := diag.NewSource("x.seq", "\uFEFF").Position(0)
	assert.Equal(t, 1, line)
}

func render(t *testing.T, list diag.List, color bool) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, diag.Renderer{Out: &b, Color: color}.All(list))
	return b.String()
}

func TestRendering(t *testing.T) {
	s := diag.NewSource("x.seq", ": main ( -- )\n  1 swp ;\n")
	d := &diag.Diagnostic{Code: "unknown-word", Span: diag.Span{Source: s, Start: 18, End: 21}, Message: "unknown word 'swp'", Notes: []string{"a fact"},
		Related: []diag.Related{{Span: diag.Span{Source: s, Start: 0, End: 1}, Label: "in this word"}}, Help: []string{"did you mean 'swap'?"}}
	assert.Equal(t, `x.seq:2:5: error: unknown word 'swp' [unknown-word]
   2 |   1 swp ;
     |     ^^^
  a fact
  x.seq:1: in this word
  help: did you mean 'swap'?
`, render(t, diag.List{d}, false))
	assert.Contains(t, render(t, diag.List{d}, true), "\x1b[1;31m")
	assert.Contains(t, render(t, diag.List{d}, true), "\x1b[2m[unknown-word]\x1b[0m\n", "dimmed")
	assert.Equal(t, "x.seq:2:5: error: unknown word 'swp' [unknown-word]", d.Error())
}

func TestLongLinesAreShownAroundTheSpan(t *testing.T) {
	s := diag.NewSource("x.seq", strings.Repeat("a ", 5000)+"HERE "+strings.Repeat("b ", 5000))
	out := render(t, diag.List{{Span: diag.Span{Source: s, Start: 10000, End: 10004}, Message: "m"}}, false)
	lines := strings.Split(out, "\n")
	assert.Contains(t, lines[1], "HERE")
	assert.Equal(t, strings.Index(lines[1], "HERE"), strings.Index(lines[2], "^^^^"))
	assert.Less(t, len(lines[1]), 300)
}

// Carets stand under what they mark, counted in the columns of a terminal.
func TestCarets(t *testing.T) {
	for _, c := range []struct{ line, marked, shown, under string }{
		{`"ab" foo ;`, "foo", `"ab" foo ;`, "     ^^^"},
		{`"日本語" foo ;`, "foo", `"日本語" foo ;`, "         ^^^"},
		{"\"e\u0301e\u0301\" foo", "foo", "\"e\u0301e\u0301\" foo", "     ^^^"},
		{"x 日本語 ;", "日本語", "x 日本語 ;", "  ^^^^^^"},
		{"x e\u0301 ;", "e\u0301", "x e\u0301 ;", "  ^"},
		{"\"😀ｱＡ가\u200b\" foo", "foo", "\"😀ｱＡ가\u200b\" foo", "          ^^^"},
		{"\tx\tfoo\ty", "foo", "    x    foo    y", "         ^^^"},
		{"\"a\tb\" x", "\"a\tb\"", "\"a    b\" x", "^^^^^^^^"},
		{"\x1b[31m foo", "foo", "·[31m foo", "      ^^^"},
		{"\u009b\u202e foo", "foo", "·· foo", "   ^^^"},
		{"a\xff\xff foo", "foo", "a·· foo", "    ^^^"},
		{"\uFFFD foo", "foo", "\uFFFD foo", "  ^^^"},
		{"", "", "", "^"},
		{"日本", "", "日本", "    ^"}, // at the end
	} {
		s := diag.NewSource("x.seq", c.line)
		start := int32(len(c.line))
		if c.marked != "" {
			start = int32(strings.Index(c.line, c.marked))
		}
		out := render(t, diag.List{{Span: diag.Span{Source: s, Start: start, End: start + int32(len(c.marked))}, Message: "m"}}, false)
		assert.Equal(t, "   1 | "+c.shown+"\n     | "+c.under, strings.Join(strings.Split(strings.TrimSuffix(out, "\n"), "\n")[1:], "\n"))
	}
}

func TestMessagesDoNotSteerTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"日本 é": "日本 é", "a\x1b[31mb": `a\x1B[31mb`, "\u009b\x7f": `\xC2\x9B\x7F`, "a\nb\tc\r": `a\nb\tc\r`, "\xff\xe2\x82z": `\xFF\xE2\x82z`, "\u202e\u2066": `\xE2\x80\xAE\xE2\x81\xA6`, "\uFFFD": "\uFFFD", "\uFFFD\xff": "\uFFFD\\xFF",
	} {
		assert.Equal(t, want, visible.Text(text))
		assert.Equal(t, want, visible.Text(want), "shown twice")
	}
	s := diag.NewSource("\x1b.seq", "x")
	d := &diag.Diagnostic{Code: "c", Span: diag.Span{Source: s}, Message: "a\x1bb", Notes: []string{"c\x1bd\ne"}, Help: []string{"f\x1b"}, Related: []diag.Related{{Span: diag.Span{Source: s}, Label: "g\x1b"}}}
	assert.NotContains(t, render(t, diag.List{d}, false), "\x1b")
	assert.Contains(t, render(t, diag.List{d}, false), "  c\\x1Bd\n  e\n")
	assert.Equal(t, `\x1B.seq:1:1: error: a\x1Bb [c]`, d.Error())
}

func TestFixes(t *testing.T) {
	s, other := diag.NewSource("x.seq", "one two three"), diag.NewSource("y.seq", "four")
	at := func(start, end int32) diag.Span { return diag.Span{Source: s, Start: start, End: end} }
	f := diag.Fix{Edits: []diag.Edit{
		{Span: at(8, 13), Text: "3"}, {Span: at(0, 0), Text: "0 "}, {Span: at(3, 7)}, {Span: diag.Span{Source: other, End: 4}, Text: "4"},
	}}
	assert.Equal(t, "0 one 3", f.Apply(s))
	assert.Equal(t, "4", f.Apply(other))
	assert.Equal(t, s.Text, diag.Fix{}.Apply(s))
}

func TestErrorsAreLimitedAndCounted(t *testing.T) {
	s := diag.NewSource("x.seq", "x")
	var list diag.List
	for range 25 {
		list = append(list, &diag.Diagnostic{Span: diag.Span{Source: s}, Message: "m"})
	}
	list = append(list, &diag.Diagnostic{Severity: diag.Warning, Span: diag.Span{Source: s}, Message: "w"})
	out := render(t, list, false)
	assert.Equal(t, diag.MaxErrors, strings.Count(out, "error: m"))
	assert.Contains(t, out, "warning: w")
	assert.Contains(t, out, "5 more errors")
	assert.True(t, list.HasErrors())
	assert.False(t, diag.List{list[25]}.HasErrors())
	assert.Contains(t, list.Error(), "24 more errors")
}

func TestACursorFindsWhatPositionFinds(t *testing.T) {
	s := diag.NewSource("p.seq", "\uFEFFab\té ü\r\n\n: wörd 漢字 ;\nend")
	offsets := make([]int32, 0, len(s.Text)+1)
	for i := range s.Text {
		offsets = append(offsets, int32(i))
	}
	offsets = append(offsets, int32(len(s.Text)))
	var c diag.Cursor
	for _, a := range offsets {
		for _, b := range offsets {
			for _, at := range []int32{a, b} {
				line, column := c.In(s, at)
				wantLine, wantColumn := s.Position(at)
				require.Equal(t, []int{wantLine, wantColumn}, []int{int(line), int(column)}, "offset %d", at)
				if at >= 3 && !strings.HasPrefix(s.Text[at:], "\n") { // the line end is no column of its own
					require.Equal(t, at, s.Offset(wantLine, wantColumn))
				}
			}
		}
	}
	long := diag.NewSource("long.seq", strings.Repeat("é漢x", 1000)+"\n"+strings.Repeat("🙂\x80y", 1000))
	for at := range long.Text {
		line, column := long.Position(int32(at))
		start := 1 + strings.LastIndexByte(long.Text[:at], '\n')
		require.Equal(t, 1+utf8.RuneCountInString(long.Text[start:at]), column, "offset %d", at)
		require.Equal(t, int32(at), long.Offset(line, column))
	}
	assert.Equal(t, int32(len(s.Text)), s.Offset(99, 99), "outside of the text")
	assert.Equal(t, int32(3), s.Offset(0, -5))
}
