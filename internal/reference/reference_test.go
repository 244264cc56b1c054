package reference_test

import (
	"errors"
	"flag"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/reference"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/vm"
)

// seeds is how many programs of a kind are generated; make long takes more.
var seeds = flag.Uint64("seeds", 1500, "how many programs of a kind are generated")

// inMachineCode has programs run in machine code alone: as a whole, and in chaos of a number of their own.
var inMachineCode = flag.Bool("native", false, "generated programs run in machine code alone, each as a whole and in chaos")

// first is the number of the first program of a kind.
var first = flag.Uint64("first", 0, "number of the first generated program of a kind")

func checked(t *testing.T, source string) *types.Info {
	t.Helper()
	info, problems := typed(source)
	require.False(t, problems.HasErrors(), "%v\n%s", problems, source)
	return info
}

func typed(source string) (*types.Info, diag.List) {
	prog, problems := load.Text("generated.seq", source, ".", load.Options{})
	if problems.HasErrors() {
		return nil, problems
	}
	return types.Check(prog, builtins.All().Types(), types.Options{NeedMain: true})
}

// stackMax is enough for what has an end, and little for what has none.
const stackMax = 1 << 22

// same checks that a program does what the evaluator says, whatever becomes of it on
// the way: with and without inlining, as it is compiled and from a file, giving way to
// other strands at each tail call or not, in machine code and in the interpreter and now here, now there. As compiled, moves are moves; once decoded,
// every one is a copy.
func same(t *testing.T, source string) {
	t.Helper()
	info := checked(t, source)
	want := reference.Run(info)
	if want.Long {
		return
	}
	native := func(chaos uint64) vm.Config {
		return vm.Config{Settings: settings.Settings{StackMax: stackMax, Native: settings.Native{Mode: settings.NativeAlways, Chaos: chaos}}}
	}
	if *inMachineCode {
		mod := compile.Program(info, compile.Options{})
		does(t, mod, native(0), want, source)
		does(t, mod, native(1+uint64(crc32.ChecksumIEEE([]byte(source)))), want, source)
		return
	}
	for _, options := range []compile.Options{{}, {Instrument: true}} {
		mod := compile.Program(info, options)
		require.NoError(t, bytecode.Verify(mod), source)
		decoded, err := bytecode.Decode(bytecode.Encode(mod))
		require.NoError(t, err, source)
		does(t, mod, vm.Config{Settings: settings.Settings{StackMax: stackMax}}, want, source)
		does(t, decoded, vm.Config{Settings: settings.Settings{StackMax: stackMax, YieldInterval: 1}}, want, source)
		if !options.Instrument { // what counts stays in the interpreter
			code := mod
			if len(source)%4 == 1 {
				code = decoded
			}
			does(t, code, native(uint64(len(source)%3)), want, source) // 0: all of it
		}
	}
}

// does checks that a module does what is wanted.
func does(t *testing.T, m *bytecode.Module, config vm.Config, want reference.Result, source string) {
	t.Helper()
	var out strings.Builder
	config.Builtins, config.Stdout = builtins.All().Find, &out
	v, err := vm.New(m, config)
	require.NoError(t, err)
	status, err := v.Run()
	require.Equal(t, want.Output, out.String(), "%v\nwant: %v\n%s", err, want.Error, source)
	if want.Error == nil {
		require.NoError(t, err, source)
		require.Equal(t, want.Status, status, source)
		return
	}
	var failed *vm.RuntimeError
	require.True(t, errors.As(err, &failed), "%v\nwant: %v\n%s", err, want.Error, source)
	require.True(t, fits(want.Error, failed), "%v\nvalues: %v\nwant: %v\n%v\n%s", err, failed.Values, want.Error, want.Error.Inputs, source)
}

// fits tells whether an error is the one that the evaluator says.
func fits(want *reference.Error, found *vm.RuntimeError) bool {
	if want.Word != found.Word || want.Reason != found.Reason || !among(found.Values, want.Inputs) {
		return false
	}
	if last := want.Trail[len(want.Trail)-1]; found.Strand == 1 && found.Weave == "" && found.Root != "" && !slices.Contains(last.Replaced, found.Root) {
		return false
	}
	var frames []vm.Frame
	for _, f := range found.Trail {
		for range f.Count {
			frames = append(frames, f)
		}
	}
	return sameTrail(want.Trail, frames, nil, nil)
}

// among tells whether what is shown are some of the inputs, in their order.
func among(shown []string, inputs []any) bool {
	for _, text := range shown {
		i := slices.IndexFunc(inputs, func(v any) bool { return reference.Shows(text, v) })
		if i < 0 && text != "…" {
			return false
		}
		inputs = inputs[i+1:]
	}
	return true
}

// replaced are the words that have had a frame before the one that has it; none if that was
// called there, too.
func replaced(f reference.Frame) []string {
	if len(f.Replaced) > 0 && !f.Quotation && f.Replaced[0] == f.Word {
		return nil
	}
	return f.Replaced
}

// tellsCalled tells whether a frame says truly what was called there and is gone, and says it
// if it can know it. above are the words that have had the frames above.
func tellsCalled(f vm.Frame, above []string, certain bool) bool {
	if f.Called != "" {
		return slices.Contains(above, f.Called)
	}
	return !certain || len(above) == 0 || above[0] == ""
}

// sameTrail compares trails. A quotation that is run in place by what it stands in, a word or
// another quotation, has no frame of its own: then that is where the quotation is. above are the
// words that have had the frame above, ended where quotations in that one ended in tail calls.
func sameTrail(want []reference.Frame, found []vm.Frame, above []string, ended []reference.Place) bool {
	if len(want) == 0 || len(found) == 0 {
		return len(want) == len(found)
	}
	f, w := found[0], want[0]
	want, found = want[1:], found[1:]
	if (f.Line != w.Line || f.Column != w.Column) && !slices.Contains(ended, reference.Place{Line: f.Line, Column: f.Column}) {
		return false
	}
	if !w.Quotation {
		return f.Word == w.Word && tellsCalled(f, above, true) && sameTrail(want, found, replaced(w), w.Ended)
	}
	if f.Word == "<quotation>" && tellsCalled(f, above, true) && sameTrail(want, found, replaced(w), w.Ended) {
		return true
	}
	above = slices.Concat(above, w.Replaced)
	for len(want) > 0 && want[0].Word == w.Word {
		around := want[0]
		want = want[1:]
		if !around.Quotation {
			return f.Word == w.Word && tellsCalled(f, above, false) && sameTrail(want, found, replaced(around), around.Ended)
		}
		if f.Word == "<quotation>" && tellsCalled(f, above, false) && sameTrail(want, found, replaced(around), around.Ended) {
			return true
		}
		above = slices.Concat(above, around.Replaced)
	}
	return f.Word == w.Word && tellsCalled(f, above, false) && sameTrail(want, found, replaced(w), w.Ended) // the word's own frame is gone
}

func TestGeneratedProgramsRunAsTheEvaluatorSays(t *testing.T) {
	for seed := range *seeds {
		text, _ := reference.Generate(*first+seed, 1, reference.Options{})
		same(t, text)
	}
}

func TestErrorsOfGeneratedProgramsAreWhatTheEvaluatorSays(t *testing.T) {
	for seed := range *seeds {
		text, _ := reference.Generate(*first+seed, 2, reference.Options{Errors: true})
		same(t, text)
	}
}

// TestFlawsAreRefused is the other half of what the tests above show: programs that are
// well typed are accepted.
func TestFlawsAreRefused(t *testing.T) {
	tried := 0
	for seed := range 2 * *seeds {
		source, flawed := reference.Generate(seed, 3, reference.Options{Flaw: 1 + int(seed%23)})
		if !flawed {
			continue
		}
		tried++
		_, problems := typed(source)
		assert.True(t, problems.HasErrors(), "accepted:\n%s", source)
	}
	assert.Greater(t, tried, int(*seeds)/2)
}

func FuzzGenerated(f *testing.F) {
	f.Add(uint64(1), uint64(2), false)
	f.Fuzz(func(t *testing.T, a, b uint64, failing bool) {
		text, _ := reference.Generate(a, b, reference.Options{Errors: failing})
		same(t, text)
	})
}

func TestValuesThatOthersHoldStayAsTheyAre(t *testing.T) {
	for seed := range *seeds / 2 {
		same(t, reference.GenerateSharing(*first+seed, 6))
	}
}

func TestAfterATryThatFailsAllIsAsBefore(t *testing.T) {
	for seed := range *seeds / 2 {
		same(t, reference.GenerateTries(*first+seed, 7))
	}
}
