package hugepage

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMakeReturnsZeroElements(t *testing.T) {
	for _, n := range []int{0, 1, Least/8 - 1, Least / 8, Least/8 + 1, 3*Least/8 + 511} {
		s := Make[uint64](n)
		require.Len(t, s, n)
		for i := range s {
			require.Zero(t, s[i])
			s[i] = uint64(i)
		}
		for i := range s {
			require.Equal(t, uint64(i), s[i])
		}
	}
	for _, n := range []int{5, 6, 1000, Least/8 - 1, Least / 8, Least} {
		s := Grow([]uint64{1, 2, 3, 4, 5}, n)
		require.Len(t, s, n)
		assert.Equal(t, []uint64{1, 2, 3, 4, 5}, s[:5])
		assert.Zero(t, slices.Max(append(s[5:], 0)))
	}
	assert.Equal(t, [3]*int{}, [3]*int(Make[*int](3)))
}
