package load

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
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
	// Loaded: it is a file, and words of the files that it includes replace earlier
	// ones as its own do.
	Loaded  bool
	Program string
	seen    map[string]bool
}

// Input loads an input. name is what diagnostics call it; its includes are
// relative to the folder dir. The session knows nothing of it until Keep.
func (s *Session) Input(name, text, dir string) (*Input, diag.List) {
	return s.InputIn(name, text, dir, syntax.InputDialect(text))
}

// InputIn is Input for a text whose dialect is known.
func (s *Session) InputIn(name, text, dir string, dialect syntax.Dialect) (*Input, diag.List) {
	l := newLoader(s.Options)
	maps.Copy(l.seen, s.seen)
	in, problems := s.input(l, name, text, dir, dialect)
	if w := in.takeMain(); w != nil {
		file := in.Modules[0]
		problems = append(problems, &diag.Diagnostic{Code: "input-main", Span: file.Span(w.Pos, w.Name.End), Message: "an input cannot define 'main': that is what the inputs of a session make up",
			Help: []string{"give the word another name, or enter what is in it"}})
	}
	return in, problems
}

// takeMain takes the word main out of an input.
func (in *Input) takeMain() *syntax.Word {
	file := in.Modules[0].File
	i := slices.IndexFunc(file.Words, func(w *syntax.Word) bool { return w.Name.Text == syntax.Main })
	if i < 0 {
		return nil
	}
	w := file.Words[i]
	file.Words = slices.Delete(file.Words, i, i+1)
	return w
}

// File loads a file as an input. What it includes is read again; modules that are
// included by name and that the session has are not. The body of its main is Program.
func (s *Session) File(path string) (*Input, diag.List) {
	l := newLoader(s.Options)
	for key := range s.seen {
		_, l.seen[key] = stdlib.ParseModule(key)
	}
	text, err := l.read(path)
	if err != nil {
		return nil, diag.List{{Code: "unreadable", Message: fmt.Sprintf("cannot read '%s': %s", path, reason(err))}}
	}
	l.seen[resolve(path)] = true
	source := diag.NewSource(path, text)
	dialect := syntax.InputDialect(source.Text)
	if e := syntax.FindDialect(source); e.Decided {
		dialect = e.Dialect
	}
	in, problems := s.input(l, path, source.Text, folder(path), dialect)
	in.Loaded = true
	if w := in.takeMain(); w != nil {
		in.Program = source.Text[w.Effect.End : w.End-1]
	}
	return in, problems
}

func (s *Session) input(l *loader, name, text, dir string, dialect syntax.Dialect) (*Input, diag.List) {
	if d, ok := syntax.ParseDialect(s.Dialect); ok {
		l.forced, dialect = &d, d
	}
	source := diag.NewSource(name, text)
	file, main, errs := syntax.ParseInput(source, dialect)
	l.errors = append(l.errors, errs...)
	l.prog.Modules = []*Module{{File: file, Decided: true}}
	l.includes(l.prog.Modules[0], func() string { return dir })
	l.shareHashNames()
	if l.prog.ReadsOldLines() && !l.seen[OldLines] {
		l.seen[OldLines] = true
		l.prog = l.prog.WithOldWords(OldLines)
	}
	return &Input{Modules: l.prog.Modules, Main: main, seen: l.seen}, l.errors
}

// Keep notes what an input has included: it is not loaded again.
func (s *Session) Keep(in *Input) { s.seen = in.seen }
