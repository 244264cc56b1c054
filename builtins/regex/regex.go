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
	"unicode/utf8"
)

// Regexp is a compiled pattern. It is immutable and safe for concurrent use.
type Regexp struct {
	prog  []inst
	names []string // of the groups; [0] is the whole match
	// prefix is text that every match begins with.
	prefix string
	// anchored: a match can begin at the start of the text only.
	anchored bool
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
	re := &Regexp{prog: prog, names: names[:groups(prog)+1]}
	re.prefix, re.anchored = start(prog)
	return re, nil
}

// Match tells whether the text holds a match.
func (re *Regexp) Match(text string) bool { return re.find(text, 0, 0) != nil }

// Find returns where the first match from a byte offset on is: its start and
// end, then those of each group (-1: it took no part). nil: there is none.
func (re *Regexp) Find(text string, from int) []int { return re.find(text, from, 2*len(re.names)) }

// All goes through the matches from left to right, without overlap (chapter 6,
// section 12.4).
func (re *Regexp) All(text string) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		end := -1 // of the match before
		for at := 0; at <= len(text); {
			loc := re.Find(text, at)
			if loc == nil {
				return
			}
			if loc[0] == loc[1] {
				if loc[0] != end && !yield(loc) {
					return
				}
				end = loc[1]
				_, size := utf8.DecodeRuneInString(text[loc[1]:])
				at = loc[1] + max(size, 1)
				if loc[0] == len(text) {
					return
				}
				// An empty match right here may hide a longer one only at the
				// next character.
				continue
			}
			if !yield(loc) {
				return
			}
			at, end = loc[1], loc[1]
		}
	}
}

// Split returns the pieces between the matches.
func (re *Regexp) Split(text string) []string {
	var pieces []string
	at := 0
	for loc := range re.All(text) {
		pieces = append(pieces, text[at:loc[0]])
		at = loc[1]
	}
	return append(pieces, text[at:])
}

// Replace replaces the first match, or all, by a replacement text with
// references to groups (chapter 6, section 12.4).
func (re *Regexp) Replace(text, replacement string, all bool) string {
	var b []byte
	at := 0
	for loc := range re.All(text) {
		b = append(b, text[at:loc[0]]...)
		b = re.expand(b, replacement, text, loc)
		at = loc[1]
		if !all {
			break
		}
	}
	if at == 0 && b == nil {
		return text
	}
	return string(append(b, text[at:]...))
}

func (re *Regexp) expand(b []byte, template, text string, loc []int) []byte {
	for {
		before, rest, found := strings.Cut(template, "$")
		b = append(b, before...)
		if !found {
			return b
		}
		name, behind := reference(rest)
		switch {
		case strings.HasPrefix(rest, "$"):
			b = append(b, '$')
			template = rest[1:]
		case behind < 0:
			b = append(b, '$')
			template = rest
		default:
			if g := re.group(name); g >= 0 && loc[2*g] >= 0 {
				b = append(b, text[loc[2*g]:loc[2*g+1]]...)
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
