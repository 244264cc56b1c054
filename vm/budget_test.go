package vm_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

// endlessPrograms reach no end, each in another way; WORD is the word that the error of a limit names.
var endlessPrograms = map[string]string{
	"loop":            `: loop ( -- ) loop ; : main ( -- ) loop ;`,
	"swing":           `: swing ( -- ) swung ; : swung ( -- ) swing ; : main ( -- ) swing ;`,
	"fib":             `: fib ( Int -- Int ) dup 2 i.< [ ] [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ; : main ( -- ) 90 fib drop ;`,
	"list.each":       `: go ( V -- ) dup [ drop ] list.each go ; : main ( -- ) list.make 1 list.push 2 list.push go ;`,
	"call":            `: go ( [ -- ] -- ) dup call go ; : main ( -- ) [ ] go ;`,
	"again":           "include vm:strands\n" + `: again ( -- Int ) [ again ] strands.try drop again ; : main ( -- ) again drop ;`,
	"go":              `: numbers ( W Int -- W | Yield Int ) dup rot swap yield drop swap 1 i.+ numbers ; : go ( H -- ) 0 strand.resume drop drop go ; : main ( -- ) [ drop 1 numbers drop ] strand.weave go ;`,
	"in another one":  `: spin ( -- ) spin ; : main ( -- ) [ spin ] strand.spawn drop chan.make chan.receive drop drop ;`,
	"in a task":       "include vm:strands\n" + `: spin ( -- Int ) spin ; : main ( -- ) [ spin ] strands.start strands.join drop ;`,
	"in a scope":      "include vm:strands\n" + `: spin ( -- ) spin ; : main ( -- ) [ [ spin ] strand.spawn drop 1 ] strands.scope drop ;`,
	"crypto.pbkdf2":   `: main ( -- ) "a" "b" 4000000000 crypto.pbkdf2-sha256 drop drop ;`,
	"caught":          "include vm:strands\n" + `: spin ( -- Int ) spin ; : main ( -- ) [ [ spin ] strands.try drop 1 ] strands.try drop "caught" io.write-line ;`,
	"waits for ever":  `: main ( -- ) [ 100000000 time.sleep-ms ] strand.spawn drop chan.make chan.receive drop drop ;`,
	"waits for input": `: main ( -- ) io.read-line drop drop ;`,
}

// onlyTimed are those of them that take no reductions.
var onlyTimed = map[string]bool{"crypto.pbkdf2": true, "waits for ever": true, "waits for input": true}

// concurrent are those of them in which it is chance which strand takes the last reduction.
var concurrent = map[string]bool{"in another one": true, "in a task": true, "in a scope": true}

func budgeted(t *testing.T, name string, budget seqvm.Budget) (string, error) {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("test.seq", endlessPrograms[name]), seqvm.Options{})
	require.NoError(t, err, name)
	var out bytes.Buffer
	_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out, Stdin: silent{t.Context()}, Budget: budget})
	return out.String(), err
}

// silent is an input that says nothing until the test is over.
type silent struct{ context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.Done()
	return 0, s.Err()
}

func TestTimeEndsWhateverAProgramDoes(t *testing.T) {
	for name := range endlessPrograms {
		out, err := budgeted(t, name, seqvm.Budget{Time: 20 * time.Millisecond})
		assert.Empty(t, out, name)
		assert.ErrorIs(t, err, vm.ErrTimeout, name)
		var at *vm.RuntimeError
		require.ErrorAs(t, err, &at, name)
		assert.Equal(t, "the program ran for more than 20ms", at.Reason, name)
		assert.NotEmpty(t, at.Word, name)
		assert.NotEmpty(t, at.Trail, name)
	}
}

func TestReductionsEndAProgramAtTheSamePlace(t *testing.T) {
	for name := range endlessPrograms {
		if onlyTimed[name] {
			continue
		}
		var first string
		for range 3 {
			out, err := budgeted(t, name, seqvm.Budget{Reductions: 1000})
			assert.Empty(t, out, name)
			require.ErrorIs(t, err, vm.ErrReductions, name)
			var at *vm.RuntimeError
			require.ErrorAs(t, err, &at, name)
			assert.Equal(t, "the program took more than 1000 reductions", at.Reason, name)
			if first == "" || concurrent[name] {
				first = err.Error()
			}
			assert.Equal(t, first, err.Error(), name)
		}
	}
}

// The budget is exact: what a program takes, and not one less, is enough.
func TestReductionsAreCounted(t *testing.T) {
	prog := compiled(t, `: loop ( Int -- ) dup 0 i.> [ 1 i.- loop ] [ drop ] if ; : main ( -- ) 500 loop ;`)
	enough := func(n uint64) bool {
		_, err := prog.Run(t.Context(), seqvm.Config{Budget: seqvm.Budget{Reductions: n}})
		return err == nil
	}
	least := uint64(1)
	for !enough(least) {
		least++
	}
	assert.InDelta(t, 501, least, 2, "a round of the loop is one")
	// Who gives way counts the same.
	settings := seqvm.Settings{YieldInterval: 7}
	_, err := prog.Run(t.Context(), seqvm.Config{Settings: settings, Budget: seqvm.Budget{Reductions: least}})
	require.NoError(t, err)
	_, err = prog.Run(t.Context(), seqvm.Config{Settings: settings, Budget: seqvm.Budget{Reductions: least - 1}})
	require.ErrorIs(t, err, vm.ErrReductions)
}

func TestStrandsShareTheBudget(t *testing.T) {
	prog := compiled(t, `: loop ( Int -- ) dup 0 i.> [ 1 i.- loop ] [ drop ] if ;
: start ( Int -- ) dup 0 i.> [ [ drop 100 loop ] strand.spawn drop 1 i.- start ] [ drop ] if ;
: main ( -- ) 20 start ;`)
	_, err := prog.Run(t.Context(), seqvm.Config{Budget: seqvm.Budget{Reductions: 3000}})
	require.NoError(t, err)
	_, err = prog.Run(t.Context(), seqvm.Config{Budget: seqvm.Budget{Reductions: 1500}})
	require.ErrorIs(t, err, vm.ErrReductions)
}

const calledProgram = `: loop ( Int -- ) dup 0 i.> [ 1 i.- loop ] [ drop ] if ;
: spin ( -- ) spin ;
: short ( -- Int ) 100 loop 7 ;
: wait ( -- ) 100000000 time.sleep-ms ;
: leave ( -- Channel ) chan.make [ chan.receive drop drop 1000 loop ] strand.spawn drop ;
: release ( Channel -- ) 1 swap chan.send drop ;`

func TestACallHasABudgetOfItsOwn(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("test.seq", calledProgram), seqvm.Options{Library: true})
	require.NoError(t, err)
	failures := make(chan error, 1)
	in, err := prog.Open(seqvm.Config{}, func(_ int64, err error) { failures <- err })
	require.NoError(t, err)
	defer in.Close()
	for word, budget := range map[string]seqvm.Budget{"spin": {Reductions: 5000}, "short": {Reductions: 50}} {
		_, err = in.CallWithin(t.Context(), budget, word)
		require.ErrorIs(t, err, vm.ErrReductions, word)
		assert.ErrorContains(t, err, fmt.Sprintf("the call took more than %d reductions", budget.Reductions))
	}
	for _, word := range []string{"spin", "wait"} {
		_, err = in.CallWithin(t.Context(), seqvm.Budget{Time: 20 * time.Millisecond}, word)
		require.ErrorIs(t, err, vm.ErrTimeout, word)
		assert.ErrorContains(t, err, "the call ran for more than 20ms\n  at test.seq:")
	}
	left, err := in.CallWithin(t.Context(), seqvm.Budget{Reductions: 300}, "leave")
	require.NoError(t, err)
	_, err = in.Call(t.Context(), "release", left[0])
	require.NoError(t, err)
	assert.ErrorIs(t, <-failures, vm.ErrReductions, "the strand that is left has the rest of it")
	left, err = in.CallWithin(t.Context(), seqvm.Budget{Reductions: 5000}, "short")
	require.NoError(t, err)
	assert.Equal(t, []any{int64(7)}, left)
}

func TestTheBudgetOfAnInstanceIsThatOfAllCalls(t *testing.T) {
	prog, err := seqvm.Compile(seqvm.Text("test.seq", calledProgram), seqvm.Options{Library: true})
	require.NoError(t, err)
	for limit, budget := range map[error]seqvm.Budget{vm.ErrReductions: {Reductions: 1000}, vm.ErrTimeout: {Time: 20 * time.Millisecond}} {
		in, err := prog.Open(seqvm.Config{Budget: budget}, nil)
		require.NoError(t, err)
		for err == nil {
			_, err = in.Call(t.Context(), "short")
		}
		require.ErrorIs(t, err, limit)
		_, err = in.Call(t.Context(), "short")
		require.ErrorIs(t, err, limit, "it is over")
		in.Close()
	}
}
