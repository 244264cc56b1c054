package vm

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// watcher looks at a program in front of each instruction: are the values of the kinds that the verifier has
// proven, are only marked objects held twice, is none a part of itself? Slots of which the verifier says that nobody
// looks at them it overwrites with a value that no program has. The strands must run one at a time (GOMAXPROCS is 1), mostly.
type watcher struct {
	vm      *VM
	mu      sync.Mutex
	proof   *bytecode.Proof
	every   int // it looks at all objects in front of each so many instructions
	most    int // the program is stopped after so many
	seen    int
	begun   map[int64]instruction // by strand: the instruction that it has come to last
	problem error
}

// instruction is one of a function.
type instruction struct {
	function int32
	pc       int
	inside   *weave // the weave that the strand was in
}

// errWatched ends a program that has run long enough, or has a problem.
var errWatched = errors.New("enough was seen")

// nowhere is the kind of the value that lies where nobody looks.
const nowhere = stack.Kind(0xEE)

var nothing = new([64]byte)

// watchedForm is code whose instructions are all looked at.
const watchedForm form = 100

// Watch has a program watched, which has not begun. The result is called when it has ended, and tells what was found.
func Watch(v *VM, proof *bytecode.Proof, every, most int) (problem func() (instructions int, err error)) {
	formTable[watchedForm] = func(_ *bytecode.Func, code []bytecode.Instr) {
		for i := range code {
			in := &code[i]
			in.Was, in.Op = in.Op, bytecode.OpCounted
		}
	}
	w := &watcher{vm: v, proof: proof, every: every, most: most, begun: map[int64]instruction{}}
	img := v.image.Load().in(watchedForm)
	img.watch = w.see
	v.image.Store(img)
	return func() (int, error) { // strands that were stopped may still be on their last instruction
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.seen, w.problem
	}
}

func (w *watcher) see(s *Strand, in *bytecode.Instr) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen++
	if w.problem == nil {
		w.problem = w.look(s, in.Op == bytecode.OpCounted)
	}
	if w.problem != nil || w.seen > w.most {
		w.vm.Stop(errWatched)
		return ErrStopped
	}
	return nil
}

// look looks at the frame that runs, and now and then at everything. own tells that the code relies on what was proven.
func (w *watcher) look(s *Strand, own bool) error {
	index, pc, ok := s.image.functionAt(s.ip - instrSize)
	if !ok {
		return errors.New("control is nowhere")
	}
	w.begun[s.ID()] = instruction{index, pc, s.inside}
	f := &s.image.mod.Funcs[index]
	where := fmt.Sprintf("function %d (%s), instruction %d (%s)", index, f.Name, pc, f.Code[pc].Op)
	if s.fp < s.address(0) || s.fp+uintptr(f.Frame)*slotSize > s.end {
		return fmt.Errorf("%s: the frame is not in the stack", where)
	}
	if f.Code[pc].Op.Info().Behind != nil { // it looks itself at how high the stack is, and starts the frame elsewhere
		return nil
	}
	for slot := range f.Frame {
		v := at(s.fp, slot)
		holds, kind, _ := w.proof.Slot(index, pc, slot)
		switch {
		case !holds:
			*v = stack.FromObject(nowhere, unsafe.Pointer(nothing))
		case kind == bytecode.KindBuilder && v.Kind() != stack.Builder:
			return fmt.Errorf("%s: slot %d holds %s, not a list under construction", where, slot, v.Kind())
		case kind != bytecode.KindBuilder && !seemly(v.Kind()):
			return fmt.Errorf("%s: slot %d holds %s", where, slot, v.Kind())
		case kind != bytecode.KindAny && kind != bytecode.KindBuilder && own && v.Kind() != stack.Kind(kind):
			return fmt.Errorf("%s: slot %d holds %s, not %s", where, slot, v.Kind(), stack.Kind(kind))
		}
	}
	if w.seen%w.every != 0 {
		return nil
	}
	if err := w.everything(s); err != nil && w.stays(s) {
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}

// stays tells whether everything has a problem for some time. A worker that is kept for long, as this one may be, gets others
// beside it, whose strands may be in the middle of something: beginning, or ending.
func (w *watcher) stays(s *Strand) bool {
	for range 5 {
		time.Sleep(2 * time.Millisecond)
		if w.everything(s) == nil {
			return false
		}
	}
	return true
}

// seemly tells whether a value may lie where programs look.
func seemly(k stack.Kind) bool { return k >= stack.Int && k <= stack.Weave || k == stack.Lines }

// objects are those that have been found.
type objects struct {
	held    map[unsafe.Pointer]int  // how many places hold an object
	state   map[unsafe.Pointer]bool // false: its parts are being looked at; true: they have been
	err     error
	watcher *watcher
}

func (w *watcher) everything(running *Strand) error {
	o := &objects{held: map[unsafe.Pointer]int{}, state: map[unsafe.Pointer]bool{}, watcher: w}
	for _, c := range running.image.consts {
		o.value(c)
	}
	w.vm.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok && s.image != nil {
			begun, ok := w.begun[s.ID()]
			if !ok { // nothing of it has been executed
				for _, v := range s.data.Slots[:s.data.Top] {
					o.value(v)
				}
				return
			}
			if begun.inside != s.inside { // it has entered or left a weave, and nothing more
				index, pc, ok := s.image.functionAt(s.ip)
				if !ok {
					return
				}
				// It may have fetched the instruction there, and wait for this watcher.
				if before, at, ok := s.image.functionAt(s.ip - instrSize); ok && before == index {
					pc = at
				}
				begun.function, begun.pc = index, pc
			}
			w.continuation(o, &s.continuation, s.image, &begun, s != running)
			for inside := s.inside; inside != nil; inside = inside.outer {
				w.continuation(o, &inside.caller, s.image, nil, true)
			}
		}
	})
	return o.err
}

// continuation goes through the stacks of a strand, which has begun an instruction: if nil, the one in front of its ip. waits
// tells that it has done so, and not only come there.
func (w *watcher) continuation(o *objects, c *continuation, img *image, begun *instruction, waits bool) {
	if c.data == nil || len(c.data.Slots) == 0 || c.ip == 0 {
		return
	}
	for _, v := range c.aux {
		o.value(v)
	}
	end := len(c.data.Slots)
	ip, fp := c.ip, c.fp
	for i := len(c.frames); i > 0; i-- {
		top := i == len(c.frames)
		first := c.index(fp)
		index, pc, ok := img.functionAt(ip - instrSize)
		if top && begun != nil {
			index, pc = begun.function, begun.pc
		}
		if ok {
			code := img.mod.Funcs[index].Code
			if !top && code[pc].Op == bytecode.OpExpect {
				pc--
			}
			in := code[pc]
			last := min(end, first+int(img.mod.Funcs[index].Frame))
			if !top || waits { // arguments and results are the callee's, or on their way
				last = min(last, first+int(in.A))
				if in.Op == bytecode.OpCallQuotation {
					last -= int(in.B)
				}
			}
			for slot := first; slot < last; slot++ {
				if holds, kind, _ := w.proof.Slot(index, pc, int32(slot-first)); holds && kind != bytecode.KindBuilder {
					o.value(c.data.Slots[slot])
				}
			}
			if !top {
				for slot := first + int(img.mod.Funcs[index].Frame); slot < end; slot++ {
					o.value(c.data.Slots[slot])
				}
			}
		}
		end = min(end, first)
		ip, fp = c.frames[i-1].ip, c.frames[i-1].fp
	}
	for slot := 0; slot < end; slot++ {
		o.value(c.data.Slots[slot])
	}
}

func (o *objects) value(v stack.Value) {
	if o.err != nil {
		return
	}
	switch v.Kind() {
	case stack.Variant:
		if o.begin(v, v.AsVariant().Shared()) {
			for i := range v.AsVariant().Len() {
				if x := v.AsVariant().Slot(int64(i)); x != nil { // not in a tree, whose versions have nodes in common
					o.value(*x)
				}
			}
			o.state[v.Object()] = true
		}
	case stack.Map:
		if m := v.AsMap(); o.begin(v, sharedMap(m)) {
			if m.Len() <= 16 {
				for _, x := range m.All() {
					o.value(x)
				}
			}
			o.state[v.Object()] = true
		}
	case stack.Quotation:
		if !o.state[v.Object()] {
			o.state[v.Object()] = true
			for _, x := range v.AsClosure().Captures {
				o.value(x)
			}
		}
	case stack.Channel:
		if !o.state[v.Object()] {
			o.state[v.Object()] = true
			for _, x := range waitingIn(channelOf(v)) {
				o.value(x)
			}
		}
	case stack.Weave:
		if suspended := (*weave)(v.Object()); !o.state[v.Object()] && suspended.state == weaveSuspended {
			o.state[v.Object()] = true
			o.watcher.continuation(o, &suspended.saved, suspended.image, nil, true)
		}
	case nowhere, stack.Builder, stack.Nothing:
		o.err = fmt.Errorf("%s is held where programs look", v.Kind())
	}
}

// begin notes a place that holds an object; it tells whether its parts are to be looked at.
func (o *objects) begin(v stack.Value, shared bool) bool {
	p := v.Object()
	o.held[p]++
	done, seen := o.state[p]
	switch {
	case seen && !done:
		o.err = fmt.Errorf("a %s is a part of itself", v.Kind())
	case o.held[p] > 1 && !shared:
		o.err = fmt.Errorf("a %s is held %d times without a mark", v.Kind(), o.held[p])
	case !seen:
		o.state[p] = false
		return true
	}
	return false
}

// field is a field of an object of another package.
func field(object any, name string) reflect.Value {
	f := reflect.ValueOf(object).Elem().FieldByName(name)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func sharedMap(m *stack.MapValue) bool {
	return field(m, "state").Addr().MethodByName("Load").Call(nil)[0].Uint()&1 != 0
}

// waitingIn are the values in the queues of a channel.
func waitingIn(c *channel.Channel) []stack.Value {
	taken := field(c, "taken").Interface().([]stack.Value)
	return append(append([]stack.Value(nil), taken[field(c, "head").Int():]...), field(c, "sent").Interface().([]stack.Value)...)
}
