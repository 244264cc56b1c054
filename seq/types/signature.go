package types

// Signature is a built-in word as the checker, the compiler and the tools know it: all that they
// may treat in a special way stands here, and none of them asks for a name to find out.
type Signature struct {
	Name   string
	Effect string // such as "( ..a Int Int -- ..a Int )"
	// Borrows: the word only looks at its arguments.
	Borrows bool
	// MovesOut names the word that does the same and takes the part that the second input names out of
	// the first one; "": there is none. It may stand in this one's place where that part is
	// replaced before anybody looks at it.
	MovesOut string
	// Peeks names the word that does the same and does not mark what it leaves of the first input as held
	// twice; "": there is none. It may stand in this one's place where that is only looked at, as long as
	// nothing changes an object.
	Peeks string
	// Replaces: what the word leaves is its first input with the part that the second one names gone, or
	// another one in its place.
	Replaces bool
	// Flag says what the last result tells of success; "": the word leaves no such flag.
	Flag string
	// Alias names the word that this one is another name of; "": none.
	Alias string
	Rule
	Traits Traits
}

// Rule is what a word does that its effect cannot say; at most one of the fields is set. The zero
// Rule is that of a function of its inputs.
type Rule struct {
	// Shuffle is what the word does if it only brings values into another order; else nil.
	Shuffle *Shuffle
	// Combinator is what it does if it runs quotations on the stack, one after the other; else nil.
	Combinator *Combinator
	// Loop is what it does if it runs a quotation for each element of a list; else nil.
	Loop *Loop
	// Special is a rule that the language has for this word alone.
	Special Special
}

// runsQuotation tells whether a word runs the quotation on top on the stack.
func (r *Rule) runsQuotation() bool { return r.Combinator != nil || r.Special == Branch }

// Shuffle is the work of a word that takes its inputs off the stack and leaves some of them: those
// with the numbers in Order, bottom to top; 0 is the deepest input.
type Shuffle struct{ Order []int }

// Combinator is the work of a word that takes values and, above them, quotations off the stack and then goes
// through Order: a value comes onto the stack, a quotation runs there. The numbers are
// those of the inputs, 0 is the deepest one; so keep, ( x q ), is 0 1 0.
type Combinator struct {
	Values     int // inputs below the quotations
	Quotations int // one or two: Call has room for the heights of two
	Order      []int
}

// Quotation returns which quotation is meant by a number of Order, from 0 on; ok is false for a value.
func (k *Combinator) Quotation(input int) (n int, ok bool) {
	return input - k.Values, input >= k.Values
}

// Restored returns the values that the word puts on the stack behind its last quotation.
func (k *Combinator) Restored() []int {
	last := len(k.Order)
	for last > 0 && k.Order[last-1] < k.Values {
		last--
	}
	return k.Order[last:]
}

// Loop is the work of a word that takes a list, an accumulator if it folds, and a quotation, which it
// runs for each element on a stack of its own.
type Loop struct {
	Folds    bool // the quotation gets the accumulator, too, and leaves the next one
	Collects bool // the word leaves a list
	Selects  bool // of the elements for which the quotation leaves true; else of what it leaves
}

// Special names a rule of the language for one word.
type Special uint8

// The rules, with the chapter and section of the language book that has them.
const (
	Ordinary Special = iota
	Branch           // if: 2, 8
	Clauses          // cond: 1, 13
	Pick             // 2, 14
	Roll             // 2, 14
	ToAux            // >aux: 2, 15
	FromAux          // aux>: 2, 15
	Spawn            // strand.spawn: 5, 3
	Start            // %strands.start: docs/concurrency.md
	Weave            // strand.weave: 5, 6
	Resume           // strand.resume: 5, 6
	Yield            // yield: 5, 6
	Cancel           // strand.weave-cancel: 5, 6
	Try              // %strands.try: docs/concurrency.md
	Dump             // stack.dump: it empties the stack, of the callers as well
	Specials         // how many there are
)

// Traits says what is special about a built-in word besides its effect.
type Traits uint8

// The traits.
const (
	// ObservesStack: it looks at the whole stack below its inputs.
	ObservesStack Traits = 1 << iota
	// StackSensitive: what it does depends on the stack that the quotation around it runs on, so
	// a body with it cannot run as a loop on the stack of its caller.
	StackSensitive
	// FrameBound: its code belongs into the function that it was written in, or reaches the stack of
	// that function's callers, so it is not compiled in place of a call.
	FrameBound
	// Constructs: what it leaves is made of its inputs, which it keeps.
	Constructs
	// EndsContainer: MovesOut may also stand in its place where its first input ends.
	EndsContainer
	// EndsProgram: nothing goes on behind it (chapter 1, section 13).
	EndsProgram
)

// Has tells whether a word has a trait.
func (t Traits) Has(trait Traits) bool { return t&trait != 0 }
