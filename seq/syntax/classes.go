package syntax

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Class is what a run of characters of a source is, for its colour. It is told from the text alone, so that it
// holds for a text that is not complete or has faults, and so that the grammars of editors can tell the same
// (tools/editors). What needs the tables of words or the types is not here: that a word is a built-in, say.
type Class uint8

// The classes.
const (
	ClassComment    Class = iota
	ClassString           // with its quotes, without its escapes
	ClassEscape           // in a string: \n
	ClassBadEscape        // in a string: a backslash before something else
	ClassSymbol           // with its colon
	ClassNumber           // of all forms
	ClassBoolean          // true, false
	ClassDefiner          // ":" and ";" of a definition
	ClassDefinition       // the name that is defined
	ClassKeyword          // a reserved word: match, include
	ClassType             // a type, a variant, and each word that starts with an upper case letter
	ClassRow              // a row variable: ..a
	ClassEffect           // ( -- | )
	ClassBracket          // [ ] { }
	ClassField            // of a variant, and a binding: >name
	ClassModule           // what is included, but for a path: std:list
	ClassOperator         // a word or other token without letters and digits: + -> ,
	ClassWord             // any other word
)

var classNames = []string{"comment", "string", "escape", "bad-escape", "symbol", "number", "boolean", "definer", "definition", "keyword",
	"type", "row", "effect", "bracket", "field", "module", "operator", "word"}

// String returns the name of the class.
func (c Class) String() string { return classNames[c] }

// Classes are all classes.
func Classes() []Class {
	list := make([]Class, len(classNames))
	for i := range list {
		list[i] = Class(i)
	}
	return list
}

// ReservedWord is a word that cannot name a word (chapter 1, section 6).
type ReservedWord struct {
	Text  string
	Class Class
	// Outside: it is reserved in bodies, too, but means something only outside of definitions.
	Outside bool
	// Classic: it is a keyword in classic files only (chapter 9, section 3), and else the name of a built-in word, or of nothing.
	Classic bool
}

// ReservedWords are all reserved words.
var ReservedWords = []ReservedWord{
	{Text: "match", Class: ClassKeyword}, {Text: "end", Class: ClassKeyword},
	{Text: "if", Class: ClassKeyword, Classic: true}, {Text: "else", Class: ClassKeyword, Classic: true}, {Text: "then", Class: ClassKeyword, Classic: true},
	{Text: "true", Class: ClassBoolean}, {Text: "false", Class: ClassBoolean},
	{Text: "union", Class: ClassKeyword, Outside: true}, {Text: "include", Class: ClassKeyword, Outside: true},
}

// Keywords returns the reserved words that are no built-in words, of today's dialect or of classic files.
func Keywords(classic bool) []string {
	var list []string
	for _, r := range ReservedWords {
		if classic || !r.Classic {
			list = append(list, r.Text)
		}
	}
	return list
}

// TypeNames returns the types that have a name in every program (chapter 1, section 8).
func TypeNames() []string {
	return []string{"Int", "Float", "Bool", "String", "Symbol", "Channel", "Socket", "Variant"}
}

// reserved returns the row of a reserved word; nil if the word is none.
func reserved(word string) *ReservedWord {
	for i := range ReservedWords {
		if ReservedWords[i].Text == word {
			return &ReservedWords[i]
		}
	}
	return nil
}

// Run is the bytes of a text from Start to before End, which are of one class.
type Run struct {
	Start, End int32
	Class      Class
}

// ClassRuns returns the runs of a text in the order of the text. What lies between them is blank.
func ClassRuns(text string) []Run { return Cut{}.ClassRuns(text) }

// ClassRuns is the function ClassRuns for a text that is cut so.
func (cut Cut) ClassRuns(text string) []Run {
	c := &classifier{text: text, tokens: cut.Scan(text)}
	for c.at < len(c.tokens) {
		c.comments()
		t := c.tokens[c.at]
		if t.Kind == TokenEOF {
			break
		}
		c.next(t)
	}
	return c.runs
}

// Pieces goes through a text in pieces, each of which but the last ends behind a ";". The runs of a piece are those of the text there: what stands in front of it makes no
// difference.
func Pieces(text string) iter.Seq2[int, string] { return Cut{}.Pieces(text) }

// Pieces is the function Pieces for a text that is cut so.
func (cut Cut) Pieces(text string) iter.Seq2[int, string] {
	return func(yield func(start int, piece string) bool) {
		start := 0
		for at := 0; ; {
			n := strings.IndexAny(text[at:], `;#"`)
			if n < 0 {
				yield(start, text[start:])
				return
			}
			at += n
			switch text[at] {
			case '"':
				s := scanner{text: text, pos: at}
				s.str()
				at = s.pos
			case '#':
				at = cut.behindHash(text, at)
			default:
				if at++; strings.HasPrefix(text[at:], byteOrderMark) { // it is one at the beginning of a text only
					continue
				}
				if !yield(start, text[start:at]) {
					return
				}
				start = at
			}
		}
	}
}

// behindHash returns the end of the word that a "#" of a text, outside of strings and comments, belongs to, or else of the line, which is a comment.
func (cut Cut) behindHash(text string, at int) int {
	s := cut.scanner(text)
	s.pos = at
	if cut.classic || cut.hashNames != nil {
		if r, n := utf8.DecodeLastRuneInString(text[:at]); n > 0 && text[:at] != byteOrderMark && r != '"' && !unicode.IsSpace(r) && !strings.ContainsRune(Delimiters, r) {
			s.word()
			return s.pos
		}
	}
	if !s.hashWord() {
		s.comment()
	}
	return s.pos
}

// classifier tells the classes of tokens by what encloses them.
type classifier struct {
	text   string
	tokens []Token
	at     int // of the token that is next
	runs   []Run

	body   bool // in a definition, behind its name
	effect bool // in ( )
	braces int  // how many { are open
}

func (c *classifier) add(start, end int32, class Class) {
	if start < end {
		c.runs = append(c.runs, Run{start, end, class})
	}
}

// take gives the next token a class, if there is one.
func (c *classifier) take(class Class) {
	if t := c.tokens[c.at]; t.Kind != TokenEOF {
		c.add(t.Pos, t.End, class)
		c.at++
	}
}

// takeName is take for a word in the line of the token before it; false if the next token is none.
func (c *classifier) takeName(class Class) bool {
	if t := c.tokens[c.at]; t.Kind != TokenWord || t.NewLine {
		return false
	}
	c.take(class)
	return true
}

// comments adds the comments in front of the next token.
func (c *classifier) comments() {
	from := int32(0)
	if c.at > 0 {
		from = c.tokens[c.at-1].End
	}
	between := c.text[from:c.tokens[c.at].Pos]
	for {
		start := strings.IndexByte(between, '#')
		if start < 0 {
			return
		}
		end := len(between)
		if n := strings.IndexByte(between[start:], '\n'); n >= 0 {
			end = start + n
		}
		c.add(from+int32(start), from+int32(end), ClassComment)
		from, between = from+int32(end), between[end:]
	}
}

// next gives the next token a class, and those behind it that belong to it.
func (c *classifier) next(t Token) {
	switch {
	case c.startsDefinition(t):
		c.body, c.effect, c.braces = true, false, 0
		c.take(ClassDefiner)
		c.takeName(ClassDefinition)
	case c.effect && c.inEffect(t):
	case t.Kind == TokenString:
		c.str(t)
	case t.Kind == TokenDelimiter:
		c.delimiter(t)
	case c.inUnion() && c.tokens[c.at+1].Is(":") && !c.tokens[c.at+1].NewLine:
		c.take(ClassField)
	case c.body && c.braces > 0 && t.Text[0] == '>':
		c.take(ClassField)
	case !c.body && c.braces == 0 && t.Text == "include":
		c.include()
	case !c.body && c.braces == 0 && t.Text == "union":
		c.take(ClassKeyword)
		c.takeName(ClassType)
	default:
		c.take(WordClass(t.Text))
	}
}

// startsDefinition tells whether the colon of a definition stands here: with a name and an effect behind it, or,
// outside of definitions, with a blank behind it.
func (c *classifier) startsDefinition(t Token) bool {
	if !t.Is(":") {
		return false
	}
	if name := c.tokens[c.at+1]; name.Kind == TokenWord && !name.NewLine {
		if open := c.tokens[c.at+2]; open.Is("(") && !open.NewLine {
			return true
		}
	}
	if c.body || c.braces > 0 {
		return false
	}
	behind, n := utf8.DecodeRuneInString(c.text[t.End:])
	return n == 0 || unicode.IsSpace(behind)
}

// inEffect takes a token of an effect; false if there the effect must end.
func (c *classifier) inEffect(t Token) bool {
	switch {
	case t.Is(")"):
		c.effect = false
		c.take(ClassEffect)
	case t.Is("["), t.Is("]"):
		c.take(ClassBracket)
	case t.Kind != TokenWord:
		c.effect = false
		return false
	case t.Text == "--", t.Text == "|":
		c.take(ClassEffect)
	case strings.HasPrefix(t.Text, ".."):
		c.take(ClassRow)
	default:
		c.take(ClassType)
	}
	return true
}

func (c *classifier) inUnion() bool { return !c.body && c.braces > 0 }

func (c *classifier) delimiter(t Token) {
	switch t.Text {
	case ";":
		c.body, c.braces = false, 0
		c.take(ClassDefiner)
	case "(":
		c.effect = true
		c.take(ClassEffect)
	case ")":
		c.take(ClassEffect)
	case "{":
		c.braces++
		c.take(ClassBracket)
	case "}":
		c.braces = max(c.braces-1, 0)
		c.take(ClassBracket)
	case "[", "]":
		c.take(ClassBracket)
	case ",":
		c.take(ClassOperator)
	case ":":
		if c.inUnion() {
			c.take(ClassOperator)
			c.takeName(ClassType)
			return
		}
		c.take(ClassSymbol)
		c.takeName(ClassSymbol)
	}
}

func (c *classifier) include() {
	c.take(ClassKeyword)
	if t := c.tokens[c.at]; !t.Namespace() || !c.takeName(ClassModule) {
		return
	}
	if t := c.tokens[c.at]; t.Is(":") && !t.NewLine {
		c.take(ClassModule)
		c.takeName(ClassModule)
	}
}

// str takes a string with its escapes.
func (c *classifier) str(t Token) {
	from := t.Pos
	for at := from + 1; at < t.End; at++ {
		if c.text[at] != '\\' {
			continue
		}
		n, class := escape(c.text[at:t.End])
		c.add(from, at, ClassString)
		c.add(at, at+int32(n), class)
		from = at + int32(n)
		at = from - 1
	}
	c.add(from, t.End, ClassString)
	c.at++
}

// escape returns the length and class of the escape that a text begins with (chapter 1, section 4).
func escape(text string) (length int, class Class) {
	if len(text) == 1 || text[1] == '\n' {
		return 1, ClassBadEscape
	}
	switch text[1] {
	case '"', '\\', 'n', 'r', 't':
		return 2, ClassEscape
	case 'x':
		n := 2
		for n < len(text) && n < 4 {
			if _, ok := hexDigit(text[n]); !ok {
				break
			}
			n++
		}
		if n == 4 {
			return n, ClassEscape
		}
		return n, ClassBadEscape
	}
	_, n := utf8.DecodeRuneInString(text[1:])
	return 1 + n, ClassBadEscape
}

// WordClass is the class of a word that stands in a body.
func WordClass(word string) Class {
	if formOf(word) != notNumber {
		return ClassNumber
	}
	if r := reserved(word); r != nil && !r.Outside {
		return r.Class
	}
	if startsUpper(word) {
		return ClassType
	}
	if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ClassWord
	}
	return ClassOperator
}
