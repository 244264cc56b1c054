package compile

import (
	"fmt"
	"math"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// operands takes values off the stack at compile time, moves them, makes and checks them, and
// puts back what instructions leave.
type operands struct {
	peephole
	speculation   speculation
	joinsTokens   bool            // reuse tokens are kept where branches join
	offered       uint64          // numbers of fields of those that are not
	wouldReuse    bool            // one of them would have been taken
	mustRecompile bool            // a guess was wrong: the function is compiled again, more cautiously
	loaded        []int32         // constants that were put into slots to be used there
	hoisted       map[int32]int32 // constants that are in slots all the time
	start         int32           // of the code behind those
	depth         int             // of the quotation, in others
}

// top returns the top operand, which stays.
func (ops *operands) top() operand {
	ops.ensure(1)
	return ops.stack[len(ops.stack)-1]
}

// pop takes the top operand, still retained, off the stack.
func (ops *operands) pop() operand {
	ops.ensure(1)
	o := ops.stack[len(ops.stack)-1]
	ops.stack = ops.stack[:len(ops.stack)-1]
	return o
}

// ensure makes n values known: in a frame whose height is not known they are
// reached for below it.
func (ops *operands) ensure(n int) {
	missing := n - len(ops.stack)
	if missing <= 0 {
		return
	}
	ops.straighten()
	if !ops.floating {
		panic(fmt.Sprintf("compile: stack underflow in %s, line %d", ops.word.Decl.Name.Text, ops.line))
	}
	ops.emit(bytecode.OpReach, int32(missing), 0, 0)
	ops.block = len(ops.code) // slots before have other numbers
	shift := func(list []operand) {
		for i := range list {
			if list[i].form == slot {
				list[i].index += int32(missing)
			}
		}
	}
	shift(ops.stack)
	shift(ops.aux)
	uses, kinds := make([]int32, missing, missing+len(ops.uses)), make([]known, missing, missing+len(ops.kinds))
	below := make([]operand, missing, missing+len(ops.stack))
	for i := range below {
		below[i] = operand{form: slot, index: int32(i)}
		uses[i] = 1
	}
	ops.stack = append(below, ops.stack...)
	ops.uses = append(uses, ops.uses...)
	ops.kinds = append(kinds, ops.kinds...)
	ops.size = max(ops.size, int32(len(ops.uses)))
}

// load puts a constant into a slot; slots are left alone. The operand returned
// is retained in place of the one given.
func (ops *operands) load(o operand, prefer int32) operand {
	if _, small := immediate(o); o.form == integer && !small {
		o = operand{form: pooled, index: ops.constant(bytecode.Const{Kind: bytecode.KindInt, Bits: o.bits})}
	}
	switch o.form {
	case slot:
		return o
	case virtual:
		return ops.materialize(o)
	case pooled:
		if s, ok := ops.hoisted[o.index]; ok {
			ops.uses[s]++
			return operand{form: slot, index: s}
		}
		ops.loaded = append(ops.loaded, o.index)
	}
	s := ops.alloc(prefer)
	ops.constantInto(s, o)
	ops.uses[s]++
	return operand{form: slot, index: s}
}

// inSlot puts a popped operand into a slot if it is a constant.
func (ops *operands) inSlot(o operand) operand { return ops.load(o, int32(len(ops.stack))) }

// inSlotTop loads the top operand into a slot, in place.
func (ops *operands) inSlotTop() operand {
	top := len(ops.stack) - 1
	o := ops.stack[top]
	if o.form != slot {
		ops.stack = ops.stack[:top]
		o = ops.inSlot(o)
		ops.push(o)
	}
	return o
}

// alone gives a popped operand a slot that nothing else names.
func (ops *operands) alone(o operand) operand {
	if o.form != slot {
		o = ops.load(o, -1)
	}
	if ops.uses[o.index] == 1 {
		return o
	}
	s := ops.fresh(bytecode.KindAny)
	ops.kinds[s] = ops.kinds[o.index]
	ops.release(o)
	ops.move(transfer{dst: s, src: o}, false)
	return operand{form: slot, index: s}
}

func (ops *operands) constantInto(s int32, o operand) {
	ops.touch(s)
	switch o.form {
	case integer:
		if v := int64(o.bits); v >= math.MinInt32 && v <= math.MaxInt32 {
			ops.emit(bytecode.OpInt, s, int32(v), 0)
		} else {
			ops.emit(bytecode.OpConst, s, ops.constant(bytecode.Const{Kind: bytecode.KindInt, Bits: o.bits}), 0)
		}
		ops.kinds[s] = proven(bytecode.KindInt)
	case boolean:
		ops.emit(bytecode.OpBool, s, int32(o.bits), 0)
		ops.kinds[s] = proven(bytecode.KindBool)
	case pooled:
		ops.emit(bytecode.OpConst, s, o.index, 0)
		ops.kinds[s] = proven(ops.mod.Consts[o.index].Kind)
	}
}

func (ops *operands) pushConst(k bytecode.Const) {
	ops.push(operand{form: pooled, index: ops.constant(k)})
}

// prove makes sure that an operand of the instruction that comes next is of the
// kind that the instruction trusts: a value that nothing proves is checked here,
// once. A constant of another kind (only values of unknown type let one come this
// far) goes into a slot and fails the check.
func (ops *operands) prove(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny {
		return o
	}
	if ops.kind(o) == k || o.form == slot && ops.expect(o.index, k) {
		if o.form == slot {
			ops.kinds[o.index] = proven(k) // the instruction looks in checked code
		}
		return o
	}
	return ops.check(o, k)
}

// demand is prove where no instruction of its own trusts the kind: where a word or a
// constructor declares it. Checked code looks at it here.
func (ops *operands) demand(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny || ops.kind(o) == k && !ops.trusted(o) {
		return o
	}
	if ops.kind(o) == k || o.form == slot && ops.expect(o.index, k) {
		ops.guard(o.index, k)
		ops.kinds[o.index] = proven(k)
		return o
	}
	return ops.check(o, k)
}

// demandTop demands the kinds of the top values of the stack, bottom to top.
func (ops *operands) demandTop(kinds []bytecode.Kind) {
	base := len(ops.stack) - len(kinds)
	for i, k := range kinds {
		ops.stack[base+i] = ops.demand(ops.stack[base+i], k)
	}
}

// demandOuts demands that the values which stay as results of a word are what its effect
// declares. The topmost results are not there yet if skip is not 0: the call that
// follows leaves them.
func (ops *operands) demandOuts(outs []bytecode.Kind, skip int) {
	outs = outs[:max(len(outs)-skip, 0)]
	missing := max(len(outs)-len(ops.stack), 0) // they lie below the frame
	ops.demandTop(outs[missing:])
}

// guard has checked code look at the kind of a slot here, under the name and at the
// place that are current.
func (ops *operands) guard(s int32, k bytecode.Kind) { ops.emit(bytecode.OpGuard, s, int32(k), 0) }

// check looks at the kind of an operand by an instruction that does nothing else.
func (ops *operands) check(o operand, k bytecode.Kind) operand {
	o = ops.load(o, -1)
	ops.emit(bytecode.OpCheck, o.index, int32(k), 0)
	ops.kinds[o.index] = proven(k)
	return o
}

// proveOperands proves two operands. The lower one is looked at first, whether by an
// instruction of its own, in checked code only, or by the one that comes.
func (ops *operands) proveOperands(k bytecode.Kind) {
	top := len(ops.stack) - 1
	ops.stack[top-1] = ops.demand(ops.stack[top-1], k)
	ops.stack[top] = ops.prove(ops.stack[top], k)
}

// shuffle compiles a word that only rearranges the stack, which takes so many values.
func (ops *operands) shuffle(s *types.Shuffle, inputs int) {
	ops.ensure(inputs)
	var taken [3]operand
	base := len(ops.stack) - inputs
	copy(taken[:], ops.stack[base:])
	ops.stack = ops.stack[:base]
	for _, i := range s.Order {
		ops.retain(taken[i])
		ops.push(taken[i])
	}
	for _, o := range taken[:inputs] {
		ops.release(o)
	}
}
