package httpclient

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/host/network"
	"github.com/seqvm/seqvm/host/secure"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/testcert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers connections with a function, which gets their number from 0. What the requests were is kept.
type server struct {
	net.Listener
	mu          sync.Mutex
	requests    []string
	connections int
	wait        sync.WaitGroup
}

// peer is a connection as the server sees it.
type peer struct {
	net.Conn
	server *server
	reader *bufio.Reader
	number int
}

func serve(t *testing.T, handle func(*peer)) *server {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	return serveOn(t, l, handle)
}

func serveOn(t *testing.T, l net.Listener, handle func(*peer)) *server {
	s := &server{Listener: l}
	s.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			p := &peer{c, s, bufio.NewReader(c), s.connections}
			s.connections++
			s.mu.Unlock()
			s.wait.Go(func() {
				defer c.Close()
				handle(p)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.wait.Wait()
	})
	return s
}

// request reads a request with a body of the size that it announces; false at the end.
func (p *peer) request() bool {
	var text strings.Builder
	size := 0
	for {
		line, err := p.reader.ReadString('\n')
		if err != nil {
			return false
		}
		text.WriteString(line)
		_, _ = fmt.Sscanf(line, "Content-Length: %d\r\n", &size)
		if line == "\r\n" {
			break
		}
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(p.reader, body); err != nil {
		return false
	}
	text.Write(body)
	p.server.mu.Lock()
	p.server.requests = append(p.server.requests, text.String())
	p.server.mu.Unlock()
	return true
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (p *peer) say(text string) { _, _ = io.WriteString(p, text) }

func (s *server) url(path string) string { return "http://" + s.Addr().String() + path }

// once answers each connection with a text, behind its first request.
func once(answer string) func(*peer) {
	return func(p *peer) {
		if p.request() {
			p.say(answer)
		}
	}
}

// always answers each request of each connection.
func always(answer string) func(*peer) {
	return func(p *peer) {
		for p.request() {
			p.say(answer)
		}
	}
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"

func free(string, uint16) (func(netip.Addr) error, error) {
	return func(netip.Addr) error { return nil }, nil
}

// client makes a client that may reach this machine, as changed.
func client(t *testing.T, change func(*Config)) *Client {
	t.Helper()
	c := Config{Network: network.New(settings.Settings{}), Trust: secure.NewTrust(settings.Network{}), HandshakeTimeout: time.Minute, RequestTimeout: time.Minute, Allow: "127.0.0.0/8", Agent: "seq/test", Permit: free}
	if change != nil {
		change(&c)
	}
	made := New(c)
	t.Cleanup(func() {
		assert.NoError(t, made.Close())
		assert.NoError(t, c.Network.Close())
	})
	return made
}

func (c *Client) get(url string) (Response, error) {
	return c.Do(context.Background(), Request{Method: "GET", URL: url})
}

func TestTheRequestOnTheWire(t *testing.T) {
	s := serve(t, always(fine))
	c := client(t, nil)
	host := s.Addr().String()
	lines := func(first string) string {
		return first + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: seq/test\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n"
	}
	large := bytes.Repeat([]byte("\x00\xff\r\n"), 100_000)
	for _, r := range []struct {
		Request
		want string
	}{
		{Request{Method: "GET", URL: s.url("")}, lines("GET /") + "\r\n"},
		{Request{Method: "DELETE", URL: "http://me:secret@" + host + "/a b?c#d"}, lines("DELETE /a%20b?c") + "\r\n"},
		{Request{Method: "POST", URL: s.url("/x"), Sends: true, Body: []byte("hi"), ContentType: "text/plain; x=\u00e9"}, lines("POST /x") + "Content-Type: text/plain; x=\u00e9\r\nContent-Length: 2\r\n\r\nhi"},
		{Request{Method: "PUT", URL: s.url("/x"), Sends: true}, lines("PUT /x") + "Content-Type: \r\nContent-Length: 0\r\n\r\n"},
		{Request{Method: "PUT", URL: s.url("/x"), Sends: true, Body: large}, lines("PUT /x") + "Content-Type: \r\nContent-Length: 400000\r\n\r\n" + string(large)},
	} {
		answer, err := c.Do(t.Context(), r.Request)
		require.NoError(t, err)
		assert.Equal(t, Response{200, []byte("fine")}, answer)
		assert.Equal(t, r.want, s.requests[len(s.requests)-1])
	}
	assert.Equal(t, 1, s.count())
	for _, injected := range []string{"a\r\nX: y", "a\tb", "\x00", "\x7f", "\xff"} {
		_, err := c.Do(t.Context(), Request{Method: "POST", URL: s.url(""), Sends: true, ContentType: injected})
		assert.ErrorContains(t, err, "content type")
	}
	assert.Len(t, s.requests, 5)
}

// answers are what a server may say, with the status and body that come of it, or the error.
var answers = []struct {
	answer string
	status int
	body   string
	err    string
}{
	{fine, 200, "fine", ""},
	{"HTTP/1.1 200 OK\nContent-Length: 4\n\nfine", 200, "fine", ""},
	{"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, "no", ""},
	{"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 5\r\n\r\nmoved", 301, "moved", ""},
	{"HTTP/1.9x 65535\r\n\r\nto the end", 65535, "to the end", ""},
	{"HTTP/1.0 200 OK\r\n\r\n", 200, "", ""},
	{"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 4 \r\n\r\nfine and more", 200, "fine", ""},
	{"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\nContent-Length: 4\r\n\r\nfine", 200, "fine", ""},
	{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nfine", 200, "fine", ""},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n 4 ;x=y\r\nfine\r\nA\n0123456789\n0;\r\nTrailer: x\r\nrubbish\r\n\r\n", 200, "fine0123456789", ""},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nto the end", 200, "to the end", ""},
	{"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nfine", 204, "", ""},
	{"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n", 304, "", ""},
	{strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", maxInterim) + fine, 200, "fine", ""},
	{strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", maxInterim+1) + fine, 0, "", "more than 16"},
	{"HTTP/1.1 101 Switching Protocols\r\n\r\n", 0, "", "switch protocols"},
	{"", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nContent-Len", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfin", 0, "", "unexpected end"},
	{"garbage\r\n\r\n", 0, "", "malformed status line"},
	{"ICY 200 OK\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/2 200 OK\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1 65536 x\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1 -1 x\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1 abc x\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1 200 \xff\r\n\r\n", 0, "", "malformed status line"},
	{"HTTP/1.1 200 OK\r\nno colon\x1b[31m\r\n\r\n", 0, "", `malformed header "no colon\x1b[31m"`},
	{"HTTP/1.1 200 OK\r\nX: \xff\r\n\r\n", 0, "", "malformed header"},
	{"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", 0, "", "is no number"},
	{"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", 0, "", "is no number"},
	{"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, "", "is no number"},
	{"HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nfine", 0, "", "is no number"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 4, 5\r\n\r\nfine", 0, "", "conflicting lengths"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "", "conflicting"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n", 0, "", "body too large"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", 0, "", "body too large"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA00001\r\n", 0, "", "body too large"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFF\r\n", 0, "", "body too large"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", 0, "", "no line end behind a chunk"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcx\n0\r\n\r\n", 0, "", "no line end behind a chunk"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n", 0, "", "malformed chunk size"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 0, "", "malformed chunk size"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 0, "", "malformed chunk size"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nTrailer: x\r\n", 0, "", "unexpected end"},
	{"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", maxHeaders-1) + "Content-Length: 4\r\n\r\nfine", 200, "fine", ""},
	{"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", maxHeaders) + "Content-Length: 4\r\n\r\nfine", 0, "", "more than 256 headers"},
	{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", maxLine-3) + "\r\nContent-Length: 4\r\n\r\nfine", 200, "fine", ""},
	{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", maxLine-2) + "\r\nContent-Length: 4\r\n\r\nfine", 0, "", "line too large"},
	{"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("y", 60_000)+"\r\n", 5) + "\r\n", 0, "", "head or trailers too large"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;" + strings.Repeat("x", maxLine) + "\r\nfine\r\n0\r\n\r\n", 0, "", "line too large"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("X: "+strings.Repeat("y", 60_000)+"\r\n", 5) + "\r\n", 0, "", "head or trailers too large"},
}

func TestAnswers(t *testing.T) {
	c := client(t, nil)
	for _, a := range answers {
		answer, err := c.get(serve(t, once(a.answer)).url("/"))
		name := a.answer[:min(len(a.answer), 100)]
		if a.err != "" {
			require.ErrorContains(t, err, a.err, "%q", name)
			require.ErrorContains(t, err, "connection error", "%q", name)
			assert.Zero(t, answer, "%q", name)
			continue
		}
		require.NoError(t, err, "%q", name)
		assert.Equal(t, a.status, answer.Status, "%q", name)
		assert.Equal(t, a.body, string(answer.Body), "%q", name)
	}
}

func TestTheLargestBodies(t *testing.T) {
	c := client(t, nil)
	for extra, ok := range []bool{true, false} {
		body := strings.Repeat("x", MaxBody+extra)
		chunks := strings.Repeat("100000\r\n"+strings.Repeat("x", 1<<20)+"\r\n", 10)
		if extra > 0 {
			chunks += "1\r\nx\r\n"
		}
		for _, answer := range []string{
			fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body)) + body,
			"HTTP/1.1 200 OK\r\n\r\n" + body,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n",
		} {
			got, err := c.get(serve(t, once(answer)).url("/"))
			assert.Equal(t, ok, err == nil, "%v", err)
			if ok {
				assert.Equal(t, body, string(got.Body))
			}
		}
	}
}

// Which answers leave a connection that is used again.
func TestConnectionsAreKept(t *testing.T) {
	for answer, kept := range map[string]bool{
		fine: true,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":                              true,
		"HTTP/1.1 204 No Content\r\n\r\n":                                                             true,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n":                                      true,
		"HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 0\r\n\r\n":                        false,
		"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n":                                                false,
		"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n":                      true,
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore than that":                                  false,
		"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nfine":                                    false,
		"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n" + fine:                                   true,
		"HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n": false,
	} {
		s, c := serve(t, always(answer)), client(t, nil)
		for range 3 {
			_, err := c.get(s.url("/"))
			require.NoError(t, err, "%q", answer)
		}
		assert.Equal(t, map[bool]int{true: 1, false: 3}[kept], s.count(), "%q", answer)
	}
}

// A connection that was closed meanwhile, or on which something came, is not used.
func TestConnectionsThatAreNotQuiet(t *testing.T) {
	for _, after := range []string{"", "HTTP/1.1 408 Request Timeout\r\n\r\n"} {
		c := client(t, nil)
		ended := make(chan bool, 9)
		s := serve(t, func(p *peer) {
			p.request()
			p.say(fine)
			p.say(after)
			_ = p.Close()
			ended <- true
		})
		for range 3 {
			answer, err := c.Do(t.Context(), Request{Method: "POST", URL: s.url("/"), Sends: true})
			require.NoError(t, err)
			assert.Equal(t, "fine", string(answer.Body))
			<-ended
			for _, kept := range c.pool.idle { // what the server did is here only when the system has brought it
				for len(kept) > 0 && network.Quiet(kept[0].tcp) {
					time.Sleep(time.Millisecond)
				}
			}
		}
		assert.Equal(t, 3, s.count())
	}
}

// If a connection that was kept fails, what can be repeated is, once.
func TestRequestsAreRepeated(t *testing.T) {
	for method, repeats := range map[string]bool{"GET": true, "PUT": true, "DELETE": true, "POST": false} {
		s := serve(t, func(p *peer) { // the second request of a connection fails
			p.request()
			p.say(fine)
			p.request()
		})
		c := client(t, nil)
		r := Request{Method: method, URL: s.url("/"), Sends: method[0] == 'P'}
		_, err := c.Do(t.Context(), r)
		require.NoError(t, err)
		_, err = c.Do(t.Context(), r)
		assert.Equal(t, repeats, err == nil, method)
		assert.Equal(t, map[bool]int{true: 2, false: 1}[repeats], s.count(), method)
	}
	s := serve(t, func(p *peer) { p.request() })
	_, err := client(t, nil).get(s.url("/"))
	assert.ErrorContains(t, err, "unexpected end")
	assert.Equal(t, 1, s.count(), "a new connection that fails is final")
}

func TestThePoolIsBounded(t *testing.T) {
	const many = idlePerOrigin + 4
	var all sync.WaitGroup
	all.Add(many)
	s := serve(t, func(p *peer) {
		for n := 0; p.request(); n++ {
			if n == 0 && p.number < many {
				all.Done()
				all.Wait() // all requests at once
			}
			p.say(fine)
		}
	})
	c := client(t, nil)
	var done sync.WaitGroup
	for range many {
		done.Go(func() {
			_, err := c.get(s.url("/"))
			assert.NoError(t, err)
		})
	}
	done.Wait()
	assert.Equal(t, many, s.count())
	assert.Equal(t, idlePerOrigin, c.pool.total)

	p := pool{idle: map[origin][]*conn{}}
	made := map[int]*conn{}
	for i := range idleInTotal + 1 {
		here, there := net.Pipe()
		defer there.Close()
		made[i] = newConn(here, here)
		p.put(origin{"http", fmt.Sprint("h", i/idlePerOrigin), 80}, made[i])
	}
	assert.Equal(t, idleInTotal, p.total)
	first := origin{"http", "h0", 80}
	assert.Equal(t, made[idlePerOrigin-1], p.pop(first), "the one that was used last")
	p.put(first, made[idlePerOrigin-1])
	made[0].timer.Reset(0) // its time is over
	_, err := made[0].tcp.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.ErrClosedPipe)
	p.close()
	assert.Zero(t, p.total)
	p.put(first, made[1])
	assert.Zero(t, p.total)
}

// Silence anywhere ends a request, and so do single bytes that drip.
func TestTimeOuts(t *testing.T) {
	const limit = 50 * time.Millisecond
	drip := func(p *peer, text string) {
		for i := 0; ; i = (i + 1) % len(text) {
			if _, err := p.Write([]byte(text[i : i+1])); err != nil {
				return
			}
			time.Sleep(limit / 10)
		}
	}
	silence := func(p *peer) { _, _ = io.Copy(io.Discard, p.reader) }
	hold := make(chan bool)
	for name, c := range map[string]struct {
		handle func(*peer)
		least  time.Duration
	}{
		"before the answer": {func(p *peer) { p.request(); silence(p) }, limit},
		"within the head":   {func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nX"); silence(p) }, limit},
		"within the body":   {func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"); silence(p) }, limit},
		"within a chunk":    {func(p *peer) { p.request(); p.say(chunked + "9\r\nx"); silence(p) }, limit},
		"behind a chunk":    {func(p *peer) { p.request(); p.say(chunked + "1\r\nx"); silence(p) }, limit},
		"within trailers":   {func(p *peer) { p.request(); p.say(chunked + "0\r\nx"); silence(p) }, limit},
		"to the end":        {func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\n\r\nx"); silence(p) }, limit},
		"a head that drips": {func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\n"); drip(p, "X: y\r\n") }, limit},
		"interim answers":   {func(p *peer) { p.request(); drip(p, "HTTP/1.1 100 Continue\r\n\r\n") }, limit},
		"no reader":         {func(*peer) { <-hold }, limit},
	} {
		s := serve(t, c.handle)
		to := client(t, func(c *Config) { c.RequestTimeout = limit })
		r := Request{Method: "PUT", URL: s.url("/"), Sends: true}
		if name == "no reader" {
			r.Body = make([]byte, 32<<20)
		}
		start := time.Now()
		_, err := to.Do(t.Context(), r)
		assert.ErrorContains(t, err, "timeout", name)
		assert.GreaterOrEqual(t, time.Since(start), c.least, name)
		assert.Equal(t, 1, s.count(), name)
	}
	close(hold)
}

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

// Of a body that drips no wait is long, but all of them together are.
func TestTheWholeExchangeIsLimited(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	var done sync.WaitGroup
	done.Go(func() {
		defer there.Close()
		_, _ = there.Read(make([]byte, 100))
		_, _ = io.WriteString(there, "HTTP/1.1 200 OK\r\n\r\n")
		for {
			if _, err := there.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	c := newConn(here, here)
	c.silence, c.until = time.Hour, time.Now().Add(50*time.Millisecond)
	_, _, err := c.exchange([]byte("GET"), nil)
	assert.True(t, timedOut(err), "%v", err)
	_ = here.Close()
	done.Wait()
}

// A time-out on a connection that was kept is final.
func TestTimeOutsAreNotRepeated(t *testing.T) {
	s := serve(t, func(p *peer) {
		p.request()
		p.say(fine)
		_, _ = io.Copy(io.Discard, p.reader)
	})
	c := client(t, func(c *Config) { c.RequestTimeout = 50 * time.Millisecond })
	_, err := c.get(s.url("/"))
	require.NoError(t, err)
	_, err = c.get(s.url("/"))
	assert.ErrorContains(t, err, "timeout")
	assert.Equal(t, 1, s.count())
}

func TestRequestsEndWithTheirContextAndWithTheClient(t *testing.T) {
	arrived := make(chan bool)
	s := serve(t, func(p *peer) {
		p.request()
		arrived <- true
		_, _ = io.Copy(io.Discard, p.reader)
	})
	c := client(t, nil)
	ended := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	for _, end := range []func(){cancel, func() { _ = c.Close() }} {
		go func() {
			_, err := c.Do(ctx, Request{Method: "GET", URL: s.url("/")})
			ended <- err
		}()
		<-arrived
		end()
		assert.Error(t, <-ended)
		ctx = context.Background()
	}
}

// names makes a client find the addresses of names with a function.
func names(lookup func(host string) []string) func(*Config) {
	return func(c *Config) {
		c.Network.Names.Close()
		c.Network.Names = network.NewResolver(8, func(_ context.Context, host string) (all []netip.Addr, err error) {
			for _, text := range lookup(host) {
				all = append(all, netip.MustParseAddr(text))
			}
			return all, nil
		})
	}
}

// A name cannot lead into the inner network, whatever its addresses are at which time: all are checked before any is dialled,
// for each request, and what is dialled is what was checked.
func TestNamesCannotLeadInside(t *testing.T) {
	s := serve(t, always(fine))
	_, port, _ := net.SplitHostPort(s.Addr().String())
	asked := 0
	c := client(t, names(func(host string) []string {
		asked++
		switch {
		case host == "mixed.test":
			return []string{"127.0.0.1", "10.0.0.1"}
		case host == "mapped.test":
			return []string{"::ffff:169.254.169.254"}
		case host == "rebinding.test" && asked > 1:
			return []string{"10.0.0.1"}
		}
		return []string{"127.0.0.1"}
	}))
	_, err := c.get("http://rebinding.test:" + port)
	require.NoError(t, err)
	assert.Equal(t, 1, asked, "no second question between check and connection")
	forget := names(func(string) []string { return []string{"10.0.0.1"} })
	forget(&c.Config)
	_, err = c.get("http://rebinding.test:" + port)
	assert.ErrorContains(t, err, `blocked: the address 10.0.0.1 of "rebinding.test"`, "though a connection is kept")
	c.Network.Names.Close()

	c = client(t, names(func(host string) []string {
		return map[string][]string{"mixed.test": {"127.0.0.1", "10.0.0.1"}, "mapped.test": {"::ffff:169.254.169.254"}}[host]
	}))
	for host, why := range map[string]string{
		"mixed.test": "blocked: the address 10.0.0.1", "mapped.test": "blocked: the address 169.254.169.254", "unknown.test": `resolution of the host "unknown.test" failed`,
		"[::ffff:10.0.0.1]": "blocked", "[64:ff9b::a00:1]": "blocked", "0x0a000001": "blocked: the address 10.0.0.1", "0": "blocked: the address 0.0.0.0", "[::]": "blocked",
	} {
		_, err = c.get("http://" + host + ":" + port)
		assert.ErrorContains(t, err, why, host)
	}
	assert.Equal(t, 1, s.count())
}

func TestWhatIsRefusedBeforeAnythingIsDone(t *testing.T) {
	nobody := func(c *Config) {
		c.Allow = ""
		names(func(host string) []string { panic("looked up " + host) })(c)
	}
	c := client(t, nobody)
	for url, why := range map[string]string{
		"http://localhost/": `blocked: "localhost"`, "http://A.LocalHost./": "blocked", "http://127.0.0.1/": "blocked: the address 127.0.0.1",
		"x": "the URL is invalid", "gopher://a/": `the scheme "gopher" is not allowed: only http and https are`,
	} {
		_, err := c.get(url)
		assert.ErrorContains(t, err, why, url)
	}
	c = client(t, func(c *Config) { nobody(c); c.Allow = "everything" })
	_, err := c.get("http://8.8.8.8/")
	assert.ErrorContains(t, err, AllowVariable)
	denied := errors.New("denied")
	c = client(t, func(c *Config) {
		nobody(c)
		c.Permit = func(host string, port uint16) (func(netip.Addr) error, error) {
			assert.Equal(t, "a.test", host)
			assert.Equal(t, uint16(443), port)
			return nil, denied
		}
	})
	_, err = c.get("https://a.test/")
	assert.Equal(t, denied, err)
}

func TestAddressesAreTriedInTurn(t *testing.T) {
	s := serve(t, always(fine))
	_, port, _ := net.SplitHostPort(s.Addr().String())
	c := client(t, names(func(string) []string { return []string{"127.0.0.2", "127.0.0.3"} }))
	_, err := c.get("http://a.test:" + port)
	assert.ErrorContains(t, err, `connection error: "a.test" cannot be reached at any of its 2 addresses`)
	c = client(t, names(func(string) []string { return []string{"127.0.0.2", "127.0.0.1"} }))
	answer, err := c.get("http://a.test:" + port)
	require.NoError(t, err)
	assert.Equal(t, 200, answer.Status)
	denied := errors.New("denied")
	c = client(t, func(c *Config) {
		names(func(string) []string { return []string{"127.0.0.1"} })(c)
		c.Permit = func(string, uint16) (func(netip.Addr) error, error) {
			return func(netip.Addr) error { return denied }, nil
		}
	})
	_, err = c.get("http://a.test:" + port)
	assert.Equal(t, denied, err)
}

func TestHTTPS(t *testing.T) {
	ca := testcert.New(t)
	certificate := ca.Certificate(testcert.For("a.test", "127.0.0.1"))
	l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}})
	require.NoError(t, err)
	s := serveOn(t, l, always(fine))
	_, port, _ := net.SplitHostPort(s.Addr().String())
	trusting := func(c *Config) {
		c.Trust = secure.NewTrust(settings.Network{CertFile: ca.File()})
		names(func(string) []string { return []string{"127.0.0.1"} })(c)
	}
	c := client(t, trusting)
	for range 3 {
		answer, err := c.get("https://a.test:" + port)
		require.NoError(t, err)
		assert.Equal(t, "fine", string(answer.Body))
	}
	assert.Equal(t, 1, s.count())
	_, err = c.get("https://127.0.0.1:" + port)
	require.NoError(t, err)
	_, err = c.get("https://b.test:" + port)
	assert.ErrorContains(t, err, `the TLS handshake with "b.test" failed`)
	_, err = client(t, nil).get("https://127.0.0.1:" + port)
	assert.ErrorContains(t, err, "the TLS handshake")
	silent := serve(t, func(p *peer) { _, _ = io.Copy(io.Discard, p.reader) })
	c = client(t, func(c *Config) { c.HandshakeTimeout = 10 * time.Millisecond })
	_, err = c.get("https" + strings.TrimPrefix(silent.url("/"), "http"))
	assert.ErrorContains(t, err, "the TLS handshake")
}

// A body without a length that ends within a record has been cut off.
func TestACutOffBodyOverTLS(t *testing.T) {
	ca := testcert.New(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("127.0.0.1"))}}
	s := serve(t, func(p *peer) {
		inner := tls.Server(p.Conn, config)
		_, _ = bufio.NewReader(inner).ReadString('\n')
		_, _ = io.WriteString(inner, "HTTP/1.1 200 OK\r\n\r\nall of")
		p.say("\x17\x03\x03\x00\x50cut")
	})
	c := client(t, func(c *Config) { c.Trust = secure.NewTrust(settings.Network{CertFile: ca.File()}) })
	_, err := c.get("https" + strings.TrimPrefix(s.url("/"), "http"))
	assert.ErrorContains(t, err, "unexpected end")
}

// FuzzAnswers has a server answer with anything: there is an answer within the limits, or an error that can be shown.
func FuzzAnswers(f *testing.F) {
	for _, a := range answers {
		if len(a.answer) < 1000 {
			f.Add([]byte(a.answer))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			_, _ = there.Read(make([]byte, 100))
			_, _ = there.Write(text)
		}()
		defer here.Close()
		c := newConn(here, here)
		c.silence, c.until = time.Minute, time.Now().Add(time.Minute)
		answer, keep, err := c.exchange([]byte("GET"), nil)
		if err != nil {
			require.False(t, keep)
			require.NotEmpty(t, err.Error())
			require.False(t, strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' || c >= 0x7f }), "%q", err)
			return
		}
		require.LessOrEqual(t, len(answer.Body), MaxBody)
		require.LessOrEqual(t, answer.Status, 65535)
	})
}
