package vm

import "github.com/seqvm/seqvm/stack"

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
	fields := make([]stack.Value, 0, 2*m.AsMap().Len())
	m.AsMap().Each(func(k, v stack.Value) {
		v.Share()
		fields = append(fields, k, v)
	})
	*to = stack.FromVariant(stack.FromFields(stack.ListTag, fields))
	return nil
}
