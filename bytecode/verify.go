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
// otherwise. Time and memory are linear in the code times the frame's size.
func Verify(m *Module) error {
	v := &verifier{m: m}
	return v.module()
}

type verifier struct {
	m *Module
	f *Func
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
			if f := &m.Funcs[k.Bits]; f.Captures != 0 || !allAny(f.Params) || f.Word {
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
	for i := range m.Funcs {
		v.f = &m.Funcs[i]
		if err := v.function(); err != nil {
			return fmt.Errorf("function %d (%s): %w", i, v.f.Name, err)
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
	f, m := v.f, v.m
	in := f.Code[pc]
	if in.Op == OpInvalid || in.Op >= OpHalt || in.Op == OpWeaveEnd || in.Was != 0 {
		return errors.New("no instruction of a module")
	}
	info := in.Op.Info()
	if !info.Ends && pc+1 >= len(f.Code) {
		return errors.New("control runs off the end")
	}
	for i, kind := range [...]Operand{info.A, info.B, info.C} {
		x := [...]int32{in.A, in.B, in.C}[i]
		limit := int32(0)
		switch kind {
		case None:
			continue
		case Imm:
			if i == 2 && x == 0 && (in.Op == OpIntDivImm || in.Op == OpIntModImm) {
				return errors.New("division by 0")
			}
			continue
		case Src, SrcInt, SrcFloat, SrcBool, SrcVariant, Dst, DstInt, DstFloat, DstBool, DstVariant, Window:
			limit = f.Frame
		case Height:
			limit = f.Frame + 1
		case Flag:
			limit = 2
		case Constant:
			limit = int32(len(m.Consts))
		case Function:
			limit = int32(len(m.Funcs))
		case Word:
			limit = int32(len(m.Builtins))
		case Tagged:
			limit = int32(len(m.Variants))
		case FieldOf:
			limit = int32(len(m.Variants)) * MaxFields
			if x >= 0 && x < limit && int(x%MaxFields) >= len(m.Variants[x/MaxFields].Kinds) {
				return fmt.Errorf("the variant has no field %d", x%MaxFields)
			}
		case Arms:
			limit = int32(len(m.Tables))
		case Count:
			limit = maxFrame
		case KindOf:
			limit = int32(KindWeave) + 1
		case Target:
			if to := pc + 1 + int(x); to < 0 || to >= len(f.Code) {
				return fmt.Errorf("jump to %d", to)
			}
			if err := direction(in.Op, pc+1+int(x), x); err != nil {
				return err
			}
			continue
		}
		if x < 0 || x >= limit {
			return fmt.Errorf("operand %c is %d, the limit is %d", 'A'+i, x, limit)
		}
	}
	return v.frame(pc, in)
}

// direction checks that only instructions at which a strand can be stopped go
// back: no loop escapes a stop.
func direction(op Op, to int, offset int32) error {
	switch op {
	case OpLoop, OpIntAddLoop, OpIntAddSlotLoop, OpJumpBack, OpCondTest:
		if offset >= 0 {
			return errors.New("it goes back")
		}
	default:
		if offset < 0 {
			return errors.New("it goes forward")
		}
	}
	return nil
}

// frame checks what an instruction needs of the frame and of what follows it.
func (v *verifier) frame(pc int, in Instr) error {
	f, m := v.f, v.m
	next := OpInvalid
	if pc+1 < len(f.Code) {
		next = f.Code[pc+1].Op
	}
	room := func(first, n int32) error {
		if n < 0 || int64(first)+int64(n) > int64(f.Frame) {
			return errors.New("the window does not fit the frame")
		}
		return nil
	}
	switch in.Op {
	case OpFloatMulAdd3:
		for i := int32(1); i <= 2; i++ {
			if pc+2 >= len(f.Code) || f.Code[pc+int(i)] != (Instr{Op: OpFloatMulAdd, A: in.A - i, B: in.B - i, C: in.C}) || in.C == in.A || in.C == in.A-1 {
				return errors.New("must be followed by two mul-adds of the slots below")
			}
		}
	case OpCall:
		callee := &m.Funcs[in.B]
		if callee.Open && next != OpExpect && next != OpFloat {
			return errors.New("a call of an open function must be followed by expect or float")
		}
		return room(in.A, max(callee.In, callee.Out))
	case OpBuiltin:
		return room(in.A, max(m.Builtins[in.B].In, m.Builtins[in.B].Out))
	case OpTail:
		return room(in.A, m.Funcs[in.B].In)
	case OpCallOpen:
		if next != OpExpect && next != OpFloat {
			return errors.New("must be followed by expect or float")
		}
	case OpCallUnknown:
		if next != OpFloat {
			return errors.New("must be followed by float")
		}
		return room(in.A, 1)
	case OpCallQuotation:
		if next != OpExpect {
			return errors.New("must be followed by expect")
		}
		if in.B > in.A || in.C > f.Frame {
			return errors.New("more inputs than values")
		}
		return room(in.A, 1)
	case OpTailQuotation, OpWeave:
		return room(in.A, 1)
	case OpListSet, OpListSetImm, OpPut:
		return room(in.A, 1)
	case OpListNext, OpListNextTake, OpListNextInt, OpListNextFloat:
		if next != OpJump || pc+2 >= len(f.Code) {
			return errors.New("must be followed by a jump and more")
		}
	case OpRemake:
		return room(in.A, int32(len(m.Variants[in.B].Kinds)))
	case OpUnpack, OpUnpackAs, OpLook:
		return room(in.A, int32(len(m.Variants[in.C].Kinds)))
	case OpResume:
		return room(in.A, 3)
	case OpYield:
		return room(in.A, 2)
	case OpCount:
		if pc != 0 || !f.Word {
			return errors.New("not the first instruction of a word")
		}
	case OpDump:
		if next != OpFloat {
			return errors.New("must be followed by float")
		}
	case OpSelect:
		return room(in.A, 3)
	case OpClosure:
		callee := &m.Funcs[in.B]
		if callee.Captures != in.C || callee.Word {
			return errors.New("another number of captures than the function's")
		}
		return room(in.A, max(in.C, 1))
	case OpMake:
		return room(in.A, max(int32(len(m.Variants[in.B].Fields)), 1))
	case OpAccess:
		if int(in.C) >= len(m.Variants[in.B].Fields) {
			return errors.New("no such field")
		}
	case OpSpawn:
		if in.B > in.A {
			return errors.New("more inputs than values")
		}
		return room(in.A, 1)
	case OpReturn:
		if !f.Open && in.A != f.Out {
			return fmt.Errorf("returns %d values, the effect says %d", in.A, f.Out)
		}
	case OpMatch:
		t := &m.Tables[in.B]
		for _, c := range t.Targets {
			if to := pc + 1 + int(c); c != NoArm && (c < 0 || to >= len(f.Code)) {
				return fmt.Errorf("arm at %d", to)
			}
		}
		for _, arm := range t.Others {
			if to := pc + 1 + int(arm.Target); arm.Target < 0 || to >= len(f.Code) {
				return fmt.Errorf("arm at %d", to)
			}
		}
	}
	return nil
}
