package bytecode

import (
	"errors"
	"fmt"
	"slices"
)

// flow follows the kinds of the slots along all ways through a function and
// refuses an instruction that trusts what is not proven there.
func (v *verifier) flow() error {
	f := v.f
	states := make([][]Kind, len(f.Code))
	first := make([]Kind, f.Frame)
	copy(first, f.Params)
	states[0] = first
	queue := []int{0}
	for len(queue) > 0 {
		pc := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		after := append([]Kind(nil), states[pc]...)
		if err := v.step(pc, after); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", pc, f.Code[pc].Op, err)
		}
		for to := range Successors(v.m, pc, f.Code[pc]) {
			reached := after
			if to == pc+1 && f.Code[pc].Op.Info().Flow == Step { // nothing has been done
				reached = states[pc]
			}
			if states[to] == nil {
				states[to] = append([]Kind(nil), reached...)
				queue = append(queue, to)
				continue
			}
			changed := false
			for i, k := range states[to] {
				if k != KindAny && reached[i] != k {
					states[to][i] = KindAny
					changed = true
				}
			}
			if changed {
				queue = append(queue, to)
			}
		}
	}
	return nil
}

// step checks what the instruction trusts and changes the state to what holds
// behind it.
func (v *verifier) step(pc int, state []Kind) error {
	in := v.f.Code[pc]
	info := in.Op.Info()
	for slot, k := range Trusts(v.m, in) {
		if slot < 0 || state[slot] != k {
			return unproven(slot, k)
		}
	}
	if info.Promises != nil {
		for i, k := range info.Promises(v.f) {
			if k != KindAny && state[i] != k {
				return unproven(int32(i), k)
			}
		}
	}
	if err := v.leaves(in, state); err != nil {
		return err
	}
	if in.Op == OpReach { // what the frame held has moved up
		n := min(in.A, v.f.Frame)
		copy(state[n:], append([]Kind(nil), state...))
		clear(state[:n])
		return nil
	}
	moved := KindAny
	if info.Has(Moves) {
		moved = state[in.B]
	}
	v.written(in, state)
	if info.Has(Moves) {
		state[in.A] = moved
	}
	return nil
}

// written notes the kinds of what an instruction leaves.
func (v *verifier) written(in Instr, state []Kind) {
	info := in.Op.Info()
	first := in.A
	if info.Writes != nil {
		r := info.Writes(v.m, in)
		clear(state[r.First:min(r.End, v.f.Frame)])
		first = r.First
	}
	operands, named := in.Operands(), info.Operands()
	for i, o := range slices.Backward(named[:]) { // A comes last: it may be another one as well
		if o.Writes() || o.Leaves() != KindAny {
			for down := range forms[o].slots {
				state[operands[i]-down] = o.Leaves()
			}
		}
	}
	if info.Kinds != nil {
		copy(state[first:], info.Kinds(v.m, in))
	}
}

func unproven(slot int32, k Kind) error {
	return fmt.Errorf("slot %d is not proven to be of kind %s", slot, kindNames[k])
}

// leaves checks how an instruction leaves the function, and that what it leaves lies where callers
// find it. Only callers of an open function look for that.
func (v *verifier) leaves(in Instr, state []Kind) error {
	info := in.Op.Info()
	exits := info.Has(Calls) && (info.Flow == Leave || info.Flow == GotoOrLeave)
	switch {
	case !v.f.Open && info.Has(MovesFrame):
		return errors.New("a function that is not open cannot move its frame")
	case !v.f.Open && exits && info.Has(Unnamed):
		return errors.New("a function that is not open cannot end in an open call")
	case exits && !info.Has(Unnamed):
		return v.tail(state, in.A, &v.m.Funcs[in.B])
	}
	return nil
}

// tail checks that a closed function leaves what it promises when another one
// goes on in its place.
func (v *verifier) tail(state []Kind, below int32, callee *Func) error {
	f := v.f
	if f.Open {
		return nil
	}
	if callee.Open || below+callee.Out != f.Out {
		return fmt.Errorf("the callee does not leave what the function says")
	}
	for i, k := range f.Results {
		if k == KindAny {
			continue
		}
		have := KindAny
		if int32(i) < below {
			have = state[i]
		} else if callee.Results != nil {
			have = callee.Results[int32(i)-below]
		}
		if have != k {
			return fmt.Errorf("result %d is not proven to be of kind %s", i, kindNames[k])
		}
	}
	return nil
}
