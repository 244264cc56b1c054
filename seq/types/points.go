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
	stack *Stack
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
	c, done := onlooker(p, w)
	defer done()
	c.quots = slices.Clone(c.quots)
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
