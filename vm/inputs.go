package vm

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
)

// How much of the inputs of a word an error shows: of each string and of each other value
// so many characters, and so many values.
const (
	maxString = 30
	maxValue  = 40
	maxValues = 8
)

// brief is a value in an error. Of one for whose text there is no memory, as that of a large map has its keys in order, it
// is the kind.
func brief(v stack.Value) (text string) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*memory.Refusal); !ok {
				panic(r)
			}
			text = v.Kind().String()
		}
	}()
	switch v.Kind() {
	case stack.Quotation:
		return "[ … ]"
	case stack.String:
		return son.Brief(v, maxString)
	case stack.Int, stack.Float, stack.Bool, stack.Symbol, stack.Variant, stack.Map:
		return son.Brief(v, maxValue)
	case stack.Nothing:
		return "nothing"
	}
	return v.Kind().String()
}

func briefAll(values []stack.Value) []string {
	var list []string
	if left := len(values) - maxValues; left > 0 {
		list, values = append(list, "…"), values[left:]
	}
	for _, v := range values {
		list = append(list, brief(v))
	}
	return list
}

// inputs are the inputs of the word that has failed, bottom to top, as far as they are
// known; word is what it is called. s.ip is behind the instruction that failed.
func (s scene) inputs(word string) []string {
	img := s.img
	index, pc, ok := img.functionAt(s.ip - instrSize)
	if !ok {
		return nil
	}
	f := &img.mod.Funcs[index]
	in := f.Code[pc]
	in.Op = in.Original()
	switch in.Op {
	case bytecode.OpCondStart, bytecode.OpCondNext:
		return s.topBelow(s.fp)
	case bytecode.OpCondTest:
		return s.topBelow(s.sp)
	}
	if f.File < 0 {
		if f.Word || f.Name != word { // a word of a supplied module: its inputs are gone
			return nil
		}
		return briefAll(s.window(0, 0, f.In)) // one that the compiler supplies keeps them
	}
	if in.Op == bytecode.OpCheck {
		return s.inputsBehind(location{f, f.At(pc)}, in.A)
	}
	values, _ := s.operands(f, pc, nil)
	return briefAll(values)
}

// inputsBehind are the inputs of a word of which the kind of one, in a slot, is checked at
// a location in front of the instruction that takes them all.
func (s scene) inputsBehind(l location, slot int32) []string {
	img := s.img
	_, pc, _ := img.functionAt(s.ip - instrSize)
	only := briefAll([]stack.Value{*at(s.fp, slot)})
	moved := map[int32]stack.Value{} // what the slots will hold then
	value := func(slot int32) stack.Value {
		if v, ok := moved[slot]; ok {
			return v
		}
		return *at(s.fp, slot)
	}
	for ; pc < len(l.f.Code) && l.line.Name >= 0; pc++ { // stripped code does not tell where a word ends
		if guarded := s.guarding(l, pc, value); guarded != nil {
			return briefAll(guarded)
		}
		if !samePlace(l.f.At(pc), l.line) {
			break
		}
		switch in := l.f.Code[pc]; in.Original() {
		case bytecode.OpCheck, bytecode.OpShare, bytecode.OpAuxPush:
		case bytecode.OpMove, bytecode.OpCopy:
			moved[in.A] = value(in.B)
		case bytecode.OpInt:
			moved[in.A] = stack.FromInt(int64(in.B))
		case bytecode.OpBool:
			moved[in.A] = stack.FromBool(in.B != 0)
		case bytecode.OpConst:
			moved[in.A] = img.consts[in.B]
		case bytecode.OpMake, bytecode.OpRemake:
			made := s.made(in, value)
			to := in.A
			if in.Original() == bytecode.OpRemake {
				to = in.C
			}
			if pc+1 < len(l.f.Code) && samePlace(l.f.At(pc+1), l.line) { // an input of the word
				moved[to] = made
				continue
			}
			if name := img.name(l.line, l.f); name != "Make-"+made.AsVariant().Tag.Name && img.known(name) == nil {
				return only // it belongs to a word that is compiled in place of its call (belongs)
			}
			return briefAll(made.AsVariant().Fields())
		default:
			if values, ok := s.operands(l.f, pc, value); ok && !in.Original().Info().Has(bytecode.Prepares) {
				return briefAll(values)
			}
			return only
		}
	}
	return only
}

// made is the variant that an instruction will make.
func (s scene) made(in bytecode.Instr, value func(slot int32) stack.Value) stack.Value {
	d := &s.img.variants[in.B]
	fields := make([]stack.Value, len(d.kinds))
	for i := range fields {
		fields[i] = value(in.A + int32(i))
	}
	return stack.FromVariant(stack.NewVariant(d.tag, fields))
}

// samePlace tells whether code comes from the same word at the same place.
func samePlace(a, b bytecode.Line) bool {
	a.PC, a.Flipped = b.PC, b.Flipped
	return a == b
}

// guarding are the values of the guards in front of an instruction, if those stand for all
// inputs of a built-in word, whose own instruction is gone.
func (s scene) guarding(l location, pc int, value func(slot int32) stack.Value) (values []stack.Value) {
	var slots []int32 // several guards can be of one
	for _, g := range l.f.GuardsAt(pc) {
		if samePlace(g.Line, l.line) && !slices.Contains(slots, g.Slot) {
			slots = append(slots, g.Slot)
			values = append(values, value(g.Slot))
		}
	}
	img := s.img
	if word := img.known(img.name(l.line, l.f)); word == nil || len(word.In) != len(values) {
		return nil
	}
	return values
}

// topBelow is the value below an address, which is that of the stack's top.
func (s scene) topBelow(top uintptr) []string {
	if i := s.index(top); i > s.data.Base && i <= len(s.data.Slots) {
		return briefAll(s.data.Slots[i-1 : i])
	}
	return nil
}

// window returns n values from a slot of the frame on, without those that lie below base.
func (s scene) window(base int, slot, n int32) []stack.Value {
	first := s.index(s.fp) + int(slot)
	end := min(first+int(n), len(s.data.Slots))
	first = max(first, base)
	if first >= end {
		return nil
	}
	return s.data.Slots[first:end]
}

// operands are the values that an instruction takes for its word, bottom to top; ok tells
// that they are all inputs of the word. value is what a slot holds when the instruction is
// executed; nil: it is executed now.
func (s scene) operands(f *bytecode.Func, pc int, value func(slot int32) stack.Value) (values []stack.Value, ok bool) {
	if value == nil {
		value = func(slot int32) stack.Value { return *at(s.fp, slot) }
	}
	in := f.Code[pc]
	in.Op = in.Original()
	if !s.belongs(f, pc, in) {
		return nil, false
	}
	switch in.Op {
	case bytecode.OpCallOpen, bytecode.OpTailOpen: // may reach below the frame
		n := s.img.funcs[in.B].in
		below := min(max(n-in.A, 0), n)
		values = slices.Clone(s.window(s.data.Base, in.A-n, below))
		for slot := max(in.A-n, 0); slot < in.A; slot++ {
			values = append(values, value(slot))
		}
		return values, true
	case bytecode.OpNoClause:
		if in.B == 0 {
			return nil, false
		}
		return []stack.Value{value(in.A)}, true
	case bytecode.OpListHas: // the flag of list.set comes first
		if next := f.Code[pc+1].Original(); (next == bytecode.OpListSet || next == bytecode.OpListSetImm) && samePlace(f.At(pc), f.At(pc+1)) {
			return s.operands(f, pc+1, value)
		}
	}
	if first, n := s.taken(f, in); n > 0 {
		for i := range n {
			values = append(values, value(first+i))
		}
		return values, true
	}
	info := in.Op.Info()
	if info.Has(bytecode.Fused) {
		return nil, false
	}
	for i, o := range info.Operands() {
		v := in.Operands()[i]
		switch {
		case o == bytecode.SrcCounter, o == bytecode.InOutCounter: // no program sees it
		case o.Reads():
			values = append(values, value(v))
		case o == bytecode.Imm && in.Op != bytecode.OpInt:
			values = append(values, stack.FromInt(s.immediate(f, pc, v)))
		}
	}
	if f.At(pc).Flipped && len(values) == 2 {
		slices.Reverse(values)
	}
	return values, len(values) > 0
}

// belongs tells whether an instruction is that of the word which stands at its place. Words
// that cannot fail are compiled in place of their calls without places of their own.
func (s scene) belongs(f *bytecode.Func, pc int, in bytecode.Instr) bool {
	img := s.img
	name := img.name(f.At(pc), f)
	info := in.Op.Info()
	switch {
	case info.Has(bytecode.Calls) && info.B == bytecode.Function:
		callee := img.funcs[in.B].fn
		return callee.Name == name || !callee.Word
	case info.Promises != nil:
		return f.Name == name
	}
	for _, o := range info.Operands() {
		if k := o.Trusts(); k != bytecode.KindAny && k != bytecode.KindVariant {
			return img.known(name) != nil
		}
	}
	return true
}

// taken is where the arguments of a word lie that takes them from several slots which no operand
// names one by one, or from the start of the frame.
func (s scene) taken(f *bytecode.Func, in bytecode.Instr) (first, n int32) {
	info := in.Op.Info()
	switch {
	case in.Op == bytecode.OpReturn:
		return 0, min(int32(len(f.Results)), f.Frame)
	case in.Op == bytecode.OpLoop:
		return 0, f.In
	case in.Op == bytecode.OpCallQuotation: // its inputs are no concern of the word
		return in.A, 1
	case in.Op == bytecode.OpAuxPop: // the value of a wrong kind is there already
		return in.A, 1
	case info.Reads != nil:
		r := info.Reads(s.img.mod, in)
		return r.First, r.End - r.First
	}
	return 0, 0
}

// immediate is the number in an instruction as the program has it: a difference adds the
// negative.
func (s scene) immediate(f *bytecode.Func, pc int, v int32) int64 {
	if f.Code[pc].Original() == bytecode.OpIntAddImm && subtractions[s.img.name(f.At(pc), f)] {
		return -int64(v)
	}
	return int64(v)
}

var subtractions = map[string]bool{"i.-": true, "i.subtract": true}
