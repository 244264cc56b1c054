package regex

import (
	"errors"
	"fmt"
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

// maxNesting bounds groups, classes and repetitions in each other.
const maxNesting = 1000

type parser struct {
	text  string
	at    int
	flags flags
	depth int
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

func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail("nested too deeply")
	}
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
	p.enter()
	saved := p.flags
	defer func() { p.flags = saved; p.depth-- }()
	alternatives := []*node{p.sequence()}
	for p.take("|") {
		alternatives = append(alternatives, p.sequence())
	}
	if len(alternatives) == 1 {
		return alternatives[0]
	}
	return &node{kind: alternate, subs: alternatives}
}

func (p *parser) sequence() *node {
	seq := &node{kind: concat}
	for {
		p.skip()
		switch r := p.peek(); r {
		case -1, '|', ')':
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
	}
	p.skip()
	greedy := !p.take("?")
	if p.flags.swap {
		greedy = !greedy
	}
	n := &seq.subs[len(seq.subs)-1]
	if p.nesting(*n) >= maxNesting {
		p.fail("nested too deeply")
	}
	*n = &node{kind: repeat, subs: []*node{*n}, min: least, max: most, greedy: greedy}
}

// nesting counts repetitions of repetitions.
func (p *parser) nesting(n *node) int {
	depth := p.depth
	for ; n.kind == repeat; n = n.subs[0] {
		depth++
	}
	return depth
}

// counts reads "n}", "n,}" or "n,m}"; blanks are allowed.
func (p *parser) counts() (least, most int) {
	blanks := func() {
		for p.take(" ") || p.take("\t") || p.take("\n") {
		}
		p.skip()
	}
	number := func() int {
		blanks()
		start, n := p.at, uint64(0)
		for r := p.peek(); r >= '0' && r <= '9'; r = p.peek() {
			p.next()
			if n = n*10 + uint64(r-'0'); n > 1<<32-1 {
				p.fail("a count above 4294967295")
			}
		}
		if p.at == start {
			p.fail("a repetition without a count")
		}
		blanks()
		return int(n)
	}
	least = number()
	most = least
	if p.take(",") {
		blanks()
		most = -1
		if p.peek() != '}' {
			if most = number(); most < least {
				p.fail("counts in the wrong order")
			}
		}
	}
	if !p.take("}") {
		p.fail("an unfinished repetition")
	}
	return least, most
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
		return &node{kind: oneOf, set: p.wholeCharacters(p.class())}
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

// wholeCharacters refuses what could match a byte that is no whole character:
// without the flag u only ASCII can be meant.
func (p *parser) wholeCharacters(s set) set {
	if p.flags.bytes && len(s) > 0 && s[len(s)-1].hi > unicode.MaxASCII {
		p.fail("without the flag u this matches bytes that are no characters")
	}
	return s
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
	if !p.take("?") {
		return p.captured("")
	}
	switch {
	case p.take("P<"), strings.HasPrefix(p.text[p.at:], "<") && !strings.HasPrefix(p.text[p.at:], "<=") && !strings.HasPrefix(p.text[p.at:], "<!") && p.take("<"):
		return p.captured(p.groupName())
	}
	on := p.readFlags()
	if p.take(")") {
		p.flags = on
		return nil
	}
	if !p.take(":") {
		p.fail("an unknown kind of group")
	}
	saved := p.flags
	p.flags = on
	n := p.alternation()
	p.flags = saved
	p.closeGroup()
	return &node{kind: concat, subs: []*node{n}}
}

func (p *parser) closeGroup() {
	if !p.take(")") {
		p.fail("an unclosed group")
	}
}

func (p *parser) captured(name string) *node {
	number := len(p.names)
	p.names = append(p.names, name)
	n := p.alternation()
	p.closeGroup()
	return &node{kind: capture, group: number, subs: []*node{n}}
}

func (p *parser) groupName() string {
	start := p.at
	for r := p.next(); r != '>'; r = p.next() {
		first := p.at-utf8.RuneLen(r) == start
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (first || !unicode.IsDigit(r) && !strings.ContainsRune(".[]", r)) {
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

// readFlags reads "is-m" up to what ends it.
func (p *parser) readFlags() flags {
	f, on, seen, count := p.flags, true, "", 0
	for {
		r := p.peek()
		if r == ')' || r == ':' {
			if count == 0 && (r == ')' || !on) || !on && strings.HasSuffix(seen, "-") {
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
		count++
		switch r {
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
			p.fail("an unknown flag or kind of group")
		}
	}
}

// escape reads what stands behind a backslash outside of a class.
func (p *parser) escape() *node {
	switch r := p.peek(); r {
	case 'A', 'z':
		p.next()
		return &node{kind: assert, assert: map[rune]assertion{'A': textStart, 'z': textEnd}[r]}
	case 'b':
		p.next()
		for name, a := range map[string]assertion{"{start}": wordStart, "{end}": wordEnd, "{start-half}": wordStartHalf, "{end-half}": wordEndHalf} {
			if p.take(name) {
				return p.words(a)
			}
		}
		return p.words(wordBoundary)
	case 'B':
		p.next()
		return p.words(notWordBoundary)
	case '<':
		p.next()
		return p.words(wordStart)
	case '>':
		p.next()
		return p.words(wordEnd)
	}
	if s, ok := p.classEscape(); ok {
		return &node{kind: oneOf, set: p.wholeCharacters(s)}
	}
	return p.literal(p.character())
}

func (p *parser) words(a assertion) *node {
	if p.flags.bytes {
		a += asciiWords
	}
	return &node{kind: assert, assert: a}
}

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
		s = s.negate()
	}
	return s, true
}

func (p *parser) property(negated bool) set {
	if p.flags.bytes {
		p.fail("\\p without the flag u")
	}
	name := string(p.next())
	if name == "{" {
		end := strings.IndexByte(p.text[p.at:], '}')
		if end < 0 {
			p.fail("an unfinished property")
		}
		name = p.text[p.at : p.at+end]
		p.at += end + 1
	}
	if strings.Contains(name, "!=") {
		name, negated = strings.Replace(name, "!=", "=", 1), !negated
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
		if r > unicode.MaxASCII || unicode.IsLetter(r) || unicode.IsDigit(r) || r == '<' || r == '>' {
			p.fail("an unknown escape \\%c", r)
		}
		return r
	}
}

func (p *parser) hex(digits int) rune {
	braces := p.take("{")
	n, count := rune(0), 0
	for braces || count < digits {
		r := p.next()
		if braces && r == '}' {
			break
		}
		d := strings.IndexRune("0123456789abcdef", unicode.ToLower(r))
		if d < 0 || r > unicode.MaxASCII {
			p.fail("a bad hexadecimal digit")
		}
		if n = n<<4 | rune(d); n > unicode.MaxRune {
			p.fail("a code point above 10FFFF")
		}
		count++
	}
	if count == 0 || !utf8.ValidRune(n) {
		p.fail("no such code point")
	}
	if p.flags.bytes && n > unicode.MaxASCII && digits == 2 {
		p.fail("without the flag u this matches a byte that is no character")
	}
	return n
}

// class reads a class behind its [.
func (p *parser) class() set {
	p.enter()
	defer func() { p.depth-- }()
	negated := p.take("^")
	result, operator := p.classUnion(true)
	for operator != "" {
		right, following := p.classUnion(false)
		switch operator {
		case "&&":
			result = result.intersect(right)
		case "--":
			result = result.subtract(right)
		case "~~":
			result = result.union(right).subtract(result.intersect(right))
		}
		operator = following
	}
	if negated {
		result = result.negate()
	}
	return result
}

// classUnion reads items up to an operator, which is returned, or the end.
func (p *parser) classUnion(first bool) (s set, operator string) {
	var spans []span
	literal := first // the next ] or - is one
	p.skip()
	for first && p.take("-") {
		spans = append(spans, span{'-', '-'})
		literal = false
		p.skip()
	}
	for {
		p.skip()
		rest := p.text[p.at:]
		switch {
		case rest == "":
			p.fail("an unclosed class")
		case rest[0] == ']' && !literal:
			p.at++
			return newSet(spans...), ""
		case strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "~~"), strings.HasPrefix(rest, "--") && !literal:
			p.at += 2
			return newSet(spans...), rest[:2]
		}
		literal = false
		spans = append(spans, p.classItem()...)
	}
}

// classItem reads a character, a range or a class in a class. What comes of
// the case is added here: what is negated must not be folded again.
func (p *parser) classItem() []span {
	lo, s := p.classAtom()
	p.skip()
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "--") {
		if lo >= 0 {
			return p.folded(s)
		}
		return s
	}
	p.at++
	p.skip()
	switch {
	case p.peek() == ']': // the - before it is literal
		if lo >= 0 {
			s = p.folded(s)
		}
		return append(s[:len(s):len(s)], span{'-', '-'})
	case lo < 0:
		p.fail("a range that begins with a class")
	}
	hi, _ := p.classAtom()
	if hi < lo {
		p.fail("a range that ends before it begins, or with a class")
	}
	return p.folded(set{{lo, hi}})
}

// classAtom reads a character, or a class: then lo is below 0.
func (p *parser) classAtom() (lo rune, s []span) {
	switch r := p.next(); r {
	case '[':
		if s, ok := p.posixClass(); ok {
			return -1, s
		}
		return -1, p.class()
	case '\\':
		switch p.peek() {
		case 'b', 'B', 'A', 'z', '<', '>':
			p.fail("an assertion in a class")
		}
		if s, ok := p.classEscape(); ok {
			return -1, s
		}
		r = p.character()
		return r, []span{{r, r}}
	default:
		return r, []span{{r, r}}
	}
}

// posixClass reads ":name:]" behind "[[".
func (p *parser) posixClass() (set, bool) {
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, ":") {
		return nil, false
	}
	end := strings.Index(rest, ":]")
	if end < 1 {
		return nil, false
	}
	name, negated := strings.CutPrefix(rest[1:end], "^")
	s, ok := posix[name]
	if !ok {
		return nil, false
	}
	p.at += end + 2
	if p.flags.fold {
		s = s.fold(true)
	}
	if negated {
		s = s.negate()
	}
	return s, true
}
