package syntax

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

// definedHashNames is HashNames without its shortcuts.
func definedHashNames(text string) map[string]bool {
	var names map[string]bool
	for line := range strings.Lines(text) {
		for part := range strings.SplitSeq(line, ";") {
			if fields := strings.Fields(part); len(fields) > 2 && fields[0] == ":" && strings.Contains(fields[1], "#") && strings.HasPrefix(fields[2], "(") {
				if names == nil {
					names = map[string]bool{}
				}
				names[fields[1]] = true
			}
		}
	}
	return names
}

// TestHashNames compares the names with "#" that are found with those of a plain search, in texts
// that are made of what can stand around one.
func TestHashNames(t *testing.T) {
	parts := []string{"#", "#", ":", ":", "(", ";", "\n", " ", " ", "\t", "a", "é", "\u2003", "\u0085", "\"", "--"}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 200_000 {
		var b strings.Builder
		for range random.IntN(14) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		text := b.String()
		want := definedHashNames(text)
		require.Equal(t, want, HashNames(text), "%q", text)
		found += len(want)
	}
	assert.Greater(t, found, 100)
}

// TestTextIsScannedOnce: the search for the dialect and the parser share the tokens, unless "#"
// means something else to the parser.
func TestTextIsScannedOnce(t *testing.T) {
	text := NewText(diag.NewSource("x.seq", ": f ( -- ) [ ] [ ] if ; # a comment\n"))
	require.True(t, text.FindDialect().Decided)
	first := text.cut[0]
	_, problems := text.Parse(Seven)
	require.Empty(t, problems)
	assert.Same(t, first, text.cut[0])

	text = NewText(diag.NewSource("x.seq", ": f# ( Bool -- ) if f# then ;\n"))
	require.True(t, text.FindDialect().Decided)
	file, problems := text.Parse(Classic)
	require.Empty(t, problems)
	assert.Equal(t, "f#", file.Words[0].Name.Text)
	_, problems = text.Parse(Seven)
	assert.True(t, problems.HasErrors())
}

// TestByteOrderMark: what stands behind it is found, as it is in a file without one (chapter 1, section 1).
func TestByteOrderMark(t *testing.T) {
	for _, text := range []string{": f ( Bool -- ) if 1 drop then ;", "include \"a\"\n: f ( Bool -- ) [ ] [ ] if ;"} {
		plain, marked := FindDialect(diag.NewSource("x", text)), FindDialect(diag.NewSource("x", byteOrderMark+text))
		require.True(t, plain.Decided)
		assert.Equal(t, plain, marked, text)
	}
}
