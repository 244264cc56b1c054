package vm

import (
	"math"
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// machineContext is what the VM and machine code tell each other (native.Layout). A worker has one. Machine code has the return addresses of its
// calls here and not on the goroutine's stack, so that Go code can run while they stay.
type machineContext struct {
	limit         uintptr // address of the limit of the strand that runs
	exit          uintptr
	frame         uintptr
	calls         uintptr // address of the innermost return address
	refilled      uintptr
	deepest       uintptr
	outside       uintptr
	back          uintptr
	answer        uintptr
	quotations    uintptr // address of the first of the records of functions for calls of quotations
	quotationsEnd uintptr // address behind the last
	barrier       uintptr // address of the flag that says whether Go's collector has to be told of pointers
	markers       [stack.Bool + 1]uintptr

	tier    *tier        // of the program
	visits  []visits     // by function
	strand  *Strand      // that runs
	made    *machineCode // that it entered: code in it goes to no younger code
	helping bool         // machine code waits for Go code
	helped  int          // how often it has
	failed  error        // what that has found

	open [native.Room + spareCalls]uintptr // the return addresses, innermost first; at the end: the collector looks no further than the last pointer
}

// spareCalls are more than Room: code asks for more a little before the end.
const spareCalls = 64

var machineLayout = native.Layout{
	Limit:           int32(unsafe.Offsetof(machineContext{}.limit)),
	Exit:            int32(unsafe.Offsetof(machineContext{}.exit)),
	Frame:           int32(unsafe.Offsetof(machineContext{}.frame)),
	Calls:           int32(unsafe.Offsetof(machineContext{}.calls)),
	Refilled:        int32(unsafe.Offsetof(machineContext{}.refilled)),
	Deepest:         int32(unsafe.Offsetof(machineContext{}.deepest)),
	Outside:         int32(unsafe.Offsetof(machineContext{}.outside)),
	Back:            int32(unsafe.Offsetof(machineContext{}.back)),
	Answer:          int32(unsafe.Offsetof(machineContext{}.answer)),
	Markers:         int32(unsafe.Offsetof(machineContext{}.markers)),
	Marker:          near(stack.MarkerAddress(0), int64(stack.Bool)),
	StackGuard:      goroutineGuard,
	BarrierAt:       near(barrierFlag(), 4),
	Barrier:         int32(unsafe.Offsetof(machineContext{}.barrier)),
	State:           int32(stack.StateOffset),
	Shared:          stack.SharedBit,
	Form:            int32(stack.FormOffset),
	Elements:        int32(stack.ElementsOffset),
	Length:          int32(stack.LengthOffset),
	Room:            int32(stack.RoomOffset),
	Quotations:      int32(unsafe.Offsetof(machineContext{}.quotations)),
	QuotationsEnd:   int32(unsafe.Offsetof(machineContext{}.quotationsEnd)),
	ClosureFunction: int32(unsafe.Offsetof(stack.Closure{}.Func)),
	ClosureCaptures: int32(unsafe.Offsetof(stack.Closure{}.Captures)),
	ClosureLength:   int32(unsafe.Offsetof(stack.Closure{}.Captures) + unsafe.Sizeof(uintptr(0))),
	TagUnion:        int32(unsafe.Offsetof(stack.Tag{}.Union)),
	TagOrdinal:      int32(unsafe.Offsetof(stack.Tag{}.Ordinal)),
}

// near is an address if instructions can have it, and so many behind it, in 31 bits; else 0.
func near(address uintptr, behind int64) int64 {
	if at := int64(address); at < math.MaxInt32-behind {
		return at
	}
	return 0
}

func newMachineContext() *machineContext {
	c := &machineContext{barrier: barrierFlag()}
	for k := range c.markers {
		c.markers[k] = stack.MarkerAddress(stack.Kind(k))
	}
	return c
}

// contextOf returns the context of a worker.
func contextOf(w *scheduler.Worker) *machineContext {
	if c, ok := w.Local.(*machineContext); ok {
		return c
	}
	c := newMachineContext()
	w.Local = c
	return c
}

// visitsOf are the worker's ways to machine code of a function.
func (c *machineContext) visitsOf(t *tier, function int32) *visits {
	if c.tier != t || int(function) >= len(c.visits) { // the worker runs another program, or more of it
		c.tier, c.visits = t, make([]visits, len(*t.retired.Load()))
	}
	return &c.visits[function]
}

// begin says how many return addresses stand in the context to begin with.
func (c *machineContext) begin(refilled int) {
	c.refilled = uintptr(refilled)
	c.calls = uintptr(unsafe.Pointer(&c.open)) + uintptr(len(c.open)-refilled)*unsafe.Sizeof(c.open[0])
}

// nest says how many calls may be open, the outermost apart: as many as there is memory for frames of. For more the interpreter makes some, or finds out that there is none, at
// the same call as ever, whose values are all there.
func (c *machineContext) nest(frames int) {
	c.deepest = uintptr(unsafe.Pointer(&c.open[max(len(c.open)-1-frames, spareCalls)]))
}

// opened are the return addresses of calls that are open at an exit, innermost first: all but the one that the outermost returns to.
func (c *machineContext) opened() []uintptr {
	return c.open[(c.calls-uintptr(unsafe.Pointer(&c.open)))/unsafe.Sizeof(c.open[0]) : len(c.open)-1]
}

// runNative executes OpNative: it runs machine code from an entry on. If that exits, the strand is in front of the instruction that is
// returned, as if the interpreter had come there: the interpreter executes it. If it returns, or was not run, the strand goes on at its ip.
func runNative(s *Strand, number int32) (*bytecode.Instr, error) {
	img := s.image
	made := img.tier.with(number)
	e := &made.entries[number]
	if s.limit.Load() == 0 { // somebody wants something of the strand: the interpreter finds out
		return e.original, nil
	}
	if img.tier.isRetired(number, e.function) { // it goes on in its own code
		s.ip = codeAddress(img.code(e.function, ownForm)) + uintptr(e.pc)*instrSize
		return nil, nil
	}
	c := contextOf(s.Worker())
	c.limit = uintptr(unsafe.Pointer(&s.limit))
	if c.strand != s {
		c.strand = s
	}
	if c.made != made {
		c.made = made
		c.quotations = uintptr(unsafe.Pointer(unsafe.SliceData(made.quotations)))
		c.quotationsEnd = c.quotations + uintptr(len(made.quotations))*unsafe.Sizeof(native.Quotation{})
	}
	outermost := e
	c.begin(0)
	if e.site >= 0 {
		outermost = refill(s, c, made, e)
	}
	c.nest(s.framesLeft(s.vm.config.Settings.StackMax))
	if v := c.visitsOf(img.tier, e.function); v.begin() {
		begun := time.Now()
		c.helped = 0
		callMachine(c, e.address, s.fp)
		if v.end(begun, c.helped) && img.tier.native.Mode == settings.NativeOn {
			img.tier.retire(img, e.function)
		}
	} else {
		callMachine(c, e.address, s.fp)
	}
	s.fp = c.frame
	if c.exit == 0 {
		s.sp = s.fp + outermost.results
		n := len(s.frames) - 1
		s.ip, s.fp = s.frames[n].ip, s.frames[n].fp
		s.frames = s.frames[:n]
		return nil, nil
	}
	x := &made.exits[c.exit-1]
	if open := c.opened(); len(open) > 0 {
		takeFrames(s, made, open)
	}
	s.ip = x.behind
	if err := c.failed; err != nil {
		c.failed = nil
		return nil, err
	}
	return x.original, nil
}

// mostRefilled is how many calls go back to machine code at once, at the most.
const mostRefilled = 24

// refill has callers go on in machine code as well when what is entered returns: those that stand in the strand's frames because of an earlier
// exit. It takes their frames away and returns the entry of the outermost of them.
func refill(s *Strand, c *machineContext, made *machineCode, e *machineEntry) *machineEntry {
	outermost, fp := e, s.fp
	top := len(s.frames)
	from := top
	for from > 1 && top-from < mostRefilled {
		f := &s.frames[from-1]
		in := instr(f.ip)
		if in.Op != bytecode.OpNative || int(in.A) >= len(made.entries) || in.A < s.image.tier.stale.Load() { // younger than what is entered, or not to run any more
			break
		}
		caller := &made.entries[in.A]
		if caller.site < 0 {
			break
		}
		site := &made.sites[caller.site]
		if f.fp+site.window != fp || site.handed != outermost.handed {
			break
		}
		outermost, fp = caller, f.fp
		from--
	}
	if from == top {
		return e
	}
	c.begin(1 + top - from)
	last := len(c.open) - 1
	c.open[last] = outermost.last
	for i, f := range s.frames[from:top] {
		c.open[last-1-i] = made.sites[made.entries[instr(f.ip).A].site].returns
	}
	s.frames = s.frames[:from]
	return outermost
}

// takeFrames makes frames of the calls that are open in machine code, for which there is memory (nest). s.fp is the frame of the innermost.
func takeFrames(s *Strand, made *machineCode, open []uintptr) {
	outer := s.fp // of the frame that the outermost was called from
	for _, returns := range open {
		outer -= made.sites[siteAt(returns)].window
	}
	for len(s.frames)+len(open) > cap(s.frames) { // framesLeft has seen to that
		s.reserved += int64(cap(s.frames)) * int64(frameSize)
		s.growFrames()
	}
	for i := len(open) - 1; i >= 0; i-- {
		site := &made.sites[siteAt(open[i])]
		for _, m := range site.markers {
			at(outer, m.Slot).SetMarker(stack.Kind(m.Kind))
		}
		s.frames = append(s.frames, frame{ip: site.behind, fp: outer})
		outer += site.window
	}
	s.fp = outer
}
