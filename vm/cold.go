package vm

import (
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

// cold executes the instructions that are not worth a place in the loop, and those for which the loop has a
// short way only that could not be gone.
func (s *Strand) cold(in *bytecode.Instr) error {
	fp := s.fp
	img := s.image
	a := at(fp, in.A)
	switch op := in.Original(); op {
	case bytecode.OpClosure:
		makeClosure(fp, in)
	case bytecode.OpAuxPush:
		s.aux.keep(a)
	case bytecode.OpAuxPop:
		return s.aux.popKind(a, stack.Kind(in.B))

	case bytecode.OpPickDeep:
		return s.pickDeep(a, int(in.B))
	case bytecode.OpPickAt:
		return s.pickAt(a, s.index(fp)+int(in.A))
	case bytecode.OpRollAt:
		top := s.index(fp) + int(in.A)
		n, err := s.depth(a, top)
		if err != nil {
			return err
		}
		if from := s.address(top - 1 - n); from < fp {
			s.deoptimise(from) // before the values move: a try may have to bring them back
		}
		s.roll(top, n)
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

	case bytecode.OpShare:
		a.Share()
	case bytecode.OpIs:
		return img.is(a, at(fp, in.B), in.C)
	case bytecode.OpListElement:
		return listElement(a, at(fp, in.B), at(fp, in.C).AsInt())
	case bytecode.OpListResult, bytecode.OpListReuse:
		return listResult(a, at(fp, in.B), op == bytecode.OpListReuse)
	case bytecode.OpListDone:
		return listDone(a, at(fp, in.B))
	case bytecode.OpListOwn, bytecode.OpListClone:
		return listOwn(a, at(fp, in.B), op == bytecode.OpListOwn)
	case bytecode.OpMapEntries:
		return mapEntries(a, at(fp, in.B))

	case bytecode.OpCondStart:
		return conds{s}.condStart()
	case bytecode.OpCondNext:
		return conds{s}.condNext()
	case bytecode.OpCondTest:
		return conds{s}.condTest(in)
	case bytecode.OpNoClause:
		return noClause(int(in.C))

	case bytecode.OpTry:
		return recovery{s}.try(in)
	case bytecode.OpTryEnd:
		return recovery{s}.tryEnd(in.A)

	case bytecode.OpSpawn:
		child, err := s.spawn(fp+uintptr(uint32(in.A))*slotSize, in.C == 1)
		if err != nil {
			return err
		}
		*at(fp, in.A-in.B) = child
	case bytecode.OpWeave:
		return s.newWeave(a)
	case bytecode.OpResume:
		return s.resume(in.A)
	case bytecode.OpYield:
		return s.yield(in.A)
	case bytecode.OpCancel:
		w, err := weaveOf(*a)
		if err == nil {
			w.cancel(s)
		}
		return err
	case bytecode.OpWeaveEnd:
		return s.leaveWeave()
	case bytecode.OpCount:
		if index, _, ok := img.functionAt(s.ip - instrSize); ok {
			s.vm.entries[index].Add(1)
		}
	case bytecode.OpCover:
		cover(s, in.A)
	case bytecode.OpDump:
		return s.dump(fp+uintptr(uint32(in.A))*slotSize, img.builtins[in.B].Builtin)
	default:
		return longWay{s}.execute(in, op)
	}
	return nil
}
