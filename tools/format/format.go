// Package format lays out the text of a source file (chapter 8, section 13; for
// classic files chapter 9, section 10): blanks, blank lines and indents. Tokens and
// comments stay as they are, and so does which of them share a line, so a program
// means the same behind it.
//
// It looks at tokens alone. That a file is well-formed, which the roles of its tokens
// rest on, the parser has found out before.
package format

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// indentWidth is how many blanks a level is.
const indentWidth = 2

// Main lays out the main file of a program. Its includes are read for what they tell of its
// dialect; that they are there is not asked. problems are the errors of the file itself;
// with one, text is old.
func Main(from check.Source, o load.Options) (old, text string, problems diag.List) {
	prog, found := from(o)
	if len(prog.Modules) == 0 {
		return "", "", found
	}
	main := prog.Main()
	if problems = Refusals(main, found); problems.HasErrors() {
		return main.Source.Text, main.Source.Text, problems
	}
	return main.Source.Text, File(main.File), nil
}

// Refusals returns those of the problems that were found when a program was loaded for which a file of it cannot be laid out.
func Refusals(file *load.Module, found diag.List) (problems diag.List) {
	for _, d := range found {
		if (d.Span.Source == file.Source || d.Span.Source == nil) && d.Severity == diag.Error && !load.LeadsNowhere(d) {
			problems = append(problems, d)
		}
	}
	return problems
}

// File returns the laid out text of a file that was parsed without errors.
func File(f *syntax.File) string {
	l := &layout{file: f, conditionals: f.Dialect.Conditionals()}
	tokens, _ := syntax.Tokens(f)
	l.rest = tokens
	lines := cut(f.Source.Text, tokens)
	indents := make([]int, len(lines))
	l.indents = indents
	for i := range lines {
		if len(lines[i].tokens) > 0 {
			l.line = i
			l.code(&lines[i])
		}
	}
	next := 0 // indent of the next line of code
	for i := len(lines) - 1; i >= 0; i-- {
		if len(lines[i].tokens) > 0 {
			next = indents[i]
		} else {
			indents[i] = next
		}
	}
	return join(f.Source.Text, lines, indents)
}

// line is what stands between two line ends that lie outside of strings: tokens and, behind them, a
// comment. A blank line has neither.
type line struct {
	tokens  []syntax.Token
	glued   []bool // per token: it follows the one before without a blank
	comment string
}

// byteOrderMark at the start of a text stays there (chapter 1, section 1).
const byteOrderMark = "\ufeff"

// cut returns the lines of a text. Between two tokens there are only blanks, line ends and comments.
func cut(text string, tokens []syntax.Token) []line {
	lines := append(make([]line, 0, strings.Count(text, "\n")+1), line{})
	glued := make([]bool, len(tokens))
	first := 0 // token of the line
	at := len(text) - len(strings.TrimPrefix(text, byteOrderMark))
	for i, t := range tokens {
		for rest, ended := text[at:t.Pos], true; ended; {
			var part string
			part, rest, ended = strings.Cut(rest, "\n")
			last := &lines[len(lines)-1]
			if hash := strings.IndexByte(part, '#'); hash >= 0 {
				last.comment = strings.TrimRightFunc(part[hash:], unicode.IsSpace)
			}
			if ended || t.Kind == syntax.TokenEOF {
				last.tokens, last.glued = tokens[first:i], glued[first:i]
			}
			if ended {
				lines, first = append(lines, line{}), i
			}
		}
		at = int(t.End)
	}
	return lines
}

// join writes lines with one blank line where there are some in a row, and none at the ends.
func join(text string, lines []line, indents []int) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	if strings.HasPrefix(text, byteOrderMark) {
		b.WriteString(byteOrderMark)
	}
	empty, started := false, false
	for i := range lines {
		l := &lines[i]
		if len(l.tokens) == 0 && l.comment == "" {
			empty = true
			continue
		}
		if empty && started {
			b.WriteByte('\n')
		}
		empty, started = false, true
		for range indents[i] * indentWidth {
			b.WriteByte(' ')
		}
		for j, t := range l.tokens {
			if j > 0 && !l.glued[j] {
				b.WriteByte(' ')
			}
			b.WriteString(t.Text)
		}
		if l.comment != "" {
			if len(l.tokens) > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(l.comment)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// kind tells openers apart.
type kind uint8

// The openers. An arm is open up to the next one or the end of its match.
const (
	nothing    kind = iota
	definition      // ':' … ';'
	quotation       // '[' … ']', also in an effect
	effect          // '(' … ')'
	braces          // '{' … '}'
	match           // 'match' … 'end'
	arm
	conditional // 'if' … 'then', in classic files
)

// openings are the delimiters that open something everywhere, and closings those that end something.
var (
	openings = [128]kind{'[': quotation, '(': effect, '{': braces}
	closings = [128]kind{';': definition, ']': quotation, ')': effect, '}': braces}
)

// opener is what is open at a token.
type opener struct {
	kind   kind
	types  bool // it is in an effect, or is one
	line   int  // that makes a level of it
	indent int  // of the line that a closer is indented like
	level  int  // of what stands in it on other lines
}

// layout goes through the tokens of a file.
type layout struct {
	file         *syntax.File
	conditionals bool // 'if', 'else' and 'then' are keywords
	open         []opener
	line         int
	indents      []int
	rest         []syntax.Token  // the tokens from here on
	before       [2]syntax.Token // the token before, and the one before that
	glue         bool            // the next token follows without a blank
}

func (l *layout) top() opener {
	if len(l.open) == 0 {
		return opener{}
	}
	return l.open[len(l.open)-1]
}

// push opens something on this line. All that a line has open counts one level; what belongs to an arm is
// two levels deeper than the line of its match.
func (l *layout) push(k kind) {
	below := l.top()
	level := below.level
	switch {
	case k == arm:
		level = below.indent + 2
	case len(l.open) == 0 || below.line != l.line:
		level++
	}
	types := k == effect || k == quotation && below.types
	l.open = append(l.open, opener{kind: k, types: types, line: l.line, indent: l.indents[l.line], level: level})
}

func (l *layout) pop() opener {
	o := l.top()
	l.open = l.open[:max(len(l.open)-1, 0)]
	return o
}

// code lays out a line with tokens.
func (l *layout) code(in *line) {
	l.indents[l.line] = l.indent()
	for i, t := range in.tokens {
		in.glued[i] = l.glue || l.follows(t)
		l.glue = false
		l.token(t)
		l.before = [2]syntax.Token{t, l.before[0]}
		l.rest = l.rest[1:]
	}
}

// indent returns the level of a line by its first token.
func (l *layout) indent() int {
	role := l.role()
	top := l.top()
	if top.kind == arm && (role.closes == match || role.opens == arm) {
		top = l.open[len(l.open)-2] // its match
	}
	switch {
	case role.closes != nothing, role.middle:
		return top.indent
	case role.opens == arm:
		return top.indent + 1
	}
	return top.level
}

// role is what a token does to what is open.
type role struct {
	opens, closes kind
	middle        bool // 'else'
}

// role tells what the token here does.
func (l *layout) role() role {
	t, top := l.rest[0], l.top().kind
	if t.Kind == syntax.TokenDelimiter {
		if t.Text == ":" && top == nothing && !l.ofInclude() {
			return role{opens: definition}
		}
		return role{opens: openings[t.Text[0]], closes: closings[t.Text[0]]}
	}
	if t.Kind != syntax.TokenWord || top == nothing || top == braces || l.top().types || l.before[0].Is(":") {
		return role{}
	}
	switch {
	case t.Text == "match":
		return role{opens: match}
	case t.Text == "end":
		return role{closes: match}
	case l.conditionals && t.Text == "if":
		return role{opens: conditional}
	case l.conditionals && t.Text == "then":
		return role{closes: conditional}
	case l.conditionals && t.Text == "else":
		return role{middle: true}
	case (top == match || top == arm) && startsUpper(t.Text) && (l.rest[1].Is("->") || l.rest[1].Is("{")):
		return role{opens: arm}
	}
	return role{}
}

// ofInclude tells whether a ':' here is that of 'include std:NAME'.
func (l *layout) ofInclude() bool { return l.before[0].Namespace() && l.before[1].Is("include") }

// follows tells whether a token follows the one before without a blank, because of what it is.
func (l *layout) follows(t syntax.Token) bool {
	switch {
	case t.Is(","):
		return true
	case t.Is(":"):
		return l.top().kind == braces || l.top().kind == nothing && l.ofInclude()
	case t.Is("["):
		return l.before[0].Is("Closure") && l.top().types
	}
	return false
}

// token opens and closes what a token does, and notes whether the next one follows it without a blank.
func (l *layout) token(t syntax.Token) {
	role := l.role()
	switch {
	case t.Is(":") && role.opens == nothing:
		l.glue = l.top().kind != braces // a symbol, or the name of an include
	case role.opens == arm:
		if l.top().kind == arm {
			l.pop()
		}
		l.push(arm)
	case role.opens != nothing:
		l.push(role.opens)
	case role.closes != nothing:
		if l.pop().kind == arm {
			l.pop()
		}
	case role.middle: // what its line opens behind it makes no level more
		l.open[len(l.open)-1].line = l.line
	}
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r)
}
