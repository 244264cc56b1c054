package compile

import "github.com/seqvm/seqvm/bytecode"

// helper is a built-in word written in bytecode, because it runs quotations: it
// is a frame of the VM like any other, so strands and weaves can stop inside.
type helper struct {
	in, out int
	open    bool
	kinds   []bytecode.Kind // of the results
	code    []bytecode.Instr
}

// helpers are the built-ins of this kind. Slots: the arguments, then the
// helper's own, then the window of the quotation's arguments.
var helpers = map[string]helper{
	// ( L [ T -- ] -- ): 0 list, 1 quotation, 2 index, 3 length, 4 old base
	"list.each": {in: 2, out: 0, code: []bytecode.Instr{
		{Op: bytecode.OpListLength, A: 3, B: 0},
		{Op: bytecode.OpInt, A: 2, B: 0},
		{Op: bytecode.OpIsolate, A: 4, B: 5},
		{Op: bytecode.OpJumpIntLe, A: 3, B: 2, C: 10},
		{Op: bytecode.OpListElement, A: 5, B: 0, C: 2},
		{Op: bytecode.OpMove, A: 6, B: 1},
		{Op: bytecode.OpCallQuotation, A: 6, B: 1, C: 0},
		{Op: bytecode.OpExpect, A: 5},
		{Op: bytecode.OpIntAddImm, A: 2, B: 2, C: 1},
		{Op: bytecode.OpJumpBack, C: 3},
		{Op: bytecode.OpRejoin, A: 4},
		{Op: bytecode.OpReturn, A: 0},
	}},
	// ( L [ T -- U ] -- L ): 5 result
	"list.map": {in: 2, out: 1, kinds: []bytecode.Kind{bytecode.KindVariant}, code: []bytecode.Instr{
		{Op: bytecode.OpListLength, A: 3, B: 0},
		{Op: bytecode.OpInt, A: 2, B: 0},
		{Op: bytecode.OpListResult, A: 5, B: 0},
		{Op: bytecode.OpIsolate, A: 4, B: 6},
		{Op: bytecode.OpJumpIntLe, A: 3, B: 2, C: 12},
		{Op: bytecode.OpListElement, A: 6, B: 0, C: 2},
		{Op: bytecode.OpMove, A: 7, B: 1},
		{Op: bytecode.OpCallQuotation, A: 7, B: 1, C: 1},
		{Op: bytecode.OpExpect, A: 7},
		{Op: bytecode.OpListAppend, A: 5, B: 6},
		{Op: bytecode.OpIntAddImm, A: 2, B: 2, C: 1},
		{Op: bytecode.OpJumpBack, C: 4},
		{Op: bytecode.OpRejoin, A: 4},
		{Op: bytecode.OpListDone, A: 0, B: 5},
		{Op: bytecode.OpReturn, A: 1},
	}},
	// ( L [ T -- Bool ] -- L ): 5 result
	"list.filter": {in: 2, out: 1, kinds: []bytecode.Kind{bytecode.KindVariant}, code: []bytecode.Instr{
		{Op: bytecode.OpListLength, A: 3, B: 0},
		{Op: bytecode.OpInt, A: 2, B: 0},
		{Op: bytecode.OpListResult, A: 5, B: 0},
		{Op: bytecode.OpIsolate, A: 4, B: 6},
		{Op: bytecode.OpJumpIntLe, A: 3, B: 2, C: 15},
		{Op: bytecode.OpListElement, A: 6, B: 0, C: 2},
		{Op: bytecode.OpMove, A: 7, B: 1},
		{Op: bytecode.OpCallQuotation, A: 7, B: 1, C: 1},
		{Op: bytecode.OpExpect, A: 7},
		{Op: bytecode.OpCheck, A: 6, B: int32(bytecode.KindBool)},
		{Op: bytecode.OpJumpFalse, A: 6, C: 13},
		{Op: bytecode.OpListElement, A: 6, B: 0, C: 2},
		{Op: bytecode.OpListAppend, A: 5, B: 6},
		{Op: bytecode.OpIntAddImm, A: 2, B: 2, C: 1},
		{Op: bytecode.OpJumpBack, C: 4},
		{Op: bytecode.OpRejoin, A: 4},
		{Op: bytecode.OpListDone, A: 0, B: 5},
		{Op: bytecode.OpReturn, A: 1},
	}},
	// ( L Acc [ Acc T -- Acc ] -- Acc ): 0 list, 1 accumulator, 2 quotation,
	// 3 index, 4 length, 5 old base
	"list.fold": {in: 3, out: 1, kinds: []bytecode.Kind{bytecode.KindAny}, code: []bytecode.Instr{
		{Op: bytecode.OpListLength, A: 4, B: 0},
		{Op: bytecode.OpInt, A: 3, B: 0},
		{Op: bytecode.OpIsolate, A: 5, B: 6},
		{Op: bytecode.OpJumpIntLe, A: 4, B: 3, C: 12},
		{Op: bytecode.OpMove, A: 6, B: 1},
		{Op: bytecode.OpListElement, A: 7, B: 0, C: 3},
		{Op: bytecode.OpMove, A: 8, B: 2},
		{Op: bytecode.OpCallQuotation, A: 8, B: 2, C: 1},
		{Op: bytecode.OpExpect, A: 7},
		{Op: bytecode.OpMove, A: 1, B: 6},
		{Op: bytecode.OpIntAddImm, A: 3, B: 3, C: 1},
		{Op: bytecode.OpJumpBack, C: 3},
		{Op: bytecode.OpRejoin, A: 5},
		{Op: bytecode.OpMove, A: 0, B: 1},
		{Op: bytecode.OpReturn, A: 1},
	}},
	// ( M [ K V -- ] -- ): slot 0 becomes the list of keys and values
	"map.each": {in: 2, out: 0, code: []bytecode.Instr{
		{Op: bytecode.OpMapEntries, A: 0, B: 0},
		{Op: bytecode.OpListLength, A: 3, B: 0},
		{Op: bytecode.OpInt, A: 2, B: 0},
		{Op: bytecode.OpIsolate, A: 4, B: 5},
		{Op: bytecode.OpJumpIntLe, A: 3, B: 2, C: 13},
		{Op: bytecode.OpListElement, A: 5, B: 0, C: 2},
		{Op: bytecode.OpIntAddImm, A: 2, B: 2, C: 1},
		{Op: bytecode.OpListElement, A: 6, B: 0, C: 2},
		{Op: bytecode.OpIntAddImm, A: 2, B: 2, C: 1},
		{Op: bytecode.OpMove, A: 7, B: 1},
		{Op: bytecode.OpCallQuotation, A: 7, B: 2, C: 0},
		{Op: bytecode.OpExpect, A: 5},
		{Op: bytecode.OpJumpBack, C: 4},
		{Op: bytecode.OpRejoin, A: 4},
		{Op: bytecode.OpReturn, A: 0},
	}},
	// ( M Acc [ Acc K V -- Acc ] -- Acc )
	"map.fold": {in: 3, out: 1, kinds: []bytecode.Kind{bytecode.KindAny}, code: []bytecode.Instr{
		{Op: bytecode.OpMapEntries, A: 0, B: 0},
		{Op: bytecode.OpListLength, A: 4, B: 0},
		{Op: bytecode.OpInt, A: 3, B: 0},
		{Op: bytecode.OpIsolate, A: 5, B: 6},
		{Op: bytecode.OpJumpIntLe, A: 4, B: 3, C: 15},
		{Op: bytecode.OpMove, A: 6, B: 1},
		{Op: bytecode.OpListElement, A: 7, B: 0, C: 3},
		{Op: bytecode.OpIntAddImm, A: 3, B: 3, C: 1},
		{Op: bytecode.OpListElement, A: 8, B: 0, C: 3},
		{Op: bytecode.OpIntAddImm, A: 3, B: 3, C: 1},
		{Op: bytecode.OpMove, A: 9, B: 2},
		{Op: bytecode.OpCallQuotation, A: 9, B: 3, C: 1},
		{Op: bytecode.OpExpect, A: 7},
		{Op: bytecode.OpMove, A: 1, B: 6},
		{Op: bytecode.OpJumpBack, C: 4},
		{Op: bytecode.OpRejoin, A: 5},
		{Op: bytecode.OpMove, A: 0, B: 1},
		{Op: bytecode.OpReturn, A: 1},
	}},
	"cond": {open: true, code: []bytecode.Instr{
		{Op: bytecode.OpCondStart},
		{Op: bytecode.OpCondNext},
		{Op: bytecode.OpCondTest, C: 1},
	}},
}

// helper returns the function of a helper, which is added to the module once.
func (c *compiler) helper(name string) int32 {
	if f, ok := c.helpers[name]; ok {
		return f
	}
	h := helpers[name]
	frame := int32(1)
	for _, in := range h.code {
		if in.Op == bytecode.OpIsolate {
			frame = in.B + 4
		}
	}
	f := int32(len(c.mod.Funcs))
	c.mod.Funcs = append(c.mod.Funcs, bytecode.Func{
		Name: name, File: -1, In: int32(h.in), Out: int32(h.out), Frame: frame, Open: h.open, Results: h.kinds, Code: seal(append([]bytecode.Instr(nil), h.code...)),
		Lines: []bytecode.Line{{Name: c.name(name)}},
	})
	c.helpers[name] = f
	return f
}

// callHelper calls a helper that is closed and sees no stack but its own.
func (g *generator) callHelper(name string, h helper) {
	f := g.helper(name)
	first := g.arguments(h.in, h.out, true)
	g.emit(bytecode.OpCall, first, f, 0)
	g.results(first, h.kinds)
}
