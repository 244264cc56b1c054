package syntax

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

// shape writes all that a file has but the numbers of statements, which it looks at: each is there once at most.
func shape(t *testing.T, f *File, errors diag.List) string {
	var b strings.Builder
	seen := map[string]bool{}
	number := func(kind string, id int32, below int) {
		key := fmt.Sprint(kind, id)
		require.False(t, seen[key] || id < 0 || int(id) >= below, "%s of %d", key, below)
		seen[key] = true
	}
	for _, i := range f.Includes {
		fmt.Fprintln(&b, *i)
	}
	for _, u := range f.Unions {
		fmt.Fprintln(&b, *u)
	}
	var types func(list []TypeExpr)
	types = func(list []TypeExpr) {
		for _, x := range list {
			fmt.Fprint(&b, x.Kind, x.Pos, x.End, x.Name, " ")
			types(x.In)
			types(x.Out)
		}
		fmt.Fprint(&b, "; ")
	}
	var body func(list []Stmt)
	body = func(list []Stmt) {
		for i := range list {
			s := &list[i]
			fmt.Fprint(&b, s.Kind, s.Wraps, s.Pos, s.End, s.Text, " [")
			switch {
			case s.Kind == StmtQuotation:
				number("quotation", s.ID, f.Quotations)
			case s.Kind == StmtMatch:
				number("match", s.ID, f.Matches)
			case s.HasCall():
				number("call", s.ID, f.Calls)
			}
			body(s.Inner)
			if s.Match != nil {
				for _, arm := range s.Match.Arms {
					fmt.Fprint(&b, arm.Variant, arm.Bindings, "->")
					body(arm.Body)
				}
			}
			fmt.Fprint(&b, "] ")
		}
	}
	for _, w := range f.Words {
		fmt.Fprint(&b, w.Name, w.Pos, w.End, w.Allows, w.Effect.Pos, w.Effect.End, " ")
		types(w.Effect.In)
		types(w.Effect.Out)
		types(w.Effect.Yields)
		body(w.Body)
		fmt.Fprintln(&b)
	}
	fmt.Fprintln(&b, f.Allows)
	require.NoError(t, diag.WriteJSON(&b, errors))
	return b.String()
}

// forms are what the texts of TestTextAfter are made of.
var forms = []string{
	"include std:list\n", "include \"more\"\n", "union U%[1]d { A%[1]d B%[1]d { w: Int, h: Int } }\n", "# a comment\n", "# seq:allow(prefer-nip)\n", "\n",
	": f%[1]d ( Int [ Int -- ..a ] -- Int ) over [ i.+ ] [ swap 1.5 \"a;b\" ] if ;\n", ": g%[1]d ( -- | Yield Int ) ; : h%[1]d ( -- ) 1 2 pick\n  # seq:allow(x)\n  drop ;\n",
	": m%[1]d ( U -- Int ) match A -> 0 B { >w } -> [ dup ] call end ;\n",
}

// classicForms are those of classic texts.
var classicForms = []string{
	"include std:list\n", "# a comment\n", "#x is none\n", "# seq:allow(old-name)\n", "# seq:dialect classic\n", "\n", ": a#%[1]d ( -- ) a#1 ;\n",
	": f%[1]d ( Int -- Int ) dup 0 > if 1 add else [ 2 ] call if 3 then then ;\n", ": g%[1]d ( -- )\n  1 if then drop ; # behind\n",
	"union U%[1]d { A%[1]d B%[1]d { w: Int } }\n", ": m%[1]d ( U -- Int ) match A -> if 1 else 2 then B { >w } -> 3 end ;\n",
}

// bits are what edits write besides what there is.
var bits = []string{"", " ", "\n", "[ ", " ]", ";", ":", ": x ( -- ) ;\n", "\"", "#", "(", ")", "match ", " end ", "union ", "include ", "x", "é", "include std:map\n", ",", "}", "if ", "then ", "else ",
	"# seq:dialect 7\n", "# seq:allow(x)\n", "B ", "include \"more\" "}

// TestTextAfter: what of a text is taken over from before makes no difference to what is read, nor to the dialect that is found.
func TestTextAfter(t *testing.T) {
	kept := map[Dialect]int{}
	for seed := range uint64(90) {
		random := rand.New(rand.NewPCG(seed, 24))
		dialect, forms := Seven, forms
		if seed%3 == 2 {
			dialect, forms = Classic, classicForms
		}
		var b strings.Builder
		for n := range 1 + random.IntN(40) {
			form := forms[random.IntN(len(forms))]
			if strings.Contains(form, "%") {
				form = fmt.Sprintf(form, n)
			}
			b.WriteString(form)
		}
		text := b.String()
		var before *Text
		good := text
		for range 60 {
			src := diag.NewSource("doc.seq", text)
			anew, again := NewText(src), after(src, before)
			says, saysAgain := anew.FindDialect(), again.FindDialect()
			require.Equal(t, said(t, says), said(t, saysAgain), "%s", text)
			want, wantErrors := anew.Parse(dialect)
			got, errors := again.Parse(dialect)
			require.Equal(t, shape(t, want, wantErrors), shape(t, got, errors), "%s", text)
			requireKept(t, before, got)
			kept[dialect] += got.Kept.Front + got.Kept.Tail
			before = again
			if len(errors) == 0 {
				good = text
			}
			switch runes := []rune(text); random.IntN(8) {
			case 0:
				text = good // as by undoing
			case 1:
				lines := strings.SplitAfter(text, "\n")
				i, j := random.IntN(len(lines)), random.IntN(len(lines))
				lines[i], lines[j] = lines[j], lines[i]
				text = strings.Join(lines, "")
			case 2:
				lines := strings.SplitAfter(text, "\n")
				i := random.IntN(len(lines))
				text = strings.Join(slices.Concat(lines[:i], lines[min(i+random.IntN(3), len(lines)):]), "")
			default:
				at := random.IntN(len(runes) + 1)
				text = string(runes[:at]) + bits[random.IntN(len(bits))] + string(runes[min(at+random.IntN(3), len(runes)):])
			}
		}
	}
	require.Greater(t, kept[Seven], 1000)
	require.Greater(t, kept[Classic], 1000)
}

// after makes a text of a source; before is nil if there is no earlier state of it.
func after(src *diag.Source, before *Text) *Text {
	if before == nil {
		return NewText(src)
	}
	return before.After(src)
}

// said is what is found of a dialect.
func said(t *testing.T, e Evidence) string {
	var b strings.Builder
	fmt.Fprintln(&b, e.Dialect, e.Decided, e.Named, e.Includes)
	if e.Problem != nil {
		require.NoError(t, diag.WriteJSON(&b, diag.List{e.Problem}))
	}
	return b.String()
}

// requireKept looks whether what a file has kept of an earlier state has the numbers that it had there.
func requireKept(t *testing.T, before *Text, f *File) {
	if f.Kept.Of == nil {
		return
	}
	old := before.file
	if f == old {
		return // the text has not changed
	}
	require.Same(t, before.Source, f.Kept.Of)
	for i := range f.Kept.Front {
		require.Same(t, old.Words[i], f.Words[i])
	}
	for i := range f.Kept.FrontUnions {
		require.Same(t, old.Unions[i], f.Unions[i])
	}
	for i := range f.Kept.Tail {
		a, b := old.Words[len(old.Words)-1-i], f.Words[len(f.Words)-1-i]
		require.Equal(t, a.Name.Text, b.Name.Text)
		require.Equal(t, len(a.Allows), len(b.Allows))
		require.Equal(t, numbersOf(a.Body), numbersOf(b.Body))
	}
	for i := range f.Kept.TailUnions {
		require.Equal(t, old.Unions[len(old.Unions)-1-i].Name.Text, f.Unions[len(f.Unions)-1-i].Name.Text)
	}
}

func numbersOf(body []Stmt) (list []int32) {
	for st := range All(body) {
		list = append(list, st.ID)
	}
	return list
}

// TestNumbersAreBounded: numbers that no statement has any more do not become more and more.
func TestNumbersAreBounded(t *testing.T) {
	line := ": f ( Int -- Int ) 1 i.+ [ dup ] call drop ;\n"
	text := strings.Repeat(line, 100)
	var before *Text
	anew := 0
	for range 1000 {
		at := len(line) * 50
		text = text[:at] + line + text[at+len(line):]
		src := diag.NewSource("doc.seq", text[:at+20]+" dup"+text[at+20:])
		for range 2 {
			before = after(src, before)
			f, errors := before.Parse(Seven)
			require.Empty(t, errors)
			require.Less(t, f.Calls, 2000)
			if f.Kept.Of == nil {
				anew++
			}
			src = diag.NewSource("doc.seq", text)
		}
	}
	require.Less(t, anew, 10, "of 2000 texts")
}
