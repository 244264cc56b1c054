package syntax

import (
	"maps"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/diag"
)

// maxSize is the size of the largest file in bytes: places in it are 32 bits wide.
const maxSize = math.MaxInt32 - 1

// Text is a source for all that look at its tokens, the search for its dialect and the parser. It is
// cut into tokens once, and anew only for a dialect in which "#" means something else in it.
// Not safe for concurrent use.
type Text struct {
	Source   *diag.Source
	cut      [2]*scanned // as today's dialect reads it, and as classic ones do
	evidence *Evidence
	parts    evidenceParts // that say something of the dialect
	file     *File         // as it was parsed last
	errors   diag.List     // of that
	before   *Text         // an earlier state; nil: none
}

// NewText makes a Text of a source, which it looks at only when somebody asks.
func NewText(src *diag.Source) *Text { return &Text{Source: src} }

// After makes a Text of a source of which t, which has been parsed, is an earlier state: what has not changed is not looked at again.
func (t *Text) After(src *diag.Source) *Text {
	if src.Text == t.Source.Text && src.Name == t.Source.Name && len(t.errors) == 0 {
		return t
	}
	return &Text{Source: src, before: t}
}

// Parse reads the text as a file of a dialect: see the function Parse.
func (t *Text) Parse(dialect Dialect) (*File, diag.List) {
	var names map[string]bool
	if dialect.Conditionals() {
		names = HashNames(t.Source.Text)
	}
	return t.ParseCalling(dialect, names)
}

// ParseCalling is Parse for a classic file that may call words whose names have
// a "#" in them; Parse knows those that the file itself defines.
func (t *Text) ParseCalling(dialect Dialect, hashNames map[string]bool) (*File, diag.List) {
	return t.parse(&File{Source: t.Source, Dialect: dialect, HashNames: hashNames})
}

// ParseMixed is ParseCalling for a file that uses both forms of the conditional, "[ A ] [ B ] if" and
// "if A else B then": no dialect has both, but a tool that rewrites the file has to read it.
func (t *Text) ParseMixed(dialect Dialect, hashNames map[string]bool) (*File, diag.List) {
	return t.parse(&File{Source: t.Source, Dialect: dialect, HashNames: hashNames, Mixed: true})
}

// parse reads the text as a file, of which nothing is read yet.
func (t *Text) parse(file *File) (*File, diag.List) {
	if t.file != nil && t.file.sameReading(file) {
		return t.file, t.errors
	}
	p := &parser{file: file}
	if b := t.before; b != nil && b.file != nil && b.file.Whole() && !b.file.crowded() && b.file.sameReading(file) {
		p.before = standing(b.file, t.Source.Text)
	}
	t.file, t.errors = p.parse(t)
	t.before = nil // one state does not keep all before it
	return t.file, t.errors
}

// scanned is what the scanner finds in a text.
type scanned struct {
	tokens  []token
	allows  []Name // ids of "# seq:allow(ID)" comments
	pragmas []Pragma
	errors  diag.List

	hashNames map[string]bool // how "#" was read: see scanner
}

// scanned cuts the text into tokens, unless it was cut in this way before.
func (t *Text) scanned(classic bool, hashNames map[string]bool) *scanned {
	way := 0
	if classic {
		way = 1
	}
	if found := t.cut[way]; found != nil && maps.Equal(found.hashNames, hashNames) {
		return found
	}
	found := &scanned{hashNames: hashNames}
	s := &scanner{src: t.Source, text: t.Source.Text, classic: classic, hashNames: hashNames,
		report: func(d *diag.Diagnostic) { found.errors = append(found.errors, d) }}
	if b := t.before; b != nil && b.cut[way] != nil && len(b.cut[way].errors) == 0 && maps.Equal(b.cut[way].hashNames, hashNames) {
		s.before = &cutBefore{b.cut[way], changeOf(b.Source.Text, s.text)}
	}
	found.tokens = s.scan()
	found.allows, found.pragmas = s.allows, s.pragmas
	t.cut[way] = found
	return found
}

// HashNames returns the names with a "#" that a text defines, which only
// classic files can; nil if there is none.
func HashNames(text string) map[string]bool {
	var names map[string]bool
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '#')
		if n < 0 {
			return names
		}
		at += n
		if !inDefinedName(text[:at]) {
			at++
			continue
		}
		// A definition is looked for between semicolons within a line.
		start := strings.LastIndexAny(text[:at], ";\n") + 1
		part := text[start:]
		if end := strings.IndexAny(part, ";\n"); end >= 0 {
			part = part[:end]
		}
		at = start + len(part)
		if fields := strings.Fields(part); len(fields) > 2 && fields[0] == ":" && strings.Contains(fields[1], "#") && strings.HasPrefix(fields[2], "(") {
			if names == nil {
				names = map[string]bool{}
			}
			names[fields[1]] = true
		}
	}
}

// inDefinedName tells whether a "#" may be part of the name of a definition, by what stands in front
// of it: the rest of the name, or the colon. Nearly all comments are told apart by this alone.
func inDefinedName(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	if before == "" || last == '\n' || last == ';' {
		return false
	}
	if !unicode.IsSpace(last) {
		return true
	}
	return strings.HasSuffix(strings.TrimRightFunc(before, func(r rune) bool { return unicode.IsSpace(r) && r != '\n' }), ":")
}
