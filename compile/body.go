package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// body compiles statements. In tail position it returns true if control has
// left the function for good at the end of every path.
func (g *generator) body(stmts []syntax.Stmt, tail bool) (ended bool) {
	ends, line := g.ends, 0
	defer func() { g.ends = ends }()
	for i := 0; i < len(stmts); i++ {
		st := &stmts[i]
		last := i == len(stmts)-1
		g.ends = ends && last
		last = last && tail
		switch st.Kind {
		case syntax.StmtQuotation:
			g.literal(st)
		case syntax.StmtMatch:
			g.coverLine(st.Pos, &line)
			ended = g.match(st, last)
		case syntax.StmtIf:
			ended = g.literalIf(st, last)
		case syntax.StmtCond:
			ended = g.literalCond(st, last)
		case syntax.StmtIndex:
			g.coverLine(st.Start(), &line)
			g.literalIndex(st)
		case syntax.StmtCall:
			var dropped bool
			if dropped, ended = g.form(st, last, &line); dropped {
				i++
			}
		default:
			g.coverLine(st.Pos, &line)
			g.value(st)
		}
		if ended {
			return true
		}
	}
	if ends && !g.endsInside(stmts) {
		g.endOf(stmts)
		g.demandResults(g.inlined)
	}
	return false
}

// coverLine notes for coverage that the program comes to the line of a statement, if the
// statement before stands on another one. What is in a quotation counts by itself.
func (g *generator) coverLine(pos int32, line *int) {
	if !g.Cover {
		return
	}
	if here := g.lineOf(pos); here != *line {
		g.cover(bytecode.CoverLine, pos)
		*line = here
	}
}

// value pushes a literal that is no quotation.
func (g *generator) value(st *syntax.Stmt) {
	switch st.Kind {
	case syntax.StmtInt:
		g.push(operand{form: integer, bits: st.Bits})
	case syntax.StmtFloat:
		g.pushConst(bytecode.Const{Kind: bytecode.KindFloat, Bits: st.Bits})
	case syntax.StmtBool:
		g.push(operand{form: boolean, bits: st.Bits})
	case syntax.StmtString:
		g.pushConst(bytecode.Const{Kind: bytecode.KindString, Text: st.Text})
	case syntax.StmtSymbol:
		g.pushConst(bytecode.Const{Kind: bytecode.KindSymbol, Text: st.Text})
	}
}

// form compiles a call with the literals in front of it. dropped tells that the "drop" behind
// it was compiled with it, done that control has left the function for good.
func (g *generator) form(st *syntax.Stmt, last bool, line *int) (dropped, done bool) {
	switch g.callInfo(st).Form {
	case types.FormInline:
		return false, g.inline(st, last)
	case types.FormLoop:
		if literal := &st.Inner[0]; !g.floating && g.plain(g.module, literal.Inner) {
			g.loop(st)
			return false, false
		}
	}
	for i := range st.Inner {
		if literal := &st.Inner[i]; literal.Kind == syntax.StmtQuotation {
			g.literal(literal)
		} else {
			g.coverLine(literal.Pos, line)
			g.value(literal)
		}
	}
	g.coverLine(st.Pos, line)
	return g.call(st, last)
}

// demandResults demands that what lies on top is what the effect of a word declares.
func (g *generator) demandResults(w *types.Word) {
	declared := g.words[w.Index].declared
	g.ensure(len(declared))
	g.demandTop(declared)
}

// endsInside tells whether a body ends in other bodies, which have ends of their own, or in a
// call whose frame takes the place of the word's.
func (g *generator) endsInside(stmts []syntax.Stmt) bool {
	if len(stmts) == 0 {
		return false
	}
	st := &stmts[len(stmts)-1]
	switch st.Kind {
	case syntax.StmtMatch, syntax.StmtIf, syntax.StmtCond:
		return true
	case syntax.StmtCall:
		call := g.callInfo(st)
		if call.Target == types.TargetWord {
			return !g.keepsFrameForTraceback(g.info.Words[call.Index])
		}
		return call.Form == types.FormInline && st.Text == "call"
	}
	return false
}

// endOf sets the current place to the end of a body: that of its last statement, under the name of the
// word. That of an empty body is where it stands.
func (g *generator) endOf(stmts []syntax.Stmt) {
	pos, w := g.around, g.word
	if len(stmts) > 0 {
		pos = stmts[len(stmts)-1].Pos
	}
	if g.inlined != nil {
		w = g.inlined
	}
	g.at(pos, w.Decl.Name.Text)
}

func (g *generator) pushConst(k bytecode.Const) {
	g.push(operand{form: pooled, index: g.constant(k)})
}

// finish ends a function that runs off the end of a body: the results go to the first
// slots. Those of a word are demanded to be what its effect declares. Where a call ends
// the body, other code stands in its place, and callers look at the results as they do
// behind a call.
func (g *generator) finish(body []syntax.Stmt) {
	g.endOf(body)
	if g.facts != nil && !g.facts.leaky && !g.endsInside(body) {
		if g.floating {
			g.ensure(len(g.outs))
		}
		g.demandOuts(g.outs, 0)
	}
	g.layOut()
	g.emit(bytecode.OpReturn, int32(len(g.stack)), 0, 0)
}

// demandOuts demands that the values which stay as results of a word are what its effect
// declares. The topmost results are not there yet if skip is not 0: the call that
// follows leaves them.
func (g *generator) demandOuts(outs []bytecode.Kind, skip int) {
	outs = outs[:max(len(outs)-skip, 0)]
	missing := max(len(outs)-len(g.stack), 0) // they lie below the frame
	g.demandTop(outs[missing:])
}

// layOut puts the stack in order: value i in slot i. Only then is the stack in
// memory the stack of the program.
func (g *generator) layOut() {
	g.straighten()
	var moves []parallel
	for i, o := range g.stack {
		if want := (operand{form: slot, index: int32(i)}); o != want {
			g.release(o)
			moves = append(moves, parallel{dst: want.index, src: o})
			g.stack[i] = want
		}
	}
	g.place(moves)
}

// observed prepares a call that may look at the whole stack: values of the aux
// stack leave the frame and the stack is laid out in order. The function
// returned brings them back behind the call.
func (g *generator) observed() (restore func()) {
	g.straighten()
	var saved []int
	for i, o := range g.aux {
		if o.form == slot {
			g.emit(bytecode.OpAuxPush, o.index, 0, 0)
			g.release(o)
			saved = append(saved, i)
		}
	}
	kinds := make([]bytecode.Kind, len(saved)) // aux.pop looks at them: it must not stop a program that nobody asked for a kind
	for i, at := range saved {
		if k := g.kinds[g.aux[at].index]; !k.trusted {
			kinds[i] = k.kind
		}
	}
	g.layOut()
	return func() {
		for i := len(saved) - 1; i >= 0; i-- {
			s := g.alloc(int32(len(g.stack) + i))
			g.emit(bytecode.OpAuxPop, s, int32(kinds[i]), 0)
			g.uses[s]++
			g.kinds[s] = proven(kinds[i])
			g.aux[saved[i]] = operand{form: slot, index: s}
		}
	}
}

// replace takes n laid-out values off the stack and pushes m unproven results
// in their place, as a call of a quotation does.
func (g *generator) replace(n, m int) {
	for i := 0; i < n; i++ {
		g.release(g.pop())
	}
	for i := 0; i < m; i++ {
		g.pushPlace(bytecode.KindAny)
	}
}

// pushPlace pushes the value that lies in its place of the laid-out stack.
func (g *generator) pushPlace(k bytecode.Kind) {
	s := int32(len(g.stack))
	g.touch(s)
	g.uses[s]++
	g.kinds[s] = proven(k)
	g.push(operand{form: slot, index: s})
}

// float forgets the stack: its height is not known here. What lies below is
// reached for when it is needed.
func (g *generator) float() {
	for len(g.stack) > 0 {
		g.release(g.pop())
	}
	for i := range g.uses {
		g.uses[i] = 0
	}
	g.floating = true
	g.block = len(g.code)
}

// resize is for behind a call that may have changed everything but the height:
// so many unproven values lie in their places.
func (g *generator) resize(height int) {
	for len(g.stack) > 0 {
		g.release(g.pop())
	}
	for len(g.stack) < height {
		g.pushPlace(bytecode.KindAny)
	}
}

// arguments moves the top n values to consecutive slots, from which a call can
// take them, and returns the first. above says that the call needs all slots
// above its arguments; room is how many slots from the first on it writes.
func (g *generator) arguments(n, room int, above bool) int32 {
	return g.argumentsFor(n, room, above, 0)
}

// argumentsFor is arguments for a word that only looks at the first borrowed ones.
func (g *generator) argumentsFor(n, room int, above bool, borrowed int) int32 {
	g.ensure(n)
	for i := range n {
		if o := g.stack[len(g.stack)-n+i]; o.form == virtual {
			g.materialize(o)
		}
	}
	args := g.stack[len(g.stack)-n:]
	for _, o := range args {
		g.release(o)
	}
	if above {
		g.dropTokensAbove()
	}
	top := g.highest()
	first := top + 1
	if at, ok := inPlace(args); ok && g.free(at, int32(max(n, room))) && (!above || at > top) {
		first = at
	}
	g.touch(first + int32(max(n, room, 1)) - 1)
	moves := make([]parallel, 0, 8)
	for i, o := range args {
		if dst := first + int32(i); o.form != slot || o.index != dst {
			moves = append(moves, parallel{dst: dst, src: o, borrow: i < borrowed})
		} else {
			g.uses[dst]++ // it lies in its place and must stay there
		}
	}
	if len(moves) > 0 {
		g.moveAll(moves)
	}
	for i := range args {
		g.uses[first+int32(i)] = 0
	}
	g.stack = g.stack[:len(g.stack)-n]
	return first
}

// highest is the highest slot in use; -1 if there is none.
func (g *generator) highest() int32 {
	top := int32(len(g.uses)) - 1
	for top >= 0 && g.uses[top] == 0 {
		top--
	}
	return top
}

// inPlace tells whether operands lie in consecutive slots, each named once.
func inPlace(args []operand) (first int32, ok bool) {
	for i, o := range args {
		if o.form != slot || o.index != args[0].index+int32(i) {
			return 0, false
		}
	}
	if len(args) == 0 {
		return 0, false
	}
	return args[0].index, true
}

// free tells whether nothing needs the n slots from first on.
func (g *generator) free(first, n int32) bool {
	for s := first; s < first+n && s < int32(len(g.uses)); s++ {
		if g.uses[s] > 0 {
			return false
		}
	}
	return true
}

// results pushes the results of a call that lie from slot first on.
func (g *generator) results(first int32, kinds []bytecode.Kind) {
	for i, k := range kinds {
		s := first + int32(i)
		g.touch(s)
		g.uses[s]++
		g.kinds[s] = proven(k)
		g.push(operand{form: slot, index: s})
	}
}

// literal pushes a quotation literal: a constant, or a closure over the values
// on top of the stack.
func (g *generator) literal(st *syntax.Stmt) {
	info := g.info.Quotations[g.module][st.ID]
	n := int(info.Captures)
	g.ensure(n)
	if info.Reversed {
		slices.Reverse(g.stack[len(g.stack)-n:])
	}
	captured := make([]bytecode.Kind, n)
	for i := range captured {
		if o := g.stack[len(g.stack)-n+i]; !g.trusted(o) { // what runs the quotation cannot know better
			captured[i] = g.kind(o)
		}
	}
	f := g.quotation(st, captured)
	if n == 0 && !info.Closure {
		g.pushConst(bytecode.Const{Kind: bytecode.KindQuotation, Bits: uint64(f)})
		return
	}
	g.at(st.Pos, g.word.Decl.Name.Text)
	first := g.arguments(n, 1, false)
	g.emit(bytecode.OpClosure, first, f, int32(n))
	g.results(first, []bytecode.Kind{bytecode.KindQuotation})
}

// literalIndex compiles pick or roll behind its literal index.
func (g *generator) literalIndex(st *syntax.Stmt) {
	depth := int(st.Index())
	g.at(st.Pos, st.Text)
	if st.Text == "pick" {
		if missing := depth + 1 - len(g.stack); missing > 0 && !g.floating {
			restore := g.observed()
			s := g.result(bytecode.KindAny)
			g.emit(bytecode.OpPickDeep, s, int32(missing), 0)
			restore()
			return
		}
		g.ensure(depth + 1)
		o := g.stack[len(g.stack)-1-depth]
		g.retain(o)
		g.push(o)
		return
	}
	g.ensure(depth + 1)
	at := len(g.stack) - 1 - depth
	o := g.stack[at]
	copy(g.stack[at:], g.stack[at+1:])
	g.stack[len(g.stack)-1] = o
}

// inline compiles literal quotations right into the word that runs them.
func (g *generator) inline(st *syntax.Stmt, tail bool) bool {
	g.at(st.Pos, st.Text)
	first := st.Inner[0].Inner
	if st.Text == "call" {
		if tail || g.ends {
			g.emit(bytecode.OpTailGone, 0, 0, 0)
		}
		g.around = st.Pos
		return g.body(first, tail) || tail && g.end(first)
	}
	g.ends = false
	switch st.Text {
	case "dip":
		g.aux = append(g.aux, g.pop())
		g.body(first, false)
		g.unhide()
	case "keep":
		g.hideCopy()
		g.body(first, false)
		g.unhide()
	case "bi":
		g.hideCopy()
		g.body(first, false)
		g.unhide()
		g.body(st.Inner[1].Inner, false)
	}
	return false
}

// hideCopy puts a copy of the top value out of sight of the body that follows;
// unhide brings it back on top.
func (g *generator) hideCopy() {
	g.ensure(1)
	o := g.stack[len(g.stack)-1]
	g.retain(o)
	g.aux = append(g.aux, o)
}

func (g *generator) unhide() {
	g.push(g.aux[len(g.aux)-1])
	g.aux = g.aux[:len(g.aux)-1]
}

func (g *generator) callInfo(st *syntax.Stmt) *types.Call { return &g.info.Calls[g.module][st.ID] }
