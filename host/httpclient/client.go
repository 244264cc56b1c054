// Package httpclient is the HTTP client of programs (chapter 7 of the language book, section 8): HTTP/1.1, bodies of up to 10 MiB, no redirects, no
// proxies, and nothing of the inner network. It is written by hand since bytes of requests, leniency with answers and limits are all fixed there, and differ
// from net/http's.
package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seqvm/seqvm/host/network"
	"github.com/seqvm/seqvm/host/secure"
)

// Config is what a client needs.
type Config struct {
	Network          *network.Network
	Trust            *secure.Trust
	HandshakeTimeout time.Duration // of TLS
	RequestTimeout   time.Duration // the longest silence in an exchange
	Allow            string        // addresses of the inner network that may be reached, with commas
	Agent            string        // the User-Agent
	// Permit is asked for a host and port before the host is looked up, and what it returns for each address before it is dialled.
	Permit func(host string, port uint16) (dial func(netip.Addr) error, err error)
}

// Client makes requests. It is safe for concurrent use, and must be closed.
type Client struct {
	Config
	guard guard
	pool  pool
	ctx   context.Context
	end   context.CancelFunc
}

// New makes a client.
func New(c Config) *Client {
	ctx, end := context.WithCancel(context.Background())
	return &Client{Config: c, guard: newGuard(c.Allow), pool: pool{idle: map[origin][]*conn{}}, ctx: ctx, end: end}
}

// Close ends requests that are being made, and closes the connections that are kept.
func (c *Client) Close() error {
	c.end()
	c.pool.close()
	return nil
}

// Request is what is asked for.
type Request struct {
	Method, URL string
	Sends       bool   // it has a body, and a content type
	Body        []byte // must not change until the answer is there
	ContentType string
}

// Response is an answer that is complete.
type Response struct {
	Status int
	Body   []byte
}

// span is how many silences a whole exchange may take.
const span = 20

// Do makes a request. The error says why there is no answer, or none that can be trusted.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	if c.guard.err != nil {
		return Response{}, c.guard.err
	}
	to, err := parse(r.URL)
	if err != nil {
		return Response{}, urlError(err)
	}
	if !utf8.ValidString(r.ContentType) || strings.ContainsFunc(r.ContentType, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return Response{}, fmt.Errorf("the content type %q has characters that no header can have", r.ContentType)
	}
	if err := c.guard.name(to.host); err != nil {
		return Response{}, err
	}
	permit, err := c.Permit(to.host, to.port)
	if err != nil {
		return Response{}, err
	}
	addresses := c.Network.Names.Lookup(ctx, to.host)
	if len(addresses) == 0 {
		return Response{}, fmt.Errorf("resolution of the host %q failed: it has no address", to.host)
	}
	if err := c.guard.addresses(to.host, addresses); err != nil {
		return Response{}, err
	}
	dial := func() (*conn, error) { return c.dial(ctx, &to, addresses, permit) }
	return c.exchange(ctx, &to, &r, dial)
}

func urlError(err error) error {
	if scheme := (*schemeError)(nil); errors.As(err, &scheme) {
		return err
	}
	return fmt.Errorf("the URL is invalid: %w", err)
}

// exchange sends the request over a connection that is kept, or else a new one. Where repeating does no harm, a new one
// follows one that was of no use any more.
func (c *Client) exchange(ctx context.Context, to *address, r *Request, dial func() (*conn, error)) (Response, error) {
	end := time.Now().Add(span * c.RequestTimeout)
	if old := c.pool.take(to.origin()); old != nil {
		answer, err := c.over(ctx, old, to, r, end)
		if err == nil || r.Method == "POST" || timedOut(err) || ctx.Err() != nil {
			return answer, err
		}
	}
	fresh, err := dial()
	if err != nil {
		return Response{}, err
	}
	return c.over(ctx, fresh, to, r, end)
}

func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// dial connects to one of the addresses, and secures the connection.
func (c *Client) dial(ctx context.Context, to *address, addresses []netip.Addr, permit func(netip.Addr) error) (*conn, error) {
	denied := error(nil)
	tcp, err := c.Network.Dial(ctx, addresses, to.port, func(a netip.Addr) error {
		err := permit(a)
		if err != nil {
			denied = err
		}
		return err
	})
	if err != nil {
		if denied != nil {
			return nil, denied
		}
		return nil, fmt.Errorf("connection error: %q cannot be reached at any of its %d addresses: %w", to.host, len(addresses), err)
	}
	if to.scheme == "http" {
		return newConn(tcp, tcp), nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.HandshakeTimeout)
	defer cancel()
	encrypted, err := c.Trust.Client(ctx, tcp, to.host)
	if err != nil {
		return nil, fmt.Errorf("the TLS handshake with %q failed: %w", to.host, err)
	}
	return newConn(encrypted, tcp), nil
}

// over makes the exchange over a connection, which is then kept if it can be.
func (c *Client) over(ctx context.Context, conn *conn, to *address, r *Request, end time.Time) (Response, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.tcp.Close() })
	conn.silence, conn.until = c.RequestTimeout, end
	answer, keep, err := conn.exchange(c.head(to, r), r.Body)
	if !stop() || err != nil || !keep {
		_ = conn.Close()
	} else {
		c.pool.put(to.origin(), conn)
	}
	if timedOut(err) {
		err = fmt.Errorf("timeout: nothing came in time: %w", err)
	}
	if err != nil {
		return Response{}, fmt.Errorf("connection error with %q: %w", to.host, err)
	}
	return answer, nil
}

// head writes the request's lines (chapter 7, section 8.4).
func (c *Client) head(to *address, r *Request) []byte {
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n",
		r.Method, to.target, to.hostHeader(), c.Agent)
	if r.Sends {
		b = fmt.Appendf(b, "Content-Type: %s\r\nContent-Length: %d\r\n", r.ContentType, len(r.Body))
	}
	return append(b, "\r\n"...)
}

// timed is a connection whose every read and write is bounded.
type timed struct {
	net.Conn
	silence time.Duration // of each
	until   time.Time     // of all
}

func (t *timed) deadline() time.Time {
	if d := time.Now().Add(t.silence); d.Before(t.until) {
		return d
	}
	return t.until
}

func (t *timed) Read(b []byte) (int, error) {
	_ = t.SetReadDeadline(t.deadline())
	return t.Conn.Read(b)
}

// piece is how much is written at a time: each piece may take as long as a silence.
const piece = 64 << 10

func (t *timed) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		_ = t.SetWriteDeadline(t.deadline())
		var m int
		m, err = t.Conn.Write(b[:min(len(b), piece)])
		n, b = n+m, b[m:]
	}
	return n, err
}
