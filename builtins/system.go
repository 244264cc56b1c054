package builtins

import (
	"github.com/seqvm/seqvm/seq/types"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/host/console"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var inputOutputWords = []Word{
	{Name: "io.write", Effect: "( ..a String -- ..a )", Doc: "Writes a string to stdout.", Run: func(s *vm.Strand, w []stack.Value) error {
		return write(s, w[0].AsString(), false)
	}},
	{Name: "io.write-line", Effect: "( ..a String -- ..a )", Doc: "Writes a string and a line end to stdout.", Run: func(s *vm.Strand, w []stack.Value) error {
		return write(s, w[0].AsString(), true)
	}},
	{Name: "io.read-line", Effect: "( ..a -- ..a String Bool )", Doc: "Reads a line with its line end; empty and false at the end of input.", Flag: "whether there was a line", Run: readLine},
	{Name: "io.read-n", Effect: "( ..a Int -- ..a String Int )", Doc: "Reads a number of bytes; 1 on top if all came, else 0.", Run: readN},
}

// write writes to stdout.
func write(s *vm.Strand, text string, newline bool) error {
	return outcome(s.VM().Console.WriteString(text, newline))
}

// outcome makes an error of what the host has the error of the word.
func outcome(err error) error {
	if err == nil {
		return nil
	}
	return vm.Fail("%v", err)
}

// input lets others run while the word waits for input; what was written is seen first.
func input(s *vm.Strand, read func(*console.Console)) {
	c := s.VM().Console
	c.Flush()
	s.BlockingUntil(nil, func() { read(c) }) // one reads at a time: the others keep no thread
}

// ioModuleWords are what vm:io is built on.
var ioModuleWords = []Word{
	{Name: "%io.error-line", Effect: "( ..a String -- ..a )", Doc: "Writes a string and a line end to stderr.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		text, c := w[0].AsString(), s.VM().Console                    // the strand waits, so its arena stays as it is
		s.BlockingUntil(nil, func() { err = c.WriteErrorLine(text) }) // as with the input
		return outcome(err)
	}},
	{Name: "%io.read-all", Effect: "( ..a -- ..a String Bool )", Doc: "All that is left of the input; empty and false if it cannot be read to its end.", Flag: "whether the input could be read to its end", Run: func(s *vm.Strand, w []stack.Value) error {
		var all []byte
		var err error
		input(s, func(c *console.Console) { all, err = c.ReadAll(s.Heed) })
		if err != nil {
			all = nil
		}
		flagged(w, stack.FromOwned(all), err == nil)
		return nil
	}},
}

func readLine(s *vm.Strand, w []stack.Value) error {
	var line []byte
	input(s, func(c *console.Console) { line = c.ReadLine(s.Heed) })
	ok := len(line) > 0
	if n := len(line); n >= 2 && line[n-1] == '\n' && line[n-2] == '\r' {
		line = append(line[:n-2], '\n')
	}
	flagged(w, s.Bytes(line), ok)
	return nil
}

// maxRead is the largest count of io.read-n (chapter 6, section 2).
const maxRead = 10 << 20

func readN(s *vm.Strand, w []stack.Value) error {
	n := w[0].AsInt()
	if n < 0 || n > maxRead {
		w[0], w[1] = stack.FromString(""), stack.FromInt(0)
		return nil
	}
	var b []byte
	input(s, func(c *console.Console) { b = c.ReadN(int(n), s.Heed) })
	status := int64(0)
	if int64(len(b)) == n {
		status = 1
	}
	w[0], w[1] = s.Bytes(b), stack.FromInt(status)
	return nil
}

// argumentWords: chapter 6, section 3.
var argumentWords = []Word{
	{Name: "args.count", Effect: "( ..a -- ..a Int )", Doc: "The number of arguments, the program included.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(int64(len(s.VM().Config().Args)))
		return nil
	}},
	{Name: "args.at", Effect: "( ..a Int -- ..a String )", Doc: "An argument by index; 0 is the program; empty past the last.", Run: func(s *vm.Strand, w []stack.Value) error {
		i, args := w[0].AsInt(), s.VM().Config().Args
		if i < 0 {
			return vm.Fail("the index must not be negative, got %d", i)
		}
		arg := ""
		if i < int64(len(args)) {
			arg = args[i]
		}
		w[0] = stack.FromString(arg)
		return nil
	}},
}

// socketWords prove that an Int is a Socket and the other way round; at run time
// they are the same.
var socketWords = []Word{
	{Name: "fd->socket", Effect: "( ..a Int -- ..a Socket )", Doc: "The Int as a Socket."},
	{Name: "socket->fd", Effect: "( ..a Socket -- ..a Int )", Doc: "The Socket as an Int."},
}

var strandWords = []Word{
	{Name: "strand.spawn", Effect: "( ..a [ ..s -- ..t ] -- ..a Int )", Doc: "Starts a strand with the quotation on a copy of the stack; leaves its id.", Rule: special(types.Spawn), Traits: onTheStack},
	{Name: "strand.weave", Effect: "( ..a [ ..s -- ..t ] -- ..a H )", Doc: "Makes a weave, a coroutine of the quotation on a copy of the stack; leaves its handle.", Rule: special(types.Weave), Traits: onTheStack},
	{Name: "strand.resume", Effect: "( ..a H T -- ..a H T Bool )", Doc: "Goes on with a weave, which gets the value; leaves what it yields and true, or 0 and false at its end.", Rule: special(types.Resume), Traits: types.FrameBound, Flag: "whether the weave yielded"},
	{Name: "yield", Effect: "( ..a C T -- ..a C T | Yield T )", Doc: "Gives a value to who resumed the weave; leaves what the next resume brings.", Rule: special(types.Yield), Traits: types.FrameBound},
	{Name: "strand.weave-cancel", Effect: "( ..a H -- ..a )", Doc: "Ends a weave.", Rule: special(types.Cancel), Traits: types.FrameBound},
	{Name: "chan.make", Effect: "( ..a -- ..a Channel )", Doc: "A new channel.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = vm.Waits{Strand: s}.Made(new(channel.Channel))
		return nil
	}},
	{Name: "chan.send", Effect: "( ..a T Channel -- ..a Bool )", Doc: "Appends a value to a channel; false if it is closed.", Flag: "whether the channel is open", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = w[0].Promote()
		return vm.Waits{Strand: s}.Send(channelOf(w[1]), w)
	}, Now: func(s *vm.Strand, w []stack.Value) bool {
		return vm.Waits{Strand: s}.SendNow(channelOf(w[1]), w)
	}},
	{Name: "chan.receive", Effect: "( ..a Channel -- ..a T Bool )", Doc: "Takes the oldest value, waiting for one; 0 and false if the channel is closed and empty.", Flag: "whether a value came", Run: func(s *vm.Strand, w []stack.Value) error {
		return vm.Waits{Strand: s}.Receive(channelOf(w[0]), w)
	}, Now: func(s *vm.Strand, w []stack.Value) bool {
		return vm.Waits{Strand: s}.ReceiveNow(channelOf(w[0]), w)
	}},
	{Name: "chan.close", Effect: "( ..a Channel -- ..a )", Doc: "Closes a channel.", Run: func(s *vm.Strand, w []stack.Value) error {
		vm.Waits{Strand: s}.Close(channelOf(w[0]))
		return nil
	}},
	{Name: "chan.yield", Effect: "( ..a -- ..a )", Doc: "Lets other strands run.", Run: func(s *vm.Strand, _ []stack.Value) error {
		return s.Yield()
	}},
}
