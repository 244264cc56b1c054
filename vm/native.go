package vm

import (
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// machineContext is what the VM and machine code tell each other (native.Layout). A worker has one.
type machineContext struct {
	limit    uintptr // address of the limit of the strand that runs
	exit     uintptr
	frame    uintptr
	outside  uintptr
	bottom   uintptr
	callsEnd uintptr
	barrier  uintptr // address of the flag that says whether Go's collector has to be told of pointers
	markers  [stack.Bool + 1]uintptr
	calls    [native.Room + spareCalls]uintptr

	tier   *tier    // of the program
	visits []visits // by function
}

// spareCalls are more than can be open: the stack's end, where code asks for more, lies a little below what Room counts.
const spareCalls = 64

var machineLayout = native.Layout{
	Limit:      int32(unsafe.Offsetof(machineContext{}.limit)),
	Exit:       int32(unsafe.Offsetof(machineContext{}.exit)),
	Frame:      int32(unsafe.Offsetof(machineContext{}.frame)),
	Outside:    int32(unsafe.Offsetof(machineContext{}.outside)),
	Bottom:     int32(unsafe.Offsetof(machineContext{}.bottom)),
	CallsEnd:   int32(unsafe.Offsetof(machineContext{}.callsEnd)),
	Markers:    int32(unsafe.Offsetof(machineContext{}.markers)),
	Calls:      int32(unsafe.Offsetof(machineContext{}.calls)),
	Goroutine:  goroutineStack,
	StackGuard: goroutineGuard,
	Barrier:    int32(unsafe.Offsetof(machineContext{}.barrier)),
	State:      int32(stack.StateOffset),
	Shared:     stack.SharedBit,
	Form:       int32(stack.FormOffset),
	Elements:   int32(stack.ElementsOffset),
	Length:     int32(stack.LengthOffset),
	Room:       int32(stack.RoomOffset),
	TagUnion:   int32(unsafe.Offsetof(stack.Tag{}.Union)),
	TagOrdinal: int32(unsafe.Offsetof(stack.Tag{}.Ordinal)),
}

// newMachineContext makes a context, and room on the goroutine's stack.
func newMachineContext() *machineContext {
	growStack()
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
	if c.tier != t { // the worker runs another program
		c.tier, c.visits = t, make([]visits, len(t.forms))
	}
	return &c.visits[function]
}

// firstCall is where return addresses begin.
func (c *machineContext) firstCall() uintptr { return uintptr(unsafe.Pointer(&c.calls)) }

// setCalls says how many of the return addresses are to be used.
func (c *machineContext) setCalls(n int) {
	c.callsEnd = c.firstCall() + uintptr(n)*unsafe.Sizeof(c.calls[0])
}

// opened are the return addresses of an exit, innermost first.
func (c *machineContext) opened() []uintptr {
	return c.calls[:(c.callsEnd-c.firstCall())/unsafe.Sizeof(c.calls[0])]
}

// runNative executes OpNative: it runs machine code from an entry on. If that exits, the strand is in front of the instruction that is
// returned, as if the interpreter had come there: the interpreter executes it. If it returns, or was not run, the strand goes on at its ip.
func runNative(s *Strand, number int32) (*bytecode.Instr, error) {
	img := s.image
	made := img.tier.made.Load()
	e := &made.entries[number]
	if s.limit.Load() == 0 { // somebody wants something of the strand: the interpreter finds out
		return e.original, nil
	}
	if img.tier.retired[e.function].Load() { // it goes on in its own code
		s.ip = codeAddress(img.code(e.function, ownForm)) + uintptr(e.pc)*instrSize
		return nil, nil
	}
	c := contextOf(s.Worker())
	c.limit = uintptr(unsafe.Pointer(&s.limit))
	outermost := e
	c.setCalls(0)
	if e.site >= 0 {
		outermost = refill(s, c, made, e)
	}
	if v := c.visitsOf(img.tier, e.function); v.begin() {
		begun := time.Now()
		callMachine(c, e.address, s.fp)
		if v.end(begun) && img.tier.native.Mode == settings.NativeOn {
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
		if err := takeFrames(s, made, open); err != nil {
			return nil, err
		}
	}
	s.ip = x.behind
	if x.coded {
		growStack()
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
		if in.Op != bytecode.OpNative {
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
	c.calls[0] = outermost.last
	for i, f := range s.frames[from:top] {
		c.calls[1+i] = made.sites[made.entries[instr(f.ip).A].site].returns
	}
	c.setCalls(1 + top - from)
	s.frames = s.frames[:from]
	return outermost
}

// takeFrames makes frames of the calls that are open in machine code. s.fp is the frame of the innermost.
func takeFrames(s *Strand, made *machineCode, open []uintptr) error {
	outer := s.fp // of the frame that the outermost was called from
	for _, returns := range open {
		outer -= made.sites[siteAt(returns)].window
	}
	for i := len(open) - 1; i >= 0; i-- {
		site := &made.sites[siteAt(open[i])]
		for _, m := range site.markers {
			at(outer, m.Slot).SetMarker(stack.Kind(m.Kind))
		}
		if len(s.frames) == cap(s.frames) {
			s.ip, s.fp = site.behind, outer // where the interpreter would have found out
			if err := s.moreFrames(); err != nil {
				return err
			}
		}
		s.frames = append(s.frames, frame{ip: site.behind, fp: outer})
		outer += site.window
	}
	s.fp = outer
	return nil
}
