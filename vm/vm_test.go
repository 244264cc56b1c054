package vm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func compiled(t testing.TB, source string) *seqvm.Program {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("test.seq", source), seqvm.Options{})
	require.NoError(t, err)
	return prog
}

func run(t testing.TB, source string, config seqvm.Config) (string, int, error) {
	t.Helper()
	var out bytes.Buffer
	config.Stdout = &out
	status, err := compiled(t, source).Run(t.Context(), config)
	return out.String(), status, err
}

func TestManyVMsRunSideBySide(t *testing.T) {
	prog := compiled(t, `: fib ( Int -- Int ) dup 2 i.< [ ] [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ;
: main ( -- ) 0 args.at string->int drop fib int->string io.write-line ;`)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			var out bytes.Buffer
			_, err := prog.Run(t.Context(), seqvm.Config{Stdout: &out, Args: []string{strconv.Itoa(i)}})
			assert.NoError(t, err)
			a, b := 0, 1
			for range i {
				a, b = b, a+b
			}
			assert.Equal(t, fmt.Sprintln(a), out.String())
		})
	}
	all.Wait()
}

func TestRuntimeErrorNamesWordPlaceAndTrail(t *testing.T) {
	out, _, err := run(t, `: inner ( T -- Int )
  1 i.+ ;
: outer ( T -- Int ) inner 2 i.+ ;
: main ( -- ) "before" io.write
  "x" outer drop ;`, seqvm.Config{})
	assert.Equal(t, "before", out, "output before the error is kept")
	var e *vm.RuntimeError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "i.+", e.Word)
	assert.Equal(t, "expected Int, found String", e.Reason)
	assert.Equal(t, []vm.Frame{{Word: "inner", File: "test.seq", Line: 2, Column: 5, Count: 1}, {Word: "outer", File: "test.seq", Line: 3, Column: 22, Count: 1}, {Word: "main", File: "test.seq", Line: 5, Column: 7, Count: 1}}, e.Trail)
	assert.Contains(t, err.Error(), "seq: runtime error: i.+: expected Int, found String\n  at test.seq:2 in inner\n")
}

func TestErrorInAStrandEndsTheProgramAndNamesTheStrand(t *testing.T) {
	_, _, err := run(t, `: main ( -- ) [ list.make "x" list.push 0 list.get drop 1 i.+ drop ] strand.spawn drop chan.make chan.receive drop drop ;`, seqvm.Config{})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "in strand #2")
}

func TestErrorInAWeaveSaysWhereItWasResumed(t *testing.T) {
	_, _, err := run(t, `: body ( C T -- C )
  drop list.make "x" list.push 0 list.get drop 1 i.+ drop ;
: main ( -- ) [ body drop ] strand.weave
  7 strand.resume drop drop drop ;`, seqvm.Config{})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "at test.seq:2 in body")
	assert.Contains(t, err.Error(), "at test.seq:4 in main")
	assert.Contains(t, err.Error(), "in a weave that was resumed at test.seq:4")
}

func TestAPanicBecomesAnInternalError(t *testing.T) {
	prog := compiled(t, `: main ( -- ) "kept" io.write "x" string.trim drop ;`)
	words := func(name string) *vm.Builtin {
		b := *builtins.All().Find(name)
		if name == "string.trim" {
			b.Run = func(*vm.Strand, []stack.Value) error { panic("a bug") }
		}
		return &b
	}
	var out bytes.Buffer
	_, err := prog.Run(t.Context(), seqvm.Config{Stdout: &out, Builtins: words})
	var e *vm.InternalError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "string.trim", e.Word)
	assert.Equal(t, "test.seq:1", e.Place)
	assert.Contains(t, err.Error(), "a bug")
	assert.NotContains(t, err.Error(), "goroutine")
	assert.Equal(t, "kept", out.String())
}

func TestStackLimitIsACleanError(t *testing.T) {
	_, _, err := run(t, `: inf ( Int -- Int ) 1 i.+ inf 1 i.+ ;
: main ( -- ) 0 inf drop ;`, seqvm.Config{Settings: seqvm.Settings{StackMax: 1 << 20}})
	var e *vm.RuntimeError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "inf", e.Word)
	assert.Contains(t, e.Reason, "nest too deeply")
}

func TestStopEndsLoopsAndBlockedStrands(t *testing.T) {
	for name, source := range map[string]string{
		"tail call": `: spin ( -- ) spin ; : main ( -- ) spin ;`,
		"mutual":    `: a ( Int -- ) b ; : b ( Int -- ) a ; : main ( -- ) 1 a ;`,
		"recursion": `: f ( Int -- Int ) dup 0 i.= [ ] [ 1 i.- dup f drop f ] if ; : main ( -- ) 60 f drop ;`,
		"quotation": `: q ( -- ) [ q ] [ ] true rot rot if ; : main ( -- ) q ;`,
		"receive":   `: w ( Channel -- ) chan.receive drop drop ; : spin ( -- ) spin ; : main ( -- ) chan.make [ w ] strand.spawn drop drop spin ;`,
	} {
		t.Run(name, func(t *testing.T) {
			prog := compiled(t, source)
			v, err := vm.New(prog.Module, vm.Config{Builtins: builtins.All().Find})
			require.NoError(t, err)
			reason := errors.New("stopped by the test")
			time.AfterFunc(20*time.Millisecond, func() { v.Stop(reason) })
			_, err = v.Run()
			assert.ErrorIs(t, err, reason)
		})
	}
}

func TestYieldIntervalKeepsResults(t *testing.T) {
	out, _, err := run(t, `: sum ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap over i.+ swap 1 i.- sum ] if ;
: main ( -- ) 0 100000 sum int->string io.write-line ;`, seqvm.Config{Settings: seqvm.Settings{YieldInterval: 1}})
	require.NoError(t, err)
	assert.Equal(t, "5000050000\n", out)
}

func TestOutputBecomesVisibleBeforeTheEnd(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	prog := compiled(t, `: wait ( -- ) io.read-line drop drop ; : main ( -- ) "prompt" io.write wait ;`)
	in, answer, err := os.Pipe()
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := prog.Run(t.Context(), seqvm.Config{Stdin: in, Stdout: w})
		done <- err
	}()
	buf := make([]byte, 16)
	n, err := r.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, "prompt", string(buf[:n]))
	answer.Close()
	require.NoError(t, <-done)
	in.Close()
	w.Close()
}

func TestMainStatus(t *testing.T) {
	for source, want := range map[string]int{
		": main ( -- ) ;":           0,
		": main ( -- Int ) 300 ;":   44,
		": main ( -- Int ) -1 ;":    255,
		": main ( -- ) 7 os.exit ;": 7,
		": main ( -- ) [ 9 os.exit ] strand.spawn drop chan.make chan.receive drop drop ;": 9,
	} {
		_, status, err := run(t, source, seqvm.Config{})
		require.NoError(t, err, source)
		assert.Equal(t, want, status, source)
	}
}

func TestTenThousandStrandsOfFiftyStrings(t *testing.T) {
	out, _, err := run(t, `include std:loops
: worker ( Channel -- ) 50 0 [ int->string string.length i.+ ] integer-fold swap chan.send drop ;
: start ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ [ drop worker ] strand.spawn drop 1 i.- start ] if ;
: total ( Channel Int Int -- Int )   # channel sum left
  dup 0 i.= [ drop nip ] [ 2 pick chan.receive drop rot i.+ swap 1 i.- total ] if ;
: main ( -- ) chan.make 10000 start 0 10000 total int->string io.write-line ;
`, seqvm.Config{})
	require.NoError(t, err)
	assert.Equal(t, "900000\n", out)
}

func TestTwoHundredSpawnersOfFiftyStrands(t *testing.T) {
	out, _, err := run(t, `: leaf ( Channel -- ) 1 swap chan.send drop ;
: leaves ( Channel Int -- ) dup 0 i.= [ drop drop ] [ [ drop leaf ] strand.spawn drop 1 i.- leaves ] if ;
: spawners ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ [ drop 50 leaves ] strand.spawn drop 1 i.- spawners ] if ;
: total ( Channel Int Int -- Int ) dup 0 i.= [ drop nip ] [ 2 pick chan.receive drop rot i.+ swap 1 i.- total ] if ;
: main ( -- ) chan.make 200 spawners 0 10000 total int->string io.write-line ;
`, seqvm.Config{})
	require.NoError(t, err)
	assert.Equal(t, "10000\n", out)
}

// Blocked strands hold neither goroutines nor OS threads.
func TestHundredThousandBlockedStrands(t *testing.T) {
	prog := compiled(t, `: park ( Channel -- ) chan.receive drop drop ;
: start ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ over [ park ] strand.spawn drop drop 1 i.- start ] if ;
: main ( -- ) chan.make 100000 start "parked" io.write-line io.read-line drop drop chan.close ;
`)
	in, release := io.Pipe()
	parked := &signalWriter{seen: make(chan struct{})}
	v, err := prog.VM(seqvm.Config{Stdin: in, Stdout: parked})
	require.NoError(t, err)
	ended := make(chan error)
	go func() {
		_, err := v.Run()
		ended <- err
	}()
	<-parked.seen
	assert.Less(t, runtime.NumGoroutine(), 20+2*runtime.NumCPU())
	if threads, err := os.ReadDir("/proc/self/task"); err == nil {
		assert.Less(t, len(threads), 20+runtime.NumCPU())
	}
	release.Close()
	require.NoError(t, <-ended)
	assert.Equal(t, int64(100_001), v.Scheduler().Counters().Completed)
}

// signalWriter closes a channel at the first write.
type signalWriter struct {
	once sync.Once
	seen chan struct{}
}

func (w *signalWriter) Write(b []byte) (int, error) {
	w.once.Do(func() { close(w.seen) })
	return len(b), nil
}

// The interpreter's Go frame is what calls of the VM cost on a worker's stack.
func TestInterpreterFrameIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package")
	}
	text, err := exec.Command("go", "build", "-gcflags=-S", ".").CombinedOutput()
	require.NoError(t, err, string(text))
	m := regexp.MustCompile(`Strand\)\.run STEXT.* locals=0x([0-9a-f]+)`).FindSubmatch(text)
	if m == nil {
		text, err = exec.Command("go", "build", "-a", "-gcflags=-S", ".").CombinedOutput()
		require.NoError(t, err)
		m = regexp.MustCompile(`Strand\)\.run STEXT.* locals=0x([0-9a-f]+)`).FindSubmatch(text)
	}
	require.NotNil(t, m)
	size, err := strconv.ParseInt(string(m[1]), 16, 64)
	require.NoError(t, err)
	assert.LessOrEqual(t, size, int64(400))
}

func benchmark(b *testing.B, source string) {
	prog := compiled(b, source)
	for b.Loop() {
		if _, err := prog.Run(b.Context(), seqvm.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFib(b *testing.B) {
	benchmark(b, `: fib ( Int -- Int ) dup 2 i.< [ ] [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ; : main ( -- ) 25 fib drop ;`)
}

func BenchmarkTailLoop(b *testing.B) {
	benchmark(b, `: sum ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap over i.+ swap 1 i.- sum ] if ; : main ( -- ) 0 1000000 sum drop ;`)
}

func BenchmarkQuotationCalls(b *testing.B) {
	benchmark(b, `: ap ( Int [ Int -- Int ] -- Int ) call ;
: loop ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap [ 1 i.+ ] ap swap 1 i.- loop ] if ; : main ( -- ) 0 100000 loop drop ;`)
}

func BenchmarkWeave(b *testing.B) {
	benchmark(b, `: gen ( C Int -- C | Yield Int ) yield gen ;
: drive ( H Int -- ) dup 0 i.= [ drop drop ] [ swap 1 strand.resume drop drop swap 1 i.- drive ] if ;
: main ( -- ) [ gen drop ] strand.weave 100000 drive ;`)
}

func BenchmarkListMap(b *testing.B) {
	benchmark(b, `include std:loops
: main ( -- ) list.make 10000 [ list.push ] fill [ 2 i.* ] list.map [ 3 i.% drop 0 i.= ] list.filter 0 [ i.+ ] list.fold drop ;
: fill ( V Int [ V Int -- V ] -- V ) >aux dup 0 i.= [ drop aux> drop ] [ swap over list.push swap 1 i.- aux> fill ] if ;`)
}

func TestProfileNamesWordsAndLines(t *testing.T) {
	prog := compiled(t, `: busy ( Int Int -- Int )
  dup 0 i.= [ drop ] [ swap 7 i.* 1 i.+ swap 1 i.- busy ] if ;
: work ( Int -- Int )
  1 swap busy 1 i.+ ;
: main ( -- ) 30000000 work drop ;`)
	v, err := prog.VM(seqvm.Config{})
	require.NoError(t, err)
	p := v.StartProfile(1000)
	_, err = v.Run()
	require.NoError(t, err)
	samples := p.End()
	require.NotEmpty(t, samples.List)
	lines := map[string]bool{}
	for _, s := range samples.List {
		require.Positive(t, s.Count)
		for _, f := range s.Trail {
			lines[fmt.Sprintf("%s %s:%d", f.Word, f.File, f.Line)] = true
		}
	}
	assert.Contains(t, lines, "busy test.seq:2")
	assert.Contains(t, lines, "work test.seq:4")
}

// A profile goes on while strands park, end and are stopped.
func TestProfileOfManyStrands(t *testing.T) {
	source, want := stressProgram(11)
	prog := compiled(t, source)
	for _, interval := range []uint64{0, 3} {
		var out bytes.Buffer
		v, err := prog.VM(seqvm.Config{Stdout: &out, Trace: true, Settings: seqvm.Settings{YieldInterval: interval}})
		require.NoError(t, err)
		p := v.StartProfile(100_000)
		_, err = v.Run()
		require.NoError(t, err)
		assert.Equal(t, want, out.String())
		p.End()
	}
}

// That nothing runs may be told late: an input that has begun since is none that waits for ever.
func TestRestIsToldLate(t *testing.T) {
	prog := compiled(t, `: main ( -- ) 50 time.sleep-ms ;`)
	v, err := vm.New(prog.Module, vm.Config{Builtins: builtins.All().Find})
	require.NoError(t, err)
	v.Open(func(int64, error) {})
	defer v.Close()
	done := make(chan error)
	go func() {
		_, err := v.Do(t.Context(), prog.Module.Main, nil)
		done <- err
	}()
	require.Eventually(t, func() bool { l := v.Strands(); return len(l) == 1 && l[0].Word == "time.sleep-ms" }, 10*time.Second, time.Millisecond/10)
	v.TellOfRest()
	assert.NoError(t, <-done)
}
