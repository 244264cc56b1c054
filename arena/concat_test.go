package arena_test

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/arena"
)

// TestConcatChangesNoStringThatThereIs makes strings of strings in any order, also of several that grow in
// turn, and looks at all of them again at the end.
func TestConcatChangesNoStringThatThereIs(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var a arena.Arena
		type made struct{ s, want string }
		all := []made{{"a", "a"}, {"bc", "bc"}, {strings.Repeat("d", arena.MaxString), strings.Repeat("d", arena.MaxString)}}
		recent := func() made { return all[max(0, len(all)-1-r.IntN(1+r.IntN(12)))] }
		for range 600 {
			x, y := recent(), all[r.IntN(3)]
			switch r.IntN(6) {
			case 0:
				x, y = y, x
			case 1:
				y = recent()
			case 2: // a part, so that what it ends with is still free to grow, or not
				from := r.IntN(len(x.s))
				to := len(x.s) - r.IntN(2)*r.IntN(len(x.s)-from)
				x = made{x.s[from:to], x.want[from:to]}
			case 3:
				a.Alloc(r.IntN(100))
			}
			if len(x.s)+len(y.s) > 1<<15 {
				continue
			}
			s, inArena := a.Concat(x.s, y.s)
			require.Equal(t, len(x.s)+len(y.s) <= arena.MaxString, inArena)
			all = append(all, made{s, x.want + y.want})
			if r.IntN(100) == 0 {
				runtime.GC()
			}
			if r.IntN(200) == 0 {
				a.Reset()
			}
		}
		for i, m := range all {
			require.True(t, m.s == m.want, "seed %d: string %d has changed", seed, i)
		}
	}
}

// moves counts how often the memory changes in which a string grows.
func moves(n int, grow func(s string) string) int {
	moved, s := 0, "x"
	for range n {
		old := s
		s = grow(s)
		first, last := unsafe.StringData(s), unsafe.StringData(s[len(s)-1:])
		was, end := unsafe.StringData(old), unsafe.StringData(old[len(old)-1:])
		// it is the same memory if either end of the old string is inside the new one
		inside := func(p *byte) bool {
			return uintptr(unsafe.Pointer(p)) >= uintptr(unsafe.Pointer(first)) && uintptr(unsafe.Pointer(p)) <= uintptr(unsafe.Pointer(last))
		}
		if len(s) > 2*arena.MaxString && !inside(was) && !inside(end) {
			moved++
		}
	}
	return moved
}

// TestStringsGrowInTheirPlace: what grows by small pieces is copied as often as it has doubled, at
// the end, at the start, at both in turn, and several at a time with others made in between.
func TestStringsGrowInTheirPlace(t *testing.T) {
	const pieces, most = 5_000, 40
	concat := func(a *arena.Arena, x, y string) string {
		s, _ := a.Concat(x, y)
		return s
	}
	for name, grow := range map[string]func(a *arena.Arena) func(string) string{
		"at the end": func(a *arena.Arena) func(string) string {
			return func(s string) string { return concat(a, s, "piece") }
		},
		"at the start": func(a *arena.Arena) func(string) string {
			return func(s string) string { return concat(a, "piece", s) }
		},
		"at both": func(a *arena.Arena) func(string) string {
			return func(s string) string { return concat(a, concat(a, "(", s), ")") }
		},
		"by blocks that grow themselves": func(a *arena.Arena) func(string) string {
			return func(s string) string {
				block := "start of the block"
				for len(block) <= arena.MaxString {
					block = concat(a, block, "three hundred bytes would be faster here, but so it is many pieces")
				}
				return concat(a, s, concat(a, block, "end"))
			}
		},
		"among others": func(a *arena.Arena) func(string) string {
			others := []string{"1", "2", "3"}
			long := strings.Repeat("o", arena.MaxString)
			return func(s string) string {
				for i := range others {
					others[i] = concat(a, others[i], "other piece")
				}
				for range 10 {
					concat(a, long, "once")
				}
				return concat(a, s, "piece")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var a arena.Arena
			// A collection takes the room away, so the number is not exact.
			assert.LessOrEqual(t, moves(pieces, grow(&a)), most)
		})
	}
}

func TestOfTwoThatGrowOutOfOneOnlyTheFirstGetsTheRoom(t *testing.T) {
	for _, n := range []int{1, arena.MaxString} {
		var a arena.Arena
		x := strings.Repeat("x", n)
		for range 3 {
			x, _ = a.Concat(x, "y")
		}
		first, _ := a.Concat(x, "1")
		second, _ := a.Concat(x, "2")
		assert.Equal(t, x+"1", first)
		assert.Equal(t, x+"2", second)
	}
}

// TestALongStringGoesWithItsLastHolder: the arena that has made it does not keep it.
func TestALongStringGoesWithItsLastHolder(t *testing.T) {
	var a arena.Arena
	gone := make(chan bool)
	func() {
		s := strings.Repeat("x", arena.MaxString)
		for range 5 {
			s, _ = a.Concat(s, "y")
		}
		runtime.AddCleanup(unsafe.StringData(s), func(gone chan bool) { close(gone) }, gone)
	}()
	for {
		runtime.GC()
		select {
		case <-gone:
			runtime.KeepAlive(&a)
			return
		default:
			runtime.Gosched()
		}
	}
}

func BenchmarkConcat(b *testing.B) {
	for _, at := range []struct {
		name string
		grow func(a *arena.Arena, s string) (string, bool)
	}{
		{"append", func(a *arena.Arena, s string) (string, bool) { return a.Concat(s, "x") }},
		{"prepend", func(a *arena.Arena, s string) (string, bool) { return a.Concat("x", s) }},
	} {
		b.Run(at.name, func(b *testing.B) {
			b.ReportAllocs()
			var a arena.Arena
			s := "x"
			for b.Loop() {
				if s, _ = at.grow(&a, s); len(s) > 1<<20 {
					s = "x"
				}
			}
		})
	}
}
