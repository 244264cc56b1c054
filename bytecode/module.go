package bytecode

import "sort"

// Instr is an instruction. What A, B and C are stands in the opcode's row of
// Table. 16 bytes: operands need no decoding, and immediates have 32 bits.
type Instr struct {
	Op      Op
	Was     Op // OpChecked and the like: the original opcode; they never stand in a module
	A, B, C int32
}

// Operands are A, B and C.
func (in Instr) Operands() [3]int32 { return [...]int32{in.A, in.B, in.C} }

// Original is the opcode that stands here in the module.
func (in Instr) Original() Op {
	switch in.Op {
	case OpChecked, OpGuarded, OpCounted, OpMoveBuiltin, OpMovesBuiltin, OpNative, OpStop:
		return in.Was
	}
	return in.Op
}

// Kind is a kind of value as instructions name it. The numbers are those of
// package stack and part of the encoding.
type Kind uint8

// The kinds of values that checks ask for. KindAny asks for none.
const (
	KindAny Kind = iota
	KindInt
	KindFloat
	KindBool
	KindString
	KindSymbol
	KindQuotation
	KindVariant
	KindMap
	KindChannel
	KindWeave
	// KindBuilder is that of a list under construction, which only list words' own code holds: no signature names it.
	KindBuilder
)

// Const is a constant of a module.
type Const struct {
	Kind Kind   // Int, Float, String, Symbol, or Quotation for a function that captures nothing
	Bits uint64 // Int: the value; Float: its bits; Quotation: the function
	Text string // String, Symbol
}

// Line says where the code from PC on comes from, up to the next Line.
type Line struct {
	PC     int32
	Line   int32 // in the function's file, from 1
	Column int32 // of the word in that line: characters, from 1 (chapter 1, section 20); 0: not known
	Name   int32 // index into Module.Names: the word that is called here
	Site   int32 // the call that the code stands in place of: index into Func.Sites + 1; 0: none
	// Flipped: the instruction has the word's two operands in the other order.
	Flipped bool
}

// Site is a call of a word whose body was compiled in its place.
type Site struct {
	Func   int32 // the word's function
	Line   int32 // of the call, in the file of what it stands in
	Column int32 // likewise
	Parent int32 // the site that the call itself is in, + 1; 0: none
	Tail   bool  // the call was the last thing in what it stands in, whose frame would be gone
}

// Func is a compiled word or quotation.
type Func struct {
	Name     string // the word, or "<quotation>"
	Effect   string // as declared or inferred, for people
	File     int32  // index into Module.Files
	Line     int32  // where it is defined
	Column   int32  // likewise
	In, Out  int32  // values it takes and leaves; captures count as inputs
	Captures int32
	Frame    int32   // slots its frame needs
	Open     bool    // it may leave another number of values than Out
	Word     bool    // a word of the program, not a quotation
	Params   []Kind  // what callers prove of the inputs; nil: nothing
	Results  []Kind  // what callers may trust of the outputs; nil: nothing
	Code     []Instr // empty for a function that only stands for others (Redirect)
	Lines    []Line
	Sites    []Site

	// Guards are kinds that the program demands where no instruction trusts them: only
	// checked code has to look, which is what a function goes on in when a kind that
	// it trusted is another one. In order of their instructions.
	Guards []Guard
	// TailsGone says where tail calls are gone that count for the safety valve.
	TailsGone []TailsGone

	// Steps are where a debugger can stop, and what the frame holds there, in order of their
	// instructions; nil in code that was not made for one. They are not part of the encoding.
	Steps []StepPoint
	// Sparse: only some of the statements have steps, and the calls.
	Sparse bool
}

// StepPoint says what the frame holds in front of the instruction at PC.
type StepPoint struct {
	PC int32
	// Pos and End are where in the function's file the statement stands that begins here; -1 for a call in
	// the middle of one.
	Pos, End int32
	// Stack is how many values of the stack lie in the first slots, Aux how many of the aux stack lie behind
	// them. At a call Stack are those that it leaves alone, unless its own frame begins below them.
	Stack, Aux int32
	// Floats: the frame begins somewhere above what its caller has left alone, and what lies in between are
	// values of the stack as well.
	Floats bool
}

// Begins tells whether a statement begins at the step.
func (s *StepPoint) Begins() bool { return s.Pos >= 0 }

// StepAt returns the step at which a statement begins at an instruction, or what the frame holds at a call there; nil if there is none.
func (f *Func) StepAt(pc int, begins bool) *StepPoint {
	i := sort.Search(len(f.Steps), func(i int) bool { return int(f.Steps[i].PC) >= pc })
	for ; i < len(f.Steps) && int(f.Steps[i].PC) == pc; i++ {
		if f.Steps[i].Begins() == begins {
			return &f.Steps[i]
		}
	}
	return nil
}

// ownParams are those kinds of Params that are not of captured values.
func (f *Func) ownParams() []Kind { return f.Params[:max(len(f.Params)-int(f.Captures), 0)] }

// Guard says that the value in a slot must be of a kind in front of the instruction
// Line.PC. The rest of Line is where the program demands that.
type Guard struct {
	Line
	Slot int32
	Kind Kind
}

// GuardsAt returns the guards of an instruction.
func (f *Func) GuardsAt(pc int) []Guard {
	first := sort.Search(len(f.Guards), func(i int) bool { return int(f.Guards[i].PC) >= pc })
	last := first
	for last < len(f.Guards) && int(f.Guards[last].PC) == pc {
		last++
	}
	return f.Guards[first:last]
}

// TailsGoneAt returns how many tail calls are gone in front of an instruction.
func (f *Func) TailsGoneAt(pc int) int {
	i := sort.Search(len(f.TailsGone), func(i int) bool { return int(f.TailsGone[i].PC) >= pc })
	if i < len(f.TailsGone) && int(f.TailsGone[i].PC) == pc {
		return int(f.TailsGone[i].Count)
	}
	return 0
}

// TailsGone says that in front of the instruction at PC so many tail calls are gone that
// other code stands in place of.
type TailsGone struct{ PC, Count int32 }

// Redirect says that calls of one function run the code of another, which takes and
// leaves the same, in a program that grows while it runs.
type Redirect struct{ From, To int32 }

// VariantInfo describes a variant of a union.
type VariantInfo struct {
	Name    string
	Union   int32 // unions are numbered from 0
	Ordinal int32 // in its union
	Fields  []string
	Kinds   []Kind // of the fields, as declared; KindAny for those that may be anything
}

// fieldStride is how many fields of a variant FieldOf operands can tell apart.
const fieldStride = 1 << 8

// FieldOperand is the FieldOf operand for a field of a variant; false if there is
// none.
func FieldOperand(variant, field int32) (int32, bool) {
	return variant*fieldStride + field, variant < 1<<22 && field < fieldStride
}

// Field is the inverse of FieldOperand. An operand of an instruction is never negative.
func Field(operand int32) (variant, field int32) {
	return int32(uint32(operand) / fieldStride), int32(uint32(operand) % fieldStride)
}

// BuiltinRef names a built-in word that a module calls and says what it takes
// it to be: how many values it takes and leaves, and what is proven of those.
type BuiltinRef struct {
	Name    string
	In, Out int32
	Results []Kind
}

// MatchTable says where each variant of a match goes.
type MatchTable struct {
	Union   int32   // of the first arm: the fast way
	Targets []int32 // by ordinal: relative to the instruction behind the match; NoArm
	// Others are arms for variants of other unions.
	Others []MatchArm
}

// NoArm stands in a MatchTable for a variant without an arm.
const NoArm = -1 << 31

// MatchArm is the arm of one variant.
type MatchArm struct {
	Variant, Target int32
}

// CoverProfile is the point of OpCover that no coverage has: a profile may look there.
const CoverProfile = 1<<31 - 1

// CoverPoint is a place that a program comes to, or not.
type CoverPoint struct {
	Kind CoverKind
	File int32 // index into Module.Files
	Pos  int32 // offset in the file
	Line int32 // from 1
	Name int32 // of a word: index into Module.Names
}

// CoverKind says what a CoverPoint stands for.
type CoverKind uint8

// The kinds.
const (
	CoverWord   CoverKind = iota // a word was entered
	CoverBranch                  // a branch of a conditional or match, or a quotation, was entered
	CoverLine                    // a statement that begins a line
)

// Module is a compiled program.
type Module struct {
	Files    []string
	Names    []string
	Builtins []BuiltinRef
	Consts   []Const
	Variants []VariantInfo
	Unions   []string
	Tables   []MatchTable
	Funcs    []Func
	// Outside is for a part of a module while that is made: what the functions take that are not in
	// Funcs, which have the first numbers. nil in whole modules.
	Outside []int32
	// Sums are the SHA-256 of the texts of Files, to know them again (WithSums); "" for one
	// that nobody has to find. nil: not known.
	Sums    []string
	Main    int32 // function of main, or -1
	MainInt bool  // main leaves an Int: the exit status

	// counting is the body of a second module in the encoding; nil: none.
	counting []byte

	// Cover are the points that cover instructions count, by index. They are not
	// part of the encoding.
	Cover []CoverPoint

	// Linear says that moves are what they say: what they copy is not used
	// twice. The compiler vouches for it; it is not part of the encoding, and
	// without it the VM takes every move for a copy.
	Linear bool
}

// takes is how many values a function takes.
func (m *Module) takes(function int32) int32 {
	if int(function) < len(m.Outside) {
		return m.Outside[function]
	}
	return m.Funcs[int(function)-len(m.Outside)].In
}

// FileOf returns the file that a function stands in; "" for one of no file.
func (m *Module) FileOf(f *Func) string {
	if f.File < 0 {
		return ""
	}
	return m.Files[f.File]
}

// At returns the line table's entry for an instruction.
func (f *Func) At(pc int) Line {
	lo, hi := 0, len(f.Lines)
	for lo < hi {
		if mid := (lo + hi) / 2; int(f.Lines[mid].PC) <= pc {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return Line{Line: f.Line, Column: f.Column, Name: -1}
	}
	return f.Lines[lo-1]
}
