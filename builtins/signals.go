package builtins

import (
	"slices"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/signals"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// signalWords: chapter 5, section 12, and chapter 6, section 9.
func signalWords() []Word {
	words := []Word{
		{Name: "signal.trap", Effect: "( ..a Int -- ..a )", Needs: sandbox.SysSignal, Doc: "From now on the signal only sets its flag.", Run: setSignal((*signals.Table).Trap)},
		{Name: "signal.received?", Effect: "( ..a Int -- ..a Bool )", Doc: "The flag of a signal, which is cleared.", Run: askSignal((*signals.Table).Received)},
		{Name: "signal.pending?", Effect: "( ..a Int -- ..a Bool )", Doc: "The flag of a signal, which stays.", Run: askSignal((*signals.Table).Pending)},
		{Name: "signal.clear", Effect: "( ..a Int -- ..a )", Doc: "Clears the flag of a signal.", Run: setSignal((*signals.Table).Clear)},
		{Name: "signal.default", Effect: "( ..a Int -- ..a )", Needs: sandbox.SysSignal, Doc: "Gives the signal the default action of the system.", Run: setSignal((*signals.Table).Default)},
		{Name: "signal.ignore", Effect: "( ..a Int -- ..a )", Needs: sandbox.SysSignal, Doc: "Makes the system ignore the signal.", Run: setSignal((*signals.Table).Ignore)},
	}
	first := len(words)
	for name, number := range signals.Numbers {
		words = append(words, Word{Name: "signal." + name, Effect: "( ..a -- ..a Int )", Doc: "The number of " + name + ".", Run: constant(stack.FromInt(number))})
	}
	slices.SortFunc(words[first:], func(a, b Word) int {
		return int(signals.Numbers[a.Name[len("signal."):]] - signals.Numbers[b.Name[len("signal."):]])
	})
	return words
}

func setSignal(f func(*signals.Table, int64) error) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		return outcome(f(s.VM().Console.Signals(), w[0].AsInt()))
	}
}

func askSignal(f func(*signals.Table, int64) (bool, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		flag, err := f(s.VM().Console.Signals(), w[0].AsInt())
		w[0] = stack.FromBool(flag)
		return outcome(err)
	}
}
