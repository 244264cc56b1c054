package builtins

import (
	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// mapWords work on immutable maps in key order (chapter 4, section 4). Those
// that run quotations are bytecode.
var mapWords = []Word{
	{Name: "map.make", Effect: "( ..a -- ..a M )", Doc: "The empty map.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromMap(stack.NewMap())
		return nil
	}},
	{Name: "map.set", Effect: "( ..a M K V -- ..a M2 )", Doc: "The map with a key set to a value.", Replaces: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := mapAndKey(w); err != nil {
			return err
		}
		if m := w[0].AsMap().Set(w[1], w[2]); m != w[0].AsMap() {
			w[0] = stack.FromMap(m)
		}
		return nil
	}},
	{Name: "map.get", Effect: "( ..a M K -- ..a V Bool )", Doc: "The value of a key; 0 and false if it is missing.", Flag: "whether the key is there", Borrows: true, MovesOut: "%map.take", Peeks: "%map.peek", Run: func(_ *vm.Strand, w []stack.Value) error {
		object, err := lookUp(w)
		if object != nil {
			object.Share()
			w[0] = *object
		}
		return err
	}},
	{Name: "map.has?", Effect: "( ..a M K -- ..a Bool )", Doc: "Is the key present?", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := mapAndKey(w); err != nil {
			return err
		}
		w[0].SetBool(w[0].AsMap().Look(&w[1]) != nil)
		return nil
	}},
	{Name: "map.remove", Effect: "( ..a M K -- ..a M2 )", Doc: "The map without a key.", Replaces: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := mapAndKey(w); err != nil {
			return err
		}
		w[0] = stack.FromMap(w[0].AsMap().Remove(w[1]))
		return nil
	}},
	{Name: "map.keys", Effect: "( ..a M -- ..a V )", Doc: "The list of the keys, in order.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		return entries(s, w, func(k, _ stack.Value) stack.Value { return k })
	}},
	{Name: "map.values", Effect: "( ..a M -- ..a V )", Doc: "The list of the values, in the order of their keys.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		return entries(s, w, func(_, v stack.Value) stack.Value { return v })
	}},
	{Name: "map.size", Effect: "( ..a M -- ..a Int )", Doc: "The number of entries.", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		return withMap(w, func(m *stack.MapValue) { w[0] = stack.FromInt(int64(m.Len())) })
	}},
	{Name: "map.empty?", Effect: "( ..a M -- ..a Bool )", Doc: "No entries?", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		return withMap(w, func(m *stack.MapValue) { w[0] = stack.FromBool(m.Len() == 0) })
	}},
	{Name: "map.each", Effect: "( ..a M [ ..b K V -- ..b ] -- ..a )", Doc: "Runs the quotation for each entry, in key order.", Borrows: true},
	{Name: "map.fold", Effect: "( ..a M Acc [ ..b Acc K V -- ..b Acc ] -- ..a Acc )", Doc: "Combines the entries with a start value, in key order.", Borrows: true},
}

func withMap(w []stack.Value, f func(*stack.MapValue)) error {
	if w[0].Kind() != stack.Map {
		return vm.Mismatch("Map", w[0])
	}
	f(w[0].AsMap())
	return nil
}

// lookUp finds the value of a key: it leaves the flag, and the value if that is a number or none; else it returns where the value
// lies, and its caller decides who holds it from then on.
func lookUp(w []stack.Value) (object *stack.Value, err error) {
	if err := mapAndKey(w); err != nil {
		return nil, err
	}
	place := w[0].AsMap().Look(&w[1])
	w[1].SetBool(place != nil)
	switch {
	case place == nil:
		w[0].SetInt(0)
	case place.Scalar():
		w[0].SetNumber(place)
	default:
		return place, nil
	}
	return nil, nil
}

// mapAndKey looks whether a window begins with a map and what can be a key.
func mapAndKey(w []stack.Value) error {
	if w[0].Kind() == stack.Map && (w[1].IsInt() || stack.IsKey(w[1])) {
		return nil
	}
	return notMapAndKey(w)
}

// notMapAndKey says which of the two is wrong.
func notMapAndKey(w []stack.Value) error {
	if w[0].Kind() != stack.Map {
		return vm.Mismatch("Map", w[0])
	}
	return vm.Fail("a key must be Int, String or Bool, found %s", vm.Describe(w[1]))
}

func entries(s *vm.Strand, w []stack.Value, which func(k, v stack.Value) stack.Value) error {
	return withMap(w, func(m *stack.MapValue) {
		fields := hugepage.Make[stack.Value](m.Len())[:0]
		m.Each(func(k, v stack.Value) {
			s.Heed()
			v.Share()
			fields = append(fields, which(k, v))
		})
		w[0] = stack.FromList(fields)
	})
}
