package repl

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/doc"
	"github.com/seqvm/seqvm/load"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/syntax"
	"github.com/seqvm/seqvm/types"
)

// MaxCandidates is how many completions are offered.
const MaxCandidates = 10

// Candidate is what the word before the cursor can become.
type Candidate struct {
	Text   string
	Effect string // "" for what is no word
}

// WordAt returns where the word starts that ends at a byte of a text.
func WordAt(text string, at int) (start int) {
	start = at
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:start])
		if unicode.IsSpace(r) || strings.ContainsRune("()[]{};,\"", r) {
			break
		}
		start -= n
	}
	return start
}

// Complete finds what the word before a byte of an input can become: at most
// MaxCandidates, in alphabetical order. start is where the word starts; none are
// found for an empty one.
func (s *Session) Complete(text string, at int) (start int, found []Candidate) {
	start = WordAt(text, at)
	prefix := text[start:at]
	if prefix == "" {
		return start, nil
	}
	offer := func(name, effect string) {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) && name != prefix {
			found = append(found, Candidate{name, effect})
		}
	}
	line := text[strings.LastIndexByte(text[:start], '\n')+1 : start]
	switch before := strings.TrimSpace(line); {
	case strings.HasPrefix(prefix, ":") && strings.TrimSpace(text[:start]) == "":
		for _, c := range commands {
			offer(c.names[0], c.args)
		}
	case before == "include" || before == ":include":
		for _, m := range stdlib.Names() {
			offer("std:"+m, "")
		}
	default:
		s.Words(func(w doc.Word) { offer(w.Name, w.Effect) })
	}
	slices.SortFunc(found, func(a, b Candidate) int { return strings.Compare(a.Text, b.Text) })
	found = slices.Compact(found)
	return start, found[:min(len(found), MaxCandidates)]
}

// Words calls visit for every word that an input can call, in no order.
func (s *Session) Words(visit func(doc.Word)) {
	for _, f := range builtins.Families() {
		if f.Title == "" {
			continue
		}
		for _, b := range f.Words {
			visit(doc.Word{Name: b.Name, Effect: b.Effect, Doc: b.Doc})
		}
	}
	s.types.Words(func(name string, e *types.Effect, m *load.Module) {
		if m.Std {
			visit(doc.Word{Name: name, Effect: e.Full(), Module: strings.TrimSuffix(strings.TrimPrefix(m.Source.Name, "<std:"), ">")})
			return
		}
		visit(doc.Word{Name: name, Effect: e.Full()})
	})
}

// Signature returns a word and its effect, with the row it works on: such as
// "swap ( ..a T U -- ..a U T )"; false if there is no such word.
func (s *Session) Signature(name string) (string, bool) {
	if e := s.types.EffectOf(name); e != nil {
		return name + " " + e.Full(), true
	}
	return "", false
}

// Complete tells whether an input is all there: nothing in it is open.
func Complete(text string) bool { return syntax.Complete(text) }
