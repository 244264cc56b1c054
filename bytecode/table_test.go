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
		Builtins: []bytecode.BuiltinRef{{Name: "join", In: 2, Out: 1, Results: make([]bytecode.Kind, 1)}},
		Variants: []bytecode.VariantInfo{{Name: "P", Fields: []string{"a"}, Kinds: []bytecode.Kind{bytecode.KindAny}}},
		Funcs: []bytecode.Func{
			{Name: "main", Word: true, Frame: 4, Code: []bytecode.Instr{{Op: bytecode.OpCall, B: 1}, {Op: bytecode.OpExpect, A: 1}, {Op: bytecode.OpReturn}}},
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
		"an empty slot":           {bytecode.Func{Code: code{{Op: bytecode.OpMove, A: 0, B: 1}, {Op: bytecode.OpReturn, A: 1}}}, "slot 1 holds no value"},
		"what a callee has left behind": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpCall, A: 1, B: 0}, {Op: bytecode.OpMove, A: 0, B: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 holds no value"},
		"what a built-in word has left behind": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpBuiltin, A: 0}, {Op: bytecode.OpMove, A: 0, B: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 holds no value"},
		"a value that a collection has got": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpMake, A: 0}, {Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpMake, A: 1},
			{Op: bytecode.OpListPush, A: 0, B: 0, C: 1}, {Op: bytecode.OpMove, A: 0, B: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 holds no value, or one that has moved"},
		"a field that is in its variant already": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpMake, A: 0}, {Op: bytecode.OpMove, A: 1, B: 0}, {Op: bytecode.OpConst, A: 2}, {Op: bytecode.OpMake, A: 2},
			{Op: bytecode.OpListSet, A: 1, B: 3, C: 2}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 3 is not proven to be of kind Int"},
		"a list that is put into itself": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpMake, A: 0}, {Op: bytecode.OpListPush, A: 1, B: 0, C: 0}, {Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 holds one value, not two"},
		"a list that is set into itself": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpMake, A: 0}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpListSet, A: 0, B: 1, C: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 holds one value, not two"},
		"a copy of a list under construction": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpListResult, A: 1, B: 0}, {Op: bytecode.OpCopy, A: 2, B: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 holds a list under construction"},
		"a list under construction on the stack of a weave": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpListResult, A: 0, B: 0}, {Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpWeave, A: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 holds a list under construction"},
		"appending to what is no list under construction": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpMake, A: 0}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpListAppend, A: 0, B: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 is not proven to be of kind list under construction"},
		"a list that was constructed and goes on": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpListResult, A: 1, B: 0}, {Op: bytecode.OpListDone, A: 0, B: 1}, {Op: bytecode.OpInt, A: 2}, {Op: bytecode.OpListAppend, A: 1, B: 2}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 is not proven"},
		"a stack that a quotation would see, with a hole": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpCallQuotation, A: 1}, {Op: bytecode.OpExpect, A: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 holds no value"},
		"a hole below a call, which frame.top makes a part of the stack": {bytecode.Func{Open: true, Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpCall, A: 2, B: 0}, {Op: bytecode.OpFrameToTop}, {Op: bytecode.OpConst}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 1 holds no value"},
		"an expect that control comes to from elsewhere": {bytecode.Func{Open: true, Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpJump, C: 1}, {Op: bytecode.OpCallOpen, A: 0, B: 0}, {Op: bytecode.OpExpect, A: 0}, {Op: bytecode.OpReturn},
		}}, "can be reached from the instruction in front only"},
		"a quotation of which expect expects more than it leaves": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpCallQuotation, C: 1}, {Op: bytecode.OpExpect, A: 3}, {Op: bytecode.OpReturn, A: 1},
		}}, "expects another number of values"},
		"a rejoin of a number": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpRejoin, A: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "no isolate has left where the stack starts"},
		"an end on an isolated stack": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpIsolate, A: 1, B: 2}, {Op: bytecode.OpReturn, A: 1},
		}}, "not rejoined"},
		"a start of the stack that is overwritten": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst}, {Op: bytecode.OpIsolate, A: 1, B: 2}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpRejoin, A: 1}, {Op: bytecode.OpReturn, A: 1},
		}}, "is lost"},
		"a frame that cond has moved": {bytecode.Func{Open: true, Code: code{
			{Op: bytecode.OpInt, A: 7}, {Op: bytecode.OpCondStart}, {Op: bytecode.OpCondNext}, {Op: bytecode.OpCondTest, C: -4},
		}}, "goes to cond.next only"},
		"a slot of the frame as one below it": {bytecode.Func{Code: code{
			{Op: bytecode.OpPickDeep, A: 1}, {Op: bytecode.OpConst}, {Op: bytecode.OpReturn, A: 1},
		}}, "not below it"},
		"a choice by what is no Bool": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpConst, A: 2}, {Op: bytecode.OpSelect, A: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 is not proven to be of kind Bool"},
		"a depth that is no Int": {bytecode.Func{Code: code{
			{Op: bytecode.OpConst, A: 0}, {Op: bytecode.OpPickAt, A: 0}, {Op: bytecode.OpReturn, A: 1},
		}}, "slot 0 is not proven to be of kind Int"},
		"what only the VM makes": {bytecode.Func{Code: code{{Op: bytecode.OpHalt}}}, "no instruction of a module"},
	} {
		t.Run(name, func(t *testing.T) { assert.ErrorContains(t, bytecode.Verify(moduleOf(c.f)), c.want) })
	}
}

// What holds in one function depends on others.
func TestVerifyRefusesWhatFunctionsDoTogether(t *testing.T) {
	quotation := func(f bytecode.Func) *bytecode.Module {
		m := moduleOf(bytecode.Func{Code: []bytecode.Instr{{Op: bytecode.OpConst}, {Op: bytecode.OpReturn, A: 1}}})
		f.Name, f.Frame = "<quotation>", 4
		m.Funcs = append(m.Funcs, f)
		return m
	}
	inputs := quotation(bytecode.Func{In: 1, Params: []bytecode.Kind{bytecode.KindInt}, Code: []bytecode.Instr{{Op: bytecode.OpReturn}}})
	inputs.Consts = append(inputs.Consts, bytecode.Const{Kind: bytecode.KindQuotation, Bits: 2})
	assert.ErrorContains(t, bytecode.Verify(inputs), "cannot be called as a quotation", "a constant that trusts its inputs")

	captures := quotation(bytecode.Func{In: 2, Captures: 1, Params: []bytecode.Kind{bytecode.KindInt, bytecode.KindAny}, Code: []bytecode.Instr{{Op: bytecode.OpReturn}}})
	captures.Funcs[1].Code = []bytecode.Instr{{Op: bytecode.OpConst}, {Op: bytecode.OpClosure, B: 2, C: 1}, {Op: bytecode.OpReturn, A: 1}}
	assert.ErrorContains(t, bytecode.Verify(captures), "proves nothing of its inputs", "a closure that trusts what it does not capture")
	captures.Funcs[2].Params = []bytecode.Kind{bytecode.KindAny, bytecode.KindInt}
	assert.ErrorContains(t, bytecode.Verify(captures), "slot 0 is not proven to be of kind Int", "a closure over another kind than it trusts")

	looks := moduleOf(bytecode.Func{In: 1, Code: []bytecode.Instr{{Op: bytecode.OpPickDeep, A: 1, B: 1}, {Op: bytecode.OpReturn, A: 1}}})
	looks.Funcs[0].Code = []bytecode.Instr{{Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpCall, A: 1, B: 1}, {Op: bytecode.OpReturn}}
	assert.ErrorContains(t, bytecode.Verify(looks), "may look at the stack, above slots that hold no values")
	looks.Funcs[0].Code[0].A, looks.Funcs[0].Code[1].A = 0, 0
	assert.NoError(t, bytecode.Verify(looks))

	looks.Funcs[1].Results = []bytecode.Kind{bytecode.KindInt}
	looks.Funcs[1].Code = []bytecode.Instr{{Op: bytecode.OpTail, B: 1}}
	assert.NoError(t, bytecode.Verify(looks), "a callee promises what the function promises")
	looks.Funcs[1].Code = []bytecode.Instr{{Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpTail, A: 1, B: 0}}
	assert.ErrorContains(t, bytecode.Verify(looks), "slot 0 is not proven to be of kind Int", "what lies below a callee that ends the function")
}
