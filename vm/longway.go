package vm

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// longWay is a strand at an instruction that the interpreter's loop has a short way for, which could
// not be gone: because of an operand, or because somebody wants something of the strand.
type longWay struct{ *Strand }

// execute executes the instruction.
func (s longWay) execute(in *bytecode.Instr, op bytecode.Op) error {
	fp := s.fp
	img := s.image
	a := at(fp, in.A)
	switch op {
	case bytecode.OpInvalid:
		return Fail("an invalid instruction")
	case bytecode.OpJumpBack, bytecode.OpLoop, bytecode.OpIntAddLoop, bytecode.OpIntAddSlotLoop:
		return s.back(in, op)
	case bytecode.OpCall:
		return s.call(in)
	case bytecode.OpTail:
		return s.tail(in)
	case bytecode.OpCheck:
		return Mismatch(stack.Kind(in.B).String(), *a)
	case bytecode.OpExpect:
		want := fp + uintptr(uint32(in.A))*slotSize
		return heightDiffers(want, s.sp)
	case bytecode.OpReach:
		return s.reach(in.A)
	case bytecode.OpFrameUp, bytecode.OpFrameToTop:
		return s.moveFrame(op, in)
	case bytecode.OpListGetInt, bytecode.OpListGetFloat, bytecode.OpListGetBool:
		s.trust(listGet(a, at(fp, in.B), at(fp, in.C)) == stack.Int+stack.Kind(op-bytecode.OpListGetInt))
	case bytecode.OpListPeek:
		listPeek(a, at(fp, in.B), at(fp, in.C))
	case bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpListNextBool, bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextPeek:
		return s.next(in, op)
	case bytecode.OpListLength, bytecode.OpListPush:
		return Mismatch("List", *at(fp, in.B))
	case bytecode.OpListAppend:
		return Mismatch(stack.Builder.String(), *a)
	case bytecode.OpMatch:
		where, err := img.match(a, &img.mod.Tables[in.B])
		s.ip = jump(s.ip, where)
		return err
	case bytecode.OpMatchOr:
		other, err := img.other(a, in.B)
		if other {
			s.ip = jump(s.ip, in.C)
		}
		return err
	case bytecode.OpFieldTake:
		as, err := img.part(at(fp, in.B), a, in.C)
		s.trust(as || err != nil)
		return err
	case bytecode.OpFieldGet, bytecode.OpFieldPeek:
		as, err := img.get(at(fp, in.B), a, in.C)
		s.trust(as || err != nil)
		return err
	case bytecode.OpFieldTakeKnown, bytecode.OpFieldGetKnown:
		as, err := img.knownPart(at(fp, in.B), a, in.C, op == bytecode.OpFieldTakeKnown)
		s.trust(as || err != nil)
		return err
	case bytecode.OpFieldsTakeKnown, bytecode.OpFieldsGetKnown, bytecode.OpFieldsTake, bytecode.OpFieldsGet, bytecode.OpFieldsPeek:
		x, d := at(fp, in.B), &img.variants[in.C]
		if err := img.checkOnlyVariant(x, in.C); err != nil {
			return err
		}
		v, fields := x.AsVariant(), window(fp, in.A, len(d.kinds))
		return s.unpacked(v, d, v.Unpack(fields, d.kinds, img.unpacking[op-bytecode.OpFieldsTakeKnown]))
	case bytecode.OpFieldTakeInPlace:
		as, err := img.access(a, in)
		s.trust(as || err != nil)
		return err

	default:
		return Fail("unknown instruction %d", op)
	}
	return nil
}

// call is OpCall of a strand that somebody wants something of, or whose stacks are too small.
func (s longWay) call(in *bytecode.Instr) error {
	if s.outdated() {
		return s.retry()
	}
	if err := meter(s).beforeCall(); err != nil {
		return err
	}
	if len(s.frames) == cap(s.frames) {
		if err := s.moreFrames(); err != nil {
			return err
		}
	}
	f := &s.image.funcs[in.B]
	to := s.fp + uintptr(uint32(in.A))*slotSize
	moved, err := s.makeRoom(to, f.bytes)
	if err != nil {
		return err
	}
	s.frames = append(s.frames, frame{ip: s.ip, fp: s.fp + (moved - to)})
	s.fp, s.ip = moved, codeAddress(f.code)
	return nil
}

// tail is OpTail of such a strand.
func (s longWay) tail(in *bytecode.Instr) error {
	if s.limit.Load() == 0 {
		if err := s.pause(true); err != nil {
			return err
		}
	}
	f := &s.image.funcs[in.B]
	moved, err := s.makeRoom(s.fp+uintptr(uint32(in.A))*slotSize, f.bytes)
	if err != nil {
		return err
	}
	s.fp, s.ip = moved, codeAddress(f.code)
	return nil
}

// reach moves the frame down over n values of the stack below it.
func (s longWay) reach(n int32) error {
	have := s.index(s.fp) - s.data.Base
	if int(n) > have {
		return underflow(int(n), have)
	}
	s.fp -= uintptr(n) * slotSize
	s.deoptimise(s.fp)
	return nil
}

// moveFrame is frame.up and frame.top: the frame starts higher from here on.
func (s longWay) moveFrame(op bytecode.Op, in *bytecode.Instr) error {
	fp := s.fp + uintptr(uint32(in.A))*slotSize
	if op == bytecode.OpFrameToTop {
		if fp = s.sp; fp < s.address(s.data.Base) || fp > s.end {
			return Fail("no call before has left a stack")
		}
	}
	index, _, ok := s.image.functionAt(s.ip - instrSize)
	if ok {
		var err error
		if fp, err = s.makeRoom(fp, s.image.funcs[index].bytes); err != nil {
			return err
		}
	}
	s.fp = fp
	return nil
}

// trust goes on in guarded code unless a value is of the kind that the code behind the instruction trusts.
func (s longWay) trust(as bool) {
	if !as {
		s.ip = s.deoptAddress(s.ip)
	}
}

// unpacked goes on behind a variant that has been unpacked.
func (s longWay) unpacked(v *stack.VariantValue, d *variant, as stack.Unpacked) error {
	if as == stack.TooFew {
		return tooFewFields(v, len(d.kinds))
	}
	s.trust(as == stack.AsExpected)
	return nil
}

// back is an instruction that jumps back, of a strand that somebody wants something of.
func (s longWay) back(in *bytecode.Instr, op bytecode.Op) error {
	if err := s.pause(op != bytecode.OpJumpBack); err != nil {
		return err
	}
	switch a := at(s.fp, in.A); op {
	case bytecode.OpIntAddLoop:
		a.ChangeInt(a.Bits() + uint64(int64(in.B))<<1)
	case bytecode.OpIntAddSlotLoop:
		a.ChangeInt(a.Bits() + at(s.fp, in.B).Bits())
	}
	s.ip = jump(s.ip, in.C)
	return nil
}

// next is list.next and the like.
func (s longWay) next(in *bytecode.Instr, op bytecode.Op) error {
	to, l := at(s.fp, in.A), at(s.fp, in.B)
	if l.Kind() != stack.Variant {
		return Mismatch("List", *l)
	}
	if !listNext(to, l, at(s.fp, in.C), op) {
		return nil
	}
	s.ip += instrSize
	switch op {
	case bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpListNextBool:
		s.trust(to.Kind() == stack.Int+stack.Kind(op-bytecode.OpListNextInt))
	}
	return nil
}
