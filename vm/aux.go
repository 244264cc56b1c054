package vm

import (
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
)

// auxStack is the second stack of a strand: what >aux keeps, and the clauses of conds that
// are not done.
type auxStack []stack.Value

func (x *auxStack) push(v ...stack.Value) { *x = append(memory.Room(*x, len(v)), v...) }

// pushOne is push of one value, without the general way where there is room.
func (x *auxStack) pushOne(v stack.Value) {
	n := len(*x)
	if n == cap(*x) {
		x.push(v)
		return
	}
	*x = (*x)[:n+1]
	(*x)[n] = v
}

// keep pushes the value in a slot; the compiler may still have it there as well.
func (x *auxStack) keep(slot *stack.Value) {
	slot.Share()
	x.pushOne(*slot)
}

// drop drops n values.
func (x *auxStack) drop(n int) {
	first := len(*x) - n
	clear((*x)[first:])
	*x = (*x)[:first]
}

// holds tells whether there is a value on top of a kind, any kind if that is Nothing.
func (x auxStack) holds(kind stack.Kind) bool {
	return len(x) > 0 && (kind == stack.Nothing || x[len(x)-1].Kind() == kind)
}

// popKind moves the value on top; it must be of a kind, unless that is Nothing.
func (x *auxStack) popKind(to *stack.Value, kind stack.Kind) error {
	n := len(*x) - 1
	if n < 0 {
		return Fail("the aux stack is empty")
	}
	*to = (*x)[n]
	(*x)[n] = stack.Value{}
	*x = (*x)[:n]
	if kind != stack.Nothing && to.Kind() != kind {
		return Mismatch(kind.String(), *to)
	}
	return nil
}

// pushClauses keeps the clauses of a cond: a list of the quotations, with the number of the
// next predicate below.
func (x *auxStack) pushClauses(quotations []stack.Value) {
	x.push(stack.FromInt(0), stack.FromList(quotations))
}

// clauses returns the clauses of the innermost cond and the number of the next predicate.
func (x auxStack) clauses() (list []stack.Value, next int64, err error) {
	n := len(x)
	if n < 2 || x[n-1].Kind() != stack.Variant || !x[n-2].IsInt() {
		return nil, 0, Fail("no clauses on the aux stack")
	}
	list, next = x[n-1].AsVariant().Fields(), x[n-2].AsInt()
	if next < 0 || next+1 >= int64(len(list)) {
		return nil, 0, noClause(len(list) / 2)
	}
	return list, next, nil
}

// nextClause goes on to the next predicate of the innermost cond.
func (x auxStack) nextClause(predicate int64) { x[len(x)-2] = stack.FromInt(predicate) }
