package builtins

import (
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// movingWords take parts out of containers. The compiler puts them in place of the words whose
// rows name them (Word.MovesOut), where nobody looks at the part in the container any more.
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
	{Name: "%variant.take-at", Effect: "( ..a Variant Int -- ..a T )", Doc: "As variant.field-at, of a variant that nobody looks at there any more.", Run: func(_ *vm.Strand, w []stack.Value) error {
		if err := hasField(w); err != nil {
			return err
		}
		w[0], _ = w[0].AsVariant().Take(w[1].AsInt())
		return nil
	}},
}
