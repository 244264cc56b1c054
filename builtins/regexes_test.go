package builtins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins/regex"
)

// The cache of patterns is bounded by their number, and by their memory.
func TestPatternCacheIsBounded(t *testing.T) {
	c := patternCache{compiled: map[string]*regex.Regexp{}}
	keep := func(pattern string) {
		re, err := regex.Compile(pattern)
		require.NoError(t, err)
		c.keep(pattern, re)
		c.keep(pattern, re) // as another strand may have done
		require.Contains(t, c.compiled, pattern)
	}
	sum := func() (bytes int) {
		for text, re := range c.compiled {
			bytes += len(text) + re.Size()
		}
		return bytes
	}
	for i := range 3 * maxPatterns {
		keep(fmt.Sprint(i))
		require.LessOrEqual(t, len(c.compiled), maxPatterns)
	}
	for i := range 40 {
		keep(fmt.Sprintf(`(?:x|%d){10000}`, i))
		require.Equal(t, sum(), c.bytes)
		require.LessOrEqual(t, c.bytes, maxPatternBytes)
	}
	huge := strings.Repeat("x", 200_000)
	keep(huge)
	assert.Greater(t, c.bytes, maxPatternBytes, "the test needs a larger pattern")
	assert.Len(t, c.compiled, 1)
	keep("x")
	assert.Len(t, c.compiled, 1)
}
