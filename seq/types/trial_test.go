package types_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
)

// good are definitions without faults; %[1]d is the number of each, %[2]d that of one before it.
var good = []string{
	"union Shape-%[1]d { Dot-%[1]d Box-%[1]d { w: Int h: Int } }\n: area-%[1]d ( Shape-%[1]d -- Int ) match Dot-%[1]d -> 0 Box-%[1]d -> i.* end ;\n",
	": area-%[1]d ( Int -- Int ) [ dup 0 i.= ] [ ] [ true ] [ 1 i.- area-%[1]d ] 2 cond ;\n",
	": area-%[1]d ( Float Float -- Float ) 2dup * rot rot + 1.5 * + ;\n",
	": area-%[1]d ( Variant Int -- Int ) [ i.+ ] list.map 0 [ i.+ ] list.fold ;\n",
	": area-%[1]d ( Int -- Closure[Int -- Int] ) [ + 2 * ] ;\n",
	": area-%[1]d ( ..a Int [ ..a Int -- ..a ] -- ..a ) call ;\n",
	": other-%[1]d ( -- ) ;\n: area-%[1]d ( -- ) other-%[2]d other-%[1]d ;\n",
}

// faulty are definitions with something to tell: errors of each step, warnings and hints.
var faulty = []string{
	": area-%[1]d ( Int -- Int ) shap-%[2]d ;\n",
	": area-%[1]d ( Int -- Int ) 1 . + + ;\n",
	": area-%[1]d ( Int -- Int ) 1.5 + ;\n",
	": area-%[1]d ( Int -- Int Int ) 1 + ;\n",
	": area-%[1]d ( Int -- Strin ) drop ;\n",
	": area-%[1]d ( A -- A ) 1 i.+ ;\n",
	": area-%[1]d ( Int -- Int ) [ i.+ swap / ] call drop ;\n",
	": area-%[1]d ( Int -- Closure[Int -- Int] ) [ / + ] ;\n",
	": area-%[1]d ( -- Int ) 4611686018427387904 ;\n",
	": area-%[1]d ( Int -- Int ) [ dup 1 i.= ] [ 1 i.+ ] 1 cond ;\n",
	": area-%[1]d ( Int -- ) >aux ;\n",
	": area-%[1]d ( Int -- ) Dot-%[2]d -> drop ;\n",
	": area-%[1]d ( Int -- ) 80 tcp.listen drop drop ;\n",
	"union Kind-%[1]d { One-%[1]d Two-%[1]d }\n: area-%[1]d ( Kind-%[1]d -- Int ) match One-%[1]d -> 1 end ;\n",
	"union Kind-%[1]d { One-%[1]d Two-%[1]d }\n: area-%[1]d ( Kind-%[1]d -- Int ) match One-%[1]d -> 1 Two-%[1]d -> 2 One-%[1]d -> 3 end ;\n",
	"union Kind-%[1]d { One-%[1]d Two-%[1]d }\n: area-%[1]d ( Kind-%[1]d -- Int ) match One-%[1]d -> 1 Tow-%[1]d -> 2 end ;\n",
}

// generated makes a program of so many definitions, of which one in `every` is faulty.
func generated(random *rand.Rand, words, every int) string {
	var b strings.Builder
	for n := range words {
		list := good
		if every > 0 && random.IntN(every) == 0 {
			list = faulty
		}
		kind := random.IntN(len(list))
		if n == 0 {
			list, kind = good, len(good)-1 // there is an other-0
		}
		fmt.Fprintf(&b, strings.ReplaceAll(list[kind], "other-%[2]d", "other-0"), n, random.IntN(n+1))
	}
	return b.String()
}

// TestProcessors: what is found in a program, in which order, and what is compiled of it do not depend on
// the number of processors.
func TestProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	random := rand.New(rand.NewPCG(19, 6))
	table := builtins.All().Types()
	for _, every := range []int{0, 150, 20, 1} {
		for _, dialect := range []string{"7", "6", "classic", "classic-2", "classic-1"} {
			main, included := generated(random, 1200, every), strings.NewReplacer("area-", "room-", "other-", "some-", "Shape-", "Form-",
				"Dot-", "Spot-", "Box-", "Case-", "Kind-", "Sort-", "One-", "Uno-", "Two-", "Due-").Replace(generated(random, 300, every))
			opts := check.Options{Words: table, Hints: true, Verbose: true, Options: load.Options{Dialect: dialect,
				ReadFile: func(string) ([]byte, error) { return []byte(included), nil }}}
			run := func(processors int) (found, code string) {
				runtime.GOMAXPROCS(processors)
				info, problems := check.Program(check.Text("main.seq", "include \"more\"\n"+main, "."), opts)
				var b strings.Builder
				require.NoError(t, diag.WriteJSON(&b, problems))
				if problems.HasErrors() {
					return b.String(), ""
				}
				return b.String(), string(bytecode.Encode(compile.Program(info, compile.Options{})))
			}
			found, code := run(1)
			again, codeAgain := run(4)
			require.Equal(t, found, again, "one in %d, dialect %s", every, dialect)
			require.True(t, code == codeAgain, "the code differs: one in %d, dialect %s", every, dialect)
			assert.Equal(t, every > 0, strings.Contains(found, `"message"`), "%.600s", found)
			assert.Equal(t, every == 0, code != "", "%.600s", found)
		}
	}
}

// TestProcessorsOfASession is TestProcessors for an input, which replaces words of another one.
func TestProcessorsOfASession(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	random := rand.New(rand.NewPCG(19, 7))
	table := builtins.All().Types()
	anew := strings.NewReplacer("Shape-", "Form-", "Dot-", "Spot-", "Box-", "Case-").Replace
	first, second, bad := generated(random, 1500, 0), anew(generated(random, 1500, 0)), anew(generated(random, 1500, 9))
	run := func(processors int) string {
		runtime.GOMAXPROCS(processors)
		var loaded load.Session
		session := types.NewSession(table, types.Options{Hints: true})
		var b strings.Builder
		for _, text := range []string{first, bad, second, "7 other-0 area-1"} {
			in, problems := loaded.Input("input", text, ".")
			require.False(t, problems.HasErrors())
			input, problems := session.Check(in)
			require.NoError(t, diag.WriteJSON(&b, problems))
			if input != nil {
				fmt.Fprintln(&b, len(input.Words), len(input.Replaced))
				input.Keep(nil)
				loaded.Keep(in)
			}
		}
		return b.String()
	}
	want := run(1)
	assert.Regexp(t, `"unknown-word"(?s:.*)\n\d+ [1-9]\d*\n`, want)
	assert.Equal(t, want, run(4))
}
