package vm

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// refresh makes the strand go by the VM's latest image.
func refresh(s *Strand) *image {
	img := s.vm.image.Load()
	if s.image != img {
		s.image = img
		s.lookForOldFrames()
	}
	if s.limit.Load() == 0 && !(meter{s}).counts() {
		s.resetLimit()
	}
	return img
}

// lookForOldFrames finds out whether the strand is in a word that has been replaced: a
// tail call of the word itself is a jump there, which no image can redirect.
func (s *Strand) lookForOldFrames() {
	s.hasOldFrames = false
	if !s.image.replaces {
		return
	}
	old := func(ip uintptr) bool {
		function, _, ok := s.image.functionAt(ip - instrSize)
		return ok && s.image.replaced(function) && slices.ContainsFunc(s.image.mod.Funcs[function].Code, restarts)
	}
	if old(s.ip+instrSize) || slices.ContainsFunc(s.frames, func(f frame) bool { return old(f.ip) }) { // the first is executed next
		s.hasOldFrames = true
		s.limit.Store(0)
	}
}

func restarts(in bytecode.Instr) bool { return in.Original().Info().Has(bytecode.Restarts) }

// outdated tells whether the strand does not go by the VM's latest image.
func (s *Strand) outdated() bool { return s.image != s.vm.image.Load() }

// replaceFrames is on-stack replacement, for strands that may be in old code. If the instruction goes
// back to the start of a function that is to run other code by now, it goes on
// there, and the strand leaves the interpreter's loop with the error.
func (s *Strand) replaceFrames() (left bool, err error) {
	in := instr(s.ip - instrSize)
	op := in.Original()
	if !op.Info().Has(bytecode.Restarts) {
		return false, nil
	}
	img := s.vm.image.Load() // the strand may be here because there is a new one
	function, _, ok := img.functionAt(s.ip - instrSize)
	if !ok || !img.replaced(function) {
		return false, nil
	}
	switch op {
	case bytecode.OpIntAddLoop:
		at(s.fp, in.A).SetInt(at(s.fp, in.A).Bits() + uint64(int64(in.B))<<1)
	case bytecode.OpIntAddSlotLoop:
		at(s.fp, in.A).SetInt(at(s.fp, in.A).Bits() + at(s.fp, in.B).Bits())
	}
	f := &img.funcs[function]
	if s.fp+f.bytes > s.end {
		if s.fp, err = s.makeRoom(s.fp, f.bytes); err != nil {
			return false, err
		}
	}
	s.ip = codeAddress(f.code)
	s.image = nil // so that it looks for others
	s.vm.config.Debugger.restarts(s)
	return true, errYielded
}

// redirect makes functions run the code of others. Strands know the first ones; it
// tells whether some of those are among them.
func (img *image) redirect(list []bytecode.Redirect, first int) (changed bool) {
	changed = slices.ContainsFunc(list, func(r bytecode.Redirect) bool { return int(r.From) < first })
	if changed {
		img.funcs = slices.Clone(img.funcs)
	}
	for _, r := range list {
		f := &img.funcs[r.From]
		f.code, f.bytes = img.code(r.To, img.form), uintptr(img.mod.Funcs[r.To].Frame)*slotSize
		img.replaces = img.replaces || img.replaced(r.From)
	}
	return changed
}

// replaced tells whether a function that has code runs that of another one.
func (img *image) replaced(function int32) bool {
	code := img.funcs[function].code
	if code == nil {
		return false
	}
	index, _, ok := img.functionAt(codeAddress(code))
	return ok && index != function
}
