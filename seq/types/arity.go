package types

import "github.com/seqvm/seqvm/seq/syntax"

// arity is how many values a body takes from its start stack and how the
// height changes, counted without types. It predicts how many values a
// literal captures, so that each literal is checked once and not once for
// every possible number, which would multiply with each level of nesting.
type arity struct {
	need, delta int
	least       int  // what it takes for certain: need, up to the first guess
	exact       bool // no operator or unknown word made it a guess
	open        bool // the height at the end is not known
}

// captures is what counting says of how many values a literal captures.
type captures struct {
	least int  // with fewer it cannot fit
	only  bool // nor with more
}

// missing predicts how many values a literal captures if x is expected of it
// and k values are given to it: what its body lacks, or more if only then it
// leaves as many values as x does.
func (c *checker) missing(st *syntax.Stmt, x *Type, k int) captures {
	return c.arityOf(st).captures(x, k)
}

func (a arity) captures(x *Type, k int) captures {
	n := captures{least: max(0, a.least-k)}
	_, row := height(x.In)
	out, behind := height(x.Out)
	if same := row == behind || row.index > 0 && row.index == behind.index; same && a.exact && !a.open {
		n.least, n.only = max(n.least, out-k-a.delta), true
	}
	return n
}

func (c *checker) arityOf(st *syntax.Stmt) arity {
	if a, ok := c.arities[st]; ok {
		return a
	}
	if c.arities == nil {
		c.arities = map[*syntax.Stmt]arity{}
	}
	a := c.arityOfBody(st.Inner)
	c.arities[st] = a
	return a
}

// counter counts what a body needs and leaves, statement by statement.
type counter struct {
	c *checker
	arity
	height int
}

func (n *counter) take(count int) {
	n.height -= count
	n.needs(-n.height)
}

// needs notes that the body takes so many values from its start stack.
func (n *counter) needs(values int) {
	n.need = max(n.need, values)
	if n.exact {
		n.least = max(n.least, values)
	}
}

// branch notes what a body needs that runs on what is there, or may run.
func (n *counter) branch(a arity) {
	if n.exact {
		n.least = max(n.least, a.least-n.height)
	}
	n.need = max(n.need, a.need-n.height)
}

// then lets another body run on what is there.
func (n *counter) then(a arity) {
	if n.open {
		return
	}
	n.branch(a)
	n.height += a.delta
	n.exact = n.exact && a.exact
	n.open = n.open || a.open
}

func (c *checker) arityOfBody(stmts []syntax.Stmt) arity {
	n := counter{c: c, arity: arity{exact: true}}
	for i := 0; i < len(stmts) && !n.open; i++ {
		st := &stmts[i]
		switch st.Kind {
		case syntax.StmtMatch:
			n.take(1)
			n.matchArity(st)
		case syntax.StmtIf:
			n.ifArity(st)
		case syntax.StmtCond:
			n.condArity(st)
		case syntax.StmtIndex:
			n.needs(int(min(max(st.Index(), 0), 1<<20)) + 1 - n.height)
			if c.ruleOf(st).Special == Pick {
				n.height++
			}
		case syntax.StmtCall:
			n.callArity(st)
		default:
			n.height++
		}
	}
	n.delta = n.height
	return n.arity
}

func (n *counter) ifArity(st *syntax.Stmt) {
	n.take(1)
	then, els := &st.Inner[0], &st.Inner[1]
	a, b := n.c.arityOf(then), n.c.arityOf(els)
	if endOf(n.c.calls, then.Inner) == EndsInCycle {
		a.delta = b.delta
	}
	n.branch(a)
	n.branch(b)
	n.exact = n.exact && a.exact && b.exact
	n.then(arity{delta: a.delta, exact: true, open: a.open || b.open})
}

func (n *counter) condArity(st *syntax.Stmt) {
	clauses := st.Clauses()
	for i := 0; i < len(clauses); i += 2 {
		n.then(n.c.arityOf(&clauses[i]))
		n.take(1)
		body := n.c.arityOf(&clauses[i+1])
		n.branch(body)
		if i+2 == len(clauses) {
			n.then(body)
		}
	}
	n.exact = false
}

func (n *counter) matchArity(st *syntax.Stmt) {
	for a := len(st.Match.Arms) - 1; a >= 0; a-- {
		arm := &st.Match.Arms[a]
		body := n.c.arityOfBody(arm.Body)
		fields := len(arm.Bindings)
		if v := n.c.p.byName[arm.Variant.Text]; arm.Bindings == nil && v != nil {
			fields = len(v.Fields)
		}
		n.branch(arity{need: body.need - fields, least: body.least - fields})
		n.exact = n.exact && body.exact
		if a == 0 {
			n.then(arity{delta: fields + body.delta, exact: true, open: body.open})
		}
	}
}

// literalArity counts a call with the quotation literal right in front of it, if its word
// runs that or makes it capture; false if the word has nothing to do with it.
func (n *counter) literalArity(st *syntax.Stmt) bool {
	literal := &st.Inner[len(st.Inner)-1]
	if literal.Kind != syntax.StmtQuotation {
		return false
	}
	a := n.c.arityOf(literal)
	switch rule := n.c.ruleOf(st); {
	case rule.Combinator != nil && rule.Combinator.Quotations == 1:
		n.take(rule.Combinator.Values)
		for _, i := range rule.Combinator.Order {
			if _, isQuotation := rule.Combinator.Quotation(i); isQuotation {
				n.then(a)
				continue
			}
			n.height++
		}
		return true
	case rule.Special == Spawn, rule.Special == Weave:
		n.height++
		return true
	}
	e := n.c.effectOf(&n.c.calls[st.ID])
	if e == nil || len(e.In) == 0 || !isQuotation(e.In[len(e.In)-1]) {
		return false
	}
	k, row := height(e.In[len(e.In)-1].In)
	if k > 0 {
		captured := a.captures(e.In[len(e.In)-1], k)
		n.branch(arity{least: captured.least})
		n.exact = n.exact && captured.only // else how many it captures is a guess
		n.take(max(captured.least, a.need-k))
	}
	n.take(len(e.In) - 1)
	if !e.plain {
		if k == 0 && row.index == e.rowIn {
			n.branch(a)
		}
		n.exact = false
		n.open = e.rowIn != e.rowOut
	}
	n.height += len(e.Out)
	return true
}

func (n *counter) callArity(st *syntax.Stmt) {
	if len(st.Inner) > 0 {
		n.height += len(st.Inner) - 1
		if n.literalArity(st) {
			return
		}
		n.height++
	}
	e := n.c.effectOf(&n.c.calls[st.ID])
	if e == nil { // an operator; / and % of Ints leave a flag
		n.take(2)
		n.height++
		if st.Text == "/" || st.Text == "%" {
			n.exact = false
		}
		return
	}
	n.take(len(e.In))
	n.height += len(e.Out)
	switch {
	case e.rowIn != e.rowOut:
		n.open = true
	case !e.plain, n.c.ruleOf(st).Special == Spawn: // of a quotation that is no literal: it takes its inputs along
		n.exact = false
	}
}
