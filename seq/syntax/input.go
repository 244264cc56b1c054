package syntax

import (
	"maps"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
)

// InputDialect is the dialect that an input of an interactive session is read
// in: classic if it has an "if" with a "then" behind it, else today's (chapter
// 9, section 2).
func InputDialect(text string) Dialect {
	seen := false
	for _, t := range inputTokens(text) {
		switch {
		case t.Is("if"):
			seen = true
		case seen && t.Is("then"):
			return Classic
		}
	}
	return Seven
}

// Complete tells whether an input is all there: its brackets, strings,
// definitions, unions and matches are closed, and a line of it does not end in the
// middle of an include. What is wrong in another way is complete: more lines
// would not mend it.
func Complete(text string) bool {
	var open []string // what closes it
	tokens := inputTokens(text)
	if StringOpen(text) {
		return false
	}
	classic := InputDialect(text) == Classic
	for i, t := range tokens {
		top := ""
		if len(open) > 0 {
			top = open[len(open)-1]
		}
		switch {
		case t.Kind == TokenEOF:
			return len(open) == 0
		case t.Kind == TokenString:
		case t.Text == top:
			open = open[:len(open)-1]
		case t.Is(":"):
			next := tokens[i+1]
			if len(open) == 0 && (next.Kind == TokenEOF || next.Pos > t.End) {
				open = append(open, ";")
			}
		case t.Is("["):
			open = append(open, "]")
		case t.Is("("):
			open = append(open, ")")
		case t.Is("{"):
			open = append(open, "}")
		case t.Is("union") && len(open) == 0:
			if next := tokens[i+1]; next.Kind == TokenEOF || tokens[i+2].Kind == TokenEOF && !next.Is("{") {
				return false
			}
		case t.Is("match"):
			open = append(open, "end")
		case t.Is("if") && classic:
			open = append(open, "then")
		case t.Is(";") && len(open) > 0:
			return true // a definition ends with something open in it
		}
	}
	return true
}

// closed tells whether a string token has its closing quote.
func closed(token string) bool {
	for i := 1; i < len(token); i++ {
		switch token[i] {
		case '\\':
			i++
		case '"':
			return i == len(token)-1
		}
	}
	return false
}

func inputTokens(text string) []Token { return Cut{}.Scan(text) }

func withText(tokens []token, text string) []Token {
	list := make([]Token, len(tokens))
	for i, t := range tokens {
		list[i] = t.in(text)
	}
	return list
}

// StringOpen tells whether a text ends in the middle of a string.
func StringOpen(text string) bool { return Cut{}.StringOpen(text) }

// StringOpen tells whether a text ends in the middle of a string.
func (c Cut) StringOpen(text string) bool {
	tokens := c.Scan(text)
	n := len(tokens)
	return n > 1 && tokens[n-2].Kind == TokenString && !closed(tokens[n-2].Text)
}

// InputWords returns the tokens of an input that push something or are called:
// literals, symbols with their colon, and words, without the delimiters around
// them, the name and effect of a definition, and the patterns of a match.
func InputWords(text string) []string {
	var words []string
	tokens := inputTokens(text)
	effect := 0
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		next := tokens[min(i+1, len(tokens)-1)]
		switch {
		case t.Is("("):
			effect++
		case t.Is(")"):
			effect = max(effect-1, 0)
		case effect > 0, t.Kind == TokenEOF:
		case t.Is(":") && next.Kind == TokenWord && next.Pos == t.End:
			words = append(words, ":"+next.Text)
			i++
		case t.Is(":"):
			i++ // the name of a definition
		case t.Kind == TokenDelimiter:
		case next.Is("->"), t.Is("->"), next.Is("{"), t.Is("match"), t.Is("end"):
		default:
			words = append(words, t.Text)
		}
	}
	return words
}

// LiteralType names the type of a literal token; "" if it is none.
func LiteralType(token string) string {
	switch {
	case token == "true", token == "false":
		return "Bool"
	case strings.HasPrefix(token, `"`):
		return "String"
	case len(token) > 1 && token[0] == ':':
		return "Symbol"
	}
	switch formOf(token) {
	case floatForm:
		return "Float"
	case decimalForm, prefixForm:
		return "Int"
	}
	return ""
}

// Scan cuts a text into tokens, also one that is not well-formed; comments lie
// between them. An EOF token ends them.
func Scan(text string) []Token { return Cut{}.Scan(text) }

// Cut says how a text is cut into tokens where the dialects differ: what "#" does in a word. The zero Cut is that of a text with no such words.
type Cut struct {
	classic   bool
	hashNames map[string]bool
}

// Cut says how the file is cut into tokens.
func (f *File) Cut() Cut { return Cut{f.Dialect.Conditionals(), f.HashNames} }

// Same tells whether both cut all texts alike.
func (c Cut) Same(other Cut) bool {
	return c.classic == other.classic && maps.Equal(c.hashNames, other.hashNames)
}

// With is the Cut with one more word, which may have a "#" in its name.
func (c Cut) With(name string) Cut {
	if !c.classic || !strings.Contains(name, "#") {
		return c
	}
	names := map[string]bool{name: true}
	maps.Copy(names, c.hashNames)
	return Cut{true, names}
}

// Scan is the function Scan for a text that is cut so.
func (c Cut) Scan(text string) []Token {
	s := c.scanner(text)
	return withText(s.scan(), text)
}

func (c Cut) scanner(text string) *scanner {
	return &scanner{text: text, src: diag.NewSource("", text), report: func(*diag.Diagnostic) {}, classic: c.classic, hashNames: c.hashNames}
}
