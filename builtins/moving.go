package builtins

import (
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// movingWords take parts out of containers, or only look at them. The compiler puts them in place of the words
// whose rows name them (Word.MovesOut, Word.Peeks), where nobody looks at the part in the container any more, or
// nothing changes an object as long as the part is looked at.
var movingWords = []Word{
	{Name: "%map.take", Effect: "( ..a M K -- ..a V Bool )", Doc: "As map.get, of a value that is set anew before anybody looks at it.", Flag: "whether the key is there", MovesOut: "%map.take", Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := mapAndKey(w); err != nil {
			return err
		}
		v, ok := w[0].AsMap().Take(w[1])
		if !ok {
			v = stack.FromInt(0)
		}
		flagged(w, v, ok)
		return nil
	}},
	{Name: "%map.peek", Effect: "( ..a M K -- ..a V Bool )", Doc: "As map.get, of a value that is only looked at.", Flag: "whether the key is there", Borrows: true, MovesOut: "%map.take", Run: func(s *vm.Strand, w []stack.Value) error {
		object, err := lookUp(w)
		if object != nil {
			w[0] = peekedAt(s, *object)
		}
		return err
	}},
	{Name: "%variant.peek-at", Effect: "( ..a Variant Int -- ..a T )", Doc: "As variant.field-at, of a field that is only looked at.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		if err := hasField(w); err != nil {
			return err
		}
		w[0] = peekedAt(s, w[0].AsVariant().At(int(w[1].AsInt())))
		return nil
	}},
	{Name: "%variant.peek-first", Effect: "( ..a Variant -- ..a T )", Doc: "As variant.first, of a field that is only looked at.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		if w[0].AsVariant().Len() == 0 {
			return errNoFields
		}
		w[0] = peekedAt(s, w[0].AsVariant().At(0))
		return nil
	}},
	{Name: "%variant.peek-last", Effect: "( ..a Variant -- ..a T )", Doc: "As variant.last, of a field that is only looked at.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		n := w[0].AsVariant().Len()
		if n == 0 {
			return errNoFields
		}
		w[0] = peekedAt(s, w[0].AsVariant().At(n-1))
		return nil
	}},
	{Name: "%variant.take-at", Effect: "( ..a Variant Int -- ..a T )", Doc: "As variant.field-at, of a variant that nobody looks at there any more.", Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := hasField(w); err != nil {
			return err
		}
		w[0], _ = w[0].AsVariant().Take(w[1].AsInt())
		return nil
	}},
}

// peekedAt is a part of a container that is only looked at, if the compiler says so.
func peekedAt(s *vm.Strand, part stack.Value) stack.Value {
	if !vm.Linear(s) {
		part.Share()
	}
	return part
}
