package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/parallel"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// summary is what callers must know of a word's code beyond its effect.
type summary struct {
	inputs   []bytecode.Kind // what callers prove of the arguments
	declared []bytecode.Kind // what the effect says of the results
	proven   []bytecode.Kind // what callers may trust of the results

	// row: it may reach below its inputs, and what it leaves there may be of
	// other kinds and number than the caller sees in the effect.
	row bool
	// unchecked: it ends in a call whose results nothing has checked, so the
	// caller checks the height and trusts no kind.
	unchecked bool
	// leaky: more values than it declares may lie under its results, or fewer.
	leaky bool
	// observes: it may look at the stack below its inputs, so that must be laid
	// out in order when it is called.
	observes bool

	// runs: it ends in a call of a quotation that it was given.
	runs bool

	// Known once the word has been compiled: the lists that it scans, and the parameters that it
	// only looks at. While a recursive word is compiled, looks is what is assumed of it.
	scans []scan
	looks params

	called int     // at how many places
	calls  []int32 // words that it calls anywhere
	tails  []int32 // words that it calls in tail position
}

func (f *summary) open() bool { return f.row || f.unchecked || f.leaky }

// summarize finds the facts of the words that have none yet: what their own bodies
// show, then what follows along calls until nothing changes. Words before them
// call none of them. It returns the words in groups of those that call each other, callees first.
func (c *compiler) summarize() (cycles [][]int32) {
	first := len(c.words)
	c.words = append(c.words, make([]summary, len(c.info.Words)-first)...)
	words := c.info.Words[first:]
	if parallel.Pays(stepsOfSummary * len(words)) {
		parallel.Each(len(words), func() func(int) { return func(i int) { c.summary(words[i]) } })
	} else {
		for _, w := range words {
			c.summary(w)
		}
	}
	for _, w := range words {
		if f := &c.words[w.Index]; w.Late {
			c.late[int32(w.Index)] = &summary{inputs: f.inputs, declared: f.declared, row: f.row, leaky: f.leaky, observes: true, unchecked: true}
		}
	}
	cycles = c.components(first)
	c.followCalls(first, cycles)
	return cycles
}

// stepsOfSummary is what the summary of a word takes, in the steps of parallel.Pays.
const stepsOfSummary = 10

// summary finds the facts that a word's own body shows.
func (c *compiler) summary(w *types.Word) {
	f := &c.words[w.Index]
	for _, t := range w.Effect.In {
		kind := kindOf(t)
		if w.Input { // what lies on a session's stack may be of a type that only its use decides
			kind = bytecode.KindAny
		}
		f.inputs = append(f.inputs, kind)
	}
	for _, t := range w.Effect.Out {
		f.declared = append(f.declared, kindOf(t))
	}
	f.proven = append([]bytecode.Kind(nil), f.declared...)
	f.row = !w.Effect.Plain() || w.Extra > 0
	f.leaky = w.Leaky
	a := analysis{c: c, w: w, f: f}
	a.body(w.Decl.Body, true)
}

// followCalls finds what follows along the calls of the words from index first on, until nothing changes.
func (c *compiler) followCalls(first int, cycles [][]int32) {
	n := len(c.words) - first
	callers := make([][]int32, n)
	for i := range n {
		for _, to := range c.words[first+i].calls {
			c.words[to].called++
			if int(to) >= first {
				callers[int(to)-first] = append(callers[int(to)-first], int32(i))
			}
		}
	}
	queue := slices.Concat(cycles...) // what calls only what has been followed is followed once
	slices.Reverse(queue)
	queued := make([]bool, n)
	for i := range queued {
		queued[i] = true
	}
	for len(queue) > 0 {
		word := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		i := int(word) - first
		queued[i] = false
		if !c.follow(word) {
			continue
		}
		for _, caller := range callers[i] {
			if !queued[caller] {
				queue = append(queue, caller+int32(first))
				queued[caller] = true
			}
		}
	}
}

// summaryFor returns the facts of a word as another one, or itself, may rely on them.
// Of a late word others know only what its effect says, and nothing good of what
// it does: another one may come in its place. It calls itself as it is, unless
// what it does to the stack below it depends on its body.
func (c *compiler) summaryFor(word, by int32) *summary {
	f := &c.words[word]
	if late := c.late[word]; late != nil && (word != by || f.row || f.leaky) {
		return late
	}
	return f
}

// target returns the function that a word calls for another one, or for itself.
func (c *compiler) target(word, by int32) int32 {
	if w := c.info.Words[word]; w.Late && c.summaryFor(word, by) != &c.words[word] {
		return c.slots[w.Slot].entry
	}
	return c.functions[word]
}

// follow updates the facts of a word from those of what it calls and tells
// whether something changed.
func (c *compiler) follow(i int32) bool {
	f := &c.words[i]
	changed := false
	set := func(flag *bool, from bool) {
		if from && !*flag {
			*flag, changed = true, true
		}
	}
	for _, to := range f.calls {
		g := c.summaryFor(to, i)
		set(&f.observes, g.observes)
		set(&f.leaky, g.leaky)
	}
	for _, to := range f.tails {
		g := c.summaryFor(to, i)
		set(&f.unchecked, g.open())
		set(&f.runs, g.runs)
		for j := 1; j <= len(f.proven); j++ { // aligned at the top
			k := &f.proven[len(f.proven)-j]
			if j <= len(g.proven) && g.proven[len(g.proven)-j] != *k && *k != bytecode.KindAny {
				*k, changed = bytecode.KindAny, true
			}
		}
	}
	return changed
}

// analysis walks the body of a word.
type analysis struct {
	c *compiler
	w *types.Word
	f *summary
	// own: only what runs in the function itself counts, not quotations that it
	// makes.
	own bool
}

func (a *analysis) body(stmts []syntax.Stmt, tail bool) {
	for i := range stmts {
		st := &stmts[i]
		last := tail && i == len(stmts)-1
		switch st.Kind {
		case syntax.StmtMatch:
			for j := range st.Match.Arms {
				a.body(st.Match.Arms[j].Body, last)
			}
		case syntax.StmtIf:
			a.body(st.Inner[0].Inner, last)
			a.body(st.Inner[1].Inner, last)
		case syntax.StmtCond:
			for j, clause := range st.Clauses() {
				a.body(clause.Inner, last && j%2 == 1)
			}
		case syntax.StmtQuotation:
			a.literal(st)
		case syntax.StmtIndex:
			if !a.c.info.Calls[a.w.Module][st.ID].Known {
				a.f.observes = true
			}
		case syntax.StmtCall:
			a.call(st, last)
		}
	}
}

// literal is for a quotation that is a value: what it calls counts wherever it runs.
func (a *analysis) literal(st *syntax.Stmt) {
	if !a.own {
		a.body(st.Inner, false)
	}
}

func (a *analysis) call(st *syntax.Stmt, last bool) {
	call := &a.c.info.Calls[a.w.Module][st.ID]
	if call.Form == types.FormInline {
		runs := onlyRuns(a.c.table.Signature(call.Index).Combinator)
		for i := range st.Inner {
			a.body(st.Inner[i].Inner, last && runs)
		}
		return
	}
	for i := range st.Inner {
		a.literal(&st.Inner[i])
	}
	f := a.f
	if call.Target == types.TargetWord {
		f.calls = append(f.calls, call.Index)
		if last {
			f.tails = append(f.tails, call.Index)
		}
		if !a.c.info.Words[call.Index].Effect.Plain() {
			f.observes = true
		}
		if !call.Known {
			f.unchecked = true
		}
		return
	}
	if call.Target != types.TargetBuiltin {
		return
	}
	word := a.c.table.Signature(call.Index)
	switch word.Special {
	case types.ToAux, types.FromAux: // moves at compile time
	case types.Pick:
		f.observes = true
	case types.Roll:
		f.observes, f.unchecked = true, true
	case types.Clauses:
		f.observes, f.unchecked = true, true
		f.runs = f.runs || last
	case types.Dump: // it empties the callers' stacks as well: nobody knows their height behind it
		f.observes, f.unchecked, f.leaky = true, true, true
	default:
		f.observes = f.observes || word.Traits.Has(types.ObservesStack)
		f.unchecked = f.unchecked || !call.Known
		if word.Special == types.Branch || word.Combinator != nil {
			f.unchecked = f.unchecked || last
			f.runs = f.runs || last && (word.Combinator == nil || onlyRuns(word.Combinator))
		}
	}
}

// opensInTail tells whether a quotation ends in a call whose results nothing
// has checked.
func (g *generator) opensInTail(w *types.Word, body []syntax.Stmt) bool {
	f := summary{}
	a := analysis{c: g.compiler, w: w, f: &f, own: true}
	a.body(body, true)
	open := f.unchecked
	for _, to := range f.calls {
		open = open || g.summaryFor(to, int32(w.Index)).leaky
	}
	for _, to := range f.tails {
		open = open || g.summaryFor(to, int32(w.Index)).open()
	}
	return open
}
