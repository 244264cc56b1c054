package regex

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// decode reads the character at a position: -1 at the end.
func decode(text string, at int) (r rune, size int) {
	if at >= len(text) {
		return -1, 0
	}
	if c := text[at]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	r, size = utf8.DecodeRuneInString(text[at:])
	if r == utf8.RuneError && size == 1 {
		return invalid, 1
	}
	return r, size
}

// before reads the character that ends at a position: -1 at the start.
func before(text string, at int) rune {
	if at == 0 {
		return -1
	}
	if c := text[at-1]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, size := utf8.DecodeLastRuneInString(text[:at])
	if r == utf8.RuneError && size == 1 {
		return invalid
	}
	return r
}

// holds tells whether an assertion holds at a position.
func (a assertion) holds(text string, at int) bool {
	switch a {
	case textStart:
		return at == 0
	case textEnd:
		return at == len(text)
	case lineStart:
		return at == 0 || text[at-1] == '\n'
	case lineEnd:
		return at == len(text) || text[at] == '\n'
	case lineStartCRLF:
		return at == 0 || text[at-1] == '\n' || text[at-1] == '\r' && (at == len(text) || text[at] != '\n')
	case lineEndCRLF:
		return at == len(text) || text[at] == '\r' || text[at] == '\n' && (at == 0 || text[at-1] != '\r')
	}
	onlyASCII := a >= asciiWords+wordBoundary
	if onlyASCII {
		a -= asciiWords
	}
	next, _ := decode(text, at)
	left, right := isWord(before(text, at), onlyASCII), isWord(next, onlyASCII)
	switch a {
	case wordBoundary:
		return left != right
	case notWordBoundary:
		return left == right
	case wordStart:
		return !left && right
	case wordEnd:
		return left && !right
	case wordStartHalf:
		return !left
	default: // wordEndHalf
		return !right
	}
}

// takes tells whether an instruction that reads takes a character.
func (in *inst) takes(r rune) bool {
	switch {
	case uint32(r) < utf8.RuneSelf:
		return in.ascii[r>>6]>>(r&63)&1 != 0
	case in.op == opRune:
		return in.r == r
	}
	return in.set.has(r)
}

// matcher is the memory of a search. Matchers are used again, so a search costs no
// new memory; those that nobody uses go with a collection or two.
type matcher struct {
	slots []int // of the match that was found: as many as were asked for
	trial
	inStep
}

var matchers = sync.Pool{New: func() any { return new(matcher) }}

// release hands a matcher to the next search. What has grown large goes.
func (m *matcher) release() {
	if cap(m.pending) > maxKept {
		m.pending = nil
	}
	if m.inStep.cost() > maxKept {
		m.inStep = inStep{}
	}
	matchers.Put(m)
}

// maxKept is how many jobs of a trial, and how many numbers of a search in step, a matcher
// keeps from one search to the next.
const maxKept = 1 << 14

// search finds the first match from a position on; m.slots are as many of its
// positions as there are.
func (re *Regexp) search(m *matcher, text string, from int) bool {
	if re.anchored && from > 0 {
		return false
	}
	at, found := from, tooFar
	if re.joins <= maxJoins {
		at, found = re.searchByTrial(m, text, from)
	}
	if found == tooFar {
		return re.searchInStep(m, text, at)
	}
	return found == matched
}

// find is search with as many positions as asked for: nil if there is no match.
func (re *Regexp) find(text string, from, slots int) []int {
	m := matchers.Get().(*matcher)
	defer m.release()
	m.slots = resized(m.slots, slots)
	if !re.search(m, text, from) {
		return nil
	}
	return slices.Clone(m.slots)
}

// resized makes a slice n long, with anything in it.
func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// skip goes to the next place where a match can begin; below 0 if there is none.
func (re *Regexp) skip(text string, at int) int {
	switch {
	case re.prefix != "":
		i := strings.Index(text[at:], re.prefix)
		if i < 0 {
			return -1
		}
		return at + i
	case re.first != nil:
		for ; at < len(text); at++ {
			if re.first[text[at]] {
				return at
			}
		}
		return -1
	}
	return at
}
