package bytecode_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/bytecode"
)

// each visits the rows of the table.
func each(t *testing.T, visit func(t *testing.T, op bytecode.Op, row *bytecode.Info)) {
	for op := range bytecode.Table {
		t.Run(bytecode.Op(op).String(), func(t *testing.T) { visit(t, bytecode.Op(op), &bytecode.Table[op]) })
	}
}

func TestEveryRowAnswersEveryQuestion(t *testing.T) {
	names := map[string]bool{}
	each(t, func(t *testing.T, op bytecode.Op, row *bytecode.Info) {
		assert.NotEmpty(t, row.Name)
		assert.NotEmpty(t, row.Doc)
		assert.False(t, names[row.Name], "the name is that of another row, too")
		names[row.Name] = true
		if row.Has(bytecode.Internal) {
			return
		}
		operands := row.Operands()
		has := func(o bytecode.Operand) bool { return slices.Contains(operands[:], o) }
		if has(bytecode.Window) {
			assert.True(t, row.Reads != nil || row.Writes != nil, "a window of which nothing is read or written")
		}
		targets := row.Flow == bytecode.Branch || row.Flow == bytecode.Goto || row.Flow == bytecode.GotoOrLeave
		assert.Equal(t, has(bytecode.Target), targets, "a target, and a flow that goes there")
		assert.Equal(t, has(bytecode.Arms), row.Flow == bytecode.Choose, "arms, and a flow that goes there")
		if row.Follow != nil {
			assert.False(t, row.Ends(), "something must follow what control never passes")
		}
		if row.Has(bytecode.Restarts) {
			assert.NotNil(t, row.Promises, "a tail call of the function itself promises its parameters")
		}
		if row.Has(bytecode.Calls) {
			assert.True(t, row.Writes != nil && row.Has(bytecode.Stops), "a callee has a frame, and a strand can stop there")
			assert.Equal(t, has(bytecode.Function), row.Demands != nil, "what a known callee trusts is demanded")
		}
		if row.Has(bytecode.Speculates) {
			assert.True(t, row.Kinds != nil || row.A.Leaves() != bytecode.KindAny, "no guard")
		}
		if row.Has(bytecode.Moves) {
			assert.True(t, row.A.Writes() && row.B.Reads())
		}
	})
}

// A form of an instruction has the operands of the other one in the same places, and goes
// on to the same ones.
func TestFormsOfAnInstructionFitIt(t *testing.T) {
	each(t, func(t *testing.T, op bytecode.Op, row *bytecode.Info) {
		for _, other := range []bytecode.Op{row.Plain, row.Copying} {
			if other == bytecode.OpInvalid {
				continue
			}
			info := other.Info()
			assert.Equal(t, bytecode.OpInvalid, info.Plain, "%s is a form of another one itself", other)
			for i, o := range row.Operands() {
				p := info.Operands()[i]
				assert.Equal(t, [2]bool{o.Reads(), o.Writes()}, [2]bool{p.Reads(), p.Writes()}, "operand %c of %s", 'A'+i, other)
				assert.Contains(t, []bytecode.Kind{o.Leaves(), bytecode.KindAny}, p.Leaves(), "%s trusts more", other)
			}
		}
		if row.Has(bytecode.Speculates) && row.Plain != bytecode.OpInvalid {
			found, ok := bytecode.Speculating(row.Plain, row.A.Leaves())
			assert.True(t, ok)
			assert.Equal(t, op, found)
		}
	})
}

func TestFieldIsTheInverseOfFieldOperand(t *testing.T) {
	for _, c := range [][2]int32{{0, 0}, {3, 11}, {1<<22 - 1, 255}} {
		operand, ok := bytecode.FieldOperand(c[0], c[1])
		variant, field := bytecode.Field(operand)
		assert.True(t, ok)
		assert.Equal(t, c, [2]int32{variant, field})
	}
	_, ok := bytecode.FieldOperand(1<<22, 0)
	assert.False(t, ok)
	_, ok = bytecode.FieldOperand(0, 256)
	assert.False(t, ok)
}

// moduleOf has main, which calls a closed function that leaves a value of a kind.
func moduleOf(f bytecode.Func) *bytecode.Module {
	f.Name, f.Word, f.Frame, f.Out = "f", true, 8, 1
	return &bytecode.Module{
		Files: []string{"x.seq"}, Unions: []string{"U"}, Names: []string{"x"}, Main: 0,
		Consts:   []bytecode.Const{{Kind: bytecode.KindString, Text: "text"}, {Kind: bytecode.KindInt, Bits: 1}},
		Variants: []bytecode.VariantInfo{{Name: "P", Fields: []string{"a"}, Kinds: []bytecode.Kind{bytecode.KindAny}}},
		Funcs: []bytecode.Func{
			{Name: "main", Word: true, Frame: 4, Code: []bytecode.Instr{{Op: bytecode.OpCall, B: 1}, {Op: bytecode.OpReturn}}},
			f,
		},
	}
}

func TestVerifyRefuses(t *testing.T) {
	type code []bytecode.Instr
	for name, c := range map[string]struct {
		f    bytecode.Func
		want string
	}{
		"a result that lies elsewhere since the frame has moved": {bytecode.Func{Results: []bytecode.Kind{bytecode.KindVariant}, Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpFrameUp, A: 1}, {Op: bytecode.OpMake}, {Op: bytecode.OpReturn, A: 1},
		}}, "not open"},
		"the body of a cond that leaves what it likes": {bytecode.Func{Results: []bytecode.Kind{bytecode.KindVariant}, Code: code{
			{Op: bytecode.OpCondNext}, {Op: bytecode.OpCondTest, C: -2},
		}}, "not open"},
		"a kind that list.next leaves only if there is an element": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpInt, A: 2}, {Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpListNextInt, A: 0, B: 1, C: 2},
			{Op: bytecode.OpJump, C: 0}, {Op: bytecode.OpIntNeg, A: 0, B: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 is not proven to be of kind Int"},
		"a parameter that a jump to the start does not keep": {bytecode.Func{In: 1, Params: []bytecode.Kind{bytecode.KindInt}, Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpLoop, C: -2},
		}}, "slot 0 is not proven to be of kind Int"},
		"arguments that reach out of the frame": {bytecode.Func{Code: code{
			{Op: bytecode.OpMake, A: 8}, {Op: bytecode.OpReturn, A: 1},
		}}, "the limit is 8"},
		"slots below the frame": {bytecode.Func{Code: code{
			{Op: bytecode.OpFloatMulAdd3, A: 1, B: 4, C: 6}, {Op: bytecode.OpFloatMulAdd, A: 0, B: 3, C: 6}, {Op: bytecode.OpFloatMulAdd, A: -1, B: 2, C: 6}, {Op: bytecode.OpReturn, A: 1},
		}}, "do not fit the frame"},
		"a jump back at which no strand stops": {bytecode.Func{Code: code{
			{Op: bytecode.OpInt}, {Op: bytecode.OpJump, C: -1}, {Op: bytecode.OpReturn, A: 1},
		}}, "only an instruction that a strand can be stopped at goes back"},
		"the end of a try in another slot": {bytecode.Func{Results: []bytecode.Kind{bytecode.KindVariant}, Code: code{
			{Op: bytecode.OpInt, A: 0}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpTry, A: 1}, {Op: bytecode.OpTryEnd, A: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "another slot than that of the try"},
		"a try without its end":  {bytecode.Func{Code: code{{Op: bytecode.OpInt}, {Op: bytecode.OpTry}, {Op: bytecode.OpReturn, A: 1}}}, "must be followed by"},
		"the end of a try alone": {bytecode.Func{Code: code{{Op: bytecode.OpInt}, {Op: bytecode.OpTryEnd}, {Op: bytecode.OpReturn, A: 1}}}, "must stand behind"},
		"a jump to the end of a try": {bytecode.Func{Code: code{
			{Op: bytecode.OpInt}, {Op: bytecode.OpJump, C: 1}, {Op: bytecode.OpTry}, {Op: bytecode.OpTryEnd}, {Op: bytecode.OpReturn, A: 1},
		}}, "can be reached from the instruction in front only"},
		"an end without a return": {bytecode.Func{Code: code{{Op: bytecode.OpInt}}}, "control runs off the end"},
		"what only the VM makes":  {bytecode.Func{Code: code{{Op: bytecode.OpHalt}}}, "no instruction of a module"},
	} {
		t.Run(name, func(t *testing.T) { assert.ErrorContains(t, bytecode.Verify(moduleOf(c.f)), c.want) })
	}
}
