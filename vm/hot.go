package vm

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/scheduler"
)

// When strands that run are asked what they execute, so that it becomes machine code: a program that ends before has none. Then again and
// again, at longer intervals, which get long while none runs: a server that waits is left alone.
const (
	firstLook     = 3 * time.Millisecond
	longestPeriod = 64 * time.Millisecond
	idlePeriod    = time.Second
)

// What a strand that is asked looks at: so many calls, and of what those call so many instructions.
const (
	framesAsked      = 8
	framesMoved      = 64
	instructionsOnce = 2048
)

// watchHot asks strands, from time to time, what they execute. The function returned ends that.
func (v *VM) watchHot() (end func()) {
	t := v.image.Load().tier
	if t == nil || t.native.Mode != settings.NativeOn {
		return func() {}
	}
	var mu sync.Mutex // held by a look: none goes on when the watch has ended
	var timer *time.Timer
	ended, period := false, firstLook
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(period, func() {
		mu.Lock()
		defer mu.Unlock()
		if ended || period == firstLook && v.config.refused(NativeRefusal()) {
			return
		}
		longest := idlePeriod
		v.sched.EachRunning(func(each *scheduler.Strand) {
			longest = longestPeriod
			if s, ok := each.Task().(*Strand); ok {
				s.hot.Store(true)
				s.limit.Store(0)
			}
		})
		period = min(2*period, longest)
		timer.Reset(period)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		timer.Stop()
	}
}

// heat makes machine code of what a strand executes and what that calls, and has the strand go on there. s.ip is behind the
// instruction.
func (t *tier) heat(s *Strand) {
	img := s.image
	calls := s.frames[max(len(s.frames)-framesAsked, 0):]
	ips := []uintptr{s.ip - instrSize}
	for i := len(calls) - 1; i >= 0; i-- {
		ips = append(ips, calls[i].ip-instrSize)
	}
	var functions []int32
	for _, ip := range ips {
		if index, _, ok := img.functionAt(ip); ok && !slices.Contains(functions, index) {
			functions = append(functions, index)
		}
	}
	t.compile(img, t.withCallees(img, functions), native.Target{Selective: true})
	t.mu.Lock()
	defer t.mu.Unlock()
	if img != t.current {
		return
	}
	t.move(img, &s.ip)
	for i := max(len(s.frames)-framesMoved, 0); i < len(s.frames); i++ {
		t.move(img, &s.frames[i].ip)
	}
}

// withCallees are functions, what they call and the quotations that they make, as far as all that has not too many instructions.
func (t *tier) withCallees(img *image, functions []int32) []int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grow(len(img.funcs))
	seen := map[int32]bool{}
	var list []int32
	instructions := 0
	for i := 0; i < len(functions); i++ {
		index := functions[i]
		f := &img.mod.Funcs[index]
		if seen[index] || t.tried[index] || instructions+len(f.Code) > instructionsOnce {
			continue
		}
		seen[index] = true
		instructions += len(f.Code)
		list = append(list, index)
		for _, in := range f.Code {
			switch in.Op {
			case bytecode.OpCall, bytecode.OpTail, bytecode.OpClosure:
				functions = append(functions, in.B)
			case bytecode.OpConst:
				if c := &img.mod.Consts[in.B]; c.Kind == bytecode.KindQuotation {
					functions = append(functions, int32(c.Bits))
				}
			}
		}
	}
	return list
}

// move has a place behind an instruction of a function's own code be the same one in the form with machine code, if there is one and
// it is in use. t.mu is held.
func (t *tier) move(img *image, ip *uintptr) {
	index, pc, ok := img.functionAt(*ip - instrSize)
	if !ok || t.forms[index] == nil || (*t.retired.Load())[index].Load() {
		return
	}
	if own := codeAddress(img.code(index, ownForm)); *ip-instrSize == own+uintptr(pc)*instrSize {
		*ip = codeAddress(&t.forms[index][0]) + uintptr(pc+1)*instrSize
	}
}

// How long machine code runs, at the least, where it is worth the way there and back: about as long as that takes. What each help takes besides what it does is no
// gain. Of each so many ways one is timed, and of each function so many must be.
const (
	worthTheWay = 40 * time.Nanosecond
	wayToHelp   = 8 * time.Nanosecond
	oneTimed    = 32
	enoughTimed = 64
	longestWay  = 4 * worthTheWay // more does not count: a time may have in it that of others
)

// visits are the ways to machine code of a function from one worker.
type visits struct {
	number uint32
	timed  uint32
	time   time.Duration
}

// begin counts a way there; true if it is to be timed.
func (v *visits) begin() bool {
	v.number++
	return v.number%oneTimed == 0
}

// end notes how long it took, with so many times help; true if the ways are not worth it.
func (v *visits) end(begun time.Time, helped int) bool {
	v.time += min(time.Since(begun)-clockTime()-time.Duration(helped)*wayToHelp, longestWay)
	v.timed++
	if v.timed < enoughTimed {
		return false
	}
	lost := v.time < worthTheWay*time.Duration(v.timed)
	v.timed, v.time = 0, 0
	return lost
}

// retire has the interpreter stay out of a function's machine code: it is left again too soon. Calls from machine code still go there.
func (t *tier) retire(img *image, function int32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	(*t.retired.Load())[function].Store(true)
	img.funcs[function].runs(img.code(function, ownForm))
}

// clockTime is about what it takes to look at the clock twice.
var clockTime = sync.OnceValue(func() time.Duration {
	least := time.Duration(math.MaxInt64)
	for range 16 {
		begun := time.Now()
		least = min(least, time.Since(begun))
	}
	return least
})
