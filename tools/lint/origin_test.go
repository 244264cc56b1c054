package lint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint"
)

// help runs a program that fails and returns the help lines of its error.
func help(t *testing.T, text string) string {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("p.seq", text), seqvm.Options{})
	require.NoError(t, err, text)
	_, err = prog.Run(t.Context(), seqvm.Config{})
	require.Error(t, err, text)
	var shown strings.Builder
	require.NoError(t, prog.Render(diag.Renderer{Out: &shown}, err))
	_, lines, _ := strings.Cut(shown.String(), "  help: ")
	return strings.TrimSuffix(lines, "\n")
}

func TestOriginOfAValue(t *testing.T) {
	const uses = ": shout ( String -- ) \"!\" string.concat io.write-line ;\n"
	for _, c := range []struct{ name, text, want string }{
		{"the call itself", ": main ( -- ) list.make list.first drop \"a\" string.concat io.write-line ;", "Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:1:36"},
		{"through shuffles", ": main ( -- ) map.make 1 map.get \"k\" rot rot 5 swap >aux drop aux> drop swap string.concat io.write-line ;",
			"Int 0 is what 'map.get' leaves with false: its flag is dropped at p.seq:1:68"},
		{"a word's argument", uses + ": main ( -- ) list.make 3 list.get drop shout ;", "Int 0 is what 'list.get' leaves with false: its flag is dropped at p.seq:2:36"},
		{"the result of a word", ": nth ( V Int -- String ) list.get drop ;\n: main ( -- ) list.make 3 nth io.write-line ;",
			"Int 0 is what 'list.get' leaves with false: its flag is dropped at p.seq:1:36"},
		{"what a word returns", ": at ( M K -- V ) map.get drop ;\n: main ( -- ) map.make 1 at [ ] list.map drop ;", "Int 0 is what 'map.get' leaves with false: its flag is dropped at p.seq:1:27"},
		{"what words return", ": id ( T -- T ) ;\n: at ( M K -- V ) map.get drop id ;\n: main ( -- ) map.make 1 at id [ ] list.map drop ;", "Int 0 is what 'map.get' leaves with false: its flag is dropped at p.seq:2:27"},
		{"a caller", ": cat ( T String -- String ) swap string.concat ;\n: main ( -- ) list.make list.last drop \"a\" cat io.write-line ;",
			"Int 0 is what 'list.last' leaves with false: its flag is dropped at p.seq:2:35"},
		{"a caller that a tail call hides", ": cat ( T String -- ) swap string.concat io.write-line ;\n: main ( -- ) list.make list.last drop \"a\" cat ;",
			"Int 0 is what 'list.last' leaves with false: its flag is dropped at p.seq:2:35"},
		{"a recursion", ": down ( T Int -- String ) dup 0 i.> [ 1 i.- down ] [ drop \"a\" swap string.concat ] if ;\n: main ( -- ) list.make list.first drop 5 down io.write-line ;",
			"Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:2:36"},
		{"a quotation", ": main ( -- ) list.make list.make list.push [ list.first drop \"a\" swap string.concat io.write-line ] list.each ;",
			"Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:1:58"},
		{"a branch", ": main ( -- ) list.make dup list.empty? [ list.first drop ] [ drop \"b\" ] if \"a\" swap string.concat io.write-line ;",
			"Int 0 may be what 'list.first' leaves with false: its flag is dropped at p.seq:1:54"},
		{"one of two", ": main ( -- ) map.make dup 1 map.get drop swap 2 map.get drop string.concat io.write-line ;", "Int 0 is what 'map.get' leaves with false: its flag is dropped at p.seq:1:38"},
		{"a strand", ": main ( -- ) [ list.make list.first drop \"a\" swap string.concat io.write-line ] strand.spawn drop ;", "Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:1:38"},
		{"a match", "union U { A }\n: f ( U -- ) match A -> end ;\n: g ( U -- ) match A -> end ;\n: main ( -- ) list.make list.first drop match A -> end ;",
			"Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:4:36"},
		{"a match in a file with more matches than calls", "union U { A }\n: f ( U -- ) " + strings.Repeat("dup match A -> end ", 9) + "match A -> end ;\n: main ( -- ) list.make list.first drop match A -> end ;",
			"Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:3:36"},
		{"another error", ": main ( -- ) :x wrap-0 \"x\" string->int drop variant.field-at drop ;", "Int 0 may be what 'string->int' leaves with false: its flag is dropped at p.seq:1:41"},
		// the flag is tested, or the value comes from elsewhere
		{"tested", ": main ( -- ) list.make 0 list.push list.first [ ] [ ] if \"a\" swap string.concat io.write-line ;", ""},
		{"an element", ": main ( -- ) list.make 0 list.push [ \"a\" swap string.concat io.write-line ] list.each ;", ""},
		{"another value", ": f ( T -- ) \"a\" swap string.concat io.write-line ;\n: main ( -- ) list.make 5 list.push list.first drop f ;", ""},
		{"it cannot fail", ": main ( -- ) list.make 0 list.push list.first drop \"a\" swap string.concat io.write-line ;", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, help(t, c.text))
		})
	}
}

// Without columns all calls of the word in the line must agree.
func TestOriginWithoutColumns(t *testing.T) {
	const get = ": f ( V -- )\n  dup list.first drop io.write-line %s io.write-line ;\n: main ( -- ) ;"
	failure := lint.Failure{Word: "io.write-line", Expected: "String", Found: "Int 0", Trail: []lint.Place{{Word: "f", File: "p.seq", Line: 2}}}
	origin := func(second string) string {
		return lint.Origin(checked(t, strings.Replace(get, "%s", second, 1)), failure)
	}
	assert.Empty(t, origin("0 list.get drop"), "the calls differ")
	assert.Empty(t, origin("drop \"a\""), "only one call may be it")
	failure.Trail[0].Column = 23
	assert.Equal(t, "Int 0 is what 'list.first' leaves with false: its flag is dropped at p.seq:2:18", origin("0 list.get drop"))
	failure.Found = "Int 5"
	assert.Empty(t, origin("0 list.get drop"))
	failure.Trail[0].File = "other.seq"
	assert.Empty(t, origin("0 list.get drop"))
}
