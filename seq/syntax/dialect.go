package syntax

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/spelling"
)

// Dialect is the dialect that a file is written in (chapter 9).
type Dialect uint8

// The dialects.
const (
	Seven    Dialect = iota // today's, of releases 7
	Six                     // of releases 6: today's grammar with classic names
	Classic                 // of releases 3 to 5: if … else … then
	Classic4                // of releases 3.0 to 5.4: captures in reverse order (section 12)
	Classic2                // of releases 1.1 to 2.3: other results of some words
	Classic1                // of releases 1.0: loops as words, effects may be left out
)

var dialectNames = []string{"7", "6", "classic", "classic-4", "classic-2", "classic-1"}

// String returns the name that comments and options use.
func (d Dialect) String() string { return dialectNames[d] }

// ParseDialect finds a dialect by its name.
func ParseDialect(name string) (Dialect, bool) {
	i := slices.Index(dialectNames, name)
	return Dialect(max(i, 0)), i >= 0
}

// UnknownDialect is the diagnostic for a name that is none of a dialect. at is the comment that
// names it; no place if an option does.
func UnknownDialect(name string, at diag.Span) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: "unknown-dialect", Span: at, Message: fmt.Sprintf("unknown dialect '%s'", name)}
	for _, near := range spelling.Nearest(name, dialectNames) {
		d.Help = append(d.Help, fmt.Sprintf("did you mean '%s'?", near))
		if at.Source != nil {
			start := at.Start + int32(strings.LastIndex(at.Source.Text[at.Start:at.End], name))
			d.Offer("write '"+near+"'", diag.Edit{Span: diag.Span{Source: at.Source, Start: start, End: start + int32(len(name))}, Text: near})
		}
	}
	d.Help = append(d.Help, "the dialects are "+strings.Join(dialectNames, ", "))
	return d
}

// OldNames tells whether the names and types of classic hold.
func (d Dialect) OldNames() bool { return d != Seven }

// Conditionals tells whether "if … else … then" are keywords, with the rest of
// the classic grammar.
func (d Dialect) Conditionals() bool { return d >= Classic }

// Evidence is what the text of a file says of its dialect.
type Evidence struct {
	Dialect Dialect
	Decided bool
	Named   bool // by a comment
	// Problem is a comment that cannot be obeyed.
	Problem *diag.Diagnostic
	// Includes are the paths of the files that it includes.
	Includes []string
}

// evidenceParts are the parts of a text that say something, in its order.
type evidenceParts []evidencePart

// evidencePart is what the text says from the end of the part in front of it on.
type evidencePart struct {
	end     int32
	says    clues
	include string // the path of a file; "" for another part
}

// clues are what the "if" of a definition says.
type clues uint8

// The clues.
const (
	clueClassic    clues = 1 << iota // a "then" behind an "if"
	clueCombinator                   // an "if"
	clueOld                          // a "then" or "else"
)

// FindDialect is Text.FindDialect for a source that nobody parses.
func FindDialect(src *diag.Source) Evidence { return NewText(src).FindDialect() }

// FindDialect looks for the dialect of a text in its tokens (chapter 9, section
// 2, rules 2 to 4).
func (t *Text) FindDialect() Evidence {
	if t.evidence == nil {
		e := t.findDialect()
		t.evidence = &e
	}
	return *t.evidence
}

func (t *Text) findDialect() Evidence {
	found := t.scanned(false, HashNames(t.Source.Text))
	var e Evidence
	for _, p := range found.pragmas {
		d, known := ParseDialect(p.Name)
		at := diag.Span{Source: t.Source, Start: p.Pos, End: p.End}
		switch {
		case !known:
			e.Problem = UnknownDialect(p.Name, at)
		case e.Decided && d != e.Dialect:
			e.Problem = &diag.Diagnostic{Code: "two-dialects", Span: at, Message: fmt.Sprintf("the file says that its dialect is %s and %s", e.Dialect, d),
				Help: []string{"a file has one dialect: leave one of the comments out"}}
		default:
			e.Dialect, e.Decided, e.Named = d, true, true
		}
	}
	t.parts = partsOf(found.tokens, t.Source.Text, t.before)
	e.look(t.parts)
	return e
}

// partsOf finds the parts of a text. before is an earlier state of it, or nil.
func partsOf(tokens []token, text string, before *Text) (parts evidenceParts) {
	next := 0
	var c change
	if before != nil && before.parts != nil {
		c = changeOf(before.Source.Text, text)
		parts, next = before.parts.front(c, tokens)
	}
	for tokens[next].Kind != TokenEOF {
		var part evidencePart
		if part, next = partAt(tokens, text, next); part.end == 0 {
			continue
		}
		parts = append(parts, part)
		if before == nil {
			continue
		}
		if tail, ok := before.parts.tail(c, part.end); ok {
			return append(parts, tail...)
		}
	}
	return parts
}

// look finds includes in the parts of a text and, unless a comment has told it, the dialect.
func (e *Evidence) look(parts evidenceParts) {
	var all clues
	for _, p := range parts {
		if all |= p.says; p.include != "" {
			e.Includes = append(e.Includes, p.include)
		}
	}
	switch {
	case e.Decided:
	case all&clueClassic != 0:
		e.Dialect, e.Decided = Classic, true
	case all&clueCombinator != 0 && all&clueOld == 0:
		e.Dialect, e.Decided = Seven, true
	}
}

// partAt reads a definition, or the include of a file, that begins with a token, and returns the index of the one behind it. The part is zero if none begins there.
func partAt(tokens []token, text string, start int) (part evidencePart, next int) {
	switch t := tokens[start].in(text); {
	case t.Is(":"):
		return definitionAt(tokens, text, start)
	case t.Is("union"):
		for i := start + 1; tokens[i].Kind != TokenEOF; i++ {
			if !tokens[i].in(text).Is("}") {
				continue
			}
			if behind := tokens[i+1].in(text); !behind.Is("}") && !(behind.Kind == TokenWord && startsUpper(behind.Text)) {
				return evidencePart{end: tokens[i].End}, i + 1
			}
		}
		return part, len(tokens) - 1
	case t.Is("include") && tokens[start+1].Kind == TokenString:
		if path := tokens[start+1].in(text).Text; len(path) > 1 { // it is closed
			return evidencePart{end: tokens[start+1].End, include: strings.Clone(path[1 : len(path)-1])}, start + 2
		}
	}
	return part, start + 1
}

// definitionAt is partAt for the definition of a word.
func definitionAt(tokens []token, text string, start int) (part evidencePart, next int) {
	last := len(tokens) - 1 // the end of the file
	i := min(start+2, last)
	if tokens[i].in(text).Is("(") { // a release that needs no effects has none
		for i < last && !tokens[i].in(text).Is(")") {
			i++
		}
		i = min(i+1, last)
	}
	seen := false // an if
	for ; i < last; i++ {
		n := tokens[i].End - tokens[i].Pos
		if tokens[i].Kind == TokenWord && n != int32(len("if")) && n != int32(len("else")) {
			continue // nearly all tokens
		}
		t := tokens[i].in(text)
		if t.Is(";") {
			part.end = t.End
			return part, i + 1
		}
		if t.Kind != TokenWord || tokens[i-1].in(text).Is(":") {
			continue
		}
		switch t.Text {
		case "if":
			seen = true
			part.says |= clueCombinator
		case "then":
			if part.says |= clueOld; seen {
				part.says |= clueClassic
			}
		case "else":
			part.says |= clueOld
		}
	}
	part.end = tokens[last].End
	return part, last
}

// conditional reads "if A else B then" behind its "if" as the literal form, "[ A ] [ B ] if",
// which means the same. The list of statements that it is in begins at from.
func (p *parser) conditional(t Token, sc scope, from int) {
	p.enter(t)
	inner := scope{cond: &t, combinator: quotations(p.list[from:]) >= 2, inMatch: sc.inMatch || sc.match != nil}
	then := p.statements(inner)
	mid := p.next()
	var els []Stmt
	end := mid
	if mid.Text == "else" {
		els = p.statements(inner)
		if end = p.next(); end.Text == "else" {
			p.refuse(end, "stray-token", "a second 'else' in one conditional: it is 'if A else B then'")
		}
	}
	p.depth--
	block := func(pos, end int32, body []Stmt) Stmt {
		id := p.file.Quotations
		p.file.Quotations++
		return Stmt{Kind: StmtQuotation, ID: int32(id), Pos: pos, End: end, Parts: &Parts{Inner: body}}
	}
	branches := []Stmt{block(t.Pos, mid.End, then), block(mid.Pos, end.End, els)}
	p.add(Stmt{Kind: StmtIf, ID: int32(p.file.Calls), Pos: t.Pos, End: t.End, Text: "if", Parts: &Parts{Inner: branches}})
	p.file.Calls++
}

// lineOf returns the line of the first token with a text; 0 if there is none.
func (p *parser) lineOf(text string) int {
	for _, t := range p.tokens {
		if t.Kind == TokenWord && t.in(p.text).Text == text {
			line, _ := p.file.Source.Position(t.Pos)
			return line
		}
	}
	return 0
}

// Pragma is a comment "# seq:dialect NAME".
type Pragma struct {
	Pos, End int32
	Name     string
}

// Tokens goes through the tokens of a file that was parsed of the text; the last one is its end.
func (t *Text) Tokens(f *File) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		for _, token := range t.scanned(f.Dialect.Conditionals(), f.HashNames).tokens {
			if !yield(token.in(t.Source.Text)) {
				return
			}
		}
	}
}

// TokensBetween are the tokens of a parsed file between two offsets, in front of and behind which definitions begin or end, or it does itself. An EOF token ends them.
func TokensBetween(f *File, start, end int32) []Token {
	s := &scanner{src: f.Source, text: f.Source.Text[start:end], report: func(*diag.Diagnostic) {}}
	s.classic, s.hashNames = f.Dialect.Conditionals(), f.HashNames
	tokens := withText(s.scan(), s.text)
	for i := range tokens {
		tokens[i].Pos += start
		tokens[i].End += start
	}
	return tokens
}

// Tokens cuts a parsed file into its tokens again, for tools that rewrite it,
// and returns the comments that name a dialect.
func Tokens(f *File) ([]Token, []Pragma) {
	s := &scanner{src: f.Source, text: f.Source.Text, report: func(*diag.Diagnostic) {}}
	s.classic, s.hashNames = f.Dialect.Conditionals(), f.HashNames
	return withText(s.scan(), f.Source.Text), s.pragmas
}
