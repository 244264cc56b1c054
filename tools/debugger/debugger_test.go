package debugger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/vm"
)

// session debugs a program; stopped is called at each stop.
func session(t *testing.T, path string, o debugger.Options, stopped func(*debugger.Stop) debugger.Way) (s *debugger.Session, stdout *bytes.Buffer) {
	t.Helper()
	prog, err := seqvm.CompileForDebugger(seqvm.File(path), seqvm.Options{})
	require.NoError(t, err)
	stdout = &bytes.Buffer{}
	o.Program, o.Stopped = prog, stopped
	o.Config.Stdout, o.Config.Args = stdout, []string{path}
	s, err = debugger.New(o)
	require.NoError(t, err)
	return s, stdout
}

// program writes a program to a file.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program.seq")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Golden programs that stop at every statement do what they do without a debugger.
func TestProgramsDoTheSameStepByStep(t *testing.T) {
	files, err := filepath.Glob("../../testdata/*/*.seq")
	require.NoError(t, err)
	ran := 0
	for i, file := range files {
		base := strings.TrimSuffix(file, ".seq")
		has := func(ending string) bool { _, err := os.Stat(base + ending); return err == nil }
		area := filepath.Base(filepath.Dir(file))
		if i%13 != 0 || !has(".stdout") || has(".stdin") || has(".env") || has(".args") || area == "system" || area == "net" || area == "memory" {
			continue
		}
		info, err := os.Stat(base + ".stdout")
		require.NoError(t, err)
		prog, err := seqvm.CompileForDebugger(seqvm.File(file), seqvm.Options{})
		if err != nil || len(prog.Unlinked()) > 0 || len(prog.Manifests) > 0 || info.Size() > 10_000 {
			continue
		}
		ran++
		t.Run(area+"/"+filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			left := 5000
			s, stdout := session(t, file, debugger.Options{Entry: true}, func(stop *debugger.Stop) debugger.Way {
				if left--; left < 0 || stop.Reason == "deadlock" {
					return debugger.Continue
				}
				_ = debugger.DataStack(stop.Now(), 0)
				return debugger.Into
			})
			status, err := s.Run(context.Background())
			want, readErr := os.ReadFile(base + ".stdout")
			require.NoError(t, readErr)
			assert.Equal(t, string(want), stdout.String(), "%v", err)
			exit, _ := os.ReadFile(base + ".exit")
			expected, _ := strconv.Atoi(strings.TrimSpace(string(exit)))
			if err == nil {
				assert.Equal(t, expected, status)
			}
		})
	}
	assert.Greater(t, ran, 40)
}

const shapes = `union Shape { Dot Box { w: Int h: Int } }
: area ( Shape -- Int )
  match
    Dot -> 0
    Box -> i.*
  end ;
: sum ( Int Shape -- Int )
  dup area swap drop
  i.+ ;
: count ( Int -- )
  dup 0 i.>
  [ 1 i.- count ]
  [ drop ] if ;
: main ( -- )
  1 2 3 Make-Box sum drop
  3 4 [ 1 i.+ ] dip drop drop
  5 count ;
`

// place is where a stop is, with the stack.
func place(stop *debugger.Stop) string {
	seen := stop.Now()
	if len(seen.Frames) == 0 {
		return ""
	}
	f := seen.Frames[0]
	text := fmt.Sprintf("%s %s", f.Word, stop.Source(f.File).Text[f.Pos:f.End])
	for _, v := range debugger.DataStack(seen, 0) {
		text += " " + debugger.Show(v, 30)
	}
	return text
}

// stops are the places at which a program stops that goes on in some ways.
func stops(t *testing.T, text string, begin func(*debugger.Session), ways ...debugger.Way) []string {
	t.Helper()
	var list []string
	s, _ := session(t, program(t, text), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		list = append(list, place(stop))
		if len(ways) == 0 {
			return debugger.Quit
		}
		way := ways[0]
		ways = ways[1:]
		return way
	})
	begin(s)
	_, err := s.Run(context.Background())
	if err != nil {
		require.ErrorIs(t, err, debugger.ErrQuit)
	}
	return list
}

func at(t *testing.T, b debugger.Breakpoint) func(*debugger.Session) {
	return func(s *debugger.Session) { require.NoError(t, s.Add(&b)) }
}

func TestSteps(t *testing.T) {
	const over, into, out, line, goOn = debugger.Over, debugger.Into, debugger.Out, debugger.Line, debugger.Continue
	for _, c := range []struct {
		name string
		at   debugger.Breakpoint
		ways []debugger.Way
		want []string
	}{
		{"over a call", debugger.Breakpoint{Word: "sum"}, []debugger.Way{over, over, over},
			[]string{"sum dup 1 :Box 2 3 wrap-2", "sum area 1 :Box 2 3 wrap-2 :Box 2 3 wrap-2", "sum swap 1 :Box 2 3 wrap-2 6", "sum drop 1 6 :Box 2 3 wrap-2"}},
		{"into a call and out of it", debugger.Breakpoint{Word: "sum"}, []debugger.Way{over, into, out},
			[]string{"sum dup 1 :Box 2 3 wrap-2", "sum area 1 :Box 2 3 wrap-2 :Box 2 3 wrap-2", "area match\n    Dot -> 0\n    Box -> i.*\n  end 1 :Box 2 3 wrap-2 :Box 2 3 wrap-2", "sum swap 1 :Box 2 3 wrap-2 6"}},
		{"over a line", debugger.Breakpoint{Line: 8}, []debugger.Way{line, line}, []string{"sum dup 1 :Box 2 3 wrap-2", "sum i.+ 1 6", "main drop 7"}},
		{"what dip hides is not on the stack", debugger.Breakpoint{Line: 16}, []debugger.Way{over, over, into, over, over},
			[]string{"main 3", "main 4 3", "main [ 1 i.+ ] dip 3 4", "main 1 3", "main i.+ 3 1", "main drop 4 4"}},
		{"a condition", debugger.Breakpoint{Word: "count", Condition: "dup 2 i.="}, []debugger.Way{goOn}, []string{"count dup 2"}},
		{"a count of hits", debugger.Breakpoint{Word: "count", Hits: "% 3"}, []debugger.Way{goOn, goOn}, []string{"count dup 3", "count dup 0"}},
		{"over a tail call is to its end", debugger.Breakpoint{Line: 17}, []debugger.Way{over, over}, []string{"main 5", "main count 5"}},
		{"calls of a built-in word", debugger.Breakpoint{Word: "i.*"}, []debugger.Way{goOn}, []string{"area i.* 1 :Box 2 3 wrap-2 2 3"}},
		{"once", debugger.Breakpoint{Word: "count", Once: true}, []debugger.Way{goOn}, []string{"count dup 5"}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, stops(t, shapes, at(t, c.at), c.ways...)) })
	}
}

func TestBackLooksAtWhatWas(t *testing.T) {
	var shown []string
	s, _ := session(t, program(t, shapes), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		shown = append(shown, place(stop))
		for range 2 {
			require.True(t, stop.Back())
			shown = append(shown, place(stop))
		}
		require.True(t, stop.Forward())
		require.True(t, stop.Forward())
		assert.Equal(t, -1, stop.Past())
		shown = append(shown, place(stop))
		for stop.Back() {
		}
		shown = append(shown, place(stop))
		return debugger.Quit
	})
	s.Record(true, 0)
	require.NoError(t, s.Add(&debugger.Breakpoint{Word: "area"}))
	_, err := s.Run(context.Background())
	require.ErrorIs(t, err, debugger.ErrQuit)
	here := "area match\n    Dot -> 0\n    Box -> i.*\n  end 1 :Box 2 3 wrap-2 :Box 2 3 wrap-2"
	assert.Equal(t, []string{here, "sum area 1 :Box 2 3 wrap-2 :Box 2 3 wrap-2", "sum dup 1 :Box 2 3 wrap-2", here, "main 1"}, shown)
}

// What is recorded stays what it was when the program changes values in place.
func TestWhatIsRecordedDoesNotChange(t *testing.T) {
	const text = `: main ( -- ) list.make 1 list.push 2 list.push 3 list.push list.length drop ;
`
	var last []string
	s, _ := session(t, program(t, text), debugger.Options{Entry: true}, func(stop *debugger.Stop) debugger.Way {
		last = nil
		for {
			last = append(last, place(stop))
			if !stop.Back() {
				return debugger.Into
			}
		}
	})
	_, err := s.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, "main drop 3", last[0])
	assert.Contains(t, last, "main 2 list-of 1 lv")
	assert.Contains(t, last, "main 3 list-of 1 lv 2 lv")
}

func TestExpressionsChangeNothing(t *testing.T) {
	const text = `: twice ( Int -- Int ) 2 i.* ;
: main ( -- Int ) chan.make drop 20 1 i.+ twice ;
`
	s, _ := session(t, program(t, text), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		values, err := stop.Evaluate("twice 5 i.+", 0)
		require.NoError(t, err)
		require.Len(t, values, 1)
		assert.Equal(t, "47", debugger.Show(values[0], 20))
		for expression, why := range map[string]string{
			"no-such-word": "no-such-word", "drop drop drop": "stack", "chan.make 1 swap chan.send": "changes nothing", `"x" io.write-line "/etc/hosts" file.slurp`: "not allowed",
			": f ( -- ) ;": "defines", "[": "",
		} {
			_, err := stop.Evaluate(expression, 0)
			assert.ErrorContains(t, err, why, expression)
		}
		assert.Equal(t, "twice 2 21", place(stop))
		return debugger.Continue
	})
	require.NoError(t, s.Add(&debugger.Breakpoint{Word: "twice"}))
	status, err := s.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 42, status)
}

func TestErrorsStop(t *testing.T) {
	const text = `: wrong ( V -- Int ) 0 map.get drop ;
: main ( -- )
  list.make wrong drop ;
`
	var reasons []string
	s, _ := session(t, program(t, text), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		reasons = append(reasons, stop.Reason+": "+stop.Err.Reason)
		assert.Equal(t, "wrong", stop.Now().Frames[0].Word)
		return debugger.Continue
	})
	_, err := s.Run(context.Background())
	var failed *vm.RuntimeError
	require.True(t, errors.As(err, &failed), "%v", err)
	assert.Equal(t, []string{"error: " + failed.Reason}, reasons)
}

func TestChannelsAndWhoWaits(t *testing.T) {
	const text = `: main ( -- )
  chan.make dup [ chan.receive drop drop drop ] strand.spawn drop
  chan.make dup 5 swap chan.send drop
  chan.make chan.receive drop drop drop drop drop ;
`
	stopped := false
	s, _ := session(t, program(t, text), debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		require.Equal(t, "deadlock", stop.Reason)
		stopped = true
		held := map[string][]int64{}
		for _, c := range stop.Channels() {
			held[filepath.Base(c.MadeAt)+fmt.Sprint(c.Held)] = c.Waiting
		}
		assert.Equal(t, map[string][]int64{"program.seq:20": {2}, "program.seq:31": nil, "program.seq:40": {1}}, held)
		return debugger.Continue
	})
	s.Record(true, 0)
	_, err := s.Run(context.Background())
	require.ErrorContains(t, err, "deadlock")
	assert.True(t, stopped)
}

func TestWhatCannotBeABreakpoint(t *testing.T) {
	s, _ := session(t, program(t, shapes), debugger.Options{}, nil)
	for _, c := range []struct {
		b   debugger.Breakpoint
		why string
	}{
		{debugger.Breakpoint{Word: "are"}, "did you mean 'area'"}, {debugger.Breakpoint{Line: 99}, "no statement at or behind line 99"},
		{debugger.Breakpoint{File: "other.seq", Line: 1}, "no file 'other.seq'"}, {debugger.Breakpoint{Line: 8, Hits: "often"}, "count of hits"},
		{debugger.Breakpoint{Line: 8, Condition: "[ 1"}, ""},
	} {
		assert.ErrorContains(t, s.Add(&c.b), c.why)
	}
	assert.Empty(t, s.Breakpoints())
	s, _ = session(t, program(t, "include std:loops\n: main ( -- ) ;\n"), debugger.Options{}, nil)
	assert.NotContains(t, s.Add(&debugger.Breakpoint{Word: "each-integers"}).Error(), "%", "nobody can call a private word")
}

// The budget of a program holds while it is debugged.
func TestBudgetsHold(t *testing.T) {
	const text = `: forever ( Int -- Int ) 1 i.+ forever ;
: main ( -- ) 0 forever drop ;
`
	o := debugger.Options{Entry: true}
	o.Config.Budget.Reductions = 1000
	steps := 0
	s, _ := session(t, program(t, text), o, func(*debugger.Stop) debugger.Way { steps++; return debugger.Into })
	_, err := s.Run(context.Background())
	require.ErrorIs(t, err, vm.ErrReductions)
	assert.Greater(t, steps, 1000)
}
