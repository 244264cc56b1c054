package lint

import (
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// form runs a call of a built-in word that does more than its stack effect says.
type form func(*walker, *syntax.Stmt, *types.Call)

// formOf returns the form of a built-in word, or nil. Behind the words that run
// quotations every flag on the stack counts as checked, but for the one that dip and keep hide
// (chapter 8, section 6).
func formOf(word string) form {
	switch word {
	case "call":
		return (*walker).callQuotation
	case "dip":
		return (*walker).dip
	case "keep":
		return (*walker).keep
	case "bi":
		return (*walker).bi
	case "if":
		return (*walker).computedIf
	case "cond":
		return (*walker).computedCond
	case "pick":
		return (*walker).pick
	case "roll":
		return (*walker).roll
	case ">aux":
		return (*walker).toAux
	case "aux>":
		return (*walker).fromAux
	case "strand.spawn":
		return (*walker).spawn
	case "strand.weave":
		return (*walker).weave
	}
	return nil
}

func (w *walker) callQuotation(st *syntax.Stmt, c *types.Call) {
	w.takes(st, 1)
	w.everything(w.check)
	w.runsQuotation(c.Known, c.In, c.Out)
}

// runsQuotation runs a quotation of which the types may know what it takes and leaves.
func (w *walker) runsQuotation(known bool, in, out int32) {
	if !known {
		w.forget()
		return
	}
	w.runs(in, out)
}

func (w *walker) dip(st *syntax.Stmt, c *types.Call) {
	w.takes(st, 1)
	hidden := w.pop()
	w.everything(w.check)
	w.runsQuotation(c.Known, c.In, c.Out)
	w.push(hidden)
}

func (w *walker) keep(st *syntax.Stmt, c *types.Call) {
	w.takes(st, 1)
	hidden := w.pop()
	w.everything(w.check)
	w.push(&value{from: unflagged(hidden), other: true})
	w.runsQuotation(c.Known, c.In, c.Out)
	w.push(hidden)
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

func (w *walker) bi(st *syntax.Stmt, c *types.Call) {
	w.takes(st, 2)
	v := w.pop()
	w.everything(w.check)
	w.push(v)
	w.runsQuotation(c.Known, c.In, c.Out)
	w.push(v)
	w.runsQuotation(c.Known, c.In2, c.Out2)
	w.consume(v)
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
		v = &value{from: marks, other: v.other || len(marks) == 0}
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
	w.runs(c.Moved, 1)
}

// weave is like spawn: its quotation finds the handle and the first value on top of the copy.
func (w *walker) weave(st *syntax.Stmt, _ *types.Call) {
	args := w.takes(st, 1)
	w.sees(args[0], 2)
	w.push(unknown)
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
