package vm

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// before does what an instruction has to do before its original is executed: count the
// tail calls that are gone there, check its guards, check what it trusts.
func (s *Strand) before(in *bytecode.Instr) error {
	if watch := s.image.watch; watch != nil {
		if err := watch(s, in); err != nil {
			return err
		}
	}
	if in.Op == bytecode.OpStop {
		return atStop(s)
	}
	if in.Op != bytecode.OpChecked {
		index, pc, ok := s.image.functionAt(s.ip - instrSize)
		if !ok {
			return nil
		}
		f := &s.image.mod.Funcs[index]
		if err := countGone(s, f.TailsGoneAt(pc)); err != nil || in.Op == bytecode.OpCounted {
			return err
		}
		for _, g := range f.GuardsAt(pc) {
			if v := at(s.fp, g.Slot); v.Kind() != stack.Kind(g.Kind) {
				return s.scene().failGuard(g, Mismatch(stack.Kind(g.Kind).String(), *v))
			}
		}
	}
	return s.checkTrusted(s.fp, in)
}

// countGone counts tail calls that are gone in front of the instruction that is executed.
func countGone(s *Strand, n int) error {
	switch {
	case s.vm.config.Settings.YieldInterval == 0 || s.gaveWay == byInstruction:
		return nil // they were counted before the instruction itself made the strand yield
	case s.gaveWay == byTailsGone:
		s.gaveWay = stayed
		return nil
	}
	yields := false
	for range n {
		yields = (meter{s}).maybeYield() || yields
	}
	if !yields {
		return nil
	}
	return s.giveWay(byTailsGone)
}

// checkTrusted checks the kinds that the original of a checked instruction
// trusts, or promises to whom it goes on to.
func (s *Strand) checkTrusted(fp uintptr, in *bytecode.Instr) error {
	img := s.image
	original := bytecode.Instr{Op: in.Was, A: in.A, B: in.B, C: in.C}
	for slot, k := range bytecode.Trusts(img.mod, original) {
		address := fp + uintptr(int(slot))*slotSize
		if slot < 0 && s.index(address) < s.data.Base {
			return nil // the call itself finds out
		}
		if v := at(address, 0); v.Kind() != stack.Kind(k) {
			return Mismatch(stack.Kind(k).String(), *v)
		}
	}
	if !img.linear {
		markGiven(img.mod, fp, original)
	}
	promises := in.Was.Info().Promises
	if promises == nil {
		return nil
	}
	if index, _, ok := img.functionAt(s.ip - instrSize); ok {
		return checkKinds(fp, promises(img.funcs[index].fn, original))
	}
	return nil
}

// markGiven marks the objects that an instruction gives away as held more than once. Code of which nobody vouches
// for the moves may look at them again where it is proven that they are of kinds that nothing changes in place: numbers, texts. Guarded code is
// executed where that may be wrong.
func markGiven(mod *bytecode.Module, fp uintptr, in bytecode.Instr) {
	for slot := range bytecode.Given(mod, in) {
		if slot >= 0 {
			at(fp, slot).Share()
		}
	}
}

// checkKinds checks that the values from fp on are of some kinds.
func checkKinds(fp uintptr, kinds []bytecode.Kind) error {
	for i, k := range kinds {
		if v := at(fp, int32(i)); k != bytecode.KindAny && v.Kind() != stack.Kind(k) {
			return Mismatch(stack.Kind(k).String(), *v)
		}
	}
	return nil
}

func heightDiffers(want, found uintptr) error {
	if found > want {
		return Fail("more values are left on the stack than the effect says: %d too many", (found-want)/slotSize)
	}
	return Fail("stack underflow: fewer values are left on the stack than the effect says: %d missing", (want-found)/slotSize)
}
