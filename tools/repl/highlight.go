package repl

import (
	"strings"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Class is what a part of an input is, for its colour.
type Class uint8

// The classes.
const (
	Plaintext Class = iota
	Keyword
	Builtin
	Definition // ":" and ";" and the name between
	Number
	Boolean
	Text
	Comment
	TypeName
	Effect // "(", "--", ")"
	Bracket
	Module // std:NAME, vm:NAME
	Symbol
)

// Part is a run of bytes of one class.
type Part struct {
	Start, End int
	Class      Class
}

var keywords = map[string]bool{"if": true, "else": true, "then": true, "match": true, "end": true, "union": true, "include": true}

// Highlight tells the parts of an input apart, also of one that is not complete.
// What lies between the parts is blank.
func Highlight(text string) []Part {
	var parts []Part
	add := func(start, end int32, c Class) { parts = append(parts, Part{int(start), int(end), c}) }
	tokens := syntax.Scan(text)
	effects := 0
	at := int32(0)
	for i, t := range tokens {
		if n := strings.IndexByte(text[at:t.Pos], '#'); n >= 0 {
			add(at+int32(n), t.Pos, Comment)
		}
		at = t.End
		next, before := tokens[min(i+1, len(tokens)-1)], tokens[max(i-1, 0)]
		switch {
		case t.Kind == syntax.TokenEOF:
		case t.Kind == syntax.TokenString:
			add(t.Pos, t.End, Text)
		case t.Is("("):
			effects++
			add(t.Pos, t.End, Effect)
		case t.Is(")"):
			effects = max(effects-1, 0)
			add(t.Pos, t.End, Effect)
		case i > 0 && before.Is("include") && t.Namespace(), i > 1 && t.Is(":") && tokens[i-2].Is("include"), i > 2 && tokens[i-3].Is("include") && before.Is(":"):
			add(t.Pos, t.End, Module)
		case t.Is(":") && next.Kind == syntax.TokenWord && next.Pos == t.End:
			add(t.Pos, t.End, Symbol)
		case i > 0 && before.Is(":") && before.End == t.Pos:
			add(t.Pos, t.End, Symbol)
		case t.Is(":"), t.Is(";"), i > 0 && before.Is(":"):
			add(t.Pos, t.End, Definition)
		case t.Is("["), t.Is("]"), t.Is("{"), t.Is("}"):
			add(t.Pos, t.End, Bracket)
		case effects > 0 && t.Is("--"):
			add(t.Pos, t.End, Effect)
		case t.Text == "Int", t.Text == "Float", t.Text == "Bool", t.Text == "String", effects > 0:
			add(t.Pos, t.End, TypeName)
		case keywords[t.Text]:
			add(t.Pos, t.End, Keyword)
		default:
			add(t.Pos, t.End, wordClass(t.Text))
		}
	}
	return parts
}

func wordClass(word string) Class {
	switch syntax.LiteralType(word) {
	case "Int", "Float":
		return Number
	case "Bool":
		return Boolean
	}
	if _, ok := builtins.All().Types().Lookup(word); ok {
		return Builtin
	}
	return Plaintext
}
