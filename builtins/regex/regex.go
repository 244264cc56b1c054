// Package regex is regular expressions with the syntax and meaning of chapter
// 6, section 12 (those of Rust's regex crate): Unicode classes and word
// boundaries, class operations, leftmost-first matches, no backtracking
// blow-up: the time is linear in the length of the text.
//
// Texts are searched byte for byte: a byte that is not UTF-8 is a character
// that only what is negated, and the dot, match.
package regex

import (
	"iter"
	"strconv"
	"strings"
	"unsafe"

	"github.com/seqvm/seqvm/internal/memory"
)

// Regexp is a compiled pattern. It is immutable and safe for concurrent use.
type Regexp struct {
	prog  []inst
	names []string // of the groups; [0] is the whole match
	// prefix is text that every match begins with.
	prefix string
	// anchored: a match can begin at the start of the text only.
	anchored bool
	// first are the bytes that a match can begin with; nil: it can be empty.
	first *[256]bool
	joins int // instructions that can be come to in more than one way
	heed  func()
}

// Compile parses a pattern. It is refused if it is invalid or would take too
// much memory.
func Compile(pattern string) (*Regexp, error) {
	tree, names, err := parse(pattern)
	if err != nil {
		return nil, err
	}
	prog, err := compile(tree)
	if err != nil {
		return nil, err
	}
	re := &Regexp{prog: prog, names: names[:groups(prog)+1], heed: func() {}}
	re.prefix, re.anchored = start(prog)
	re.first, re.joins = firstBytes(prog), numberJoins(prog)
	return re, nil
}

// Heeding returns the pattern as one whose methods call a function all the time while they search, at each character or attempt at
// least. A panic of the function ends them.
func (re *Regexp) Heeding(heed func()) *Regexp {
	heeding := *re
	heeding.heed = heed
	return &heeding
}

// Match tells whether the text holds a match.
func (re *Regexp) Match(text string) bool {
	m := matchers.Get().(*matcher)
	defer m.release()
	m.slots = m.slots[:0]
	return re.search(m, text, 0)
}

// Find returns where the first match from a byte offset on is: its start and
// end, then those of each group (-1: it took no part). nil: there is none.
func (re *Regexp) Find(text string, from int) []int { return re.find(text, from, 2*len(re.names)) }

// Span returns where the first match is; below 0 if there is none.
func (re *Regexp) Span(text string) (start, end int) {
	for start, end := range re.Spans(text) {
		return start, end
	}
	return -1, -1
}

// All goes through the matches from left to right, without overlap (chapter 6,
// section 12.4), with the positions that Find returns: they are valid until the next match.
func (re *Regexp) All(text string) iter.Seq[[]int] { return re.each(text, 2*len(re.names)) }

// Spans is All with nothing but the start and the end of each match.
func (re *Regexp) Spans(text string) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		for loc := range re.each(text, 2) {
			if !yield(loc[0], loc[1]) {
				return
			}
		}
	}
}

// each is All with so many positions.
func (re *Regexp) each(text string, slots int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		m := matchers.Get().(*matcher)
		defer m.release()
		m.slots = resized(m.slots, slots)
		end := -1 // of the match before
		for at := 0; at <= len(text) && re.search(m, text, at); {
			loc := m.slots
			empty := loc[0] == loc[1]
			if (!empty || loc[0] != end) && !yield(loc) {
				return
			}
			at, end = loc[1], loc[1]
			if empty {
				// An empty match right here may hide a longer one only at the
				// next character.
				_, size := decode(text, at)
				at += max(size, 1)
			}
		}
	}
}

// Split calls visit with the pieces between the matches.
func (re *Regexp) Split(text string, visit func(piece string)) {
	at := 0
	for start, end := range re.Spans(text) {
		visit(text[at:start])
		at = end
	}
	visit(text[at:])
}

// Replace replaces the first match, or all, by a replacement text with
// references to groups (chapter 6, section 12.4). It asks for the memory of the result (package memory).
func (re *Regexp) Replace(text, replacement string, all bool) string {
	var b []byte
	at, slots := 0, 2
	if strings.Contains(replacement, "$") {
		slots = 2 * len(re.names)
	}
	for loc := range re.each(text, slots) {
		if b == nil {
			b = memory.Room(b, len(text)+len(replacement))
		}
		b = write(b, text[at:loc[0]])
		b = re.expand(b, replacement, text, loc)
		at = loc[1]
		if !all {
			break
		}
	}
	if b == nil {
		return text
	}
	b = write(b, text[at:])
	return unsafe.String(unsafe.SliceData(b), len(b)) // nobody else has it
}

func write(b []byte, s string) []byte { return append(memory.Room(b, len(s)), s...) }

// expand writes a replacement with its references to groups.
func (re *Regexp) expand(b []byte, template, text string, loc []int) []byte {
	for {
		before, rest, found := strings.Cut(template, "$")
		b = write(b, before)
		if !found {
			return b
		}
		name, behind := reference(rest)
		switch {
		case strings.HasPrefix(rest, "$"):
			b = write(b, "$")
			template = rest[1:]
		case behind < 0:
			b = write(b, "$")
			template = rest
		default:
			if g := re.group(name); g >= 0 && loc[2*g] >= 0 {
				b = write(b, text[loc[2*g]:loc[2*g+1]])
			}
			template = rest[behind:]
		}
	}
}

// reference reads the name behind a $; behind is where it ends, below 0 if
// there is none.
func reference(s string) (name string, behind int) {
	if strings.HasPrefix(s, "{") {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return "", -1
		}
		return s[1:end], end + 1
	}
	n := 0
	for n < len(s) && (s[n] == '_' || s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	if n == 0 {
		return "", -1
	}
	return s[:n], n
}

// group finds a group by number or name; below 0 if there is none.
func (re *Regexp) group(name string) int {
	if strings.Trim(name, "0123456789") == "" {
		if n, err := strconv.Atoi(name); err == nil && n < len(re.names) {
			return n
		}
		return -1
	}
	for i, n := range re.names {
		if i > 0 && n == name {
			return i
		}
	}
	return -1
}
