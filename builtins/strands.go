package builtins

import (
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// strandsModuleWords are what vm:strands is built on.
var strandsModuleWords = []Word{
	{Name: "%strands.try", Effect: "( ..a [ ..a -- ..a T ] -- ..a Variant )", Doc: "Runs the quotation; :Ok of what it leaves, or :Err of the run-time error in it and the stack as before.", Rule: special(types.Try), Traits: onTheStack},
	{Name: "%strands.fail", Effect: "( ..a String -- ..a T )", Doc: "Fails with a reason.", Run: func(_ *vm.Strand, w []stack.Value) error {
		return vm.Fail("%s", w[0].AsString())
	}},
	{Name: "%strands.raise", Effect: "( ..a Variant -- ..a T )", Doc: "Fails with an error that a try has left.", Run: func(s *vm.Strand, w []stack.Value) error {
		return s.Raise(w[0].AsVariant())
	}},
	{Name: "%strands.error-text", Effect: "( ..a Variant -- ..a String )", Doc: "An error as its message.", Run: func(_ *vm.Strand, w []stack.Value) error {
		e, err := vm.ErrorOf(w[0].AsVariant())
		if err == nil {
			w[0] = stack.FromString(e.Error())
		}
		return err
	}},
	errorPart("word", "String", func(e *vm.RuntimeError) stack.Value { return stack.FromString(e.Word) }),
	errorPart("reason", "String", func(e *vm.RuntimeError) stack.Value { return stack.FromString(e.Reason) }),
	errorPart("place", "String", func(e *vm.RuntimeError) stack.Value {
		if len(e.Trail) == 0 {
			return stack.FromString("")
		}
		return stack.FromString(e.Trail[0].Place(false))
	}),
	errorPart("strand", "Int", func(e *vm.RuntimeError) stack.Value { return stack.FromInt(e.Strand) }),
}

// errorPart is the word that takes a part out of an error.
func errorPart(part, kind string, of func(*vm.RuntimeError) stack.Value) Word {
	return Word{Name: "%strands.error-" + part, Effect: "( ..a Variant -- ..a " + kind + " )", Doc: "A part of an error.", Run: func(_ *vm.Strand, w []stack.Value) error {
		e, err := vm.ErrorOf(w[0].AsVariant())
		if err == nil {
			w[0] = of(e)
		}
		return err
	}}
}
