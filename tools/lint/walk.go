package lint

import (
	"slices"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// value is a value of the abstract stack: what is known of where it comes from.
// Values are not changed; a copy is the same value.
type value struct {
	from    []mark       // what it may be
	other   bool         // it may be something else, too
	literal *syntax.Stmt // it is that literal
	least   int64        // it is a list of at least so many elements
	made    []*resource  // what it may be of the resources that are tracked
	running []*resource  // it is a Bool, and with false these have come to their end
}

// mark is one thing that a value may be: what a call left or, if call is nil, an
// input of the definition.
type mark struct {
	call  *call
	flag  bool // the flag that the call left, and not its value
	input int  // from 0, the deepest first
	// via is a branch that has ended and through which the value came; nil: on any way.
	via *branch
}

// through returns the mark of a value that came through a branch, which has just ended.
func (m mark) through(b *branch) mark {
	if b != nil && (m.via == nil || m.via.begin < b.begin) {
		m.via = b
	}
	return m
}

// at returns where something happens to the thing if it happens to its value in b
// now. A branch that the value came through stands for those that it lies in.
func (m mark) at(b *branch) meeting {
	switch {
	case m.via == nil:
		return meeting{b, b}
	case m.via.begin > b.begin:
		return meeting{m.via, m.via}
	}
	return meeting{b, m.via}
}

// maxMarks is how many things a value may be; what is more counts as used.
const maxMarks = 8

var unknown = &value{other: true}

// cell is a stack: the top value and what is below. nil is the part that nothing is
// known of, however high it is. Branches share the cells below what they change.
type cell struct {
	top   *value
	below *cell
}

func (c *cell) push(v *value) *cell { return &cell{v, c} }

// walker runs a definition on an abstract stack (chapter 8, section 6). The
// quotations of if, when, unless and cond and the arms of matches are run where they
// stand; other quotations are values, and their bodies are run by themselves.
type walker struct {
	info   *types.Info
	table  *types.Table
	word   *types.Word
	module *load.Module

	calls   []types.Call
	quots   []types.QuotationInfo
	matches []types.MatchInfo

	stack, aux *cell
	at         *branch
	clock      int // of branches
	fallible   []*call
	bodies     []*syntax.Stmt // quotations that are still to be run by themselves
	ownOnly    bool           // they are not run
	owner      *owner         // keeps account of resources; nil: nobody does
	ended      *ending        // what has become of them on this way

	// steps counts work on parts of the stack, statements what it may be counted
	// against, with the literals of forms; lost means that it is too much.
	steps, statements int
	lost              bool

	// visit gets every statement that consumes values and, the deepest first, those.
	visit func(st *syntax.Stmt, args []*value)
	// left gets the stack at the end of the definition's own body; one that
	// ends in several branches has several.
	left func(*cell)
	// results says what a word of the program leaves; nil: nothing is known of it.
	results func(st *syntax.Stmt, w *types.Word, args []*value) []*value
}

// maxSteps is how many steps a statement may cost; see walker.steps.
const maxSteps = 64

func newWalker(info *types.Info, w *types.Word) *walker {
	return &walker{
		info: info, table: info.Builtins, word: w, module: info.Program.Modules[w.Module],
		calls: info.Calls[w.Module], quots: info.Quotations[w.Module], matches: info.Matches[w.Module],
		statements: 1000,
	}
}

// run walks through the definition and returns its calls that leave flags. ok is
// false if it would take too long.
func (w *walker) run() (found []*call, ok bool) {
	for i := range w.word.Effect.In {
		w.stack = w.stack.push(&value{from: []mark{{input: i}}})
	}
	w.body(w.word.Decl.Body, true)
	for len(w.bodies) > 0 && !w.lost && !w.ownOnly {
		next := w.bodies[len(w.bodies)-1]
		w.bodies = w.bodies[:len(w.bodies)-1]
		w.stack, w.aux = nil, nil
		w.body(next.Inner, false)
	}
	return w.fallible, !w.lost
}

func (w *walker) body(stmts []syntax.Stmt, own bool) {
	left := w.left
	if !own {
		w.left = nil
	}
	w.in(func() {
		if w.seq(stmts); w.info.EndOf(w.word.Module, stmts) != types.EndsInExit {
			w.returns()
		}
	})
	w.left = left
}

// in runs a part of the body as a branch.
func (w *walker) in(part func()) {
	outer := w.at
	w.clock++
	w.at = &branch{begin: w.clock}
	part()
	w.clock++
	w.at.end = w.clock
	w.at = outer
}

// cost counts steps and tells whether they can be gone.
func (w *walker) cost(n int) bool {
	w.steps += n
	w.lost = w.lost || w.steps > maxSteps*w.statements
	return !w.lost
}

func (w *walker) push(v *value) { w.stack = w.stack.push(v) }

func (w *walker) pop() *value {
	if w.stack == nil {
		return unknown
	}
	v := w.stack.top
	w.stack = w.stack.below
	return v
}

// popN pops n values and returns them, the deepest first.
func (w *walker) popN(n int) []*value {
	args := make([]*value, n)
	for i := n - 1; i >= 0; i-- {
		args[i] = w.pop()
	}
	return args
}

// consume notes that something else than a drop gets a value: a flag counts as checked then, a
// value as used.
func (w *walker) consume(v *value) {
	w.giveAway(v)
	for _, m := range v.from {
		switch {
		case m.call == nil:
		case m.flag:
			m.at(w.at).last.check(m.call)
		default:
			m.call.uses = append(m.call.uses, m.at(w.at))
		}
	}
}

// check notes that a value, if it is a flag, counts as checked.
func (w *walker) check(v *value) {
	for _, m := range v.from {
		if m.flag {
			m.at(w.at).last.check(m.call)
		}
	}
}

// everything calls f for all values on the stack.
func (w *walker) everything(f func(*value)) {
	if len(w.fallible) == 0 && w.owner == nil {
		return
	}
	for c := w.stack; c != nil && w.cost(1); c = c.below {
		f(c.top)
	}
}

// forget makes the whole stack unknown: some code gets all of it.
func (w *walker) forget() {
	w.everything(w.consume)
	w.stack = nil
}

// returns notes that what is on the stack goes to the caller.
func (w *walker) returns() {
	if w.left != nil {
		w.left(w.stack)
	}
	w.everything(w.consume)
}

func (w *walker) visited(st *syntax.Stmt, args ...*value) {
	if w.visit != nil {
		w.visit(st, args)
	}
}

// seq runs statements.
func (w *walker) seq(stmts []syntax.Stmt) {
	for i := range stmts {
		w.statements++
		if st := &stmts[i]; st.HasCall() {
			w.statements += len(st.Inner)
		}
	}
	for i := 0; i < len(stmts) && !w.lost; i++ {
		w.statement(&stmts[i])
	}
}

func (w *walker) statement(st *syntax.Stmt) {
	switch st.Kind {
	case syntax.StmtQuotation:
		w.quotation(st)
	case syntax.StmtMatch:
		w.match(st)
	case syntax.StmtIf:
		w.branches(st, st.Inner[0].Inner, st.Inner[1].Inner)
	case syntax.StmtCond:
		w.cond(st)
	case syntax.StmtIndex: // the literal is no value
		w.call(st)
	case syntax.StmtCall:
		w.callBehind(st)
	default:
		w.push(&value{other: true, literal: st})
	}
}

// callBehind runs a call with the literals in front of it.
func (w *walker) callBehind(st *syntax.Stmt) {
	if len(st.Inner) == 1 {
		switch w.standard(st) {
		case "when":
			w.branches(st, st.Inner[0].Inner, nil)
			return
		case "unless":
			w.branches(st, nil, st.Inner[0].Inner)
			return
		}
	}
	for i := range st.Inner {
		w.statement(&st.Inner[i])
	}
	w.call(st)
}

// standard returns the name of the supplied module's word that a statement calls; "" if
// it calls something else.
func (w *walker) standard(st *syntax.Stmt) string {
	c := &w.calls[st.ID]
	if c.Target != types.TargetWord {
		return ""
	}
	if callee := w.info.Words[c.Index]; w.info.Program.Modules[callee.Module].Supplied {
		return callee.Decl.Name.Text
	}
	return ""
}

// condition pops the Bool of a conditional and returns it.
func (w *walker) condition(st *syntax.Stmt) *value {
	v := w.pop()
	w.visited(st, v)
	w.consume(v)
	return v
}

// exit is how a branch ends.
type exit struct {
	branch     *branch
	stack, aux *cell
	ended      *ending // what has become of resources
	ends       bool    // the program: nobody sees what is left
	gone       bool    // nothing goes on behind it
}

// branches runs the two branches of a conditional from the same stack and joins them.
func (w *walker) branches(st *syntax.Stmt, then, els []syntax.Stmt) {
	tested := w.condition(st)
	stack, aux, ended := w.stack, w.aux, w.ended
	a := w.branch(then)
	w.stack, w.aux, w.ended = stack, aux, ended
	for _, r := range tested.running {
		w.end(r, false)
	}
	b := w.branch(els)
	w.at.alternatives(a, b)
	w.ended = ended
	w.join(st, []exit{a, b})
}

func (w *walker) branch(body []syntax.Stmt) (e exit) {
	w.in(func() { e = w.ending(body) })
	return e
}

// ending runs the statements of a branch, which has begun.
func (w *walker) ending(body []syntax.Stmt) exit {
	w.seq(body)
	e := exit{branch: w.at, stack: w.stack, aux: w.aux, ended: w.ended}
	switch w.info.EndOf(w.word.Module, body) {
	case types.EndsInExit:
		e.ends, e.gone = true, true
	case types.EndsInCycle:
		e.gone = true // what it leaves is what the word leaves (chapter 2, section 8)
		w.returns()
	}
	return e
}

// alternatives notes that every run through a branch has one of some ends.
func (b *branch) alternatives(exits ...exit) {
	var ways []*branch
	for _, e := range exits {
		if !e.ends {
			ways = append(ways, e.branch)
		}
	}
	b.splits(ways)
}

// join goes on behind the branches of a statement.
func (w *walker) join(st *syntax.Stmt, exits []exit) {
	w.endings(st, exits)
	w.stack, w.aux = nil, nil
	var first *branch
	count := 0
	for _, e := range exits {
		if e.gone {
			continue
		}
		switch count++; count {
		case 1:
			w.stack, w.aux, first = e.stack, e.aux, e.branch
		case 2:
			w.stack, w.aux = w.merge(w.stack, e.stack, first, e.branch), w.merge(w.aux, e.aux, first, e.branch)
		default:
			w.stack, w.aux = w.merge(w.stack, e.stack, nil, e.branch), w.merge(w.aux, e.aux, nil, e.branch)
		}
	}
}

// merge joins the stacks of two branches position by position. Where one is not known, the other
// is taken. A branch is nil if its stack is one of several.
func (w *walker) merge(a, b *cell, from, other *branch) *cell {
	var tops []*value
	for a != b && a != nil && b != nil && w.cost(1) {
		tops = append(tops, w.either(a.top, b.top, from, other))
		a, b = a.below, b.below
	}
	if a == nil {
		a = b
	}
	for i := len(tops) - 1; i >= 0; i-- {
		a = a.push(tops[i])
	}
	return a
}

// either is the value of one of two branches.
func (w *walker) either(a, b *value, from, other *branch) *value {
	if a == b {
		return a
	}
	v := &value{other: a.other || b.other, least: min(a.least, b.least), made: union(a.made, b.made)}
	for _, m := range a.from {
		if !slices.Contains(b.from, m) {
			m = m.through(from)
		}
		v.from = append(v.from, m)
	}
	for _, m := range b.from {
		if slices.Contains(a.from, m) {
			continue
		}
		if len(v.from) == maxMarks {
			w.consume(&value{from: []mark{m.through(other)}})
			v.other = true
			continue
		}
		v.from = append(v.from, m.through(other))
	}
	return v
}

// cond runs a cond with literal clauses: each body in a branch, and what is behind its
// predicate in another one. Each clause has an aux stack of its own.
func (w *walker) cond(st *syntax.Stmt) {
	clauses := st.Clauses()
	outer, aux, before := w.at, w.aux, w.ended
	var exits []exit
	around := []*branch{outer} // each clause
	for i := 0; i < len(clauses) && !w.lost; i += 2 {
		w.aux = nil
		w.seq(clauses[i].Inner)
		w.condition(st)
		stack, ended := w.stack, w.ended
		w.aux = nil
		exits = append(exits, w.branch(clauses[i+1].Inner))
		w.stack, w.ended = stack, ended
		w.clock++
		w.at = &branch{begin: w.clock}
		around = append(around, w.at)
	}
	w.clock++
	for i := len(exits) - 1; i >= 0; i-- {
		around[i+1].end = w.clock
		around[i].alternatives(exits[i], exit{branch: around[i+1], ends: i == len(exits)-1}) // without a true one the program ends
	}
	w.at, w.ended = outer, before
	w.join(st, exits)
	w.aux = aux
}

// match runs a match: its arms are branches.
func (w *walker) match(st *syntax.Stmt) {
	v := w.pop()
	w.visited(st, v)
	w.consume(v)
	stack, aux, ended := w.stack, w.aux, w.ended
	exits := make([]exit, 0, len(st.Match.Arms))
	for i := range st.Match.Arms {
		w.stack, w.aux, w.ended = stack, aux, ended
		for range w.matches[st.ID].Arms[i].Fields {
			w.push(unknown)
		}
		exits = append(exits, w.branch(st.Match.Arms[i].Body))
	}
	w.at.alternatives(exits...)
	w.ended = ended
	w.join(st, exits)
}

// quotation pushes a quotation literal, which takes along what it captures.
func (w *walker) quotation(st *syntax.Stmt) {
	w.bodies = append(w.bodies, st)
	captured := w.popN(int(w.quots[st.ID].Captures))
	for _, v := range captured {
		w.consume(v)
	}
	w.push(&value{other: true, literal: st})
}
