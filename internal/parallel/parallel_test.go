package parallel_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/internal/parallel"
)

func TestEach(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for _, n := range []int{0, 1, 31, 32, 33, 1000} {
		handled := make([]int, n)
		parallel.Each(n, func() func(int) {
			return func(part int) { handled[part]++ }
		})
		for part, times := range handled {
			assert.Equal(t, 1, times, "part %d of %d", part, n)
		}
	}
}

func TestPanicGoesOnInTheCaller(t *testing.T) {
	assert.PanicsWithValue(t, "part 77", func() {
		parallel.Each(100, func() func(int) {
			return func(part int) {
				if part == 77 {
					panic("part 77")
				}
			}
		})
	})
}

func TestPays(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	assert.True(t, parallel.Pays(1_000_000))
	assert.False(t, parallel.Pays(100))
	runtime.GOMAXPROCS(1)
	assert.False(t, parallel.Pays(1_000_000))
}
