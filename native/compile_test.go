package native

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
	"github.com/seqvm/seqvm/native/arm64"
	"github.com/seqvm/seqvm/native/disassembly"
	"github.com/seqvm/seqvm/native/machine"
)

// processors are all that there is code for.
var processors = []*machine.Processor{&amd64.Processor, &arm64.Processor}

var layout = Layout{Limit: 0, Exit: 8, Frame: 16, Calls: 24, Refilled: 32, Deepest: 40, Outside: 48, Back: 56, Answer: 64, Barrier: 72, Markers: 80, StackGuard: 16, State: 8, Shared: 1, Form: 12, Elements: 16, Length: 24, Room: 32, TagUnion: 16, TagOrdinal: 20,
	Quotations: 128, QuotationsEnd: 136, ClosureFunction: 0, ClosureCaptures: 8, ClosureLength: 16}

var ints = func(n int) []bytecode.Kind {
	kinds := make([]bytecode.Kind, n)
	for i := range kinds {
		kinds[i] = bytecode.KindInt
	}
	return kinds
}

// functions are programs of one function, which calls itself as function 0.
var functions = map[string]bytecode.Func{
	"sum": {In: 2, Out: 1, Frame: 2, Params: ints(2), Results: ints(1), Code: []bytecode.Instr{
		{Op: bytecode.OpJumpIntEqImm, A: 1, C: 3},
		{Op: bytecode.OpIntAdd, A: 0, B: 0, C: 1},
		{Op: bytecode.OpIntAddImm, A: 1, B: 1, C: -1},
		{Op: bytecode.OpLoop, C: -4},
		{Op: bytecode.OpReturn, A: 1},
	}},
	"fib": {In: 1, Out: 1, Frame: 3, Params: ints(1), Results: ints(1), Code: []bytecode.Instr{
		{Op: bytecode.OpJumpIntLtImm, A: 0, B: 2, C: 5},
		{Op: bytecode.OpIntAddImm, A: 1, B: 0, C: -1},
		{Op: bytecode.OpCall, A: 1},
		{Op: bytecode.OpIntAddImm, A: 2, B: 0, C: -2},
		{Op: bytecode.OpCall, A: 2},
		{Op: bytecode.OpIntAdd, A: 0, B: 1, C: 2},
		{Op: bytecode.OpReturn, A: 1},
	}},
	// What a quotation leaves, and what an open function does.
	"apply": {In: 2, Out: 1, Frame: 2, Open: true, Params: []bytecode.Kind{bytecode.KindInt, bytecode.KindQuotation}, Code: []bytecode.Instr{
		{Op: bytecode.OpIntAddImm, A: 0, B: 0, C: 1},
		{Op: bytecode.OpTailQuotation, A: 1},
	}},
	"expected": {In: 1, Out: 1, Frame: 2, Open: true, Params: ints(1), Code: []bytecode.Instr{
		{Op: bytecode.OpIntAddImm, A: 1, B: 0, C: -1},
		{Op: bytecode.OpCall, A: 1},
		{Op: bytecode.OpExpect, A: 2},
		{Op: bytecode.OpCheck, A: 1, B: int32(bytecode.KindInt)},
		{Op: bytecode.OpIntAdd, A: 0, B: 0, C: 1},
		{Op: bytecode.OpReturn, A: 1},
	}},
	// What has no code, the join of an Int and a Float, which goes on in memory, and Floats.
	"mixed": {In: 2, Out: 1, Frame: 3, Params: []bytecode.Kind{bytecode.KindInt, bytecode.KindFloat}, Code: []bytecode.Instr{
		{Op: bytecode.OpJumpIntGtImm, A: 0, B: 0, C: 3},
		{Op: bytecode.OpFloatMulAdd, A: 1, B: 1, C: 1},
		{Op: bytecode.OpMove, A: 0, B: 1},
		{Op: bytecode.OpJump, C: 1},
		{Op: bytecode.OpIntModImm, A: 0, B: 0, C: 8},
		{Op: bytecode.OpShare, A: 0},
		{Op: bytecode.OpReturn, A: 1},
	}},
}

// listing shows code: what the disassembler reads, with the places that have a meaning.
func listing(t *testing.T, code *Code, read disassembly.Reader) string {
	notes := map[int][]string{}
	note := func(at int, format string, args ...any) { notes[at] = append(notes[at], fmt.Sprintf(format, args...)) }
	for _, f := range code.Functions {
		note(f.Call, "function %d", f.Index)
		note(f.Last, "outermost return")
	}
	for _, e := range code.Entries {
		note(e.Offset, "entry %d, site %d", e.PC, e.Site)
	}
	for i, s := range code.Sites {
		note(s.Return, "site %d: call at %d, window %d, markers %v", i, s.PC, s.Window, s.Markers)
	}
	var b strings.Builder
	for i, x := range code.Exits {
		fmt.Fprintf(&b, "exit %d: at %d, helped %t\n", i, x.PC, x.Helped)
	}
	for at := 0; at < len(code.Bytes); {
		for _, text := range notes[at] {
			fmt.Fprintf(&b, "%s:\n", text)
		}
		in, err := read(code.Bytes, at)
		require.NoError(t, err)
		if !in.Filler {
			fmt.Fprintf(&b, "%04x  %s\n", at, in.Text)
		}
		at += in.Size
	}
	return b.String()
}

// module is one with a function.
func module(t *testing.T, name string, f bytecode.Func) *bytecode.Module {
	f.Name, f.Word, f.File = name, true, -1
	m := &bytecode.Module{Main: -1, Funcs: []bytecode.Func{f}}
	require.NoError(t, bytecode.Verify(m))
	return m
}

// The machine code of some functions, instruction by instruction. UPDATE_NATIVE=1 writes it anew; it is to be read then.
func TestMachineCodeOfFunctions(t *testing.T) {
	for _, processor := range processors {
		for name, f := range functions {
			t.Run(processor.Name+"/"+name, func(t *testing.T) {
				m := module(t, name, f)
				code, err := Compile(m, []int32{0}, &Target{Processor: processor, Layout: layout})
				require.NoError(t, err)
				again, err := Compile(m, []int32{0}, &Target{Processor: processor, Layout: layout})
				require.NoError(t, err)
				assert.Equal(t, code, again, "the same, always")
				found, file := listing(t, code, disassembly.Readers[processor.Name]), filepath.Join("testdata", processor.Name, name+".txt")
				if os.Getenv("UPDATE_NATIVE") != "" {
					require.NoError(t, os.WriteFile(file, []byte(found), 0o644))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Equal(t, string(want), found)
			})
		}
	}
}

func TestWhatIsLeftOftenIsLeftOut(t *testing.T) {
	code, err := Compile(module(t, "mixed", functions["mixed"]), []int32{0}, &Target{Processor: &amd64.Processor, Layout: layout, Selective: true})
	require.NoError(t, err)
	assert.Empty(t, code.Functions)
}

// A function whose code would be larger than a processor's jumps reach has none, and others, which may call it, have theirs.
func TestTooMuchCodeIsLeftOut(t *testing.T) {
	named := func(name string, f bytecode.Func) bytecode.Func {
		f.Name, f.Word, f.File = name, true, -1
		return f
	}
	large := bytecode.Func{In: 2, Out: 1, Frame: 4, Params: ints(2)}
	for range 100 {
		large.Code = append(large.Code, bytecode.Instr{Op: bytecode.OpInt, A: 2, B: 1}, bytecode.Instr{Op: bytecode.OpInt, A: 3, B: 1}, bytecode.Instr{Op: bytecode.OpCall, A: 2, B: 1})
	}
	large.Code = append(large.Code, bytecode.Instr{Op: bytecode.OpReturn, A: 1})
	caller := bytecode.Func{In: 2, Out: 1, Frame: 2, Params: ints(2), Code: []bytecode.Instr{{Op: bytecode.OpCall}, {Op: bytecode.OpReturn, A: 1}}}
	m := &bytecode.Module{Main: -1, Funcs: []bytecode.Func{named("large", large), named("sum", functions["sum"]), named("caller", caller)}}
	require.NoError(t, bytecode.Verify(m))
	near := arm64.Processor
	near.Reach = 1 << 10
	for processor, want := range map[*machine.Processor][]int32{&amd64.Processor: {0, 1, 2}, &arm64.Processor: {0, 1, 2}, &near: {1, 2}} {
		code, err := Compile(m, []int32{0, 1, 2}, &Target{Processor: processor, Layout: layout})
		require.NoError(t, err)
		var found []int32
		for _, f := range code.Functions {
			found = append(found, f.Index)
		}
		assert.Equal(t, want, found, processor)
	}
}

func TestValuesAreHandedOverAtOnce(t *testing.T) {
	for _, moves := range [][]handing{
		{{1, 0}, {0, 1}},
		{{1, 0}, {2, 1}, {0, 2}},
		{{2, 1}, {1, 0}},
		{{1, 0}, {2, 0}, {0, 1}},
		{{3, 3}, {0, 1}, {1, 0}, {4, 0}},
	} {
		const spare = register(15)
		held := map[register]register{}
		for r := register(0); r < 16; r++ {
			held[r] = r
		}
		var list []handing
		inTurn(append([]handing(nil), moves...), spare, func(to, from register) { list = append(list, handing{to, from}) })
		for _, m := range list {
			held[m.to] = held[m.from]
		}
		for _, m := range moves {
			assert.Equal(t, m.from, held[m.to], "%v by %v", moves, list)
		}
	}
}

// What is multiplied by a reciprocal is divided, toward zero, whatever the number: those around multiples of the divisor and at the ends are the hardest.
func TestReciprocals(t *testing.T) {
	high := func(a, b int64) int64 {
		h, _ := bits.Mul64(uint64(a), uint64(b))
		return int64(h) - a>>63&b - b>>63&a
	}
	const least, most = -1 << 62, 1<<62 - 1
	r := rand.New(rand.NewPCG(1, 2))
	divisors := []int32{3, 5, 6, 7, 9, 10, 100, 641, 1000, 10_000, 65_537, 1_000_003, 1_000_000_007, 1<<30 - 1, 1<<30 + 1, 1<<31 - 1}
	for range 2000 {
		divisors = append(divisors, 3+r.Int32N(1<<(2+r.IntN(29))-3))
	}
	for _, n := range divisors {
		factor, shift, ok := reciprocal(n)
		if !ok {
			assert.Zero(t, n&(n-1), n)
			continue
		}
		require.Positive(t, factor, n)
		for range 200 {
			x := (least + r.Int64N(1<<62)*2) >> r.IntN(62)
			multiple := x / int64(n) * int64(n)
			for _, x := range []int64{x, multiple, multiple - 1, multiple + 1, multiple + int64(n) - 1, least, least + 1, most, most - 1, 0, 1, -1} {
				if x < least || x > most {
					continue
				}
				require.Equal(t, x/int64(n), high(x, factor)>>shift-x>>63, "%d / %d", x, n)
			}
		}
	}
	for _, n := range []int32{-7, 0, 1, 2, 4, 1 << 30, -1 << 31} {
		_, _, ok := reciprocal(n)
		assert.False(t, ok, n)
	}
}
