package seqvm_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/govalue"
	"github.com/seqvm/seqvm/vm"
)

// The program of docs/embedding.md prints what stands below it.
func TestTheProgramOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("docs/embedding.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(page), "```go\n")
	source, rest, _ := strings.Cut(rest, "```\n")
	_, rest, _ = strings.Cut(rest, "```\n")
	want, _, _ := strings.Cut(rest, "```\n")
	file := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
	got, err := exec.Command("go", "run", file).CombinedOutput()
	require.NoError(t, err, "%s", got)
	assert.Equal(t, want, string(got))
}

func TestFuncComparesShapes(t *testing.T) {
	for _, c := range []struct {
		effect string
		f      any
		says   string
	}{
		{"( Int -- Int )", 5, "int is no function"},
		{"( Int -- Int )", (func(int64) int64)(nil), "is no function"},
		{"( Int -- Int )", func(...int64) int64 { return 0 }, "no function with a fixed number of parameters"},
		{"( Int -- Int )", func(int64, int64) int64 { return 0 }, "has 2 parameters, the effect 1"},
		{"( Int -- Int )", func(int64) {}, "has 0 results, the effect 1"},
		{"( Int -- Int )", func(float64) int64 { return 0 }, "parameter 1 of the Go function is float64, it must be int64"},
		{"( Int -- String )", func(int) int { return 0 }, "result 1 of the Go function is int, it must be string"},
		{"( T -- T )", func(int) any { return 0 }, "parameter 1 of the Go function is int, it must be interface {}"},
		{"Int -- Int", func(int) int { return 0 }, "effect"},
		{"( Int -- Int )", func(*vm.Strand, int) (int, error) { return 0, nil }, ""},
		{"( ..a T [ -- ] -- ..a )", func(any, any) {}, ""},
		{"( -- Symbol Bool )", func() (govalue.Symbol, bool) { return "a", true }, ""},
	} {
		_, err := seqvm.Func("w", c.effect, "", c.f)
		if c.says == "" {
			assert.NoError(t, err, c.effect)
			continue
		}
		assert.ErrorContains(t, err, c.says, c.effect)
	}
}

func TestWordsWith(t *testing.T) {
	word := func(name string) seqvm.Word {
		w, err := seqvm.Func(name, "( -- )", "", func() {})
		require.NoError(t, err)
		return w
	}
	for _, name := range []string{"", "a b", "5", "[", ":x", "match", "true", "\"s\"", "if;", "# c"} {
		_, err := seqvm.AllWords().With(word(name))
		assert.ErrorContains(t, err, "no program can call", name)
	}
	_, err := seqvm.AllWords().With(word("dup"))
	assert.ErrorContains(t, err, "there is a word 'dup' already")
	_, err = seqvm.AllWords().With(word("host.a"), word("host.a"))
	assert.ErrorContains(t, err, "there is a word 'host.a' already")
	_, err = seqvm.AllWords().With(seqvm.Word{Name: "host.a", Effect: "( -- "})
	assert.Error(t, err)
	_, err = seqvm.AllWords().With(word("host.a"), word("host.b"))
	assert.NoError(t, err)
}

// What the language fixes no host can change, also if its set of words has nothing of it yet.
func TestWordsOfTheLanguageAreFixed(t *testing.T) {
	function := func(_ *vm.Strand, _ []stack.Value) error { return nil }
	for _, name := range []string{"if", "cond", "call", "dip", "keep", "bi", "pick", "roll", "dup", ">aux", "strand.spawn", "yield", "list.map", "list.push", "i.+", "+", "stack.dump"} {
		_, err := new(seqvm.Words).With(seqvm.Word{Name: name, Effect: "( -- )", Run: function})
		assert.EqualError(t, err, "the language fixes what '"+name+"' does: no word of a host can have that name")
	}
	for _, w := range []seqvm.Word{
		{Alias: "i.+"}, {Traits: types.EndsProgram}, {Rule: types.Rule{Loop: &types.Loop{}}},
		{Rule: types.Rule{Shuffle: &types.Shuffle{}}}, {Rule: types.Rule{Combinator: &types.Combinator{Quotations: 1, Order: []int{0}}}}, {Rule: types.Rule{Special: types.Pick}},
	} {
		w.Name, w.Effect, w.Run = "host.a", "( -- )", function
		_, err := seqvm.AllWords().With(w)
		assert.ErrorContains(t, err, "the word 'host.a' is a function, and cannot")
	}
}

// A word that was taken away can come back with another function. Another one than the language's
// os.exit is no end of the program.
func TestAHostsWordHasNothingOfTheOneInItsPlace(t *testing.T) {
	exit, err := seqvm.Func("os.exit", "( Int -- )", "", func(int) {})
	require.NoError(t, err)
	words, err := seqvm.AllWords().Only(func(name string) bool { return name != "os.exit" }).With(exit)
	require.NoError(t, err)
	const source = ": main ( -- ) true [ 1 ] [ 1 os.exit ] if drop ;"
	_, err = seqvm.Compile(seqvm.Text("exit.seq", source), seqvm.Options{Words: words})
	assert.ErrorContains(t, err, "the branches of 'if' leave different stacks")
}

func TestWordsOnly(t *testing.T) {
	without := func(prefixes ...string) *seqvm.Words {
		return seqvm.AllWords().Only(func(name string) bool {
			return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		})
	}
	for _, c := range []struct {
		source string
		words  *seqvm.Words
		says   string // "": it compiles
	}{
		{": main ( -- ) \"f\" [ drop ] file.for-each-line drop ;", without("file."), "a.seq:1:28: error: unknown word 'file.for-each-line' in 'main' [unknown-word]"},
		{": main ( -- ) \"f\" [ drop ] file.for-each-line drop ;", without("%file."), "a.seq:1:28: error: unknown word 'file.for-each-line' in 'main' [unknown-word]"},
		{": main ( -- ) \"a\" \"b\" + drop ;", without("string."), "a.seq:1:23: error: the operator '+' is 'string.concat' here, a word that the program does not have [unknown-word]"},
		{": main ( -- ) 1 2 + drop ;", without("string."), ""},
		{"include vm:io\n: main ( -- ) ;", without("%io."), "a.seq:1:1: error: the module of seqvm 'vm:io' cannot be used here: the set of words lacks '%io.error-line', '%io.read-all' [unknown-word]"},
		{": main ( -- ) ;\ninclude std:list\ninclude std:json\n", without("%json"), "a.seq:3:1: error: the standard module 'std:json' cannot be used here: the set of words lacks '%json-serialize', '%json-parse' [unknown-word]"},
		{"include std:list\ninclude std:son\n: main ( -- ) ;", without("map."), "a.seq:2:1: error: the standard module 'std:map' cannot be used here: the set of words lacks 'map.make', 'map.set' [unknown-word]"},
		{"include vm:io\n: main ( -- ) ;", without("file."), ""},
	} {
		_, err := seqvm.Compile(seqvm.Text("a.seq", c.source), seqvm.Options{Words: c.words})
		if c.says == "" {
			assert.NoError(t, err, c.source)
			continue
		}
		assert.ErrorContains(t, err, c.says)
	}
}

// Values come back as they went.
func TestValuesGoThroughWords(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("id.seq", `
union Shape { Dot Box { w: Int h: Float } }
: same ( T -- T ) ;
: box ( -- Shape ) 3 0.5 Make-Box ;
: width ( Shape -- Int ) Box-w ;
: quote ( -- [ Int -- Int ] ) [ 1 i.+ ] ;
: run ( Int [ Int -- Int ] -- Int ) call ;
: text ( -- String ) "a" "b" string.concat ;`), seqvm.Options{Library: true})
	require.NoError(t, err)
	in, err := prog.Open(seqvm.Config{}, nil)
	require.NoError(t, err)
	defer in.Close()
	call := func(word string, args ...any) any {
		results, err := in.Call(t.Context(), word, args...)
		require.NoError(t, err, word)
		require.Len(t, results, 1)
		return results[0]
	}
	for _, x := range []any{int64(-5), 2.5, true, "text", "\xff\x00", govalue.Symbol("ok"), []any{}, []any{int64(1), []any{"x", false}},
		map[any]any{"a": int64(1), int64(2): []any{true}}} {
		assert.Equal(t, x, call("same", x))
	}
	box := call("box")
	assert.Equal(t, "Box", box.(govalue.Variant).Name)
	assert.Equal(t, []any{int64(3), 0.5}, box.(govalue.Variant).Fields)
	assert.Equal(t, int64(3), call("width", box))
	assert.Equal(t, int64(8), call("run", 7, call("quote")))
	assert.Equal(t, "ab", call("text"))
	for _, x := range []any{nil, uint8(1), 1 << 62, []any{struct{}{}}, map[any]any{1.5: 1}} {
		_, err := in.Call(t.Context(), "same", x)
		assert.Error(t, err, "%v", x)
	}
	_, err = in.Call(t.Context(), "nope")
	assert.ErrorContains(t, err, "no word 'nope'")
}

// A call that is interrupted, fails or calls os.exit leaves the instance usable.
func TestCallsThatFail(t *testing.T) {
	fails, err := seqvm.Func("host.fail", "( -- )", "", func() error { return os.ErrNotExist })
	require.NoError(t, err)
	words, err := seqvm.AllWords().With(fails)
	require.NoError(t, err)
	prog, err := seqvm.Compile(seqvm.Text("f.seq", `
: forever ( -- ) forever ;
: fail ( -- ) host.fail ;
: leave ( -- ) 7 os.exit ;
: stuck ( -- ) chan.make chan.receive drop drop ;
: one ( -- Int ) 1 ;`), seqvm.Options{Library: true, Words: words})
	require.NoError(t, err)
	in, err := prog.Open(seqvm.Config{}, nil)
	require.NoError(t, err)
	defer in.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = in.Call(ctx, "one")
	assert.ErrorIs(t, err, context.Canceled)
	ctx, cancel = context.WithCancel(t.Context())
	go cancel()
	_, err = in.Call(ctx, "forever")
	assert.ErrorIs(t, err, context.Canceled)
	var failed *vm.RuntimeError
	_, err = in.Call(t.Context(), "fail")
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "host.fail", failed.Word)
	assert.Equal(t, os.ErrNotExist.Error(), failed.Reason)
	var exit *vm.ExitError
	_, err = in.Call(t.Context(), "leave")
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 7, exit.Status)
	var deadlock *vm.DeadlockError
	_, err = in.Call(t.Context(), "stuck")
	assert.ErrorAs(t, err, &deadlock)
	results, err := in.Call(t.Context(), "one")
	require.NoError(t, err)
	assert.Equal(t, []any{int64(1)}, results)
}

// BenchmarkHostWord is a round of a loop that calls a Go function, in comparison with a built-in word.
func BenchmarkHostWord(b *testing.B) {
	twice, err := seqvm.Func("host.twice", "( Int -- Int )", "", func(n int64) int64 { return 2 * n })
	require.NoError(b, err)
	words, err := seqvm.AllWords().With(twice)
	require.NoError(b, err)
	for _, word := range []string{"host.twice", "popcount"} {
		prog, err := seqvm.Compile(seqvm.Text("loop.seq", ": go ( Int -- ) dup 0 i.> [ dup "+word+" drop 1 i.- go ] [ drop ] if ;"), seqvm.Options{Words: words, Library: true})
		require.NoError(b, err)
		b.Run(word, func(b *testing.B) {
			_, err := prog.Call(b.Context(), seqvm.Config{}, "go", b.N)
			require.NoError(b, err)
		})
	}
}
