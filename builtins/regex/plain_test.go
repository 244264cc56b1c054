package regex

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file says plainly what patterns mean, to compare the engine with: each
// part of a pattern is a function that tries one way after the other. It takes
// exponential time, but is short, and shares nothing with the engine: neither
// parser nor sets nor programs.

// search is one attempt to match at a position.
type search struct {
	text  string
	slots []int
	steps int
}

// maxSteps is after how many steps a search gives up.
const maxSteps = 5_000

// tooLong is thrown by a search that gives up.
type tooLong struct{}

// plain matches from a position on and goes on with next, which tells whether
// the rest matches from where it is called; false: there is no way.
type plain func(s *search, at int, next func(at int) bool) bool

// part is a part of a pattern and its meaning. Each call of build makes one copy
// of it, as x{2} stands for two copies of x.
type part struct {
	pattern  string
	nullable bool // it can match the empty text
	build    func() plain
}

// charSet is what one character is chosen from.
type charSet func(r rune) bool

// invalidByte stands for a byte that is not UTF-8.
const invalidByte rune = -2

func charAt(text string, at int) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(text[at:])
	if r == utf8.RuneError && size == 1 {
		r = invalidByte
	}
	return r, size
}

// fold adds what differs in case only; without Unicode of ASCII only.
func (has charSet) fold(unicodeOn bool) charSet {
	return func(r rune) bool {
		if has(r) || r == invalidByte {
			return has(r)
		}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if has(f) && (unicodeOn || f < utf8.RuneSelf && r < utf8.RuneSelf) {
				return true
			}
		}
		return false
	}
}

func (has charSet) not() charSet { return func(r rune) bool { return !has(r) } }

func single(c rune) charSet { return func(r rune) bool { return r == c } }

func between(lo, hi rune) charSet { return func(r rune) bool { return lo <= r && r <= hi } }

func oneOfTables(tables ...*unicode.RangeTable) charSet {
	return func(r rune) bool { return r >= 0 && unicode.In(r, tables...) }
}

func isPlainWord(r rune) bool {
	return r >= 0 && unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Join_Control, unicode.Other_Alphabetic, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

func isPlainASCIIWord(r rune) bool {
	return r == '_' || between('0', '9')(r) || between('a', 'z')(r) || between('A', 'Z')(r)
}

func matchNothing(_ *search, at int, next func(int) bool) bool { return next(at) }

func (has charSet) match(s *search, at int, next func(int) bool) bool {
	if s.steps++; s.steps > maxSteps {
		panic(tooLong{})
	}
	if at == len(s.text) {
		return false
	}
	r, size := charAt(s.text, at)
	return has(r) && next(at+size)
}

func (has charSet) part(pattern string) part {
	return part{pattern, false, func() plain { return has.match }}
}

// where holds at some places of a text.
func where(pattern string, holds func(text string, at int) bool) part {
	return part{pattern, true, func() plain {
		return func(s *search, at int, next func(int) bool) bool { return holds(s.text, at) && next(at) }
	}}
}

// once is a place that ways through the pattern join at. None passes it twice at
// the same position of the text; so turns of a loop that read nothing come to an
// end, and (a|)+ takes only "a" of "a": an empty turn behind it would end where
// the first did.
func once(m plain) plain {
	passed := map[int]bool{}
	return func(s *search, at int, next func(int) bool) bool {
		if s.steps++; s.steps > maxSteps {
			panic(tooLong{})
		}
		if passed[at] {
			return false
		}
		passed[at] = true
		defer delete(passed, at)
		return m(s, at, next)
	}
}

func sequenceOf(a, b plain) plain {
	return func(s *search, at int, next func(int) bool) bool {
		return a(s, at, func(at int) bool { return b(s, at, next) })
	}
}

func eitherOf(a, b plain) plain {
	either := func(s *search, at int, next func(int) bool) bool { return a(s, at, next) || b(s, at, next) }
	return sequenceOf(either, once(matchNothing))
}

func optional(m plain, greedy bool) plain {
	if greedy {
		return eitherOf(m, matchNothing)
	}
	return eitherOf(matchNothing, m)
}

// many is m+.
func manyOf(m plain, greedy bool) plain {
	var turn plain
	end := once(func(s *search, at int, next func(int) bool) bool {
		if greedy {
			return turn(s, at, next) || next(at)
		}
		return next(at) || turn(s, at, next)
	})
	turn = once(sequenceOf(m, end))
	return turn
}

// anyOf is m* where m reads something.
func anyOf(m plain, greedy bool) plain {
	var turn plain
	turn = once(func(s *search, at int, next func(int) bool) bool {
		again := func() bool { return m(s, at, func(end int) bool { return turn(s, end, next) }) }
		if greedy {
			return again() || next(at)
		}
		return next(at) || again()
	})
	return turn
}

// repeated is p{least,most}; most < 0: there is no limit.
func (p part) repeated(least, most int, greedy bool) plain {
	switch {
	case most == 0:
		return matchNothing
	case least == 0 && most < 0 && !p.nullable:
		return anyOf(p.build(), greedy)
	case least == 0 && most < 0:
		return optional(manyOf(p.build(), greedy), greedy)
	case least == 1 && most < 0:
		return manyOf(p.build(), greedy)
	case least == 0:
		return optional(sequenceOf(p.build(), p.repeated(0, most-1, greedy)), greedy)
	}
	return sequenceOf(p.build(), p.repeated(least-1, max(most-1, -1), greedy))
}

func groupOf(build func() plain, number int) plain {
	m := build()
	set := func(slot int) plain {
		return func(s *search, at int, next func(int) bool) bool {
			before := s.slots[slot]
			s.slots[slot] = at
			if next(at) {
				return true
			}
			s.slots[slot] = before
			return false
		}
	}
	return sequenceOf(set(2*number), sequenceOf(m, set(2*number+1)))
}

// first finds the first match from a position on: nil if there is none.
func (p part) first(text string, from, groups int) []int {
	for at := from; ; {
		s := &search{text: text, slots: make([]int, 2*groups+2)}
		for i := range s.slots {
			s.slots[i] = -1
		}
		s.slots[0] = at
		if p.build()(s, at, func(end int) bool { s.slots[1] = end; return true }) {
			return s.slots
		}
		if at == len(text) {
			return nil
		}
		_, size := charAt(text, at)
		at += size
	}
}

// all finds all matches (chapter 6, section 12.4).
func (p part) all(text string, groups int) [][]int {
	var found [][]int
	end := -1
	for at := 0; at <= len(text); {
		loc := p.first(text, at, groups)
		if loc == nil {
			break
		}
		at = loc[1]
		if loc[1] > loc[0] || loc[1] != end {
			found = append(found, loc)
			end = loc[1]
		} else if at == len(text) {
			break
		} else {
			_, size := charAt(text, at)
			at += size
		}
	}
	return found
}

// posixMembers are the POSIX classes, written out.
var posixMembers = func() map[string]string {
	upper, digits := "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	lower, punct := strings.ToLower(upper), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	return map[string]string{
		"alnum": upper + lower + digits, "alpha": upper + lower, "blank": " \t", "digit": digits, "graph": upper + lower + digits + punct, "lower": lower,
		"print": upper + lower + digits + punct + " ", "punct": punct, "space": "\t\n\v\f\r ", "upper": upper, "word": upper + lower + digits + "_", "xdigit": digits + "abcdefABCDEF",
	}
}()
