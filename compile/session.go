package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// Session compiles a program that grows by the inputs of an interactive session.
// Not safe for concurrent use.
//
// Callers of a late word call its slot's entry, a function without code for which
// the VM takes the code of the word's latest version. A version calls itself
// directly, with all that is known of it. When another version comes, the VM takes
// for its code that of the slot's trampoline, which calls the entry and vouches for
// what the old version promised.
type Session struct{ c *compiler }

// lateSlot is the functions that a slot's versions have in common.
type lateSlot struct {
	entry      int32
	trampoline int32 // -1: none has been needed
	current    int32 // the latest version
	direct     bool  // it calls itself directly
}

// NewSession compiles nothing yet. info is that of the checker's session.
func NewSession(info *types.Info) *Session {
	return &Session{newCompiler(info, Options{})}
}

// Added compiles what has come to the program since the last call. The module
// has everything from the start of the session; what it shares with earlier ones
// does not change. redirects are those that make the new words be called.
func (s *Session) Added(in *types.Input) (module *bytecode.Module, redirects []bytecode.Redirect) {
	c := s.c
	c.added()
	for _, w := range in.Words {
		if w.Late {
			redirects = append(redirects, c.enter(w)...)
		}
	}
	mod := *c.mod
	return &mod, redirects
}

// enter makes a word the latest version of its slot.
func (c *compiler) enter(w *types.Word) (redirects []bytecode.Redirect) {
	slot, f := c.slots[w.Slot], c.functions[w.Index]
	facts := &c.words[w.Index]
	direct := !facts.row && !facts.leaky
	if c.mod.Funcs[slot.entry].Name == "" {
		body := &c.mod.Funcs[f]
		c.mod.Funcs[slot.entry] = bytecode.Func{
			Name: body.Name, Effect: body.Effect, File: body.File, Line: body.Line, In: body.In, Out: body.Out, Frame: body.Frame,
			Params: body.Params, Open: true, Word: true,
		}
	} else if slot.direct {
		if slot.trampoline < 0 {
			slot.trampoline = c.trampoline(slot.entry, facts)
		}
		redirects = append(redirects, bytecode.Redirect{From: slot.current, To: slot.trampoline})
	}
	slot.current, slot.direct = f, direct
	return append(redirects, bytecode.Redirect{From: slot.entry, To: f})
}

// Back returns the redirects that undo those of Added: the versions before are the
// latest ones again.
func (s *Session) Back(replaced, added []*types.Word) (redirects []bytecode.Redirect) {
	c := s.c
	for _, w := range slices.Backward(added) {
		i := slices.IndexFunc(replaced, func(old *types.Word) bool { return old.Slot == w.Slot })
		if !w.Late || i < 0 {
			continue
		}
		slot, old := c.slots[w.Slot], c.functions[replaced[i].Index]
		if slot.direct {
			redirects = append(redirects, bytecode.Redirect{From: slot.current, To: slot.trampoline})
		}
		facts := &c.words[replaced[i].Index]
		slot.current, slot.direct = old, !facts.row && !facts.leaky
		redirects = append(redirects, bytecode.Redirect{From: old, To: old}, bytecode.Redirect{From: slot.entry, To: old})
	}
	return redirects
}

// trampoline makes the function that stands for old versions of a late word. What
// it calls sees no stack but the arguments: callers that take the word for one
// that looks at nothing else have not put the rest in order.
func (c *compiler) trampoline(entry int32, facts *summary) int32 {
	n, m := int32(len(facts.inputs)), int32(len(facts.declared))
	before := max(n, m)
	window := before + 1
	var code []bytecode.Instr
	emit := func(op bytecode.Op, a, b, c int32) { code = append(code, bytecode.Instr{Op: op, A: a, B: b, C: c}) }
	emit(bytecode.OpIsolate, before, window, 0)
	for i := range n {
		emit(bytecode.OpMove, window+i, i, 0)
		if sharable(facts.inputs[i]) { // who calls the old version may rely on it only looking at the value
			emit(bytecode.OpShare, window+i, 0, 0)
		}
	}
	emit(bytecode.OpCall, window, entry, 0)
	emit(bytecode.OpExpect, window+m, 0, 0)
	for i, k := range facts.declared {
		if k != bytecode.KindAny {
			emit(bytecode.OpCheck, window+int32(i), int32(k), 0)
		}
		emit(bytecode.OpMove, int32(i), window+int32(i), 0)
	}
	emit(bytecode.OpRejoin, before, 0, 0)
	emit(bytecode.OpReturn, m, 0, 0)
	word := &c.mod.Funcs[entry]
	return c.add(bytecode.Func{
		Name: word.Name, File: -1, In: n, Out: m, Frame: window + max(n, m) + 1, Params: facts.inputs, Results: facts.declared, Code: code,
		Lines: []bytecode.Line{{Name: c.name(word.Name)}},
	})
}

// Function returns the function of a word's code.
func (s *Session) Function(w *types.Word) int32 { return s.c.functions[w.Index] }
