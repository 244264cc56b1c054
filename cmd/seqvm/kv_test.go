package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/tools/lint"
)

const keyValueServer = "../../examples/kv/server.seq"

// TestKeyValueServerOutlivesBadClients: what one client sends costs no other client an answer.
func TestKeyValueServerOutlivesBadClients(t *testing.T) {
	address := startKeyValueServer(t)

	var clients sync.WaitGroup
	for n := range 4 {
		clients.Go(func() {
			c := connect(t, address)
			for i := range 250 {
				c.says(t, fmt.Sprintf("SET good%d text %d\nGET good%d\n", n, i, n), "OK", fmt.Sprintf("VALUE text %d", i))
			}
		})
	}
	clients.Go(func() {
		c := connect(t, address)
		for range 500 {
			c.says(t, "nonsense\nGET\nSET a\nDEL \n\n\xff\xfe x\nGET\x00\n\xc3\xa9\n",
				"ERROR unknown command", "ERROR key is missing", "ERROR text is missing", "ERROR key is missing", "ERROR unknown command",
				"ERROR unknown command", "ERROR unknown command", "ERROR unknown command")
		}
		c.says(t, "GET nothing\n", "NONE")
	})
	clients.Go(func() {
		for range 20 {
			endless := connect(t, address)
			_, _ = endless.Write(bytes.Repeat([]byte("x"), 70_000)) // the server may close before it has all
			_, err := endless.answers.ReadString('\n')
			for err == nil {
				_, err = endless.answers.ReadString('\n')
			}
			_ = endless.Close()

			half := connect(t, address)
			_, err = half.Write([]byte("SET half of a li"))
			assert.NoError(t, err)
			assert.NoError(t, half.Close())
		}
	})
	clients.Wait()

	c := connect(t, address)
	c.says(t, "COUNT\nGET good3\nDEL good3\nDEL good3\nCOUNT\n", "COUNT 4", "VALUE text 249", "OK", "NONE", "COUNT 3")
}

// The example drops no flags, as those in the folder above it.
func TestKeyValueServerDropsNoFlags(t *testing.T) {
	info, problems := check.Program(check.File(keyValueServer), check.Options{Words: builtins.All().Types()})
	require.False(t, problems.HasErrors(), "%v", problems)
	assert.Empty(t, lint.DroppedFlags(info))
}

// startKeyValueServer starts the server as a process that ends with the test, and returns its address. The
// process must not have ended before, nor have written to stderr.
func startKeyValueServer(t *testing.T) string {
	server := exec.Command("seqvm", "run", keyValueServer)
	var stderr bytes.Buffer
	server.Stderr = &stderr
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		assert.NoError(t, server.Process.Kill(), "the server has ended")
		_ = server.Wait()
		assert.Empty(t, stderr.String())
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	port, found := strings.CutPrefix(strings.TrimSpace(line), "port ")
	require.True(t, found, line)
	return net.JoinHostPort("127.0.0.1", port)
}

// client is a connection to the server.
type client struct {
	net.Conn

	answers *bufio.Reader
}

// connect ends the goroutine that calls it if there is no connection.
func connect(t *testing.T, address string) client {
	conn, err := net.Dial("tcp", address)
	if !assert.NoError(t, err) {
		runtime.Goexit()
	}
	t.Cleanup(func() { _ = conn.Close() })
	// A server that does not answer makes the test fail, not hang.
	assert.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	return client{conn, bufio.NewReader(conn)}
}

// says sends requests and compares the lines of their answers.
func (c client) says(t *testing.T, requests string, want ...string) {
	_, err := c.Write([]byte(requests))
	assert.NoError(t, err)
	for _, w := range want {
		line, err := c.answers.ReadString('\n')
		assert.NoError(t, err)
		assert.Equal(t, w+"\n", line)
	}
}
