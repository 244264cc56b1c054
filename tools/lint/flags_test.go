package lint_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
)

func checked(t testing.TB, text string) *types.Info {
	t.Helper()
	info, problems := check.Program(check.Text("p.seq", text, "."), check.Options{Words: builtins.All().Types()})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, text)
	return info
}

// warned returns the calls that are warned about, as "WORD WORD-THAT-DROPS".
func warned(t testing.TB, text string) []string {
	t.Helper()
	var list []string
	word := func(s diag.Span) string { return s.Source.Text[s.Start:s.End] }
	for _, d := range lint.DroppedFlags(checked(t, text)) {
		assert.Equal(t, lint.UncheckedErrorFlag, d.Code)
		assert.Equal(t, diag.Warning, d.Severity)
		require.Len(t, d.Related, 1)
		list = append(list, word(d.Span)+" "+word(d.Related[0].Span))
	}
	return list
}

// Each case is the definition of a word w; used is a word of the program that takes a value.
func TestDroppedFlags(t *testing.T) {
	const rest = "include std:control\ninclude std:stack-utils\nunion U { A { x: Int } B }\n: used ( T -- ) drop ;\n: test ( -- Bool ) true ;\n"
	for _, c := range []struct {
		word string
		want []string
	}{
		// used after the flag is dropped, near and far, or returned
		{"( V -- ) 0 list.get drop used", []string{"list.get drop"}},
		{"( V -- T ) 0 list.get drop", []string{"list.get drop"}},
		{"( V -- ) 0 list.get 1 2 3\n\n\ndrop drop drop drop used", []string{"list.get drop"}},
		{"( V -- ) 0 list.get swap used drop", []string{"list.get drop"}},
		{"( M -- ) 1 map.get swap nip used", []string{"map.get nip"}},
		{"( M -- ) 1 map.get 5 nip swap used drop", []string{"map.get nip"}},
		{"( M -- ) 1 map.get 2 3 3drop used", []string{"map.get 3drop"}},
		{"( String -- Int ) string->int >aux aux> drop", []string{"string->int drop"}},
		{"( String -- Int Bool ) string->int over swap drop swap dup drop 5 rot drop swap drop true", nil},
		{"( String -- Int ) string->int swap tuck over drop nip nip", []string{"string->int drop"}},
		{"( -- String ) io.read-line drop", []string{"io.read-line drop"}},
		{"( V Int -- V ) 1 list.set drop", []string{"list.set drop"}},
		{"( V -- Int ) list.first drop A-x", []string{"list.first drop"}},
		{"( V -- U ) list.first drop Make-A", []string{"list.first drop"}},
		// nothing is used
		{"( V -- ) 0 list.get drop drop", nil},
		{"( V -- ) 0 list.get 2drop", nil},
		{"( V -- ) 0 list.get swap drop drop", nil},
		{"( Channel -- ) 1 swap chan.send drop", nil},
		{"( String String -- ) file.spit drop", nil},
		// tested
		{"( V -- Int ) 0 list.get [ ] [ drop 1 ] if", nil},
		{"( V -- ) 0 list.get dup [ ] [ ] if drop used", nil},
		{"( V -- ) 0 list.get dup drop [ used ] [ drop ] if", nil},
		{"( V -- ) 0 list.get [ 1 i.+ ] when used", nil},
		{"( V -- ) 0 list.get not test and drop used", nil},
		{"( V -- ) 0 list.get used used", nil},
		{"( V -- T Bool ) 0 list.get", nil},
		{"( V -- ) 0 list.get test.assert used", nil},
		{"( V -- ) 0 list.get [ dup ] [ test ] 1 pick drop 3drop drop", nil},
		{"( V -- ) 0 list.get [ [ true ] [ used ] [ true ] [ used ] 2 cond ] [ drop ] if", nil},
		{"( V -- ) 0 list.get [ dup ] [ drop used ] [ drop true ] [ used ] 2 cond", nil},
		// branches
		{"( V -- ) test [ 0 list.get drop used ] [ drop ] if", []string{"list.get drop"}},
		{"( V -- ) test [ 0 list.get ] [ drop 1 false ] if drop used", []string{"list.get drop"}},
		{"( V -- ) 0 list.get test [ [ used ] [ drop ] if ] [ drop used ] if", []string{"list.get drop"}},
		{"( V -- ) 0 list.get test [ drop drop ] [ [ used ] [ drop ] if ] if", nil},
		{"( V -- ) 0 list.get test [ drop ] [ drop drop 1 ] if used", []string{"list.get drop"}},
		{"( V V -- ) test [ drop 0 list.get ] [ nip list.first ] if drop used", []string{"list.get drop", "list.first drop"}},
		{"( V -- ) 0 list.get test [ drop false ] when drop used", []string{"list.get drop"}},
		{"( V -- ) 0 list.get test [ not ] unless drop used", []string{"list.get drop"}},
		{"( V U -- ) match A -> drop list.first drop used B -> 0 list.get [ used ] [ drop ] if end", []string{"list.first drop"}},
		{"( V -- ) [ test ] [ list.first drop used ] [ test ] [ drop ] 2 cond", []string{"list.first drop"}},
		{"( V -- ) [ dup list.first nip ] [ 0 list.get drop used ] [ true ] [ drop ] 2 cond", []string{"list.get drop"}},
		{"( V -- ) 0 list.get drop test [ drop 1 os.exit ] [ used ] if", []string{"list.get drop"}},
		{"( V -- ) 0 list.get test [ drop drop 1 os.exit ] [ drop used ] if", []string{"list.get drop"}},
		{"( V -- ) dup 0 list.get drop drop test [ w ] [ drop ] if", nil},
		{"( V -- V ) 0 list.get drop test [ w ] [ ] if", []string{"list.get drop"}},
		// quotations are values; their own bodies are looked at
		{"( V -- ) [ 0 list.get drop used ] list.each", []string{"list.get drop"}},
		{"( V -- ) 0 list.get [ ] call drop used", nil},
		{"( V -- ) 0 list.get 5 6 [ 1 i.+ ] dip drop drop drop used", nil},
		{"( V -- ) 0 list.get 5 swap [ ] dip drop drop used", []string{"list.get drop"}},
		{"( V -- ) 0 list.get [ drop ] keep drop used", []string{"list.get drop"}},
		{"( V -- ) 0 list.get 5 [ drop ] [ drop ] bi drop used", nil},
		{"( V -- ) 0 list.get drop [ drop ] keep used", []string{"list.get drop"}},
		{"( V -- ) list.first drop [ used ] strand.spawn drop drop", []string{"list.first drop"}},
		{"( V -- ) list.first drop [ ] strand.spawn drop drop", nil},
		{"( V V -- ) list.first drop swap [ swap list.push ] list.map used", []string{"list.first drop"}},
		{"( V -- ) 0 list.get 1 pick used drop drop", []string{"list.get drop"}},
		{"( V -- ) 0 list.get 0 pick used drop used", nil},
		{"( V -- ) 0 list.get 1 roll used drop", []string{"list.get drop"}},
		{"( V -- ) 0 list.get 5 1 roll drop drop used", nil},
		{"( V -- ) 0 list.get drop 5 1 roll used drop", []string{"list.get drop"}},
		{"( V Int -- ) swap 0 list.get drop swap pick used drop", nil},
		// what cannot fail
		{"( Int -- Int ) 2 i./ drop", nil}, {"( Int -- Int ) 10 % drop", nil}, {"( Int -- Int ) 0 / drop", []string{"/ drop"}},
		{"( Int Int -- Int ) i.modulo drop", []string{"i.modulo drop"}}, {"( Int Int -- Int ) % drop", []string{"% drop"}},
		{"( Int -- Int ) 1 i.pow drop", nil}, {"( Int -- Int ) 2 i.pow drop", []string{"i.pow drop"}}, {"( -- Int ) 2 10 i.pow drop", nil},
		{"( -- Int ) 2 100 i.pow drop", []string{"i.pow drop"}}, {"( -- Int ) 2 -1 i.pow drop", []string{"i.pow drop"}},
		{"( -- Int ) \"12\" string->int drop", nil}, {"( -- Int ) \"1x\" string->int drop", []string{"string->int drop"}},
		{"( -- Float ) \"1.5\" string->float drop", nil}, {"( -- Float ) \"\" string->float drop", []string{"string->float drop"}},
		{"( String -- V ) \"[a-z]+\" regex.find-all drop", nil}, {"( String -- V ) \"[a-\" regex.find-all drop", []string{"regex.find-all drop"}},
		{"( String String -- V ) regex.split drop", []string{"regex.split drop"}}, {"( String -- String ) \"a\" regex.find drop", []string{"regex.find drop"}},
		{"( String -- T ) \",\" string.split 0 list.get drop", nil}, {"( String -- T ) \",\" string.split 1 list.get drop", []string{"list.get drop"}},
		{"( -- T ) list.make 1 list.push 2 list.push dup 1 list.get drop nip", nil}, {"( -- T ) list.make 1 list.push 1 list.get drop", []string{"list.get drop"}},
		{"( -- T ) list.make list.last drop", []string{"list.last drop"}}, {"( -- V ) list.make 1 list.push 0 5 list.set drop", nil},
		{"( -- T ) test [ list.make 1 list.push ] [ list.make 1 list.push 2 list.push ] if 0 list.get drop", nil},
		{"( -- T ) test [ list.make 1 list.push ] [ list.make 1 list.push 2 list.push ] if 1 list.get drop", []string{"list.get drop"}},
		{"( String -- String ) compress.gzip drop", nil}, {"( String -- String ) 10 compress.gzip-level drop", []string{"compress.gzip-level drop"}},
		{"( H -- T ) 0 strand.resume drop nip", nil}, // has rules of its own
	} {
		t.Run(c.word, func(t *testing.T) {
			assert.Equal(t, c.want, warned(t, rest+": w "+c.word+" ;\n"))
		})
	}
}

func TestAllowedAndStandardCode(t *testing.T) {
	const drops = ": w ( V -- T ) 0 list.get drop ;\n"
	assert.Len(t, warned(t, drops), 1)
	assert.Empty(t, warned(t, "# seq:allow(unchecked-error-flag)\n"+drops))
	assert.Empty(t, warned(t, "#seq: allow( unchecked-error-flag )\n\n# a comment\nunion U { A }\n"+drops))
	assert.Empty(t, warned(t, ": w ( V -- T ) # seq:allow(unchecked-error-flag)\n 0 list.get drop ;"))
	assert.Len(t, warned(t, "# seq:allow(another-rule)\n"+drops), 1)
	assert.Len(t, warned(t, "# seq:allow(unchecked-error-flag) because\n"+drops), 1)
	assert.Len(t, warned(t, "# seq:allow(unchecked-error-flag)\n: v ( -- ) ;\n"+drops), 1, "of the next definition only")
	for _, module := range []string{"json", "yaml", "http", "map", "zipper", "imath", "loops", "signal", "son"} {
		assert.Empty(t, warned(t, "include std:"+module+"\n"), module)
	}
}

// The examples show how it is done.
func TestExamplesDropNoFlags(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		info, problems := check.Program(check.File(file), check.Options{Words: builtins.All().Types()})
		require.False(t, problems.HasErrors(), file)
		assert.Empty(t, lint.DroppedFlags(info), file)
	}
}

// A channel that nobody closes always gives a value.
func TestReceiveCannotFailWithoutClose(t *testing.T) {
	const receives = ": next ( Channel -- T ) chan.receive drop ;\n"
	assert.Equal(t, []string{"chan.receive drop"}, warned(t, receives), "callers are missing")
	assert.Empty(t, warned(t, receives+": main ( -- ) chan.make next 1 i.+ drop ;"))
	assert.Len(t, warned(t, receives+": main ( -- ) chan.make dup [ chan.close ] call next 1 i.+ drop ;"), 1)
}

// Classic names mean the same words.
func TestClassicFiles(t *testing.T) {
	const classic = "# seq:dialect classic\n"
	assert.Equal(t, []string{"tcp.read drop"}, warned(t, classic+": w ( Int -- String ) tcp.read drop ;"))
	assert.Equal(t, []string{"io.read-line+ drop"}, warned(t, classic+": w ( -- String ) io.read-line+ drop ;"))
	assert.Equal(t, []string{"/ drop"}, warned(t, classic+": w ( Int Int -- Int ) / drop ;"))
	assert.Equal(t, []string{"list.get drop"}, warned(t, classic+": w ( V Bool -- T ) if 0 list.get drop else drop 1 then ;"))
	assert.Empty(t, warned(t, classic+": w ( V -- Int ) 0 list.get if else drop 1 then ;"))
	assert.Empty(t, warned(t, "# seq:dialect classic-2\n: w ( Int Int -- Int ) i.divide ;"))
}

// However a long body is made, the analysis takes time in proportion to it: a test that took it
// with the square would not end.
func TestLongBodies(t *testing.T) {
	const n = 8_000
	text := func(parts ...string) string {
		return ": id ( T -- T ) ;\n: coin ( -- Bool ) true ;\n: w ( V -- )\n" + strings.Join(parts, "\n") + " ;\n"
	}
	again := func(s string) string { return strings.Repeat(s, n) }
	for _, text := range map[string]string{
		"row":      text(again("0 list.get drop\n"), "drop"),
		"high":     text(again("dup 0 list.get\n"), again("drop drop\n"), "drop"),
		"joined":   text(again("coin [ 0 list.get drop ] [ ] if\n"), "drop"),
		"nested":   text("0 list.get drop", again("coin [ 0 list.get drop\n"), again("] [ ] if\n"), "drop"),
		"clauses":  text(again("[ coin ] [ 0 list.get drop ]\n"), "8000 cond drop"),
		"sweeping": text(strings.Repeat("dup 0 list.get\n", 1000), again("coin [ [ ] call ] [ ] if\n"), strings.Repeat("drop drop\n", 1000), "drop"),
		"rolling":  text(strings.Repeat("dup 0 list.get\n", 1000), again("999 roll\n"), strings.Repeat("drop drop\n", 1000), "drop"),
	} {
		lint.DroppedFlags(checked(t, text))
	}
}
