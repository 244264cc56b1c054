package document_test

import (
	"testing"

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
