// Package syntax turns the text of one source file into a tree: scanner,
// parser, syntax tree. The grammar stands in grammar.ebnf beside this file;
// the rules are those of chapter 1 of the language book.
//
// It looks at one file and nothing else: what an include means, whether a word
// or a type exists and whether anything fits is decided by later phases.
package syntax

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/diag"
)

// MaxNesting bounds how deep quotations and matches may nest, so that no
// source can exhaust the stack of a later phase. Type expressions nest at most
// MaxTypeNesting deep (chapter 1, section 8).
const (
	MaxNesting     = 100_000
	MaxTypeNesting = 32
)

// Parse reads a source file. It always returns a tree, of what could be read,
// and every error it found, in source order. A definition with an error in it
// is left out of the tree.
func Parse(src *diag.Source, dialect Dialect) (*File, diag.List) {
	return NewText(src).Parse(dialect)
}

// InputWord is the name of the word that the statements of an input make up. With
// its blank no other word can have it.
const InputWord = "this input"

// Main is the name of the word that a program starts in.
const Main = "main"

// Shown is how messages write the name of a word: 'f', or "this input".
func (w *Word) Shown() string {
	if w.Name.Text == InputWord {
		return InputWord
	}
	return quote(w.Name.Text)
}

// Titled is Shown with what it is: "the word 'f'", or "this input".
func (w *Word) Titled() string {
	if w.Name.Text == InputWord {
		return InputWord
	}
	return "the word " + w.Shown()
}

// ParseInput is Parse for an input of an interactive session: between the
// definitions may stand statements. They are the body of a word without an
// effect, InputWord, which is not among the words of the file; nil if there are none.
func ParseInput(src *diag.Source, dialect Dialect) (file *File, main *Word, errors diag.List) {
	p := &parser{file: &File{Source: src, Dialect: dialect}, input: &Word{Name: Name{Text: InputWord}}}
	if dialect.Conditionals() {
		p.file.HashNames = HashNames(src.Text)
	}
	file, errors = p.parse(NewText(src))
	if len(p.input.Body) > 0 {
		main = p.input
	}
	return file, main, errors
}

// parse reads the file that is begun, whose text is cut into tokens already or not.
func (p *parser) parse(text *Text) (*File, diag.List) {
	src := p.file.Source
	if len(src.Text) > maxSize {
		p.fail(0, 0, "file-too-large", "the file is larger than 2 GiB")
		return p.file, p.errors
	}
	if at := invalidUTF8(src.Text); at >= 0 {
		line, _ := src.Position(int32(at))
		p.fail(-1, -1, "not-utf8", fmt.Sprintf("the file is not UTF-8: invalid byte 0x%02x in line %d", src.Text[at], line)).
			Help = []string{`write raw bytes of a string as \x escapes`}
		return p.file, p.errors
	}
	found := text.scanned(p.file.Dialect.Conditionals(), p.file.HashNames)
	p.text, p.tokens, p.allows = src.Text, found.tokens, found.allows
	p.file.Allows = found.allows[:len(found.allows):len(found.allows)]
	if p.errors = append(p.errors, found.errors...); len(p.errors) > 0 { // an unclosed string swallows the rest: nothing after it can be trusted
		return p.file, p.errors
	}
	switch {
	case p.before != nil:
		p.takeFront()
		p.program()
		p.detach()
	case !p.inParts():
		p.program()
	}
	p.errors.Sort()
	p.noteFaults()
	return p.file, p.errors
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

type parser struct {
	file   *File
	text   string  // of the file
	tokens []token // of the text
	at     int
	errors diag.List
	allows []Name
	depth  int
	word   *Word      // the definition that is being read
	list   []Stmt     // the statements of the lists that are being read, the innermost one last
	exprs  []TypeExpr // the types of the lists that are being read, the innermost one last
	room   []Stmt     // memory for statements
	broken []int32    // where definitions begin that were refused
	before *stands    // what need not be read again; nil: all
	input  *Word      // has the statements outside of definitions; nil: there are none
}

// broken is thrown by panic to leave a definition after its first error, and
// caught in program. It never leaves the package.
type broken struct{}

func (p *parser) fail(start, end int32, code diag.Code, message string) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: code, Span: p.file.Span(start, end), Message: message}
	p.errors = append(p.errors, d)
	return d
}

// refuse reports an error and leaves the definition.
func (p *parser) refuse(t Token, code diag.Code, message string, help ...string) {
	p.fail(t.Pos, t.End, code, message).Help = help
	panic(broken{})
}

// refuseOffering is refuse with a fix, which does what one of the help lines says.
func (p *parser) refuseOffering(t Token, code diag.Code, message string, fix diag.Fix, help ...string) {
	d := p.fail(t.Pos, t.End, code, message)
	d.Help, d.Fixes = help, []diag.Fix{fix}
	panic(broken{})
}

// token returns a token by its index.
func (p *parser) token(i int) Token { return p.tokens[i].in(p.text) }

func (p *parser) peek() Token { return p.token(p.at) }

func (p *parser) peekAfter() Token { return p.token(min(p.at+1, len(p.tokens)-1)) }

func (p *parser) next() Token {
	t := p.token(p.at)
	if t.Kind != TokenEOF {
		p.at++
	}
	return t
}

// describe names a token for a message.
func describe(t Token) string {
	if t.Kind == TokenEOF {
		return "the end of the file"
	}
	return quote(t.Text)
}

func (p *parser) program() {
	for p.peek().Kind != TokenEOF {
		if p.before != nil && p.takeTail() {
			return
		}
		start := p.at
		if !p.definition() {
			p.broken = append(p.broken, p.tokens[start].Pos)
			p.recover(start)
		}
	}
}

// definition reads one top-level form; false if it was refused.
func (p *parser) definition() (ok bool) {
	defer func() {
		p.word = nil
		p.depth = 0
		if r := recover(); r != nil {
			if _, mine := r.(broken); !mine {
				panic(r)
			}
			ok, p.list, p.exprs = false, nil, nil
		}
	}()
	t := p.peek()
	switch {
	case t.Is(":") && (p.input == nil || p.startsWord()):
		p.wordDefinition()
	case t.Is("include"):
		p.include()
	case t.Is("union"):
		p.union()
	case p.input != nil:
		p.loose(t)
	default:
		help := "statements belong in the body of a word; the program starts in ': main ( -- ) … ;'"
		if t.Is("use") {
			help = "write 'include std:NAME'"
		}
		d := p.fail(t.Pos, t.End, "top-level", fmt.Sprintf("%s cannot stand at the top level: only 'include', 'union' and ': name ( -- ) … ;' can", describe(t)))
		d.Help = []string{help}
		if t.Is("use") {
			p.offerInclude(d, t)
		}
		panic(broken{})
	}
	return true
}

// startsWord tells whether the ":" here is, in an input, that of a definition and
// not of a symbol: a blank stands behind it.
func (p *parser) startsWord() bool {
	after := p.peekAfter()
	return after.Kind == TokenEOF || after.Pos > p.peek().End
}

// loose reads statements of an input up to the next definition.
func (p *parser) loose(first Token) {
	p.word = p.input
	if len(p.input.Body) == 0 {
		p.input.Pos, p.input.Name.Pos, p.input.Name.End = first.Pos, first.Pos, first.Pos
	}
	p.list = p.input.Body // a definition between statements makes no difference
	p.read(scope{loose: true}, 0)
	p.input.Body, p.list = p.list, nil
	p.input.End = p.tokens[max(p.at-1, 0)].End
	p.input.Name.End = p.input.End
}

// recover skips to the next token at the start of a line that begins a
// definition, so that one error does not make others. A "union" or "include" there begins one though it was read
// as a word of the broken definition.
func (p *parser) recover(start int) {
	for i := start + 1; i < p.at; i++ {
		if t := p.token(i); t.NewLine && (t.Is("union") || t.Is("include")) {
			p.at = i
			return
		}
	}
	if p.at == start {
		p.at++
	}
	for ; p.peek().Kind != TokenEOF; p.at++ {
		t := p.peek()
		if !t.NewLine {
			if p.token(p.at-1).Is(";") && (t.Is(":") || t.Is("union") || t.Is("include")) {
				return
			}
			continue
		}
		if t.Is("union") || t.Is("include") || (t.Is(":") && p.startsDefinition(p.at)) {
			return
		}
	}
}

// startsDefinition tells whether the ":" at index i is followed by a name and
// "(" on its line.
func (p *parser) startsDefinition(i int) bool {
	if i+2 >= len(p.tokens) {
		return false
	}
	name, open := p.token(i+1), p.token(i+2)
	return name.Kind != TokenEOF && !name.NewLine && open.Is("(") && !open.NewLine
}

// sameLine refuses a token that stands on another line than what it belongs to.
func (p *parser) sameLine(t Token, what string) {
	if t.NewLine {
		d := p.fail(t.Pos, t.End, "line-break", fmt.Sprintf("a line may not end between %s", what))
		if before := p.tokens[p.at-2]; strings.TrimSpace(p.file.Source.Text[before.End:t.Pos]) == "" { // no comment
			d.Offer("join the lines", p.edit(before.End, t.Pos, " "))
		}
		panic(broken{})
	}
}

// failInclude reports an error of an include: all stand at the include itself
// (chapter 1, section 20).
func (p *parser) failInclude(start, last Token, message string) *diag.Diagnostic {
	d := p.fail(start.Pos, last.End, "include-form", message)
	d.Help = []string{`the forms are: include std:NAME, include vm:NAME, include ffi:NAME, include "path/without-ending"`}
	return d
}

func (p *parser) include() {
	start := p.next()
	refuse := func(last Token, message string) {
		p.failInclude(start, last, message)
		panic(broken{})
	}
	t := p.peek()
	switch {
	case t.Kind == TokenEOF, t.NewLine && (t.Is(":") || t.Is("include") || t.Is("union")):
		refuse(start, "'include' without a module or path")
	case t.NewLine:
		refuse(start, "a line may not end between 'include' and its path")
	}
	inc := &Include{Pos: start.Pos}
	switch {
	case t.Kind == TokenString:
		p.next()
		inc.Name = t.Text[1 : len(t.Text)-1]
		inc.End = t.End
	case t.Namespace():
		inc.Kind = namespaces[t.Text]
		p.next()
		colon := p.peek()
		if !colon.Is(":") || colon.NewLine {
			refuse(t, fmt.Sprintf("'include %s' without a name: ':NAME' must follow", t.Text))
		}
		p.next()
		name := p.peek()
		if name.Kind != TokenWord || name.NewLine {
			refuse(colon, fmt.Sprintf("'include %s:' without a name", t.Text))
		}
		p.next()
		inc.Name = name.Text
		inc.End = name.End
	default:
		d := p.failInclude(start, t, fmt.Sprintf("cannot include %s", describe(t)))
		if moduleName(t.Text) {
			for _, form := range []string{"std:" + t.Text, "vm:" + t.Text, quoted(t.Text)} {
				d.Offer("write 'include "+form+"'", p.replace(t, form))
			}
		}
		panic(broken{})
	}
	p.file.Includes = append(p.file.Includes, inc)
}

// CallName tells whether a program can call a word with a name.
func CallName(name string) bool {
	file, errs := Parse(diag.NewSource("", ": "+name+" ( -- ) "+name+" ;"), Seven)
	if errs.HasErrors() || len(file.Words) != 1 || file.Words[0].Name.Text != name {
		return false
	}
	body := file.Words[0].Body
	return len(body) == 1 && body[0].Kind == StmtCall && body[0].Text == name
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r)
}

func nameOf(t Token) Name { return Name{Text: t.Text, Pos: t.Pos, End: t.End} }

func (p *parser) union() {
	start := p.next()
	name := p.next()
	if name.Kind != TokenWord {
		p.refuse(name, "union-form", fmt.Sprintf("'union' needs a name, found %s", describe(name)))
	}
	p.sameLine(name, "'union' and its name")
	if !startsUpper(name.Text) {
		p.refuseOffering(name, "union-name", fmt.Sprintf("the union name %s must start with an upper case letter", quote(name.Text)),
			p.write(name, upperFirst(name.Text)), "try "+quote(upperFirst(name.Text)))
	}
	u := &Union{Name: nameOf(name), Pos: start.Pos}
	if open := p.next(); !open.Is("{") {
		p.refuse(open, "union-form", fmt.Sprintf("expected '{' after 'union %s', found %s", name.Text, describe(open)))
	}
	seen := map[string]Token{}
	for !p.peek().Is("}") {
		t := p.next()
		switch {
		case t.Kind == TokenEOF:
			p.refuse(start, "unclosed-union", fmt.Sprintf("the union %s is not closed: '}' is missing", quote(name.Text)))
		case t.Is(","):
			p.refuseOffering(t, "union-form", fmt.Sprintf("there is no ',' between the variants of a union (%s)", quote(name.Text)),
				p.leaveOut(t), "leave it out: variants are separated by blanks")
		case t.Kind != TokenWord || !startsUpper(t.Text):
			d := p.fail(t.Pos, t.End, "variant-name", fmt.Sprintf("expected a variant of the union %s, found %s: a variant name starts with an upper case letter", quote(name.Text), describe(t)))
			if upper := upperFirst(t.Text); t.Kind == TokenWord && startsUpper(upper) {
				d.Help, d.Fixes = []string{"try " + quote(upper)}, []diag.Fix{p.write(t, upper)}
			}
			panic(broken{})
		}
		if first, dup := seen[t.Text]; dup {
			d := p.fail(t.Pos, t.End, "duplicate-variant", fmt.Sprintf("the union %s has the variant %s twice", quote(name.Text), quote(t.Text)))
			d.Related = []diag.Related{{Span: p.file.Span(first.Pos, first.End), Label: "first here"}}
			panic(broken{})
		}
		seen[t.Text] = t
		v := Variant{Name: nameOf(t)}
		if p.peek().Is("{") {
			p.next()
			v.Fields = p.fields(u, t, start)
		}
		u.Variants = append(u.Variants, v)
	}
	u.End = p.next().End
	if len(u.Variants) == 0 {
		p.fail(name.Pos, name.End, "empty-union", fmt.Sprintf("the union %s has no variants: it needs at least one", quote(name.Text)))
		panic(broken{})
	}
	p.file.Unions = append(p.file.Unions, u)
}

func upperFirst(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

func (p *parser) fields(u *Union, variant, union Token) []Field {
	var fields []Field
	seen := map[string]Token{}
	for !p.peek().Is("}") {
		t := p.next()
		if t.Kind == TokenEOF {
			p.refuse(union, "unclosed-union", fmt.Sprintf("the union %s is not closed: '}' is missing", quote(u.Name.Text)))
		}
		if t.Kind != TokenWord {
			p.refuse(t, "field-form", fmt.Sprintf("expected a field of the variant %s, found %s", quote(variant.Text), describe(t)))
		}
		if first, dup := seen[t.Text]; dup {
			d := p.fail(t.Pos, t.End, "duplicate-field", fmt.Sprintf("the variant %s of the union %s has the field %s twice", quote(variant.Text), quote(u.Name.Text), quote(t.Text)))
			d.Related = []diag.Related{{Span: p.file.Span(first.Pos, first.End), Label: "first here"}}
			panic(broken{})
		}
		seen[t.Text] = t
		if colon := p.next(); !colon.Is(":") || colon.NewLine {
			message := fmt.Sprintf("the field %s of the variant %s needs ':' and a type", quote(t.Text), quote(variant.Text))
			if colon.Kind != TokenWord || !startsUpper(colon.Text) || startsUpper(t.Text) {
				p.refuse(t, "field-form", message, fmt.Sprintf("write '%s: Int'", t.Text))
			}
			form := fmt.Sprintf("%s: %s", t.Text, colon.Text)
			p.refuseOffering(t, "field-form", message, diag.Fix{Title: "write " + quote(form), Edits: []diag.Edit{p.insert(t.End, ":")}}, "write "+quote(form))
		}
		typ := p.next()
		if typ.Kind != TokenWord || typ.NewLine {
			p.refuse(t, "field-form", fmt.Sprintf("the field %s of the variant %s of the union %s has no type, found %s", quote(t.Text), quote(variant.Text), quote(u.Name.Text), describe(typ)),
				"field types are Int, Float, Bool, String, Channel, Socket and the unions of the program")
		}
		fields = append(fields, Field{Name: nameOf(t), Type: nameOf(typ)})
		if p.peek().Is(",") {
			p.next()
		}
	}
	p.next()
	return fields
}

func (p *parser) wordDefinition() {
	colon := p.next()
	name := p.next()
	switch {
	case name.Kind == TokenEOF, name.NewLine, name.Kind == TokenDelimiter, name.Kind == TokenString:
		p.fail(colon.Pos, name.End, "word-name", fmt.Sprintf("a word definition needs a name after ':', found %s", describe(name)))
		panic(broken{})
	case reserved(name.Text) != nil, formOf(name.Text) != notNumber:
		what := "a reserved word"
		if reserved(name.Text) == nil {
			what = "a number"
		}
		p.fail(colon.Pos, name.End, "reserved-name", fmt.Sprintf("%s is %s and cannot name a word", quote(name.Text), what))
		panic(broken{})
	}
	w := &Word{Name: nameOf(name), Pos: colon.Pos}
	p.word = w
	open := p.peek()
	switch {
	case open.Is("(") && !open.NewLine:
		w.Effect = p.effect(name.Text)
	case p.file.Dialect.Conditionals() && !open.Is("("):
		w.Effect = &Effect{Pos: name.Pos, End: name.End, Missing: true} // its profile decides
	default:
		why := "its stack effect is missing"
		if open.Is("(") {
			why = "its stack effect must stand on the line of the name"
		}
		d := p.fail(colon.Pos, name.End, "missing-effect", fmt.Sprintf("the word %s has no effect: %s", quote(name.Text), why))
		d.Help = []string{MissingEffectHelp(name.Text)}
		panic(broken{})
	}
	w.Body = p.statements(scope{})
	end := p.next()
	w.End = end.End
	own := p.allowsBefore(w.End)
	w.Allows, p.allows = p.allows[:own:own], p.allows[own:]
	p.file.Words = append(p.file.Words, w)
}

// allowsBefore returns how many of the "# seq:allow(ID)" comments that no word has yet stand in front of an offset.
func (p *parser) allowsBefore(pos int32) int {
	n, _ := slices.BinarySearchFunc(p.allows, pos, func(a Name, pos int32) int { return cmp.Compare(a.Pos, pos) })
	return n
}

// MissingEffectHelp says how to write the effect of a word that has none.
func MissingEffectHelp(word string) string {
	return fmt.Sprintf("write ': %s ( inputs -- outputs ) … ;', for example ( Int -- String )", word)
}

// ParseEffect reads a stack effect such as "( Int -- String )" that does not
// stand in a program, for tables of words.
func ParseEffect(text string) (*Effect, error) {
	src := diag.NewSource("effect", text)
	found := NewText(src).scanned(false, nil)
	p := &parser{file: &File{Source: src}, text: text, tokens: found.tokens, errors: slices.Clone(found.errors)}
	var effect *Effect
	func() {
		defer func() {
			if r := recover(); r != nil {
				if _, mine := r.(broken); !mine {
					panic(r)
				}
			}
		}()
		if !p.peek().Is("(") {
			p.refuse(p.peek(), "effect-form", "an effect starts with '('")
		}
		effect = p.effect("")
		if t := p.peek(); t.Kind != TokenEOF {
			p.refuse(t, "effect-form", "text after the effect: "+describe(t))
		}
	}()
	if len(p.errors) > 0 {
		return nil, p.errors
	}
	return effect, nil
}

func (p *parser) effect(word string) *Effect {
	open := p.next()
	e := &Effect{Pos: open.Pos}
	e.In = p.types(word, "--", 0)
	p.next()
	e.Out = p.types(word, ")", 0)
	t := p.next()
	if t.Is("|") {
		for !p.peek().Is(")") {
			y := p.next()
			if y.Kind == TokenEOF {
				p.refuse(open, "effect-form", fmt.Sprintf("the effect of the word %s is not closed: ')' is missing", quote(word)))
			}
			if !y.Is("Yield") {
				p.refuse(y, "effect-annotation", fmt.Sprintf("unknown annotation %s in the effect of %s: only 'Yield TYPE' can follow '|'", describe(y), quote(word)))
			}
			if n := p.peek(); n.Is(")") || n.Kind == TokenEOF {
				p.refuse(y, "effect-annotation", fmt.Sprintf("'Yield' without a type in the effect of %s", quote(word)))
			}
			e.Yields = append(e.Yields, p.typeExpr(word, 0))
		}
		if len(e.Yields) == 0 {
			p.refuseOffering(t, "effect-annotation", fmt.Sprintf("'|' without an annotation in the effect of %s: 'Yield TYPE' must follow", quote(word)),
				p.leaveOut(t), "leave it out if the word yields nothing")
		}
		t = p.next()
	}
	e.End = t.End
	return e
}

// types reads types up to "--" or the closing token, which it leaves.
func (p *parser) types(word, until string, depth int) []TypeExpr {
	from := len(p.exprs)
	for {
		t := p.peek()
		switch {
		case t.Is(until), until == ")" && t.Is("|"):
			list := append([]TypeExpr(nil), p.exprs[from:]...) // nil if there are none
			p.exprs = p.exprs[:from]
			return list
		case t.Is(")"), t.Is("]"), t.Is("--"), t.Is("|"), t.Is(";"), t.Kind == TokenEOF:
			if until == "--" {
				p.refuse(t, "effect-form", fmt.Sprintf("'--' is missing in the effect of %s, found %s", quote(word), describe(t)),
					"an effect has two sides: ( inputs -- outputs )")
			}
			p.refuse(t, "effect-form", fmt.Sprintf("'%s' is missing in the effect of %s, found %s", until, quote(word), describe(t)))
		}
		x := p.typeExpr(word, depth)
		p.exprs = append(p.exprs, x)
	}
}

// noSides are the sides of what is no quotation or closure type.
var noSides Sides

func (p *parser) typeExpr(word string, depth int) TypeExpr {
	t := p.next()
	x := TypeExpr{Name: t.Text, Pos: t.Pos, End: t.End, Sides: &noSides}
	switch {
	case t.Is("["):
		x.Kind = TypeQuotation
	case t.Is("Closure") && p.peek().Is("["):
		p.next()
		x.Kind = TypeClosure
	case t.Kind != TokenWord:
		p.refuse(t, "effect-form", fmt.Sprintf("expected a type in the effect of %s, found %s", quote(word), describe(t)))
	case strings.HasPrefix(t.Text, ".."):
		name := t.Text[2:]
		if !validRow(name) {
			d := p.fail(t.Pos, t.End, "row-name", fmt.Sprintf("bad row variable %s in the effect of %s", quote(t.Text), quote(word)))
			d.Help = []string{"a row variable is '..' and a lower case letter, then letters, digits or '_', such as ..a"}
			if lower := strings.ToLower(name); validRow(lower) {
				d.Fixes = []diag.Fix{p.write(t, ".."+lower)}
			}
			panic(broken{})
		}
		x.Kind = TypeRow
		x.Name = name
		return x
	default:
		return x
	}
	if depth+1 > MaxTypeNesting {
		p.refuse(t, "nesting-limit", fmt.Sprintf("the quotation types in the effect of %s nest more than %d deep", quote(word), MaxTypeNesting))
	}
	x.Name = ""
	x.Sides = &Sides{In: p.types(word, "--", depth+1)}
	p.next()
	x.Out = p.types(word, "]", depth+1)
	x.End = p.next().End
	return x
}

func validRow(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for i := 1; i < len(name); i++ {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
