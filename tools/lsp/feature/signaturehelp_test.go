package feature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// The last word in front of the cursor on its line counts, and a long line takes no longer than a short one but for its tokens.
func TestSignatureHelp(t *testing.T) {
	help := func(text string, line, character int) string {
		answer, err := serving(text).SignatureHelp(&protocol.SignatureHelpParams{TextDocument: protocol.TextDocumentIdentifier{URI: uri}, Position: protocol.Position{Line: uint32(line), Character: uint32(character)}})
		require.NoError(t, err)
		if answer == nil {
			return ""
		}
		return answer.(*protocol.SignatureHelp).Signatures[0].Label
	}
	const text = "union U { A B }\n: f ( U -- Int ) match\n  A -> 1 dup i.+ 2 drop\n  B -> 3\n  end ;\n"
	assert.Equal(t, "drop ( ..a T -- ..a )", help(text, 2, 99))
	assert.Equal(t, "drop ( ..a T -- ..a )", help(text, 2, 19))
	assert.Equal(t, "i.+ ( ..a Int Int -- ..a Int )", help(text, 2, 18))
	assert.Equal(t, "dup ( ..a T -- ..a T T )", help(text, 2, 12))
	assert.Empty(t, help(text, 2, 8))
	assert.Empty(t, help(text, 3, 99))
	assert.Equal(t, "f ( ..a U -- ..a Int )", help(text, 1, 10))

	long := ": f ( -- ) " + strings.Repeat("1 drop ", 60_000) + "1 2 3 drop drop drop ;\n"
	from := time.Now()
	assert.Equal(t, "drop ( ..a T -- ..a )", help(long, 0, len(long)))
	assert.Less(t, time.Since(from), 4*time.Second, "each word of the line is looked up")
}
