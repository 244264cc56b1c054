package lint

import (
	"slices"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// specials run calls of the words that have a rule of the language for themselves. Behind the words that run
// quotations every flag on the stack counts as checked, but for the one that dip and keep hide
// (chapter 8, section 6). nil: the effect says all.
var specials = [types.Specials]func(*walker, *syntax.Stmt, *types.Call){
	types.Branch: (*walker).computedIf, types.Clauses: (*walker).computedCond,
	types.Pick: (*walker).pick, types.Roll: (*walker).roll, types.ToAux: (*walker).toAux, types.FromAux: (*walker).fromAux,
	types.Spawn: (*walker).spawn, types.Weave: (*walker).weave,
}

// runsQuotation runs a quotation of which the types may know what it takes and leaves.
func (w *walker) runsQuotation(known bool, in, out int32) {
	if !known {
		w.forget()
		return
	}
	w.runs(in, out)
}

// combinator runs a word that runs quotations on the stack. What it gives a quotation of a value that it
// puts back is not the value itself: its flag stays unchecked.
func (w *walker) combinator(st *syntax.Stmt, c *types.Call, k *types.Combinator) {
	w.takes(st, k.Quotations)
	values := w.popN(k.Values)
	w.everything(w.check)
	heights := [...]struct{ in, out int32 }{{c.In, c.Out}, {c.In2, c.Out2}}
	restored := k.Restored()
	for at, i := range k.Order {
		n, isQuotation := k.Quotation(i)
		switch {
		case isQuotation:
			w.runsQuotation(c.Known, heights[n].in, heights[n].out)
		case at < len(k.Order)-len(restored) && slices.Contains(restored, i):
			w.push(&value{from: unflagged(values[i]), other: true, made: values[i].made})
		default:
			w.push(values[i])
		}
	}
	for i, v := range values {
		if !slices.Contains(restored, i) {
			w.consume(v)
		}
	}
}

// unflagged returns the marks of a value that are no flags.
func unflagged(v *value) (marks []mark) {
	for _, m := range v.from {
		if !m.flag {
			marks = append(marks, m)
		}
	}
	return marks
}

func (w *walker) computedIf(st *syntax.Stmt, c *types.Call) {
	w.takes(st, 3)
	w.everything(w.check)
	w.runsQuotation(c.Known, c.In, c.Out)
}

func (w *walker) computedCond(st *syntax.Stmt, _ *types.Call) {
	w.takes(st, 1)
	w.forget()
}

// pick copies a value to the top; nothing is known of the copy's flag, which counts as checked.
func (w *walker) pick(st *syntax.Stmt, _ *types.Call) {
	if st.Kind != syntax.StmtIndex {
		w.consume(w.pop())
		w.push(unknown)
		return
	}
	at := w.stack
	for i := int64(0); i < st.Index() && at != nil && w.cost(1); i++ {
		at = at.below
	}
	if at == nil {
		w.push(unknown)
		return
	}
	w.pushUnflagged(at.top)
}

func (w *walker) pushUnflagged(v *value) {
	w.check(v)
	if marks := unflagged(v); len(marks) < len(v.from) {
		v = &value{from: marks, other: v.other || len(marks) == 0, made: v.made}
	}
	w.push(v)
}

// roll moves a value to the top; nothing is known of its flag from then on, which counts as checked.
func (w *walker) roll(st *syntax.Stmt, _ *types.Call) {
	if st.Kind != syntax.StmtIndex {
		w.consume(w.pop())
		w.forget() // any value may lie anywhere
		return
	}
	var above []*value
	for range st.Index() {
		if w.stack == nil || !w.cost(1) {
			break
		}
		above = append(above, w.pop())
	}
	rolled := w.pop()
	for i := len(above) - 1; i >= 0; i-- {
		w.push(above[i])
	}
	w.pushUnflagged(rolled)
}

func (w *walker) toAux(*syntax.Stmt, *types.Call) { w.aux = w.aux.push(w.pop()) }

func (w *walker) fromAux(*syntax.Stmt, *types.Call) {
	v := unknown
	if w.aux != nil {
		v, w.aux = w.aux.top, w.aux.below
	}
	w.push(v)
}

// spawn gives a strand a copy of the stack, of which the quotation takes what it takes; one that is
// no literal takes values along.
func (w *walker) spawn(st *syntax.Stmt, c *types.Call) {
	args := w.takes(st, 1)
	w.sees(args[0], 0)
	w.handOver()
	w.runs(c.Moved, 1)
}

// weave is like spawn: its quotation finds the handle and the first value on top of the copy.
func (w *walker) weave(st *syntax.Stmt, _ *types.Call) {
	args := w.takes(st, 1)
	w.sees(args[0], 2)
	w.push(w.make(weaveHandle, st, st.Text))
}

// sees notes that a quotation gets a copy of the stack with some values more on top.
func (w *walker) sees(quotation *value, more int32) {
	q, ok := w.literalQuotation(quotation)
	if !ok {
		return
	}
	at := w.stack
	for i := more; i < q.In && at != nil && w.cost(1); i++ {
		w.consume(at.top)
		at = at.below
	}
}
