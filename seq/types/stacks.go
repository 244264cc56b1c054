package types

import (
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
)

// stacks notes the stack behind each statement of a body while the body is checked. The
// texts are made at once: bindings of an attempt that fails are undone later.
type stacks struct {
	steps []Point
	names *printer // the same letter for a variable on every line
	// everywhere: also where the body of a literal begins, and in front of words with literals (Info.Points).
	everywhere bool
	// suspects are things in front of the fault that may be its cause.
	suspects []string
	free     map[*Type]*Type // what stands for variables in Point.Upper
	most     int             // how many steps are kept, the last ones; 0: all
}

// maxFaultSteps is how many steps of a body that fails are kept: what led to the fault
// stands at the end.
const maxFaultSteps = 4096

// note notes the stacks behind what a span covers. The methods of nil, where nothing is noted,
// do nothing.
func (n *stacks) note(span diag.Span, s, aux *Stack) {
	if n == nil {
		return
	}
	if n.most > 0 && len(n.steps) >= 2*n.most {
		n.steps = append(n.steps[:0], n.steps[n.most:]...)
	}
	step := Point{Step: diag.Step{Span: span, Stack: n.names.upper(s)}, stack: s}
	if n.everywhere {
		step.Upper = n.frozen(s)
	}
	if aux != nil {
		step.Aux = n.names.upper(aux)
	}
	n.steps = append(n.steps, step)
}

// frozen returns the upper types of a stack, from the top, with variables that nothing binds later.
func (n *stacks) frozen(s *Stack) (list []*Type) {
	for s = resolve(s); s.Top != nil && len(list) < shownValues; s = resolve(s.Below) {
		t := prune(s.Top)
		if t.Kind == Var {
			free := n.free[t]
			if free == nil {
				if n.free == nil {
					n.free = map[*Type]*Type{}
				}
				free = &Type{Kind: Var, Name: t.Name}
				n.free[t] = free
			}
			t = free
		}
		list = append(list, t)
	}
	return list
}

// mark and cut are for attempts: cut forgets what was noted since the mark and returns it.
func (n *stacks) mark() int {
	if n == nil {
		return 0
	}
	return len(n.steps)
}

func (n *stacks) cut(mark int) []Point {
	if n == nil || mark >= len(n.steps) {
		return nil
	}
	cut := slices.Clone(n.steps[mark:])
	n.steps = n.steps[:mark]
	return cut
}

// again notes what was cut.
func (n *stacks) again(steps []Point) {
	if n != nil {
		n.steps = append(n.steps, steps...)
	}
}

// suspect notes what may be the cause of a fault further on.
func (n *stacks) suspect(format string, args ...any) {
	if n == nil {
		return
	}
	if text := fmt.Sprintf(format, args...); !slices.Contains(n.suspects, text) { // a literal may be tried again
		n.suspects = append(n.suspects, text)
	}
}

// noteStep notes the stack behind what is checked together: a literal "if" with its branches, say.
func (c *checker) noteStep(start, end int32, s, aux *Stack) {
	if c.noted != nil { // asked here: most checks note nothing, and need no span
		c.noted.note(c.span(start, end), s, aux)
	}
}

// shown returns the steps for people.
func (n *stacks) shown() []diag.Step {
	list := make([]diag.Step, len(n.steps))
	for i := range n.steps {
		list[i] = n.steps[i].Step
	}
	return list
}

// checked runs the check of a word's body. A body that is refused is checked once more,
// for the stack on the way to the fault; so bodies without faults pay nothing for it.
func (c *checker) checked(w *Word, check func()) *diag.Diagnostic {
	c.enter(w)
	d := c.try(check)
	if d == nil || d == reported || c.p.trying || c.steps > maxSteps || !c.mine(d) {
		return d
	}
	c.enter(w)
	c.noted = &stacks{names: newPrinter(), most: maxFaultSteps}
	defer func() { c.noted = nil }()
	if again := c.try(check); again != nil && again != reported {
		d = again
		d.Steps = c.noted.shown()
		d.Help = append(d.Help, c.noted.suspects...)
	}
	return d
}

// mine tells whether a diagnostic is about the word that is checked: the effect of another
// one may have been inferred on the way.
func (c *checker) mine(d *diag.Diagnostic) bool {
	whole := c.span(c.w.Decl.Pos, c.w.Decl.End)
	return d.Steps == nil && d.Span.Source == whole.Source && whole.Start <= d.Span.Start && d.Span.Start < whole.End
}

// Stacks returns the stack behind each statement of a word's body, in source order; the
// first step, without extent, is the stack that the body starts on. It is nil for a word that was
// refused, or not checked. The body is checked again for it, so Info must not be used by others meanwhile.
func (info *Info) Stacks(w *Word) []diag.Step {
	p := info.checked
	if w.refused || w == p.input || w.Effect == nil { // nil: names clash, so no body was looked at
		return nil
	}
	found := p.errors
	defer func() { p.errors = found }() // its warnings have been given
	c := &checker{p: p}
	c.enter(w)
	c.noted = &stacks{names: newPrinter()}
	if c.try(c.word) != nil {
		return nil
	}
	return c.noted.shown()
}

// shownValues is how many values of a stack a step shows, from the top.
const shownValues = 16

// upper writes the upper part of a stack or of an aux stack.
func (p *printer) upper(s *Stack) string {
	var list []*Type
	for s = rest(s); s != nil && s.Top != nil && len(list) < shownValues; s = rest(s.Below) {
		list = append(list, s.Top)
	}
	p.b.Reset()
	p.b.WriteString("(")
	switch {
	case s == nil:
	case s.Top != nil:
		p.b.WriteString(" …")
	case p.row(s.Row) != "":
		p.b.WriteString(" " + p.row(s.Row))
	}
	for i := len(list) - 1; i >= 0; i-- {
		p.b.WriteString(" ")
		p.typ(list[i])
	}
	p.b.WriteString(" )")
	return p.b.String()
}

// rest is resolve for what may be an aux stack, whose end is nil.
func rest(s *Stack) *Stack {
	if s == nil {
		return nil
	}
	return resolve(s)
}
