package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// shiftLeft and shiftRight are shl and shr (chapter 3, section 9): 64-bit
// shifts whose result is 0 unless it is an Int. They return the bits of an Int.
func shiftLeft(a, n int64) uint64 {
	if n < 0 || n >= 64 {
		return 0
	}
	return intBits(a << uint(n))
}

func shiftRight(a, n int64) uint64 {
	if n < 0 || n >= 64 {
		return 0
	}
	return intBits(int64(uint64(a) >> uint(n)))
}

func intBits(r int64) uint64 {
	if r<<1>>1 != r {
		return 0
	}
	return uint64(r) << 1
}

// cold executes the instructions that are not worth a place in the loop.
func (s *Strand) cold(in *bytecode.Instr, op bytecode.Op) error {
	fp := s.fp
	img := s.vm.image.Load()
	a := at(fp, in.A)
	switch op {
	case bytecode.OpAuxPush:
		a.Share() // the compiler may still have it in a slot as well
		s.aux = append(s.aux, *a)
	case bytecode.OpAuxPop:
		n := len(s.aux) - 1
		if n < 0 {
			return Fail("the aux stack is empty")
		}
		*a = s.aux[n]
		s.aux[n] = stack.Value{}
		s.aux = s.aux[:n]
		if k := stack.Kind(in.B); k != stack.Nothing && a.Kind() != k {
			return Mismatch(k.String(), *a)
		}

	case bytecode.OpPickDeep:
		have := s.index(fp) - s.data.Base
		if int(in.B) > have {
			return underflow(int(in.B), have)
		}
		*a = *at(fp-uintptr(in.B)*slotSize, 0)
		a.Share()
	case bytecode.OpPickAt:
		n, have := a.AsInt(), s.index(fp)+int(in.A)-s.data.Base
		if n < 0 || n >= int64(have) {
			return Fail("the index %d is out of range, the stack holds %d values", n, have)
		}
		*a = s.data.Slots[s.index(fp)+int(in.A)-1-int(n)]
		a.Share()
	case bytecode.OpRollAt:
		n, top := a.AsInt(), s.index(fp)+int(in.A)
		if n < 0 || n >= int64(top-s.data.Base) {
			return Fail("the index %d is out of range, the stack holds %d values", n, top-s.data.Base)
		}
		from := top - 1 - int(n)
		if s.address(from) < fp {
			s.distrust(s.address(from))
		}
		v := s.data.Slots[from]
		copy(s.data.Slots[from:top-1], s.data.Slots[from+1:top])
		s.data.Slots[top-1] = v

	case bytecode.OpShare:
		a.Share()
	case bytecode.OpIs:
		v := at(fp, in.B)
		if v.Kind() != stack.Variant {
			return Mismatch("a value of the union "+img.mod.Unions[img.mod.Variants[in.C].Union], *v)
		}
		a.SetBool(v.AsVariant().Tag.Same(img.variants[in.C].tag))
	case bytecode.OpIsolate:
		old := s.data.Base
		s.data.Base = s.index(fp) + int(in.B)
		a.SetInt(uint64(old) << 1)
	case bytecode.OpRejoin:
		base := a.AsInt()
		if base < 0 || base > int64(s.index(fp)) {
			return Fail("the stack cannot start at %d", base)
		}
		s.data.Base = int(base)
	case bytecode.OpListElement:
		v, i := at(fp, in.B), at(fp, in.C).AsInt()
		if v.Kind() != stack.Variant || i < 0 || i >= int64(v.AsVariant().Len()) {
			return Mismatch("List", *v)
		}
		*a = v.AsVariant().At(int(i))
		a.Share()
	case bytecode.OpListResult, bytecode.OpListReuse:
		like := at(fp, in.B)
		if like.Kind() != stack.Variant {
			return Mismatch("List", *like)
		}
		list := like.AsVariant().Successor(op == bytecode.OpListReuse)
		*a = stack.FromObject(stack.Builder, unsafe.Pointer(list))
	case bytecode.OpListDone:
		b := at(fp, in.B)
		if b.Kind() != stack.Builder {
			return Mismatch(stack.Builder.String(), *b)
		}
		list := (*stack.VariantValue)(b.Object())
		list.Finish()
		*b = stack.Value{}
		*a = stack.FromVariant(list)

	case bytecode.OpMapEntries:
		m := at(fp, in.B)
		if m.Kind() != stack.Map {
			return Mismatch("Map", *m)
		}
		fields := make([]stack.Value, 0, 2*m.AsMap().Len())
		m.AsMap().Each(func(k, v stack.Value) {
			v.Share()
			fields = append(fields, k, v)
		})
		*a = stack.FromVariant(stack.FromFields(stack.ListTag, fields))

	case bytecode.OpCondStart:
		return s.condStart()
	case bytecode.OpCondNext:
		return s.condNext()
	case bytecode.OpCondTest:
		return s.condTest(in)
	case bytecode.OpNoClause:
		return noClause(int(in.C))

	case bytecode.OpSpawn:
		id, err := s.spawn(fp + uintptr(uint32(in.A))*slotSize)
		if err != nil {
			return err
		}
		at(fp, in.A-in.B).SetInt(uint64(id) << 1)
	case bytecode.OpWeave:
		return s.weave(a)
	case bytecode.OpResume:
		return s.resume(in.A)
	case bytecode.OpYield:
		return s.yield(in.A)
	case bytecode.OpCancel:
		return s.cancel(*a)
	case bytecode.OpWeaveEnd:
		return s.leaveWeave()
	case bytecode.OpCount:
		if index, _, ok := img.functionAt(s.ip - instrSize); ok {
			s.vm.entries[index].Add(1)
		}
	case bytecode.OpCover:
		if covered := s.vm.covered; int(in.A) < len(covered) {
			covered[in.A].Add(1)
		}
	case bytecode.OpDump:
		return s.dump(fp+uintptr(uint32(in.A))*slotSize, img.builtins[in.B])
	default:
		return Fail("unknown instruction %d", op)
	}
	return nil
}
