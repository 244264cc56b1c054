package types

import (
	"fmt"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// reported ends the check of a body for a reason that has been reported.
var reported = &diag.Diagnostic{Code: "missing-effect"}

// withoutEffect looks at a word that declares no effect: up to release 1.1 it
// is inferred (chapter 9, section 12), later it was required. Its callers are
// not checked then: infer refuses.
func (p *program) withoutEffect(w *Word) {
	if p.infers() {
		return
	}
	name := w.Decl.Name.Text
	p.fail(p.span(w.Module, w.Decl.Pos, w.Decl.Name.End), "missing-effect", "the word '%s' has no effect: its stack effect is missing", name).
		Help = []string{syntax.MissingEffectHelp(name)}
}

// infers tells whether the program has words whose effect is inferred.
func (p *program) infers() bool { return p.profile >= syntax.Classic2 }

// maxInferring bounds how deep infer calls itself: at this depth it uses a good
// part of what Go allows a goroutine's stack.
const maxInferring = 100_000

// infer gives a word the effect of its body. It panics with a refusal if the
// body has none: callers cannot be checked then.
func (p *program) infer(w *Word) {
	if !p.infers() || w.refused {
		panic(&refusal{d: reported})
	}
	c := &checker{p: p}
	c.enter(w)
	if p.inferring[w] {
		panic(c.refuse(c.wordSpan(), "missing-effect", "the word '%s' calls itself, so its effect cannot be inferred", w.Decl.Name.Text).
			help("%s", syntax.MissingEffectHelp(w.Decl.Name.Text)))
	}
	if len(p.inferring) >= maxInferring {
		panic(c.refuse(c.wordSpan(), "missing-effect", "more than %d words without an effect call each other in a row up to '%s'", maxInferring, w.Decl.Name.Text).
			help("%s", syntax.MissingEffectHelp(w.Decl.Name.Text)))
	}
	p.inferring[w] = true
	defer func() {
		delete(p.inferring, w)
		w.refused = w.refused || w.Effect == nil // what is wrong is reported once, where it is
	}()
	var start, result *Stack
	var sc *scope
	d := c.checked(w, func() {
		start = newRow("", false).stack()
		sc = &scope{start: start}
		result = c.seq(sc, w.Decl.Body, start)
	})
	if d != nil {
		panic(&refusal{d: d})
	}
	g := generaliser{e: &Effect{Yields: sc.yields, plain: true}, vars: map[*Type]int32{}, rows: map[*Row]int32{}}
	g.e.In, g.e.rowIn = g.side(start)
	g.e.Out, g.e.rowOut = g.side(result)
	g.e.plain = g.e.plain && g.e.rowIn == g.e.rowOut
	w.Effect = g.e
	if w == p.info.Main {
		p.mainEffect(w)
	}
}

// generaliser makes a scheme of inferred types: it numbers what is still open.
type generaliser struct {
	e    *Effect
	vars map[*Type]int32
	rows map[*Row]int32
	// closed: types of literals stay what they are, schemes of their own.
	closed bool
}

func (g *generaliser) side(s *Stack) ([]*Type, int32) {
	_, base := height(s)
	row := g.row(base)
	types := bottomUp(s)
	for i, t := range types {
		types[i] = g.typ(t)
	}
	return types, row
}

// row numbers a row; the first is the one that the body starts from.
func (g *generaliser) row(r *Row) int32 {
	if g.rows[r] == 0 {
		name := ""
		if len(g.e.rows) == 0 {
			name = implicitRow
		}
		g.e.rows = append(g.e.rows, name)
		g.rows[r] = int32(len(g.e.rows))
	}
	return g.rows[r]
}

func (g *generaliser) typ(t *Type) *Type {
	t = prune(t)
	switch {
	case t.Kind == Var:
		if g.vars[t] == 0 {
			g.e.vars = append(g.e.vars, variableName(len(g.e.vars)))
			g.vars[t] = int32(len(g.e.vars))
		}
		index := g.vars[t]
		return &Type{Kind: Var, index: index, Name: g.e.vars[index-1]}
	case isQuotation(t) && !(t.closed && g.closed):
		return &Type{Kind: t.Kind, Yields: t.Yields, In: g.stack(t.In), Out: g.stack(t.Out)}
	}
	return t
}

// variableName is the letter of a numbered variable: T, U, V, … and from A on.
func variableName(i int) string {
	const letters = "TUVWXYZABCDEFGHIJKLMNOPQRS"
	if i < len(letters) {
		return letters[i : i+1]
	}
	return fmt.Sprintf("T%d", i)
}

func (g *generaliser) stack(s *Stack) *Stack {
	s = resolve(s)
	if s.Top != nil {
		return g.stack(s.Below).push(g.typ(s.Top))
	}
	index := g.row(s.Row)
	g.e.plain = g.e.plain && index != g.e.rowIn && index != 1
	row := newRow(g.e.rows[index-1], false)
	row.index = index
	return row.stack()
}
