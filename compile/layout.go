package compile

import "github.com/seqvm/seqvm/bytecode"

// layOut puts the stack in order: value i in slot i. Only then is the stack in
// memory the stack of the program.
func (ops *operands) layOut() {
	ops.straighten()
	var moves []transfer
	for i, o := range ops.stack {
		if want := (operand{form: slot, index: int32(i)}); o != want {
			ops.release(o)
			moves = append(moves, transfer{dst: want.index, src: o})
			ops.stack[i] = want
		}
	}
	ops.place(moves)
}

// arguments moves the top n values to consecutive slots, from which a call can
// take them, and returns the first. above says that the call needs all slots
// above its arguments; room is how many slots from the first on it writes.
func (ops *operands) arguments(n, room int, above bool) int32 {
	return ops.argumentsFor(n, room, above, 0)
}

// argumentsFor is arguments for a word that only looks at some. A value that the word also gets
// as another argument is not one of them.
func (ops *operands) argumentsFor(n, room int, above bool, looks params) int32 {
	ops.ensure(n)
	for i := range n {
		if o := ops.stack[len(ops.stack)-n+i]; o.form == virtual {
			ops.materialize(o)
		}
	}
	args := ops.stack[len(ops.stack)-n:]
	for _, o := range args {
		ops.release(o)
	}
	if above {
		ops.dropTokensAbove()
	}
	top := ops.highest()
	first := top + 1
	if at, ok := inPlace(args); ok && ops.free(at, int32(max(n, room))) && (!above || at > top) {
		first = at
	}
	ops.touch(first + int32(max(n, room, 1)) - 1)
	moves := make([]transfer, 0, 8)
	for i, o := range args {
		if dst := first + int32(i); o.form != slot || o.index != dst {
			moves = append(moves, transfer{dst: dst, src: o, borrow: onlyLookedAt(args, i, looks)})
		} else {
			ops.uses[dst]++ // it lies in its place and must stay there
		}
	}
	if len(moves) > 0 {
		ops.moveAll(moves)
	}
	for i := range args {
		ops.uses[first+int32(i)] = 0
	}
	ops.stack = ops.stack[:len(ops.stack)-n]
	return first
}

// inPlace tells whether operands lie in consecutive slots, each named once.
func inPlace(args []operand) (first int32, ok bool) {
	for i, o := range args {
		if o.form != slot || o.index != args[0].index+int32(i) {
			return 0, false
		}
	}
	if len(args) == 0 {
		return 0, false
	}
	return args[0].index, true
}

// layOutAll puts the stack in order like layOut, and behind it the aux stack.
func (ops *operands) layOutAll() {
	ops.straighten()
	layout := ops.values()
	for i := range layout {
		layout[i] = operand{form: slot, index: int32(i)}
	}
	ops.arrange(layout)
}

// observed prepares a call that may look at the whole stack: values of the aux
// stack leave the frame and the stack is laid out in order. The function
// returned brings them back behind the call.
func (ops *operands) observed() (restore func()) {
	ops.straighten()
	var saved []int
	for i, o := range ops.aux {
		if o.form == slot {
			ops.emit(bytecode.OpAuxPush, o.index, 0, 0)
			ops.release(o)
			saved = append(saved, i)
		}
	}
	kinds := make([]bytecode.Kind, len(saved)) // aux.pop looks at them: it must not stop a program that nobody asked for a kind
	for i, at := range saved {
		if k := ops.kinds[ops.aux[at].index]; !k.trusted {
			kinds[i] = k.kind
		}
	}
	ops.layOut()
	return func() {
		for i := len(saved) - 1; i >= 0; i-- {
			s := ops.alloc(int32(len(ops.stack) + i))
			ops.emit(bytecode.OpAuxPop, s, int32(kinds[i]), 0)
			ops.uses[s]++
			ops.kinds[s] = proven(kinds[i])
			ops.aux[saved[i]] = operand{form: slot, index: s}
		}
	}
}

// replace takes n laid-out values off the stack and pushes m unproven results
// in their place, as a call of a quotation does.
func (ops *operands) replace(n, m int) {
	for i := 0; i < n; i++ {
		ops.release(ops.pop())
	}
	for i := 0; i < m; i++ {
		ops.pushPlace(bytecode.KindAny)
	}
}

// float forgets the stack: its height is not known here. What lies below is
// reached for when it is needed.
func (ops *operands) float() {
	for len(ops.stack) > 0 {
		ops.release(ops.pop())
	}
	for i := range ops.uses {
		ops.uses[i] = 0
	}
	ops.floating = true
	ops.block = len(ops.code)
}

// resize is for behind a call that may have changed everything but the height:
// so many unproven values lie in their places.
func (ops *operands) resize(height int) {
	for len(ops.stack) > 0 {
		ops.release(ops.pop())
	}
	for len(ops.stack) < height {
		ops.pushPlace(bytecode.KindAny)
	}
}

// onlyLookedAt tells whether all arguments that are the same operand as one of them are
// only looked at.
func onlyLookedAt(args []operand, i int, looks params) bool {
	for j, o := range args {
		if o == args[i] && !looks.has(j) {
			return false
		}
	}
	return true
}
