package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/types"
)

// Session compiles a program that grows by the inputs of an interactive session.
// Not safe for concurrent use.
//
// Callers of a late word call a function of one instruction, forward, which goes
// on in the word's code; whoever redefines the word changes that instruction.
type Session struct{ c *compiler }

// NewSession compiles nothing yet. info is that of the checker's session.
func NewSession(info *types.Info, table *types.Table, names []string) *Session {
	return &Session{c: newCompiler(info, table, names, Options{})}
}

// Redirect says that a forwarding function is to go on in another function.
type Redirect struct{ Entry, Function int32 }

// Added compiles what has come to the program since the last call. The module
// has everything from the start of the session; what it shares with earlier ones
// does not change. redirects are those that the new words of taken slots need.
func (s *Session) Added(in *types.Input) (module *bytecode.Module, redirects []Redirect) {
	c := s.c
	for _, w := range in.Words {
		if !w.Late {
			continue
		}
		if _, taken := c.slots[w.Slot]; !taken {
			c.slots[w.Slot] = c.function(int32(w.Index))
		}
	}
	c.added()
	for _, w := range in.Words {
		if !w.Late {
			continue
		}
		entry, f := c.slots[w.Slot], c.functions[w.Index]
		if c.mod.Funcs[entry].Code != nil {
			redirects = append(redirects, Redirect{Entry: entry, Function: f})
			continue
		}
		body := &c.mod.Funcs[f]
		c.mod.Funcs[entry] = bytecode.Func{
			Name: body.Name, Effect: body.Effect, File: body.File, Line: body.Line, In: body.In, Out: body.Out, Frame: max(body.In, body.Out, 1),
			Params: body.Params, Open: true, Word: true, Code: []bytecode.Instr{{Op: bytecode.OpForward, B: f}}, Lines: body.Lines[:min(len(body.Lines), 1)],
		}
	}
	mod := *c.mod
	return &mod, redirects
}

// Function returns the function of a word's code.
func (s *Session) Function(w *types.Word) int32 { return s.c.functions[w.Index] }

// Entry returns the function that callers of a word call.
func (s *Session) Entry(w *types.Word) int32 { return s.c.entry(int32(w.Index)) }
