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

// forms are what the texts of TestParseAfter are made of.
var forms = []string{
	"include std:list\n", "include \"more\"\n", "union U%[1]d { A%[1]d B%[1]d { w: Int, h: Int } }\n", "# a comment\n", "# seq:allow(prefer-nip)\n", "\n",
	": f%[1]d ( Int [ Int -- ..a ] -- Int ) over [ i.+ ] [ swap 1.5 \"a;b\" ] if ;\n", ": g%[1]d ( -- | Yield Int ) ; : h%[1]d ( -- ) 1 2 pick\n  # seq:allow(x)\n  drop ;\n",
	": m%[1]d ( U -- Int ) match A -> 0 B { >w } -> [ dup ] call end ;\n",
}

// bits are what edits write besides what there is.
var bits = []string{"", " ", "\n", "[ ", " ]", ";", ":", ": x ( -- ) ;\n", "\"", "#", "(", ")", "match ", " end ", "union ", "include ", "x", "é", "include std:map\n", ",", "}"}

// TestParseAfter: what of a text is taken over from before makes no difference to what is read.
func TestParseAfter(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 24))
		var b strings.Builder
		for n := range 1 + random.IntN(40) {
			form := forms[random.IntN(len(forms))]
			if strings.Contains(form, "%") {
				form = fmt.Sprintf(form, n)
			}
			b.WriteString(form)
		}
		text := b.String()
		var before *File
		good := text
		for range 60 {
			src := diag.NewSource("doc.seq", text)
			want, wantErrors := NewText(src).Parse(Seven)
			got, errors := NewText(src).ParseAfter(before, Seven, nil)
			require.Equal(t, shape(t, want, wantErrors), shape(t, got, errors), "%s", text)
			before = got
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
}
