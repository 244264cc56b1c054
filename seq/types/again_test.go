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

// edited changes one of the definitions of a text, as an editor does: it is taken out, doubled, moved, or one of its words becomes another.
func edited(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	at := random.IntN(len(lines))
	switch random.IntN(6) {
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
	for _, size := range []struct{ words, every int }{{10, 0}, {30, 5}, {100, 30}, {1500, 700}} {
		text := "include std:imath\n" + generated(random, size.words, size.every)
		for n := range size.words {
			text += fmt.Sprintf(calling[random.IntN(len(calling))], n, random.IntN(size.words))
		}
		var before *types.Info
		kept := 0
		for range 3000 / size.words {
			opts := check.Options{Words: table, Hints: true, Verbose: true, Options: load.Options{Dialect: "7"}}
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
