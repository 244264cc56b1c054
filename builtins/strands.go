package builtins

import (
	"strings"

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
		return vm.Tasks{Strand: s}.Raise(w[0].AsVariant())
	}},
	{Name: "%strands.error-text", Effect: "( ..a Variant -- ..a String )", Doc: "An error as its message.", Run: func(_ *vm.Strand, w []stack.Value) error {
		e, err := vm.ErrorOf(w[0].AsVariant())
		if err == nil {
			w[0] = stack.FromString(e.Error())
		}
		return err
	}},
	{Name: "%strands.start", Effect: "( ..a [ ..a -- ..b ] -- ..a Variant )", Doc: "Starts a strand with the quotation on a copy of the stack; leaves its task.", Rule: special(types.Start), Traits: onTheStack},
	{Name: "%strands.self", Effect: "( ..a -- ..a Int )", Doc: "The id of the strand.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(s.ID())
		return nil
	}},
	{Name: "%strands.task", Effect: "( ..a Variant -- ..a Int Channel )", Doc: "The id of a task, and the channel that is settled with its outcome.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		w[0], w[1], err = vm.Tasks{Strand: s}.Task(w[0])
		return err
	}},
	{Name: "%strands.cancel", Effect: "( ..a Variant -- ..a )", Doc: "Asks a task to end.", Run: func(s *vm.Strand, w []stack.Value) error { return vm.Tasks{Strand: s}.Cancel(w[0]) }},
	{Name: "%strands.let-go", Effect: "( ..a Variant -- ..a )", Doc: "Takes a task out of its scope, which does not wait for it any more.", Run: func(s *vm.Strand, w []stack.Value) error { return vm.Tasks{Strand: s}.LetGo(w[0]) }},
	{Name: "%strands.monitor", Effect: "( ..a Variant Channel -- ..a )", Doc: "Sends the end of a task to a channel.", Run: func(s *vm.Strand, w []stack.Value) error {
		return vm.Tasks{Strand: s}.Monitor(w[0], channelOf(w[1]))
	}},
	{Name: "%strands.unmonitor", Effect: "( ..a Variant Channel -- ..a Bool )", Doc: "Takes a monitor back.", Flag: "whether there was one", Run: func(s *vm.Strand, w []stack.Value) error {
		found, err := vm.Tasks{Strand: s}.Unmonitor(w[0], channelOf(w[1]))
		w[0] = stack.FromBool(found)
		return err
	}},
	{Name: "%strands.unlink", Effect: "( ..a Variant -- ..a )", Doc: "Unties the strand from a task.", Run: func(s *vm.Strand, w []stack.Value) error { return vm.Tasks{Strand: s}.Unlink(w[0]) }},
	{Name: "%strands.link", Effect: "( ..a Variant -- ..a )", Doc: "Ties the strand to a task.", Run: func(s *vm.Strand, w []stack.Value) error { return vm.Tasks{Strand: s}.Link(w[0]) }},
	{Name: "%strands.open-scope", Effect: "( ..a -- ..a )", Doc: "Begins a scope.", Run: func(s *vm.Strand, _ []stack.Value) error {
		vm.Tasks{Strand: s}.OpenScope()
		return nil
	}},
	{Name: "%strands.leave-scope", Effect: "( ..a Variant -- ..a Variant Channel )", Doc: "The body of the scope has ended; the channel is closed when its strands have.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		w[1], err = vm.Tasks{Strand: s}.LeaveScope(w[0])
		return err
	}},
	{Name: "%strands.close-scope", Effect: "( ..a Variant -- ..a Variant )", Doc: "Ends a scope.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		w[0], err = vm.Tasks{Strand: s}.CloseScope(w[0])
		return err
	}},
	{Name: "%strands.cancel-scope", Effect: "( ..a -- ..a )", Doc: "Asks the strands of the scope to end.", Run: func(s *vm.Strand, _ []stack.Value) error { return vm.Tasks{Strand: s}.CancelScope() }},
	{Name: "%strands.register", Effect: "( ..a String Channel -- ..a Bool )", Doc: "Gives a channel a name.", Flag: "whether the name was free", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(vm.Tasks{Strand: s}.Register(strings.Clone(w[0].AsString()), channelOf(w[1])))
		return nil
	}},
	{Name: "%strands.named", Effect: "( ..a String -- ..a Channel Bool )", Doc: "The channel of a name.", Flag: "whether there is one", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0], w[1] = vm.Tasks{Strand: s}.Named(w[0].AsString())
		return nil
	}},
	{Name: "%strands.unregister", Effect: "( ..a String -- ..a Bool )", Doc: "Takes a name away.", Flag: "whether there was one", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(s.VM().Unregister(w[0].AsString()))
		return nil
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
