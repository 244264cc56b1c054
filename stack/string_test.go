package stack

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chunks are what the strings of these tests are put together of: ASCII, characters of all lengths,
// parts of characters, bytes that are never UTF-8, surrogates, what is encoded too long.
var chunks = []string{"a", "word ", "12345678", strings.Repeat("x", 70), "é", "€", "𝄞", "\ufffd", "\xc3", "\xa9", "\xe2", "\xe2\x82", "\x82\xac", "\xac", "\xf0", "\xf0\x9d", "\xf0\x9d\x84",
	"\x9d\x84\x9e", "\x84\x9e", "\x9e", "\xff", "\xc0", "\xed\xa0", "\xed", "\xe0\x80", "\xf4\x90", "\xf4", "\x90", "\xf5"}

// surroundings are enough around a string to see whether it can be a part of a text.
var surroundings = []string{"", "\xc3", "\xe2", "\xe2\x82", "\xe0", "\xed", "\xf0", "\xf1", "\xf0\x9d", "\xf1\x80", "\xf4", "\xf4\x80", "\xf0\x9d\x84", "\xf1\x80\x80",
	"\x80", "\xa9", "\x90", "\x80\x80", "\x90\x80", "\xa0\x80", "\x90\x80\x80", "\x80\x80\x80", "\xa0", "\xbf\xbf"}

// plainForm is the form by its definition.
func plainForm(s string) Form {
	switch {
	case strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0:
		return ASCII
	case utf8.ValidString(s):
		return Valid
	}
	for _, before := range surroundings {
		if before != "" && utf8.RuneStart(s[0]) {
			break // what is cut off in front would have to go on with s
		}
		for _, behind := range surroundings {
			if utf8.ValidString(before + s + behind) {
				return Partial
			}
		}
	}
	return Broken
}

func text(r *rand.Rand, most int) string {
	var b strings.Builder
	usual := r.IntN(len(chunks)) + 1
	for range r.IntN(most + 1) {
		b.WriteString(chunks[r.IntN(usual)])
	}
	return b.String()
}

func TestFormOfAnyBytes(t *testing.T) {
	for seed := range uint64(2000) {
		s := text(rand.New(rand.NewPCG(seed, 1)), 6)
		require.Equal(t, plainForm(s), FromString(s).Form(), "%q", s)
	}
}

func TestFormsOfAllPairsOfParts(t *testing.T) {
	for _, x := range chunks {
		for _, y := range chunks {
			for _, z := range append(chunks, "") {
				xy, yz := concatenated(FromString(x), FromString(y)), concatenated(FromString(y), FromString(z))
				require.Equal(t, plainForm(x+y+z), concatenated(xy, FromString(z)).Form(), "%q %q %q", x, y, z)
				require.Equal(t, plainForm(x+y+z), concatenated(FromString(x), yz).Form(), "%q %q %q", x, y, z)
			}
		}
	}
}

func concatenated(a, b Value) Value {
	return Concatenated(a.AsString()+b.AsString(), false, false, a, b)
}

// TestFormsAreKept puts strings together and takes them apart. A form may say less than there is to
// know of a long part, and never more.
func TestFormsAreKept(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		v := FromString(text(r, 4))
		for range 30 {
			switch w := FromString(text(r, 3)); r.IntN(4) {
			case 0:
				v = concatenated(v, w)
			case 1:
				v = concatenated(w, v)
			case 2:
				v = concatenated(v, v)
				if len(v.AsString()) > 4*lookUpTo {
					v = FromString("")
				}
			default:
				s := v.AsString()
				from := r.IntN(min(len(s), 5) + 1)
				v = v.Derive(s[from : len(s)-r.IntN(min(len(s)-from, 5)+1)])
			}
			s, form := v.AsString(), v.Form()
			switch exact := plainForm(s); {
			case form == exact:
			case len(s) <= lookUpTo:
				require.Equal(t, exact, form, "%q", s)
			case form == Unknown: // no claim
			default:
				require.Equal(t, [2]Form{ASCII, Valid}, [2]Form{exact, form}, "%q", s)
			}
		}
	}
}

func TestDerivingTellsPartsFromOthers(t *testing.T) {
	whole := FromArena([]byte("some text"))
	part := whole.Derive(whole.AsString()[5:])
	assert.Equal(t, "text", part.AsString())
	assert.NotZero(t, part.n&arenaBit, "its bytes lie in the arena")
	other := whole.Derive(strings.Clone("text"))
	assert.Zero(t, other.n&(arenaBit|ownerMask), "its bytes are its own")
	assert.Equal(t, whole, whole.Derive(whole.AsString()))
	assert.Zero(t, whole.Derive(whole.AsString()[9:]).n&(arenaBit|ownerMask), "nothing keeps nothing alive")
}

// TestAStringIsCopiedOnlyIfItMust: a whole string and a large part of one leave a strand as they are; what
// lies in an arena, and what would keep much more alive than it is, is copied.
func TestAStringIsCopiedOnlyIfItMust(t *testing.T) {
	whole := FromString(strings.Repeat("0123456789abcdef", 1<<12))
	s := whole.AsString()
	for n := 1; n < len(s); n *= 2 {
		part := whole.Derive(s[len(s)-n:])
		kept := part.Promote()
		require.Equal(t, part.AsString(), kept.AsString())
		require.Equal(t, part.Form(), kept.Form())
		assert.Equal(t, n >= len(s)>>(keepsAlive-1), kept.p == part.p, "%d of %d bytes", n, len(s))
		last := whole.Derive(s[1:]).Derive(s[len(s)-n:])
		assert.Equal(t, kept.p == part.p, last.Promote().p == last.p, "a part of a part of %d of %d bytes", n, len(s))
	}
	assert.Equal(t, whole, whole.Promote())
	lost := FromArena([]byte("short"))
	assert.NotEqual(t, lost.p, lost.Promote().p)
}
