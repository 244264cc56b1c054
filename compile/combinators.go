package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// onlyRuns tells whether a combinator does nothing but run a quotation: then that stands where the
// combinator does, in tail position too.
func onlyRuns(k *types.Combinator) bool { return len(k.Order) == 1 }

// inline compiles literal quotations right into the word that runs them.
func (g *generator) inline(st *syntax.Stmt, tail bool) bool {
	g.at(st.Pos, st.Text)
	k := g.signature(g.callInfo(st)).Combinator
	if onlyRuns(k) {
		if tail || g.ends {
			g.emit(bytecode.OpTailGone, 0, 0, 0)
		}
		g.around = st.Pos
		body := st.Inner[0].Inner
		return g.body(body, tail) || tail && g.end(body)
	}
	g.ends = false
	h := g.hide(k, k.Values)
	for i := range k.Order {
		if n, ok := k.Quotation(k.Order[i]); ok {
			g.body(st.Inner[n].Inner, false)
			continue
		}
		h.bringBack(i)
	}
	return false
}

// combine compiles a combinator of quotations that are not literals.
func (g *generator) combine(k *types.Combinator, call *types.Call, last bool) bool {
	if onlyRuns(k) {
		return g.runQuotation(call.Known, int(call.In), int(call.Out), last)
	}
	heights := [...][2]int32{{call.In, call.Out}, {call.In2, call.Out2}}
	inputs := k.Values + k.Quotations
	if k.Quotations > 1 { // that of each is demanded before the first one runs
		g.ensure(k.Quotations)
		g.demandTop(slices.Repeat([]bytecode.Kind{bytecode.KindQuotation}, k.Quotations))
	}
	h := g.hide(k, inputs)
	for i, input := range k.Order {
		h.bringBack(i)
		if n, ok := k.Quotation(input); ok {
			g.runQuotation(call.Known, int(heights[n][0]), int(heights[n][1]), false)
		}
	}
	return false
}

// hidden are the inputs of a combinator, out of sight of the quotations that run: in order of
// their numbers on the aux stack, from bottom on, those that are still wanted.
type hidden struct {
	g      *generator
	k      *types.Combinator
	bottom int
	left   []int // the numbers of the inputs that are there
}

// hide takes the first n inputs of a combinator off the stack; the others are literals.
func (g *generator) hide(k *types.Combinator, n int) *hidden {
	g.ensure(n)
	h := &hidden{g: g, k: k, bottom: len(g.aux)}
	for i := range n {
		h.left = append(h.left, i)
	}
	g.aux = append(g.aux, g.stack[len(g.stack)-n:]...)
	g.stack = g.stack[:len(g.stack)-n]
	return h
}

// bringBack pushes the input that a step of the combinator's order names: a copy, if a later
// step names it as well.
func (h *hidden) bringBack(step int) {
	g, input := h.g, h.k.Order[step]
	at := slices.Index(h.left, input)
	o := g.aux[h.bottom+at]
	g.push(o)
	if slices.Contains(h.k.Order[step+1:], input) {
		g.retain(o)
		return
	}
	g.aux = slices.Delete(g.aux, h.bottom+at, h.bottom+at+1)
	h.left = slices.Delete(h.left, at, at+1)
}
