package lsp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The logs in testdata/logs are what real clients have sent, a message a line: Neovim 0.12, and vscode-languageclient 9.0 as in VS Code. Beside each stands what the
// server answers, of long lists only the beginning; UPDATE_LSP=1 writes that. A client does not wait with what it sends for what comes back,
// so the answers must be the same if it does.
func TestLogsOfClients(t *testing.T) {
	files, err := filepath.Glob("testdata/logs/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			log, err := os.ReadFile(file)
			require.NoError(t, err)
			lines := strings.Split(strings.TrimSpace(string(log)), "\n")
			waiting, hurried := replayed(t, lines, true), replayed(t, lines, false)
			assert.Equal(t, waiting, hurried)
			path := strings.TrimSuffix(file, ".jsonl") + ".want"
			if os.Getenv("UPDATE_LSP") != "" {
				require.NoError(t, os.WriteFile(path, []byte(waiting), 0o644))
				return
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err, "UPDATE_LSP=1 makes it")
			assert.Equal(t, string(want), waiting)
		})
	}
}

// replayed sends the messages of a log and shows what comes back: whether each is waited for or not.
func replayed(t *testing.T, log []string, wait bool) string {
	c := newClient(t)
	asked := map[string]string{} // the methods of requests by their IDs
	for _, line := range log {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		c.send(json.RawMessage(line))
		if m.ID == nil {
			continue
		}
		asked[string(m.ID)] = m.Method
		for wait {
			answer, open := <-c.inbox
			require.True(t, open, "no answer to %s", line)
			c.waiting = append(c.waiting, answer)
			if string(answer.ID) == string(m.ID) {
				break
			}
		}
	}
	assert.Zero(t, c.end())
	var out bytes.Buffer
	for _, m := range c.take() {
		value, what := m.Params, m.Method
		if m.ID != nil {
			require.Contains(t, asked, string(m.ID), "each request is answered once")
			value, what = m.Result, "answer to "+asked[string(m.ID)]
			delete(asked, string(m.ID))
		}
		require.Nil(t, m.Error, "%s", what)
		var v any
		require.NoError(t, json.Unmarshal(value, &v))
		fmt.Fprintf(&out, "%s %s\n", what, pretty(shortened(v), ""))
	}
	assert.Empty(t, asked, "without an answer")
	return out.String()
}

// shortened leaves out what stands far behind in long lists.
func shortened(v any) any {
	const most, kept = 40, 3
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = shortened(v[key])
		}
	case []any:
		for i := range v {
			v[i] = shortened(v[i])
		}
		if len(v) > most {
			return append(v[:kept:kept], fmt.Sprintf("… %d in all", len(v)))
		}
	}
	return v
}
