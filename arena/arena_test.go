package arena_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/arena"
)

func TestAllocationsDoNotOverlap(t *testing.T) {
	var a arena.Arena
	var all [][]byte
	for i := range 2000 {
		b := a.Alloc(i % 37)
		for j := range b {
			assert.Zero(t, b[j])
			b[j] = byte(i)
		}
		all = append(all, b)
	}
	for i, b := range all {
		for _, c := range b {
			if c != byte(i) {
				t.Fatalf("allocation %d was overwritten", i)
			}
		}
	}
	assert.Positive(t, a.Allocated())
}

func TestAppendingToAnAllocationCannotReachTheNext(t *testing.T) {
	var a arena.Arena
	first := a.Alloc(4)
	second := a.Alloc(4)
	_ = append(first, 'x')
	assert.Equal(t, []byte{0, 0, 0, 0}, second)
}

func TestResetForgetsButKeepsWhatIsReachable(t *testing.T) {
	var a arena.Arena
	b := a.Alloc(3)
	copy(b, "abc")
	a.Reset()
	assert.Zero(t, a.Allocated())
	copy(a.Alloc(3), "xyz")
	assert.Equal(t, "abc", string(b))
}

func TestItResetsItselfPastTheThreshold(t *testing.T) {
	var a arena.Arena
	for range 3 * arena.ResetThreshold / arena.MaxString {
		a.Alloc(arena.MaxString)
	}
	assert.LessOrEqual(t, a.Allocated(), int64(arena.ResetThreshold))
}

func BenchmarkAlloc(b *testing.B) {
	var a arena.Arena
	for b.Loop() {
		a.Alloc(16)
	}
}
