package lint

import (
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// The rules on resources (chapter 8, section 6): a channel that nobody closes and a weave that nobody cancels are
// lost when the last value of them on the stack is dropped.

// resourceKind tells the kinds of resources apart.
type resourceKind uint8

const (
	channel resourceKind = iota
	weaveHandle
)

// resourceKinds are what messages and rules say of the kinds.
var resourceKinds = [...]struct {
	name, closer, remedy string
	id                   diag.Code // of the rule on those that are dropped
}{
	channel:     {"Channel", "chan.close", "close it with 'chan.close' first", LeakedChannel},
	weaveHandle: {"WeaveHandle", "strand.weave-cancel", "resume the weave to its end, or end it with 'strand.weave-cancel'", LeakedWeave},
}

// resource is what a call makes.
type resource struct {
	kind resourceKind
	st   *syntax.Stmt
	word string // that makes it
}

// ending is what has become of a resource on a way through a definition; those that came before it are
// behind it.
type ending struct {
	of *resource
	// consumed: by a word that ends it or hands it on. Otherwise other code got it, and nothing is known of it.
	consumed bool
	before   *ending
}

// owner keeps account of the resources of a definition.
type owner struct {
	leaks        func(st *syntax.Stmt, r *resource)
	inconsistent func(st *syntax.Stmt, r *resource)
	told         []*resource // to inconsistent
}

// resourceCalls run calls of built-in words that have to do with resources. What they push is unknown, where it is none.
var resourceCalls = map[string]func(w *walker, st *syntax.Stmt){
	"chan.make":           func(w *walker, st *syntax.Stmt) { w.push(w.make(channel, st, st.Text)) },
	"chan.close":          func(w *walker, _ *syntax.Stmt) { w.ends(w.pop(), channel) },
	"strand.weave-cancel": func(w *walker, _ *syntax.Stmt) { w.ends(w.pop(), weaveHandle) },
	"strand.resume": func(w *walker, _ *syntax.Stmt) { // the handle stays
		w.consume(w.pop())
		handle := unknown
		if w.stack != nil {
			handle = w.stack.top
		}
		w.push(unknown)
		w.push(&value{other: true, running: handle.made})
	},
	"chan.send": func(w *walker, _ *syntax.Stmt) {
		w.pop() // the channel stays open
		w.runs(1, 1)
	},
	"chan.receive": func(w *walker, _ *syntax.Stmt) {
		w.pop()
		w.runs(0, 2)
	},
	"list.push": func(w *walker, _ *syntax.Stmt) { w.stores(1) },
	"map.set":   func(w *walker, _ *syntax.Stmt) { w.stores(2) },
}

// resourceCall runs a call of a built-in word, if it has to do with resources and somebody keeps account of them.
func (w *walker) resourceCall(st *syntax.Stmt, word string) bool {
	run := resourceCalls[word]
	if w.owner == nil || run == nil {
		return false
	}
	run(w, st)
	return true
}

// make returns a resource that a call makes; unknown if nobody keeps account of them.
func (w *walker) make(kind resourceKind, st *syntax.Stmt, word string) *value {
	if w.owner == nil {
		return unknown
	}
	return &value{made: []*resource{{kind: kind, st: st, word: word}}}
}

// end notes what has become of a resource.
func (w *walker) end(r *resource, consumed bool) {
	if !w.ended.has(r) {
		w.ended = &ending{of: r, consumed: consumed, before: w.ended}
	}
}

func (e *ending) has(r *resource) bool {
	for ; e != nil; e = e.before {
		if e.of == r {
			return true
		}
	}
	return false
}

// ends is for the word that ends resources of a kind.
func (w *walker) ends(v *value, kind resourceKind) {
	for _, r := range v.made {
		if r.kind == kind {
			w.end(r, true)
		}
	}
}

// stores is for words that put the top value away into another one below n values.
func (w *walker) stores(n int) {
	args := w.popN(n + 1)
	for _, r := range args[n].made {
		w.end(r, true)
	}
	for _, v := range args {
		w.consume(v)
	}
	w.push(unknown)
}

// giveAway is for values that code gets of which nothing is known.
func (w *walker) giveAway(v *value) {
	if w.owner == nil {
		return
	}
	for _, r := range v.made {
		w.end(r, false)
	}
}

// handOver is for strands, which get everything on the stack.
func (w *walker) handOver() {
	if w.owner == nil {
		return
	}
	for c := w.stack; c != nil && w.cost(1); c = c.below {
		for _, r := range c.top.made {
			w.end(r, true)
		}
	}
}

// lose is for a value that is dropped.
func (w *walker) lose(st *syntax.Stmt, v *value) {
	for _, r := range v.made {
		if !w.ended.has(r) && !w.holds(w.stack, r) && !w.holds(w.aux, r) {
			w.end(r, false)
			w.owner.leaks(st, r)
		}
	}
}

// holds tells whether a resource is on a stack.
func (w *walker) holds(stack *cell, r *resource) bool {
	for c := stack; c != nil && w.cost(1); c = c.below {
		if slices.Contains(c.top.made, r) {
			return true
		}
	}
	return false
}

// endings goes on behind branches: what has ended on one way counts as ended. A resource that was consumed on one way
// and is still on the stack behind another is told of.
func (w *walker) endings(st *syntax.Stmt, exits []exit) {
	if w.owner == nil {
		return
	}
	before := w.ended
	for i, e := range exits {
		if e.gone {
			continue
		}
		for one := e.ended; one != before; one = one.before {
			w.end(one.of, one.consumed)
			if !one.consumed || slices.Contains(w.owner.told, one.of) {
				continue
			}
			for j, other := range exits {
				if j != i && !other.gone && !other.ended.has(one.of) && (w.holds(other.stack, one.of) || w.holds(other.aux, one.of)) {
					w.owner.told = append(w.owner.told, one.of)
					w.owner.inconsistent(st, one.of)
					break
				}
			}
		}
	}
}

// union returns the resources of two lists.
func union(a, b []*resource) []*resource {
	if len(b) == 0 {
		return a
	}
	all := slices.Clip(a)
	for _, r := range b {
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// resources finds what is wrong with the resources of a file.
type resources struct {
	info  *types.Info
	left  map[*types.Word][][]resourceKind // what words leave, by result; nil while a word is being run
	depth int
	found diag.List
}

// maxCalls is how deep calls are followed for what words leave.
const maxCalls = 100

// leaks reports resources that the words of the main file of a program without errors lose.
func leaks(info *types.Info) diag.List {
	r := &resources{info: info, left: map[*types.Word][][]resourceKind{}}
	for _, w := range info.Words {
		if w.Module == 0 {
			r.results(w)
		}
	}
	return r.found
}

// results runs a word once and returns what resources it leaves.
func (r *resources) results(word *types.Word) [][]resourceKind {
	if left, done := r.left[word]; done {
		return left
	}
	if r.depth == maxCalls {
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	r.left[word] = nil
	w := newWalker(r.info, word)
	w.ownOnly = true
	w.owner = &owner{leaks: func(st *syntax.Stmt, of *resource) { r.leak(w, st, of) }, inconsistent: func(st *syntax.Stmt, of *resource) { r.inconsistent(w, st, of) }}
	w.results = func(st *syntax.Stmt, callee *types.Word, _ []*value) []*value {
		if callee.Module != 0 {
			return nil
		}
		return w.anew(st, callee, r.results(callee))
	}
	left := make([][]resourceKind, len(word.Effect.Out))
	w.left = func(stack *cell) {
		for i, v := range top(stack, len(left)) {
			for _, of := range v.made {
				if surely := !v.other && len(v.from) == 0; surely && !w.ended.has(of) && !slices.Contains(left[i], of.kind) {
					left[i] = append(left[i], of.kind)
				}
			}
		}
	}
	before := len(r.found)
	if _, ok := w.run(); !ok {
		r.found = r.found[:before]
		return nil
	}
	r.left[word] = left
	return left
}

// anew returns the results of a call of a word that leaves resources; nil if it leaves none.
func (w *walker) anew(st *syntax.Stmt, callee *types.Word, left [][]resourceKind) (values []*value) {
	for i, kinds := range left {
		if len(kinds) == 0 {
			continue
		}
		if values == nil {
			values = slices.Repeat([]*value{unknown}, len(left))
		}
		for _, kind := range kinds {
			one := w.make(kind, st, callee.Decl.Name.Text)
			values[i] = &value{made: union(values[i].made, one.made)}
		}
	}
	return values
}

func (r *resources) leak(w *walker, st *syntax.Stmt, of *resource) {
	kind := &resourceKinds[of.kind]
	line, _ := w.module.Source.Position(of.st.Pos)
	d := finding(kind.id, diag.Warning, w.module.Span(st.Pos, st.End),
		"'%s' drops the %s that '%s' made in line %d: %s", st.Text, kind.name, of.word, line, kind.remedy)
	d.Related = []diag.Related{{Span: w.module.Span(of.st.Pos, of.st.End), Label: "made here"}}
	r.found = append(r.found, d)
}

func (r *resources) inconsistent(w *walker, st *syntax.Stmt, of *resource) {
	kind := &resourceKinds[of.kind]
	line, _ := w.module.Source.Position(of.st.Pos)
	fork, _ := w.module.Source.Position(st.Pos)
	d := finding(InconsistentBranches, diag.Warning, w.module.Span(w.word.Decl.Pos, w.word.Decl.Name.End),
		"in '%s' the %s that '%s' made in line %d is consumed in one branch of the '%s' in line %d and still on the stack in another: consume it in all, for example with '%s'",
		w.word.Decl.Name.Text, kind.name, of.word, line, forkName(st), fork, kind.closer)
	d.Related = []diag.Related{{Span: w.module.Span(of.st.Pos, of.st.End), Label: "made here"}, {Span: w.module.Span(st.Pos, st.End), Label: "the branches"}}
	r.found = append(r.found, d)
}

// forkName is how messages call a statement with branches.
func forkName(st *syntax.Stmt) string {
	if st.Kind == syntax.StmtMatch {
		return "match"
	}
	return st.Text
}
