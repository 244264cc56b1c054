package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/diag"
)

// TokenKind tells the tokens apart (chapter 1, section 2).
type TokenKind uint8

// The kinds of tokens.
const (
	TokenEOF       TokenKind = iota
	TokenString              // with its quotes
	TokenDelimiter           // one of ( ) : ; [ ] { } ,
	TokenWord                // any other run of characters
)

// Token is a token of the source. Line ends are not tokens: NewLine tells
// whether one lies between the token before and this one.
type Token struct {
	Kind     TokenKind
	NewLine  bool
	Pos, End int32
	Text     string
}

// Is tells whether the token is the delimiter or word given.
func (t Token) Is(text string) bool {
	return t.Text == text && (t.Kind == TokenDelimiter || t.Kind == TokenWord)
}

// token is a Token without its text, which the source has: there are as many as a fifth of
// the bytes of a source.
type token struct {
	Kind     TokenKind
	NewLine  bool
	Pos, End int32
}

// in returns the token with its text.
func (t token) in(text string) Token {
	return Token{Kind: t.Kind, NewLine: t.NewLine, Pos: t.Pos, End: t.End, Text: text[t.Pos:t.End]}
}

// scanner cuts a source into tokens in one pass, without copying text.
type scanner struct {
	src    *diag.Source
	text   string
	pos    int
	report func(*diag.Diagnostic)
	allows []Name // ids of "# seq:allow(ID)" comments

	pragmas []Pragma
	// classic: "#" does not end a word, and starts a comment only before a blank
	// (chapter 9, section 3). hashNames are the words that have one in their name.
	classic   bool
	hashNames map[string]bool

	before *cutBefore // nil: there is no earlier state of the text
}

// byteOrderMark at the start of a text is none of its characters (chapter 1, section 1).
const byteOrderMark = "\ufeff"

// Delimiters are the characters that end a word, besides blanks and the quote of a string; each is a token by itself,
// but for "#", which starts a comment.
const Delimiters = "()[]{}:;,#"

// class sorts the ASCII characters once; other characters are looked up.
var class = func() (c [128]uint8) {
	for _, r := range Delimiters {
		c[r] = isDelimiter
	}
	for _, r := range " \t\n\v\f\r" {
		c[r] = isBlank
	}
	c['"'] = isQuote
	return c
}()

const (
	isDelimiter = iota + 1
	isBlank
	isQuote
)

// scan returns all tokens and ends them with an EOF token. An unclosed string
// is reported and swallows the rest of the text.
func (s *scanner) scan() []token {
	if len(s.text) > maxSize { // the parser refuses it
		return []token{{Kind: TokenEOF}}
	}
	tokens := make([]token, 0, len(s.text)/4+16)
	if strings.HasPrefix(s.text, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	if s.before != nil {
		tokens = s.takeFront(tokens)
	}
	newLine := false
	for s.pos < len(s.text) {
		start := s.pos
		c := s.text[start]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s.text[start:])
			if unicode.IsSpace(r) {
				s.pos += n
				continue
			}
			s.word()
		} else {
			switch class[c] {
			case isBlank:
				newLine = newLine || c == '\n'
				s.pos++
				continue
			case isQuote:
				if !s.str() {
					s.report(&diag.Diagnostic{
						Code:    "unclosed-string",
						Span:    diag.Span{Source: s.src, Start: int32(start), End: int32(start) + 1},
						Message: "unclosed string: the closing '\"' is missing",
						Help:    []string{`a quote inside of a string is written \"`},
					})
				}
			case isDelimiter:
				if c == '#' && !s.hashWord() {
					s.comment()
					continue
				}
				if c != '#' {
					s.pos++
				}
			default:
				s.word()
			}
		}
		kind := TokenWord
		if c == '"' {
			kind = TokenString
		} else if c < utf8.RuneSelf && class[c] == isDelimiter && c != '#' {
			kind = TokenDelimiter
		}
		tokens = append(tokens, token{Kind: kind, NewLine: newLine, Pos: int32(start), End: int32(s.pos)})
		newLine = false
		if s.before != nil && start >= s.before.from {
			if all, ok := s.takeTail(tokens); ok {
				return all
			}
		}
	}
	return append(tokens, token{Kind: TokenEOF, NewLine: newLine, Pos: int32(len(s.text)), End: int32(len(s.text))})
}

func (s *scanner) word() {
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c < utf8.RuneSelf {
			if class[c] != 0 && !(c == '#' && (s.classic || s.hashNames != nil)) {
				return
			}
			s.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		if unicode.IsSpace(r) {
			return
		}
		s.pos += n
	}
}

// TokenEnd returns the offset behind the token that starts at an offset of a text, for what
// marks it. Of a string it is that behind the first line.
func TokenEnd(text string, start int32) int32 {
	if int(start) >= len(text) {
		return start
	}
	s := scanner{text: text, pos: int(start)}
	switch c := text[start]; {
	case c == '"':
		s.str()
	case c == ':': // a definition: with its name
		s.pos = len(text) - len(strings.TrimLeft(text[start+1:], " \t"))
		s.word()
	case c < utf8.RuneSelf && class[c] != 0:
		s.pos++
		if c == '#' { // of a word of a classic file
			s.word()
		}
	default:
		s.word()
	}
	if n := strings.IndexByte(text[start:s.pos], '\n'); n > 0 {
		s.pos = int(start) + n
	}
	return int32(s.pos)
}

// hashWord reads a word that starts with "#" here; false if it is a comment.
func (s *scanner) hashWord() bool {
	if !s.classic && s.hashNames == nil {
		return false
	}
	start := s.pos
	s.word()
	if name := s.text[start:s.pos]; name != "#" && !strings.HasPrefix(name, "#!") && s.hashNames[name] {
		return true
	}
	s.pos = start
	return false
}

// str moves behind the string that starts here; false if it is not closed.
func (s *scanner) str() bool {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch s.text[s.pos] {
		case '\\':
			s.pos++
		case '"':
			s.pos++
			return true
		}
	}
	s.pos = len(s.text)
	return false
}

// comment moves to the end of the line and keeps a lint allowance.
func (s *scanner) comment() {
	start := s.pos
	if n := strings.IndexByte(s.text[s.pos:], '\n'); n >= 0 {
		s.pos += n
	} else {
		s.pos = len(s.text)
	}
	body := s.text[start+1 : s.pos]
	if !strings.Contains(body, "seq") {
		return
	}
	plain := strings.Join(strings.Fields(body), "")
	if name, ok := strings.CutPrefix(plain, "seq:dialect"); ok && name != "" && strings.HasSuffix(strings.TrimSpace(body), name) { // it is one word
		s.pragmas = append(s.pragmas, Pragma{Pos: int32(start), End: int32(s.pos), Name: strings.Clone(name)})
	}
	if id, ok := strings.CutPrefix(plain, "seq:allow("); ok {
		if id, ok = strings.CutSuffix(id, ")"); ok && id != "" {
			s.allows = append(s.allows, Name{Text: strings.Clone(id), Pos: int32(start), End: int32(s.pos)})
		}
	}
}

// Unquote returns the bytes of a string token (with its quotes). bad is the
// first escape that does not exist, as written, or "". In classic an \x escape
// is a character and not a byte (chapter 9, section 3).
func Unquote(token string, d Dialect) (value, bad string) {
	body := strings.TrimSuffix(token[1:], `"`)
	if !strings.Contains(body, `\`) {
		return body, ""
	}
	var b strings.Builder
	b.Grow(len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			b.WriteByte(body[i])
			continue
		}
		i++
		if i >= len(body) {
			return "", `\`
		}
		switch body[i] {
		case '"', '\\':
			b.WriteByte(body[i])
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'x':
			digits := 0
			v := byte(0)
			for digits < 2 && i+1+digits < len(body) {
				d, ok := hexDigit(body[i+1+digits])
				if !ok {
					break
				}
				v = v<<4 | d
				digits++
			}
			if digits < 2 {
				return "", body[i-1 : i+1+digits]
			}
			if d.Conditionals() {
				b.WriteRune(rune(v))
			} else {
				b.WriteByte(v)
			}
			i += 2
		default:
			_, n := utf8.DecodeRuneInString(body[i:])
			return "", body[i-1 : i+n]
		}
	}
	return b.String(), ""
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// quote puts a token in single quotes for a message; long tokens are cut.
func quote(text string) string {
	const longest = 60
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest]) + "…"
	}
	return fmt.Sprintf("'%s'", text)
}
