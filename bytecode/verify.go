package bytecode

import (
	"errors"
	"fmt"
	"slices"
)

// maxFrame bounds the slots of a frame of a module that comes from outside.
const maxFrame = 1 << 20

// Verify checks a module against the opcode table: every operand names
// something that exists, control never leaves a function but by an
// instruction that says so, every call finds its frame, and no instruction
// trusts a kind that is not proven on all ways to it. A module that passes
// cannot make the VM read or write outside of its stacks, whatever it does
// otherwise. Time and memory are linear in the size of the module: code that would take
// more is refused.
func Verify(m *Module) error { return newVerifier(m).module() }

func newVerifier(m *Module) *verifier {
	v := &verifier{m: m, called: map[call]struct{}{}, most: baseWork}
	for i := range m.Funcs {
		v.most += workPerInstruction * len(m.Funcs[i].Code)
	}
	return v
}

// What following the states of slots may cost: nodes that are visited or made, kinds that are compared. Compiled programs
// take up to 10 for an instruction.
const (
	baseWork           = 1 << 20
	workPerInstruction = 1 << 8
)

type verifier struct {
	m     *Module
	f     *Func
	index int32 // of f

	work, most int
	observing  bool              // f may look at the stack below its frame
	called     map[call]struct{} // by all functions
	observers  []bool            // functions that may look at the stack below their frames
	proof      *Proof            // nil: nobody wants to know
}

// call is that of a function which takes its arguments from a window, by another one.
type call struct {
	caller, callee int32
	hole           bool // not all slots below the arguments hold values
	isolated       bool // the callee does not see what lies below
}

func (v *verifier) module() error {
	m := v.m
	if len(m.Sums) > 0 && len(m.Sums) != len(m.Files) {
		return fmt.Errorf("%d checksums of %d files", len(m.Sums), len(m.Files))
	}
	if m.Main < -1 || int(m.Main) >= len(m.Funcs) {
		return fmt.Errorf("main is function %d of %d", m.Main, len(m.Funcs))
	}
	if m.Main >= 0 && (m.Funcs[m.Main].In != 0 || !m.Funcs[m.Main].Word) {
		return errors.New("main is no word without inputs")
	}
	for i, k := range m.Consts {
		switch k.Kind {
		case KindInt, KindFloat, KindString, KindSymbol:
		case KindQuotation:
			if k.Bits >= uint64(len(m.Funcs)) {
				return fmt.Errorf("constant %d names function %d of %d", i, k.Bits, len(m.Funcs))
			}
			if f := &m.Funcs[k.Bits]; f.Captures != 0 || !allAny(f.ownParams()) || f.Word {
				return fmt.Errorf("constant %d: function %d cannot be called as a quotation", i, k.Bits)
			}
		default:
			return fmt.Errorf("constant %d has the kind %d", i, k.Kind)
		}
	}
	for i, b := range m.Builtins {
		if b.In < 0 || b.Out < 0 || b.In > maxFrame || len(b.Results) != int(b.Out) {
			return fmt.Errorf("built-in %d has an impossible effect", i)
		}
	}
	variants := make([]int, len(m.Unions))
	for i, x := range m.Variants {
		if x.Union < 0 || int(x.Union) >= len(m.Unions) || int(x.Ordinal) != variants[x.Union] {
			return fmt.Errorf("variant %d does not belong to its union", i)
		}
		variants[x.Union]++
		if len(x.Kinds) != len(x.Fields) || slices.ContainsFunc(x.Kinds, func(k Kind) bool { return k > KindWeave }) {
			return fmt.Errorf("variant %d has impossible fields", i)
		}
	}
	for i, t := range m.Tables {
		if t.Union < 0 || int(t.Union) >= len(m.Unions) || len(t.Targets) != variants[t.Union] {
			return fmt.Errorf("match table %d does not fit its union", i)
		}
		for _, arm := range t.Others {
			if arm.Variant < 0 || int(arm.Variant) >= len(m.Variants) {
				return fmt.Errorf("match table %d names variant %d", i, arm.Variant)
			}
		}
	}
	for i := range m.Funcs {
		if err := v.signature(&m.Funcs[i]); err != nil {
			return fmt.Errorf("function %d (%s): %w", i, m.Funcs[i].Name, err)
		}
	}
	v.observers = make([]bool, len(m.Funcs))
	for i := range m.Funcs {
		v.f, v.index, v.observing = &m.Funcs[i], int32(i), false
		if err := v.function(); err != nil {
			return fmt.Errorf("function %d (%s): %w", i, v.f.Name, err)
		}
		v.observers[i] = v.observing || v.f.Open
	}
	return v.holes()
}

// holes checks that functions which may look at the stack below their frames find nothing but values there.
func (v *verifier) holes() error {
	callers := make([][]int32, len(v.m.Funcs))
	for c := range v.called {
		if !c.isolated {
			callers[c.callee] = append(callers[c.callee], c.caller)
		}
	}
	var queue []int32
	for i, observes := range v.observers {
		if observes {
			queue = append(queue, int32(i))
		}
	}
	for len(queue) > 0 {
		last := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, caller := range callers[last] {
			if !v.observers[caller] {
				v.observers[caller] = true
				queue = append(queue, caller)
			}
		}
	}
	for c := range v.called {
		if c.hole && v.observers[c.callee] {
			return fmt.Errorf("function %d (%s) calls function %d (%s), which may look at the stack, above slots that hold no values",
				c.caller, v.m.Funcs[c.caller].Name, c.callee, v.m.Funcs[c.callee].Name)
		}
	}
	return nil
}

func allAny(kinds []Kind) bool {
	for _, k := range kinds {
		if k != KindAny {
			return false
		}
	}
	return true
}

func (v *verifier) signature(f *Func) error {
	switch {
	case f.In < 0 || f.Out < 0 || f.Captures < 0 || f.Captures > f.In || f.Out > maxFrame:
		return errors.New("impossible effect")
	case f.Frame < 1 || f.Frame > maxFrame || f.In > f.Frame:
		return fmt.Errorf("frame of %d slots for %d inputs", f.Frame, f.In)
	case f.Params != nil && len(f.Params) != int(f.In), f.Results != nil && len(f.Results) != int(f.Out):
		return errors.New("the signature does not fit the effect")
	case f.Open && !allAny(f.Results):
		return errors.New("an open function promises results")
	case f.Line < 0 || f.Column < 0:
		return fmt.Errorf("defined in line %d, column %d", f.Line, f.Column)
	case f.File < -1 || int(f.File) >= len(v.m.Files):
		return fmt.Errorf("file %d of %d", f.File, len(v.m.Files))
	case len(f.Code) == 0:
		return errors.New("no code")
	}
	for _, k := range append(append([]Kind{}, f.Params...), f.Results...) {
		if k > KindWeave {
			return fmt.Errorf("kind %d", k)
		}
	}
	last := int32(-1)
	for _, l := range f.Lines {
		if l.PC <= last || !v.line(f, l) {
			return errors.New("malformed line table")
		}
		last = l.PC
	}
	last = 0
	for _, g := range f.Guards {
		if g.PC < last || !v.line(f, g.Line) || g.Slot < 0 || g.Slot >= f.Frame || g.Kind == KindAny || g.Kind > KindWeave {
			return errors.New("malformed guards")
		}
		last = g.PC
	}
	last = -1
	for _, t := range f.TailsGone {
		if t.PC <= last || int(t.PC) >= len(f.Code) || t.Count < 1 {
			return errors.New("malformed table of tail calls that are gone")
		}
		last = t.PC
	}
	for i, s := range f.Sites { // parents come first: no chain of them has a circle
		if s.Func < 0 || int(s.Func) >= len(v.m.Funcs) || s.Line < 0 || s.Column < 0 || s.Parent < 0 || int(s.Parent) > i {
			return fmt.Errorf("site %d names what does not exist", i)
		}
	}
	return nil
}

// line tells whether what an entry of a line table names exists.
func (v *verifier) line(f *Func, l Line) bool {
	return int(l.PC) < len(f.Code) && l.Line >= 0 && l.Column >= 0 && int(l.Name) < len(v.m.Names) && l.Site >= 0 && int(l.Site) <= len(f.Sites)
}

// function checks the operands of every instruction and then follows the kinds
// of the slots along all ways.
func (v *verifier) function() error {
	f := v.f
	for pc := range f.Code {
		if err := v.instruction(pc); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", pc, f.Code[pc].Op, err)
		}
	}
	return v.flow()
}

func (v *verifier) instruction(pc int) error {
	in := v.f.Code[pc]
	info := in.Op.Info()
	if info.Has(Internal) || in.Was != 0 {
		return errors.New("no instruction of a module")
	}
	for i, o := range info.Operands() {
		if err := v.operand(o, in.Operands()[i]); err != nil {
			return fmt.Errorf("operand %c: %w", 'A'+i, err)
		}
	}
	if in.C == 0 && (in.Op == OpIntDivImm || in.Op == OpIntModImm) {
		return errors.New("division by 0")
	}
	if err := v.frame(in); err != nil {
		return err
	}
	if err := v.places(pc, in); err != nil {
		return err
	}
	return v.special(pc, in)
}

// limit is how large an operand may be, which must be less; unlimited if it may be anything.
func (v *verifier) limit(o Operand) int64 {
	m := v.m
	switch o {
	case Window:
		return int64(v.f.Frame)
	case Height:
		return int64(v.f.Frame) + 1
	case Flag:
		return 2
	case Constant:
		return int64(len(m.Consts))
	case Function:
		return int64(len(m.Funcs))
	case Word:
		return int64(len(m.Builtins))
	case Tagged:
		return int64(len(m.Variants))
	case FieldOf:
		return int64(len(m.Variants)) * fieldStride
	case Arms:
		return int64(len(m.Tables))
	case Count, FieldNumber:
		return maxFrame
	case KindOf:
		return int64(KindWeave) + 1
	}
	if o.Reads() || o.Writes() {
		return int64(v.f.Frame)
	}
	return unlimited
}

const unlimited = -1

// operand checks that what an operand names exists.
func (v *verifier) operand(o Operand, x int32) error {
	limit := v.limit(o)
	if limit != unlimited && (x < 0 || int64(x) >= limit) {
		return fmt.Errorf("%d, the limit is %d", x, limit)
	}
	if o == FieldOf {
		if variant, field := Field(x); int(field) >= len(v.m.Variants[variant].Kinds) {
			return fmt.Errorf("the variant has no field %d", field)
		}
	}
	return nil
}

// frame checks that all slots which an instruction reads and writes are in the frame.
func (v *verifier) frame(in Instr) error {
	reads, writes := Effects(v.m, in)
	if !v.fits(&reads) || !v.fits(&writes) {
		return errors.New("the slots do not fit the frame")
	}
	return nil
}

func (v *verifier) fits(s *SlotSet) bool {
	return !slices.ContainsFunc(s.Runs(), func(r Run) bool { return r.First < 0 || r.End != NoEnd && r.End > v.f.Frame })
}

// places checks where control goes on and what stands there. Only instructions at which a
// strand can be stopped go back: no loop escapes a stop.
func (v *verifier) places(pc int, in Instr) error {
	f, info := v.f, in.Op.Info()
	for to := range Successors(v.m, pc, in) {
		if v.work++; v.work > v.most {
			return errTooComplex
		}
		switch {
		case to >= len(f.Code) && flows[info.Flow].behind != nil:
			return errors.New("control runs off the end")
		case to < 0 || to >= len(f.Code):
			return fmt.Errorf("jump to %d", to)
		case to <= pc && !info.Has(Stops):
			return errors.New("only an instruction that a strand can be stopped at goes back")
		case to > pc && info.Has(Stops) && info.C == Target:
			return errors.New("must go back")
		case to != pc+1 && f.Code[to].Op.Info().Behind != nil:
			return fmt.Errorf("%s can be reached from the instruction in front only", f.Code[to].Op)
		}
	}
	if info.Behind != nil && (pc == 0 || !slices.Contains(info.Behind, f.Code[pc-1].Op)) {
		return fmt.Errorf("must stand behind %s", info.Behind)
	}
	if info.Follow != nil && (pc+1 >= len(f.Code) || !slices.Contains(info.Follow, f.Code[pc+1].Op)) {
		return fmt.Errorf("must be followed by %s", info.Follow)
	}
	return nil
}

// special checks what only some instructions need.
func (v *verifier) special(pc int, in Instr) error {
	f, m := v.f, v.m
	switch in.Op {
	case OpFloatMulAdd3:
		if !IsVector(f.Code[pc:]) {
			return errors.New("must be followed by two mul-adds of the slots below")
		}
	case OpCall:
		callee := &m.Funcs[in.B]
		if next := f.Code[pc+1].Op; callee.Open && next != OpExpect && next != OpFrameToTop {
			return errors.New("a call of an open function must be followed by expect or frame.top")
		}
		if int64(in.A)+int64(callee.Out) > int64(f.Frame) {
			return errors.New("the results do not fit the frame")
		}
	case OpCallQuotation:
		if f.Code[pc+1].A != in.A-in.B+in.C {
			return errors.New("expect expects another number of values")
		}
	case OpPickDeep:
		if in.B == 0 {
			return errors.New("the value 0 slots below the frame is not below it")
		}
	case OpCondTest:
		if f.Code[pc+1+int(in.C)].Op != OpCondNext {
			return errors.New("goes to cond.next only: where the frame starts then it has no slots")
		}
	case OpTryEnd:
		if f.Code[pc-1].A != in.A {
			return errors.New("another slot than that of the try in front, where the error lies if there was one")
		}
	case OpCount:
		if pc != 0 || !f.Word {
			return errors.New("not the first instruction of a word")
		}
	case OpClosure:
		switch callee := &m.Funcs[in.B]; {
		case callee.Captures != in.C || callee.Word:
			return errors.New("another number of captures than the function's")
		case !allAny(callee.ownParams()):
			return errors.New("who calls a quotation proves nothing of its inputs")
		}
	case OpFieldTakeInPlace:
		if int(in.C) >= len(m.Variants[in.B].Fields) {
			return errors.New("no such field")
		}
	case OpReturn:
		if !f.Open && in.A != f.Out {
			return fmt.Errorf("returns %d values, the effect says %d", in.A, f.Out)
		}
	}
	return nil
}
