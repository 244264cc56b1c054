// Package spelling finds the name that a misspelt one stands for.
package spelling

import (
	"slices"
	"strings"
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
	for _, c := range candidates {
		if d := len(c) - len(name); d > 4*limit || -d > 4*limit {
			continue
		}
		d := editDistance(name, c, best)
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

// editDistance counts insertions, deletions, replacements and exchanges of
// neighbours; results above limit are only known to be above it.
func editDistance(a, b string, limit int) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	before, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
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
