package types

import (
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Info is what the checker found out about a program.
type Info struct {
	Program  *load.Program
	Builtins *Table // what calls of built-in words are indexes of
	Words    []*Word
	Unions   []*UnionType
	Variants []*VariantType
	Main     *Word // nil if the program has none

	// Calls, Quotations and Matches annotate the statements: by module, then
	// by Stmt.ID.
	Calls      [][]Call
	Quotations [][]QuotationInfo
	Matches    [][]MatchInfo

	checked *program // for Stacks
}

// Word is a word of the program.
type Word struct {
	Index  int
	Module int
	Decl   *syntax.Word
	Effect *Effect
	Cycle  int // words with the same number call each other (strongly connected)

	// Late: a word of an interactive session, which may be defined again: its
	// callers find it at run time. Slot is what they find it by: words that take
	// each other's place have the same.
	Late bool
	Slot int
	// Input: it is the statements of an input.
	Input bool

	refused bool // it has errors that make a check of its body pointless
	told    bool // the check of its body has told something

	// Extra is how many values below its declared inputs the body uses through
	// a named row.
	Extra int
	// Leaky: a diverging branch leaves values behind, so that after the word
	// more values may lie on the stack than it declares (chapter 2, section 8).
	Leaky bool
}

// UnionType is a union of the program.
type UnionType struct {
	Index    int
	Module   int
	Decl     *syntax.Union
	Type     *Type
	Variants []*VariantType
}

// VariantType is a variant of a union.
type VariantType struct {
	Index   int // among all variants of the program
	Ordinal int // in its union
	Union   *UnionType
	Decl    *syntax.Variant
	Fields  []*Type
}

// Name returns the name of the variant.
func (v *VariantType) Name() string { return v.Decl.Name.Text }

// TargetKind says what a call calls.
type TargetKind uint8

// The things that can be called.
const (
	TargetNone TargetKind = iota
	TargetBuiltin
	TargetWord
	TargetMake   // constructor of a variant
	TargetIs     // predicate of a variant
	TargetAccess // accessor of a field
)

// Form is what a word does with the quotation literals in front of it: of a syntax.StmtCall with
// such literals it decides whether the literals are values, or bodies that run here.
type Form uint8

// The forms of a call.
const (
	// FormCall: the literals, if there are any, are pushed, then the word is called.
	FormCall Form = iota
	// FormInline: a Combinator runs the literals, which capture nothing, right here.
	FormInline
	// FormLoop: a Loop runs the literal for each element.
	FormLoop
)

// End is how a body ends.
type End uint8

// The ends of bodies.
const (
	// EndsHere: what stands behind the body goes on with the stack that it leaves.
	EndsHere End = iota
	// EndsInExit: the body ends in a word that ends the program, nothing goes on behind it (chapter 1, section 13).
	EndsInExit
	// EndsInCycle: the body diverges: it ends in a call of the word that it is in, or of one that
	// calls that in turn (chapter 2, section 8).
	EndsInCycle
)

// Call annotates a statement that ends in a word: a call, or another form (syntax.Stmt.HasCall).
type Call struct {
	Target TargetKind
	Form   Form
	End    End // of a body that this call is the last statement of
	// Known: the height of the stack after the call follows from the types.
	// For a Combinator and a computed if, In and Out are the inputs and outputs
	// of the first quotation, In2 and Out2 those of a second.
	Known   bool
	Dropped bool // right behind it stands a "drop" of what it leaves on top

	Index              int32 // of the built-in, word or variant
	Field              int32 // TargetAccess: which field
	In, Out, In2, Out2 int32
	// Delta is the change in height of a call of a word whose effect has rows
	// that change, if Known.
	Delta int32
	// Moved: the quotation handed to strand.spawn takes so many values along.
	Moved int32
}

// QuotationInfo annotates a quotation literal that is a value (the branches of
// a literal if and the clauses of a literal cond are not).
type QuotationInfo struct {
	In       int32 // values it takes, captures included
	Out      int32 // values it leaves, if Known
	Known    bool
	Captures int32
	Closure  bool // a closure, even if it captures nothing
	Reversed bool // it gets what it captured in reverse order
}

// MatchInfo annotates a match.
type MatchInfo struct {
	Union *UnionType // of the first arm
	Arms  []ArmInfo
}

// ArmInfo annotates an arm: its variant, and the fields it pushes in order.
type ArmInfo struct {
	Variant *VariantType
	Fields  []int32
	Dead    bool // a second arm for the same variant
}

// Looked tells whether the check has come to the bodies of the words: it does not if names clash.
func (info *Info) Looked() bool { return info.checked != nil && info.checked.looked }

// EndOf tells how a body of a module ends.
func (info *Info) EndOf(module int, body []syntax.Stmt) End { return endOf(info.Calls[module], body) }

func endOf(calls []Call, body []syntax.Stmt) End {
	if len(body) == 0 || body[len(body)-1].Kind != syntax.StmtCall {
		return EndsHere
	}
	return calls[body[len(body)-1].ID].End
}

// EffectKind describes the value kind of the type at a place of an effect for
// the compiler: the concrete kinds are promises, Var is not.
func EffectKind(t *Type) Kind { return prune(t).Kind }

// Plain tells whether both sides of an effect have the same row and nothing
// else refers to it: such a word cannot reach below its inputs.
func (e *Effect) Plain() bool { return e.plain }
