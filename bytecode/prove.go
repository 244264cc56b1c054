package bytecode

import (
	"errors"
	"fmt"
)

// step checks that all is there which an instruction relies on, and changes the state to what holds behind it.
// A module that comes from a file is run with the copying forms of its instructions (Info.Copying), so those count.
func (w *walker) step(pc int, s *frameState) error {
	in := w.f.Code[pc]
	if form := in.Op.Info().Copying; form != OpInvalid {
		in.Op = form
	}
	info := in.Op.Info()
	if err := w.trusted(in, s); err != nil {
		return err
	}
	if err := w.leaves(in, s); err != nil {
		return err
	}
	reads, writes := Effects(w.m, in)
	if err := w.looked(in, &reads, s); err != nil {
		return err
	}
	if err := w.calls(pc, in, s); err != nil {
		return err
	}
	if s.base >= 0 && (writes.Has(s.base) || info.Has(MovesFrame)) {
		return errors.New("the start of the stack that isolate has left there is lost")
	}
	switch {
	case in.Op == OpReach:
		w.reach(in.A, s)
		return nil
	case info.Has(Moves): // both are the same value
		s.mark(in.B)
		s.set(in.A, s.get(in.B))
		return nil
	case info.Has(Marks):
		s.mark(in.A)
		return nil
	}
	if err := w.moved(in, s); err != nil {
		return err
	}
	w.written(pc, in, &writes, s)
	return w.isolation(in, s)
}

// mark notes that the object in a slot is marked as held more than once.
func (s *slots) mark(i int32) {
	if x := s.get(i); x.plain() {
		s.set(i, x|marked)
	}
}

// trusted checks the kinds that the instruction relies on.
func (w *walker) trusted(in Instr, s *frameState) error {
	for slot, k := range Trusts(w.m, in) {
		if w.work++; slot < 0 || !s.get(slot).is(k) {
			return unproven(slot, k)
		}
	}
	info := in.Op.Info()
	if info.Promises == nil {
		return nil
	}
	for i, k := range info.Promises(w.f, in) {
		if w.work++; !s.get(int32(i)).is(k) {
			return unproven(int32(i), k)
		}
	}
	if info.Has(Restarts) {
		return w.values(0, w.f.In, s)
	}
	return nil
}

func unproven(slot int32, k Kind) error {
	return fmt.Errorf("slot %d is not proven to be of kind %s", slot, kindNames[k])
}

// looked checks that there is a value in each slot that the instruction, or what it calls, may look at.
func (w *walker) looked(in Instr, reads *SlotSet, s *frameState) error {
	info := in.Op.Info()
	for i, o := range info.Operands() {
		if f := &forms[o]; f.reads && f.trusts == KindAny {
			if slot := in.Operands()[i]; !s.get(slot).plain() {
				return noValue(slot, s)
			}
		}
	}
	if info.Reads != nil {
		r := info.Reads(w.m, in)
		if err := w.values(r.First, r.End, s); err != nil {
			return err
		}
	}
	switch {
	case in.Op == OpPickDeep: // what it looks at lies below the frame
		w.observing = true
		if in.B < 1 {
			return fmt.Errorf("%d slots below the frame is in it", in.B)
		}
	case info.Has(Observes):
		return w.observed(in.A, s)
	case info.Flow == Leave && info.Has(Calls): // they are results, or lie below the callee
		return w.values(0, in.A, s)
	}
	return nil
}

// observed checks that all that lies below a slot, from where the stack starts, is values.
func (w *walker) observed(top int32, s *frameState) error {
	if s.base == noBase {
		w.observing = true
		return w.values(0, top, s)
	}
	if top < s.floor {
		return fmt.Errorf("the stack starts at slot %d", s.floor)
	}
	return w.values(s.floor, top, s)
}

// values checks that slots hold what a program may see.
func (w *walker) values(first, end int32, s *frameState) error {
	if first >= end || s.below(end)-s.below(first) == end-first {
		return nil
	}
	for slot := first; ; slot++ {
		if !s.get(slot).plain() {
			return noValue(slot, s)
		}
	}
}

func noValue(slot int32, s *frameState) error {
	if s.get(slot) != 0 {
		return fmt.Errorf("slot %d holds a list under construction", slot)
	}
	return fmt.Errorf("slot %d holds no value, or one that has moved", slot)
}

// calls notes which functions are called, and checks that those which look at the stack find nothing but values.
func (w *walker) calls(pc int, in Instr, s *frameState) error {
	info := in.Op.Info()
	if in.Op == OpCall && w.f.Code[pc+1].Op == OpFrameToTop { // what lies below will be stack, not frame
		if err := w.observed(in.A, s); err != nil {
			return err
		}
	}
	if info.Has(Unnamed|LooksBelow) && s.base == noBase {
		w.observing = true
	}
	if !info.Has(Calls) || info.B != Function || info.Has(Unnamed) {
		return nil
	}
	c := call{callee: in.B, caller: w.index, isolated: s.base != noBase}
	if c.isolated && in.A < s.floor {
		return fmt.Errorf("the stack starts at slot %d", s.floor)
	}
	first := int32(0)
	if c.isolated {
		first = s.floor
	}
	c.hole = s.below(in.A)-s.below(first) != in.A-first
	w.called[c] = struct{}{}
	return nil
}

// leaves checks how an instruction leaves the function, and that what it leaves lies where callers
// find it. Only callers of an open function look for that.
func (w *walker) leaves(in Instr, s *frameState) error {
	info := in.Op.Info()
	exits := info.Has(Calls) && (info.Flow == Leave || info.Flow == GotoOrLeave)
	switch {
	case s.base != noBase && (exits || info.Flow == Leave && info.Promises != nil):
		return errors.New("the stack that was isolated is not rejoined")
	case !w.f.Open && info.Has(MovesFrame):
		return errors.New("a function that is not open cannot move its frame")
	case !w.f.Open && exits && info.Has(Unnamed):
		return errors.New("a function that is not open cannot end in an open call")
	case exits && !info.Has(Unnamed):
		return w.tail(in.A, &w.m.Funcs[in.B])
	}
	return nil
}

// tail checks that a closed function leaves what it promises when another one goes on in its place. What lies
// below the results of that is promised by the instruction.
func (w *walker) tail(below int32, callee *Func) error {
	f := w.f
	if f.Open {
		return nil
	}
	if callee.Open || below+callee.Out != f.Out {
		return errors.New("the callee does not leave what the function says")
	}
	if int(below) >= len(f.Results) {
		return nil
	}
	for i, k := range f.Results[below:] {
		if w.work++; k != KindAny && (callee.Results == nil || callee.Results[i] != k) {
			return fmt.Errorf("result %d is not proven to be of kind %s", int(below)+i, kindNames[k])
		}
	}
	return nil
}

// reach moves what the frame holds up over so many values from below.
func (w *walker) reach(n int32, s *frameState) {
	before := s.slots
	s.slots = newSlots(w.f.Frame, &w.work)
	w.edit++
	s.edit = w.edit
	s.fill(0, min(n, w.f.Frame), valueOf(KindAny))
	before.each(func(i int32, x slotState) {
		if int64(i)+int64(n) < int64(w.f.Frame) {
			s.set(i+n, x)
		}
	})
}

// moved takes the values out of the slots from which the instruction gives them to somebody who may change them:
// a second reference that nobody has marked would see it. An object must not be given twice.
func (w *walker) moved(in Instr, s *frameState) error {
	info := in.Op.Info()
	operands := in.Operands()
	for i, o := range info.Operands() {
		for j, other := range info.Operands() {
			if i != j && forms[o].gives && forms[other].reads && operands[i] == operands[j] && !s.get(operands[i]).copies() {
				return fmt.Errorf("slot %d holds one value, not two", operands[i])
			}
		}
	}
	for slot := range Given(w.m, in) {
		if w.work++; !s.get(slot).copies() {
			s.set(slot, 0)
		}
	}
	return nil
}

// written notes what an instruction leaves.
func (w *walker) written(pc int, in Instr, writes *SlotSet, s *frameState) {
	info := in.Op.Info()
	if info.Writes != nil {
		r := info.Writes(w.m, in)
		s.fill(r.First, min(r.End, w.f.Frame), 0)
	}
	operands, named := in.Operands(), info.Operands()
	for i := len(named) - 1; i >= 0; i-- { // A comes last: it may be another one as well
		f := &forms[named[i]]
		switch {
		case f.ends:
			s.set(operands[i], 0)
		case f.writes:
			for down := range f.slots {
				slot, k := operands[i]-down, f.leaves
				if f.keeps {
					k = s.get(slot).kind()
				}
				s.set(slot, valueOf(k))
			}
		case f.leaves != KindAny:
			for down := range f.slots {
				slot := operands[i] - down
				s.set(slot, valueOf(f.leaves)|s.get(slot)&marked)
			}
		}
	}
	left, kinds := w.left(pc, in)
	s.fill(left.First, min(left.End, w.f.Frame), valueOf(KindAny))
	for i, k := range kinds {
		if w.work++; k != KindAny {
			s.set(left.First+int32(i), valueOf(k)|s.get(left.First+int32(i))&marked)
		}
	}
}

// left are the slots that hold values behind an instruction that writes more than its operands, and their kinds.
func (w *walker) left(pc int, in Instr) (r Run, kinds []Kind) {
	info := in.Op.Info()
	if info.Kinds != nil {
		kinds = info.Kinds(w.m, in)
	}
	if info.Leaves != nil {
		return info.Leaves(w.m, in, w.f.Code[pc+1]), kinds // something stands behind what control goes on from
	}
	if info.Writes != nil {
		if r = info.Writes(w.m, in); r.End != NoEnd {
			return r, kinds
		}
	}
	return Run{in.A, in.A}, kinds
}

// isolation notes where the stack starts.
func (w *walker) isolation(in Instr, s *frameState) error {
	switch in.Op {
	case OpIsolate:
		if s.base != noBase || in.A >= in.B {
			return errors.New("the stack is isolated already, or the slot is not below it")
		}
		s.base, s.floor = in.A, in.B
	case OpRejoin:
		if s.base != in.A {
			return errors.New("no isolate has left where the stack starts in the slot")
		}
		s.base, s.floor = noBase, 0
	}
	return nil
}
