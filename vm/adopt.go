package vm

import (
	"github.com/seqvm/seqvm/stack"
)

// maxAdopted is how many values are copied into another VM.
const maxAdopted = 1 << 22

// Adopt returns a copy of a value of another VM whose program has unions and variants of the same names. quotation is the function that stands for
// one of the other program, if there is one. Channels are those of the other VM.
func (v *VM) Adopt(x stack.Value, quotation func(function int32) (int32, bool)) (stack.Value, error) {
	a := adoption{img: v.image.Load(), quotation: quotation, left: maxAdopted}
	return a.value(x)
}

type adoption struct {
	img       *image
	quotation func(int32) (int32, bool)
	left      int
}

func (a *adoption) value(x stack.Value) (stack.Value, error) {
	if a.left--; a.left < 0 {
		return x, Fail("the value is too large to be copied")
	}
	switch x.Kind() {
	case stack.String:
		x.Share()
		return x.Promote(), nil
	case stack.Symbol:
		return stack.FromSymbol(a.img.tag(x.AsSymbol().Name)), nil
	case stack.Variant:
		fields, err := a.values(x.AsVariant().Fields())
		if tag := x.AsVariant().Tag; tag != stack.ListTag {
			return stack.FromVariant(stack.NewVariant(a.img.tag(tag.Name), fields)), err
		}
		return stack.FromList(fields), err
	case stack.Map:
		m := stack.NewMap()
		for key, value := range x.AsMap().All() {
			k, err := a.value(key)
			if err != nil {
				return x, err
			}
			if value, err = a.value(value); err != nil {
				return x, err
			}
			m = m.Set(k, value)
		}
		return stack.FromMap(m), nil
	case stack.Quotation:
		function, ok := a.quotation(x.AsClosure().Func)
		if !ok {
			return x, Fail("a quotation of the program cannot be taken along")
		}
		captures, err := a.values(x.AsClosure().Captures)
		return stack.FromClosure(&stack.Closure{Func: function, Captures: captures}), err
	case stack.Weave, stack.Builder:
		return x, Fail("%s cannot be taken along", x.Kind())
	}
	return x, nil
}

func (a *adoption) values(list []stack.Value) ([]stack.Value, error) {
	if list == nil {
		return nil, nil
	}
	copied := make([]stack.Value, len(list))
	for i, x := range list {
		var err error
		if copied[i], err = a.value(x); err != nil {
			return nil, err
		}
	}
	return copied, nil
}
