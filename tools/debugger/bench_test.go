package debugger_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/tools/debugger"
)

const fib = `: other ( Int -- Int ) 1 i.+ ;
: fib ( Int -- Int )
  dup 2 i.<
  [ dup 0 i.<
    [ drop
      0 ] [ ] if ]
  [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ;
: main ( -- ) 27 fib other drop ;
`

// Each reports the speed with breakpoints as a part of the interpreter's, which runs in turn with it.
func BenchmarkBreakpoints(b *testing.B) {
	for _, c := range []struct {
		name        string
		breakpoints []debugger.Breakpoint
	}{
		{"none", nil},
		{"in-another-word", []debugger.Breakpoint{{Word: "other", Condition: "dup 0 i.<"}}},
		{"on-a-line-that-does-not-run", []debugger.Breakpoint{{Line: 6}}},
		{"with-a-condition-that-never-holds", []debugger.Breakpoint{{Line: 3, Condition: "dup 99 i.="}}},
		{"two", []debugger.Breakpoint{{Line: 6}, {Line: 7, Condition: "dup 99 ="}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "fib.seq")
			require.NoError(b, os.WriteFile(path, []byte(fib), 0o600))
			var plain, debugged time.Duration
			for b.Loop() {
				b.StopTimer()
				plain += ran(b, path)
				s := debuggedSession(b, path, c.breakpoints)
				b.StartTimer()
				start := time.Now()
				_, err := s.Run(context.Background())
				debugged += time.Since(start)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(plain)/float64(debugged), "of-the-interpreter's-speed")
		})
	}
}

// ran is how long a program runs in the interpreter.
func ran(b *testing.B, path string) time.Duration {
	b.Helper()
	prog, err := seqvm.Compile(seqvm.File(path), seqvm.Options{})
	require.NoError(b, err)
	config := seqvm.Config{Stdout: io.Discard, Args: []string{path}}
	config.Settings.Native.Mode = settings.NativeOff
	start := time.Now()
	_, err = prog.Run(context.Background(), config)
	require.NoError(b, err)
	return time.Since(start)
}

func debuggedSession(b *testing.B, path string, breakpoints []debugger.Breakpoint) *debugger.Session {
	b.Helper()
	prog, err := seqvm.CompileForDebugger(seqvm.File(path), seqvm.Options{})
	require.NoError(b, err)
	o := debugger.Options{Program: prog, Stopped: func(*debugger.Stop) debugger.Way { b.Error("no breakpoint holds"); return debugger.Quit }}
	o.Config.Stdout, o.Config.Args = io.Discard, []string{path}
	s, err := debugger.New(o)
	require.NoError(b, err)
	for i := range breakpoints {
		at := breakpoints[i]
		require.NoError(b, s.Add(&at))
	}
	return s
}

const counts = `: small ( Int -- Bool ) 0 i.< ;
: step ( Int V -- Int V ) swap
  1 i.- swap ;
: go ( Int V -- Int V ) over 0 i.> [ step go ] [ ] if ;
: main ( -- ) 100000 list.make 1 list.push 2 list.push 3 list.push go drop drop ;
`

// Each reports what a condition takes that calls something, which never holds.
func BenchmarkConditions(b *testing.B) {
	for _, condition := range []string{"dup 0 i.<", "dup small", "over list.length 5 i.=", "over 0 list.get drop 9 i.=", `dup int->string "x" string.equal?`} {
		b.Run(condition, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "conditions.seq")
			require.NoError(b, os.WriteFile(path, []byte(counts), 0o600))
			var took time.Duration
			for b.Loop() {
				at := []debugger.Breakpoint{{Line: 3, Condition: condition}}
				s := debuggedSession(b, path, at)
				start := time.Now()
				_, err := s.Run(context.Background())
				took += time.Since(start)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(took)/float64(b.N)/100_000, "ns/condition")
		})
	}
}
