package syntax

import (
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
)

// File is the syntax tree of one source file. The order of its parts is that
// of the text. It is not changed after parsing.
type File struct {
	Source  *diag.Source
	Dialect Dialect
	// HashNames are the words with a "#" in their names that the file may call:
	// in classic files such a token is a name; any other one is a comment.
	Mixed     bool // two literals and "if" mean what they do today, also with conditionals: see Text.ParseMixed
	HashNames map[string]bool
	Includes  []*Include
	Unions    []*Union
	Words     []*Word
	Allows    []Name // of all "# seq:allow(ID)" comments: see Word.Allows

	// Calls, Quotations and Matches bound the numbers of the statements of these kinds: their
	// Stmt.ID run from 0 to below that, so that later phases can keep what they
	// find out in slices. Each number belongs to one statement at most.
	Calls, Quotations, Matches int

	// Kept is what was taken over from an earlier state of the file.
	Kept Kept

	// What can be taken over from the file: it is cut into tokens without faults, and between these offsets are those of definitions.
	whole                 bool
	firstFault, lastFault int32
	numbers               int // how many numbers there were when all of it was read
}

// Kept says how many definitions of a file, from its beginning and from its end, are those of an earlier state of it, with the numbers that their statements had there.
// Those at the end may stand at other places.
type Kept struct {
	Of                      *diag.Source // the earlier state; nil: there is none
	Front, Tail             int          // words
	FrontUnions, TailUnions int
}

// Whole tells whether the file could be cut into tokens: all of it was looked at.
func (f *File) Whole() bool { return f.whole }

// Span returns the span of two byte offsets of this file.
func (f *File) Span(start, end int32) diag.Span {
	return diag.Span{Source: f.Source, Start: start, End: end}
}

// IncludeKind tells the forms of an include apart.
type IncludeKind uint8

// The forms of an include (chapter 1, section 10, and for IncludeVM docs/modules.md).
const (
	IncludeFile IncludeKind = iota
	IncludeStd
	IncludeVM
	IncludeFFI
)

// namespaces are what can stand in front of the colon of an include.
var namespaces = map[string]IncludeKind{"std": IncludeStd, "vm": IncludeVM, "ffi": IncludeFFI}

// Namespace tells whether a token may stand in front of the colon of an include.
func (t Token) Namespace() bool { return t.Kind == TokenWord && namespaces[t.Text] != IncludeFile }

// Include is "include NAMESPACE:NAME" or `include "PATH"`.
type Include struct {
	Kind     IncludeKind
	Name     string // module, manifest, or the path as written
	Pos, End int32
}

// Name is a token that names something, with its place.
type Name struct {
	Text     string
	Pos, End int32
}

// Union is a union definition (chapter 1, section 11).
type Union struct {
	Name     Name
	Variants []Variant
	Pos, End int32 // of the whole definition
}

// Variant is one variant of a union.
type Variant struct {
	Name   Name
	Fields []Field
}

// Words are the names of the words that the variant brings (chapter 1, section 11).
func (v *Variant) Words() []string {
	names := []string{"Make-" + v.Name.Text, "is-" + v.Name.Text + "?"}
	for i := range v.Fields {
		names = append(names, v.Name.Text+"-"+v.Fields[i].Name.Text)
	}
	return names
}

// Field is a field of a variant.
type Field struct {
	Name, Type Name
}

// Word is a word definition.
type Word struct {
	Name     Name
	Effect   *Effect
	Body     []Stmt
	Pos, End int32  // from the colon to behind the semicolon
	Allows   []Name // of "# seq:allow(ID)" comments: the ids, each with the place of its comment
}

// Allowed tells whether a comment "# seq:allow(ID)" suppresses what a rule finds in the word (chapter 8, section 4).
func (w *Word) Allowed(id string) bool {
	return slices.ContainsFunc(w.Allows, func(a Name) bool { return a.Text == id })
}

// Effect is a stack effect as written.
type Effect struct {
	In, Out  []TypeExpr
	Yields   []TypeExpr // the types after each Yield
	Pos, End int32
	Missing  bool // the word has none: only in classic files
}

// TypeKind tells the forms of a type expression apart.
type TypeKind uint8

// The forms of a type expression (chapter 1, section 8).
const (
	TypeName TypeKind = iota
	TypeRow
	TypeQuotation
	TypeClosure
)

// TypeExpr is a type, row, quotation type or closure type as written.
type TypeExpr struct {
	Kind     TypeKind
	Pos, End int32
	Name     string // TypeName: the name; TypeRow: the name without the dots
	*Sides          // never nil, and not to be changed: names and rows share empty ones
}

// Sides are the types in the type of a quotation or closure.
type Sides struct {
	In, Out []TypeExpr
}

// StmtKind tells the statements apart.
type StmtKind uint8

// The statements of a body. Those from StmtCall on end in a word; the literals in front of it that
// belong to it are in Stmt.Inner.
const (
	StmtInt StmtKind = iota
	StmtFloat
	StmtBool
	StmtString
	StmtSymbol
	StmtQuotation
	StmtMatch
	StmtCall  // a call of any word; Inner: the quotation literal right in front of it, of "bi" two
	StmtIf    // [ A ] [ B ] if; Inner: the two
	StmtCond  // [ P ] [ B ] … N cond; Inner: 2N quotation literals and the Int literal N
	StmtIndex // N pick, N roll; Inner: the Int literal
)

// Stmt is one statement of a body. A plain struct and not an interface: bodies
// are long runs of small statements, and every phase walks them in order. What
// few statements have stands elsewhere, so that it is small.
type Stmt struct {
	Kind     StmtKind
	Wraps    bool   // Int: the literal is outside of the 63-bit range and keeps its low bits
	ID       int32  // number in the file among the quotations, the matches, or what ends in a word
	Pos, End int32  // the token, of a form its word; for a quotation or match the whole of it
	Text     string // what ends in a word: the word; Symbol: its name; String: its bytes; Int, Float, Bool: the literal, see Bits
	*Parts          // never nil, and not to be changed: statements without parts share one
}

// Parts are the statements in a statement.
type Parts struct {
	// Inner: of a quotation the statements in it; of what ends in a word the literals in
	// front of it. A "cond" whose literals are fewer than its count says is a call
	// with all of them and the count.
	Inner []Stmt
	Match *Match
}

// Match is a match expression.
type Match struct {
	Arms []Arm
}

// Arm is one arm of a match.
type Arm struct {
	Variant  Name
	Bindings []Name // without the ">"; nil for a bare pattern, empty for "{ }"
	Body     []Stmt
}
