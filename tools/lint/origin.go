package lint

import (
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Failure is a run-time error as far as Origin looks at it.
type Failure struct {
	Word     string   // that the error is reported of
	Expected string   // the kind or type that it wants; "" if the error is another one
	Found    string   // what it got, as the error says it: "Int 0"; "" if the error is another one
	Values   []string // the inputs of the word in the text form of values, the deepest first, as far as they are known
	Trail    []Place  // innermost first
	Root     string   // the word that a tail call has hidden behind the trail; "" if none
}

// Place is a line of the trail of a run-time error: a call that was being made.
type Place struct {
	Word   string // the definition; another name for code of a quotation
	File   string // the name of the source
	Line   int    // from 1
	Column int    // from 1, in characters; 0 if it is not known
	Count  int    // how many times in a row; 0 counts as 1
	Called string // the word that was called there, if a tail call has hidden it; else ""
}

// fallback is a default value that words leave with false.
type fallback struct {
	kinds []types.Kind // of the results that have it
	found string       // as errors have it: Failure.Found
	text  string       // as Failure.Values has it
	name  string       // for messages
}

var fallbacks = []fallback{
	{[]types.Kind{types.Int, types.Var}, "Int 0", "0", "Int 0"},
	{[]types.Kind{types.Float}, "Float 0", "0.0", "Float 0.0"},
	{[]types.Kind{types.String}, "String", `""`, `String ""`},
}

// Origin tells, for a run-time error about a value that is what a word leaves after
// a failure, which word that was and where its flag is dropped; "" if that cannot be seen. It
// follows the value back through shuffles in a definition, through the inputs
// of words to their callers, as far as the trail goes, and through what words return. info is of the program
// that has failed. Nothing of it costs anything before an error.
func Origin(info *types.Info, f Failure) string {
	target, ok := f.fallback()
	if !ok {
		return ""
	}
	o := &tracer{info: info, table: info.Builtins, failure: f, target: target, sure: f.Found != "", left: map[*types.Word][]*value{}}
	called := f.Word
	var inputs []int // of the word called that the value may be; nil: any
	follow := func(p Place, innermost bool) (said string, ok bool) {
		inputs, said = o.follow(p, called, inputs, innermost)
		called = p.Word
		return said, said == "" && len(inputs) > 0
	}
	for i, p := range f.Trail {
		if p.Called != "" {
			if said, ok := follow(Place{Word: p.Called}, false); !ok {
				return said
			}
		}
		for round := range min(max(p.Count, 1), maxRounds) {
			if said, ok := follow(p, i == 0 && round == 0); !ok {
				return said
			}
		}
	}
	if f.Root == "" {
		return ""
	}
	said, _ := follow(Place{Word: f.Root}, false)
	return said
}

const (
	maxRounds = 4 // of a recursion: what comes to an input from itself comes round soon
	maxDepth  = 8 // of words whose results are looked at
)

// tracer looks for the origin of one value.
type tracer struct {
	info    *types.Info
	table   *types.Table
	failure Failure
	target  fallback                 // the value
	sure    bool                     // the error is about it, and not about something else
	left    map[*types.Word][]*value // results of words; nil while a word is being run
	depth   int
}

// fallback finds out which value the error is about; false if it is none that words leave with
// false. An error about another thing than a wrong kind may come of the one default
// among the inputs.
func (f *Failure) fallback() (target fallback, ok bool) {
	count := 0
	for _, b := range fallbacks {
		given := slices.Contains(f.Values, b.text)
		if f.Found == "" && given || f.Found == b.found && (given || f.Values == nil && b.found != "String") {
			target = b
			count++
		}
	}
	return target, count == 1
}

// follow looks at the call of a word at a place: whether one of the inputs that are
// asked for came from a call whose flag is dropped, which is said then. Otherwise it returns the inputs of the
// definition that it may have been. The innermost place may also be the end of
// the definition, whose results were wrong.
func (o *tracer) follow(p Place, called string, inputs []int, innermost bool) (next []int, said string) {
	var hits [][]*value
	for _, w := range o.wordsAt(p) {
		hits = append(hits, o.hits(w, p, called, inputs, innermost)...)
	}
	for i, values := range hits {
		text := o.say(values)
		if i > 0 && text != said {
			return nil, "" // more than one call may be meant, and they do not agree
		}
		said = text
	}
	if said != "" {
		return nil, said
	}
	for _, values := range hits {
		for _, v := range values {
			for _, m := range v.from {
				if m.call == nil && !slices.Contains(next, m.input) {
					next = append(next, m.input)
				}
			}
		}
	}
	return next, ""
}

// wordsAt returns the words whose definitions a place lies in: of several in one line that
// with the name. Of a place without a line only the name is known.
func (o *tracer) wordsAt(p Place) []*types.Word {
	var all, named []*types.Word
	for _, w := range o.info.Words {
		source := o.info.Program.Modules[w.Module].Source
		if p.Line == 0 && w.Decl.Name.Text == p.Word {
			named = append(named, w)
		}
		if p.Line == 0 || source.Name != p.File {
			continue
		}
		first, _ := source.Position(w.Decl.Pos)
		last, _ := source.Position(w.Decl.End)
		if p.Line < first || p.Line > last {
			continue
		}
		all = append(all, w)
		if w.Decl.Name.Text == p.Word {
			named = append(named, w)
		}
	}
	if named != nil {
		return named
	}
	return all
}

// hits returns for each statement of a word that may be meant the values that it got.
func (o *tracer) hits(word *types.Word, p Place, called string, inputs []int, innermost bool) (found [][]*value) {
	w := newWalker(o.info, word)
	w.results = o.results
	w.visit = func(st *syntax.Stmt, args []*value) {
		line, column := w.module.Source.Position(st.Pos)
		here := p.Line == 0 || line == p.Line && (p.Column == 0 || column == p.Column)
		if here && o.isCalled(w, st, called, innermost && p.Column > 0) {
			found = append(found, o.wanted(w, st, args, inputs))
		}
	}
	if innermost && called == word.Decl.Name.Text {
		w.left = func(stack *cell) { found = append(found, top(stack, len(word.Effect.Out))) }
	}
	if _, ok := w.run(); !ok {
		return nil
	}
	return found
}

// isCalled tells whether a statement calls a word of a name; anyway: its place says so already.
func (o *tracer) isCalled(w *walker, st *syntax.Stmt, name string, anyway bool) bool {
	if !st.HasCall() {
		return anyway || name == "match"
	}
	if anyway || st.Text == name {
		return true
	}
	c := &w.calls[st.ID]
	return c.Target == types.TargetBuiltin && o.table.Signature(c.Index).Name == name
}

// wanted picks among the values that a call gets those that the error may be about: the inputs that are
// asked for or, at the innermost place, those that have its value or its type.
func (o *tracer) wanted(w *walker, st *syntax.Stmt, args []*value, inputs []int) []*value {
	if inputs == nil {
		inputs = o.suspects(w, st, len(args))
	}
	var list []*value
	for _, i := range inputs {
		if i < len(args) {
			list = append(list, args[i])
		}
	}
	return list
}

// suspects returns the inputs of a call that the error may be about.
func (o *tracer) suspects(w *walker, st *syntax.Stmt, n int) (inputs []int) {
	typed := inputsOf(w, st)
	fits := func(i int) bool { return o.sure && i < len(typed) && typed[i].String() == o.failure.Expected }
	if len(o.failure.Values) == n {
		fits = func(i int) bool { return o.failure.Values[i] == o.target.text }
	} else if !slices.ContainsFunc(typed, func(t *types.Type) bool { return t.String() == o.failure.Expected }) {
		fits = func(int) bool { return o.sure }
	}
	for i := range n {
		if fits(i) {
			inputs = append(inputs, i)
		}
	}
	return inputs
}

// inputsOf returns the types of the inputs of a call; nil for a match, which takes variants of several unions.
func inputsOf(w *walker, st *syntax.Stmt) []*types.Type {
	if !st.HasCall() {
		return nil
	}
	switch c := &w.calls[st.ID]; c.Target {
	case types.TargetBuiltin:
		return w.table.Effect(c.Index).In
	case types.TargetWord:
		return w.info.Words[c.Index].Effect.In
	case types.TargetMake:
		return w.info.Variants[c.Index].Fields
	}
	return nil
}

// top returns the n values on top of a stack, the deepest first, as far as they are known.
func top(stack *cell, n int) []*value {
	list := make([]*value, n)
	for i := n - 1; i >= 0; i-- {
		list[i] = unknown
		if stack != nil {
			list[i], stack = stack.top, stack.below
		}
	}
	return list
}

// say says where the first of the values comes from that may be what a call left whose flag is
// dropped.
func (o *tracer) say(values []*value) string {
	for _, v := range values {
		for _, m := range v.from {
			if m.call == nil || m.flag || m.call.certain || !m.call.defaults(o.table, o.target) {
				continue
			}
			d := m.call.unchecked()
			if d == nil {
				continue
			}
			verb := "may be"
			if o.sure && !v.other && !slices.ContainsFunc(v.from, func(other mark) bool { return other.call != m.call }) {
				verb = "is"
			}
			line, column := m.call.module.Source.Position(d.st.Pos)
			return fmt.Sprintf("%s %s what '%s' leaves with false: its flag is dropped at %s:%d:%d",
				o.target.name, verb, m.call.st.Text, m.call.module.Source.Name, line, column)
		}
	}
	return ""
}

// defaults tells whether a call leaves a default with false.
func (c *call) defaults(table *types.Table, f fallback) bool {
	index, _ := table.Lookup(c.word.Name)
	out := table.Effect(index).Out
	return slices.Contains(f.kinds, types.EffectKind(out[len(out)-2]))
}

// results returns what a word leaves for given arguments, as far as that is an argument or
// what a call leaves whose flag is dropped; nil if nothing is known.
func (o *tracer) results(_ *syntax.Stmt, word *types.Word, args []*value) []*value {
	left, done := o.left[word]
	if !done && o.depth < maxDepth {
		o.left[word] = nil
		o.depth++
		left = o.run(word)
		o.depth--
		o.left[word] = left
	}
	if left == nil {
		return nil
	}
	results := make([]*value, len(left))
	for i, v := range left {
		results[i] = v.with(args)
	}
	return results
}

// with returns the value with a word's arguments in place of its inputs.
func (v *value) with(args []*value) *value {
	r := &value{other: v.other}
	for _, m := range v.from {
		switch {
		case m.call != nil && !m.flag && !m.call.certain && m.call.unchecked() != nil:
			r.from = append(r.from, m)
		case m.call == nil && m.input < len(args):
			r.from = append(r.from, unflagged(args[m.input])...)
			r.other = r.other || args[m.input].other
		default:
			r.other = true
		}
	}
	return r
}

// run runs a word and returns what it leaves.
func (o *tracer) run(word *types.Word) (left []*value) {
	w := newWalker(o.info, word)
	w.results = o.results
	w.left = func(stack *cell) {
		values := top(stack, len(word.Effect.Out))
		if left == nil {
			left = values
			return
		}
		for i, v := range values {
			left[i] = w.either(left[i], v, nil, nil)
		}
	}
	if _, ok := w.run(); !ok {
		return nil
	}
	return left
}
