// Package types is the static type system: it declares the unions and words of
// a program, resolves every call, infers and unifies stack effects, decides
// which quotations capture values, and refuses what chapter 2 of the language
// book refuses. Its result is Info: annotations beside the syntax tree.
//
// It knows the built-in words only as the table of signatures it is handed and
// generates no code.
package types

import "strings"

// Kind tells the forms of a type apart.
type Kind uint8

// The forms of a type (chapter 2, section 2).
const (
	Int Kind = iota
	Float
	Bool
	String
	Symbol
	Channel
	Socket
	Variant
	Union
	Quotation
	Closure
	Var
)

// Type is a type. Concrete types are shared; a type variable is bound by
// setting ref. Types belong to one check and are not safe for concurrent use.
type Type struct {
	Kind   Kind
	Yields bool   // Quotation, Closure: running it yields
	closed bool   // Quotation of a literal: all its variables are its own, so it is a scheme
	index  int32  // Var of a scheme: its number there, from 1
	Name   string // Union, Var as written
	In     *Stack // Quotation, Closure
	Out    *Stack
	ref    *Type // Var: what it is bound to
	runs   bool  // Var: a body runs a value of it as a quotation
}

// Stack is a stack type: a persistent list of types, the top first, that ends
// in a cell whose Row is set.
type Stack struct {
	Top   *Type
	Below *Stack
	Row   *Row
}

// Row is a row variable: the unknown rest of a stack.
type Row struct {
	Name  string // as written, without dots; "" for one nobody wrote
	rigid bool   // nothing can be popped from it
	index int32  // row of a scheme: its number there, from 1
	ref   *Stack // what it is bound to
	cell  Stack  // the bottom cell for this row
}

func newRow(name string, rigid bool) *Row {
	r := &Row{Name: name, rigid: rigid}
	r.cell.Row = r
	return r
}

func (r *Row) stack() *Stack { return &r.cell }

// push puts a type on a stack; the stack given is not changed.
func (s *Stack) push(t *Type) *Stack { return &Stack{Top: t, Below: s} }

var (
	intType     = &Type{Kind: Int, Name: "Int"}
	floatType   = &Type{Kind: Float, Name: "Float"}
	boolType    = &Type{Kind: Bool, Name: "Bool"}
	stringType  = &Type{Kind: String, Name: "String"}
	symbolType  = &Type{Kind: Symbol, Name: "Symbol"}
	channelType = &Type{Kind: Channel, Name: "Channel"}
	socketType  = &Type{Kind: Socket, Name: "Socket"}
	variantType = &Type{Kind: Variant, Name: "Variant"}
)

// concrete are the types with a name of their own (chapter 1, section 8).
var concrete = map[string]*Type{
	"Int": intType, "Float": floatType, "Bool": boolType, "String": stringType,
	"Symbol": symbolType, "Channel": channelType, "Socket": socketType, "Variant": variantType,
}

// prune follows the bindings of a variable.
func prune(t *Type) *Type {
	for t.Kind == Var && t.ref != nil {
		t = t.ref
	}
	return t
}

// resolve follows the bindings of the row at the top of a stack.
func resolve(s *Stack) *Stack {
	for s.Top == nil && s.Row.ref != nil {
		s = s.Row.ref
	}
	return s
}

// height counts the known values of a stack and returns the row below them.
func height(s *Stack) (int, *Row) {
	n := 0
	for s = resolve(s); s.Top != nil; s = resolve(s.Below) {
		n++
	}
	return n, s.Row
}

// isQuotation tells whether a type is a quotation or closure type.
func isQuotation(t *Type) bool { return t.Kind == Quotation || t.Kind == Closure }

// printer writes types for people: variables and rows as the user wrote them,
// others with letters that are free, nothing longer than limit.
type printer struct {
	b     strings.Builder
	vars  map[*Type]string
	used  map[string]bool
	depth int
}

const (
	printLimit = 400
	printDepth = 12
)

func newPrinter() *printer {
	p := &printer{}
	p.b.Grow(32)
	return p
}

func (p *printer) variable(t *Type) string {
	if name, ok := p.vars[t]; ok {
		return name
	}
	name := t.Name
	for c := 'T'; name == "" || p.used[name]; c++ {
		if c > 'Z' {
			c = 'A'
		}
		if name = string(c); !p.used[name] || len(p.used) > 25 {
			break
		}
	}
	if p.vars == nil {
		p.vars, p.used = map[*Type]string{}, map[string]bool{}
	}
	p.vars[t] = name
	p.used[name] = true
	return name
}

// row names a row; the implicit ones have no name.
func (p *printer) row(r *Row) string {
	if r.Name == "" || r.Name == "rest" {
		return ""
	}
	return ".." + r.Name
}

func (p *printer) typ(t *Type) {
	t = prune(t)
	switch {
	case p.b.Len() > printLimit || p.depth > printDepth:
		p.b.WriteString("…")
	case t.Kind == Var:
		p.b.WriteString(p.variable(t))
	case isQuotation(t):
		if t.Kind == Closure {
			p.b.WriteString("Closure")
		}
		p.depth++
		p.b.WriteString("[")
		p.sides(t.In, t.Out)
		p.b.WriteString("]")
		p.depth--
	default:
		p.b.WriteString(t.Name)
	}
}

// sides writes "in -- out" with a blank around, leaving out a row that both
// sides share and nobody named.
func (p *printer) sides(in, out *Stack) {
	p.stack(in)
	p.b.WriteString(" --")
	p.stack(out)
	p.b.WriteString(" ")
}

// stack writes a stack with a blank before each part.
func (p *printer) stack(s *Stack) {
	var list []*Type
	for s = resolve(s); s.Top != nil; s = resolve(s.Below) {
		list = append(list, s.Top)
	}
	if name := p.row(s.Row); name != "" {
		p.b.WriteString(" " + name)
	}
	for i := len(list) - 1; i >= 0; i-- {
		if p.b.Len() > printLimit {
			p.b.WriteString(" …")
			return
		}
		p.b.WriteString(" ")
		p.typ(list[i])
	}
}

// String writes a type as users write it.
func (t *Type) String() string {
	p := newPrinter()
	p.typ(t)
	return p.b.String()
}

// String writes a stack as "( A B )", the top on the right.
func (s *Stack) String() string {
	p := newPrinter()
	p.b.WriteString("(")
	p.stack(s)
	p.b.WriteString(" )")
	return p.b.String()
}
