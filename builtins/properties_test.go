package builtins

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// shrunk is what a shrinker makes of numbers that a property fails on.
func shrunk(best []uint64, fails func([]uint64) bool) []uint64 {
	var s shrinker
	for {
		next, ok := s.next(best)
		if !ok {
			return best
		}
		failed := fails(next) && simpler(next, best)
		s.tell(failed)
		if failed {
			best = next
		}
	}
}

func TestShrinkerFindsTheSimplest(t *testing.T) {
	sum := func(list []uint64) (n uint64) {
		for _, x := range list {
			n += x
		}
		return n
	}
	start := []uint64{17, 1 << 40, 3, 0, 99, 5, 1<<63 - 1, 2}
	assert.Equal(t, []uint64{1000}, shrunk(start, func(l []uint64) bool { return sum(l) >= 1000 }))
	assert.Equal(t, []uint64{0, 0, 0}, shrunk(start, func(l []uint64) bool { return len(l) >= 3 }))
	assert.Equal(t, []uint64{7, 8}, shrunk(start, func(l []uint64) bool { return len(l) > 1 && l[0] >= 7 && l[len(l)-1] > l[0] || len(l) == 8 }))
	assert.Empty(t, shrunk(start, func([]uint64) bool { return true }))
	assert.Equal(t, start, shrunk(start, func([]uint64) bool { return false }))
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"a b c", "a b c", " a  b  c"},
		{"a b c", "a c", " a -b  c"},
		{"a c", "a b c", " a +b  c"},
		{"a b c d", "b x d e", "-a  b -c +x  d +e"},
		{"a", "b", "-a +b"},
	} {
		var got []string
		for _, d := range differences(strings.Fields(c.a), strings.Fields(c.b)) {
			got = append(got, string(d.sign)+d.text)
		}
		assert.Equal(t, c.want, strings.Join(got, " "), c)
	}
}

func TestComparedIsBounded(t *testing.T) {
	long := func(start string) string { return start + strings.Repeat("line\n", 1000) + start }
	text := compared(long("a\n"), long("b\n"))
	assert.Less(t, strings.Count(text, "\n"), 20, text)
	assert.Contains(t, text, "\n    ...\n")
	all := compared(strings.Repeat("a\n", 5000), strings.Repeat("b\n", 5000))
	assert.Equal(t, shownLines+1, strings.Count(all, "\n"))
	assert.Contains(t, all, "lines more")
}
