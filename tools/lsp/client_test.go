package lsp_test

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
)

// client is the client of a server that runs in this process.
type client struct {
	t       testing.TB
	writer  *jsonrpc.Writer
	in      *io.PipeWriter
	inbox   chan received
	ended   chan int
	id      int
	waiting []received         // messages that nobody has taken
	tokens  map[string]*tokens // by URI
	// answered is when the last byte of the answer to the last request came.
	answered time.Time
}

// tokens are those of a document as the client knows them.
type tokens struct {
	id   string
	data []uint32
}

// received is a message of the server.
type received struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	at     time.Time       // when it came
}

func newClient(t testing.TB) *client { return newClientOf(t, lsp.Options{}) }

func newClientOf(t testing.TB, opts lsp.Options) *client {
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	c := &client{t: t, writer: jsonrpc.NewWriter(in), in: in, inbox: make(chan received, 1000), ended: make(chan int, 1)}
	go func() {
		clean, err := lsp.New(opts).Serve(toServer, fromServer)
		status := 0
		if !clean || err != nil {
			status = 1
		}
		_ = toServer.CloseWithError(io.ErrClosedPipe)
		_ = fromServer.Close()
		c.ended <- status
	}()
	go func() {
		defer close(c.inbox)
		reader := frames{bufio.NewReaderSize(out, 1<<20)}
		for {
			body, err := reader.next()
			if err != nil {
				return
			}
			m := received{at: time.Now()}
			if json.Unmarshal(body, &m) != nil {
				return
			}
			c.inbox <- m
		}
	}()
	return c
}

// frames reads the bodies of messages.
type frames struct{ in io.Reader }

func (f frames) next() ([]byte, error) {
	header := ""
	for one := make([]byte, 1); !strings.HasSuffix(header, "\r\n\r\n"); header += string(one) {
		if _, err := io.ReadFull(f.in, one); err != nil {
			return nil, err
		}
	}
	length := 0
	for _, c := range strings.TrimSpace(strings.TrimPrefix(header, "Content-Length:")) {
		length = length*10 + int(c-'0')
	}
	body := make([]byte, length)
	_, err := io.ReadFull(f.in, body)
	return body, err
}

// send writes any message.
func (c *client) send(m any) {
	body, err := json.Marshal(m)
	require.NoError(c.t, err)
	_, _ = io.WriteString(c.in, frame(string(body))) // a server that has ended hears nothing
}

func (c *client) notify(method string, params any) { _ = c.writer.Notify(method, params) }

// request makes a request and returns its result, once all messages in front of that have come.
func (c *client) request(method string, params any) json.RawMessage {
	c.id++
	if c.writer.Request(c.id, method, params) != nil {
		return nil
	}
	want, _ := json.Marshal(c.id)
	for m := range c.inbox {
		c.waiting = append(c.waiting, m)
		if m.Method == "" && string(m.ID) == string(want) {
			c.answered = m.at
			return m.Result
		}
	}
	return nil
}

// settle waits until everything that has been sent is handled.
func (c *client) settle() {
	c.id++
	if c.writer.Request(c.id, "test/settle", nil) != nil {
		return
	}
	want, _ := json.Marshal(c.id)
	for m := range c.inbox {
		if string(m.ID) == string(want) {
			return
		}
		c.waiting = append(c.waiting, m)
	}
}

// take returns the messages that have come.
func (c *client) take() []received {
	list := c.waiting
	c.waiting = nil
	return list
}

// end closes the input and returns the status that the server ends with.
func (c *client) end() int {
	_ = c.in.Close()
	for m := range c.inbox {
		c.waiting = append(c.waiting, m)
	}
	return <-c.ended
}

// frame puts a header in front of a body.
func frame(body string) string {
	length, _ := json.Marshal(len(body))
	return "Content-Length: " + string(length) + "\r\n\r\n" + body
}
