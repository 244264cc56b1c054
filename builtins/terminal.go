package builtins

import (
	"github.com/seqvm/seqvm/host/console"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// terminalWords: chapter 6, section 8.
var terminalWords = []Word{
	{Name: "terminal.raw-mode", Effect: "( ..a Bool -- ..a )", Needs: sandbox.SysTerminal, Doc: "Switches raw mode of the terminal on or off.", Run: func(s *vm.Strand, w []stack.Value) error {
		s.VM().Console.RawMode(w[0].AsBool())
		return nil
	}},
	{Name: "terminal.read-char", Effect: "( ..a -- ..a Int )", Doc: "The next byte of the input, waiting for it; -1 at its end.", Run: func(s *vm.Strand, w []stack.Value) error {
		input(s, func(c *console.Console) { w[0] = stack.FromInt(c.ReadChar()) })
		return nil
	}},
	{Name: "terminal.read-char?", Effect: "( ..a -- ..a Int )", Doc: "The next byte of the input if there is one now, else -1.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(s.VM().Console.Poll())
		return nil
	}},
	{Name: "terminal.width", Effect: "( ..a -- ..a Int )", Doc: "The columns of the terminal; 80 if unknown.", Run: func(s *vm.Strand, w []stack.Value) error {
		width, _ := s.VM().Console.Terminal().Size()
		w[0] = stack.FromInt(int64(width))
		return nil
	}},
	{Name: "terminal.height", Effect: "( ..a -- ..a Int )", Doc: "The rows of the terminal; 24 if unknown.", Run: func(s *vm.Strand, w []stack.Value) error {
		_, height := s.VM().Console.Terminal().Size()
		w[0] = stack.FromInt(int64(height))
		return nil
	}},
	{Name: "terminal.flush", Effect: "( ..a -- ..a )", Doc: "Makes all output visible.", Run: func(s *vm.Strand, _ []stack.Value) error {
		s.VM().Console.Flush()
		return outcome(s.VM().Console.Err())
	}},
}
