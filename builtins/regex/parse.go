package regex

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// node is a part of a parsed pattern.
type node struct {
	kind     nodeKind
	set      set // oneOf
	assert   assertion
	subs     []*node
	min, max int // repeat; max < 0: no limit
	greedy   bool
	group    int // capture
	height   int // how deep what is nested in it goes; see maxNesting
}

type nodeKind uint8

const (
	empty nodeKind = iota
	oneOf
	assert
	concat
	alternate
	repeat
	capture
)

type assertion uint8

const (
	textStart assertion = iota
	textEnd
	lineStart
	lineEnd
	lineStartCRLF
	lineEndCRLF
	wordBoundary
	notWordBoundary
	wordStart
	wordEnd
	wordStartHalf
	wordEndHalf
	asciiWords // added to those of words: only ASCII counts
)

// flags are those of (?flags).
type flags struct{ fold, lines, dotAll, swap, verbose, bytes, crlf bool }

// maxNesting bounds how deep groups, classes, repetitions, alternations and
// sequences stand in each other (chapter 6, section 12.5). An alternation and a
// sequence count where they have more than one part.
const maxNesting = 250

type parser struct {
	text  string
	at    int
	flags flags
	depth int      // of open groups and classes
	names []string // of the groups, by number; "" for unnamed
}

// invalidPattern is thrown by the parser and caught by parse.
type invalidPattern struct{ reason string }

func (p *parser) fail(format string, args ...any) {
	panic(invalidPattern{fmt.Sprintf(format, args...)})
}

func parse(pattern string) (n *node, names []string, err error) {
	if !utf8.ValidString(pattern) {
		return nil, nil, errors.New("the pattern is not UTF-8")
	}
	p := &parser{text: pattern, names: []string{""}}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(invalidPattern)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("%s at byte %d", bad.reason, p.at)
		}
	}()
	n = p.alternation()
	if p.at < len(p.text) {
		p.fail("a ) without its (")
	}
	return n, p.names, nil
}

// enter notes that a group or a class opens; so the parser itself stays
// shallow.
func (p *parser) enter() {
	p.depth++
	p.above(p.depth - 1)
}

func (p *parser) leave() { p.depth-- }

// above is the height of what holds something of that height.
func (p *parser) above(height int) int {
	if height >= maxNesting {
		p.fail("nested too deeply")
	}
	return height + 1
}

// together is the height of parts that stand side by side.
func (p *parser) together(parts []*node) int {
	height := 0
	for _, n := range parts {
		height = max(height, n.height)
	}
	if len(parts) < 2 {
		return height
	}
	return p.above(height)
}

// peek returns the next character; -1 at the end.
func (p *parser) peek() rune {
	if p.at >= len(p.text) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return r
}

func (p *parser) next() rune {
	r := p.peek()
	if r < 0 {
		p.fail("the pattern ends too early")
	}
	p.at += utf8.RuneLen(r)
	return r
}

func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

// skip passes over what verbose mode ignores.
func (p *parser) skip() {
	for p.flags.verbose {
		switch r := p.peek(); {
		case r >= 0 && unicode.IsSpace(r):
			p.next()
		case r == '#':
			for r := p.peek(); r >= 0 && r != '\n'; r = p.peek() {
				p.next()
			}
		default:
			return
		}
	}
}

// alternation reads up to the end of a group. Flags set inside end with it.
func (p *parser) alternation() *node {
	saved := p.flags
	defer func() { p.flags = saved }()
	alternatives := []*node{p.sequence()}
	for p.take("|") {
		alternatives = append(alternatives, p.sequence())
	}
	if len(alternatives) == 1 {
		return alternatives[0]
	}
	return &node{kind: alternate, subs: alternatives, height: p.together(alternatives)}
}

func (p *parser) sequence() *node {
	seq := &node{kind: concat}
	for {
		p.skip()
		switch r := p.peek(); r {
		case -1, '|', ')':
			seq.height = p.together(seq.subs)
			return seq
		case '*', '+', '?', '{':
			p.repetition(seq)
		default:
			if n := p.atom(); n != nil {
				seq.subs = append(seq.subs, n)
			} else { // flags: what they stand before cannot be repeated
				seq.subs = append(seq.subs, &node{kind: empty, min: -1})
			}
		}
	}
}

// repetition reads an operator and applies it to what stands before.
func (p *parser) repetition(seq *node) {
	if len(seq.subs) == 0 || seq.subs[len(seq.subs)-1].min < 0 {
		p.fail("nothing to repeat")
	}
	least, most := 0, -1
	switch p.next() {
	case '+':
		least = 1
	case '?':
		most = 1
	case '{':
		least, most = p.counts()
		p.skip() // not behind the others: "a* ?" is (?:a*)?
	}
	greedy := !p.take("?")
	if p.flags.swap {
		greedy = !greedy
	}
	n := &seq.subs[len(seq.subs)-1]
	if takesNothing(*n) { // once is as good as many times
		least = min(least, 1)
		if most != 0 {
			most = 1
		}
	}
	*n = &node{kind: repeat, subs: []*node{*n}, min: least, max: most, greedy: greedy, height: p.above((*n).height)}
}

// takesNothing tells whether a node matches the empty text only.
func takesNothing(n *node) bool {
	if n.kind == repeat && n.max == 0 {
		return true
	}
	return n.kind != oneOf && !slices.ContainsFunc(n.subs, func(s *node) bool { return !takesNothing(s) })
}

// counts reads "n}", "n,}" or "n,m}". Blanks may stand around the numbers,
// whatever the flags, but not between "," and "}".
func (p *parser) counts() (least, most int) {
	p.skip()
	least = p.count()
	most = least
	if p.take(",") {
		p.skip()
		most = -1
		if p.peek() != '}' {
			if most = p.count(); most < least {
				p.fail("counts in the wrong order")
			}
		}
	}
	if !p.take("}") {
		p.fail("an unfinished repetition")
	}
	return least, most
}

// count reads one number of a repetition.
func (p *parser) count() int {
	p.blanks()
	digits := ""
	for r := p.peek(); r >= '0' && r <= '9'; r = p.peek() {
		digits += string(p.next())
		p.skip()
	}
	p.blanks()
	p.skip()
	if digits == "" {
		p.fail("a repetition without a count")
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		p.fail("a count above 4294967295")
	}
	return int(n)
}

// blanks passes over white space.
func (p *parser) blanks() {
	for unicode.IsSpace(p.peek()) {
		p.next()
	}
}

func (p *parser) atom() *node {
	switch r := p.next(); r {
	case '.':
		return p.dot()
	case '^':
		return p.lineAssertion(textStart, lineStart, lineStartCRLF)
	case '$':
		return p.lineAssertion(textEnd, lineEnd, lineEndCRLF)
	case '(':
		return p.group()
	case '[':
		s, height := p.class()
		return &node{kind: oneOf, set: s, height: height}
	case '\\':
		return p.escape()
	default:
		return p.literal(r)
	}
}

func (p *parser) literal(r rune) *node { return &node{kind: oneOf, set: p.folded(set{{r, r}})} }

func (p *parser) folded(s set) set {
	if p.flags.fold {
		return s.fold(p.flags.bytes)
	}
	return s
}

func (p *parser) dot() *node {
	var s set
	switch {
	case p.flags.dotAll:
	case p.flags.crlf:
		s = set{{'\n', '\n'}, {'\r', '\r'}}
	default:
		s = set{{'\n', '\n'}}
	}
	return &node{kind: oneOf, set: p.wholeCharacters(s.negate())}
}

func (p *parser) lineAssertion(text, line, crlf assertion) *node {
	switch {
	case !p.flags.lines:
		return &node{kind: assert, assert: text}
	case p.flags.crlf:
		return &node{kind: assert, assert: crlf}
	}
	return &node{kind: assert, assert: line}
}

func (p *parser) group() *node {
	p.skip()
	if p.startsWith("?=", "?!", "?<=", "?<!") {
		p.fail("look-around")
	}
	switch {
	case p.take("?P<"), p.take("?<"):
		return p.captured(p.groupName())
	case !p.take("?"):
		return p.captured("")
	}
	on := p.readFlags()
	if p.take(")") {
		p.flags = on
		return nil
	}
	p.take(":")
	saved := p.flags
	p.flags = on
	n := p.inGroup()
	p.flags = saved
	return &node{kind: concat, subs: []*node{n}, height: p.above(n.height)}
}

// startsWith tells whether what comes begins with one of some texts.
func (p *parser) startsWith(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(p.text[p.at:], s) })
}

// inGroup reads the inside of a group and its end.
func (p *parser) inGroup() *node {
	p.enter()
	defer p.leave()
	n := p.alternation()
	if !p.take(")") {
		p.fail("an unclosed group")
	}
	return n
}

func (p *parser) captured(name string) *node {
	number := len(p.names)
	p.names = append(p.names, name)
	n := p.inGroup()
	return &node{kind: capture, group: number, subs: []*node{n}, height: p.above(n.height)}
}

func (p *parser) groupName() string {
	start := p.at
	for r := p.next(); r != '>'; r = p.next() {
		first := p.at-utf8.RuneLen(r) == start
		letter := r == '_' || alphabetic().has(r)
		if !letter && (first || !unicode.IsNumber(r) && !strings.ContainsRune(".[]", r)) {
			p.fail("a bad group name")
		}
	}
	name := p.text[start : p.at-1]
	if name == "" {
		p.fail("an empty group name")
	}
	for _, other := range p.names {
		if other == name {
			p.fail("two groups named %s", name)
		}
	}
	return name
}

// readFlags reads "is-m" up to the ) or : that ends it.
func (p *parser) readFlags() flags {
	f, on, seen := p.flags, true, ""
	for {
		r := p.peek()
		if r == ')' || r == ':' {
			if strings.HasSuffix(seen, "-") || seen == "" && r == ')' {
				p.fail("empty flags")
			}
			return f
		}
		p.next()
		if strings.ContainsRune(seen, r) {
			p.fail("a repeated flag")
		}
		seen += string(r)
		if r == '-' {
			on = false
			continue
		}
		if !f.set(r, on) {
			p.fail("an unknown flag or kind of group")
		}
	}
}

// set switches a flag by its letter; false: there is no such flag.
func (f *flags) set(letter rune, on bool) bool {
	switch letter {
	case 'i':
		f.fold = on
	case 'm':
		f.lines = on
	case 's':
		f.dotAll = on
	case 'U':
		f.swap = on
	case 'x':
		f.verbose = on
	case 'u':
		f.bytes = !on
	case 'R':
		f.crlf = on
	default:
		return false
	}
	return true
}

// assertions are the escapes of one letter that look around.
var assertions = map[rune]assertion{'A': textStart, 'z': textEnd, 'b': wordBoundary, 'B': notWordBoundary, '<': wordStart, '>': wordEnd}

// boundaries are what \b{name} looks for.
var boundaries = map[string]assertion{"start": wordStart, "end": wordEnd, "start-half": wordStartHalf, "end-half": wordEndHalf}

// escape reads what stands behind a backslash outside of a class.
func (p *parser) escape() *node {
	if a, ok := assertions[p.peek()]; ok {
		p.next()
		if a == wordBoundary {
			a = p.boundary()
		}
		if a >= wordBoundary && p.flags.bytes {
			a += asciiWords
		}
		return &node{kind: assert, assert: a}
	}
	if s, ok := p.classEscape(); ok {
		return &node{kind: oneOf, set: s}
	}
	return p.literal(p.character())
}

// boundary reads what may stand behind \b: "{name}". A brace that no letter and
// no dash follows begins a repetition.
func (p *parser) boundary() assertion {
	start := p.at
	if !p.take("{") {
		return wordBoundary
	}
	name := ""
	for p.skip(); p.peek() == '-' || isASCIILetter(p.peek()); p.skip() {
		name += string(p.next())
	}
	if name == "" {
		p.at = start
		return wordBoundary
	}
	a, ok := boundaries[name]
	if !ok || !p.take("}") {
		p.fail("an unknown word boundary")
	}
	return a
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// classEscape reads \d, \pL and their like; false if it is none.
func (p *parser) classEscape() (set, bool) {
	perl := func(unicode func() set, ascii set) set {
		if p.flags.bytes {
			return ascii
		}
		return unicode()
	}
	var s set
	r := p.peek()
	switch r {
	case 'd', 'D':
		s = perl(digit, asciiDigit)
	case 's', 'S':
		s = perl(space, asciiSpace)
	case 'w', 'W':
		s = perl(word, asciiWord)
	case 'p', 'P':
		p.next()
		return p.property(r == 'P'), true
	default:
		return nil, false
	}
	p.next()
	if r < 'a' {
		s = p.wholeCharacters(s.negate())
	}
	return s, true
}

func (p *parser) property(negated bool) set {
	if p.flags.bytes {
		p.fail("\\p without the flag u")
	}
	p.skip()
	name := string(p.next())
	switch name {
	case "\\":
		p.fail("a property without a name")
	case "{":
		name = p.inBraces()
	}
	if before, value, found := strings.Cut(name, "!="); found {
		// Only the first sign parts key and value.
		name, negated = before+":"+value, !negated
	}
	s, ok := property(name)
	if !ok {
		p.fail("an unknown property %s", name)
	}
	if s = p.folded(s); negated {
		s = s.negate()
	}
	return s
}

// inBraces reads up to the } behind a {. Verbose mode ignores blanks here too.
func (p *parser) inBraces() string {
	inside := ""
	for {
		p.skip()
		r := p.next()
		if r == '}' {
			return inside
		}
		inside += string(r)
	}
}

// character reads the escape of a single character.
func (p *parser) character() rune {
	switch r := p.next(); r {
	case 'a':
		return '\a'
	case 'f':
		return '\f'
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'v':
		return '\v'
	case 'x':
		return p.hex(2)
	case 'u':
		return p.hex(4)
	case 'U':
		return p.hex(8)
	default:
		if r > unicode.MaxASCII || isASCIILetter(r) || unicode.IsDigit(r) || r == '<' || r == '>' {
			p.fail("an unknown escape \\%c", r)
		}
		return r
	}
}

// hex reads a code point: so many digits, or any number in braces.
func (p *parser) hex(digits int) rune {
	p.skip()
	number, braces := "", p.take("{")
	if braces {
		number = p.inBraces()
	}
	for !braces && len(number) < digits {
		number += string(p.next())
		p.skip()
	}
	if strings.Trim(number, "0123456789abcdefABCDEF") != "" || number == "" {
		p.fail("a bad hexadecimal number")
	}
	n, err := strconv.ParseUint(number, 16, 32)
	if err != nil || n > unicode.MaxRune || !utf8.ValidRune(rune(n)) {
		p.fail("no such code point")
	}
	if p.flags.bytes && !braces && digits == 2 && n > unicode.MaxASCII {
		p.fail("without the flag u this matches a byte that is no character")
	}
	return rune(n)
}
