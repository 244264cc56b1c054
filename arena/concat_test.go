package arena_test

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/arena"
)

// made is a string of an arena and where it lies.
type made struct {
	s     string
	place arena.Place
}

func concat(a *arena.Arena, x, y made) made {
	s, place := a.Concat(x.s, y.s, x.place == arena.Growing)
	return made{s, place}
}

func piece(s string) made { return made{s: s} }

// TestConcatChangesNoStringThatThereIs makes strings of strings in any order, in two arenas, and looks at all
// of them again at the end.
func TestConcatChangesNoStringThatThereIs(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var arenas [2]arena.Arena
		type known struct {
			made
			want string
		}
		long := strings.Repeat("d", arena.MaxString)
		all := []known{{piece("a"), "a"}, {piece("bc"), "bc"}, {piece(long), long}}
		recent := func() known { return all[max(0, len(all)-1-r.IntN(1+r.IntN(12)))] }
		for range 600 {
			a := &arenas[r.IntN(2)*r.IntN(2)]
			x, y := recent(), all[r.IntN(3)]
			switch r.IntN(6) {
			case 0:
				x, y = y, x
			case 1:
				y = recent()
			case 2: // a part, so that what it ends with is still free to grow, or not
				from := r.IntN(len(x.s))
				to := len(x.s) - r.IntN(2)*r.IntN(len(x.s)-from)
				x = known{piece(x.s[from:to]), x.want[from:to]}
			case 3:
				a.Alloc(r.IntN(100))
			}
			if len(x.s)+len(y.s) > 1<<15 {
				continue
			}
			s := concat(a, x.made, y.made)
			require.Equal(t, len(x.s)+len(y.s) <= arena.MaxString, s.place == arena.InArena)
			all = append(all, known{s, x.want + y.want})
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

// TestOnlyOneStrandGetsTheRoom has several make a string longer that they all hold.
func TestOnlyOneStrandGetsTheRoom(t *testing.T) {
	var a arena.Arena
	s := piece(strings.Repeat("x", arena.MaxString))
	for range 10 {
		s = concat(&a, s, piece("y"))
	}
	want := strings.Clone(s.s)
	var done sync.WaitGroup
	results := make([]made, 8)
	for i := range results {
		done.Go(func() {
			var own arena.Arena
			results[i] = s
			for range 300 {
				results[i] = concat(&own, results[i], piece(string(rune('0'+i))))
			}
		})
	}
	done.Wait()
	for i, r := range results {
		assert.Equal(t, want+strings.Repeat(string(rune('0'+i)), 300), r.s)
	}
}

// moves counts how often the memory changes in which a string grows.
func moves(n int, grow func(s made) made) int {
	moved, s := 0, piece("x")
	for range n {
		old := s
		s = grow(s)
		start := uintptr(unsafe.Pointer(unsafe.StringData(s.s)))
		inside := func(c string) bool { return uintptr(unsafe.Pointer(unsafe.StringData(c)))-start < uintptr(len(s.s)) }
		// it is the same memory if either end of the old string is inside the new one
		if len(s.s) > 2*arena.MaxString && !inside(old.s) && !inside(old.s[len(old.s)-1:]) {
			moved++
		}
	}
	return moved
}

// growing are ways in which a string grows by small pieces.
var growing = map[string]func(a *arena.Arena) func(made) made{
	"at the end":   func(a *arena.Arena) func(made) made { return func(s made) made { return concat(a, s, piece("piece")) } },
	"at the start": func(a *arena.Arena) func(made) made { return func(s made) made { return concat(a, piece("piece"), s) } },
	"at both": func(a *arena.Arena) func(made) made {
		return func(s made) made { return concat(a, concat(a, piece("("), s), piece(")")) }
	},
	"at both, first behind": func(a *arena.Arena) func(made) made {
		return func(s made) made { return concat(a, piece("("), concat(a, s, piece(")"))) }
	},
	"by blocks that grow themselves": func(a *arena.Arena) func(made) made {
		return func(s made) made {
			block := piece("start of the block")
			for len(block.s) <= arena.MaxString {
				block = concat(a, block, piece("three hundred bytes would be faster here, but so it is many pieces"))
			}
			return concat(a, s, concat(a, block, piece("end")))
		}
	},
	"among many": func(a *arena.Arena) func(made) made {
		others := make([]made, 40)
		long := piece(strings.Repeat("o", arena.MaxString))
		return func(s made) made {
			for i := range others {
				others[i] = concat(a, others[i], piece("other piece"))
				concat(a, long, piece("once"))
			}
			return concat(a, s, piece("piece"))
		}
	},
}

// TestStringsGrowInTheirPlace: what grows by small pieces is copied as often as it has doubled.
func TestStringsGrowInTheirPlace(t *testing.T) {
	const pieces, most = 3_000, 40
	for name, grow := range growing {
		var a arena.Arena
		// A collection takes room at the start away, so the number is not exact.
		assert.LessOrEqual(t, moves(pieces, grow(&a)), most, name)
	}
}

func TestOfTwoThatGrowOutOfOneOnlyTheFirstGetsTheRoom(t *testing.T) {
	for _, n := range []int{1, arena.MaxString} {
		var a arena.Arena
		x := piece(strings.Repeat("x", n))
		for range 3 {
			x = concat(&a, x, piece("y"))
		}
		first, second := concat(&a, x, piece("1")), concat(&a, x, piece("2"))
		assert.Equal(t, x.s+"1", first.s)
		assert.Equal(t, x.s+"2", second.s)
	}
}

// TestALongStringGoesWithItsLastHolder: the arena that has made it does not keep it.
func TestALongStringGoesWithItsLastHolder(t *testing.T) {
	var a arena.Arena
	gone := make(chan bool)
	func() {
		s := piece(strings.Repeat("x", arena.MaxString))
		for range 5 {
			s = concat(&a, piece("y"), s)
		}
		runtime.AddCleanup(unsafe.StringData(s.s), func(gone chan bool) { close(gone) }, gone)
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
	for name, grow := range growing {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var a arena.Arena
			next, s := grow(&a), piece("x")
			for b.Loop() {
				if s = next(s); len(s.s) > 1<<20 {
					next, s = grow(&a), piece("x")
				}
			}
		})
	}
}
