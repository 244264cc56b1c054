package types

import (
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/syntax"
)

// Effect is the stack effect of a word as a scheme: its variables and rows are
// numbered and renamed to fresh ones at every use.
type Effect struct {
	In, Out []*Type // bottom to top
	Yields  bool
	Decl    *syntax.Effect

	rowIn, rowOut int32
	vars          []string // names of the type variables, by number-1
	rows          []string // names of the rows, by number-1; row 1 is the implicit one
	plain         bool     // both sides have the same row and nothing else refers to it
}

// IsInt tells whether an effect leaves one Int and nothing else: a main with it gives
// the exit status.
func (e *Effect) IsInt() bool { return len(e.Out) == 1 && e.Out[0].Kind == Int }

// implicitRows are the rows of an effect that names none; to append copies them.
var implicitRows = slices.Clip([]string{implicitRow})

// implicitRow is the name of the row that an effect has if it names none.
const implicitRow = "rest"

// String writes the effect as it was declared.
func (e *Effect) String() string {
	if text, ok := e.simple(); ok {
		return text
	}
	b := instance{effect: e}
	p := newPrinter()
	p.b.WriteString("(")
	p.sides(b.side(e.In, e.rowIn), b.side(e.Out, e.rowOut))
	if e.Yields {
		p.b.WriteString("| Yield ")
		p.b.WriteString(yieldName(e.Decl))
		p.b.WriteString(" ")
	}
	p.b.WriteString(")")
	return p.b.String()
}

// simple is String for an effect whose types are names and nothing more, as most are; ok is false
// for others. The compiler wants the text of each word's effect.
func (e *Effect) simple() (text string, ok bool) {
	if !e.plain || e.Yields || e.rows[e.rowIn-1] != implicitRow { // the row is written, too
		return "", false
	}
	size := len("( -- )")
	for _, side := range [...][]*Type{e.In, e.Out} {
		for _, t := range side {
			if t.Kind == Var || isQuotation(t) {
				return "", false
			}
			size += len(" ") + len(t.Name)
		}
	}
	if size > printLimit {
		return "", false
	}
	b := make([]byte, 0, size)
	b = append(b, '(')
	for _, t := range e.In {
		b = append(append(b, ' '), t.Name...)
	}
	b = append(b, " --"...)
	for _, t := range e.Out {
		b = append(append(b, ' '), t.Name...)
	}
	return string(append(b, " )"...)), true
}

func yieldName(decl *syntax.Effect) string {
	if decl == nil || len(decl.Yields) == 0 || decl.Yields[0].Kind != syntax.TypeName {
		return "T"
	}
	return decl.Yields[0].Name
}

// instance is one use of an effect: variables and rows are made as needed.
type instance struct {
	effect *Effect
	vars   []*Type
	rows   []*Row
}

func (in *instance) variable(index int32) *Type {
	if in.vars == nil {
		in.vars = make([]*Type, len(in.effect.vars))
	}
	v := in.vars[index-1]
	if v == nil {
		v = &Type{Kind: Var, Name: in.effect.vars[index-1]}
		in.vars[index-1] = v
	}
	return v
}

func (in *instance) row(index int32) *Row {
	if in.rows == nil {
		in.rows = make([]*Row, len(in.effect.rows))
	}
	r := in.rows[index-1]
	if r == nil {
		r = newRow(in.effect.rows[index-1], false)
		in.rows[index-1] = r
	}
	return r
}

func (in *instance) typ(t *Type) *Type {
	switch {
	case t.Kind == Var:
		return in.variable(t.index)
	case isQuotation(t) && !t.closed:
		return &Type{Kind: t.Kind, Yields: t.Yields, In: in.stack(t.In), Out: in.stack(t.Out)}
	}
	return t
}

// stack instantiates a stack of a scheme; those are as short as users write them.
func (in *instance) stack(s *Stack) *Stack {
	if s.Top == nil {
		return in.row(s.Row.index).stack()
	}
	return in.stack(s.Below).push(in.typ(s.Top))
}

func (in *instance) side(types []*Type, row int32) *Stack {
	s := in.row(row).stack()
	for _, t := range types {
		s = s.push(in.typ(t))
	}
	return s
}

// effectBuilder makes an Effect of a written one.
type effectBuilder struct {
	e        *Effect
	varIndex map[string]int32 // nil until there is one
	rowIndex map[string]int32 // but for the implicit row
	// named looks a type name up; ok is false for a name that is no type.
	named func(x *syntax.TypeExpr) (t *Type, variable, ok bool)
}

// build returns false if a name in the effect is no type; named has reported it.
func (b *effectBuilder) build(decl *syntax.Effect) (*Effect, bool) {
	b.e = &Effect{Decl: decl, Yields: len(decl.Yields) > 0, rows: implicitRows, plain: true}
	b.e.rowIn = b.rowOf(decl.In, 1)
	b.e.rowOut = b.rowOf(decl.Out, 1)
	b.e.plain = b.e.rowIn == b.e.rowOut
	ok := true
	list := func(exprs []syntax.TypeExpr) (types []*Type) {
		for i := range exprs {
			if exprs[i].Kind == syntax.TypeRow {
				continue
			}
			t, good := b.typ(&exprs[i])
			ok = ok && good
			types = append(types, t)
		}
		return types
	}
	b.e.In = list(decl.In)
	b.e.Out = list(decl.Out)
	return b.e, ok
}

// rowOf returns the number of the last row named in a list, or the given one.
func (b *effectBuilder) rowOf(exprs []syntax.TypeExpr, row int32) int32 {
	for i := range exprs {
		if exprs[i].Kind == syntax.TypeRow {
			row = b.namedRow(exprs[i].Name)
		}
	}
	return row
}

func (b *effectBuilder) namedRow(name string) int32 {
	if name == implicitRow {
		return 1
	}
	if i, ok := b.rowIndex[name]; ok {
		return i
	}
	b.e.rows = append(b.e.rows, name)
	if b.rowIndex == nil {
		b.rowIndex = map[string]int32{}
	}
	b.rowIndex[name] = int32(len(b.e.rows))
	return b.rowIndex[name]
}

func (b *effectBuilder) typ(x *syntax.TypeExpr) (*Type, bool) {
	if x.Kind == syntax.TypeName {
		t, variable, ok := b.named(x)
		if !ok || !variable {
			return t, ok
		}
		i, known := b.varIndex[x.Name]
		if !known {
			b.e.vars = append(b.e.vars, x.Name)
			i = int32(len(b.e.vars))
			if b.varIndex == nil {
				b.varIndex = map[string]int32{}
			}
			b.varIndex[x.Name] = i
		}
		return &Type{Kind: Var, index: i, Name: x.Name}, true
	}
	t := &Type{Kind: Quotation}
	if x.Kind == syntax.TypeClosure {
		t.Kind = Closure
	}
	private := int32(0) // the implicit row of a quotation type is its own (chapter 2, section 3)
	side := func(exprs []syntax.TypeExpr) (*Stack, bool) {
		index := b.rowOf(exprs, 0)
		if index == 0 {
			if private == 0 {
				b.e.rows = append(b.e.rows, "")
				private = int32(len(b.e.rows))
			}
			index = private
		} else if index == b.e.rowIn || index == b.e.rowOut {
			b.e.plain = false
		}
		row := newRow(b.e.rows[index-1], false)
		row.index = index
		s, ok := row.stack(), true
		for i := range exprs {
			if exprs[i].Kind == syntax.TypeRow {
				continue
			}
			t, good := b.typ(&exprs[i])
			ok = ok && good
			s = s.push(t)
		}
		return s, ok
	}
	in, okIn := side(x.In)
	out, okOut := side(x.Out)
	t.In, t.Out = in, out
	return t, okIn && okOut
}

// builtinEffect parses the effect of a built-in word. In the table of
// built-ins every name that is no type is a type variable.
func builtinEffect(text string) (*Effect, error) {
	decl, err := syntax.ParseEffect(text)
	if err != nil {
		return nil, fmt.Errorf("effect %q: %w", text, err)
	}
	b := effectBuilder{named: func(x *syntax.TypeExpr) (*Type, bool, bool) {
		t := concrete[x.Name]
		return t, t == nil, true
	}}
	e, _ := b.build(decl)
	for i := range e.vars {
		e.vars[i] = "" // a table's letters mean nothing to the reader of a diagnostic
	}
	if e.rowIn == e.rowOut && e.rowIn > 1 {
		for i := range e.rows {
			e.rows[i] = ""
		}
	}
	return e, nil
}
