package regex

import (
	"slices"
	"sort"
	"sync"
	"unicode"
)

// set is a set of characters: disjoint ranges in ascending order. A byte of the
// text that is not UTF-8 is the character invalid, behind all others; so it is
// in what is negated, and in nothing else.
type set []span

type span struct{ lo, hi rune }

const (
	invalid = unicode.MaxRune + 1
	last    = invalid
)

// newSet makes a set of spans in any order.
func newSet(spans ...span) set {
	slices.SortFunc(spans, func(a, b span) int { return int(a.lo - b.lo) })
	s := make(set, 0, len(spans))
	for _, p := range spans {
		if n := len(s); n > 0 && p.lo <= s[n-1].hi+1 {
			s[n-1].hi = max(s[n-1].hi, p.hi)
		} else if p.lo <= p.hi {
			s = append(s, p)
		}
	}
	return s
}

// fromTables makes the union of Unicode tables.
func fromTables(tables ...*unicode.RangeTable) set {
	var spans []span
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			spans = append(spans, span{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			spans = append(spans, span{r, r})
		}
	}
	for _, t := range tables {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return newSet(spans...)
}

func (s set) has(r rune) bool {
	if len(s) > 8 {
		i := sort.Search(len(s), func(i int) bool { return s[i].hi >= r })
		return i < len(s) && s[i].lo <= r
	}
	for _, p := range s {
		if r <= p.hi {
			return p.lo <= r
		}
	}
	return false
}

func (s set) union(t set) set { return newSet(append(slices.Clone(s), t...)...) }

func (s set) negate() set {
	var n set
	next := rune(0)
	for _, p := range s {
		if next < p.lo {
			n = append(n, span{next, p.lo - 1})
		}
		next = p.hi + 1
	}
	if next <= last {
		n = append(n, span{next, last})
	}
	return n
}

func (s set) intersect(t set) set {
	var both set
	for i, j := 0, 0; i < len(s) && j < len(t); {
		if lo, hi := max(s[i].lo, t[j].lo), min(s[i].hi, t[j].hi); lo <= hi {
			both = append(both, span{lo, hi})
		}
		if s[i].hi < t[j].hi {
			i++
		} else {
			j++
		}
	}
	return both
}

func (s set) subtract(t set) set { return s.intersect(t.negate()) }

// orbits lists the characters that fold to others, each with all of them.
var orbits = sync.OnceValue(func() [][]rune {
	var all [][]rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		first := unicode.SimpleFold(r)
		if first <= r { // not the smallest of its orbit, or alone
			continue
		}
		orbit := []rune{r}
		for f := first; f != r; f = unicode.SimpleFold(f) {
			orbit = append(orbit, f)
		}
		all = append(all, orbit)
	}
	return all
})

// maxListed is up to how many characters a set is folded one by one; above that
// all orbits are looked through.
const maxListed = 64

// fold adds the characters that differ in case only.
func (s set) fold(onlyASCII bool) set {
	var more []span
	switch {
	case onlyASCII:
		for r := 'a'; r <= 'z'; r++ {
			if u := r - 'a' + 'A'; s.has(r) || s.has(u) {
				more = append(more, span{r, r}, span{u, u})
			}
		}
	case s.count(maxListed) <= maxListed:
		for _, p := range s {
			for r := p.lo; r <= min(p.hi, unicode.MaxRune); r++ {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					more = append(more, span{f, f})
				}
			}
		}
	default:
		for _, orbit := range orbits() {
			if n := s.countOf(orbit); n > 0 && n < len(orbit) {
				for _, r := range orbit {
					more = append(more, span{r, r})
				}
			}
		}
	}
	if len(more) == 0 {
		return s
	}
	return newSet(append(more, s...)...)
}

// countOf counts how many of some characters are in the set.
func (s set) countOf(characters []rune) int {
	n := 0
	for _, r := range characters {
		if s.has(r) {
			n++
		}
	}
	return n
}

// count counts characters, but stops above a limit.
func (s set) count(limit int) int {
	n := 0
	for i := 0; i < len(s) && n <= limit; i++ {
		n += int(s[i].hi-s[i].lo) + 1
	}
	return n
}

var (
	ascii      = set{{0, unicode.MaxASCII}}
	asciiDigit = set{{'0', '9'}}
	asciiSpace = set{{'\t', '\r'}, {' ', ' '}}
	asciiWord  = set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}

	digit      = sync.OnceValue(func() set { return fromTables(unicode.Nd) })
	space      = sync.OnceValue(func() set { return fromTables(unicode.White_Space) })
	alphabetic = sync.OnceValue(func() set {
		return fromTables(unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.Other_Lowercase, unicode.Other_Uppercase)
	})
	word = sync.OnceValue(func() set {
		return alphabetic().union(fromTables(unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control))
	})
)

// isWord tells whether a character counts for word boundaries.
func isWord(r rune, onlyASCII bool) bool {
	if r <= unicode.MaxASCII || onlyASCII {
		return asciiWord.has(r)
	}
	return word().has(r)
}

// posix are the classes of [[:name:]].
var posix = map[string]set{
	"alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "alpha": {{'A', 'Z'}, {'a', 'z'}}, "ascii": ascii, "blank": {{'\t', '\t'}, {' ', ' '}},
	"cntrl": {{0, 31}, {127, 127}}, "digit": asciiDigit, "graph": {{'!', '~'}}, "lower": {{'a', 'z'}}, "print": {{' ', '~'}},
	"punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "space": asciiSpace, "upper": {{'A', 'Z'}},
	"word": asciiWord, "xdigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}},
}
