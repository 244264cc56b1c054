package lint

import (
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// call runs a call.
func (w *walker) call(st *syntax.Stmt) {
	c := flaggedBehind(w.info, &w.calls[st.ID])
	switch c.Target {
	case types.TargetMake:
		w.takes(st, len(w.info.Variants[c.Index].Fields))
		w.push(unknown)
	case types.TargetIs, types.TargetAccess:
		w.takes(st, 1)
		w.push(unknown)
	case types.TargetBuiltin:
		w.builtin(st, c)
	case types.TargetWord:
		w.userWord(st, c)
	}
}

// flaggedBehind returns the call of the built-in word that the call of a supplied module's
// word comes to, if that is all the word does and the built-in leaves a flag: programs
// see no difference. It returns any other call as it is.
func flaggedBehind(info *types.Info, c *types.Call) *types.Call {
	if c.Target != types.TargetWord {
		return c
	}
	w := info.Words[c.Index]
	body := w.Decl.Body
	if !info.Program.Modules[w.Module].Supplied || len(body) != 1 || body[0].Kind != syntax.StmtCall {
		return c
	}
	if inner := &info.Calls[w.Module][body[0].ID]; inner.Target == types.TargetBuiltin && info.Builtins.Signature(inner.Index).Flag != "" {
		return inner
	}
	return c
}

// takes pops the arguments of a call and notes what gets them.
func (w *walker) takes(st *syntax.Stmt, n int) []*value {
	args := w.popN(n)
	w.visited(st, args...)
	for _, v := range args {
		w.consume(v)
	}
	return args
}

func (w *walker) builtin(st *syntax.Stmt, c *types.Call) {
	word := w.table.Signature(c.Index)
	if word.Shuffle != nil {
		w.shuffle(st, word.Shuffle.Order, len(w.table.Effect(c.Index).In))
		return
	}
	if word.Combinator != nil {
		w.combinator(st, c, word.Combinator)
		return
	}
	if run := specials[word.Special]; run != nil {
		run(w, st, c)
		return
	}
	if w.resourceCall(st, word.Name) {
		return
	}
	e := w.table.Effect(c.Index)
	args := w.takes(st, len(e.In))
	if !e.Plain() {
		w.reachesBelow(e, c, args)
	}
	n := len(e.Out)
	if word.Flag == "" {
		for range n {
			w.push(&value{other: true, least: shortest(word.Name, args)})
		}
		return
	}
	made := &call{st: st, word: word, module: w.module, at: w.at, certain: succeeds(word.Name, args)}
	w.fallible = append(w.fallible, made)
	for range n - 2 {
		w.push(unknown)
	}
	if n > 1 {
		w.push(&value{from: []mark{{call: made}}, least: shortest(word.Name, args)})
	}
	w.push(&value{from: []mark{{call: made, flag: true}}})
}

// shuffle rearranges the top values; one that it takes and does not leave is dropped.
func (w *walker) shuffle(st *syntax.Stmt, order []int, takes int) {
	args := w.popN(takes)
	var stays [3]bool
	for _, i := range order {
		w.push(args[i])
		stays[i] = true
	}
	for i, v := range args {
		if !stays[i] {
			w.drop(st, v)
		}
	}
}

// drop notes that a value ends.
func (w *walker) drop(st *syntax.Stmt, v *value) {
	for _, m := range v.from {
		if m.flag {
			m.call.drops = append(m.call.drops, dropping{st, m.at(w.at)})
		}
	}
	w.lose(st, v)
}

func (w *walker) userWord(st *syntax.Stmt, c *types.Call) {
	callee := w.info.Words[c.Index]
	e := callee.Effect
	if w.standard(st) == "2drop" { // a flag that a word of the program gets counts as checked
		for _, v := range w.popN(len(e.In)) {
			w.check(v)
		}
		return
	}
	args := w.takes(st, len(e.In))
	below := w.popN(callee.Extra)
	for _, v := range below {
		w.consume(v)
		w.push(unknown)
	}
	if !e.Plain() {
		w.reachesBelow(e, c, args)
	}
	if callee.Leaky {
		w.forget()
	}
	var results []*value
	if w.results != nil {
		results = w.results(st, callee, args)
	}
	for i := range e.Out {
		if results == nil {
			w.push(&value{other: true, least: shortest(w.standard(st), args)})
			continue
		}
		w.push(results[i])
	}
}

// reachesBelow is for words that run quotations on the stack below their arguments. What the
// quotations take there, their literals say; other ones may take anything.
func (w *walker) reachesBelow(e *types.Effect, c *types.Call, args []*value) {
	w.everything(w.check)
	depth := int32(0)
	for i, v := range args {
		if kind := types.EffectKind(e.In[i]); kind != types.Quotation && kind != types.Closure {
			continue
		}
		q, ok := w.literalQuotation(v)
		if !ok || !q.Known {
			w.forget()
			return
		}
		depth = max(depth, q.In-q.Captures)
	}
	change := c.Delta + int32(len(e.In)-len(e.Out))
	if !c.Known || depth+change < 0 {
		w.forget()
		return
	}
	w.runs(depth, depth+change)
}

// literalQuotation returns what is known of the quotation literal that a value is.
func (w *walker) literalQuotation(v *value) (*types.QuotationInfo, bool) {
	if v.literal == nil || v.literal.Kind != syntax.StmtQuotation {
		return nil, false
	}
	return &w.quots[v.literal.ID], true
}

// runs is for code that takes and leaves so many values, of which nothing else is known.
func (w *walker) runs(in, out int32) {
	for range in {
		w.consume(w.pop())
	}
	for range out {
		w.push(unknown)
	}
}
