// Package spelling finds the name that a misspelt one stands for.
package spelling

import (
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Nearest returns the candidates with the fewest edits from name, at most 3, if those are at
// most 2 edits and no more than a third of the name: for shorter names everything is near. Each is named once.
func Nearest(name string, candidates []string) []string {
	limit := min(utf8.RuneCountInString(name)/3, 2)
	if limit == 0 {
		return nil
	}
	best := limit + 1
	var found []string
	m := newMeter(name)
	for _, c := range candidates {
		if d := len(c) - len(name); d > 4*limit || -d > 4*limit {
			continue
		}
		d := m.distance(c, best)
		if d > limit || d == 0 && c == name {
			continue
		}
		if d < best {
			best, found = d, nil
		}
		if d == best {
			found = append(found, c)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found) // a name may come from several places
	if len(found) > 3 {
		found = found[:3]
	}
	return found
}

// meter measures how far candidates are from a name, whatever their case. It keeps its memory from one to the next: there are as many as a program has names.
type meter struct {
	name              []rune
	kinds             uint64 // of its characters
	candidate         []rune
	before, prev, cur []int
}

func newMeter(name string) *meter {
	m := &meter{}
	m.name, m.kinds = lower(nil, name)
	return m
}

// lower appends the characters of a text without upper case, and returns which kinds of them there are: each has one of 64.
func lower(to []rune, text string) (_ []rune, kinds uint64) {
	for _, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		} else if c >= utf8.RuneSelf {
			c = unicode.ToLower(c)
		}
		to, kinds = append(to, c), kinds|1<<(c&63)
	}
	return to, kinds
}

// distance counts insertions, deletions, replacements and exchanges of
// neighbours; results above limit are only known to be above it.
func (m *meter) distance(candidate string, limit int) int {
	var kinds uint64
	m.candidate, kinds = lower(m.candidate[:0], candidate)
	x, y := m.name, m.candidate
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	if bits.OnesCount64(m.kinds&^kinds) > limit || bits.OnesCount64(kinds&^m.kinds) > limit { // each change brings or takes away one kind at most
		return limit + 1
	}
	for len(m.prev) <= len(y) {
		m.before, m.prev, m.cur = append(m.before, 0), append(m.prev, 0), append(m.cur, 0)
	}
	before, prev, cur := m.before, m.prev, m.cur
	for j := range y {
		prev[j] = j
	}
	prev[len(y)] = len(y)
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > limit {
			return limit + 1
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(y)]
}
