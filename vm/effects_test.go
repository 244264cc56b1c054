package vm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// The VM runs single instructions on random frames: what their rows in the table say must be
// so. A slot that changes is one that the instruction writes; what it leaves, where it
// goes on and how it fails is the same whatever lies in slots that it does not read; and control
// arrives where Successors says.

// frameSlots is the size of the frame, operandSlots how many of its slots operands name.
const frameSlots, operandSlots = 24, 8

// Functions of the module.
const (
	mainFunction = iota
	tested       // called by main; the instruction stands in it
	callee       // takes two values, leaves one
	capturing    // a quotation that captures one
	plainQuotation
)

// landed is the error of a place that control has come to.
type landed struct {
	pc    int
	frame []stack.Value
}

func (l landed) Error() string { return fmt.Sprint("landed at ", l.pc) }

// home is where a program arrives that has left the tested function.
const home = -1

// preludes are what must stand in front of instructions, which take the operands of those
// that they prepare for.
var preludes = map[bytecode.Op]func(in bytecode.Instr) []bytecode.Instr{
	bytecode.OpAuxPop: func(in bytecode.Instr) []bytecode.Instr { return []bytecode.Instr{{Op: bytecode.OpAuxPush, A: in.A}} },
	bytecode.OpListAppend: func(in bytecode.Instr) []bytecode.Instr {
		return []bytecode.Instr{{Op: bytecode.OpListResult, A: in.A, B: in.A}}
	},
	bytecode.OpListDone: func(in bytecode.Instr) []bytecode.Instr {
		return []bytecode.Instr{{Op: bytecode.OpListResult, A: in.B, B: in.B}}
	},
	bytecode.OpResume: func(in bytecode.Instr) []bytecode.Instr { return []bytecode.Instr{{Op: bytecode.OpWeave, A: in.A}} },
	bytecode.OpCancel: func(in bytecode.Instr) []bytecode.Instr { return []bytecode.Instr{{Op: bytecode.OpWeave, A: in.A}} },
	bytecode.OpExpect: func(in bytecode.Instr) []bytecode.Instr {
		return []bytecode.Instr{{Op: bytecode.OpCall, A: in.A - 1, B: callee}}
	},
	bytecode.OpFrameToTop: func(in bytecode.Instr) []bytecode.Instr {
		return []bytecode.Instr{{Op: bytecode.OpCall, B: callee}}
	},
}

// failing are instructions that always fail here: with no weave around them, with no clauses
// on the aux stack, or because that is what they are for.
var failing = map[bytecode.Op]bool{
	bytecode.OpYield: true, bytecode.OpCondStart: true, bytecode.OpCondNext: true, bytecode.OpCondTest: true, bytecode.OpNoClause: true,
	bytecode.OpTryEnd: true,
}

func TestInstructionsDoWhatTheirRowsSay(t *testing.T) {
	for op := range bytecode.Table {
		op := bytecode.Op(op)
		if op.Info().Has(bytecode.Internal) {
			continue
		}
		t.Run(op.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(op), 1))
			good := 0
			for range 100 {
				if singleInstruction(t, r, op) {
					good++
				}
				if t.Failed() {
					return
				}
			}
			assert.Equal(t, failing[op], good == 0, "%d runs without an error", good)
		})
	}
}

// singleInstruction runs an instruction twice; ok tells that it did not fail.
func singleInstruction(t *testing.T, r *rand.Rand, op bytecode.Op) (ok bool) {
	m, at := moduleFor(r, op)
	in := m.Funcs[tested].Code[at]
	reads, writes := bytecode.Effects(m, in)
	info := op.Info()
	trusted := map[int32]bytecode.Kind{}
	for slot, k := range bytecode.Trusts(m, in) {
		trusted[slot] = k
	}
	if info.Promises != nil {
		for i, k := range info.Promises(&m.Funcs[tested], in) {
			if k != bytecode.KindAny {
				trusted[int32(i)] = k
			}
		}
	}
	var seeds [frameSlots]uint64
	for i := range seeds {
		seeds[i] = r.Uint64()
	}
	before, one, err := runFrame(t, m, seeds, trusted)
	for i := range seeds { // other values where the instruction does not look
		if !reads.Has(int32(i)) && preludes[op] == nil {
			seeds[i] = r.Uint64()
		}
	}
	_, two, again := runFrame(t, m, seeds, trusted)
	name := fmt.Sprintf("%s %d %d %d", op, in.A, in.B, in.C)
	if info.Has(bytecode.Unnamed) {
		return err == nil
	}
	require.Equal(t, fmt.Sprint(err), fmt.Sprint(again), "%s: slots that it does not read change how it fails", name)
	if err != nil {
		return false
	}
	assert.Equal(t, one.pc, two.pc, "%s: slots that it does not read change where it goes on", name)
	if one.pc == home {
		assert.Contains(t, []bytecode.Flow{bytecode.Leave, bytecode.GotoOrLeave}, info.Flow, name)
		return true
	}
	next := slices.Collect(bytecode.Successors(m, at, in))
	if info.Follow != nil {
		for i, to := range next {
			if to == at+1 { // what stands there goes on to a place
				next[i] += 1 + int(m.Funcs[tested].Code[at+1].C)
			}
		}
	}
	assert.Contains(t, next, one.pc, "%s: it does not go on where Successors says", name)
	undone := info.Flow == bytecode.Step && one.pc != at+2
	for i := range int32(frameSlots) {
		if one.frame[i] != before[i] && (undone || !writes.Has(i)) {
			t.Errorf("%s: slot %d has changed from %s to %s", name, i, show(before[i]), show(one.frame[i]))
		}
	}
	for _, w := range writes.Runs() {
		if w.End == bytecode.NoEnd { // the results are certain of what lies there
			w.End = w.First + m.Funcs[in.B].Out
		}
		for i := w.First; i < w.End && !undone; i++ {
			assert.Equal(t, show(one.frame[i]), show(two.frame[i]), "%s: slots that it does not read change what it leaves in slot %d", name, i)
		}
	}
	return true
}

// moduleFor makes a module whose tested function has an instruction with random operands at an index.
func moduleFor(r *rand.Rand, op bytecode.Op) (m *bytecode.Module, at int) {
	m = &bytecode.Module{
		Files: []string{"x.seq"}, Names: []string{"x"}, Unions: []string{"U", "W"}, Linear: r.IntN(2) == 0,
		Consts: []bytecode.Const{{Kind: bytecode.KindInt, Bits: 7}, {Kind: bytecode.KindFloat}, {Kind: bytecode.KindString, Text: "text"}, {Kind: bytecode.KindQuotation, Bits: plainQuotation}},
		Variants: []bytecode.VariantInfo{
			{Name: "P", Fields: []string{"a", "b"}, Kinds: []bytecode.Kind{bytecode.KindAny, bytecode.KindAny}},
			{Name: "Q", Union: 1, Fields: []string{"x", "y", "z"}, Kinds: []bytecode.Kind{bytecode.KindFloat, bytecode.KindFloat, bytecode.KindFloat}},
		},
		Tables: []bytecode.MatchTable{{Targets: []int32{0}, Others: []bytecode.MatchArm{{Variant: 1, Target: 2}}}},
		Main:   mainFunction,
	}
	m.Builtins = []bytecode.BuiltinRef{
		{Name: "join", In: 2, Out: 1, Results: make([]bytecode.Kind, 1)}, {Name: "split", In: 1, Out: 3, Results: make([]bytecode.Kind, 3)},
		{Name: "fill", Out: frameSlots, Results: make([]bytecode.Kind, frameSlots)},
	}
	place := func(pc int) bytecode.Instr { // where control arrives
		m.Builtins = append(m.Builtins, bytecode.BuiltinRef{Name: fmt.Sprint(pc), Out: frameSlots, Results: make([]bytecode.Kind, frameSlots)})
		return bytecode.Instr{Op: bytecode.OpBuiltin, B: int32(len(m.Builtins) - 1)}
	}
	m.Funcs = []bytecode.Func{
		{Name: "main", Frame: 2 * frameSlots, Word: true, Code: []bytecode.Instr{{Op: bytecode.OpCall, A: 4, B: tested}, place(home)}},
		{Name: "tested", In: 2, Out: 1, Frame: frameSlots, Word: true, Params: []bytecode.Kind{bytecode.KindInt, bytecode.KindAny}, Results: []bytecode.Kind{bytecode.KindAny}},
		{Name: "callee", In: 2, Out: 1, Frame: 4, Word: true, Params: []bytecode.Kind{bytecode.KindAny, bytecode.KindInt}, Code: []bytecode.Instr{
			{Op: bytecode.OpCount}, {Op: bytecode.OpInt, A: 3, B: 1}, {Op: bytecode.OpIntAdd, A: 0, B: 1, C: 3}, {Op: bytecode.OpReturn, A: 1},
		}},
		{Name: "capturing", In: 1, Captures: 1, Frame: 1, Params: []bytecode.Kind{bytecode.KindFloat}, Code: []bytecode.Instr{{Op: bytecode.OpReturn}}},
		{Name: "plain", Frame: 1, Code: []bytecode.Instr{{Op: bytecode.OpReturn}}},
	}
	in := operandsFor(r, op)
	code := []bytecode.Instr{{Op: bytecode.OpBuiltin, B: 2}}
	if prelude := preludes[op]; prelude != nil {
		code = append(code, prelude(in)...)
	}
	code = append(code, bytecode.Instr{}) // notes the frame
	at = len(code)
	code = append(code, in)
	switch info := op.Info(); {
	case slices.Contains(info.Follow, bytecode.OpExpect):
		height := in.A - in.B + in.C
		if info.B == bytecode.Function {
			height = in.A - 1
		}
		code = append(code, bytecode.Instr{Op: bytecode.OpExpect, A: height})
	case slices.Contains(info.Follow, bytecode.OpJump):
		code = append(code, bytecode.Instr{Op: bytecode.OpJump, C: 1})
	}
	for len(code) < at+6 {
		code = append(code, place(len(code)))
	}
	code[at-1] = place(at - 1)
	m.Funcs[tested].Code = code
	return m, at
}

// operandsFor makes operands such as the verifier wants them.
func operandsFor(r *rand.Rand, op bytecode.Op) bytecode.Instr {
	in := bytecode.Instr{Op: op}
	operands := []*int32{&in.A, &in.B, &in.C}
	for i, o := range op.Info().Operands() {
		x := int32(0)
		switch o {
		case bytecode.Imm:
			x = r.Int32N(3) + 1
		case bytecode.Flag, bytecode.Tagged, bytecode.Word, bytecode.FieldNumber:
			x = r.Int32N(2)
		case bytecode.Constant:
			x = r.Int32N(4)
		case bytecode.Function:
			x = callee
			if op == bytecode.OpClosure {
				x = capturing
			}
		case bytecode.FieldOf:
			x, _ = bytecode.FieldOperand(r.Int32N(2), r.Int32N(2))
		case bytecode.Target:
			x = r.Int32N(3)
		case bytecode.Count:
			x = 1
		case bytecode.KindOf:
			x = r.Int32N(3) + 1
		case bytecode.Height:
			x = r.Int32N(operandSlots-2) + 2
		case bytecode.Window:
			x = r.Int32N(operandSlots)
		case bytecode.InOutFloats, bytecode.SrcFloats:
			x = r.Int32N(operandSlots-2) + 2
		default:
			if o.Reads() || o.Writes() {
				x = r.Int32N(operandSlots)
			}
		}
		*operands[i] = x
	}
	if op.Info().Has(bytecode.Mutates) { // the compiler puts no object into itself
		for i, o := range op.Info().Operands() {
			if o == bytecode.Window || o.Reads() || o.Writes() {
				*operands[i] = int32(4 * i)
			}
		}
	}
	if op == bytecode.OpFloatMulAdd3 { // or the first two change the factor
		in.C = operandSlots
	}
	if op == bytecode.OpReturn {
		in.A = 1
	}
	return in
}

// runFrame runs a module, with values made of seeds in the slots of the tested function, which
// are of the kinds that the instruction trusts. It returns the values in front of the
// instruction and where control has arrived.
func runFrame(t *testing.T, m *bytecode.Module, seeds [frameSlots]uint64, trusted map[int32]bytecode.Kind) (before []stack.Value, l landed, err error) {
	var arrived *landed
	word := func(name string) func(*vm.Strand, []stack.Value) error {
		switch name {
		case "join":
			return func(_ *vm.Strand, w []stack.Value) error {
				w[0] = stack.FromString(show(w[0]) + show(w[1]))
				w[1] = stack.Value{}
				return nil
			}
		case "split":
			return func(_ *vm.Strand, w []stack.Value) error {
				w[1], w[2] = stack.FromInt(1), stack.FromString(show(w[0]))
				return nil
			}
		case "fill":
			return func(_ *vm.Strand, w []stack.Value) error {
				for i := range w {
					w[i] = valueOf(seeds[i], trusted[int32(i)])
				}
				return nil
			}
		}
		return func(_ *vm.Strand, w []stack.Value) error {
			var pc int
			_, scanned := fmt.Sscan(name, &pc)
			require.NoError(t, scanned)
			if before == nil && pc != home {
				before = slices.Clone(w)
				return nil
			}
			arrived = &landed{pc: pc, frame: slices.Clone(w)}
			return vm.Fail("landed")
		}
	}
	v, err := vm.New(m, vm.Config{Builtins: func(name string) *vm.Builtin {
		for _, b := range m.Builtins {
			if b.Name == name {
				return &vm.Builtin{Run: word(name), In: make([]stack.Kind, b.In), Out: make([]stack.Kind, b.Out), TakesStack: true}
			}
		}
		return nil
	}})
	require.NoError(t, err)
	_, err = v.Run()
	var bug *vm.InternalError
	require.NotErrorAs(t, err, &bug)
	if arrived != nil {
		return before, *arrived, nil
	}
	return before, landed{}, err
}

// valueOf makes a value of a seed: of a kind, or of any.
func valueOf(seed uint64, k bytecode.Kind) stack.Value {
	r := rand.New(rand.NewPCG(seed, 2))
	number := stack.FromInt(r.Int64N(4))
	float := func() stack.Value { return stack.FromFloat(r.Float64()) }
	switch stack.Kind(k) {
	case stack.Int:
		return number
	case stack.Float:
		return float()
	case stack.Bool:
		return stack.FromBool(r.IntN(2) == 0)
	case stack.Variant:
		return variantOf(r, float)
	}
	switch r.IntN(12) {
	case 0, 1:
		return number
	case 2:
		return float()
	case 3:
		return stack.FromBool(r.IntN(2) == 0)
	case 4:
		return stack.FromString(fmt.Sprint("s", r.IntN(100)))
	case 5:
		return stack.FromMap(stack.NewMap())
	case 6:
		return stack.FromClosure(&stack.Closure{Func: plainQuotation})
	case 7, 8, 9:
		of := []func() stack.Value{float, func() stack.Value { return stack.FromInt(r.Int64N(100)) }, func() stack.Value { return variantOf(r, float) }}[r.IntN(3)]
		list := make([]stack.Value, r.IntN(4))
		for i := range list {
			list[i] = of()
		}
		return stack.FromList(list)
	}
	return variantOf(r, float)
}

func variantOf(r *rand.Rand, float func() stack.Value) stack.Value {
	if r.IntN(2) == 0 {
		return stack.FromVariant(stack.NewVariant(&stack.Tag{Name: "P", Union: -1}, []stack.Value{stack.FromInt(r.Int64N(9)), stack.FromString("b")}))
	}
	return stack.FromVariant(stack.NewVariant(&stack.Tag{Name: "Q", Union: -1}, []stack.Value{float(), float(), float()}))
}

// show is the kind and content of a value.
func show(v stack.Value) string {
	switch v.Kind() {
	case stack.Int, stack.Float, stack.Bool, stack.String, stack.Symbol, stack.Variant, stack.Map:
		return fmt.Sprint(v.Kind(), " ", string(son.Append(nil, v, nil)))
	case stack.Quotation:
		c := v.AsClosure()
		text := fmt.Sprint("quotation ", c.Func)
		for _, x := range c.Captures {
			text += " " + show(x)
		}
		return text
	}
	return v.Kind().String()
}
