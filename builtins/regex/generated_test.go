package regex

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// generator writes random patterns of the syntax of chapter 6, section 12,
// along with their meaning.
type generator struct {
	*rand.Rand
	on     map[rune]bool // the flags by letter
	groups int
}

func oneIn[T any](g *generator, choices ...T) T { return choices[g.IntN(len(choices))] }

// alphabet is what patterns and texts are made of: characters that fold to
// others, words, line ends, blanks and what has a meaning in classes.
var alphabet = []rune("abckKsSzZ_019 \t\n\r-[]^&~#:.éÉſ\u212aσςΣßẞ٣日\u0345\u2003")

// flags switches some flags on and some off; "" if none.
func (g *generator) flags() (text string) {
	for _, on := range []bool{true, false} {
		some := ""
		for _, letter := range "imsUxRu" {
			if g.IntN(6) == 0 && !strings.ContainsRune(text, letter) {
				g.on[letter] = on
				some += string(letter)
			}
		}
		if !on && some != "" {
			some = "-" + some
		}
		text += some
	}
	return text
}

// blank is what verbose mode ignores.
func (g *generator) blank() string {
	if g.on['x'] && g.IntN(4) == 0 {
		return oneIn(g, " ", "\n", "\t", " # a ( comment\n", "\u2003")
	}
	return ""
}

// whole makes a pattern. Many ignore case: that changes what most parts mean.
func (g *generator) whole() part {
	open := ""
	if g.on['i'] = g.IntN(2) == 0; g.on['i'] {
		open = "(?i)"
	}
	p := g.alternation(1 + g.IntN(3))
	p.pattern = open + p.pattern
	return p
}

// inside makes what stands in a group; flags that are switched there end with it.
func (g *generator) inside(depth int) part {
	before := maps.Clone(g.on)
	p := g.alternation(depth)
	g.on = before
	return p
}

func (g *generator) alternation(depth int) part {
	p := g.sequence(depth)
	for g.IntN(4) == 0 {
		a, b := p, part{"", true, func() plain { return matchNothing }}
		if g.IntN(5) > 0 {
			b = g.sequence(depth)
		}
		p = part{a.pattern + "|" + b.pattern, a.nullable || b.nullable, func() plain { return eitherOf(a.build(), b.build()) }}
	}
	return p
}

func (g *generator) sequence(depth int) part {
	p := g.repetition(depth)
	for g.IntN(2) == 0 {
		a, blank, b := p, g.blank(), g.repetition(depth)
		p = part{a.pattern + blank + b.pattern, a.nullable && b.nullable, func() plain { return sequenceOf(a.build(), b.build()) }}
	}
	return p
}

func (g *generator) repetition(depth int) part {
	p := g.atom(depth)
	if strings.HasSuffix(p.pattern, ")") && strings.HasPrefix(p.pattern, "(?") && !strings.Contains(p.pattern, ":") && !strings.Contains(p.pattern, "<") {
		return p // flags alone
	}
	for again := false; g.IntN(3) == 0; again = true {
		least, most := g.IntN(3), -1
		if g.IntN(2) == 0 {
			most = least + g.IntN(3)
		}
		operator := fmt.Sprintf("{%d,%d}", least, most)
		switch {
		case least == 0 && most == 1 && !again: // behind another operator it would make that lazy
			operator = "?"
		case most < 0 && least < 2 && g.IntN(4) > 0:
			operator = oneIn(g, "*", "+")
			least = strings.Index("*+", operator)
		case most < 0:
			operator = fmt.Sprintf("{ %d ,}", least)
		case least == most:
			operator = fmt.Sprintf("{%d }", least)
		}
		greedy := !g.on['U']
		if g.IntN(3) == 0 {
			operator, greedy = operator+"?", !greedy
		}
		before := p
		p = part{before.pattern + g.blank() + operator, least == 0 || before.nullable, func() plain { return before.repeated(least, most, greedy) }}
	}
	return p
}

func (g *generator) atom(depth int) part {
	if depth == 0 {
		return g.literal()
	}
	switch g.IntN(14) {
	case 0:
		text := g.flags()
		if text == "" {
			break
		}
		return part{"(?" + text + ")", true, func() plain { return matchNothing }}
	case 1:
		before := maps.Clone(g.on)
		text := g.flags()
		p := g.alternation(depth - 1)
		g.on = before
		return part{"(?" + text + ":" + p.pattern + ")", p.nullable, p.build}
	case 2, 3, 4:
		g.groups++
		number := g.groups
		p := g.inside(depth - 1)
		open := oneIn(g, "(", fmt.Sprintf("(?<n%d>", number), fmt.Sprintf("(?P<é.%d[]>", number))
		return part{open + p.pattern + ")", p.nullable, func() plain { return groupOf(p.build, number) }}
	case 5:
		return g.assertion()
	case 6, 7, 8, 9:
		return g.class(2)
	case 10:
		pattern, has, negated := g.named()
		if negated && !g.on['u'] {
			break
		}
		return has.part(pattern)
	case 11:
		if !g.on['u'] {
			break
		}
		s, r := g.on['s'], g.on['R']
		return charSet(func(c rune) bool { return s || c != '\n' && (!r || c != '\r') }).part(".")
	}
	return g.literal()
}

func (g *generator) assertion() part {
	isWord := isPlainWord
	if !g.on['u'] {
		isWord = isPlainASCIIWord
	}
	words := func(holds func(left, right bool) bool) func(string, int) bool {
		return func(text string, at int) bool {
			left, _ := utf8.DecodeLastRuneInString(text[:at])
			right, _ := utf8.DecodeRuneInString(text[at:])
			return holds(at > 0 && isWord(left), at < len(text) && isWord(right))
		}
	}
	atStart := func(_ string, at int) bool { return at == 0 }
	atEnd := func(text string, at int) bool { return at == len(text) }
	before, behind := atStart, atEnd
	switch {
	case g.on['m'] && g.on['R']:
		torn := func(text string, at int) bool { return at > 0 && at < len(text) && text[at-1:at+1] == "\r\n" }
		before = func(text string, at int) bool {
			return at == 0 || strings.ContainsRune("\r\n", rune(text[at-1])) && !torn(text, at)
		}
		behind = func(text string, at int) bool {
			return at == len(text) || strings.ContainsRune("\r\n", rune(text[at])) && !torn(text, at)
		}
	case g.on['m']:
		before = func(text string, at int) bool { return at == 0 || text[at-1] == '\n' }
		behind = func(text string, at int) bool { return at == len(text) || text[at] == '\n' }
	}
	return oneIn(g,
		where(`\A`, atStart), where(`\z`, atEnd), where("^", before), where("$", behind),
		where(`\b`, words(func(l, r bool) bool { return l != r })), where(`\B`, words(func(l, r bool) bool { return l == r })),
		where(oneIn(g, `\<`, `\b{start}`), words(func(l, r bool) bool { return !l && r })), where(oneIn(g, `\>`, `\b{end}`), words(func(l, r bool) bool { return l && !r })),
		where(`\b{start-half}`, words(func(l, _ bool) bool { return !l })), where(`\b{end-half}`, words(func(_, r bool) bool { return !r })))
}

func (g *generator) literal() part {
	c := oneIn(g, alphabet...)
	has := single(c)
	if g.on['i'] {
		has = has.fold(g.on['u'])
	}
	return has.part(g.char(c, `\.+*?()|[]{}^$#`))
}

// char writes a character; special is what needs a backslash.
func (g *generator) char(c rune, special string) string {
	if g.IntN(12) == 0 {
		return fmt.Sprintf(oneIn(g, `\x{%x}`, `\u{%X}`, `\u%04x`, `\U%08X`), c)
	}
	if strings.ContainsRune(special, c) || g.on['x'] && c < utf8.RuneSelf && unicode.IsSpace(c) {
		return `\` + string(c)
	}
	if g.on['x'] && unicode.IsSpace(c) {
		return fmt.Sprintf(`\u%04x`, c)
	}
	return string(c)
}

// named makes \d, \pL and their like.
func (g *generator) named() (pattern string, has charSet, negated bool) {
	letter := oneIn(g, "d", "s", "w", "p")
	switch {
	case letter == "p" && !g.on['u']:
		letter = "d"
		fallthrough
	case !g.on['u']:
		has = map[string]charSet{"d": between('0', '9'), "s": func(r rune) bool { return r == ' ' || between('\t', '\r')(r) }, "w": isPlainASCIIWord}[letter]
	case letter == "p":
		name := oneIn(g, slices.Sorted(maps.Keys(propertyMembers))...)
		has = propertyMembers[name]
		if g.on['i'] {
			has = has.fold(true)
		}
		pattern = "{" + name + "}"
	default:
		has = map[string]charSet{"d": oneOfTables(unicode.Nd), "s": oneOfTables(unicode.White_Space), "w": isPlainWord}[letter]
	}
	if negated = g.IntN(3) == 0; negated {
		letter, has = strings.ToUpper(letter), has.not()
	}
	return `\` + letter + pattern, has, negated
}

var propertyMembers = map[string]charSet{
	"Lu": oneOfTables(unicode.Lu), "L": oneOfTables(unicode.L), "gc=Ll": oneOfTables(unicode.Ll), "Greek": oneOfTables(unicode.Greek), "sc!=Latin": oneOfTables(unicode.Latin).not(),
	"ASCII": between(0, unicode.MaxASCII), "lower": oneOfTables(unicode.Ll, unicode.Other_Lowercase), "is Alphabetic": oneOfTables(unicode.L, unicode.Nl, unicode.Other_Alphabetic),
}

func (g *generator) class(depth int) part {
	pattern, has := g.bracketed(depth)
	return has.part(pattern)
}

func (g *generator) bracketed(depth int) (string, charSet) {
	negated := g.on['u'] && g.IntN(3) == 0
	open, edge := "[", charSet(func(rune) bool { return false })
	if negated {
		open += "^"
	}
	open += g.blank()
	switch g.IntN(6) {
	case 0:
		open, edge = open+"]", single(']')
		if g.IntN(3) == 0 { // no range from ] on
			open, edge = open+"-", func(r rune) bool { return r == ']' || r == '-' }
		}
	case 1:
		open, edge = open+oneIn(g, "-", "--", "---"), single('-')
	}
	operators := max(g.IntN(6)-3, 0)
	pattern, has := g.union(depth, edge, operators == 0)
	for ; operators > 0; operators-- {
		operator := oneIn(g, "&&", "--", "~~")
		right, hasRight := g.union(depth, func(rune) bool { return false }, operators == 1)
		left := has
		has = map[string]charSet{
			"&&": func(r rune) bool { return left(r) && hasRight(r) },
			"--": func(r rune) bool { return left(r) && !hasRight(r) },
			"~~": func(r rune) bool { return left(r) != hasRight(r) },
		}[operator]
		pattern += operator + right
	}
	if negated {
		has = has.not()
	}
	return open + pattern + "]", has
}

// union makes what stands side by side in a class, behind what is literal only at
// its edge; last: the class ends behind it.
func (g *generator) union(depth int, edge charSet, last bool) (string, charSet) {
	pattern, sets := "", []charSet{edge}
	for range 1 + g.IntN(3) {
		item, has, isRange := g.item(depth)
		pattern += g.blank() + item
		sets = append(sets, has)
		if isRange && g.IntN(8) == 0 { // behind a range or a class in brackets a dash is literal
			pattern += "-z"
			sets = append(sets, single('-'), single('z'))
		}
	}
	if last && g.IntN(6) == 0 {
		pattern += "-"
		sets = append(sets, single('-'))
	}
	has := charSet(func(r rune) bool { return slices.ContainsFunc(sets, func(h charSet) bool { return h(r) }) })
	if g.on['i'] {
		has = has.fold(g.on['u'])
	}
	return pattern, has
}

func (g *generator) item(depth int) (pattern string, has charSet, isRange bool) {
	char := func() rune {
		for {
			if c := oneIn(g, alphabet...); g.on['u'] || c < utf8.RuneSelf {
				return c
			}
		}
	}
	const special = `\[]^-&~#`
	switch g.IntN(8) {
	case 0:
		if pattern, has, negated := g.named(); g.on['u'] || !negated {
			return pattern, has, false
		}
	case 1, 2:
		name := oneIn(g, slices.Sorted(maps.Keys(posixMembers))...)
		has := charSet(func(r rune) bool { return r >= 0 && strings.ContainsRune(posixMembers[name], r) })
		if g.on['i'] {
			has = has.fold(g.on['u'])
		}
		if g.on['u'] && g.IntN(3) == 0 {
			return "[:^" + name + ":]", has.not(), true
		}
		return "[:" + name + ":]", has, true
	case 3:
		if depth > 0 {
			pattern, has := g.bracketed(depth - 1)
			return pattern, has, true
		}
	case 4, 5:
		lo, hi := char(), char()
		lo, hi = min(lo, hi), max(lo, hi)
		return g.char(lo, special) + g.blank() + "-" + g.blank() + g.char(hi, oneIn(g, special, `\]^-&~#`)), between(lo, hi), true // a [ is literal there
	}
	c := char()
	return g.char(c, special), single(c), false
}

// text makes a text to search; some bytes of it are not UTF-8.
func (g *generator) text() string {
	var b strings.Builder
	for range g.IntN(8) {
		if g.IntN(15) == 0 {
			b.WriteByte(0xff)
			continue
		}
		c := oneIn(g, alphabet...)
		for g.IntN(4) == 0 {
			c = unicode.SimpleFold(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// checkGenerated compares the engine, both ways of searching, with the plain
// meaning of a pattern.
func checkGenerated(t *testing.T, g *generator) {
	t.Helper()
	p := g.whole()
	re, err := Compile(p.pattern)
	require.NoError(t, err, "%q", p.pattern)
	for range 3 {
		text := g.text()
		want, ok := plainly(p, text, g.groups)
		if !ok {
			continue
		}
		var got [][]int
		for loc := range re.All(text) {
			got = append(got, padded(loc, g.groups))
		}
		require.Equal(t, want, got, "%q on %q", p.pattern, text)
		require.Equal(t, re.Find(text, 0), findWith(re, text, re.searchInStep, &matcher{}), "%q on %q in step", p.pattern, text)
		small := &matcher{trial: trial{visited: make([]uint64, 1+g.IntN(4))}}
		require.Equal(t, re.Find(text, 0), findWith(re, text, re.search, small), "%q on %q in windows of %d bits", p.pattern, text, 64*len(small.visited))
	}
	broken := []rune(p.pattern)
	at := g.IntN(len(broken))
	broken[at] = oneIn(g, '[', ']', '(', ')', '\\', '{', '-', '?', '*', '|', ':', 'x', ' ')
	if re, err := Compile(string(broken)); err == nil { // it may be valid; neither panics
		re.Match(g.text())
	}
}

// findWith is Find by one way of searching.
func findWith(re *Regexp, text string, search func(*matcher, string, int) bool, m *matcher) []int {
	m.slots = make([]int, 2*len(re.names))
	if !search(m, text, 0) {
		return nil
	}
	return m.slots
}

// padded adds groups that are repeated no times, which the engine leaves out.
func padded(loc []int, groups int) []int {
	loc = slices.Clone(loc)
	for len(loc) < 2*groups+2 {
		loc = append(loc, -1)
	}
	return loc
}

// plainly finds all matches by the plain meaning; not ok: it takes too long.
func plainly(p part, text string, groups int) (found [][]int, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(tooLong); !is {
				panic(r)
			}
		}
	}()
	return p.all(text, groups), true
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 1)), on: map[rune]bool{'u': true}}
}

func TestGenerated(t *testing.T) {
	for seed := range uint64(5_000) {
		checkGenerated(t, newGenerator(seed))
	}
}

func FuzzGenerated(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkGenerated(t, newGenerator(seed)) })
}
