package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// helper is a built-in word written in bytecode, because it runs quotations: it
// is a frame of the VM like any other, so strands and weaves can stop inside.
type helper struct {
	in, out int
	open    bool
	kinds   []bytecode.Kind // of the results
	code    []bytecode.Instr
	words   []string // that its builtin instructions name, by index
}

// helpers are the built-ins of this kind.
var helpers = map[string]helper{
	"list.each":   traversal{in: 2, parts: 1}.helper(),
	"list.map":    traversal{in: 2, parts: 1, leaves: 1, collects: true}.helper(),
	"list.filter": traversal{in: 2, parts: 1, leaves: 1, collects: true, selects: true}.helper(),
	"list.fold":   traversal{in: 3, parts: 1, leaves: 1}.helper(),
	"map.each":    traversal{in: 2, parts: 2}.helper(),
	"map.fold":    traversal{in: 3, parts: 2, leaves: 1}.helper(),

	"file.for-each-line": forEachLine(),
	"cond": {open: true, code: []bytecode.Instr{
		{Op: bytecode.OpCondStart},
		{Op: bytecode.OpCondNext},
		{Op: bytecode.OpCondTest, C: 1},
	}},
}

// traversal is a word that runs a quotation for each element of a list or each
// entry of a map.
type traversal struct {
	in       int  // inputs: the collection, an accumulator if there are 3, the quotation
	parts    int  // what each round takes from the collection: an element, or key and value
	leaves   int  // what the quotation leaves
	collects bool // what it leaves makes a new list
	selects  bool // it leaves a Bool: whether the element goes into the new list
}

// helper generates the code of a traversal. The inputs stay where they are: errors show
// them. Slots: the inputs, then the index,
// the length, the start of the stack before, the result, the element, and then
// the window in which the quotation runs, on a stack of its own.
func (t traversal) helper() helper {
	const collection, accumulator = 0, 1
	in := int32(t.in)
	quotation, index, length, before, result, element, window := in-1, in, in+1, in+2, in+3, in+4, in+5
	var code []bytecode.Instr
	emit := func(op bytecode.Op, a, b, c int32) int {
		code = append(code, bytecode.Instr{Op: op, A: a, B: b, C: c})
		return len(code) - 1
	}
	here := func() int32 { return int32(len(code)) }

	source := int32(collection)
	if t.parts == 2 { // the list of the map's keys and values
		source = result // there is no other
		emit(bytecode.OpMapEntries, source, collection, 0)
	}
	emit(bytecode.OpListLength, length, source, 0)
	emit(bytecode.OpCheck, quotation, int32(bytecode.KindQuotation), 0) // also where there is nothing to run it for
	emit(bytecode.OpInt, index, 0, 0)
	if t.collects {
		emit(bytecode.OpListResult, result, collection, 0)
	}
	emit(bytecode.OpIsolate, before, window, 0)
	round := here()
	leave := emit(bytecode.OpJumpIntLe, length, index, 0)
	top := window
	if t.in == 3 {
		emit(bytecode.OpMove, top, accumulator, 0)
		top++
	}
	for range t.parts {
		emit(bytecode.OpListElement, element, source, index)
		emit(bytecode.OpIntAddImm, index, index, 1)
		emit(bytecode.OpMove, top, element, 0)
		top++
	}
	emit(bytecode.OpMove, top, quotation, 0)
	emit(bytecode.OpCallQuotation, top, top-window, int32(t.leaves))
	emit(bytecode.OpExpect, window+int32(t.leaves), 0, 0)
	switch {
	case t.selects:
		emit(bytecode.OpCheck, window, int32(bytecode.KindBool), 0)
		skip := emit(bytecode.OpJumpFalse, window, 0, 0)
		emit(bytecode.OpListAppend, result, element, 0)
		code[skip].C = here()
	case t.collects:
		emit(bytecode.OpListAppend, result, window, 0)
	case t.in == 3:
		emit(bytecode.OpMove, accumulator, window, 0)
	}
	emit(bytecode.OpJumpBack, 0, 0, round)
	code[leave].C = here()
	emit(bytecode.OpRejoin, before, 0, 0)

	h := helper{in: t.in}
	switch {
	case t.collects:
		emit(bytecode.OpListDone, 0, result, 0)
		h.kinds = []bytecode.Kind{bytecode.KindVariant}
	case t.in == 3:
		emit(bytecode.OpMove, 0, accumulator, 0)
		h.kinds = []bytecode.Kind{bytecode.KindAny}
	}
	h.out = len(h.kinds)
	emit(bytecode.OpReturn, int32(h.out), 0, 0)
	h.code = code
	return h
}

// forEachLine generates the code of file.for-each-line. Slots: path, quotation,
// the start of the stack before, the lines, and then the window in which the
// quotation runs, on a stack of its own. Others get a turn after each line.
func forEachLine() helper {
	const path, quotation, before, lines, window = 0, 1, 2, 3, 4
	const open, next, yield = 0, 1, 2
	const round, end = 4, 12
	return helper{
		in: 2, out: 1, kinds: []bytecode.Kind{bytecode.KindBool}, words: []string{"%file.lines", "%file.line", "chan.yield"},
		code: []bytecode.Instr{
			{Op: bytecode.OpCheck, A: quotation, B: int32(bytecode.KindQuotation)},
			{Op: bytecode.OpMove, A: lines, B: path},
			{Op: bytecode.OpBuiltin, A: lines, B: open},
			{Op: bytecode.OpIsolate, A: before, B: window},
			{Op: bytecode.OpMove, A: window, B: lines}, // round
			{Op: bytecode.OpBuiltin, A: window, B: next},
			{Op: bytecode.OpJumpIntNeImm, A: window + 1, B: 1, C: end},
			{Op: bytecode.OpMove, A: window + 1, B: quotation},
			{Op: bytecode.OpCallQuotation, A: window + 1, B: 1},
			{Op: bytecode.OpExpect, A: window},
			{Op: bytecode.OpBuiltin, A: window, B: yield},
			{Op: bytecode.OpJumpBack, C: round},
			{Op: bytecode.OpIntEqImm, A: path, B: window + 1, C: 0}, // end
			{Op: bytecode.OpRejoin, A: before},
			{Op: bytecode.OpReturn, A: 1},
		},
	}
}

// helper returns the function of a helper, which is added to the module once.
func (c *compiler) helper(name string) int32 {
	if f, ok := c.helpers[name]; ok {
		return f
	}
	h := helpers[name]
	code := slices.Clone(h.code)
	for i := range code {
		if in := &code[i]; in.Op == bytecode.OpBuiltin {
			index, _ := c.table.Lookup(h.words[in.B])
			in.B = c.builtin(index)
		}
	}
	relativeJumps(code)
	f := c.add(bytecode.Func{
		Name: name, File: -1, In: int32(h.in), Out: int32(h.out), Frame: c.frameOf(code), Open: h.open, Results: h.kinds, Code: code,
		Lines: []bytecode.Line{{Name: c.name(name)}},
	})
	c.helpers[name] = f
	return f
}

// helperAt returns the name of the helper that a function is; "" if it is none.
func (c *compiler) helperAt(f int32) string {
	for name, at := range c.helpers {
		if at == f {
			return name
		}
	}
	return ""
}

// isolated tells whether a function is a helper that runs quotations on a stack of its own.
func (c *compiler) isolated(f int32) bool {
	name := c.helperAt(f)
	return name != "" && !helpers[name].open
}

// frameOf is how many slots code needs.
func (c *compiler) frameOf(code []bytecode.Instr) int32 {
	n := int32(1)
	for _, in := range code {
		reads, writes := bytecode.Effects(c.mod, in)
		for _, r := range slices.Concat(reads.Runs(), writes.Runs()) {
			if r.End != bytecode.NoEnd {
				n = max(n, r.End)
			}
		}
	}
	return n
}

// callHelper calls a helper that is closed and sees no stack but its own.
func (g *generator) callHelper(name string, h helper, borrows bool) {
	f := g.helper(name)
	var looks params
	if borrows {
		looks = 1 // the collection
	}
	first := g.argumentsFor(h.in, h.out, true, looks)
	g.emit(bytecode.OpCall, first, f, 0)
	g.results(first, h.kinds)
}
