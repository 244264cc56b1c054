package compile

import (
	"math"

	"github.com/seqvm/seqvm/bytecode"
)

// intrinsic is a built-in that is an instruction (or none).
type intrinsic struct {
	op   bytecode.Op
	imm  bytecode.Op   // with an immediate as second operand
	rev  bytecode.Op   // with an immediate as first operand
	from bytecode.Kind // kind of the operands
	to   bytecode.Kind // kind of the result
	swap bool          // the instruction takes the operands in the other order
	neg  bool          // the immediate is subtracted: add its negative
	cast bool          // it only proves the kind
	// make emits the instruction for the operands on the stack; it returns true
	// if it compiled a drop behind it as well (dropped tells that there is one).
	make func(g *generator, in intrinsic, dropped bool) bool
}

const (
	kInt   = bytecode.KindInt
	kFloat = bytecode.KindFloat
	kBool  = bytecode.KindBool
)

var intrinsics = func() map[string]intrinsic {
	m := map[string]intrinsic{
		"i.+":         {op: bytecode.OpIntAdd, imm: bytecode.OpIntAddImm, rev: bytecode.OpIntAddImm, from: kInt, to: kInt},
		"i.-":         {op: bytecode.OpIntSub, imm: bytecode.OpIntAddImm, rev: bytecode.OpIntSubFromImm, neg: true, from: kInt, to: kInt},
		"i.*":         {op: bytecode.OpIntMul, imm: bytecode.OpIntMulImm, rev: bytecode.OpIntMulImm, from: kInt, to: kInt},
		"i.=":         {op: bytecode.OpIntEq, imm: bytecode.OpIntEqImm, rev: bytecode.OpIntEqImm, from: kInt, to: kBool},
		"i.<>":        {op: bytecode.OpIntNe, imm: bytecode.OpIntNeImm, rev: bytecode.OpIntNeImm, from: kInt, to: kBool},
		"i.<":         {op: bytecode.OpIntLt, imm: bytecode.OpIntLtImm, rev: bytecode.OpIntGtImm, from: kInt, to: kBool},
		"i.<=":        {op: bytecode.OpIntLe, imm: bytecode.OpIntLeImm, rev: bytecode.OpIntGeImm, from: kInt, to: kBool},
		"i.>":         {op: bytecode.OpIntLt, imm: bytecode.OpIntGtImm, rev: bytecode.OpIntLtImm, swap: true, from: kInt, to: kBool},
		"i.>=":        {op: bytecode.OpIntLe, imm: bytecode.OpIntGeImm, rev: bytecode.OpIntLeImm, swap: true, from: kInt, to: kBool},
		"band":        {op: bytecode.OpIntAnd, imm: bytecode.OpIntAndImm, rev: bytecode.OpIntAndImm, from: kInt, to: kInt},
		"bor":         {op: bytecode.OpIntOr, imm: bytecode.OpIntOrImm, rev: bytecode.OpIntOrImm, from: kInt, to: kInt},
		"bxor":        {op: bytecode.OpIntXor, imm: bytecode.OpIntXorImm, rev: bytecode.OpIntXorImm, from: kInt, to: kInt},
		"shl":         {op: bytecode.OpIntShl, imm: bytecode.OpIntShlImm, rev: bytecode.OpIntShlOfImm, from: kInt, to: kInt},
		"shr":         {op: bytecode.OpIntShr, imm: bytecode.OpIntShrImm, from: kInt, to: kInt},
		"f.+":         {op: bytecode.OpFloatAdd, from: kFloat, to: kFloat},
		"f.-":         {op: bytecode.OpFloatSub, from: kFloat, to: kFloat},
		"f.*":         {op: bytecode.OpFloatMul, from: kFloat, to: kFloat},
		"f./":         {op: bytecode.OpFloatDiv, from: kFloat, to: kFloat},
		"f.=":         {op: bytecode.OpFloatEq, from: kFloat, to: kBool},
		"f.<>":        {op: bytecode.OpFloatNe, from: kFloat, to: kBool},
		"f.<":         {op: bytecode.OpFloatLt, from: kFloat, to: kBool},
		"f.<=":        {op: bytecode.OpFloatLe, from: kFloat, to: kBool},
		"f.>":         {op: bytecode.OpFloatLt, swap: true, from: kFloat, to: kBool},
		"f.>=":        {op: bytecode.OpFloatLe, swap: true, from: kFloat, to: kBool},
		"and":         {op: bytecode.OpBoolAnd, from: kBool, to: kBool},
		"or":          {op: bytecode.OpBoolOr, from: kBool, to: kBool},
		"i./":         {op: bytecode.OpIntDiv, imm: bytecode.OpIntDivImm, from: kInt, to: kInt, make: divide},
		"i.%":         {op: bytecode.OpIntMod, imm: bytecode.OpIntModImm, from: kInt, to: kInt, make: divide},
		"i.neg":       {op: bytecode.OpIntNeg, from: kInt, to: kInt, make: unary},
		"bnot":        {op: bytecode.OpIntNot, from: kInt, to: kInt, make: unary},
		"not":         {op: bytecode.OpBoolNot, from: kBool, to: kBool, make: unary},
		"f.sqrt":      {op: bytecode.OpFloatSqrt, from: kFloat, to: kFloat, make: unary},
		"int->float":  {op: bytecode.OpIntToFloat, from: kInt, to: kFloat, make: unary},
		"list.get":    {make: listGet},
		"list.push":   {op: bytecode.OpListPush, make: listPush},
		"list.length": {op: bytecode.OpListLength, to: kInt, make: unary},
		"list.set":    {make: listSet},
		"int-bits": {make: func(g *generator, _ intrinsic, _ bool) bool {
			g.push(operand{form: integer, bits: intBits})
			return false
		}},
	}
	// A Socket is an Int at run time: the casts only prove that it is one.
	cast := intrinsic{from: kInt, cast: true, make: func(g *generator, in intrinsic, _ bool) bool {
		g.ensure(1)
		g.demandTop([]bytecode.Kind{in.from})
		return false
	}}
	m["fd->socket"], m["socket->fd"] = cast, cast
	for word, in := range m {
		if in.make == nil {
			in.make = binary
			m[word] = in
		}
	}
	return m
}()

// intBits is the width of an Int.
const intBits = 63

// immediate returns the number of an integer constant that fits into an
// instruction, also when its sign is changed.
func immediate(o operand) (int32, bool) {
	v := int64(o.bits)
	return int32(v), o.form == integer && v > math.MinInt32 && v <= math.MaxInt32
}

func unary(g *generator, in intrinsic, _ bool) bool {
	g.ensure(1)
	o := g.inSlot(g.prove(g.pop(), in.from))
	g.release(o)
	g.emit(in.op, g.result(in.to, o), o.index, 0)
	return false
}

func binary(g *generator, in intrinsic, _ bool) bool {
	g.ensure(2)
	g.proveOperands(in.from)
	b, a := g.pop(), g.pop()
	if v, ok := immediate(b); ok && in.imm != 0 && a.form == slot {
		if in.neg {
			v = -v
		}
		g.release(a)
		g.emit(in.imm, g.result(in.to, a), a.index, v)
		return false
	}
	if v, ok := immediate(a); ok && in.rev != 0 && b.form == slot {
		g.release(b)
		g.emitFlipped(true, in.rev, g.result(in.to, b), b.index, v)
		return false
	}
	a = g.inSlot(a)
	b = g.load(b, -1)
	g.release(a)
	g.release(b)
	if g.withProduct(in.op, a, b) {
		return false
	}
	dst := g.result(in.to, a, b)
	if in.swap {
		a, b = b, a
	}
	g.emitFlipped(in.swap, in.op, dst, a.index, b.index)
	return false
}

// divide compiles i./ and i.%, whose second result is whether the divisor was
// not 0. A flag that is dropped at once is not computed.
func divide(g *generator, in intrinsic, dropped bool) bool {
	g.ensure(2)
	g.proveOperands(in.from)
	b := g.pop()
	a := g.inSlot(g.pop())
	if v, ok := immediate(b); ok && v != 0 {
		g.release(a)
		g.emit(in.imm, g.result(in.to, a), a.index, v)
		if !dropped {
			g.push(operand{form: boolean, bits: 1})
		}
		return dropped
	}
	b = g.load(b, -1)
	if dropped {
		g.release(a)
		g.release(b)
		g.emit(in.op, g.result(in.to, a, b), a.index, b.index)
		return true
	}
	g.release(a)
	dst := g.result(in.to, a)
	g.emit(in.op, dst, a.index, b.index)
	g.release(b)
	g.emit(bytecode.OpIntNeImm, g.result(kBool, b), b.index, 0)
	return false
}

// listGet compiles list.get, which only looks at the list. A flag that is
// dropped at once is not computed.
func listGet(g *generator, _ intrinsic, dropped bool) bool {
	g.ensure(2)
	top := len(g.stack) - 1
	g.stack[top] = g.prove(g.stack[top], kInt)
	i := g.load(g.pop(), -1)
	list := g.inSlot(g.pop())
	if dropped {
		g.release(list)
		g.release(i)
		g.emit(bytecode.OpListGet, g.result(bytecode.KindAny, list, i), list.index, i.index)
		return true
	}
	g.emit(bytecode.OpListGet, g.result(bytecode.KindAny), list.index, i.index)
	g.release(list)
	g.release(i)
	g.emit(bytecode.OpListHas, g.result(kBool, i, list), list.index, i.index)
	return false
}

func listPush(g *generator, in intrinsic, _ bool) bool {
	g.ensure(2)
	x := g.load(g.pop(), -1)
	list := g.inSlot(g.pop())
	g.consumed(list)
	g.consumed(x)
	g.release(list)
	g.release(x)
	g.emit(in.op, g.result(bytecode.KindVariant, list, x), list.index, x.index)
	return false
}

// listSet compiles list.set, which changes the list in its slot. Whether there
// is such an element is asked apart, unless that is dropped at once.
func listSet(g *generator, _ intrinsic, dropped bool) bool {
	g.ensure(3)
	at := len(g.stack) - 2
	g.stack[at] = g.prove(g.stack[at], kInt)
	x := g.pop()
	v, small := immediate(x)
	if !small {
		x = g.load(x, -1)
	}
	i := g.load(g.pop(), -1)
	list := g.alone(g.pop())
	g.moveOutOfList(list.index, i.index)
	g.consumed(x)
	g.push(list)
	if !dropped {
		g.emit(bytecode.OpListHas, g.result(kBool), list.index, i.index)
	}
	if small {
		g.emit(bytecode.OpListSetImm, list.index, i.index, v)
	} else {
		g.emit(bytecode.OpListSet, list.index, i.index, x.index)
	}
	g.release(i)
	g.release(x)
	return dropped
}
