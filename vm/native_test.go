//go:build linux && (amd64 || arm64) && !race

package vm_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// in runs a program in a mode and returns what it writes.
func in(t *testing.T, mode settings.NativeMode, source string, change func(*seqvm.Config)) (*vm.VM, string, error) {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("x.seq", source), seqvm.Options{})
	require.NoError(t, err)
	var out strings.Builder
	config := seqvm.Config{Stdout: &out, Settings: settings.Settings{Native: settings.Native{Mode: mode}}}
	if change != nil {
		change(&config)
	}
	v, err := prog.VM(config)
	require.NoError(t, err)
	_, err = v.Run()
	return v, out.String(), err
}

const fib = `: fib ( Int -- Int ) dup 2 i.< [ ] [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ;
: main ( -- ) 20 fib int->string io.write-line ;`

func TestMachineCodeIsRun(t *testing.T) {
	v, out, err := in(t, settings.NativeAlways, fib, nil)
	require.NoError(t, err)
	assert.Equal(t, "6765\n", out)
	assert.Positive(t, vm.NativeFunctions(v))
}

func TestNoMachineCodeWhereNobodyWantsIt(t *testing.T) {
	policy, err := sandbox.New(sandbox.Allow{})
	require.NoError(t, err)
	allowed, err := sandbox.New(sandbox.Allow{Native: true})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		mode   settings.NativeMode
		change func(*seqvm.Config)
		some   bool
	}{
		"off":                   {settings.NativeOff, nil, false},
		"each step counts":      {settings.NativeAlways, func(c *seqvm.Config) { c.Budget.Reductions = 1 << 30 }, false},
		"each tail call counts": {settings.NativeAlways, func(c *seqvm.Config) { c.Settings.YieldInterval = 10 }, false},
		"in a sandbox":          {settings.NativeAlways, func(c *seqvm.Config) { c.Sandbox = policy }, false},
		"in one that allows it": {settings.NativeAlways, func(c *seqvm.Config) { c.Sandbox = allowed }, true},
	} {
		v, _, err := in(t, c.mode, fib, c.change)
		require.NoError(t, err)
		assert.Equal(t, c.some, vm.NativeFunctions(v) > 0, name)
	}
}

// By default there is none to begin with: how much there is later depends on how long it takes.
func TestNoMachineCodeAtTheStart(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("x.seq", fib), seqvm.Options{})
	require.NoError(t, err)
	for mode, some := range map[settings.NativeMode]bool{settings.NativeDefault: false, settings.NativeOn: false, settings.NativeAlways: true} {
		v, err := prog.VM(seqvm.Config{Settings: settings.Settings{Native: settings.Native{Mode: mode}}})
		require.NoError(t, err)
		assert.Equal(t, some, vm.NativeFunctions(v) > 0, mode)
	}
}

// Calls that nest deeper than machine code may have them open become frames, and go back to it on the way up.
func TestDeepCallsInMachineCode(t *testing.T) {
	const source = `: down ( Int -- Int ) dup 0 i.= [ ] [ 1 i.- down 1 i.+ ] if ;
: main ( -- ) 200000 down int->string io.write-line ;`
	_, out, err := in(t, settings.NativeAlways, source, nil)
	require.NoError(t, err)
	assert.Equal(t, "200000\n", out)
}

// The end of the memory for stacks is at the same call.
func TestErrorsFromMachineCode(t *testing.T) {
	values := func(err error) []string {
		var e *vm.RuntimeError
		require.ErrorAs(t, err, &e)
		return e.Values
	}
	for _, source := range []string{
		`: inf ( Int -- Int ) 1 i.+ inf 1 i.+ ;
: main ( -- ) 0 inf int->string io.write-line ;`,
		`: odd ( Int -- Int ) dup 1 i.+ even i.+ ;
: even ( Int -- Int ) dup 3 i.+ odd i.- 1 i.+ ;
: main ( -- ) 0 odd int->string io.write-line ;`,
		`: deep ( Int Float Int -- Int ) 2 pick 1 i.+ 2 pick 0.5 f.+ 2 pick 3 i.+ deep i.+ nip nip ;
: main ( -- ) 1 2.5 3 deep int->string io.write-line ;`,
	} {
		for _, most := range []int64{100, 1000, 5000, 20000, 65536, 100000, 400000, 1 << 20} { // the memory for frames ends first, or that for slots
			small := func(c *seqvm.Config) { c.Settings.StackMax = most }
			_, want, plain := in(t, settings.NativeOff, source, small)
			_, found, failed := in(t, settings.NativeAlways, source, small)
			require.Error(t, plain)
			require.Error(t, failed)
			assert.Equal(t, plain.Error(), failed.Error())
			assert.Equal(t, values(plain), values(failed), "%d bytes for %s", most, source)
			assert.Equal(t, want, found)
		}
	}
}

const spin = `: spin ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap over i.+ swap 1 i.- spin ] if ;
: main ( -- ) 0 4000000000000 spin int->string io.write-line ;`

// A loop in machine code that has no end ends when it is to, and holds no collection up.
func TestLoopsInMachineCodeCanBeStopped(t *testing.T) {
	for _, mode := range []settings.NativeMode{settings.NativeAlways, settings.NativeOn} {
		prog, err := seqvm.Compile(seqvm.Text("x.seq", spin), seqvm.Options{})
		require.NoError(t, err)
		v, err := prog.VM(seqvm.Config{Settings: settings.Settings{Native: settings.Native{Mode: mode}}})
		require.NoError(t, err)
		outcome := errors.New("enough")
		ended := make(chan error)
		go func() {
			_, err := v.Run()
			ended <- err
		}()
		for range 20 {
			runtime.GC() // each waits for the loop, or the test has no end
		}
		v.Stop(outcome)
		assert.Equal(t, outcome, <-ended)
	}
}

// Where Go code does most of what a loop does, Go finds out there that it wants the goroutine: so that is where the loop learns that somebody wants something of its strand.
func TestLoopsThatAreHelpedEndAtOnce(t *testing.T) {
	const source = `: turn ( Float Int -- Float ) dup 0 i.= [ drop ] [ swap f.sin 1.5 f.+ swap 1 i.- turn ] if ;
: main ( -- ) 1.0 1000000 turn float->string io.write-line ;`
	enough := errors.New("enough")
	for _, mode := range []settings.NativeMode{settings.NativeOff, settings.NativeAlways} {
		rounds, sin := 0, *builtins.All().Find("f.sin")
		run := sin.Run
		sin.Run = func(s *vm.Strand, w []stack.Value) error {
			if rounds++; rounds == 1000 {
				s.VM().Stop(enough)
			}
			return run(s, w)
		}
		_, _, err := in(t, mode, source, func(c *seqvm.Config) {
			c.Builtins = func(name string) *vm.Builtin {
				if name == "f.sin" {
					return &sin
				}
				return builtins.All().Find(name)
			}
		})
		assert.Equal(t, enough, err)
		assert.LessOrEqual(t, rounds, 1001, "mode %d", mode) // the interpreter executes what help was wanted with
	}
}

func TestTimeoutsOfMachineCode(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("x.seq", spin), seqvm.Options{})
	require.NoError(t, err)
	_, err = prog.Run(context.Background(), seqvm.Config{Budget: seqvm.Budget{Time: 20 * time.Millisecond}, Settings: settings.Settings{Native: settings.Native{Mode: settings.NativeAlways}}})
	var limit *vm.LimitError
	require.ErrorAs(t, err, &limit)
	assert.ErrorIs(t, err, vm.ErrTimeout)
	assert.Contains(t, err.Error(), "x.seq:1 in spin")
}

// Lists are changed, and pointers moved, while a collection runs all the time.
func TestMachineCodeBesideTheCollector(t *testing.T) {
	const source = `: fill ( Variant Int -- Variant ) dup 0 i.= [ drop ] [ swap over list.push swap 1 i.- fill ] if ;
: total ( Variant Int Int -- Int ) over 3 pick list.length i.>= [ nip nip ] [ 2 pick 2 pick list.get drop i.+ swap 1 i.+ swap total ] if ;
: rounds ( Int Int -- Int ) dup 0 i.= [ drop ] [ swap list.make 2000 fill 0 0 total i.+ swap 1 i.- rounds ] if ;
: main ( -- ) 0 300 rounds int->string io.write-line ;`
	done := make(chan struct{})
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	}()
	_, want, err := in(t, settings.NativeOff, source, nil)
	require.NoError(t, err)
	_, found, err := in(t, settings.NativeAlways, source, nil)
	require.NoError(t, err)
	close(done)
	<-collected
	assert.Equal(t, want, found)
}

// Two runs of one program may want different things of its code.
func TestProgramsThatAreRunAgainInAnotherMode(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("x.seq", fib), seqvm.Options{})
	require.NoError(t, err)
	first, err := prog.VM(seqvm.Config{Settings: settings.Settings{Native: settings.Native{Mode: settings.NativeAlways}}})
	require.NoError(t, err)
	for _, mode := range []settings.NativeMode{settings.NativeOff, settings.NativeAlways, settings.NativeOn} {
		var out strings.Builder
		v := first.Fresh(vm.Config{Stdout: &out, Settings: settings.Settings{Native: settings.Native{Mode: mode}}})
		_, err := v.Run()
		require.NoError(t, err)
		assert.Equal(t, "6765\n", out.String())
		if mode != settings.NativeOn { // that depends on how long it took
			assert.Equal(t, mode == settings.NativeAlways, vm.NativeFunctions(v) > 0)
		}
	}
}

// What Go code does for machine code may fail while calls are open: the error has the same trail.
func TestErrorsInHelpOfMachineCode(t *testing.T) {
	const source = `: look ( Int -- Int ) dup 0 i.= [ map.make 1.5 map.get nip nip [ 1 ] [ 2 ] if ] [ 1 i.- look 1 i.+ ] if ;
: main ( -- ) 5 look int->string io.write-line ;`
	_, _, plain := in(t, settings.NativeOff, source, nil)
	_, _, failed := in(t, settings.NativeAlways, source, nil)
	require.Error(t, plain)
	require.Error(t, failed)
	assert.Equal(t, plain.Error(), failed.Error())
	assert.Contains(t, failed.Error(), "in look (6 times)")
}

// Divisions by constants are multiplications in machine code, and give the same.
func TestConstantDivisorsInMachineCode(t *testing.T) {
	var source strings.Builder
	source.WriteString(": show ( Int Int -- ) int->string io.write \" \" io.write int->string io.write-line ;\n")
	divisors := []int{1, 2, 3, 5, 7, 8, 10, 16, 100, 1000, 1021, 65536, 65537, 1000003, 1<<28 + 1, 1<<30 - 1, 1 << 30, 1<<30 + 1, 1<<31 - 1, -1, -3, -7}
	for i, n := range divisors {
		fmt.Fprintf(&source, ": d%d ( Int -- ) dup %d i./ drop swap %d i.%% drop swap show ;\n", i, n, n)
	}
	source.WriteString(": all ( Int -- )")
	for i := range divisors {
		fmt.Fprintf(&source, " dup d%d", i)
	}
	source.WriteString(" drop ;\n: main ( -- )")
	for _, x := range []int64{0, 1, -1, 2, -2, 99, -100, 4294967295, 4294967296, -4294967297, 1<<61 + 12345, -1<<61 - 54321, 1<<62 - 1, -1 << 62, -1<<62 + 1} {
		fmt.Fprintf(&source, " %d all", x)
	}
	source.WriteString(" ;\n")
	_, want, err := in(t, settings.NativeOff, source.String(), nil)
	require.NoError(t, err)
	v, got, err := in(t, settings.NativeAlways, source.String(), nil)
	require.NoError(t, err)
	assert.Positive(t, vm.NativeFunctions(v))
	assert.Equal(t, want, got)
}
