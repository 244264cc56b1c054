package document_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

func TestPositionsAreOffsetsAndBack(t *testing.T) {
	l := document.NewLines("aé😀b\r\nc\rd\n")
	assert.Equal(t, 4, l.Count())
	for _, enc := range []document.Encoding{document.UTF16, document.UTF8} {
		for _, offset := range []int32{0, 1, 3, 7, 8, 10, 12, 14} {
			assert.Equal(t, offset, l.Offset(l.Position(offset, enc), enc))
		}
	}
	assert.Equal(t, protocol.Position{Character: 4}, l.Position(7, document.UTF16))
	assert.Equal(t, int32(3), l.Offset(protocol.Position{Character: 3}, document.UTF16), "within a character")
	assert.Equal(t, int32(8), l.Offset(protocol.Position{Character: 1 << 30}, document.UTF8), "behind the line")
	assert.Equal(t, int32(14), l.Offset(protocol.Position{Line: 1 << 30}, document.UTF16), "behind the text")
}

// Positions in long lines are found by counting from places in the middle of them; the result is that of counting from their beginning.
func TestPositionsInLongLines(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 2))
	for _, characters := range []string{"ab ", "aé", "aé😀", "😀", "a\nb\r\n😀é", "€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€\n"} {
		runes := []rune(characters)
		var b strings.Builder
		for range 2000 {
			b.WriteRune(runes[random.IntN(len(runes))])
		}
		text := b.String()
		l := document.NewLines(text)
		cursor := l.Cursor(document.UTF16)
		for range 300 {
			offset := random.IntN(len(text) + 1)
			for offset < len(text) && (!utf8.RuneStart(text[offset]) || text[offset] == '\n') { // what is within a line end has no position
				offset++
			}
			before := strings.ReplaceAll(text[:offset], "\r\n", "\n")
			line := before[strings.LastIndexAny(before, "\r\n")+1:]
			at := l.Position(int32(offset), document.UTF16)
			require.Equal(t, at, cursor.Position(int32(offset)))
			require.Equal(t, uint32(len(utf16.Encode([]rune(line)))), at.Character)
			require.Equal(t, int32(offset), l.Offset(at, document.UTF16))
			start, end := l.Line(l.At(int32(offset)))
			require.Equal(t, end, l.Offset(protocol.Position{Line: at.Line, Character: uint32(end-start) + 1}, document.UTF16))
		}
	}
}

func TestURIsOfFiles(t *testing.T) {
	path, ok := document.Path("file:///a%20b/%C3%A9.seq")
	require.True(t, ok)
	assert.Equal(t, "/a b/é.seq", path)
	assert.Equal(t, "file:///a%20b/%C3%A9.seq", document.URI(path))
	for _, uri := range []string{"untitled:1", "file://host/x", "file:///%zz", "file:///%0", "file:///a%00b", "file://"} {
		_, ok := document.Path(uri)
		assert.False(t, ok, uri)
	}
}
