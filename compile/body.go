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
	run, line := 0, 0
	ends := g.ends
	upTo := func(i int) (last bool) {
		g.ends = ends && i == len(stmts)-1
		return tail && i == len(stmts)-1
	}
	defer func() { g.ends = ends }()
	for i := 0; i < len(stmts); i++ {
		st := &stmts[i]
		last := upTo(i)
		if g.Cover && st.Kind != syntax.StmtQuotation { // what is in it counts
			if here := g.lineOf(st.Pos); here != line {
				g.cover(bytecode.CoverLine, st.Pos)
				line = here
			}
		}
		switch st.Kind {
		case syntax.StmtInt:
			if syntax.LiteralIndex(stmts, i) {
				i++
				g.literalIndex(&stmts[i])
				continue
			}
			g.push(operand{form: integer, bits: st.Bits})
		case syntax.StmtFloat:
			g.pushConst(bytecode.Const{Kind: bytecode.KindFloat, Bits: st.Bits})
		case syntax.StmtBool:
			g.push(operand{form: boolean, bits: st.Bits})
		case syntax.StmtString:
			g.pushConst(bytecode.Const{Kind: bytecode.KindString, Text: st.Text})
		case syntax.StmtSymbol:
			g.pushConst(bytecode.Const{Kind: bytecode.KindSymbol, Text: st.Text})
		case syntax.StmtMatch:
			if g.match(st, last) {
				return true
			}
		case syntax.StmtCall:
			dropped := i+1 < len(stmts) && stmts[i+1].Kind == syntax.StmtCall && stmts[i+1].Text == "drop"
			n, done := g.call(st, last, dropped)
			if done {
				return true
			}
			i += n
		case syntax.StmtQuotation:
			if syntax.LiteralIf(stmts, i) {
				g.at(stmts[i+2].Pos, "if")
				if g.literalIf(&stmts[i], &stmts[i+1], &stmts[i+2], upTo(i+2)) {
					return true
				}
				i += 2
				continue
			}
			if i >= run {
				run = syntax.QuotationRun(stmts, i)
			}
			if n := syntax.LiteralCond(stmts, i, run); n > 0 {
				if g.literalCond(stmts[i:run], &stmts[run+1], upTo(run+1)) {
					return true
				}
				i = run + 1
				continue
			}
			if n := g.runsHere(g.module, stmts, i); n > 0 {
				i += n
				if g.inline(stmts[i-n:i], &stmts[i], upTo(i)) {
					return true
				}
				continue
			}
			if g.loopAhead(stmts, i) {
				i++
				g.loop(st, &stmts[i])
				continue
			}
			g.literal(st)
		}
	}
	if ends && !g.endsInside(stmts) {
		g.endOf(stmts)
		g.demandResults(g.inlined)
	}
	return false
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
	if st.Kind == syntax.StmtMatch {
		return true
	}
	if st.Kind != syntax.StmtCall {
		return false
	}
	switch call := g.callInfo(st); call.Target {
	case types.TargetWord:
		return !g.blamed(g.info.Words[call.Index])
	case types.TargetBuiltin:
		n := len(stmts) - 1
		switch st.Text {
		case "if", "cond":
			return call.Literal
		case "call":
			return n > 0 && g.runsHere(g.module, stmts, n-1) == 1
		}
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
		if o := g.stack[len(g.stack)-n+i]; o.form == unmade {
			g.realize(o)
		}
	}
	args := g.stack[len(g.stack)-n:]
	for _, o := range args {
		g.release(o)
	}
	if above {
		g.dropHusksAbove()
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
	call := &g.info.Calls[g.module][st.ID]
	depth := int(call.Depth)
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
func (g *generator) inline(quotations []syntax.Stmt, runner *syntax.Stmt, tail bool) bool {
	g.at(runner.Pos, runner.Text)
	if runner.Text == "call" {
		if tail || g.ends {
			g.emit(bytecode.OpTailGone, 0, 0, 0)
		}
		g.around = runner.Pos
		return g.body(quotations[0].Block, tail) || tail && g.end(quotations[0].Block)
	}
	g.ends = false
	switch runner.Text {
	case "dip":
		g.aux = append(g.aux, g.pop())
		g.body(quotations[0].Block, false)
		g.unhide()
	case "keep":
		g.hideCopy()
		g.body(quotations[0].Block, false)
		g.unhide()
	case "bi":
		g.hideCopy()
		g.body(quotations[0].Block, false)
		g.unhide()
		g.body(quotations[1].Block, false)
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
