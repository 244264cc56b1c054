package vm

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
)

// Strand is one strand while it runs: its data stack, frames, aux stack and
// arena. It belongs to its goroutine; only limit is touched by others.
type Strand struct {
	vm    *VM
	id    int64
	slots []stack.Value
	base  int // index of the first slot that the running code may see
	aux   []stack.Value
	arena arena.Arena

	// The interpreter keeps these in variables and stores them where others
	// need them: before built-ins, at errors, when the stacks move.
	ip     uintptr // behind the instruction that is executed
	fp     uintptr // first slot of the frame
	sp     uintptr // behind the last value that a call left
	frames []frame

	// limit is the end of the data stack, or 0 to make the next call or tail
	// call look for a reason to pause: the VM stops, or the strand must yield.
	limit    atomic.Uintptr
	end      uintptr
	reserved int64 // bytes of stacks, as counted by the VM
	yields   uint64
	inside   *weave // the weave that runs, innermost
	waiter   channel.Waiter
}

// frame is where a call returns to: two addresses that Go's collector does not
// see. The code is kept alive by the image, the slots by the strand.
type frame struct {
	ip, fp uintptr
}

const (
	firstSlots  = 32
	firstFrames = 12
)

func (v *VM) newStrand(id int64) *Strand {
	s := &Strand{vm: v, id: id}
	s.waiter = channel.Waiter{Scheduler: &v.sched, Stop: v.stop, ID: id, Where: s.where}
	return s
}

// VM returns the VM that the strand belongs to.
func (s *Strand) VM() *VM { return s.vm }

// ID returns the strand's id, from 1.
func (s *Strand) ID() int64 { return s.id }

// Waiter returns the place where the strand waits for channels.
func (s *Strand) Waiter() *channel.Waiter { return &s.waiter }

// Sleep suspends the strand; ErrStopped if the VM stops meanwhile. What was
// written before is made visible.
func (s *Strand) Sleep(d time.Duration) error {
	s.vm.Out.Flush()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.vm.stop:
		return ErrStopped
	}
}

// Concat returns the String of several strings, in the strand's arena.
func (s *Strand) Concat(parts ...string) stack.Value {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := s.arena.Alloc(n)
	at := 0
	for _, p := range parts {
		at += copy(b[at:], p)
	}
	return stack.FromArena(b)
}

// Bytes returns the String of a copy of b, in the strand's arena.
func (s *Strand) Bytes(b []byte) stack.Value {
	to := s.arena.Alloc(len(b))
	copy(to, b)
	return stack.FromArena(to)
}

// Tag returns the tag of a name.
func (s *Strand) Tag(name string) *stack.Tag { return s.vm.image.tag(name) }

// enter prepares the strand to run a function on a stack of values, which it
// takes over.
func (s *Strand) enter(fn int32, values []stack.Value) error {
	f := &s.vm.image.funcs[fn]
	size := max(firstSlots, len(values)+int(f.fn.Frame)+1)
	s.slots = make([]stack.Value, size)
	copy(s.slots, values)
	s.frames = make([]frame, 0, firstFrames)
	s.reserve(int64(size)*int64(slotSize) + firstFrames*int64(unsafe.Sizeof(frame{})))
	first := s.address(0)
	s.end = s.address(0) + uintptr(size)*slotSize
	if s.inside == nil && s.vm.config.Limits.YieldInterval == 0 {
		s.limit.Store(s.end) // a new strand, nobody else knows it yet
	} else {
		s.setLimit(s.end)
	}
	if len(values) < int(f.in) {
		word := "strand.spawn"
		if s.inside != nil {
			word = "strand.resume"
		}
		return &RuntimeError{Word: word, Reason: fmt.Sprintf("stack underflow: the quotation needs %d values, the stack holds %d", f.in, len(values)),
			Trail: []Frame{{Word: f.fn.Name, File: s.vm.image.mod.Files[f.fn.File], Line: int(f.fn.Line)}}, Strand: s.id}
	}
	s.frames = append(s.frames, frame{ip: uintptr(unsafe.Pointer(&halt[0])), fp: first})
	s.fp = s.address(len(values) - int(f.in))
	s.ip = uintptr(f.code)
	return nil
}

// address returns the address of a slot by its index in the stack.
func (s *Strand) address(index int) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(s.slots))) + uintptr(index)*slotSize
}

// index is the inverse of address.
func (s *Strand) index(address uintptr) int { return int(address-s.address(0)) / int(slotSize) }

func (s *Strand) exitStatus() int {
	i := s.index(s.sp) - 1
	if i < 0 || !s.slots[i].IsInt() {
		return 0
	}
	return int(uint8(s.slots[i].AsInt()))
}

// guarded runs the strand and turns a Go panic into an internal error.
func (s *Strand) guarded() (err error) {
	defer func() {
		if r := recover(); r != nil {
			word, place := s.where()
			err = &InternalError{Panic: r, Word: word, Place: place, Stack: string(debug.Stack())}
		}
	}()
	return s.run()
}

// reserve counts bytes of stacks against the limits.
func (s *Strand) reserve(bytes int64) bool {
	s.reserved += bytes
	if s.inside != nil { // a weave may be dropped any time, unseen: only its own limit holds
		return s.reserved <= s.vm.config.Limits.StackBytes
	}
	all := s.vm.stackBytes.Add(bytes)
	limits := &s.vm.config.Limits
	return s.reserved <= limits.StackBytes && (limits.AllStackBytes == 0 || all <= limits.AllStackBytes)
}

// makeRoom is called when a frame would end behind the limit: it pauses if
// that was asked for, and moves the stack to a larger one if it is too small.
// Afterwards bytes more fit behind the address fp; the new fp is returned.
func (s *Strand) makeRoom(fp, bytes uintptr) (uintptr, error) {
	if s.limit.Load() == 0 {
		if s.vm.stopped.Load() {
			return 0, ErrStopped
		}
	}
	if fp+bytes <= s.end {
		return fp, nil
	}
	old := s.address(0)
	size := 2 * len(s.slots)
	for uintptr(size)*slotSize < fp-old+bytes {
		size *= 2
	}
	grown := int64(size-len(s.slots)) * int64(slotSize)
	if !s.reserve(grown) {
		s.reserve(-grown)
		return 0, s.tooDeep()
	}
	slots := make([]stack.Value, size)
	copy(slots, s.slots[:s.index(min(s.end, fp+bytes))])
	s.slots = slots
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
// pause: that another goroutine may do at any time.
func (s *Strand) setLimit(end uintptr) {
	for old := s.limit.Load(); old != 0 && !s.limit.CompareAndSwap(old, end); {
		old = s.limit.Load()
	}
}

func (s *Strand) tooDeep() error {
	return Fail("calls nest too deeply: the stack of the strand would take more than %d bytes (SEQ_STACK_MAX), %d calls are open", s.vm.config.Limits.StackBytes, len(s.frames))
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

// pause is maybe-yield on the slow path: limit is 0 (chapter 5, section 11.6).
// counted says that the tail call counts.
func (s *Strand) pause(counted bool) error {
	if s.vm.stopped.Load() {
		return ErrStopped
	}
	interval := s.vm.config.Limits.YieldInterval
	if interval == 0 || !counted {
		return nil
	}
	if s.yields++; s.yields >= interval {
		s.yields = 0
		runtime.Gosched()
	}
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
	if top < s.base { // only bytecode that isolates and does not rejoin comes here
		return nil, s.underflow(s.base-top, 0)
	}
	return s.slots[s.base:top], nil
}

// distrust makes every frame that owns a slot at or above address check kinds
// from now on: a callee changes values there that the frame's code has proven.
// A frame whose call may do that by its type expects it and goes on as it is.
func (s *Strand) distrust(address uintptr) {
	img := s.vm.image
	for i := len(s.frames) - 1; i > 0; i-- {
		f := &s.frames[i]
		index, pc, ok := img.functionAt(f.ip)
		if !ok {
			return
		}
		code := img.mod.Funcs[index].Code
		call := code[pc-1]
		if call.Op == bytecode.OpExpect && pc > 1 {
			call = code[pc-2]
		}
		if f.fp+uintptr(call.A)*slotSize <= address {
			return // its values end below
		}
		if call.Op != bytecode.OpCallOpen && call.Op != bytecode.OpCallUnknown {
			f.ip = uintptr(img.checkedCode(index)) + uintptr(pc)*instrSize
		}
		if f.fp <= address {
			return
		}
	}
}

// distrusted returns the address in checked code for one in a function's code.
func (s *Strand) distrusted(ip uintptr) uintptr {
	index, pc, ok := s.vm.image.functionAt(ip)
	if !ok {
		return ip
	}
	return uintptr(s.vm.image.checkedCode(index)) + uintptr(pc)*instrSize
}

// spawn starts a strand with the quotation at address; its stack is a copy of
// what lies below, or what the closure captured (chapter 5, section 3).
func (s *Strand) spawn(quotation uintptr) (int64, error) {
	at := s.index(quotation)
	q := s.slots[at]
	if q.Kind() != stack.Quotation {
		return 0, Mismatch("Quotation", q)
	}
	c := q.AsClosure()
	source := c.Captures
	if source == nil {
		var err error
		if source, err = s.visible(at); err != nil {
			return 0, err
		}
	}
	values := make([]stack.Value, len(source))
	for i, v := range source {
		values[i] = v.Promote()
	}
	v := s.vm
	id := v.sched.Spawn(func(id int64) {
		child := v.newStrand(id)
		if err := child.enter(c.Func, values); err != nil {
			v.Stop(err)
			return
		}
		v.execute(child)
	})
	return id, nil
}
