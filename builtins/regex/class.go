package regex

import (
	"strings"
	"unicode"
)

// classItems are what stands side by side in a class; together they are a
// union. What comes of the case is added to the whole, before it is negated or
// an operator takes it.
type classItems struct {
	spans  []span
	count  int // of the items
	height int // of the highest item
}

func (u *classItems) add(height int, spans ...span) {
	u.spans = append(u.spans, spans...)
	u.count++
	u.height = max(u.height, height)
}

// classOperators are those between unions; all have the same rank and work from
// left to right.
var classOperators = map[string]func(s, t set) set{
	"&&": set.intersect,
	"--": set.subtract,
	"~~": func(s, t set) set { return s.union(t).subtract(s.intersect(t)) },
}

// class reads a class behind its [.
func (p *parser) class() (s set, height int) {
	p.enter()
	defer p.leave()
	p.skip()
	negated := p.take("^")
	p.skip()
	s, height = p.classUnion(p.classEdge())
	for !p.take("]") {
		operate := classOperators[p.text[p.at:p.at+2]]
		p.at += 2
		right, rightHeight := p.classUnion(classItems{})
		s, height = operate(s, right), p.above(max(height, rightHeight))
	}
	if negated {
		s = p.wholeCharacters(s.negate())
	}
	return s, p.above(height)
}

// classEdge reads what is literal only at the beginning of a class: dashes, or
// a ].
func (p *parser) classEdge() classItems {
	var u classItems
	for p.take("-") {
		u.add(0, span{'-', '-'})
		p.skip()
	}
	if u.count == 0 && p.take("]") {
		u.add(0, span{']', ']'})
	}
	return u
}

// classUnion reads items up to an operator or the ] that ends the class, and
// adds what comes of the case.
func (p *parser) classUnion(u classItems) (s set, height int) {
	for {
		p.skip()
		switch {
		case p.at == len(p.text):
			p.fail("an unclosed class")
		case p.startsWith("]", "&&", "--", "~~"):
			height = u.height
			if u.count > 1 {
				height = p.above(height)
			}
			return p.folded(newSet(u.spans...)), height
		case p.take("["):
			s, height, ok := p.posixClass()
			if !ok {
				s, height = p.class()
			}
			u.add(height, s...)
		default:
			u.add(0, p.classItem()...)
		}
	}
}

// classItem reads a character, a range, or an escape that is a class.
func (p *parser) classItem() []span {
	lo, s := p.classAtom()
	p.skip()
	if p.peek() != '-' || p.dashIsLast() {
		return s
	}
	p.next()
	p.skip()
	hi, _ := p.classAtom()
	if lo < 0 || hi < lo {
		p.fail("a range that ends before it begins, or of a class")
	}
	return p.wholeCharacters(set{{lo, hi}})
}

// dashIsLast tells whether the dash that comes makes no range, since the class
// ends behind it or an operator begins with it. The reference looks into a
// comment there, instead of behind it; so does this.
func (p *parser) dashIsLast() bool {
	rest := p.text[p.at+1:]
	if p.flags.verbose {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if comment, ok := strings.CutPrefix(rest, "#"); ok {
			rest = strings.TrimLeftFunc(comment, unicode.IsSpace)
		}
	}
	return strings.HasPrefix(rest, "]") || strings.HasPrefix(rest, "-")
}

// classAtom reads a character, or an escape that is a class: then the character
// is below 0. A [ is a character here, behind the dash of a range.
func (p *parser) classAtom() (rune, set) {
	r := p.next()
	if r == '\\' {
		if _, ok := assertions[p.peek()]; ok {
			p.fail("an assertion in a class")
		}
		if s, ok := p.classEscape(); ok {
			return -1, s
		}
		r = p.character()
	}
	return r, p.wholeCharacters(set{{r, r}})
}

// posixClass reads ":name:]" behind "[[". The classes are those of ASCII, but
// what comes of the case is added before they are negated.
func (p *parser) posixClass() (s set, height int, ok bool) {
	name, found := strings.CutPrefix(p.text[p.at:], ":")
	name, _, closed := strings.Cut(name, ":]")
	if !found || !closed {
		return nil, 0, false
	}
	bare, negated := strings.CutPrefix(name, "^")
	if s, ok = posix[bare]; !ok {
		return nil, 0, false
	}
	p.at += len(":") + len(name) + len(":]")
	if s = p.folded(s); negated {
		s = p.wholeCharacters(s.negate())
	}
	return s, 0, true
}

// wholeCharacters refuses what could match a byte that is no whole character:
// without the flag u each class, and each item of one, is of ASCII.
func (p *parser) wholeCharacters(s set) set {
	if p.flags.bytes && len(s) > 0 && s[len(s)-1].hi > unicode.MaxASCII {
		p.fail("without the flag u this matches bytes that are no characters")
	}
	return s
}
