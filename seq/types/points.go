package types

import (
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// This file is for tools that show a program while it is written: what lies on the stack at a place of it, and what fits there. All of
// it checks a body again, so Info must not be used by others meanwhile.

// Point is the stack behind what a span covers, or, if that has no extent, at a place.
type Point struct {
	diag.Step
	stack *Stack // what it is known for at the end of the body
	// Upper are the upper types, from the top, as they were known there: a variable is one though a word further on takes it for a type.
	Upper []*Type
}

// Points returns the stack at all places of a word's body where it may change: at its beginning, behind each statement, where the
// body of a literal, branch or arm begins, and in front of a word with literals. Of a word that was refused there are the
// points up to the fault. It is nil where nothing is known. The points are in the order in which the checker comes to them, which is not always that of the text;
// of two at one place the later one counts.
func (info *Info) Points(w *Word) []Point {
	p := info.checked
	if p == nil || w == p.input || w.Effect == nil || info.Calls[w.Module] == nil {
		return nil
	}
	c, done := onlooker(p, w)
	defer done()
	c.noted = &stacks{names: newPrinter(), everywhere: true}
	_ = c.try(c.word) // what it finds has been told
	return c.noted.steps
}

// At returns the point that says what lies on the stack at an offset: the nearest one in front of it. ok is false if there is none.
func At(points []Point, offset int32) (at Point, ok bool) {
	for _, p := range points {
		if p.Span.End <= offset && (!ok || p.Span.End >= at.Span.End) {
			at, ok = p, true
		}
	}
	return at, ok
}

// onlooker makes a checker for the body of a word that tells nothing of what it finds.
func onlooker(p *program, w *Word) (c *checker, done func()) {
	errors, extra, leaky := p.errors, w.Extra, w.Leaky
	c = &checker{p: p}
	c.enter(w)
	return c, func() { p.errors, w.Extra, w.Leaky = errors, extra, leaky }
}

// Fits tells whether a word with an effect can stand at a point of a body: whether the types on top are those that it wants.
// nil fits everywhere.
func (info *Info) Fits(at Point, e *Effect) bool { return info.FitsBelow(at, e, 0) }

// FitsBelow is Fits for a word whose upper inputs, so many, do not lie there yet.
func (info *Info) FitsBelow(at Point, e *Effect, missing int) bool {
	if e == nil || at.stack == nil {
		return true
	}
	c := &checker{p: info.checked}
	defer func() { c.undo(0) }()
	in := &instance{effect: e}
	s := at.stack
	for i := len(e.In) - 1 - missing; i >= 0; i-- {
		if s = resolve(s); s.Top == nil {
			return !s.Row.rigid
		}
		want := in.typ(e.In[i])
		both := isQuotation(want) && isQuotation(prune(s.Top)) // what they do may still change
		if !both && !c.unify(want, s.Top) {
			return false
		}
		s = s.Below
	}
	return true
}

// EffectOfLiteral returns the effect of a quotation literal by itself, whatever it captures where it stands; nil if it has none.
func (info *Info) EffectOfLiteral(w *Word, literal *syntax.Stmt) *Effect {
	p := info.checked
	if p == nil || w.Effect == nil || info.Calls[w.Module] == nil {
		return nil
	}
	c, done := aside(p, w)
	defer done()
	g := generaliser{e: &Effect{plain: true}, vars: map[*Type]int32{}, rows: map[*Row]int32{}, closed: true}
	if c.try(func() {
		q := c.plainLiteral(literal)
		g.e.In, g.e.rowIn = g.side(q.In)
		g.e.Out, g.e.rowOut = g.side(q.Out)
		g.e.Yields = q.Yields
	}) != nil {
		return nil
	}
	g.e.plain = g.e.plain && g.e.rowIn == g.e.rowOut
	return g.e
}

// EffectsOfPart returns effects that statements of a word's body, one behind the other, can have as a word of their own: one for what lies on the stack in front of
// them, which at tells (nil: nothing is known), and one that is found without knowing that. There are none of statements that take values off the aux stack or leave some
// there, nor of those that run what nobody knows: a word with these would leave other stacks than it declares.
func (info *Info) EffectsOfPart(w *Word, part []syntax.Stmt, at *Point) (effects []*Effect) {
	p := info.checked
	if p == nil || info.Calls[w.Module] == nil {
		return nil
	}
	for taken := 0; at != nil && taken <= len(at.Upper) && effects == nil; taken++ {
		start := newRow(implicitRow, true).stack()
		for _, t := range slices.Backward(at.Upper[:taken]) {
			start = start.push(t)
		}
		if e := effectOfPart(p, w, part, start); e != nil {
			effects = append(effects, e)
		}
	}
	if e := effectOfPart(p, w, part, newRow("", false).stack()); e != nil {
		effects = append(effects, e)
	}
	return effects
}

// effectOfPart returns the effect of statements that begin on a stack; nil if they have none.
func effectOfPart(p *program, w *Word, part []syntax.Stmt, start *Stack) *Effect {
	c, done := aside(p, w)
	defer done()
	defer func() { c.undo(0) }()
	g := generaliser{e: &Effect{plain: true}, vars: map[*Type]int32{}, rows: map[*Row]int32{}, closed: true}
	sc := &scope{start: start}
	if c.try(func() {
		result := c.seq(sc, part, start)
		g.e.In, g.e.rowIn = g.side(start)
		g.e.Out, g.e.rowOut = g.side(result)
		g.e.Yields = sc.yields
	}) != nil || sc.aux != nil || g.e.rowIn != g.e.rowOut {
		return nil
	}
	for st := range syntax.All(part) {
		if st.Kind != syntax.StmtCall && st.Kind != syntax.StmtIndex {
			continue
		}
		if special := c.ruleOf(st).Special; special != ToAux && special != FromAux && !c.calls[st.ID].Known {
			return nil
		}
	}
	return g.e
}

// aside is an onlooker for statements as they do not stand in the program: what is found out about them is not noted in it.
func aside(p *program, w *Word) (c *checker, done func()) {
	c, done = onlooker(p, w)
	c.calls, c.quots, c.matches = slices.Clone(c.calls), slices.Clone(c.quots), slices.Clone(c.matches)
	return c, done
}

// EffectOfCall returns the effect of what a call calls, an operator's of what it means there; nil if that is not known.
func (info *Info) EffectOfCall(call *Call) *Effect {
	switch call.Target {
	case TargetBuiltin:
		return info.Builtins.Effect(call.Index)
	case TargetWord:
		return info.Words[call.Index].Effect
	case TargetMake, TargetIs, TargetAccess:
		return info.checked.generated(call)
	}
	return nil
}

// Named returns what a name that the program defines means in a file of it, as a call has it; false if there is none. It is known if Looked is true.
func (info *Info) Named(module int, name string) (Call, bool) {
	p := info.checked
	t, ok := p.classicOwn[name]
	if !ok || !p.info.Program.Modules[module].Dialect.OldNames() {
		t, ok = p.named(module, name)
	}
	return Call{Target: t.kind, Index: t.index, Field: t.field}, ok
}

// notePlace notes the stack at a place without a statement of its own, if somebody wants to know.
func notePlace(c *checker, at int32, s, aux *Stack) {
	if c.noted != nil && c.noted.everywhere {
		c.noted.note(c.span(at, at), s, aux)
	}
}

// noteArm is notePlace for the beginning of an arm's body.
func noteArm(c *checker, arm *syntax.Arm, s, aux *Stack) {
	if c.noted == nil || !c.noted.everywhere {
		return
	}
	const arrow = "->"
	at := arm.Variant.End
	if n := len(arm.Bindings); n > 0 {
		at = arm.Bindings[n-1].End
	}
	text := c.p.info.Program.Modules[c.w.Module].Source.Text
	notePlace(c, at+int32(strings.Index(text[at:], arrow)+len(arrow)), s, aux)
}

// noteClassic is notePlace behind the "then" of a classic conditional, whose statement stands at its "if".
func noteClassic(c *checker, st *syntax.Stmt, s, aux *Stack) {
	if st.Inner[0].Pos == st.Pos {
		notePlace(c, st.Inner[1].End, s, aux)
	}
}
