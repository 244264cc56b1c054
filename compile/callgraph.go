package compile

import "slices"

// components returns the words from index first on in groups of those that call each other (the strongly
// connected components of the call graph), callees before callers, so that a callee's
// summary is known when its caller is compiled. Words before them call none of them.
// Tarjan, Depth-First Search and Linear Graph Algorithms, SIAM J. Computing 1(2), 1972.
func (c *compiler) components(first int) (groups [][]int32) {
	type visit struct {
		word int32
		next int // of its calls
	}
	n := len(c.words) - first
	found, low := make([]int32, n), make([]int32, n) // the place of a word in open, from 1 on, and the first one that it leads back to
	grouped := make([]bool, n)
	all := make([]int32, 0, n) // the groups, one behind the other
	groups = make([][]int32, 0, n)
	var path []visit
	var open []int32 // words found that are in no group yet
	enter := func(w int32) {
		i := int(w) - first
		open = append(open, w)
		found[i] = int32(len(open))
		low[i] = found[i]
		path = append(path, visit{word: w})
	}
	for start := first; start < len(c.words); start++ {
		if found[start-first] == 0 {
			enter(int32(start))
		}
		for len(path) > 0 {
			top := &path[len(path)-1]
			i := int(top.word) - first
			if calls := c.words[top.word].calls; top.next < len(calls) {
				to := calls[top.next]
				top.next++
				switch j := int(to) - first; {
				case j < 0 || grouped[j]:
				case found[j] == 0:
					enter(to)
				default:
					low[i] = min(low[i], found[j])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				above := int(path[len(path)-1].word) - first
				low[above] = min(low[above], low[i])
			}
			if low[i] < found[i] {
				continue
			}
			at := slices.Index(open, int32(i+first))
			for _, w := range open[at:] {
				grouped[int(w)-first] = true
			}
			all = append(all, open[at:]...)
			group := slices.Clip(all[len(all)-len(open)+at:])
			slices.Reverse(group)
			groups = append(groups, group)
			open = open[:at]
		}
	}
	return groups
}
