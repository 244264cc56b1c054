package feature

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// TestEncode: what is written without encoding/json is what that makes of the types of the protocol.
func TestEncode(t *testing.T) {
	at := func(line, character uint32) protocol.Position {
		return protocol.Position{Line: line, Character: character}
	}
	same := func(of any, written []byte) {
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		require.NoError(t, encoder.Encode(of))
		assert.Equal(t, want.String(), string(written)+"\n")
	}
	for _, f := range []protocol.FoldingRange{{}, {StartLine: 1, EndLine: 20, Kind: protocol.FoldingRangeKindComment}} {
		same(&f, appendFolding(nil, &f))
	}
	span := protocol.Range{Start: at(1, 20), End: at(4_000_000_000, 3)}
	for _, name := range []string{"", "f", "a\"b\\c", "<é😀&>", "\x00\x7f\n\t", "\xff", "\u2028"} {
		symbol := protocol.DocumentSymbol{Name: name, Kind: protocol.SymbolKindEnum, Range: span, SelectionRange: span, Children: []protocol.DocumentSymbol{
			{Name: "x", Detail: name, Kind: protocol.SymbolKindEnumMember, SelectionRange: span}, {Name: name, Range: span},
		}}
		for _, s := range []protocol.DocumentSymbol{symbol, symbol.Children[0]} {
			same(&s, appendSymbol(nil, &s))
		}
	}
}
