package analysis

import (
	"iter"
	"path/filepath"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/tools/doc"
)

// Meaning is what a name means in a program.
type Meaning struct {
	Name   string
	Effect string        // with its row, such as "( ..a Int -- ..a Int )"; "" if it is not known
	Types  *types.Effect // the same; nil if it is not known, or depends on the operands
	Module *load.Module  // that has it; nil for a built-in word
	// Word or Union and Variant have the definition; none of a built-in word.
	Word    *syntax.Word
	Union   *syntax.Union
	Variant *syntax.Variant
	Builtin int32 // of a built-in word
}

// Place returns where the name is defined, with its colon if it is a word, and the whole definition; ok is false for a built-in word.
func (m *Meaning) Place() (start, end, wholeStart, wholeEnd int32, ok bool) {
	switch {
	case m.Word != nil:
		return m.Word.Pos, m.Word.Name.End, m.Word.Pos, m.Word.End, true
	case m.Variant != nil:
		return m.Variant.Name.Pos, m.Variant.Name.End, m.Union.Pos, m.Union.End, true
	case m.Union != nil:
		return m.Union.Name.Pos, m.Union.Name.End, m.Union.Pos, m.Union.End, true
	}
	return 0, 0, 0, 0, false
}

// Own tells whether the name is defined in the document.
func (s *Snapshot) Own(m *Meaning) bool { return m.Module != nil && m.Module == s.Main() }

// From says where a name that is not defined in the document comes from: "std:json", a path relative to the document's folder, or "" for a built-in word.
func (s *Snapshot) From(m *Meaning) string {
	switch {
	case m.Module == nil:
		return ""
	case m.Module.Name.Name != "":
		return m.Module.Name.String()
	}
	if path, err := filepath.Rel(filepath.Dir(s.Doc.Path), m.Module.Source.Name); err == nil {
		return filepath.ToSlash(path)
	}
	return m.Module.Source.Name
}

// said is what the documentation says of words, by module (as an include names it, "" of built-in words) and name.
var said = sync.OnceValue(func() map[[2]string]*doc.Word {
	words := map[[2]string]*doc.Word{}
	for _, section := range doc.Sections() {
		for i := range section.Words {
			words[[2]string{section.Module, section.Words[i].Name}] = &section.Words[i]
		}
	}
	return words
})

// Said returns what is said of a name, with an example and what that leaves, if there is one.
func (s *Snapshot) Said(m *Meaning) (text string, examples []doc.Example) {
	if m.Module == nil || m.Module.Supplied {
		if w := said()[[2]string{s.From(m), m.Name}]; w != nil {
			if w.Example != "" {
				examples = []doc.Example{{Code: w.Example, Result: w.Result}}
			}
			return w.Doc, examples
		}
	}
	if start, _, _, _, ok := m.Place(); ok {
		return doc.Remark(m.Module.Source, start)
	}
	return "", nil
}

// Called returns what a call in a definition of the document means; false if that is not known.
func (s *Snapshot) Called(st *syntax.Stmt) (Meaning, bool) { return s.CalledIn(0, st) }

// CalledIn is Called for a call in a file of the program, by its number there.
func (s *Snapshot) CalledIn(module int, st *syntax.Stmt) (Meaning, bool) {
	if module < len(s.Info.Calls) && int(st.ID) < len(s.Info.Calls[module]) {
		if call := &s.Info.Calls[module][st.ID]; call.Target != types.TargetNone {
			return s.target(call), true
		}
	}
	return s.Named(st.Text)
}

// target is the meaning of a call that is resolved.
func (s *Snapshot) target(call *types.Call) Meaning {
	switch call.Target {
	case types.TargetBuiltin:
		return s.builtin(call.Index)
	case types.TargetWord:
		return s.word(s.Info.Words[call.Index])
	}
	v := s.Info.Variants[call.Index]
	name := v.Decl.Words()[0]
	switch call.Target {
	case types.TargetIs:
		name = v.Decl.Words()[1]
	case types.TargetAccess:
		name = v.Decl.Words()[2+call.Field]
	}
	m := Meaning{Name: name, Types: s.Info.EffectOfCall(call), Module: s.Info.Program.Modules[v.Union.Module], Union: v.Union.Decl, Variant: v.Decl}
	m.Effect = m.Types.Full()
	return m
}

func (s *Snapshot) word(w *types.Word) Meaning {
	m := Meaning{Name: w.Decl.Name.Text, Types: w.Effect, Module: s.Info.Program.Modules[w.Module], Word: w.Decl}
	if w.Effect != nil {
		m.Effect = w.Effect.Full()
	}
	return s.written(m)
}

// written takes the effect of a word as it is written if the checker knows none.
func (s *Snapshot) written(m Meaning) Meaning {
	if m.Effect == "" && m.Word != nil && !m.Word.Effect.Missing {
		m.Effect = m.Module.Source.Text[m.Word.Effect.Pos:m.Word.Effect.End]
	}
	return m
}

// WordOf returns the meaning of the name that a definition of the document gives.
func (s *Snapshot) WordOf(decl *syntax.Word) Meaning {
	if w := s.Checked(decl); w != nil {
		return s.word(w)
	}
	return s.written(Meaning{Name: decl.Name.Text, Module: s.Main(), Word: decl})
}

// declared are the effects of the built-in words as they are documented: with the letters of their variables.
var declared = sync.OnceValue(func() map[string]string {
	effects := map[string]string{}
	for _, family := range builtins.Families() {
		for i := range family.Words {
			effects[family.Words[i].Name] = family.Words[i].Effect
		}
	}
	return effects
})

func (s *Snapshot) builtin(index int32) Meaning {
	table := s.Builtins()
	m := Meaning{Name: table.Name(index), Types: table.Effect(index), Builtin: index}
	if m.Effect = declared()[m.Name]; m.Effect == "" {
		m.Effect = m.Types.Full()
	}
	return m
}

// Named returns what a name means by itself; false if it means nothing, or an operator, which its operands decide on.
func (s *Snapshot) Named(name string) (Meaning, bool) {
	if i, ok := s.Builtins().Lookup(name); ok && !stdlib.Private(name) {
		return s.builtin(i), true
	}
	return s.defined(name)
}

// defined returns what a name that the program defines means.
func (s *Snapshot) defined(name string) (m Meaning, ok bool) {
	if s.Info.Looked() {
		call, ok := s.Info.Named(0, name)
		if !ok {
			return m, false
		}
		return s.target(&call), true
	}
	if s.names == nil { // names clash
		s.names = map[string]Name{}
		for n := range s.Names() {
			if _, again := s.names[n.Text]; !again {
				s.names[n.Text] = n
			}
		}
	}
	n, ok := s.names[name]
	if !ok {
		return m, false
	}
	return n.Meaning(), true
}

// Name is a name that the program defines and the document can call.
type Name struct {
	Text string
	// Inputs are the same for names whose words take the same.
	Inputs string

	in     *Snapshot
	module *load.Module
	word   *syntax.Word
	union  *syntax.Union
	part   *syntax.Variant // that brings the word
	number int             // of the word among those
}

// Own tells whether the name is defined in the document.
func (n *Name) Own() bool { return n.module == n.in.Main() }

// Is tells whether a meaning of the name is what is defined here: a word of another file may have taken its place.
func (n *Name) Is(m *Meaning) bool {
	return m.Module == n.module && m.Word == n.word && m.Union == n.union
}

// Defines tells whether the program defines a name that the document can call.
func (s *Snapshot) Defines(name string) bool {
	_, ok := s.defined(name)
	return ok
}

// Names goes through the names that the program defines and the document can call. One that is there twice comes twice.
func (s *Snapshot) Names() iter.Seq[Name] {
	return func(yield func(Name) bool) {
		for _, module := range s.Info.Program.Modules {
			if !module.OldWords() && !s.namesIn(module, yield) {
				return
			}
		}
	}
}

// namesIn goes through those of a file; false if nobody wants more.
func (s *Snapshot) namesIn(module *load.Module, yield func(Name) bool) bool {
	for _, u := range module.Unions {
		for i := range u.Variants {
			for number, name := range u.Variants[i].Words() {
				n := Name{Text: name, Inputs: u.Name.Text, in: s, module: module, union: u, part: &u.Variants[i], number: number}
				if number == 0 {
					n.Inputs = name // of a kind of its own
				}
				if !yield(n) {
					return false
				}
			}
		}
	}
	for _, decl := range module.Words {
		if module.Private(decl.Name.Text) {
			continue
		}
		n := Name{Text: decl.Name.Text, in: s, module: module, word: decl}
		if n.Inputs = decl.Name.Text; !decl.Effect.Missing {
			n.Inputs = module.Source.Text[decl.Effect.Pos:decl.Effect.End]
		}
		if !yield(n) {
			return false
		}
	}
	return true
}

// Meaning is what the name means.
func (n *Name) Meaning() Meaning {
	s := n.in
	if s.Info.Looked() {
		if m, ok := s.defined(n.Text); ok {
			return m
		}
	}
	if n.word != nil {
		return s.written(Meaning{Name: n.Text, Module: n.module, Word: n.word})
	}
	return Meaning{Name: n.Text, Module: n.module, Union: n.union, Variant: n.part}
}

// Unions returns those of the program.
func (s *Snapshot) Unions() (list []Meaning) {
	for _, module := range s.Info.Program.Modules {
		for _, u := range module.Unions {
			list = append(list, Meaning{Name: u.Name.Text, Module: module, Union: u})
		}
	}
	return list
}

// IsShuffle tells whether a meaning is a word that only moves values.
func (s *Snapshot) IsShuffle(m *Meaning) bool {
	return m.Module == nil && s.Builtins().Signature(m.Builtin).Shuffle != nil
}

// Markdown is what is said of a meaning, for people: the effect, the text, where it comes from, an example.
func (s *Snapshot) Markdown(m *Meaning) string {
	var b strings.Builder
	b.WriteString("```seq\n")
	if m.Module != nil {
		b.WriteString(": ")
	}
	b.WriteString(strings.TrimSpace(m.Name+" "+m.Effect) + "\n```\n")
	text, examples := s.Said(m)
	if text != "" {
		b.WriteString("\n" + text + "\n")
	}
	switch {
	case m.Module == nil:
		b.WriteString("\nBuilt-in\n")
	case s.Own(m):
		b.WriteString("\nDefined in this file\n")
	default:
		b.WriteString("\nFrom " + s.From(m) + "\n")
	}
	for _, e := range examples {
		b.WriteString("\n```seq\n" + e.Code)
		if e.Result != "" {
			b.WriteString("   # " + e.Result)
		}
		b.WriteString("\n```\n")
	}
	return b.String()
}

// AboutModule says what a supplied module is for.
func AboutModule(m stdlib.Module) string {
	for _, section := range doc.FindModules(m.String()) {
		return section.Doc
	}
	return ""
}
