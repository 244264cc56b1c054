package lint

import "sort"

// branch is a part of a body that runs or does not run as a whole. The numbers are
// those of its beginning and its end in the order of the text, so that of two
// branches one lies in the other or they have nothing in common.
type branch struct {
	begin, end int
	checked    map[*call]bool // whose flags every run through it checks
	of         *split         // whose alternative it is, once that has been joined
}

// split is a place of a branch where a run goes through one of several others.
type split struct {
	in    *branch
	ways  int
	count map[*call]int // in how many ways the flag is checked
}

// check notes that every run through the branch checks the flag of a call.
func (b *branch) check(c *call) {
	if b.checked[c] {
		return
	}
	if b.checked == nil {
		b.checked = map[*call]bool{}
	}
	b.checked[c] = true
	c.checks.add(b)
	if b.of != nil {
		b.of.check(c)
	}
}

func (s *split) check(c *call) {
	if s.count[c]++; s.count[c] == s.ways {
		s.in.check(c)
	}
}

// splits notes that every run through a branch goes through one of others.
func (b *branch) splits(ways []*branch) {
	s := &split{in: b, ways: len(ways), count: map[*call]int{}}
	for _, way := range ways {
		way.of = s
		for c := range way.checked {
			s.check(c)
		}
	}
}

// meeting is two branches that one run goes through: the last one and an earlier
// one, or twice the same.
type meeting struct{ last, earlier *branch }

// spots is a set of branches in which something happens.
type spots struct {
	list []*branch
	// last[i] is the latest end among list[:i+1]; order makes it.
	last []int
}

func (s *spots) add(b *branch) {
	if n := len(s.list); n == 0 || s.list[n-1] != b {
		s.list = append(s.list, b)
	}
}

// surround tells whether a branch is one of the spots or lies in one.
func (s *spots) surround(b *branch) bool {
	s.order()
	behind := sort.Search(len(s.list), func(i int) bool { return s.list[i].begin > b.begin })
	return behind > 0 && s.last[behind-1] >= b.end
}

func (s *spots) order() {
	if len(s.last) == len(s.list) {
		return
	}
	sort.Slice(s.list, func(i, j int) bool { return s.list[i].begin < s.list[j].begin })
	s.last = s.last[:0]
	end := 0
	for _, spot := range s.list {
		end = max(end, spot.end)
		s.last = append(s.last, end)
	}
}
