package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Stepped compiles words of a program for a debugger.
type Stepped struct {
	// Redirects make each word be run in a second form, in which each statement has a step, by the index of the word (types.Info.Words).
	Redirects []bytecode.Redirect

	c     *compiler
	twins map[twin]int32 // the functions of that form
}

// twin is what functions have in common that are made from the same words of the program.
type twin struct {
	name               string
	file, line, column int32
}

func twinOf(f *bytecode.Func) twin { return twin{f.Name, f.File, f.Line, f.Column} }

// ForDebugger returns a program twice: as Program makes it, and with steps.
func ForDebugger(info *types.Info) (*bytecode.Module, *Stepped) {
	c := program(info, Options{})
	first := len(c.mod.Funcs)
	c.Steps = true
	s := &Stepped{Redirects: c.addPlain(), c: c, twins: map[twin]int32{}}
	for i := first; i < len(c.mod.Funcs); i++ {
		if f := &c.mod.Funcs[i]; f.Steps != nil {
			s.twins[twinOf(f)] = int32(i)
		}
	}
	return c.mod, s
}

// Some compiles a word in a third form, in which only the statements at some places have steps: what lies between those and calls is made as
// fast as it can be. Where the code has a step the frame is as in the second form.
//
// The module has more functions than the one before, twins are those of the second form by the added ones.
func (s *Stepped) Some(word int, stops func(pos int32) bool) (mod *bytecode.Module, function int32, twins map[int32]int32) {
	c, grown := s.c, *s.c.mod
	c.mod, c.stops = &grown, stops
	first, stepped := len(grown.Funcs), c.functions[word]
	function = c.function(c.info.Words[word], &c.words[word])
	c.functions[word] = function
	c.word(c.info.Words[word])
	c.functions[word], c.stops = stepped, nil
	twins = map[int32]int32{}
	for i := first; i < len(c.mod.Funcs); i++ {
		f := &c.mod.Funcs[i]
		if other, ok := s.twins[twinOf(f)]; ok {
			twins[int32(i)] = other
			f.Frame = max(f.Frame, c.mod.Funcs[other].Frame) // a frame may go on in that code
		}
	}
	return c.mod, function, twins
}

// begin notes that a statement begins, in plain code.
func (g *generator) begin(st *syntax.Stmt) {
	if g.stops == nil {
		g.layOutAll()
		g.step(st.Start(), st.End)
		return
	}
	stop := g.stops(st.Start())
	if stop || !g.staysHere(st) {
		g.layOutAll()
	}
	if stop {
		g.step(st.Start(), st.End)
		g.emit(bytecode.OpCover, bytecode.CoverProfile, 0, 0) // what is jumped to, or rewritten, is behind the step
		g.block = len(g.code)
	}
}

// staysHere tells whether a statement by itself calls nothing.
func (g *generator) staysHere(st *syntax.Stmt) bool {
	switch st.Kind {
	case syntax.StmtInt, syntax.StmtFloat, syntax.StmtBool, syntax.StmtString, syntax.StmtSymbol, syntax.StmtIf:
		return true
	case syntax.StmtCall:
		call := g.callInfo(st)
		if call.Target != types.TargetBuiltin || len(st.Inner) > 0 {
			return false
		}
		word := g.signature(call)
		_, intrinsic := intrinsics[g.table.Meaning(call.Index)]
		return word.Shuffle != nil || word.Special == types.ToAux || word.Special == types.FromAux || intrinsic && word.Combinator == nil && word.Special == types.Ordinary
	}
	return false
}
