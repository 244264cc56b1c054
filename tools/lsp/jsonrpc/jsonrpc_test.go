package jsonrpc_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
)

func TestWhatIsNoMessageIsRefusedAndTheNextOneIsRead(t *testing.T) {
	good := `{"jsonrpc":"2.0","id":7,"method":"m"}`
	for _, bad := range []string{`{`, `[1]`, `3`, `{"method":3}`} {
		r := jsonrpc.NewReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n%sContent-Type: x\r\ncontent-length: %d\n\n%s", len(bad), bad, len(good), good)))
		_, err := r.Read()
		var refused *jsonrpc.Error
		require.True(t, errors.As(err, &refused), "%s: %v", bad, err)
		m, err := r.Read()
		require.NoError(t, err)
		assert.True(t, m.IsRequest())
		assert.Equal(t, "m", m.Method)
		_, err = r.Read()
		assert.Equal(t, io.EOF, err)
	}
}

// Who has sent what is no message, but has an id, is told by that.
func TestWhatIsNoMessageMayHaveAnID(t *testing.T) {
	for body, id := range map[string]string{`{"id":4,"method":3}`: "4", `{"method":3,"id":"a"}`: `"a"`, `{"id":null,"method":3}`: ""} {
		m, err := jsonrpc.NewReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))).Read()
		require.Error(t, err)
		require.NotNil(t, m)
		assert.Equal(t, id, string(m.ID))
	}
}

func TestHostileHeadersEndTheInput(t *testing.T) {
	for _, header := range []string{
		"Content-Length: -1\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n", "X: y\r\n\r\n{}", "no field\r\n\r\n", "X: " + strings.Repeat("y", 10_000),
		strings.Repeat("X: y\r\n", 5_000), "Content-Length: 1000000000\r\n\r\n{}", "Content-Length: 10\r\n",
	} {
		_, err := jsonrpc.NewReader(strings.NewReader(header)).Read()
		require.Error(t, err)
		assert.NotEqual(t, io.EOF, err, "%.30q", header)
	}
}
