package builtins

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// listWords work on variants of any tag; a list is one with the tag List
// (chapter 4, sections 2 and 3). Those that run quotations are bytecode.
var listWords = []vm.Builtin{
	{Name: "list.make", Effect: "( ..a -- ..a V )", Doc: "The empty list.", Run: constant(stack.FromVariant(stack.FromFields(stack.ListTag, nil)))},
	{Name: "list.push", Effect: "( ..a V T -- ..a V )", Doc: "The list with one element more at the end.", Run: listPush},
	{Name: "list.get", Effect: "( ..a V Int -- ..a T Bool )", Doc: "The element at an index from 0; 0 and false outside.", Run: func(_ *vm.Strand, w []stack.Value) error {
		element(w, w[1].AsInt())
		return nil
	}},
	{Name: "list.set", Effect: "( ..a V Int T -- ..a V Bool )", Doc: "The list with an element replaced; false outside.", Run: listSet},
	{Name: "list.first", Effect: "( ..a V -- ..a T Bool )", Doc: "The first element; 0 and false of an empty list.", Run: func(_ *vm.Strand, w []stack.Value) error {
		element(w, 0)
		return nil
	}},
	{Name: "list.last", Effect: "( ..a V -- ..a T Bool )", Doc: "The last element; 0 and false of an empty list.", Run: func(_ *vm.Strand, w []stack.Value) error {
		if w[0].Kind() == stack.Variant {
			element(w, int64(len(w[0].AsVariant().Fields))-1)
			return nil
		}
		flagged(w, stack.FromInt(0), false)
		return nil
	}},
	{Name: "list.length", Effect: "( ..a V -- ..a Int )", Doc: "The number of elements.", Run: listLength},
	{Name: "list.empty?", Effect: "( ..a V -- ..a Bool )", Doc: "No elements?", Run: func(_ *vm.Strand, w []stack.Value) error {
		if w[0].Kind() != stack.Variant {
			return vm.Mismatch("List", w[0])
		}
		w[0] = stack.FromBool(len(w[0].AsVariant().Fields) == 0)
		return nil
	}},
	{Name: "list.reverse", Effect: "( ..a V -- ..a V )", Doc: "The elements in opposite order.", Run: listReverse},
	{Name: "list.map", Effect: "( ..a V [ ..b T -- ..b U ] -- ..a V2 )", Doc: "The list of what the quotation makes of each element."},
	{Name: "list.filter", Effect: "( ..a V [ ..b T -- ..b Bool ] -- ..a V2 )", Doc: "The list of the elements for which the quotation leaves true."},
	{Name: "list.fold", Effect: "( ..a V Acc [ ..b Acc T -- ..b Acc ] -- ..a Acc )", Doc: "Combines the elements with a start value, from the left."},
	{Name: "list.each", Effect: "( ..a V [ ..b T -- ..b ] -- ..a )", Doc: "Runs the quotation for each element."},
}

// element leaves element i of w[0] and true; 0 and false if there is none.
func element(w []stack.Value, i int64) {
	if w[0].Kind() == stack.Variant {
		if fields := w[0].AsVariant().Fields; i >= 0 && i < int64(len(fields)) {
			flagged(w, fields[i], true)
			return
		}
	}
	flagged(w, stack.FromInt(0), false)
}

func listPush(_ *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	w[0] = stack.FromVariant(w[0].AsVariant().Push(w[1]))
	return nil
}

func listSet(_ *vm.Strand, w []stack.Value) error {
	i := w[1].AsInt()
	if w[0].Kind() != stack.Variant || i < 0 || i >= int64(len(w[0].AsVariant().Fields)) {
		w[1] = stack.FromBool(false)
		return nil
	}
	flagged(w, stack.FromVariant(w[0].AsVariant().With(int(i), w[2])), true)
	return nil
}

func listLength(_ *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	w[0] = stack.FromInt(int64(len(w[0].AsVariant().Fields)))
	return nil
}

func listReverse(_ *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	v := w[0].AsVariant()
	n := len(v.Fields)
	fields := make([]stack.Value, n)
	for i, f := range v.Fields {
		fields[n-1-i] = f
	}
	w[0] = stack.FromVariant(stack.FromFields(v.Tag, fields))
	return nil
}

// maxFields is the largest N of wrap-N.
const maxFields = 12

func variantWords() []vm.Builtin {
	words := []vm.Builtin{
		{Name: "variant.field-count", Effect: "( ..a Variant -- ..a Int )", Doc: "The number of fields.", Run: listLength},
		{Name: "variant.tag", Effect: "( ..a Variant -- ..a Symbol )", Doc: "The tag; List for lists.", Run: func(_ *vm.Strand, w []stack.Value) error {
			w[0] = stack.FromSymbol(w[0].AsVariant().Tag)
			return nil
		}},
		{Name: "variant.field-at", Effect: "( ..a Variant Int -- ..a T )", Doc: "The field at an index from 0.", Run: func(_ *vm.Strand, w []stack.Value) error {
			i, fields := w[1].AsInt(), w[0].AsVariant().Fields
			if i < 0 || i >= int64(len(fields)) {
				return vm.Fail("the index %d is out of range, the variant has %d fields", i, len(fields))
			}
			w[0] = fields[i]
			return nil
		}},
		{Name: "variant.first", Effect: "( ..a Variant -- ..a T )", Doc: "The first field.", Run: func(_ *vm.Strand, w []stack.Value) error {
			return field(w, func(fields []stack.Value) stack.Value { return fields[0] })
		}},
		{Name: "variant.last", Effect: "( ..a Variant -- ..a T )", Doc: "The last field.", Run: func(_ *vm.Strand, w []stack.Value) error {
			return field(w, func(fields []stack.Value) stack.Value { return fields[len(fields)-1] })
		}},
		{Name: "variant.init", Effect: "( ..a Variant -- ..a Variant )", Doc: "All fields but the last.", Run: func(_ *vm.Strand, w []stack.Value) error {
			v := w[0].AsVariant()
			return field(w, func([]stack.Value) stack.Value { return stack.FromVariant(v.Init()) })
		}},
		{Name: "variant.append", Effect: "( ..a Variant T -- ..a Variant )", Doc: "One field more at the end.", Run: listPush},
	}
	for n := 0; n <= maxFields; n++ {
		var fields strings.Builder
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&fields, "T%d ", i)
		}
		for _, name := range []string{"wrap", "variant.make"} {
			words = append(words, vm.Builtin{
				Name: fmt.Sprintf("%s-%d", name, n), Effect: "( ..a " + fields.String() + "Symbol -- ..a Variant )",
				Doc: fmt.Sprintf("A variant with a tag and %d fields.", n),
				Run: func(_ *vm.Strand, w []stack.Value) error {
					w[0] = stack.FromVariant(stack.NewVariant(w[n].AsSymbol(), w[:n]))
					return nil
				},
			})
		}
	}
	return words
}

func field(w []stack.Value, which func([]stack.Value) stack.Value) error {
	fields := w[0].AsVariant().Fields
	if len(fields) == 0 {
		return vm.Fail("the variant has no fields")
	}
	w[0] = which(fields)
	return nil
}
