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

// TestOrdered has a chain and, beside it, parts that wait for several of its links.
func TestOrdered(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for _, n := range []int{0, 1, 2, 500} {
		waitsFor := make([][]int32, n)
		for part := 1; part < n; part++ {
			waitsFor[part] = []int32{int32(part / 2), int32(part - 1 - part%2)}
			if part%2 == 1 {
				waitsFor[part] = []int32{int32(part / 2)}
			}
		}
		done := make([]int, n) // no part writes where another one that may run at the same time looks
		parallel.Ordered(n, calling(waitsFor), func() func(int) {
			return func(part int) {
				for _, before := range waitsFor[part] {
					assert.Equal(t, 1, done[before], "part %d of %d starts before %d is done", part, n, before)
				}
				done[part]++
			}
		})
		for part, times := range done {
			assert.Equal(t, 1, times, "part %d of %d", part, n)
		}
	}
}

func TestPanicInOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	waitsFor := make([][]int32, 100)
	for part := 51; part < 100; part++ {
		waitsFor[part] = []int32{50}
	}
	assert.PanicsWithValue(t, "part 50", func() {
		parallel.Ordered(100, calling(waitsFor), func() func(int) {
			return func(part int) {
				if part == 50 {
					panic("part 50")
				}
				assert.Less(t, part, 50)
			}
		})
	})
}

func calling(waitsFor [][]int32) func(int, func(int)) {
	return func(part int, wait func(int)) {
		for _, before := range waitsFor[part] {
			wait(int(before))
		}
	}
}
