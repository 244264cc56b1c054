package compile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/vm"
)

// A program of this test has a value of a wrong kind for one operand of one word, which
// stands in a line of its own, and something behind the word that the compiler may make
// one instruction of with it. The error must name the word and its line all the same.

// values are Seq texts by type, three that are of the type: a constant, a value of
// unknown kind, and one in a slot of a known kind.
var values = map[types.Kind][3]string{
	types.Int: {"7", "3 cast", "9 slot-int"}, types.Float: {"1.5", "0.5 cast", "2.5 slot-float"}, types.Bool: {"true", "false cast", "true slot-bool"},
}

// wrong are Strings that the checker takes for values of any type: one that a list
// word brings, one of unknown kind, and a field of a value that is no value of its union.
var wrong = []string{`"s" listed`, `list.make "s" list.push 0 list.get drop`, `"s" cast`}

// fields are the same by type: fields of a value that is not what its union declares.
var fields = map[types.Kind]string{types.Int: "bad P-i", types.Float: "bad P-f", types.Bool: "bad P-b"}

// behind is what may stand behind a word that leaves a value of a type.
var behind = map[types.Kind][]string{
	types.Bool: {
		"[ ] [ ] if", "not\n[ ] [ ] if", "not\nnot\n[ ] [ ] if", "drop",
	},
	types.Int: {"drop", "1 i.+\ndrop", "0 i.=\n[ ] [ ] if"},
	types.Float: {
		"drop", "two\nf.+\ndrop", "0.0 f.<\n[ ] [ ] if",
	},
}

const head = `union P { P { i: Int, f: Float, b: Bool } }
: cast ( T -- U ) ;
: listed ( T -- U ) list.make swap list.push 0 list.get drop ;
: two ( -- Float ) 2 int->float ;
: slot-int ( Int -- Int ) int->string string->int drop ;
: slot-float ( Float -- Float ) float->string string->float drop ;
: slot-bool ( Bool -- Bool ) 1 swap [ ] [ drop 2 ] if 1 i.= ;
: bad ( -- P ) "s" "s" "s" :P wrap-3 ;
`

// simple is the type of what an effect has as its only kind of operands; false if it has
// others.
func simple(e *types.Effect) bool {
	for _, t := range e.In {
		if values[types.EffectKind(t)][0] == "" {
			return false
		}
	}
	return len(e.In) > 0 && e.Plain()
}

func TestErrorsNameTheWordThatTheProgramSays(t *testing.T) {
	seen := map[bytecode.Op]bool{}
	for i, word := range builtins.All().List() {
		name, e := word.Name, builtins.All().Types().Effect(int32(i))
		if strings.HasPrefix(name, "%") || word.Run == nil && !simple(e) || !simple(e) || name == "os.exit" || name == "time.sleep-ms" {
			continue
		}
		for at, operand := range e.In {
			kind := types.EffectKind(operand)
			for _, bad := range append(slices.Clone(wrong), fields[kind]) {
				for form := range 3 {
					var b strings.Builder
					var shown []string
					for j, other := range e.In {
						if j == at {
							b.WriteString(bad + " ")
							shown = append(shown, `"s"`)
						} else {
							value := values[types.EffectKind(other)][form]
							b.WriteString(value + " ")
							shown = append(shown, strings.Fields(value)[0])
						}
					}
					for _, program := range around(b.String(), name, e) {
						fails(t, seen, program, name, kind, shown)
					}
				}
			}
		}
	}
	for _, c := range others {
		fails(t, seen, head+c.program, c.word, c.want, c.shown)
	}
	for op := range bytecode.Table {
		op := bytecode.Op(op)
		info := op.Info()
		if trusts(info) && !seen[op] && !never[op] {
			t.Errorf("no program of this test has the instruction %s", op)
		}
	}
}

// others are programs for words whose operands are not all numbers or Bools, and for
// instructions that need more than one word.
var others = []struct {
	word    string
	want    types.Kind
	shown   []string
	program string
}{
	{"list.get", types.Int, []string{"list-of", `"s"`}, ": main ( -- ) list.make bad P-i\nlist.get\n[ ] [ ] if drop ;"},
	{"list.get", types.Int, []string{"list-of 1 lv", `"s"`}, ": main ( -- ) list.make 1 list.push \"s\" cast\nlist.get\ndrop drop ;"},
	{"list.set", types.Int, []string{"list-of 1 lv", `"s"`, "5"}, ": main ( -- ) list.make 1 list.push bad P-i 5\nlist.set\ndrop drop ;"},
	{"list.set", types.Int, []string{"list-of 1 lv", `"s"`, "2.5"}, ": main ( -- ) list.make 1 list.push bad P-i 2.5\nlist.set\ndrop drop ;"},
	{"list.set", types.Int, []string{"list-of 1 lv", `"s"`, "2.5"}, ": main ( -- ) list.make 1 list.push bad P-i 2.5\nlist.set\n[ ] [ ] if drop ;"},
	{"i.+", types.Int, []string{"1", `"s"`}, ": sum ( P Int -- )\n  dup 9 i.> [ drop drop ] [ over P-i\n i.+\n sum ] if ;\n: main ( -- ) bad 1 sum ;"},
	{"f.*", types.Float, []string{`"s"`, "2.0"}, "union V { V { x: Float, y: Float, z: Float } }\n: plus-scaled ( Float Float Float Float V -- V )\n" +
		"  match V -> 6 pick\nf.*\n 3 roll f.+ swap 5 pick f.* 3 roll f.+ rot 4 roll f.* 3 roll f.+ swap rot Make-V end ;\n" +
		": main ( -- ) 2.0 1.0 2.0 3.0 4.0 5.0 \"s\" :V wrap-3 plus-scaled drop ;"},
}

// never are instructions that trust what nothing can have made wrong: the index and
// the state of list words, and what the compiler has made itself.
var never = map[bytecode.Op]bool{
	bytecode.OpRejoin: true, bytecode.OpListNext: true, bytecode.OpListNextInt: true, bytecode.OpListNextFloat: true, bytecode.OpListNextBool: true, bytecode.OpListNextTake: true, bytecode.OpListNextPeek: true,
	bytecode.OpListElement: true, bytecode.OpFieldTakeKnown: true, bytecode.OpFieldsTakeKnown: true, bytecode.OpFieldGetKnown: true, bytecode.OpFieldsGetKnown: true, bytecode.OpListTake: true, bytecode.OpListPeek: true,
	bytecode.OpIntAddLoop: true, // of a parameter, which every call has checked
}

func trusts(info *bytecode.Info) bool {
	for _, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		if o >= bytecode.SrcInt && o <= bytecode.SrcVariant || o == bytecode.LookVariant {
			return true
		}
	}
	return false
}

// around returns programs with a word behind its operands.
func around(operands, name string, e *types.Effect) (programs []string) {
	main := func(text string) { programs = append(programs, head+": main ( -- )\n"+operands+"\n"+text+" ;\n") }
	var drops string
	for range e.Out {
		drops += " drop"
	}
	main(name + drops)
	if len(e.Out) > 0 {
		for _, after := range behind[types.EffectKind(e.Out[0])] {
			main(name + strings.Repeat("\ndrop", len(e.Out)-1) + "\n" + after)
		}
	}
	if len(e.Out) == 1 && types.EffectKind(e.Out[0]) == types.Float { // a value below takes part, too
		for _, after := range []string{"f.+", "f.-"} {
			programs = append(programs, head+": main ( -- )\ntwo "+operands+"\n"+name+"\n"+after+"\ndrop ;\n")
		}
	}
	if len(e.Out) == 1 && types.EffectKind(e.Out[0]) == types.Bool {
		programs = append(programs,
			head+": main ( -- )\n["+operands+"\n"+name+" ]\n[ ]\n[ true ]\n[ ]\n2\ncond ;\n",
			head+": main ( -- )\n list.make 1 list.push\n[ drop "+operands+"\n"+name+" ]\nlist.filter drop ;\n")
	}
	return programs
}

// fails runs a program and checks that it fails in a word, which stands in a line of its own,
// and what values are shown.
func fails(t *testing.T, seen map[bytecode.Op]bool, source, word string, want types.Kind, shown []string) {
	t.Helper()
	prog, problems := load.Text("p.seq", source, ".", load.Options{})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	info, problems := types.Check(prog, builtins.All().Types(), types.Options{NeedMain: true})
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	lines := strings.Split(source, "\n")
	line := slices.IndexFunc(lines, func(l string) bool { return slices.Contains(strings.Fields(l), word) && !strings.HasPrefix(l, ": ") })
	column := 1 + strings.Index(" "+lines[line]+" ", " "+word+" ")
	line++
	for _, options := range []compile.Options{{}, {Instrument: true}} {
		mod := compile.Program(info, options)
		for i := range mod.Funcs {
			for _, in := range mod.Funcs[i].Code {
				seen[in.Op] = true
			}
		}
		v, err := vm.New(mod, vm.Config{Builtins: builtins.All().Find})
		require.NoError(t, err)
		_, err = v.Run()
		var failed *vm.RuntimeError
		if !assert.True(t, errors.As(err, &failed), "%v\n%s", err, source) {
			return
		}
		assert.Equal(t, fmt.Sprintf("%s: expected %s, found String, at %d:%d", word, kindName(want), line, column),
			fmt.Sprintf("%s: %s, at %d:%d", failed.Word, failed.Reason, failed.Trail[0].Line, failed.Trail[0].Column), "%s", source)
		assert.Equal(t, shown, failed.Values, "%s", source)
	}
}

func kindName(k types.Kind) string {
	return map[types.Kind]string{types.Int: "Int", types.Float: "Float", types.Bool: "Bool"}[k]
}
