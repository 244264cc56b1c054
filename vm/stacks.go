package vm

import (
	"sync/atomic"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
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
	fewFrames   = 48 // so small that nobody has to be asked for the memory
)

// continuation is what the interpreter needs to go on at some place: the stacks and
// where it is in them. A strand has one, and a weave another while it is not running.
type continuation struct {
	data  *stack.Stack // of the strand, or of the weave that it is in
	aux   auxStack
	arena *arena.Arena // as data

	// The interpreter keeps these in variables and stores them where others
	// need them: before built-ins, at errors, when the stacks move.
	ip     uintptr // behind the instruction that is executed
	fp     uintptr // first slot of the frame
	sp     uintptr // behind the last value that a call left
	frames []frame
	tries  *tries // nil: there was none so far

	end      uintptr // of the data stack
	reserved int64   // bytes of stacks beyond the first ones
}

// grow moves the data stack to one of so many slots.
func (c *continuation) grow(slots int) {
	old := c.address(0)
	c.data.Grow(slots)
	delta := c.address(0) - old
	for i := range c.frames {
		c.frames[i].fp += delta
	}
	c.sp += delta
	c.end = c.address(slots)
}

// visible returns the values that the running code can see, up to a slot.
func (c *continuation) visible(top int) ([]stack.Value, error) {
	if top < c.data.Base { // only bytecode that isolates and does not rejoin comes here
		return nil, underflow(c.data.Base-top, 0)
	}
	return c.data.Slots[c.data.Base:top], nil
}

// below is how many values lie below the frame.
func (c *continuation) below() int { return c.index(c.fp) - c.data.Base }

// results returns the values that the code has left.
func (c *continuation) results() []stack.Value {
	top := c.index(c.sp)
	values := make([]stack.Value, 0, max(top-c.data.Base, 0))
	for i := c.data.Base; i < top; i++ {
		values = append(values, c.data.Slots[i].Promote())
	}
	return values
}

// pickDeep copies the value that is n below the frame.
func (c *continuation) pickDeep(to *stack.Value, n int) error {
	if have := c.below(); n > have {
		return underflow(n, have)
	}
	*to = c.data.Slots[c.index(c.fp)-n]
	to.Share()
	return nil
}

// pickAt copies the value that is as far below the slot top as it says itself.
func (c *continuation) pickAt(a *stack.Value, top int) error {
	n, err := c.depth(a, top)
	if err != nil {
		return err
	}
	*a = c.data.Slots[top-1-n]
	a.Share()
	return nil
}

// roll moves the value that is n below the one under the slot top to the top.
func (c *continuation) roll(top, n int) {
	from := top - 1 - n
	v := c.data.Slots[from]
	copy(c.data.Slots[from:top-1], c.data.Slots[from+1:top])
	c.data.Slots[top-1] = v
}

// depth is an index into the stack below the slot top, 0 for the value below it.
func (c *continuation) depth(a *stack.Value, top int) (int, error) {
	n, have := a.AsInt(), top-c.data.Base
	if n < 0 || n >= int64(have) {
		return 0, Fail("the index %d is out of range, the stack holds %d values", n, have)
	}
	return int(n), nil
}

// underflow is the error for a word that needs values below the stack's start.
func underflow(need, have int) error {
	if have == 0 {
		return Fail("stack underflow: %d more needed, the stack is empty", need)
	}
	return Fail("stack underflow: %d more needed, only %d there", need, have)
}

// limit is the end of the data stack as calls compare with it. 0 and noLimit are none.
type limit struct{ atomic.Uintptr }

// noLimit is a limit that asks for no pause and is moved before the strand runs.
const noLimit = 1

// move moves the limit to the end of another stack, unless it asks for a
// pause: a stop does at any time, the reduction counter always.
func (l *limit) move(end uintptr) {
	for old := l.Load(); old != 0 && !l.CompareAndSwap(old, end); {
		old = l.Load()
	}
}

// reserve counts the bytes by which a stack grows to a size; the error says that the strand, or the program,
// may not have so much. While a stack moves there are both, the old and the new one.
func (s *Strand) reserve(grows, size int64) error {
	if s.reserved+grows > s.vm.config.Settings.StackMax {
		return s.vm.tooDeep(len(s.frames))
	}
	if !memory.Fits(int(size)) {
		return refused(memory.Refused())
	}
	s.reserved += grows
	return nil
}

// makeRoom is called when a frame would end behind the limit: it sees whether
// the VM has been stopped, and moves the stack to a larger one if it is too
// small. Afterwards bytes more fit behind the address fp; the new fp is returned.
func (s *Strand) makeRoom(fp, bytes uintptr) (uintptr, error) {
	if s.limit.Load() == 0 {
		if err := s.stopRequest(); err != nil {
			return 0, err
		}
		if err := s.look(); err != nil {
			return 0, err
		}
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
	if err := s.reserve(int64(size-room)*int64(slotSize), int64(size)*int64(slotSize)); err != nil {
		return 0, err
	}
	s.grow(size)
	s.limit.move(s.end)
	return fp + s.address(0) - old, nil
}

func (v *VM) tooDeep(calls int) error {
	return Fail("calls nest too deeply: the stack of the strand would take more than %d bytes (SEQ_STACK_MAX), %d calls are open", v.config.Settings.StackMax, calls)
}

// moreFrames makes room for frames.
func (s *Strand) moreFrames() error {
	size := 2 * cap(s.frames)
	if err := s.reserve(int64(size-cap(s.frames))*int64(frameSize), int64(size)*int64(frameSize)); err != nil {
		return err
	}
	s.growFrames()
	return nil
}

// growFrames makes twice as much room for frames.
func (c *continuation) growFrames() {
	frames := hugepage.Make[frame](2 * cap(c.frames))[:len(c.frames)]
	copy(frames, c.frames)
	c.frames = frames
}

// framesLeft is how many calls more certainly find room for their frames, where stacks may have so many bytes: where there is room for a few only, also those for which
// it may grow a little.
func (c *continuation) framesLeft(stackMax int64) int {
	size := cap(c.frames)
	for size < fewFrames {
		size *= 2
	}
	if c.reserved+int64(size-cap(c.frames))*int64(frameSize) > stackMax {
		size = cap(c.frames)
	}
	return size - len(c.frames)
}

// What giveBack leaves alone.
const (
	keptSlots  = 1 << 12
	keptFrames = 1 << 12
)

// giveBack makes stacks small again that had grown for calls that are gone. So many slots of the data
// stack are in use.
func (s *Strand) giveBack(slots int) {
	if n := len(s.data.Slots); n > keptSlots && slots < n/4 {
		first := s.address(0)
		s.data.Slots = append(make([]stack.Value, 0, 2*slots), s.data.Slots[:slots]...)[:2*slots]
		delta := s.address(0) - first
		for i := range s.frames {
			s.frames[i].fp += delta
		}
		s.fp, s.sp, s.end = s.fp+delta, s.sp+delta, s.address(2*slots)
		s.limit.move(s.end)
		s.unreserve(int64(n-2*slots) * int64(slotSize))
	}
	if n := cap(s.frames); n > keptFrames && len(s.frames) < n/4 {
		s.frames = append(make([]frame, 0, max(2*len(s.frames), firstFrames)), s.frames...)
		s.unreserve(int64(n-cap(s.frames)) * int64(frameSize))
	}
}

// unreserve takes back what reserve has counted. Stacks that were large when the strand began were not.
func (s *Strand) unreserve(bytes int64) { s.reserved -= min(bytes, s.reserved) }
