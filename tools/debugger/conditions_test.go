package debugger_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/debugger"
)

// changing is a program that holds what an expression could change: a list, a map and a record that are held once, a channel, stdin, a counter
// in a map, output that has been written.
const changing = `union Counter { Counter { n: Int } }
: square ( Int -- Int ) dup i.* ;
: deep ( Int -- Int ) 1 i.+ deep 1 i.+ ;
: forever ( -- ) forever ;
: step ( Channel Counter M V Int -- Channel Counter M V Int )
  tuck list.push swap
  rot "n" 2 pick map.set rot rot
  1 i.+ ;
: go ( Channel Counter M V Int -- Channel Counter M V Int )
  dup 5 i.< [ step go ] [ ] if ;
: main ( -- )
  chan.make dup 7 swap chan.send drop
  0 Make-Counter map.make list.make 0 go
  drop list.length int->string io.write-line
  "n" map.get drop int->string io.write-line
  Counter-n int->string io.write-line
  chan.receive drop int->string io.write-line
  io.read-line drop io.write ;
`

// Conditions and the expressions of messages change nothing of the program, whatever words they call; what is wrong in them is told.
func TestConditionsChangeNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	for expression, trouble := range map[string]string{
		// list, then the counter on top
		`dup square 1000 i.>`:                          "",
		`over 100 list.push list.length 1000 i.>`:      "",
		`over 0 55 list.set drop drop false`:           "",
		`2 pick "n" 55 map.set drop false`:             "",
		`3 pick 55 swap Counter-n i.+ 5000 i.>`:        "",
		`"out" io.write-line false`:                    "",
		`io.read-line drop drop false`:                 "",
		`1 100 crypto.random-int 200 i.>`:              "",
		`[ "out" io.write-line ] strand.spawn 0 i.<`:   "",
		`[ drop ] strand.weave drop false`:             "",
		`time.now 0 i.<`:                               "",
		`1 time.sleep-ms false`:                        "",
		`4 pick 1 swap chan.send drop false`:           "an expression of the debugger changes nothing of the program",
		`4 pick chan.receive drop drop false`:          "an expression of the debugger changes nothing of the program",
		`3 os.exit`:                                    "an expression of the debugger changes nothing of the program",
		`"` + file + `" "x" file.spit`:                 "not allowed",
		`drop drop drop drop drop drop drop drop true`: "stack underflow",
		`0 deep 0 i.<`:                                 "the condition of breakpoint 1: ", // too deep, or with the race detector too slow
		`forever true`:                                 "the expression ran for more than 2s",
		`dup "text" i.=`:                               "i.=",
		`99 pick`:                                      "pick",
		`no-such`:                                      "no-such",
		`dup`:                                          "leaves no Bool",
		`over 7 list.get not`:                          "",
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			o := debugger.Options{Log: new(strings.Builder)}
			o.Config.Stdin = strings.NewReader("input\n")
			said := ""
			s, stdout := session(t, program(t, changing), o, func(stop *debugger.Stop) debugger.Way {
				said += strings.Join(stop.Trouble, "\n")
				stop.Delete(func(*debugger.Breakpoint) bool { return true })
				return debugger.Continue
			})
			require.NoError(t, s.Add(&debugger.Breakpoint{Line: 6, Condition: expression}))
			if trouble == "" {
				require.NoError(t, s.Add(&debugger.Breakpoint{Line: 8, Log: "{" + expression + "} {" + expression + "}"}))
			}
			status, err := s.Run(context.Background())
			require.NoError(t, err)
			assert.Equal(t, 0, status)
			assert.Equal(t, "5\n4\n0\n7\ninput\n", stdout.String())
			if trouble == "" {
				assert.Equal(t, strings.Contains(expression, "list.get"), s.Breakpoints() == nil || len(s.Breakpoints()) == 0, said)
				assert.Empty(t, said)
			}
			assert.Contains(t, said, trouble)
			assert.NoFileExists(t, file)
		})
	}
}

// A condition sees as much of the stack as it needs, be it more than the call that the program stands in has.
func TestConditionsReachBelowTheCall(t *testing.T) {
	const text = `: inner ( Int -- Int ) 1 i.+ ;
: outer ( Int Int -- Int Int ) inner ;
: go ( Int Int -- Int Int ) dup 10 i.< [ outer go ] [ ] if ;
: main ( -- ) 40 0 go drop drop ;
`
	for condition, count := range map[string]int{"over over i.+ 45 i.=": 1, "dup 5 =": 1, "1 pick 40 i.=": 10, "over 40 =": 10, "drop drop true": 10, "dup 3 i.> [ true ] [ false ] if": 6} {
		list := stops(t, text, at(t, debugger.Breakpoint{Word: "inner", Condition: condition}), make([]debugger.Way, 20)...)
		assert.Len(t, list, count, condition)
	}
}

// Strands that an expression starts end with it; an expression that grows too deep is told, at once.
func TestExpressionsLeaveNothingBehind(t *testing.T) {
	const text = `: forever ( Int -- Int ) 1 i.+ forever ;
: deep ( Int -- Int ) 1 i.+ deep 1 i.+ ;
: main ( -- ) 1 2 i.+ drop ;
`
	s, _ := session(t, program(t, text), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		before := runtime.NumGoroutine()
		for range 50 {
			values, err := stop.Evaluate("[ forever ] strand.spawn drop", 0)
			assert.NoError(t, err)
			assert.Len(t, values, 2)
		}
		for range 1000 {
			if runtime.NumGoroutine() <= before+3 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		assert.LessOrEqual(t, runtime.NumGoroutine(), before+3)
		_, err := stop.Evaluate("deep", 0)
		if assert.Error(t, err) {
			assert.Regexp(t, "calls nest too deeply|ran for more than 2s", err.Error()) // with the race detector it is slow
		}
		return debugger.Continue
	})
	require.NoError(t, s.Add(&debugger.Breakpoint{Word: "i.+", Once: true}))
	_, err := s.Run(context.Background())
	require.NoError(t, err)
}

// What a word has left below the word that it ends with is on the stack as well, beside aux stacks, too.
func TestValuesBelowATailCall(t *testing.T) {
	const text = `: inner ( Int -- Int ) 1 i.+ ;
: outer ( Int Int -- Int Int ) inner ;
: more ( Int -- Int Int Int ) 5 6 inner ;
: go ( Int Int -- Int Int ) 7 >aux 8 >aux outer more aux> drop aux> drop drop nip ;
: main ( -- ) 30 40 0 go drop drop drop ;
`
	for _, condition := range []string{"", "dup 99 i.<", "drop drop drop true"} {
		list := stops(t, text, at(t, debugger.Breakpoint{Word: "inner", Condition: condition}), debugger.Continue, debugger.Continue)
		assert.Equal(t, []string{"inner 1 30 40 0", "inner 1 30 40 1 5 6"}, list, condition)
	}
}

// Expressions go by the words that the program has, whatever the disk has by now.
func TestExpressionsGoByTheProgramThatRuns(t *testing.T) {
	path := program(t, "include \"part\"\n: main ( -- ) 20 twice drop ;\n")
	part := filepath.Join(filepath.Dir(path), "part.seq")
	require.NoError(t, os.WriteFile(part, []byte(": twice ( Int -- Int ) 2 i.* ;\n"), 0o600))
	s, _ := session(t, path, debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		values, err := stop.Evaluate("twice", 0)
		if assert.NoError(t, err) {
			assert.Equal(t, int64(40), values[0].AsInt())
		}
		return debugger.Quit
	})
	require.NoError(t, os.WriteFile(part, []byte(": twice ( Int -- Int ) 3 i.* ;\n"), 0o600))
	require.NoError(t, os.WriteFile(path, []byte("nonsense\n"), 0o600))
	require.NoError(t, s.Add(&debugger.Breakpoint{Word: "twice", Condition: "twice 40 i.="}))
	_, err := s.Run(context.Background())
	require.ErrorIs(t, err, debugger.ErrQuit)
}
