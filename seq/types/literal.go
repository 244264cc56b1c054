package types

import (
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// literal checks a quotation literal (chapter 2, sections 10 and 11). next is the call right
// behind it that it belongs to, or nil; used tells that the call has been checked with it.
func (c *checker) literal(sc *scope, st, next *syntax.Stmt, s *Stack) (_ *Stack, used bool) {
	if next != nil {
		switch c.ruleOf(next).Special {
		case Spawn:
			return c.spawnLiteral(st, next, s), true
		case Weave:
			return c.weaveLiteral(st, next, s), true
		}
		if e := c.effectOf(&c.calls[next.ID]); e != nil && len(e.In) > 0 && isQuotation(e.In[len(e.In)-1]) {
			in := &instance{effect: e}
			s = c.capture(st, in.typ(e.In[len(e.In)-1]), s, next.Text)
			notePlace(c, next.Pos, s, sc.aux)
			return c.apply(sc, next, in, s), true
		}
	}
	if !sc.top || c.expected == nil {
		return s.push(c.plainLiteral(st)), false
	}
	expected := c.fresh(c.expected)
	if next == nil || !c.ruleOf(next).runsQuotation() {
		return c.capture(st, expected, s, c.w.Decl.Name.Text), false
	}
	// The word's own output type first; if with it the following word has no
	// use for the literal, the literal by itself (chapter 2, section 10).
	mark, noted, aux, yields := c.mark(), c.noted.mark(), sc.aux, sc.yields
	var result *Stack
	if c.try(func() {
		quoted := c.capture(st, expected, s, c.w.Decl.Name.Text)
		notePlace(c, next.Pos, quoted, sc.aux)
		result = c.call(sc, next, quoted)
	}) == nil {
		return result, true
	}
	c.undo(mark)
	c.noted.cut(noted)
	sc.aux, sc.yields = aux, yields
	return s.push(c.plainLiteral(st)), false
}

// body checks the body of a literal from a start stack.
func (c *checker) body(st *syntax.Stmt, start *Stack) (result *Stack, yields bool) {
	sc := &scope{start: start}
	notePlace(c, st.Pos+1, start, nil)
	result = c.seq(sc, st.Inner, start)
	if sc.aux != nil {
		panic(c.auxLeft(st, sc.aux))
	}
	return result, sc.yields
}

// plainLiteral types a literal by itself: from a flexible row.
func (c *checker) plainLiteral(st *syntax.Stmt) *Type {
	start := newRow("", false).stack()
	result, yields := c.body(st, start)
	c.annotate(st, start, result, 0, false)
	return &Type{Kind: Quotation, Yields: yields, closed: true, In: start, Out: result}
}

func (c *checker) annotate(st *syntax.Stmt, start, result *Stack, captures int, closure bool) {
	n, base := height(start)
	m, base2 := height(result)
	c.quots[st.ID] = QuotationInfo{In: int32(n), Out: int32(m), Known: base == base2, Captures: int32(captures), Closure: closure, Reversed: c.reversed && captures > 1}
}

// maxAttempts bounds how many numbers of captures are tried for one literal, and
// maxAttemptsInWord for all literals of a word: attempts inside of attempts multiply.
const (
	maxAttempts       = 64
	maxAttemptsInWord = 4096
)

// capture types a literal of which the type x is expected, takes what it
// captures off the stack and pushes it. It captures the smallest number of
// values with which the body fits x.
func (c *checker) capture(st *syntax.Stmt, x *Type, s *Stack, wanted string) *Stack {
	k, row := height(x.In)
	if k == 0 && x.Kind == Quotation {
		return c.captureNothing(st, x, row, s, wanted)
	}
	n := c.missing(st, x, k)
	if c.p.uncounted {
		n = captures{}
	}
	available, _ := height(s)
	if n.least > available {
		panic(c.refuse(c.at(st), "underflow", "stack underflow: the quotation for '%s' needs %s, it is given %d and can capture only %d (in %s)",
			wanted, values(n.least+k), k, available, c.w.Decl.Shown()).note("expected: %s", x).note("stack here: %s", s))
	}
	var failure *diag.Diagnostic
	var onTheWay []Point // to that failure
	misfit := -1         // the smallest number with which the body runs an input of unknown type
	most := min(available, n.least+maxAttempts)
	if n.only {
		most = n.least
	}
	for try := n.least; try <= most && c.steps <= maxSteps/2; try++ {
		mark, noted := c.mark(), c.noted.mark()
		result, runsUnknown, d := c.tryCapture(st, x, s, try, wanted)
		switch {
		case d == nil && (!runsUnknown || n.only):
			return result
		case d == nil && misfit < 0:
			misfit = try
			c.undo(mark)
		case d == nil:
			c.undo(mark)
		case failure == nil || failure.Code == "underflow" && d.Code != "underflow":
			failure, onTheWay = d, c.noted.cut(noted)
		}
		c.noted.cut(noted)
		c.steps += maxSteps / (2 * maxAttemptsInWord)
	}
	if misfit >= 0 {
		result, _, _ := c.tryCapture(st, x, s, misfit, wanted)
		return result
	}
	if failure == nil {
		failure = c.tooComplex().d
	}
	c.noted.again(onTheWay)
	panic(&refusal{d: failure})
}

// captureNothing types a literal for "[ -- ]" and the like, where nothing is
// captured. A row that a user named lets the body use the stack below.
func (c *checker) captureNothing(st *syntax.Stmt, x *Type, row *Row, s *Stack, wanted string) *Stack {
	named := row.Name != "" && row.Name != implicitRow
	own := newRow("", !named)
	start := own.stack()
	c.seals = append(c.seals, seal{own, wanted, x})
	result, yields := c.body(st, start)
	c.seals = c.seals[:len(c.seals)-1]
	own.rigid = false
	q := &Type{Kind: Quotation, Yields: yields, In: start, Out: result}
	c.annotate(st, start, result, 0, false)
	c.clash = clash{}
	mark := c.mark()
	if !c.unify(q, x) {
		r := misfit(c, st, wanted, q, x, mark)
		explainHeight(r, q, x)
		panic(r)
	}
	return s.push(q)
}

// misfit refuses a literal that does not fit the type x: unifying them failed. What that bound,
// since the mark, is undone: the literal is shown as it is by itself.
func misfit(c *checker, st *syntax.Stmt, wanted string, literal, x *Type, mark int) *refusal {
	expected, why := x.String(), &refusal{d: &diag.Diagnostic{Code: "quotation-misfit"}}
	c.clash.explainQuotation(why)
	c.undo(mark)
	r := c.refuse(c.at(st), "quotation-misfit", "the quotation does not fit '%s': expected '%s', found '%s'", wanted, expected, literal)
	r.d.Notes = append(r.d.Notes, why.d.Notes...)
	return r
}

// tryCapture checks the literal with n captures; bindings of a failed attempt
// are undone. runsUnknown tells that the body runs an input as a quotation that is of
// a type variable, or gives something else to what runs it: another number of captures
// may bring a quotation.
func (c *checker) tryCapture(st *syntax.Stmt, x *Type, s *Stack, n int, wanted string) (pushed *Stack, runsUnknown bool, d *diag.Diagnostic) {
	mark, outer, misruns := c.mark(), c.attempt, c.misruns
	here := &attempt{}
	c.attempt = here
	d = c.try(func() {
		own := newRow("", true)
		start := own.stack()
		for _, t := range bottomUp(x.In) {
			start = start.push(t)
		}
		captured := make([]*Type, n)
		rest := s
		for i := n - 1; i >= 0; i-- {
			rest = resolve(rest)
			captured[i], rest = rest.Top, rest.Below
		}
		if c.reversed {
			slices.Reverse(captured)
		}
		for _, t := range captured {
			start = start.push(t)
		}
		here.start = start
		result, yields := c.body(st, start)
		own.rigid = false
		c.annotate(st, start, result, n, n > 0 || x.Kind == Closure)
		_, row := height(x.In)
		if row != own && row.ref == nil {
			c.bindRow(row, own.stack())
		}
		c.clash = clash{}
		mark := c.mark()
		if !c.unifyStack(result, x.Out) {
			shown := &Type{Kind: Quotation, In: start, Out: result}
			r := misfit(c, st, wanted, shown, x, mark)
			explainHeight(r, shown, &Type{Kind: Quotation, In: start, Out: x.Out})
			panic(r)
		}
		q := &Type{Kind: Quotation, Yields: yields, In: start, Out: result}
		if n > 0 || x.Kind == Closure {
			q = &Type{Kind: Closure, Yields: yields, In: x.In, Out: x.Out}
		}
		c.captureOrder(st, captured)
		pushed = rest.push(q)
	})
	c.attempt = outer
	if d != nil {
		if n > 0 && c.captureTold != d {
			c.captureTold = d
			d.Notes = append(d.Notes, fmt.Sprintf("captured values lie on top: the quotation captures %s, so '%s' starts it on %s", values(n), wanted, here.start))
		}
		c.undo(mark)
	}
	return pushed, here.runsUnknown || c.misruns > misruns, d
}

// attempt is a check of a literal's body with some number of captures.
type attempt struct {
	start       *Stack // of the body
	runsUnknown bool   // the body runs an input of unknown type as a quotation
}

// runs notes that a value of a type variable is run as a quotation.
func (a *attempt) runs(v *Type) {
	if a == nil {
		return
	}
	for s := resolve(a.start); s.Top != nil; s = resolve(s.Below) {
		if prune(s.Top) == v {
			a.runsUnknown = true
		}
	}
}

// captureOrder hints at closures of classic files that, before release 5.5, got
// what they captured in reverse order: nothing else shows it (chapter 9, section 12).
func (c *checker) captureOrder(st *syntax.Stmt, captured []*Type) {
	if !c.p.opts.Verbose || c.reversed || !c.p.info.Program.Modules[c.w.Module].Dialect.Conditionals() {
		return
	}
	for i, t := range captured {
		for _, other := range captured[:i] {
			if prune(t).Kind == prune(other).Kind && prune(t).Kind != Var {
				c.p.hintOnce(c.at(st), "capture-order", "this closure captures %d values; before release 5.5 it got them in reverse order", len(captured))
				return
			}
		}
	}
}

func bottomUp(s *Stack) []*Type {
	var list []*Type
	for s = resolve(s); s.Top != nil; s = resolve(s.Below) {
		list = append(list, s.Top)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// spawnLiteral checks a literal right before strand.spawn: its body must run
// on a copy of the stack (chapter 5, section 3).
func (c *checker) spawnLiteral(st, next *syntax.Stmt, s *Stack) *Stack {
	q := c.plainLiteral(st)
	if q.Yields {
		panic(c.refuse(c.at(next), "yield-lost", "the body of 'strand.spawn' cannot have a Yield: nothing could take what it yields").help("give it to 'strand.weave'"))
	}
	notePlace(c, next.Pos, s.push(q), nil)
	c.run(next, q, s, "")
	c.calls[next.ID].Known = true
	return s.push(intType)
}

// weaveLiteral checks a literal right before strand.weave: its body runs on a
// copy of the stack with the context and the first value on top.
func (c *checker) weaveLiteral(st, next *syntax.Stmt, s *Stack) *Stack {
	q := c.plainLiteral(st)
	notePlace(c, next.Pos, s.push(q), nil)
	c.run(next, q, s.push(&Type{Kind: Var}).push(&Type{Kind: Var}), "")
	c.calls[next.ID].Known = true
	return s.push(&Type{Kind: Var})
}
