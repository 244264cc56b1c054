package builtins

import (
	"slices"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// signalWords: chapter 5, section 12, and chapter 6, section 9.
func signalWords() []Word {
	words := []Word{
		{Name: "signal.trap", Effect: "( ..a Int -- ..a )", Doc: "From now on the signal only sets its flag.", Run: setSignal((*scheduler.Signals).Trap)},
		{Name: "signal.received?", Effect: "( ..a Int -- ..a Bool )", Doc: "The flag of a signal, which is cleared.", Run: askSignal((*scheduler.Signals).Received)},
		{Name: "signal.pending?", Effect: "( ..a Int -- ..a Bool )", Doc: "The flag of a signal, which stays.", Run: askSignal((*scheduler.Signals).Pending)},
		{Name: "signal.clear", Effect: "( ..a Int -- ..a )", Doc: "Clears the flag of a signal.", Run: setSignal((*scheduler.Signals).Clear)},
		{Name: "signal.default", Effect: "( ..a Int -- ..a )", Doc: "Gives the signal the default action of the system.", Run: setSignal((*scheduler.Signals).Default)},
		{Name: "signal.ignore", Effect: "( ..a Int -- ..a )", Doc: "Makes the system ignore the signal.", Run: setSignal((*scheduler.Signals).Ignore)},
	}
	first := len(words)
	for name, number := range scheduler.SignalNumbers {
		words = append(words, Word{Name: "signal." + name, Effect: "( ..a -- ..a Int )", Doc: "The number of " + name + ".", Run: constant(stack.FromInt(number))})
	}
	slices.SortFunc(words[first:], func(a, b Word) int {
		return int(scheduler.SignalNumbers[a.Name[len("signal."):]] - scheduler.SignalNumbers[b.Name[len("signal."):]])
	})
	return words
}

func setSignal(f func(*scheduler.Signals, int64) error) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		if err := f(s.VM().Config().Signals, w[0].AsInt()); err != nil {
			return vm.Fail("%v", err)
		}
		return nil
	}
}

func askSignal(f func(*scheduler.Signals, int64) (bool, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		flag, err := f(s.VM().Config().Signals, w[0].AsInt())
		if err != nil {
			return vm.Fail("%v", err)
		}
		w[0] = stack.FromBool(flag)
		return nil
	}
}
