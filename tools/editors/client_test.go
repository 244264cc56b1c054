package editors

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProtocolOfVSCode speaks with the language server through the library that VS Code's extensions speak through.
func TestProtocolOfVSCode(t *testing.T) {
	needsNode(t, "vscode-languageserver-protocol")
	script, err := os.ReadFile("testdata/client.mjs")
	require.NoError(t, err)
	cmd := exec.Command("node", "--input-type=module", "-e", string(script), "--", nodeModules, seqvm(t))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var seen struct {
		Server, Encoding   string
		Diagnostics, Hints []string
		Mended             []any
		Rename             json.RawMessage
		Edits, Status      int
	}
	require.NoError(t, json.Unmarshal(out, &seen))
	assert.Contains(t, seen.Server, "seq")
	assert.Equal(t, "utf-16", seen.Encoding)
	require.Len(t, seen.Diagnostics, 1)
	assert.Contains(t, seen.Diagnostics[0], "3:26 ", "an emoji is two units of UTF-16")
	assert.Contains(t, seen.Diagnostics[0], "sqare")
	assert.Empty(t, seen.Mended)
	assert.Contains(t, strings.Join(seen.Hints, "\n"), "Int")
	assert.Equal(t, 2, strings.Count(string(seen.Rename), `"newText":"squared"`), "%s", seen.Rename)
	assert.Positive(t, seen.Edits)
	assert.Zero(t, seen.Status)
}
