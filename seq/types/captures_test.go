package types_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
)

// common and rare are the statements of random bodies; %s is a body.
var (
	common = strings.Split("1;2;dup;drop;drop;swap;over;nip;i.+;i.+;i.+;i.*;i./ drop;i./;1 pick;2 roll;shown strand.spawn drop;0 i.>;[ %s ] [ %s ] if", ";")
	rare   = strings.Split(`2.5;"s";true;rot;tuck;2dup;f.+;string.concat;string.length;int->string;+;=;*;/;>aux;aux>;2 pick;3 roll;i.=;not;`+
		"[ %s ] call;[ %s ] dip;[ %s ] keep;[ %s ] [ %s ] bi;[ %s ] [ %s ] [ true ] [ %s ] 2 cond;match Box -> %s Dot -> %s end;match Box { >w } -> %s Dot -> %s end;"+
		"Make-Box;Make-Dot;Box-w;[ %s ];call;dip;if;strand.spawn;[ %s ] strand.spawn;[ %s ] strand.weave;[ %s ] list.map;[ %s ] list.each;[ %s ] list.fold;"+
		"[ %s ] list.filter;list-of;lv;0 list.get;[ %s ] when;[ %s ] times;[ %s ] integer-fold;apply1;[ %s ] apply1;[ %s ] applied;leave2;take2", ";")
)

// body is a random one.
func body(r *rand.Rand, depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(5) {
		st := common[r.IntN(len(common))]
		if r.IntN(4) == 0 {
			st = rare[r.IntN(len(rare))]
		}
		for strings.Contains(st, "%s") {
			inner := ""
			if depth > 0 {
				inner = body(r, depth-1)
			}
			st = strings.Replace(st, "%s", inner, 1)
		}
		b.WriteString(st + " ")
	}
	return b.String()
}

// Counting what a literal captures before trying decides nothing that trying all numbers decides
// otherwise: neither whether a program checks, nor how many values its literals capture.
func TestCountingCapturesIsTrying(t *testing.T) {
	const head = `include std:list
include std:loops
include std:control
union Shape { Dot Box { w: Int } }
: shown ( -- [ Int -- ] ) [ int->string io.write-line ] ;
: apply1 ( ..a Int [ Int -- Int ] -- ..a Int ) call ;
: applied ( ..a Int [ ..a Int -- ..a ] -- ..a ) call ;
: leave2 ( ..a -- ..a Int Int ) 1 2 ;
: take2 ( ..a Int Int -- ..a ) drop drop ;
`
	seeds := 6_000
	if testing.Short() {
		seeds = 2_000
	}
	checked := 0
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var text strings.Builder
		text.WriteString(head)
		in := []string{"Int", "Int", "Int", "Int", "Int", "Int", "String", "Variant", "Shape", "T", "Bool"}
		inputs := make([]string, r.IntN(5))
		for i := range inputs {
			inputs[i] = in[r.IntN(len(in))]
		}
		// The end fits whatever the body leaves.
		fmt.Fprintf(&text, ": f ( %s -- ) list-of 1 lv [ %s ] %s stack.dump ;\n", strings.Join(inputs, " "), body(r, 2),
			[]string{"list.each", "list.map", "list.filter", "list.fold", "when", "times", "each-integer", "apply1", "applied", "strand.spawn"}[r.IntN(10)])
		prog, problems := load.Text("x.seq", text.String(), ".", load.Options{})
		require.False(t, problems.HasErrors(), text.String())
		counted, found := types.Check(prog, builtins.All().Types(), types.Options{})
		tried, others := types.CheckUncounted(prog, builtins.All().Types(), types.Options{})
		require.Equal(t, others.HasErrors(), found.HasErrors(), "seed %d: %s\ntried: %v\ncounted: %v", seed, text.String()[len(head):], others, found)
		if !found.HasErrors() {
			checked++
			require.Equal(t, tried.Quotations[0], counted.Quotations[0], "seed %d: %s", seed, text.String()[len(head):])
			require.Equal(t, tried.Calls[0], counted.Calls[0], "seed %d: %s", seed, text.String()[len(head):])
		}
	}
	t.Logf("%d of %d programs check", checked, seeds)
	require.Greater(t, checked, seeds/100)
}
