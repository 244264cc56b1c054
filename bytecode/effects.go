package bytecode

import (
	"iter"
	"math"
)

// Run is the slots from First to in front of End.
type Run struct{ First, End int32 }

// NoEnd is the End of a Run that goes on above the frame.
const NoEnd = math.MaxInt32

// SlotSet is a set of slots of a frame, as few runs.
type SlotSet struct {
	runs [4]Run // three operands and what no operand names
	n    int
}

func (s *SlotSet) add(r Run) {
	s.runs[s.n] = r
	s.n++
}

// Has tells whether a slot is in the set.
func (s *SlotSet) Has(slot int32) bool {
	for _, r := range s.runs[:s.n] {
		if slot >= r.First && slot < r.End {
			return true
		}
	}
	return false
}

// Runs are the runs that the set consists of; they may overlap.
func (s *SlotSet) Runs() []Run { return s.runs[:s.n] }

// Effects says which slots of the frame an instruction of a verified module reads and writes. What
// code that it Calls does to slots below its arguments is not in there, nor what an Unnamed
// instruction may do to any.
func Effects(m *Module, in Instr) (reads, writes SlotSet) {
	info := in.Op.Info()
	operands := in.Operands()
	for i, o := range info.Operands() {
		f := &forms[o]
		r := Run{operands[i] + 1 - f.slots, operands[i] + 1}
		if f.reads {
			reads.add(r)
		}
		if f.writes {
			writes.add(r)
		}
	}
	if info.Reads != nil {
		reads.add(info.Reads(m, in))
	}
	if info.Writes != nil {
		writes.add(info.Writes(m, in))
	}
	return reads, writes
}

// Successors are the instructions that control can go on to from one at pc; none if it leaves
// the function.
func Successors(m *Module, pc int, in Instr) iter.Seq[int] {
	return func(yield func(int) bool) {
		info := in.Op.Info()
		flow := &flows[info.Flow]
		if flow.table && !m.Tables[in.B].eachTarget(func(c int32) bool { return yield(pc + 1 + int(c)) }) {
			return
		}
		if flow.target && !yield(pc+1+int(in.C)) {
			return
		}
		for _, n := range flow.behind {
			if !yield(pc + 1 + int(n)) {
				return
			}
		}
	}
}

func (t *MatchTable) eachTarget(yield func(int32) bool) bool {
	for _, c := range t.Targets {
		if c != NoArm && !yield(c) {
			return false
		}
	}
	for _, arm := range t.Others {
		if !yield(arm.Target) {
			return false
		}
	}
	return true
}

// Trusts are the kinds that an instruction relies on, by slot. Those of arguments that a
// call takes from below the frame have negative slots. What the function itself promises
// is not among them: Info.Promises.
func Trusts(m *Module, in Instr) iter.Seq2[int32, Kind] {
	return func(yield func(int32, Kind) bool) {
		info := in.Op.Info()
		operands := in.Operands()
		for i, o := range info.Operands() {
			f := &forms[o]
			if f.trusts == KindAny {
				continue
			}
			for down := range f.slots {
				if !yield(operands[i]-down, f.trusts) {
					return
				}
			}
		}
		if info.Demands == nil {
			return
		}
		first, kinds := info.Demands(m, in)
		for i, k := range kinds {
			if k != KindAny && !yield(first+int32(i), k) {
				return
			}
		}
	}
}

// Given are the slots out of which an instruction gives values to somebody who may change them: a
// collection, a callee, a strand.
func Given(m *Module, in Instr) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		info := in.Op.Info()
		operands := in.Operands()
		for i, o := range info.Operands() {
			if forms[o].gives && !yield(operands[i]) {
				return
			}
		}
		if info.Reads == nil {
			return
		}
		r := info.Reads(m, in)
		if info.Looks != nil {
			r.First = info.Looks(m, in).End
		}
		for slot := r.First; slot < r.End; slot++ {
			if !yield(slot) {
				return
			}
		}
	}
}

// Speculating returns the form of an instruction that trusts its result to be of a kind; false if
// there is none.
func Speculating(plain Op, k Kind) (Op, bool) {
	op, ok := speculative[speculation{plain, k}]
	return op, ok
}

// IsVector tells whether three mul-adds stand here that work on neighbouring slots:
// two vectors and a factor. The first can do them all.
func IsVector(code []Instr) bool {
	if len(code) < 3 {
		return false
	}
	in := code[0]
	for i := int32(1); i <= 2; i++ {
		if code[i] != (Instr{Op: OpFloatMulAdd, A: in.A - i, B: in.B - i, C: in.C}) {
			return false
		}
	}
	return in.C != in.A && in.C != in.A-1
}

type speculation struct {
	plain Op
	kind  Kind
}

// speculative has the rows that speculate on the kind of A, by what they are a form of.
var speculative = func() map[speculation]Op {
	found := map[speculation]Op{}
	for op := range Table {
		if row := &Table[op]; row.Plain != OpInvalid && row.Has(Speculates) {
			found[speculation{row.Plain, row.A.Leaves()}] = Op(op)
		}
	}
	return found
}()

// Columns of the table: which slots.

// from is n slots from A up.
func from(a, n int32) Run { return Run{a, a + n} }

func one(_ *Module, in Instr) Run   { return from(in.A, 1) }
func two(_ *Module, in Instr) Run   { return from(in.A, 2) }
func three(_ *Module, in Instr) Run { return from(in.A, 3) }

func second(_ *Module, in Instr) Run         { return from(in.A+1, 1) }
func secondAndThird(_ *Module, in Instr) Run { return from(in.A+1, 2) }

func captures(_ *Module, in Instr) Run { return from(in.A, in.C) }

// fieldsOfB and fieldsOfC are as many as the variant has fields.
func fieldsOfB(m *Module, in Instr) Run { return from(in.A, int32(len(m.Variants[in.B].Kinds))) }
func fieldsOfC(m *Module, in Instr) Run { return from(in.A, int32(len(m.Variants[in.C].Kinds))) }

// arguments are those of function B.
func arguments(m *Module, in Instr) Run { return from(in.A, m.takes(in.B)) }

// inputs are those of the built-in word B, which may write to all that it takes or leaves.
func inputs(m *Module, in Instr) Run { return from(in.A, m.Builtins[in.B].In) }
func inputsAndOutputs(m *Module, in Instr) Run {
	return from(in.A, max(m.Builtins[in.B].In, m.Builtins[in.B].Out))
}

// above is where the frame of what is called lies.
func above(_ *Module, in Instr) Run { return Run{in.A, NoEnd} }

// quotationAndInputs is the quotation in slot A and the B values below, aboveInputs where its frame lies.
func quotationAndInputs(_ *Module, in Instr) Run { return Run{in.A - in.B, in.A + 1} }
func aboveInputs(_ *Module, in Instr) Run        { return Run{in.A - in.B, NoEnd} }

// lowestInput is the lowest of B values below slot A, or slot A.
func lowestInput(_ *Module, in Instr) Run { return from(in.A-in.B, 1) }

// bFromA are B slots from A up.
func bFromA(_ *Module, in Instr) Run { return from(in.A, in.B) }

func belowHeight(_ *Module, in Instr) Run { return Run{0, in.A} }

func all(*Module, Instr) Run { return Run{0, NoEnd} }

// Columns of the table: which slots hold values behind an instruction that writes more.

func belowA(_ *Module, in, _ Instr) Run   { return Run{0, in.A} }
func throughA(_ *Module, in, _ Instr) Run { return Run{0, in.A + 1} }

// outputs are those of the built-in word B.
func outputs(m *Module, in, _ Instr) Run { return from(in.A, m.Builtins[in.B].Out) }

// leftInFrame is all that expect behind a call finds in the frame; nothing of a frame that starts elsewhere.
func leftInFrame(_ *Module, _, behind Instr) Run {
	if behind.Op == OpExpect {
		return Run{0, behind.A}
	}
	return Run{}
}

// leftByCallee are the results of function B.
func leftByCallee(m *Module, in, behind Instr) Run {
	if f := &m.Funcs[in.B]; !f.Open {
		return from(in.A, f.Out)
	}
	return Run{in.A, leftInFrame(m, in, behind).End}
}

// leftByQuotation are C results in place of the B inputs of a quotation.
func leftByQuotation(_ *Module, in, _ Instr) Run { return from(in.A-in.B, in.C) }

// Columns of the table: of which kinds.

// eachKind has them all, so that one can be had as a slice.
var eachKind = [...]Kind{KindAny, KindInt, KindFloat, KindBool, KindString, KindSymbol, KindQuotation, KindVariant, KindMap, KindChannel, KindWeave, KindBuilder}

func only(k Kind) []Kind { return eachKind[k : k+1] }

// aStrand is what spawn leaves.
func aStrand(_ *Module, in Instr) []Kind {
	if in.C == 1 {
		return only(KindVariant)
	}
	return only(KindInt)
}

func aQuotation(*Module, Instr) []Kind { return only(KindQuotation) }
func aVariant(*Module, Instr) []Kind   { return only(KindVariant) }

var anyAndFlag = []Kind{KindAny, KindBool}

func anythingAndFlag(*Module, Instr) []Kind { return anyAndFlag }

func constantKind(m *Module, in Instr) []Kind { return only(m.Consts[in.B].Kind) }

// kindB is the kind that operand B is.
func kindB(_ *Module, in Instr) []Kind { return only(Kind(in.B)) }

func wordResults(m *Module, in Instr) []Kind     { return m.Builtins[in.B].Results }
func functionResults(m *Module, in Instr) []Kind { return m.Funcs[in.B].Results }

// kindsOfC are those that variant C declares, kindOfField that of the field which operand C is, fieldCOfB that
// of field C of variant B.
func kindsOfC(m *Module, in Instr) []Kind { return m.Variants[in.C].Kinds }
func kindOfField(m *Module, in Instr) []Kind {
	variant, field := Field(in.C)
	return m.Variants[variant].Kinds[field : field+1]
}
func fieldCOfB(m *Module, in Instr) []Kind { return m.Variants[in.B].Kinds[in.C : in.C+1] }

// Columns of the table: what is demanded and promised.

func ofArguments(m *Module, in Instr) (first int32, kinds []Kind) { return in.A, m.Funcs[in.B].Params }

// ofTop is what function B demands of the values below slot A.
func ofTop(m *Module, in Instr) (first int32, kinds []Kind) {
	f := &m.Funcs[in.B]
	return in.A - f.In, f.Params
}

// ofCaptures is what function B demands of the values that it captures, its last parameters.
func ofCaptures(m *Module, in Instr) (first int32, kinds []Kind) {
	params := m.Funcs[in.B].Params
	return in.A, params[max(len(params)-int(in.C), 0):]
}

// anInt and aBool are what an instruction demands of slot A.
func anInt(_ *Module, in Instr) (first int32, kinds []Kind) { return in.A, only(KindInt) }
func aBool(_ *Module, in Instr) (first int32, kinds []Kind) { return in.A, only(KindBool) }

func parameters(f *Func, _ Instr) []Kind { return f.Params }
func results(f *Func, _ Instr) []Kind    { return f.Results }

// resultsBelowA are those that lie below the ones of the callee which goes on in the function's place.
func resultsBelowA(f *Func, in Instr) []Kind { return f.Results[:min(int(in.A), len(f.Results))] }
