package text_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/stack/text"
)

// mixed is a text of n characters of one to four bytes, in runs.
func mixed(r *rand.Rand, n int) string {
	var b strings.Builder
	for n > 0 {
		c := []rune("aé€𝄞")[r.IntN(4)]
		for range min(n, 1+r.IntN(40)) {
			b.WriteRune(c)
			n--
		}
	}
	return b.String()
}

// TestIndexAgreesWithCounting asks for characters of several texts, of their parts and of longer ones that
// begin alike, in any order.
func TestIndexAgreesWithCounting(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var x text.Index
		var wholes []string
		for range 1 + r.IntN(12) {
			wholes = append(wholes, mixed(r, r.IntN(3000)))
		}
		at := 0
		for range 400 {
			s := wholes[r.IntN(len(wholes))]
			runes := []rune(s)
			if r.IntN(2) == 0 {
				from := r.IntN(len(runes) + 1)
				to := from + r.IntN(len(runes)-from+1)
				start, end := len(string(runes[:from])), len(string(runes[:to]))
				s, runes = s[start:end], runes[from:to]
			}
			switch r.IntN(4) {
			case 0:
				at = r.IntN(len(runes) + 3)
			case 1:
				at--
			case 2:
				require.Equal(t, len(runes), x.Length(s))
			default:
				at++
			}
			offset, ok := x.Offset(s, int64(at))
			require.Equal(t, at >= 0 && at <= len(runes), ok, "character %d of %d", at, len(runes))
			if ok {
				require.Equal(t, len(string(runes[:at])), offset, "character %d of %d", at, len(runes))
			}
		}
	}
}

// TestATextThatGrowsInItsPlace is known as far as it was looked at.
func TestATextThatGrowsInItsPlace(t *testing.T) {
	var x text.Index
	whole := strings.Repeat("aé€𝄞", 1000)
	for n := 1; n <= 4000; n++ {
		end := len(string([]rune(whole)[:n]))
		if n%7 != 0 {
			continue
		}
		require.Equal(t, n, x.Length(whole[:end]))
		at, ok := x.Offset(whole[:end], int64(n))
		require.True(t, ok)
		require.Equal(t, end, at)
		_, ok = x.Offset(whole[:end], int64(n+1))
		require.False(t, ok, "what lies behind is not of this text")
	}
}

func TestNumbersThatNoCharacterHas(t *testing.T) {
	var x text.Index
	for _, s := range []string{"", "é", strings.Repeat("é", 500)} {
		for _, n := range []int64{-1, -1 << 62, 1<<62 - 1, int64(len(s)) + 1} {
			_, ok := x.Offset(s, n)
			assert.False(t, ok, "%d", n)
		}
	}
}

func TestValid(t *testing.T) {
	var x text.Index
	long := strings.Repeat("é", 500)
	for range 3 {
		for i := range 10 {
			s := long[i:]
			assert.Equal(t, utf8.ValidString(s), x.Valid(s))
		}
	}
}

func BenchmarkOffset(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	s := mixed(r, 1_000_000)
	for _, way := range []struct {
		name string
		next func(at int) int
	}{
		{"forward", func(at int) int { return (at + 1) % 1_000_000 }},
		{"backward", func(at int) int { return (at + 999_999) % 1_000_000 }},
		{"anywhere", func(int) int { return r.IntN(1_000_000) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			var x text.Index
			x.Length(s)
			at := 0
			for b.Loop() {
				at = way.next(at)
				x.Offset(s, int64(at))
			}
		})
	}
}
