package builtins

import (
	"time"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// channelModuleWords are what vm:channels is built on (docs/modules.md).
var channelModuleWords = []Word{
	{Name: "%channels.bounded", Effect: "( ..a Int -- ..a Channel )", Doc: "A new channel that holds at most so many values.", Run: func(s *vm.Strand, w []stack.Value) error {
		n := w[0].AsInt()
		if n < 0 {
			return vm.Fail("the limit must not be negative, got %d", n)
		}
		w[0] = vm.Waits{Strand: s}.MadeFor(channel.Bounded(int(n)))
		return nil
	}},
	{Name: "%channels.after", Effect: "( ..a Int -- ..a Channel )", Doc: "A new channel that has one value after so many milliseconds.", Run: func(s *vm.Strand, w []stack.Value) error {
		d, err := timeLimit(w[0])
		if err != nil {
			return err
		}
		w[0] = vm.Waits{Strand: s}.MadeFor(channel.After(d))
		return nil
	}},
	{Name: "%channels.ticker", Effect: "( ..a Int -- ..a Channel )", Doc: "A new channel that has a value every so many milliseconds.", Run: func(s *vm.Strand, w []stack.Value) error {
		if ms := w[0].AsInt(); ms <= 0 {
			return vm.Fail("the interval must be at least 1 millisecond, got %d", ms)
		}
		w[0] = vm.Waits{Strand: s}.MadeFor(channel.Ticker(milliseconds(w[0].AsInt())))
		return nil
	}},
	{Name: "%channels.topic", Effect: "( ..a -- ..a Channel )", Doc: "A new channel whose values go to all that subscribe to it.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = vm.Waits{Strand: s}.MadeFor(channel.Topic())
		return nil
	}},
	{Name: "%channels.subscribe", Effect: "( ..a Channel -- ..a Channel )", Doc: "A new channel that gets what is sent to a topic.", Run: func(s *vm.Strand, w []stack.Value) error {
		c, ok := channelOf(w[0]).Subscribe()
		if !ok {
			return vm.Fail("the channel is no topic: only what channels.topic has made has subscriptions")
		}
		w[0] = vm.Waits{Strand: s}.MadeFor(c)
		return nil
	}},
	{Name: "%channels.length", Effect: "( ..a Channel -- ..a Int )", Doc: "How many values wait in a channel.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(int64(channelOf(w[0]).Length()))
		return nil
	}},
	{Name: "%channels.try-receive", Effect: "( ..a Channel -- ..a Variant )", Doc: "Receives without waiting.", Run: func(s *vm.Strand, w []stack.Value) error {
		o, v := vm.Waits{Strand: s}.TryReceive(channelOf(w[0]))
		w[0] = received(vm.Waits{Strand: s}, vm.Choice{Index: chosen(o), Open: o == channel.Done, Value: v})
		return nil
	}},
	{Name: "%channels.receive-within", Effect: "( ..a Channel Int -- ..a Variant )", Doc: "Receives, and waits for at most so many milliseconds.", Run: func(s *vm.Strand, w []stack.Value) error {
		c, err := single(s, channel.Case{Channel: channelOf(w[0])}, w[1])
		if err == nil {
			w[0] = received(vm.Waits{Strand: s}, c)
		}
		return err
	}},
	{Name: "%channels.try-send", Effect: "( ..a T Channel -- ..a Variant )", Doc: "Sends without waiting.", Run: func(s *vm.Strand, w []stack.Value) error {
		o := vm.Waits{Strand: s}.TrySend(channelOf(w[1]), w[0].Promote())
		w[0] = sent(vm.Waits{Strand: s}, vm.Choice{Index: chosen(o), Open: o == channel.Done})
		return nil
	}},
	{Name: "%channels.send-within", Effect: "( ..a T Channel Int -- ..a Variant )", Doc: "Sends, and waits for at most so many milliseconds.", Run: func(s *vm.Strand, w []stack.Value) error {
		c, err := single(s, channel.Case{Channel: channelOf(w[1]), Send: true, Value: w[0].Promote()}, w[2])
		if err == nil {
			w[0] = sent(vm.Waits{Strand: s}, c)
		}
		return err
	}},
	{Name: "%channels.select", Effect: "( ..a Variant -- ..a Variant )", Doc: "Carries out one of several cases.", Run: func(s *vm.Strand, w []stack.Value) error {
		return selectCase(s, w, -1)
	}},
	{Name: "%channels.select-within", Effect: "( ..a Variant Int -- ..a Variant )", Doc: "Carries out one of several cases, and waits for at most so many milliseconds.", Run: func(s *vm.Strand, w []stack.Value) error {
		limit, err := timeLimit(w[1])
		if err != nil {
			return err
		}
		return selectCase(s, w, limit)
	}},
}

// timeLimit is a number of milliseconds that must not be negative.
func timeLimit(ms stack.Value) (time.Duration, error) {
	if n := ms.AsInt(); n < 0 {
		return 0, vm.Fail("the time must not be negative, got %d", n)
	}
	return milliseconds(ms.AsInt()), nil
}

// chosen is the index of the only case of a word that does not wait.
func chosen(o channel.Outcome) int {
	if o == channel.Blocked {
		return channel.Elapsed
	}
	return 0
}

// single carries out a case within a time.
func single(s *vm.Strand, c channel.Case, ms stack.Value) (vm.Choice, error) {
	limit, err := timeLimit(ms)
	if err != nil {
		return vm.Choice{}, err
	}
	waits := vm.Waits{Strand: s}
	if t, fresh := waits.Cases(); fresh {
		t.Only(c)
	}
	return waits.Choose(limit)
}

// received is what a word that receives from one channel leaves.
func received(s vm.Waits, c vm.Choice) stack.Value {
	switch {
	case c.Index == channel.Elapsed:
		return s.Outcome("None")
	case c.Open:
		return s.Outcome("Some", c.Value)
	default:
		return s.Outcome("Closed")
	}
}

// sent is what a word that sends to one channel leaves.
func sent(s vm.Waits, c vm.Choice) stack.Value {
	switch {
	case c.Index == channel.Elapsed:
		return s.Outcome("Full")
	case c.Open:
		return s.Outcome("Sent")
	default:
		return s.Outcome("Closed")
	}
}

// selected is what a word that chooses from cases leaves.
func selected(s vm.Waits, c vm.Choice) stack.Value {
	index := stack.FromInt(int64(c.Index))
	switch {
	case c.Index == channel.Elapsed:
		return s.Outcome("None")
	case !c.Open:
		return s.Outcome("Closed", index)
	case c.Send:
		return s.Outcome("Sent", index)
	default:
		return s.Outcome("Received", index, c.Value)
	}
}

// selectCase carries out one of a list of cases and leaves which, and what came of it.
func selectCase(s *vm.Strand, w []stack.Value, limit time.Duration) error {
	waits := vm.Waits{Strand: s}
	if t, fresh := waits.Cases(); fresh {
		list := w[0].AsVariant()
		if list.Tag != stack.ListTag {
			return vm.Mismatch("a list of cases", w[0])
		}
		if i := t.From(list); i >= 0 {
			return vm.Fail("case %d is neither a Channel to receive from nor what channels.sending makes, but %s", i, vm.Describe(list.At(i)))
		}
	}
	c, err := waits.Choose(limit)
	if err == nil {
		w[0] = selected(waits, c)
	}
	return err
}

func channelOf(v stack.Value) *channel.Channel { return (*channel.Channel)(v.Object()) }
