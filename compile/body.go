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
		if g.Plain {
			g.begin(st)
		}
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

// coverLine notes for coverage and profiles that the program comes to the line of a statement, if the
// statement before stands on another one. What is in a quotation counts by itself.
func (g *generator) coverLine(pos int32, line *int) {
	if !g.Cover && !g.Profile {
		return
	}
	if here := g.lineOf(pos); here != *line {
		if *line != 0 {
			g.lookForProfile() // it belongs to the line that ends
		}
		g.cover(bytecode.CoverLine, pos)
		*line = here
	}
}

// value pushes a literal that is no quotation.
func (g *generator) value(st *syntax.Stmt) {
	switch st.Kind {
	case syntax.StmtInt:
		g.push(operand{form: integer, bits: st.Bits()})
	case syntax.StmtFloat:
		g.pushConst(bytecode.Const{Kind: bytecode.KindFloat, Bits: st.Bits()})
	case syntax.StmtBool:
		g.push(operand{form: boolean, bits: st.Bits()})
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
		if literal := &st.Inner[0]; !g.Plain && !g.floating && g.plain(g.module, literal.Inner) {
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
		return call.Form == types.FormInline && onlyRuns(g.signature(call).Combinator)
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
	if g.signature(g.callInfo(st)).Special == types.Pick {
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

func (g *generator) callInfo(st *syntax.Stmt) *types.Call { return &g.info.Calls[g.module][st.ID] }

// signature is what the table says of the built-in word that a statement calls.
func (g *generator) signature(call *types.Call) *types.Signature {
	return g.table.Signature(call.Index)
}
