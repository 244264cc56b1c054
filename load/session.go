package load

import (
	"maps"

	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/syntax"
)

// Session loads a program bit by bit: the inputs of an interactive session, each
// with the files that it includes and that no input before has included. The
// zero value with its options set is ready; not safe for concurrent use.
type Session struct {
	Options
	seen map[string]bool
}

// Input is an input with what it includes.
type Input struct {
	Modules []*Module // the input itself first
	// Main has the statements outside of definitions; nil if there are none.
	Main *syntax.Word
	seen map[string]bool
}

// Input loads an input. name is what diagnostics call it; its includes are
// relative to the folder dir. The session knows nothing of it until Keep.
func (s *Session) Input(name, text, dir string) (*Input, diag.List) {
	l := newLoader(s.Options)
	maps.Copy(l.seen, s.seen)
	dialect := syntax.InputDialect(text)
	if d, ok := syntax.ParseDialect(s.Dialect); ok {
		l.forced, dialect = &d, d
	}
	source := diag.NewSource(name, text)
	source.Bytewise = true // an error at run time is shown in the line it comes from
	file, main, errs := syntax.ParseInput(source, dialect)
	l.errors = append(l.errors, errs...)
	l.prog.Modules = []*Module{{File: file, Decided: true}}
	l.includes(file, dir)
	l.shareHashNames()
	if l.prog.ReadsOldLines() && !l.seen[OldLines] {
		l.seen[OldLines] = true
		l.prog = l.prog.WithOldWords(OldLines)
	}
	return &Input{Modules: l.prog.Modules, Main: main, seen: l.seen}, l.errors
}

// Keep notes what an input has included: it is not loaded again.
func (s *Session) Keep(in *Input) { s.seen = in.seen }
