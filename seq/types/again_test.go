package types_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// calling are definitions that depend on the effects of others, or on whether they call each other.
var calling = []string{
	": f-%[1]d ( Int -- Int ) 1 i.+ ;\n",
	": f-%[1]d ( Int -- Int ) f-%[2]d 1 + ;\n",
	": f-%[1]d ( Int -- Int ) dup 0 > [ 1 - f-%[2]d ] [ drop 7 ] if ;\n",
	": f-%[1]d ( Int -- Int ) [ f-%[2]d ] call dup f-%[2]d drop ;\n",
}

// classicCalling are such ones in the classic dialect, some with what releases differ in.
var classicCalling = []string{
	calling[0], calling[1], calling[3],
	": f-%[1]d ( Int -- Int ) dup 0 > if 1 - f-%[2]d else drop 7 then ;\n",
	": f-%[1]d ( Int -- Int ) 10 i./ drop [ f-%[2]d ] call ;\n",
	"union U%[1]d { A%[1]d B%[1]d { w: Int } }\n: f-%[1]d ( U%[1]d -- Int ) match A%[1]d -> 0 B%[1]d -> f-%[2]d end ;\n",
}

// old are definitions that mean something else in classic files than in others.
const old = "include std:imath\n: tcp.read ( Int Int -- Int ) drop ;\n: power ( Int -- Int ) dup tcp.read ;\n: negate ( Int -- Int ) 0 swap i.- ;\n: again ( Int -- Int ) negate abs ;\n"

// hinted are definitions with names that are others today.
const hinted = ": listens ( Int -- Int ) tcp.listen drop ;\n: talks ( Int -- Int ) negate listens tcp.listen drop ;\n" +
	"# seq:allow(old-name)\n: allowed ( Int -- Int ) tcp.listen drop ;\n"

// unsaid are definitions without an effect, which the oldest releases find out.
const unsaid = ": plus 1 i.add ;\n: more ( Int -- Int ) plus plus ;\n: most more plus ;\n"

// edited changes one of the definitions of a text, as an editor does: it is taken out, doubled, moved, or one of its words becomes another.
func edited(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	at := random.IntN(len(lines))
	switch random.IntN(7) {
	case 6: // a name that a built-in word has
		if others := strings.NewReplacer(": negate (", ": negated (", ": negated (", ": negate (", ": tcp.read (", ": reads (", ": reads (", ": tcp.read (").Replace(text); others != text {
			return others
		}
	case 0:
		lines[at] = ""
	case 1:
		lines[at] = strings.Replace(lines[at], "area-", "room-", 1)
	case 2:
		other := random.IntN(len(lines))
		lines[at], lines[other] = lines[other], lines[at]
	case 3:
		lines[at] = strings.Replace(lines[at], "Int", []string{"Float", "Bool", "Int Int"}[random.IntN(3)], 1)
	case 4:
		lines[at] = strings.Replace(lines[at], "( ", "( ..a ", 1)
	case 5:
		words := strings.Fields(lines[random.IntN(len(lines))] + " x")
		lines[at] = strings.Replace(lines[at], " ;\n", " "+words[random.IntN(len(words))]+" ;\n", 1)
	}
	return strings.Join(lines, "")
}

// TestAgain: what an earlier check leaves makes no difference to what is found in a program, or known of it.
func TestAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 1))
	table := builtins.All().Types()
	for _, size := range []struct {
		words, every int
		dialect      string
	}{{10, 0, "7"}, {30, 5, "7"}, {100, 30, "7"}, {1500, 700, "7"}, {20, 0, "classic"}, {5, 1, "classic"}, {5, 0, "classic"}, {100, 0, "classic"}, {100, 0, "classic-4"}, {30, 0, "classic-2"}, {5, 0, "classic-2"}} {
		text := "include std:imath\n" + generated(random, size.words, size.every)
		forms := calling
		if size.dialect != "7" {
			text, forms = old, classicCalling
		}
		if size.dialect == "classic-2" {
			text += unsaid
		}
		if size.every > 0 && size.dialect != "7" {
			text += hinted
		}
		for n := range size.words {
			text += fmt.Sprintf(forms[random.IntN(len(forms))], n, random.IntN(size.words))
		}
		var before *types.Info
		kept := 0
		for range 3000 / size.words {
			opts := check.Options{Words: table, Hints: true, Verbose: true, Options: load.Options{Dialect: size.dialect}}
			look := func() (*types.Info, string) {
				info, problems := check.Program(check.Text("main.seq", text, "."), opts)
				var b strings.Builder
				require.NoError(t, diag.WriteJSON(&b, problems))
				return info, b.String()
			}
			want, told := look()
			opts.Before = before
			got, toldAgain := look()
			require.Equal(t, told, toldAgain, "%s", text)
			require.Equal(t, annotations(want), annotations(got), "%s", text)
			if got.Looked() {
				before = got
				kept++
			}
			if next := edited(random, text); kept == 1 || !strings.Contains(told, "duplicate") || random.IntN(3) == 0 {
				text = next
			}
		}
		require.Positive(t, kept)
	}
}

// A word that is looked at again for two reasons, as it had something to tell and is in a cycle now that others come to as well, is looked at once.
func TestAgainInACycle(t *testing.T) {
	text := func(z string) string {
		var b strings.Builder
		for i := range 7 {
			fmt.Fprintf(&b, ": a%d ( Int -- Int ) z ;\n", i)
		}
		return b.String() + ": z ( Int -- Int ) " + z + " ;\n: y ( Int -- Int ) z \"x\" ;\n: main ( -- ) 1 y drop ;\n"
	}
	opts := check.Options{Words: builtins.All().Types(), Hints: true}
	look := func(text string) (*types.Info, string) {
		info, problems := check.Program(check.Text("main.seq", text, "."), opts)
		var b strings.Builder
		require.NoError(t, diag.WriteJSON(&b, problems))
		return info, b.String()
	}
	after := text("dup 0 i.> [ a0 a1 a2 a3 a4 a5 a6 y ] [ ] if")
	want, told := look(after)
	opts.Before, _ = look(text("1 i.+"))
	require.True(t, opts.Before.Looked())
	got, toldAgain := look(after)
	require.Equal(t, told, toldAgain)
	require.Equal(t, annotations(want), annotations(got))
}

// annotations shows all that is known of the words, statement by statement: what they are numbered by may be another number.
func annotations(info *types.Info) string {
	var b strings.Builder
	for _, w := range info.Words {
		fmt.Fprintln(&b, w.Index, w.Decl.Name.Text, w.Effect, w.Extra, w.Leaky, w.Cycle, w == info.Main)
		for st := range syntax.All(w.Decl.Body) {
			switch {
			case st.Kind == syntax.StmtQuotation:
				fmt.Fprint(&b, info.Quotations[w.Module][st.ID])
			case st.Kind == syntax.StmtMatch:
				showMatch(&b, info, &info.Matches[w.Module][st.ID])
			case st.HasCall():
				fmt.Fprint(&b, info.Calls[w.Module][st.ID])
			}
		}
		for _, p := range info.Points(w) {
			fmt.Fprint(&b, p.Step)
		}
	}
	return b.String()
}

func showMatch(b *strings.Builder, info *types.Info, match *types.MatchInfo) {
	if match.Union == nil {
		return
	}
	fmt.Fprint(b, info.Unions[match.Union.Index] == match.Union, match.Union.Decl.Name, match.Union.Index)
	for _, arm := range match.Arms {
		fmt.Fprint(b, info.Variants[arm.Variant.Index] == arm.Variant, arm.Variant.Name(), arm.Fields, arm.Dead)
	}
}
