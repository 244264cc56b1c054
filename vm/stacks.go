package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/stack"
)

// frame is where a call returns to: two addresses that Go's collector does not
// see. The code is kept alive by the image, the slots by the strand.
type frame struct {
	ip, fp uintptr
}

const (
	firstSlots  = 16
	firstFrames = 6
	// strandBytes is about what a strand takes that has just been started.
	strandBytes = 1 << 10
)

// reserve counts bytes of stacks against the limits.
func (s *Strand) reserve(bytes int64) bool {
	s.reserved += bytes
	limits := &s.vm.config.Settings
	if s.inside != nil { // a weave may be dropped any time, unseen: only its own limit holds
		return s.reserved <= limits.StackMax
	}
	s.vm.stackBytes.Add(bytes)
	return s.reserved <= limits.StackMax && s.vm.hasRoom()
}

// hasRoom tells whether the stacks of all strands are within their limit.
func (v *VM) hasRoom() bool {
	most := v.config.Settings.AllStacksMax
	return most == 0 || v.stackBytes.Load()+v.sched.Active()*strandBytes <= most
}

// makeRoom is called when a frame would end behind the limit: it sees whether
// the VM has been stopped, and moves the stack to a larger one if it is too
// small. Afterwards bytes more fit behind the address fp; the new fp is returned.
func (s *Strand) makeRoom(fp, bytes uintptr) (uintptr, error) {
	if s.limit.Load() == 0 {
		if s.vm.stopped.Load() || s.cancelled() {
			return 0, ErrStopped
		}
		s.look()
	}
	if fp+bytes <= s.end {
		return fp, nil
	}
	old := s.address(0)
	room := len(s.data.Slots)
	size := 2 * room
	for uintptr(size)*slotSize < fp-old+bytes {
		size *= 2
	}
	grown := int64(size-room) * int64(slotSize)
	if !s.reserve(grown) {
		s.reserve(-grown)
		return 0, s.tooDeep()
	}
	s.data.Grow(size)
	delta := s.address(0) - old
	for i := range s.frames {
		s.frames[i].fp += delta
	}
	s.sp += delta
	s.end = s.address(0) + uintptr(size)*slotSize
	s.setLimit(s.end)
	return fp + delta, nil
}

// setLimit moves the limit to the end of another stack, unless it asks for a
// pause: a stop does at any time, the valve always.
func (s *Strand) setLimit(end uintptr) {
	for old := s.limit.Load(); old != 0 && !s.limit.CompareAndSwap(old, end); {
		old = s.limit.Load()
	}
}

func (s *Strand) tooDeep() error {
	return Fail("calls nest too deeply: the stack of the strand would take more than %d bytes (SEQ_STACK_MAX), %d calls are open", s.vm.config.Settings.StackMax, len(s.frames))
}

// moreFrames makes room for frames.
func (s *Strand) moreFrames() error {
	size := 2 * cap(s.frames)
	grown := int64(size-cap(s.frames)) * int64(unsafe.Sizeof(frame{}))
	if !s.reserve(grown) {
		s.reserve(-grown)
		return s.tooDeep()
	}
	frames := make([]frame, len(s.frames), size)
	copy(frames, s.frames)
	s.frames = frames
	return nil
}

// underflow is the error for a word that needs values below the stack's start.
func (s *Strand) underflow(need, have int) error {
	if have == 0 {
		return Fail("stack underflow: %d more needed, the stack is empty", need)
	}
	return Fail("stack underflow: %d more needed, only %d there", need, have)
}

// visible returns the values that the running code can see, up to a slot.
func (s *Strand) visible(top int) ([]stack.Value, error) {
	if top < s.data.Base { // only bytecode that isolates and does not rejoin comes here
		return nil, s.underflow(s.data.Base-top, 0)
	}
	return s.data.Slots[s.data.Base:top], nil
}
