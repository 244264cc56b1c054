package vm

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/stack"
)

// listGet is OpListGet, and returns the kind of what it leaves.
func listGet(to, l, i *stack.Value) stack.Kind {
	if l.Kind() == stack.Variant {
		if x, ok := l.AsVariant().Get(i.AsInt()); ok {
			*to = x
			return x.Kind()
		}
	}
	to.SetInt(0)
	return stack.Int
}

// listPeek is OpListPeek.
func listPeek(to, l, i *stack.Value) {
	if l.Kind() == stack.Variant {
		switch v, n := l.AsVariant(), i.AsInt(); {
		case v.HoldsWord(n):
			to.SetScalar(v.WordKind(), v.Word(n))
			return
		case uint64(n) < uint64(v.Len()):
			*to = v.At(int(n))
			return
		}
	}
	to.SetInt(0)
}

// listTake is OpListTake.
func listTake(to, l, i *stack.Value) {
	if l.Kind() == stack.Variant {
		v, n := l.AsVariant(), i.AsInt()
		if v.HoldsWord(n) {
			to.SetScalar(v.WordKind(), v.Word(n))
			return
		}
		if x, ok := v.Take(n); ok {
			*to = x
			return
		}
	}
	to.SetInt(0)
}

// listNext leaves element i of a list and goes on to the next one; false if there is none. What list.next.take
// takes is held once as before if the list is, and what list.next.peek looks at is.
func listNext(to, l, i *stack.Value, op bytecode.Op) bool {
	v, n := l.AsVariant(), i.AsInt()
	if x := v.Slot(n); x != nil {
		i.SetInt(i.Bits() + 2)
		*to = *x
		if !x.Scalar() && op != bytecode.OpListNextPeek && (op != bytecode.OpListNextTake || v.Shared()) {
			to.Share()
		}
		return true
	}
	if v.HoldsWord(n) {
		i.SetInt(i.Bits() + 2)
		to.SetScalar(v.WordKind(), v.Word(n))
		return true
	}
	if uint64(n) >= uint64(v.Len()) {
		return false
	}
	i.SetInt(i.Bits() + 2)
	*to = v.At(int(n))
	if op != bytecode.OpListNextPeek {
		to.Share()
	}
	return true
}

// listElement is OpListElement: element i of the list v, which is known to be there.
func listElement(to, v *stack.Value, i int64) error {
	if v.Kind() != stack.Variant || i < 0 || i >= int64(v.AsVariant().Len()) {
		return Mismatch("List", *v)
	}
	*to = v.AsVariant().At(int(i))
	to.Share()
	return nil
}

// listResult makes the list that a loop over another one builds; reuse says that it may
// take the other one's memory as the loop goes on.
func listResult(to, like *stack.Value, reuse bool) error {
	if like.Kind() != stack.Variant {
		return Mismatch("List", *like)
	}
	*to = builderValue(like.AsVariant().Successor(reuse))
	return nil
}

// listOwn leaves a list that nobody else holds: from itself, if it ends and that is so, or a copy.
func listOwn(to, from *stack.Value, ends bool) error {
	if from.Kind() != stack.Variant {
		return Mismatch("List", *from)
	}
	v := from.AsVariant()
	if !ends || !v.Owned() {
		v = v.Clone()
	}
	*to = stack.FromVariant(v)
	return nil
}

// listDone makes a list of one that has been built.
func listDone(to, builder *stack.Value) error {
	if builder.Kind() != stack.Builder {
		return Mismatch(stack.Builder.String(), *builder)
	}
	list := builderOf(builder)
	list.Finish()
	*builder = stack.Value{}
	*to = stack.FromVariant(list)
	return nil
}

// mapEntries makes a list of a map: keys and values in turn.
func mapEntries(to, m *stack.Value) error {
	if m.Kind() != stack.Map {
		return Mismatch("Map", *m)
	}
	fields := hugepage.Make[stack.Value](2 * m.AsMap().Len())[:0]
	m.AsMap().Each(func(k, v stack.Value) {
		v.Share()
		fields = append(fields, k, v)
	})
	*to = stack.FromList(fields)
	return nil
}
