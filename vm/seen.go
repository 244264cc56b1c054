package vm

import (
	"cmp"
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Seen is a strand as a debugger sees it.
type Seen struct {
	Strand int64
	// Frames are the calls, innermost first, through the weaves that the strand is in.
	Frames []SeenFrame
	More   int           // how many frames are missing behind them
	Aux    []stack.Value // what lies on the aux stack outside of frames, bottom to top
	// Waits is the word that it waits in; "" if it does not wait. For are the channels that it waits for.
	Waits string
	For   []*channel.Channel
}

// Channel is a channel of the program, SeenChannel what there is to see of one.
type (
	Channel     = channel.Channel
	SeenChannel = channel.Seen
)

// SeenFrame is a call. Its values are as they are: who keeps them must share and promote them.
type SeenFrame struct {
	Function   int32 // index into Module.Funcs
	PC         int   // of the instruction that comes next, or of the call that is open
	Word, File string
	Line       int
	Column     int
	// Pos and End are the statement in the file, -1 if that is not known.
	Pos, End int32
	// Stack are the values of the data stack that belong to the frame, bottom to top, Aux those of the aux stack.
	// Known is false in code that was not made for a debugger: then there are none.
	Stack, Aux []stack.Value
	Known      bool
	// Depth is how many calls are open around it, Weave whether it is the first of a weave.
	Depth int
	Weave bool
}

// Function returns the index of the function whose instruction the strand executes, and that instruction. Only a function of a Debugger may
// call it, for its strand.
func (s *Strand) Function() (function int32, pc int) {
	function, pc, ok := s.image.functionAt(s.ip - instrSize)
	if !ok {
		return -1, 0
	}
	return function, pc
}

// Top returns the topmost values of the data stack, bottom to top, where they are: they must be neither kept nor changed. It is false if the call
// that the strand is in has not so many. Only a function of a Debugger may call it, for its strand.
func Top(s *Strand, n int) ([]stack.Value, bool) {
	function, pc := s.Function()
	if function < 0 {
		return nil, false
	}
	step := s.image.mod.Funcs[function].StepAt(pc, true)
	if step == nil || n > int(step.Stack) {
		return nil, false
	}
	top := s.index(s.fp) + int(step.Stack)
	return s.data.Slots[top-n : top], true
}

// Depth returns how many calls are open. Only a function of a Debugger may call it, for its strand.
func (s *Strand) Depth() int {
	n := len(s.frames)
	for w := s.inside; w != nil; w = w.outer {
		n += len(w.caller.frames)
	}
	return n
}

// Look returns what there is to see of a strand, with so many frames at most. All strands must stand; executes says that the strand is the
// one that a function of the Debugger was called for.
func (s *Strand) Look(executes bool, most int) *Seen {
	l := &looking{img: s.vm.image.Load(), seen: &Seen{Strand: s.ID(), Aux: s.aux}, most: most, depth: s.Depth()}
	ip := s.ip
	if parked := s.parkedAt.Load(); executes {
		ip -= instrSize
	} else if parked != 0 {
		ip = parked - instrSize
		l.seen.Waits, _ = s.scene().waiting()
		l.seen.For = l.waitsFor(s, ip)
	}
	l.frames(&s.continuation, ip, s.inside != nil)
	for w := s.inside; w != nil; w = w.outer {
		l.frames(&w.caller, w.caller.ip-instrSize, w.outer != nil)
	}
	return l.seen
}

// looking is a look at a strand, or at a weave.
type looking struct {
	img   *image
	seen  *Seen
	most  int
	depth int
}

// frames looks at the frames of a continuation whose innermost one is at an instruction. weave tells whether it is a weave's.
func (l *looking) frames(c *continuation, ip uintptr, weave bool) {
	first := len(l.seen.Frames)
	fps, fp := []uintptr{}, c.fp
	for i := len(c.frames); ; i-- {
		if len(l.seen.Frames) == l.most {
			l.seen.More += i
			break
		}
		if f, ok := l.frame(ip); ok {
			l.seen.Frames, fps = append(l.seen.Frames, f), append(fps, fp)
		}
		l.depth--
		if i == 0 {
			break
		}
		ip, fp = c.frames[i-1].ip-instrSize, c.frames[i-1].fp
	}
	frames := l.seen.Frames[first:]
	if len(frames) == 0 {
		return
	}
	frames[len(frames)-1].Weave = weave
	// What a frame has of the stack ends where the one that it called begins.
	slots := func(from, to int) []stack.Value {
		from, to = max(from, 0), min(to, len(c.data.Slots))
		if from >= to {
			return nil
		}
		return slices.Clone(c.data.Slots[from:to])
	}
	end, outermost := c.data.Base, len(frames)-1
	called := end // where the arguments of the call begin that the frame around has open; a tail call may have left some of them below the frame
	for i := outermost; i >= 0; i-- {
		f, step, begin := &frames[i], l.step(&frames[i]), c.index(fps[i])
		from := min(begin, called)
		if step != nil && step.Floats {
			from = min(begin, end)
		}
		if i > 0 {
			called = c.index(fps[i-1])
			if in := l.img.mod.Funcs[f.Function].Code[f.PC]; in.Original() == bytecode.OpCall && frames[i-1].Depth == f.Depth+1 {
				called = min(called, begin+int(in.A))
			}
		}
		if step == nil {
			end = begin
			continue
		}
		f.Known, end = true, begin+int(step.Stack)
		if i > 0 {
			end = min(end, called)
		} else {
			f.Aux = slots(end, end+int(step.Aux))
		}
		f.Stack = slots(from, end)
	}
}

// frame is what is known of a call by where it is.
func (l *looking) frame(ip uintptr) (f SeenFrame, ok bool) {
	index, pc, ok := l.img.functionAt(ip)
	if !ok {
		return f, false
	}
	function := &l.img.mod.Funcs[index]
	if function.File < 0 { // it has no place
		return f, false
	}
	line := function.At(pc)
	owner := l.img.owner(location{function, line})
	if owner.File < 0 {
		owner = function
	}
	f = SeenFrame{Function: index, PC: pc, Word: owner.Name, File: l.img.mod.FileOf(owner), Line: int(line.Line), Column: int(line.Column), Pos: -1, End: -1, Depth: l.depth}
	for i := range function.Steps { // the last statement that has begun
		if s := &function.Steps[i]; int(s.PC) > pc || function.Sparse && int(s.PC) < pc {
			break
		} else if s.Begins() {
			f.Pos, f.End = s.Pos, s.End
		}
	}
	return f, true
}

// step is what is known of the values of a frame where it is; nil if nothing is.
func (l *looking) step(f *SeenFrame) *bytecode.StepPoint {
	function := &l.img.mod.Funcs[f.Function]
	for _, begins := range []bool{true, false} {
		if s := function.StepAt(f.PC, begins); s != nil {
			return s
		}
	}
	if function.Sparse {
		return nil
	}
	var last *bytecode.StepPoint
	for i := range function.Steps {
		if s := &function.Steps[i]; int(s.PC) < f.PC && s.Begins() {
			last = s
		}
	}
	return last
}

// waitsFor are the channels that a strand waits for which has parked at an instruction.
func (l *looking) waitsFor(s *Strand, ip uintptr) (list []*channel.Channel) {
	if t := s.selection.Load(); t != nil && t.back {
		for i := range t.Cases() {
			list = append(list, t.Case(i).Channel)
		}
		return list
	}
	index, pc, ok := l.img.functionAt(ip)
	if !ok {
		return nil
	}
	in := l.img.mod.Funcs[index].Code[pc]
	if in.Original() != bytecode.OpBuiltin {
		return nil
	}
	for i := range l.img.mod.Builtins[in.B].In {
		if v := at(s.fp, in.A+i); v.Kind() == stack.Channel {
			list = append(list, channelOf(*v))
		}
	}
	return list
}

// SeenWeave is a weave as a debugger sees it.
type SeenWeave struct {
	State  string
	Strand int64 // that runs it; 0: none does
	// Frames are the calls of one that waits to be resumed, innermost first, More how many are missing behind them.
	Frames []SeenFrame
	More   int
}

// seenWeaves says what weaves do.
var seenWeaves = map[weaveState]string{weaveCreated: "has not begun", weaveSuspended: "waits to be resumed", weaveRunning: "runs", weaveEnded: "has ended"}

// LookWeave returns what there is to see of a weave, with so many frames at most; nil if the value is none. All strands must stand.
func (v *VM) LookWeave(value stack.Value, most int) *SeenWeave {
	w, err := weaveOf(value)
	if err != nil {
		return nil
	}
	seen := &SeenWeave{State: seenWeaves[w.state]}
	switch w.state {
	case weaveSuspended:
		l := &looking{img: v.image.Load(), seen: &Seen{}, most: most, depth: len(w.saved.frames)}
		l.frames(&w.saved, w.saved.ip-instrSize, true)
		seen.Frames, seen.More = l.seen.Frames, l.seen.More
	case weaveRunning:
		for _, s := range v.SeenStrands() {
			for inside := s.inside; inside != nil; inside = inside.outer {
				if inside == w {
					seen.Strand = s.ID()
				}
			}
		}
	}
	return seen
}

// SeenStrands returns the strands that live, in order of their ids. All strands must stand.
func (v *VM) SeenStrands() (list []*Strand) {
	v.sched.Each(func(each *scheduler.Strand) {
		if s, ok := each.Task().(*Strand); ok {
			list = append(list, s)
		}
	})
	slices.SortFunc(list, func(a, b *Strand) int { return cmp.Compare(a.ID(), b.ID()) })
	return list
}

// ChannelOf returns the channel that a value is; nil if it is none.
func ChannelOf(v stack.Value) *channel.Channel {
	if v.Kind() != stack.Channel {
		return nil
	}
	return channelOf(v)
}

// MadeAt is the place at which a channel was made; "" if that is not known.
func (v *VM) MadeAt(c *channel.Channel) string {
	return scene{&Strand{vm: v}, v.image.Load()}.whereMade(c)
}
