package types

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// Session checks the inputs of an interactive session, each against what came
// before: the words that are defined and the types of what lies on the stack.
// An input takes as long as it is large, however long the session is. Not safe
// for concurrent use.
type Session struct {
	p     *program
	stack *Effect // its outputs
	slots int
}

// Input is an input that was checked without errors. It belongs to the session
// from Keep on; Drop and Revert undo it.
type Input struct {
	// Main has the statements of the input; nil if there are none. It takes the
	// whole stack and leaves what is the stack behind it.
	Main *Word
	// Words are the new words, those of included files as well, and Main.
	Words []*Word
	// Replaced are the words in whose place those of the same slot come.
	Replaced []*Word

	s      *Session
	before []meaning
	extent extent // of the program before
}

// meaning is what a name meant before an input.
type meaning struct {
	name    string
	target  target
	named   bool
	own     target
	owned   bool
	union   *UnionType
	variant *VariantType
}

// NewSession makes a session without words on an empty stack. Classic inputs
// have the words of the releases that opts.Profile names.
func NewSession(table *Table, opts Options) *Session {
	p := newProgram(&load.Program{}, table, opts)
	p.profile, p.session = opts.Profile, true
	s := &Session{p: p}
	s.stack = emptyStack()
	return s
}

func emptyStack() *Effect {
	return &Effect{rowIn: 1, rowOut: 1, rows: []string{implicitRow}, plain: true}
}

// Word returns the word that a name means; nil if it means none of the program.
func (s *Session) Word(name string) *Word {
	t, ok := s.p.names[name]
	if !ok || t.kind != TargetWord {
		return nil
	}
	return s.p.info.Words[t.index]
}

// EffectOf returns the effect of what a name means to inputs of today's dialect;
// nil if it means nothing, or what it means depends on the stack.
func (s *Session) EffectOf(name string) *Effect {
	if i, ok := s.p.table.Lookup(name); ok && !stdlib.Private(name) {
		return s.p.table.Effect(i)
	}
	t, ok := s.p.names[name]
	if !ok {
		return nil
	}
	return s.effect(t)
}

func (s *Session) effect(t target) *Effect {
	if t.kind == TargetWord {
		return s.p.info.Words[t.index].Effect
	}
	return s.p.generated(&Call{Target: t.kind, Index: t.index, Field: t.field})
}

// Words calls visit for every name that inputs can call and that is not a built-in
// word, in no order: words and what variants bring.
func (s *Session) Words(visit func(name string, effect *Effect, module *load.Module)) {
	info := s.p.info
	for name, t := range s.p.names {
		module := 0
		if t.kind == TargetWord {
			module = info.Words[t.index].Module
		} else {
			module = info.Variants[t.index].Union.Module
		}
		visit(name, s.effect(t), info.Program.Modules[module])
	}
}

// Info is what is known of the program so far. It grows with every input.
func (s *Session) Info() *Info { return s.p.info }

// Check checks an input: its modules and its statements. The Input is nil if
// there are errors; then the session is as before.
func (s *Session) Check(in *load.Input) (*Input, diag.List) {
	s.p.stack = s.stack
	input, list := s.check(in)
	if input == nil {
		return nil, list
	}
	input.claimSlots()
	return input, list
}

// TypeOf finds the effect of an input's statements on a stack of which nothing is
// known. The session stays as it is.
func (s *Session) TypeOf(in *load.Input) (*Effect, diag.List) {
	s.p.stack = nil
	input, list := s.check(in)
	if input == nil {
		return nil, list
	}
	defer input.Drop()
	if input.Main == nil {
		return emptyStack(), list
	}
	return input.Main.Effect, list
}

func (s *Session) check(in *load.Input) (*Input, diag.List) {
	p := s.p
	p.begin()
	input := &Input{s: s, extent: p.from}
	input.remember(in.Modules)
	p.late = in.Modules[:1]
	if in.Loaded {
		p.late = in.Modules
	}
	replaced := map[string]*Word{}
	for _, m := range p.late {
		if !m.Supplied {
			input.makeWay(m, replaced)
		}
	}
	p.info.Program.Modules = append(p.info.Program.Modules, in.Modules...)
	p.input = nil
	if in.Main != nil {
		input.Main = &Word{Module: p.from.modules, Decl: in.Main, Input: true}
		p.input = input.Main
	}
	p.check()
	if !p.errors.HasErrors() {
		input.Words = slices.Clone(p.added())
		input.redefinitions(replaced)
	}
	if list := p.errors; list.HasErrors() {
		input.Drop()
		return nil, list
	}
	return input, p.errors
}

// note remembers what a name means before the input.
func (in *Input) note(name string) {
	p := in.s.p
	m := meaning{name: name, union: p.unions[name], variant: p.byName[name]}
	m.target, m.named = p.names[name]
	m.own, m.owned = p.classicOwn[name]
	in.before = append(in.before, m)
}

// remember notes the names that the modules may define.
func (in *Input) remember(modules []*load.Module) {
	for _, m := range modules {
		for _, w := range m.Words {
			in.note(w.Name.Text)
		}
		for _, u := range m.Unions {
			in.note(u.Name.Text)
			for i := range u.Variants {
				for _, name := range variantNames(&u.Variants[i]) {
					in.note(name)
				}
			}
		}
	}
}

// restore gives the names their meanings from before the input.
func (in *Input) restore() {
	p := in.s.p
	for _, m := range slices.Backward(in.before) {
		put(p.names, m.name, m.target, m.named)
		put(p.classicOwn, m.name, m.own, m.owned)
		put(p.unions, m.name, m.union, m.union != nil)
		put(p.byName, m.name, m.variant, m.variant != nil)
	}
}

func put[T any](m map[string]T, name string, value T, there bool) {
	if there {
		m[name] = value
	} else {
		delete(m, name)
	}
}

// variantNames are the name of a variant and those of the words that it brings.
func variantNames(v *syntax.Variant) []string {
	return append([]string{v.Name.Text}, v.Words()...)
}

// makeWay forgets the names that an input defines again. Words of earlier inputs
// among them are replaced, by name.
func (in *Input) makeWay(m *load.Module, replaced map[string]*Word) {
	p := in.s.p
	for _, w := range m.Words {
		name := w.Name.Text
		if t, ok := p.names[name]; ok && t.kind == TargetWord && p.info.Words[t.index].Late {
			replaced[name] = p.info.Words[t.index]
		}
		delete(p.names, name)
		delete(p.classicOwn, name)
	}
	for _, u := range m.Unions {
		old := p.unions[u.Name.Text]
		if old == nil || p.info.Program.Modules[old.Module].Supplied {
			continue
		}
		if users := in.users(old); len(users) > 0 {
			p.fail(m.Span(u.Name.Pos, u.Name.End), "redefined-union", "the union '%s' cannot be defined again: it is used by %s", u.Name.Text, strings.Join(users, ", ")).
				Help = []string{"define what uses it again in the same input, take its values off the stack, or start anew with ':clear'"}
			continue
		}
		delete(p.unions, u.Name.Text)
		for _, v := range old.Variants {
			for _, name := range variantNames(v.Decl) {
				in.note(name)
				delete(p.byName, name)
				delete(p.names, name)
			}
		}
	}
}

// live calls visit for the words of earlier inputs that have not been replaced.
func (in *Input) live(visit func(*Word)) {
	p := in.s.p
	for _, w := range p.info.Words[:in.extent.words] {
		if !w.Late {
			continue
		}
		if t, ok := p.names[w.Decl.Name.Text]; ok && t.kind == TargetWord && t.index == int32(w.Index) {
			visit(w)
		}
	}
}

// users names what needs a union to be what it is.
func (in *Input) users(u *UnionType) []string {
	p := in.s.p
	var names []string
	in.live(func(w *Word) {
		uses := mentions(w.Effect.In, u) || mentions(w.Effect.Out, u)
		p.eachCall(w, func(c *Call) {
			switch c.Target {
			case TargetMake, TargetIs, TargetAccess:
				uses = uses || p.info.Variants[c.Index].Union == u
			}
		})
		uses = uses || slices.ContainsFunc(p.info.Matches[w.Module], func(m MatchInfo) bool { return m.Union == u })
		if uses {
			names = append(names, "'"+w.Decl.Name.Text+"'")
		}
	})
	for _, other := range p.unions {
		for _, v := range other.Variants {
			if other != u && mentions(v.Fields, u) {
				names = append(names, "'"+other.Decl.Name.Text+"'")
				break
			}
		}
	}
	slices.Sort(names)
	if mentions(in.s.stack.Out, u) {
		names = append(names, "the stack")
	}
	return names
}

// mentions tells whether a union is among types or in those of quotations.
func mentions(list []*Type, u *UnionType) bool {
	return slices.ContainsFunc(list, func(t *Type) bool {
		t = prune(t)
		return t.Kind == Union && t.Name == u.Type.Name || isQuotation(t) && (mentions(bottomUp(t.In), u) || mentions(bottomUp(t.Out), u))
	})
}

// redefinitions looks whether the callers of replaced words can call the new
// ones, and refuses those that they cannot.
func (in *Input) redefinitions(replaced map[string]*Word) {
	p := in.s.p
	for _, w := range in.Words {
		old := replaced[w.Decl.Name.Text]
		if old == nil || !w.Late || w == in.Main {
			continue
		}
		if w.Effect.shape() == old.Effect.shape() && w.Extra == old.Extra && w.Leaky == old.Leaky {
			w.Slot = old.Slot
			in.Replaced = append(in.Replaced, old)
			continue
		}
		var callers []string
		in.live(func(c *Word) {
			calls := false
			p.eachCall(c, func(call *Call) {
				calls = calls || call.Target == TargetWord && p.info.Words[call.Index].Slot == old.Slot
			})
			if calls {
				callers = append(callers, "'"+c.Decl.Name.Text+"'")
			}
		})
		if callers == nil {
			continue
		}
		slices.Sort(callers)
		d := p.fail(p.span(w.Module, w.Decl.Pos, w.Decl.Name.End), "redefined-effect", "the word '%s' cannot get another effect: it is called by %s", w.Decl.Name.Text, strings.Join(callers, ", "))
		d.Notes = []string{fmt.Sprintf("before: %s", old.Effect), fmt.Sprintf("now:    %s", w.Effect)}
		d.Help = []string{"define its callers again in the same input, or give the word another name"}
	}
}

// claimSlots gives the new words of the input that take nobody's place slots.
func (in *Input) claimSlots() {
	for _, w := range in.Words {
		if w.Late && w.Slot == 0 {
			in.s.slots++
			w.Slot = in.s.slots
		}
	}
}

// Drop undoes the input: the session is as if it had never seen it. Nothing may
// have been compiled of it.
func (in *Input) Drop() {
	p := in.s.p
	in.restore()
	e, info := in.extent, in.s.p.info
	info.Program.Modules = info.Program.Modules[:e.modules]
	info.Words, info.Unions, info.Variants = info.Words[:e.words], info.Unions[:e.unions], info.Variants[:e.variants]
	n := e.modules
	info.Calls, info.Quotations, info.Matches, p.private = info.Calls[:n], info.Quotations[:n], info.Matches[:n], p.private[:n]
}

// Revert undoes the input after it was compiled: its words stay in Info, but
// nothing has their names.
func (in *Input) Revert() { in.restore() }

// Found is what a value on the stack has turned out to be. Union is the index of
// its union, if it is a variant of one, else -1.
type Found struct {
	Kind  Kind
	Union int32
}

// Keep makes the stack that the input left that of the session. found has the
// values that lie there, bottom to top: types that they contradict (a word such
// as stack.dump has other effects than its type tells) give way.
func (in *Input) Keep(found []Found) {
	if in.Main != nil {
		in.s.SetStack(in.Main.Effect, found)
	}
}

// Stack is the types of the stack, as the outputs of an effect. It is immutable.
func (s *Session) Stack() *Effect { return s.stack }

// SetStack makes the outputs of an effect the types of the stack, as far as
// the values found do not contradict.
func (s *Session) SetStack(e *Effect, found []Found) {
	known := &Effect{rowIn: 1, rowOut: 1, rows: e.rows, vars: slices.Clone(e.vars), plain: true}
	for i, f := range found {
		at := len(e.Out) - len(found) + i // aligned at the top
		if at >= 0 && f.fits(e.Out[at]) {
			known.Out = append(known.Out, e.Out[at])
			continue
		}
		known.Out = append(known.Out, s.typeOf(f, known))
	}
	s.stack = known
}

func (f Found) fits(t *Type) bool {
	switch t = prune(t); t.Kind {
	case Var:
		return true
	case Socket:
		return f.Kind == Int
	case Variant, Union:
		return f.Kind == Variant || f.Kind == Union
	case Closure:
		return f.Kind == Quotation
	}
	return f.Kind == t.Kind
}

func (s *Session) typeOf(f Found, e *Effect) *Type {
	if f.Union >= 0 && int(f.Union) < len(s.p.info.Unions) {
		return s.p.info.Unions[f.Union].Type
	}
	for _, t := range concrete {
		if t.Kind == f.Kind && f.Kind != Variant {
			return t
		}
	}
	e.vars = append(e.vars, "")
	return &Type{Kind: Var, index: int32(len(e.vars))}
}

// Types returns the types of an effect's outputs as users write them, bottom to
// top.
func (e *Effect) Types() []string {
	in := instance{effect: e}
	p := newPrinter()
	list := make([]string, len(e.Out))
	for i, t := range e.Out {
		p.b.Reset()
		p.typ(in.typ(t))
		list[i] = p.b.String()
	}
	return list
}

// Full writes the effect with the row that it works on, named if it is not.
func (e *Effect) Full() string { return e.named().String() }

// named returns the effect with a name for the row of its sides.
func (e *Effect) named() *Effect {
	row := e.rowIn - 1
	if e.rowIn != e.rowOut || e.rows[row] != implicitRow && e.rows[row] != "" {
		return e
	}
	named := *e
	named.rows = slices.Clone(e.rows)
	named.rows[row] = "a"
	for c := 'b'; slices.Contains(e.rows, named.rows[row]); c++ {
		named.rows[row] = string(c)
	}
	return &named
}

// input checks the statements of an input on the stack of the session and makes
// what they leave their effect.
func (c *checker) input() {
	w := c.w
	g := generaliser{e: &Effect{plain: true}, vars: map[*Type]int32{}, rows: map[*Row]int32{}, closed: true}
	start := newRow("", false).stack()
	if e := c.p.stack; e != nil {
		in := instance{effect: e, rows: make([]*Row, len(e.rows))}
		in.rows[0] = newRow(implicitRow, true)
		start = in.side(e.Out, 1)
	}
	sc := &scope{start: start}
	if len(w.Decl.Body) > 0 {
		c.noted.note(c.span(w.Decl.Body[0].Start(), w.Decl.Body[0].Start()), start, nil)
	}
	result := c.seq(sc, w.Decl.Body, start)
	if sc.aux != nil {
		panic(c.refuse(c.wordSpan(), "aux-left", "values are left on the aux stack: %s", auxString(sc.aux)).
			help("every '>aux' needs its 'aux>' in the same input"))
	}
	if sc.yields {
		panic(c.refuse(c.wordSpan(), "yield-lost", "an input cannot Yield: nothing could take what it yields").help("give the words that yield to 'strand.weave'"))
	}
	g.e.In, g.e.rowIn = g.side(start)
	g.e.Out, g.e.rowOut = g.side(result)
	w.Effect = g.e
	if c.p.stack != nil { // whatever the rows are: it is called on just this stack
		g.e.rowOut, g.e.plain = g.e.rowIn, true
	} else {
		g.e.plain = g.e.plain && g.e.rowIn == g.e.rowOut
	}
}

// shape writes an effect so that two words with the same can take each other's
// place: variables and rows are numbered in order.
func (e *Effect) shape() string {
	plain := &Effect{In: e.In, Out: e.Out, Yields: e.Yields, Decl: e.Decl, rowIn: e.rowIn, rowOut: e.rowOut, plain: e.plain}
	for range e.vars {
		plain.vars = append(plain.vars, "")
	}
	for i := range e.rows {
		plain.rows = append(plain.rows, "")
		if i > 0 && int32(i+1) != e.rowIn && int32(i+1) != e.rowOut {
			continue
		}
		plain.rows[i] = fmt.Sprintf("r%d", i)
	}
	return plain.String()
}
