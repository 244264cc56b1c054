package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/stack"
)

// help executes an instruction for machine code whose calls stay open. It needs no frames, and so neither waits nor fails: if it cannot
// do it so, it has done nothing and returns false, and the interpreter executes the instruction. answer is for instructions that step over the next one:
// 1 if they do.
type help func(s *Strand, c *machineContext, in *bytecode.Instr) bool

// helps has it by opcode; nil: there is none, but for calls of built-in words (helpWord), which exits know without the table.
var helps = [...]help{
	bytecode.OpMove: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		*at(s.fp, in.A) = *at(s.fp, in.B)
		return true
	},
	bytecode.OpCopy: helpCopy,
	bytecode.OpConst: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		*at(s.fp, in.A) = s.image.consts[in.B]
		return true
	},
	bytecode.OpSelect: helpSelect,

	bytecode.OpAuxPush: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		s.aux.keep(at(s.fp, in.A))
		return true
	},
	bytecode.OpAuxPop: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		return s.aux.holds(stack.Kind(in.B)) && s.aux.popKind(at(s.fp, in.A), stack.Kind(in.B)) == nil
	},

	bytecode.OpMake:            helpMake,
	bytecode.OpRemake:          helpRemake,
	bytecode.OpFieldPut:        helpPut,
	bytecode.OpFieldTake:       helpField,
	bytecode.OpFieldGet:        helpField,
	bytecode.OpFieldPeek:       helpField,
	bytecode.OpFieldTakeKnown:  helpField,
	bytecode.OpFieldGetKnown:   helpField,
	bytecode.OpFieldsTake:      helpFields,
	bytecode.OpFieldsGet:       helpFields,
	bytecode.OpFieldsPeek:      helpFields,
	bytecode.OpFieldsTakeKnown: helpFields,
	bytecode.OpFieldsGetKnown:  helpFields,

	bytecode.OpListLength:   helpLength,
	bytecode.OpListGet:      helpGet,
	bytecode.OpListGetInt:   helpGetNumber,
	bytecode.OpListGetFloat: helpGetNumber,
	bytecode.OpListGetBool:  helpGetNumber,
	bytecode.OpListPeek:     helpPeek,
	bytecode.OpListTake:     helpTake,
	bytecode.OpListNext:     helpNext, bytecode.OpListNextTake: helpNext, bytecode.OpListNextPeek: helpNext,
	bytecode.OpListNextInt: helpNext, bytecode.OpListNextFloat: helpNext, bytecode.OpListNextBool: helpNext,
	bytecode.OpListPush:   helpPush,
	bytecode.OpListSet:    helpSet,
	bytecode.OpListSetImm: helpSet,
	bytecode.OpListAppend: helpAppend,

	bytecode.OpClosure: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool { makeClosure(s.fp, in); return true },
	bytecode.OpShare:   func(s *Strand, _ *machineContext, in *bytecode.Instr) bool { at(s.fp, in.A).Share(); return true },
	bytecode.OpIs: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		return s.image.is(at(s.fp, in.A), at(s.fp, in.B), in.C) == nil
	},
	bytecode.OpListElement: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		return listElement(at(s.fp, in.A), at(s.fp, in.B), at(s.fp, in.C).AsInt()) == nil
	},
	bytecode.OpListResult: helpResult,
	bytecode.OpListReuse:  helpResult,
	bytecode.OpListDone: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		return listDone(at(s.fp, in.A), at(s.fp, in.B)) == nil
	},
	bytecode.OpListOwn:   helpOwn,
	bytecode.OpListClone: helpOwn,
	bytecode.OpMapEntries: func(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
		return mapEntries(at(s.fp, in.A), at(s.fp, in.B)) == nil
	},
}

// helps tells what help there is for an instruction.
func (img *image) helps(in bytecode.Instr) native.Help {
	return helpFor(in, func(b int32) *Builtin { return img.builtins[b].Builtin })
}

// helpFor tells what help there is for an instruction; word finds a built-in word, nil is none.
func helpFor(in bytecode.Instr, word func(index int32) *Builtin) native.Help {
	switch in.Op {
	case bytecode.OpBuiltin:
	case bytecode.OpAuxPush, bytecode.OpAuxPop, bytecode.OpClosure: // the interpreter's loop has no case for them either
		return native.EvenHelp
	default:
		if int(in.Op) < len(helps) && helps[in.Op] != nil {
			return native.SureHelp
		}
		return native.NoHelp
	}
	switch b := word(in.B); {
	case b != nil && b.Now != nil:
		return native.MayHelp
	case b != nil && b.Still:
		return native.SureHelp
	}
	return native.NoHelp
}

// helpMachine executes the instruction that machine code wants help with; false if the code is to leave in front of it, or has failed. It leaves if somebody wants something of
// the strand: polls look whether Go wants the goroutine, which Go code mostly finds out first in a loop that is helped.
func helpMachine(c *machineContext) bool {
	s := c.strand
	if s.limit.Load() == 0 {
		c.endHelp()
		return false
	}
	x := &c.made.exits[c.exit-1]
	s.ip, s.fp = x.behind, c.frame
	c.helping = true
	c.helped++
	var done bool
	if b := x.builtin; b != nil {
		done = helpWord(s, c, b, window(s.fp, x.original.A, b.width))
	} else {
		done = x.help(s, c, x.original)
	}
	c.helping = false
	if done {
		return true
	}
	c.endHelp()
	return false
}

var _ = helpMachine // callMachine calls it, which is no Go

// endHelp takes away the address that machine code would have gone on at.
func (c *machineContext) endHelp() { c.calls += unsafe.Sizeof(c.calls) }

// settle makes frames of the calls that are open in machine code, if a panic has left what helped it.
func settle(s *Strand) {
	c, ok := s.Worker().Local.(*machineContext)
	if !ok || !c.helping || c.strand != s {
		return
	}
	c.helping = false
	c.endHelp()
	takeFrames(s, c.made, c.opened())
}

func helpCopy(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	v := at(s.fp, in.B)
	v.Share()
	*at(s.fp, in.A) = *v
	return true
}

func helpSelect(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	a := window(s.fp, in.A, 3)
	if a[0].Bits() != 0 {
		a[0] = a[1]
	} else {
		a[0] = a[2]
	}
	return true
}

// helpWord executes a built-in word.
func helpWord(s *Strand, c *machineContext, b *linkedBuiltin, w []stack.Value) bool {
	if b.mismatch(w) >= 0 {
		return false
	}
	if b.Now != nil {
		return b.Now(s, w)
	}
	c.failed = b.run(s, w)
	return c.failed == nil
}

func helpMake(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	d := &s.image.variants[in.B]
	*at(s.fp, in.A) = stack.FromVariant(stack.NewVariant(d.tag, window(s.fp, in.A, len(d.kinds))))
	return true
}

func helpRemake(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	d := &s.image.variants[in.B]
	remake(at(s.fp, in.C), d, window(s.fp, in.A, len(d.kinds)), s.image.linear)
	return true
}

func helpPut(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	variant, i := bytecode.Field(in.C)
	x, n, value := at(s.fp, in.A), len(s.image.variants[variant].kinds), at(s.fp, in.B)
	if s.image.linear && x.Kind() == stack.Variant && x.AsVariant().Put(n, int(i), value) {
		return true
	}
	return put(x, n, int(i), value) == nil
}

// fieldAsDeclared tells whether a value is of a variant and has a field of the kind that is declared.
func fieldAsDeclared(x *stack.Value, d *variant, i int) bool {
	if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
		return false
	}
	field := x.AsVariant().SlotOf(len(d.kinds), i)
	return field != nil && (d.kinds[i] == stack.Nothing || field.Kind() == d.kinds[i])
}

func helpField(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	img, x, to := s.image, at(s.fp, in.B), at(s.fp, in.A)
	variant, i := bytecode.Field(in.C)
	if !fieldAsDeclared(x, &img.variants[variant], int(i)) {
		return false
	}
	switch in.Op {
	case bytecode.OpFieldTake:
		_, _ = img.part(x, to, in.C)
	case bytecode.OpFieldTakeKnown, bytecode.OpFieldGetKnown:
		_, _ = img.knownPart(x, to, in.C, in.Op == bytecode.OpFieldTakeKnown)
	case bytecode.OpFieldPeek:
		*to = *x.AsVariant().Slot(int64(i))
	default:
		_, _ = img.get(x, to, in.C)
	}
	return true
}

func helpFields(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	img, x := s.image, at(s.fp, in.B)
	d := &img.variants[in.C]
	for i := range d.kinds {
		if !fieldAsDeclared(x, d, i) {
			return false
		}
	}
	if len(d.kinds) > 0 {
		x.AsVariant().Unpack(window(s.fp, in.A, len(d.kinds)), d.kinds, img.unpacking[in.Op-bytecode.OpFieldsTakeKnown])
	}
	return true
}

func helpLength(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	l := at(s.fp, in.B)
	if l.Kind() != stack.Variant {
		return false
	}
	at(s.fp, in.A).SetInt(uint64(l.AsVariant().Len()) << 1)
	return true
}

func helpGet(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	listGet(at(s.fp, in.A), at(s.fp, in.B), at(s.fp, in.C))
	return true
}

func helpPeek(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	listPeek(at(s.fp, in.A), at(s.fp, in.B), at(s.fp, in.C))
	return true
}

func helpTake(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	listTake(at(s.fp, in.A), at(s.fp, in.B), at(s.fp, in.C))
	return true
}

func helpGetNumber(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	var x stack.Value
	if listPeek(&x, at(s.fp, in.B), at(s.fp, in.C)); x.Kind() != stack.Int+stack.Kind(in.Op-bytecode.OpListGetInt) {
		return false
	}
	at(s.fp, in.A).SetNumber(&x)
	return true
}

func helpNext(s *Strand, c *machineContext, in *bytecode.Instr) bool {
	l, i := at(s.fp, in.B), at(s.fp, in.C)
	if l.Kind() != stack.Variant {
		return false
	}
	switch in.Op {
	case bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpListNextBool:
		v, n := l.AsVariant(), i.AsInt()
		if uint64(n) < uint64(v.Len()) && v.At(int(n)).Kind() != stack.Int+stack.Kind(in.Op-bytecode.OpListNextInt) {
			return false
		}
	}
	c.answer = 0
	if listNext(at(s.fp, in.A), l, i, in.Op) {
		c.answer = 1
	}
	return true
}

func helpPush(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	l := at(s.fp, in.B)
	if l.Kind() != stack.Variant {
		return false
	}
	*at(s.fp, in.A) = stack.FromVariant(l.AsVariant().Push(*at(s.fp, in.C)))
	return true
}

func helpSet(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	l, i := at(s.fp, in.A), at(s.fp, in.B).AsInt()
	if l.Kind() != stack.Variant {
		return true
	}
	x := stack.FromInt(int64(in.C))
	if in.Op == bytecode.OpListSet {
		x = *at(s.fp, in.C)
	}
	*l = stack.FromVariant(l.AsVariant().Set(i, x))
	return true
}

func helpAppend(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	l := at(s.fp, in.A)
	if l.Kind() != stack.Builder {
		return false
	}
	builderOf(l).Push(*at(s.fp, in.B))
	return true
}

func helpOwn(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	return listOwn(at(s.fp, in.A), at(s.fp, in.B), in.Op == bytecode.OpListOwn) == nil
}

func helpResult(s *Strand, _ *machineContext, in *bytecode.Instr) bool {
	return listResult(at(s.fp, in.A), at(s.fp, in.B), in.Op == bytecode.OpListReuse) == nil
}
