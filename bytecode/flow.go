package bytecode

import "fmt"

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
		v.successors(pc, func(to int) {
			if states[to] == nil {
				states[to] = append([]Kind(nil), after...)
				queue = append(queue, to)
				return
			}
			changed := false
			for i, k := range states[to] {
				if k != KindAny && after[i] != k {
					states[to][i] = KindAny
					changed = true
				}
			}
			if changed {
				queue = append(queue, to)
			}
		})
	}
	return nil
}

func (v *verifier) successors(pc int, visit func(int)) {
	in := v.f.Code[pc]
	info := in.Op.Info()
	if in.Op == OpMatch {
		t := &v.m.Tables[in.B]
		for _, c := range t.Targets {
			if c != NoArm {
				visit(pc + 1 + int(c))
			}
		}
		for _, arm := range t.Others {
			visit(pc + 1 + int(arm.Target))
		}
		return
	}
	if info.C == Target {
		visit(pc + 1 + int(in.C))
	}
	switch in.Op {
	case OpListNext, OpListNextTake, OpListNextInt, OpListNextFloat: // over the jump, or to it
		visit(pc + 2)
	}
	if !info.Ends {
		visit(pc + 1)
	}
}

var trusted = map[Operand]Kind{SrcInt: KindInt, SrcFloat: KindFloat, SrcBool: KindBool, SrcVariant: KindVariant}

var left = map[Operand]Kind{Dst: KindAny, DstInt: KindInt, DstFloat: KindFloat, DstBool: KindBool, DstVariant: KindVariant}

// step checks what the instruction trusts and changes the state to what holds
// behind it.
func (v *verifier) step(pc int, state []Kind) error {
	f, m := v.f, v.m
	in := f.Code[pc]
	info := in.Op.Info()
	operands := [...]int32{in.A, in.B, in.C}
	for i, o := range [...]Operand{info.A, info.B, info.C} {
		if want, ok := trusted[o]; ok && state[operands[i]] != want {
			return fmt.Errorf("slot %d is not proven to be of kind %s", operands[i], kindNames[want])
		}
	}
	var moved Kind
	if in.Op == OpMove || in.Op == OpCopy {
		moved = state[in.B]
	}
	if k, ok := left[info.A]; ok {
		state[in.A] = k
	}
	forget := func(from int32) {
		for i := from; i < f.Frame; i++ {
			state[i] = KindAny
		}
	}
	switch in.Op {
	case OpMove, OpCopy:
		state[in.A] = moved
	case OpConst:
		state[in.A] = m.Consts[in.B].Kind
	case OpCheck, OpAuxPop:
		state[in.A] = Kind(in.B)
	case OpMatch:
		state[in.A] = KindVariant
	case OpReach: // what the frame held has moved up
		n := min(in.A, f.Frame)
		copy(state[n:], append([]Kind(nil), state...))
		for i := range n {
			state[i] = KindAny
		}
	case OpBuiltin:
		b := &m.Builtins[in.B]
		for i := int32(0); i < max(b.In, b.Out); i++ {
			state[in.A+i] = KindAny
		}
		copy(state[in.A:], b.Results)
	case OpCall:
		callee := &m.Funcs[in.B]
		if err := proves(state[in.A:], callee.Params); err != nil {
			return err
		}
		forget(in.A)
		copy(state[in.A:], callee.Results)
	case OpTail:
		callee := &m.Funcs[in.B]
		if err := proves(state[in.A:], callee.Params); err != nil {
			return err
		}
		return v.tail(state, in.A, callee)
	case OpUnpack, OpUnpackAs, OpLook:
		state[in.B] = KindVariant
		copy(state[in.A:], m.Variants[in.C].Kinds)
	case OpCallOpen, OpTailOpen:
		callee := &m.Funcs[in.B]
		base := in.A - callee.In
		for i, k := range callee.Params {
			if at := base + int32(i); k != KindAny && (at < 0 || state[at] != k) {
				return fmt.Errorf("argument %d is not proven to be of kind %s", i, kindNames[k])
			}
		}
		if in.Op == OpTailOpen && !f.Open {
			return fmt.Errorf("a function that is not open cannot end in an open call")
		}
		forget(0)
	case OpTailQuotation:
		if !f.Open {
			return fmt.Errorf("a function that is not open cannot end in a call of a quotation")
		}
	case OpReturn:
		if f.Results != nil {
			return proves(state, f.Results)
		}
	case OpCallQuotation:
		forget(in.A - in.B)
	case OpCallUnknown, OpFloat, OpRebase, OpRollAt, OpDump, OpCondStart, OpCondNext, OpCondTest:
		forget(0)
	case OpClosure:
		if params := m.Funcs[in.B].Params; params != nil {
			if err := proves(state[in.A:], params[len(params)-int(in.C):]); err != nil {
				return err
			}
		}
		state[in.A] = KindQuotation
	case OpMake, OpPut:
		state[in.A] = KindVariant
	case OpRemake:
		state[in.C] = KindVariant
	case OpGet, OpPeek, OpPart:
		state[in.B] = KindVariant
		state[in.A] = m.Variants[in.C/MaxFields].Kinds[in.C%MaxFields]
	case OpAccess:
		state[in.A] = m.Variants[in.B].Kinds[in.C]
	case OpSelect, OpPickAt, OpWeave:
		state[in.A] = KindAny
	case OpResume:
		state[in.A+1], state[in.A+2] = KindAny, KindBool
	case OpListSet, OpListSetImm:
		state[in.A] = KindAny
	case OpYield:
		state[in.A+1] = KindAny
	case OpSpawn:
		state[in.A-in.B] = KindInt
	}
	return nil
}

func proves(state, want []Kind) error {
	for i, k := range want {
		if k != KindAny && state[i] != k {
			return fmt.Errorf("value %d is not proven to be of kind %s", i, kindNames[k])
		}
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
