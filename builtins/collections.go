package builtins

import (
	"slices"
	"strconv"

	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// listWords work on variants of any tag; a list is one with the tag List
// (chapter 4, sections 2 and 3). Those that run quotations are bytecode.
var listWords = []Word{
	{Name: "list.make", Effect: "( ..a -- ..a V )", Doc: "The empty list.", Run: constant(empty)},
	{Name: "list.push", Effect: "( ..a V T -- ..a V )", Doc: "The list with one element more at the end."},
	{Name: "list.get", Effect: "( ..a V Int -- ..a T Bool )", Doc: "The element at an index from 0; 0 and false outside.", Flag: "whether the index exists", Borrows: true},
	{Name: "list.set", Effect: "( ..a V Int T -- ..a V Bool )", Doc: "The list with an element replaced; false outside.", Flag: "whether the index exists"},
	{Name: "list.first", Effect: "( ..a V -- ..a T Bool )", Doc: "The first element; 0 and false of an empty list.", Flag: "whether the list has an element", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		element(w, 0)
		return nil
	}},
	{Name: "list.last", Effect: "( ..a V -- ..a T Bool )", Doc: "The last element; 0 and false of an empty list.", Flag: "whether the list has an element", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		if w[0].Kind() == stack.Variant {
			element(w, int64(w[0].AsVariant().Len())-1)
			return nil
		}
		flagged(w, stack.FromInt(0), false)
		return nil
	}},
	{Name: "list.length", Effect: "( ..a V -- ..a Int )", Doc: "The number of elements.", Borrows: true},
	{Name: "list.empty?", Effect: "( ..a V -- ..a Bool )", Doc: "No elements?", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		if w[0].Kind() != stack.Variant {
			return vm.Mismatch("List", w[0])
		}
		w[0] = stack.FromBool(w[0].AsVariant().Len() == 0)
		return nil
	}},
	{Name: "list.reverse", Effect: "( ..a V -- ..a V )", Doc: "The elements in opposite order.", Run: listReverse},
	{Name: "list.map", Effect: "( ..a V [ ..b T -- ..b U ] -- ..a V2 )", Doc: "The list of what the quotation makes of each element.", Borrows: true, Rule: loop(types.Loop{Collects: true})},
	{Name: "list.filter", Effect: "( ..a V [ ..b T -- ..b Bool ] -- ..a V2 )", Doc: "The list of the elements for which the quotation leaves true.", Borrows: true, Rule: loop(types.Loop{Collects: true, Selects: true})},
	{Name: "list.fold", Effect: "( ..a V Acc [ ..b Acc T -- ..b Acc ] -- ..a Acc )", Doc: "Combines the elements with a start value, from the left.", Borrows: true, Rule: loop(types.Loop{Folds: true})},
	{Name: "list.each", Effect: "( ..a V [ ..b T -- ..b ] -- ..a )", Doc: "Runs the quotation for each element.", Borrows: true, Rule: loop(types.Loop{})},
}

// empty is the empty list. All programs share it.
var empty = func() stack.Value {
	v := stack.FromList(nil)
	v.Share()
	return v
}()

// element leaves element i of w[0] and true; 0 and false if there is none.
func element(w []stack.Value, i int64) {
	if w[0].Kind() == stack.Variant {
		if v := w[0].AsVariant(); i >= 0 && i < int64(v.Len()) {
			x := v.At(int(i))
			x.Share()
			flagged(w, x, true)
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

func listLength(_ *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	w[0] = stack.FromInt(int64(w[0].AsVariant().Len()))
	return nil
}

func listReverse(_ *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	w[0] = stack.FromVariant(w[0].AsVariant().Reversed())
	return nil
}

// maxFields is the largest N of wrap-N.
const maxFields = 12

func variantWords() []Word {
	words := []Word{
		{Name: "variant.field-count", Effect: "( ..a Variant -- ..a Int )", Doc: "The number of fields.", Borrows: true, Run: listLength},
		{Name: "variant.tag", Effect: "( ..a Variant -- ..a Symbol )", Doc: "The tag; List for lists.", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
			w[0] = stack.FromSymbol(w[0].AsVariant().Tag)
			return nil
		}},
		{Name: "variant.field-at", Effect: "( ..a Variant Int -- ..a T )", Doc: "The field at an index from 0.", Borrows: true, MovesOut: "%variant.take-at", Peeks: "%variant.peek-at", Traits: types.EndsContainer, Run: func(_ *vm.Strand, w []stack.Value) error {
			if err := hasField(w); err != nil {
				return err
			}
			return field(w, int(w[1].AsInt()))
		}},
		{Name: "variant.first", Effect: "( ..a Variant -- ..a T )", Doc: "The first field.", Borrows: true, Peeks: "%variant.peek-first", Run: func(_ *vm.Strand, w []stack.Value) error { return field(w, 0) }},
		{Name: "variant.last", Effect: "( ..a Variant -- ..a T )", Doc: "The last field.", Borrows: true, Peeks: "%variant.peek-last", Run: func(_ *vm.Strand, w []stack.Value) error { return field(w, w[0].AsVariant().Len()-1) }},
		{Name: "variant.init", Effect: "( ..a Variant -- ..a Variant )", Doc: "All fields but the last.", Run: func(_ *vm.Strand, w []stack.Value) error {
			v := w[0].AsVariant()
			if v.Len() == 0 {
				return errNoFields
			}
			w[0] = stack.FromVariant(v.Init())
			return nil
		}},
		{Name: "variant.append", Effect: "( ..a Variant T -- ..a Variant )", Doc: "One field more at the end.", Run: listPush},
	}
	words = slices.Grow(words, 2*(maxFields+1))
	fields := ""
	for n := 0; n <= maxFields; n++ {
		number := strconv.Itoa(n)
		if n > 0 {
			fields += "T" + number + " "
		}
		for _, name := range []string{"wrap-", "variant.make-"} {
			words = append(words, Word{
				Name: name + number, Effect: "( ..a " + fields + "Symbol -- ..a Variant )",
				Doc: "A variant with a tag and " + number + " fields.", Traits: types.Constructs,
				Run: func(_ *vm.Strand, w []stack.Value) error {
					w[0] = stack.FromVariant(stack.NewVariant(w[n].AsSymbol(), w[:n]))
					return nil
				},
			})
		}
	}
	return words
}

var errNoFields = vm.Fail("the variant has no fields")

// hasField tells whether the variant in w[0] has a field at the index in w[1].
func hasField(w []stack.Value) error {
	if i, n := w[1].AsInt(), w[0].AsVariant().Len(); i < 0 || i >= int64(n) {
		return vm.Fail("the index %d is out of range, the variant has %d fields", i, n)
	}
	return nil
}

// field leaves field i of w[0].
func field(w []stack.Value, i int) error {
	v := w[0].AsVariant()
	if v.Len() == 0 {
		return errNoFields
	}
	w[0] = v.At(i)
	w[0].Share()
	return nil
}
