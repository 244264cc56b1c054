package repl

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/tools/doc"
)

// Candidate is what the word before the cursor can become.
type Candidate struct {
	Text   string
	Effect string // of a command what it takes and does; "" for a module
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

// Complete finds what the word before a byte of an input can become, or is already,
// in alphabetical order. start is where the word starts; nothing is found for an
// empty one.
func (s *Session) Complete(text string, at int) (start int, found []Candidate) {
	start = WordAt(text, at)
	prefix := text[start:at]
	if prefix == "" {
		return start, nil
	}
	offer := func(name, effect string) {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			found = append(found, Candidate{name, effect})
		}
	}
	line := text[strings.LastIndexByte(text[:start], '\n')+1 : start]
	switch before := strings.TrimSpace(line); {
	case strings.HasPrefix(prefix, ":") && strings.TrimSpace(text[:start]) == "":
		for _, c := range commands {
			offer(c.names[0], strings.TrimSpace(c.args+"  "+c.help))
		}
	case before == "include" || before == ":include":
		for _, m := range stdlib.Modules() {
			offer(m.String(), "")
		}
	default:
		s.Words(func(w doc.Word) { offer(w.Name, w.Effect) })
	}
	slices.SortFunc(found, func(a, b Candidate) int { return strings.Compare(a.Text, b.Text) })
	return start, slices.Compact(found)
}

// CommonPrefix returns what all candidates begin with.
func CommonPrefix(list []Candidate) string {
	if len(list) == 0 {
		return ""
	}
	prefix := []rune(list[0].Text)
	for _, c := range list[1:] {
		n := 0
		for _, r := range c.Text {
			if n == len(prefix) || prefix[n] != r {
				break
			}
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
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
		if m.Supplied {
			visit(doc.Word{Name: name, Effect: e.Full(), Module: m.Name.String()})
			return
		}
		visit(doc.Word{Name: name, Effect: e.Full()})
	})
}

// declared are the effects of the built-in words as they are documented.
var declared = sync.OnceValue(func() map[string]string {
	effects := map[string]string{}
	for _, f := range builtins.Families() {
		if f.Title == "" {
			continue
		}
		for _, b := range f.Words {
			effects[b.Name] = b.Effect
		}
	}
	return effects
})

// Signature returns a word or literal and its effect, with the row it works on: such
// as "swap ( ..a T U -- ..a U T )"; false if it is neither.
func (s *Session) Signature(name string) (string, bool) {
	effect, ok := s.effectOf(name)
	return name + " " + effect, ok
}

// effectOf is the effect of a word or literal in the spelling that is shown everywhere.
func (s *Session) effectOf(name string) (string, bool) {
	if effect, ok := declared()[name]; ok {
		return effect, true
	}
	if e := s.types.EffectOf(name); e != nil {
		return e.Full(), true
	}
	if kind := syntax.LiteralType(name); kind != "" {
		return "( ..a -- ..a " + kind + " )", true
	}
	return "", false
}

// Sides returns what a word or literal takes and leaves, bottom to top, the row it
// works on first; false if it is neither.
func (s *Session) Sides(word string) (in, out []string, ok bool) {
	effect, ok := s.effectOf(word)
	if !ok {
		return nil, nil, false
	}
	depth, right := 0, false
	side := &in
	for _, token := range strings.Fields(strings.TrimSuffix(strings.TrimPrefix(effect, "("), ")")) {
		if depth == 0 && token == "--" {
			side, right = &out, true
			continue
		}
		if depth == 0 && token == "|" && right { // what it yields
			break
		}
		if depth > 0 {
			(*side)[len(*side)-1] += " " + token
		} else {
			*side = append(*side, token)
		}
		depth += strings.Count(token, "[") - strings.Count(token, "]")
	}
	return in, out, true
}

// Complete tells whether an input is all there: nothing in it is open.
func Complete(text string) bool { return syntax.Complete(text) }
