package spelling_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/seq/spelling"
)

func TestNearest(t *testing.T) {
	names := []string{"json", "list", "lists", "loops", "io.write-line", "io.write-lines", "io.write", "Upper", "éàü"}
	for name, want := range map[string][]string{
		"jason": {"json"}, "josn": {"json"}, "jsn": {"json"}, "js": nil, "": nil, "lisp": {"list"}, "listes": {"lists"},
		"io.writeline": {"io.write-line"}, "io.wirte-lin": {"io.write-line"}, "io.write-line": {"io.write-lines"}, "xyzzy": nil, "UPPER": {"Upper"}, "upper": {"Upper"}, "éàx": {"éàü"},
	} {
		assert.Equal(t, want, spelling.Nearest(name, names), name)
	}
	assert.Equal(t, []string{"aab", "aac", "aad"}, spelling.Nearest("aaa", []string{"aad", "aae", "aac", "aab", "bbb"}), "at most 3, sorted")
	assert.Equal(t, []string{"square"}, spelling.Nearest("suqare", []string{"square", "square"}), "named once")
}

// TestManyCandidates: what a candidate is found to be does not depend on those in front of it.
func TestManyCandidates(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 5))
	names := make([]string, 400)
	for i := range names {
		for range 3 + random.IntN(6) {
			names[i] += string([]rune("abcABé-😀")[random.IntN(8)])
		}
	}
	for _, name := range names[:50] {
		near := map[string]bool{}
		for _, found := range spelling.Nearest(name, names) {
			near[found] = true
			assert.Equal(t, []string{found}, spelling.Nearest(name, []string{found}))
		}
		if len(near) == 0 {
			for _, other := range names {
				assert.Empty(t, spelling.Nearest(name, []string{other}))
			}
		}
	}
}
