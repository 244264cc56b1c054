package vm

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Strand is one strand: its data stack, frames, aux stack and arena. It belongs
// to the worker that runs it; only limit and parkedAt are touched by others.
type Strand struct {
	scheduler.Strand
	vm    *VM
	image *image       // what run goes by
	data  *stack.Stack // of the strand, or of the weave that it is in
	aux   []stack.Value
	arena *arena.Arena // likewise

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
	reserved int64 // bytes of stacks beyond the first ones, as counted by the VM
	valve    scheduler.Valve
	gaveWay  gaveWay        // the valve: what at ip has made the strand yield
	granted  *weave         // the weave that it waited for and may run now
	inside   *weave         // the weave that runs, innermost
	parkedAt atomic.Uintptr // ip while it waits, for the dump; else 0

	sampled atomic.Bool // the profile asks it to look at itself
	traced  traced

	// In an interactive session:
	group   *group      // of the input that it comes from; nil: there is no session
	input   *input      // of the strand that an input runs on
	outside atomic.Bool // it waits for something outside of the VM
	wary    bool        // code of words that have been replaced may be among its frames
	spent   bool        // it was stopped, or failed: it cannot be used again
	parking sync.Mutex  // guards waitsIn, and the strand's way into a channel or timer
	waitsIn *channel.Channel

	ownData  stack.Stack
	ownArena arena.Arena
}

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

// VM returns the VM that the strand belongs to.
func (s *Strand) VM() *VM { return s.vm }

// errParked and errYielded end the loop of a strand that goes on later. Whoever
// returns errParked has handed the strand over and must not touch it any more.
var (
	errParked  = errors.New("the strand waits")
	errYielded = errors.New("the strand gives way")
)

// Run is scheduler.Task: it executes the strand until it ends or waits.
func (s *Strand) Run() scheduler.Status {
	v := s.vm
	s.parkedAt.Store(0)
	if s.cancelled() {
		return s.abandon()
	}
	s.arena.Move(s.Worker().Account)
	if v.config.Trace {
		// Opened and closed on one goroutine; the strand itself may be gone by then.
		defer s.traceRun().End()
	}
	switch err := s.guarded(); err {
	case errParked:
		return scheduler.Parked
	case errYielded:
		return scheduler.Yielded
	case nil:
		switch {
		case s.ID() == 1 && v.abandons:
			v.Stop(errAbandoned)
		case s.ID() == 1 && v.image.Load().mod.MainInt:
			status, err := s.exitStatus()
			if err != nil {
				v.Stop(err)
				return scheduler.Lost
			}
			v.status = status
		case s.input != nil:
			s.input.finish(s.results(), nil)
		}
		s.close()
		s.traceEnd()
		return scheduler.Ended
	case ErrStopped:
		if s.cancelled() {
			return s.abandon()
		}
		return scheduler.Lost
	default:
		if s.group != nil {
			return s.failed(err)
		}
		v.Stop(err)
		return scheduler.Lost
	}
}

// Interrupt is scheduler.Task.
func (s *Strand) Interrupt() { s.limit.Store(0) }

// Release is scheduler.Task: it keeps the strand for the next spawn.
func (s *Strand) Release() {
	if !s.vm.stopped.Load() && !s.spent { // else it may have been left anywhere
		s.vm.pool.put(s, s.Worker().Index)
	}
}

// close lets go of what the strand held.
func (s *Strand) close() {
	s.vm.stackBytes.Add(-s.reserved)
	s.reserved = 0
	s.arena.End()
	s.arena.Move(nil)
}

// Sleep suspends the strand. It must be the last thing that a built-in word
// does: the word has its results in place and returns the error.
func (s *Strand) Sleep(d time.Duration) error {
	s.parkedAt.Store(s.ip)
	s.tracePark()
	if s.group != nil {
		return s.sleepUntilStopped(d)
	}
	s.vm.sched.Sleep(&s.Strand, d)
	return errParked
}

// Yield lets other strands run. It must be the last thing that a built-in word
// does: the word returns the error.
func (s *Strand) Yield() error {
	if s.Worker().Alone() {
		runtime.Gosched() // something outside may bring strands
		return nil
	}
	return errYielded
}

// Blocking calls f, which may wait for something outside of the VM; other
// strands run meanwhile.
func (s *Strand) Blocking(f func()) {
	s.parkedAt.Store(s.ip)
	if s.group != nil {
		s.outside.Store(true)
		defer s.comeBack()
	}
	s.Worker().Blocking(f)
	s.parkedAt.Store(0)
}

// batch is after how many messages that nobody has received yet a sender gives
// way. Without that, a strand that never waits fills its channel while nobody
// empties it: queues grow large and fall out of the cache.
const batch = 256

// Send sends a promoted value and leaves whether the channel was open. The word
// returns the error.
func (s *Strand) Send(c *channel.Channel, v stack.Value, w []stack.Value) error {
	ok, queued := c.Send(v, &s.vm.sched, s.Worker())
	w[0] = stack.FromBool(ok)
	if queued == 0 || queued%batch > 0 {
		return nil
	}
	return s.Yield()
}

// Receive takes a value from a channel, or waits for one, into the first two
// slots of a word's window. The word returns the error.
func (s *Strand) Receive(c *channel.Channel, w []stack.Value) error {
	result := (*[2]stack.Value)(w)
	if c.TryReceive(&s.Strand, result) {
		return nil
	}
	s.parkedAt.Store(s.ip)
	s.tracePark()
	if s.group != nil {
		return s.receiveUntilStopped(c, result)
	}
	if c.Receive(channel.Waiter{Strand: &s.Strand, Result: result}) {
		s.parkedAt.Store(0)
		return nil
	}
	return errParked
}

// Close closes a channel.
func (s *Strand) Close(c *channel.Channel) { c.Close(&s.vm.sched, s.Worker()) }

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
func (s *Strand) Tag(name string) *stack.Tag { return s.vm.image.Load().tag(name) }

// enter prepares the strand to run a function on the values of its data stack.
func (s *Strand) enter(fn int32) error {
	f := &s.vm.image.Load().funcs[fn]
	n := s.data.Top
	if need := max(firstSlots, n+int(f.fn.Frame)+1); need > len(s.data.Slots) {
		s.data.Grow(need)
	}
	if cap(s.frames) == 0 {
		s.frames = make([]frame, 0, firstFrames)
	}
	first := s.address(0)
	s.end = first + uintptr(len(s.data.Slots))*slotSize
	s.setLimit(s.end)
	if n < int(f.in) {
		word := "strand.spawn"
		if s.inside != nil {
			word = "strand.resume"
		}
		return &RuntimeError{Word: word, Reason: fmt.Sprintf("stack underflow: the quotation needs %d values, the stack holds %d", f.in, n),
			Trail: []Frame{{Word: f.fn.Name, File: s.vm.image.Load().mod.Files[f.fn.File], Line: int(f.fn.Line), Column: int(f.fn.Column), Count: 1}}, Strand: s.ID()}
	}
	s.frames = append(s.frames[:0], frame{ip: uintptr(unsafe.Pointer(&halt[0])), fp: first})
	s.fp = s.address(n - int(f.in))
	s.ip = uintptr(f.code)
	s.sp = s.fp
	return nil
}

// address returns the address of a slot by its index in the stack.
func (s *Strand) address(index int) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(s.data.Slots))) + uintptr(index)*slotSize
}

// index is the inverse of address.
func (s *Strand) index(address uintptr) int { return int(address-s.address(0)) / int(slotSize) }

// exitStatus is the low byte of the Int that main has left (chapter 5, section 7). What
// it leaves at the end of a quotation nobody has looked at (chapter 2, section 24).
func (s *Strand) exitStatus() (int, error) {
	top := s.index(s.sp)
	if top <= s.data.Base {
		return 0, s.failedMain(Fail("expected Int, found nothing: the stack is empty"), nil)
	}
	if v := s.data.Slots[top-1]; !v.IsInt() {
		return 0, s.failedMain(Mismatch("Int", v), []string{brief(v)})
	}
	return int(uint8(s.data.Slots[top-1].AsInt())), nil
}

// failedMain is the error of main as a whole, at its definition. values are what it left.
func (s *Strand) failedMain(err error, values []string) error {
	mod := s.vm.image.Load().mod
	f := &mod.Funcs[mod.Main]
	return &RuntimeError{Word: f.Name, Reason: err.Error(), Values: values, Trail: []Frame{{Word: f.Name, File: mod.Files[f.File], Line: int(f.Line), Column: int(f.Column), Count: 1}}, Strand: s.ID()}
}

// guarded runs the strand and turns a Go panic into an internal error.
func (s *Strand) guarded() (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case errGone:
			err = ErrStopped
		default:
			word, place := s.where()
			err = &InternalError{Panic: r, Word: word, Place: place, Stack: string(debug.Stack())}
		}
	}()
	return s.run()
}

// reserve counts bytes of stacks against the limits.
func (s *Strand) reserve(bytes int64) bool {
	s.reserved += bytes
	settings := &s.vm.config.Settings
	if s.inside != nil { // a weave may be dropped any time, unseen: only its own limit holds
		return s.reserved <= settings.StackMax
	}
	s.vm.stackBytes.Add(bytes)
	return s.reserved <= settings.StackMax && s.vm.hasRoom()
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

// pause is maybe-yield on the slow path: limit is 0 (chapter 5, section 11.6).
// counted says that the tail call counts. If the strand has to give way, it
// does that before the instruction, which is executed again afterwards.
func (s *Strand) pause(counted bool) error {
	if s.vm.stopped.Load() || s.cancelled() {
		return ErrStopped
	}
	s.look()
	if stale := s.stale(); stale || s.wary {
		if left, err := s.leaveOld(); left || err != nil {
			return err
		}
		if stale {
			return s.retry()
		}
	}
	if s.gaveWay == byInstruction {
		s.gaveWay = stayed
		return nil
	}
	if !counted || !s.valve.MaybeYield() {
		return nil
	}
	return s.giveWay(byInstruction)
}

// gaveWay says whether the strand has given way where it is, and for what: the
// instruction is executed again afterwards, but what was counted is not counted again.
type gaveWay uint8

const (
	stayed gaveWay = iota
	byInstruction
	byTailsGone
)

// giveWay lets other strands run before the instruction that is executed.
func (s *Strand) giveWay(by gaveWay) error {
	if s.Worker().Alone() {
		runtime.Gosched()
		return nil
	}
	s.gaveWay = by
	s.ip -= instrSize
	return errYielded
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

// distrust makes every frame that owns a slot at or above address check kinds
// from now on: a callee changes values there that the frame's code has proven.
// A frame whose call may do that by its type expects it and goes on as it is.
func (s *Strand) distrust(address uintptr) {
	img := s.vm.image.Load()
	for i := len(s.frames) - 1; i > 0; i-- {
		f := &s.frames[i]
		index, pc, ok := img.functionAt(f.ip)
		if !ok {
			return
		}
		code := img.mod.Funcs[index].Code
		call := code[pc-1]
		if call.Original() == bytecode.OpExpect && pc > 1 {
			call = code[pc-2]
		}
		if f.fp+uintptr(call.A)*slotSize <= address {
			return // its values end below
		}
		if op := call.Original(); op != bytecode.OpCallOpen && op != bytecode.OpCallUnknown {
			f.ip = uintptr(img.checkedCode(index)) + uintptr(pc)*instrSize
		}
		if f.fp <= address {
			return
		}
	}
}

// distrusted returns the address in checked code for one in a function's code.
func (s *Strand) distrusted(ip uintptr) uintptr {
	index, pc, ok := s.vm.image.Load().functionAt(ip)
	if !ok {
		return ip
	}
	return uintptr(s.vm.image.Load().checkedCode(index)) + uintptr(pc)*instrSize
}

// spawn starts a strand with the quotation at address; its stack is a copy of
// what lies below, or what the closure captured (chapter 5, section 3).
func (s *Strand) spawn(quotation uintptr) (int64, error) {
	at := s.index(quotation)
	q := s.data.Slots[at]
	if q.Kind() != stack.Quotation {
		return 0, Mismatch("Quotation", q)
	}
	c := q.AsClosure()
	values := c.Captures
	if values == nil {
		var err error
		if values, err = s.visible(at); err != nil {
			return 0, err
		}
	}
	if !s.vm.hasRoom() {
		return 0, Fail("%d strands are alive, another one would take more memory than all may (half of the machine's)", s.vm.sched.Active())
	}
	worker := s.Worker()
	child := s.vm.pool.get(s.vm, worker.Index)
	child.data.Fill(values)
	child.group = s.group
	if err := child.enter(c.Func); err != nil {
		return 0, err
	}
	return s.vm.sched.Start(&child.Strand, child, worker), nil
}
