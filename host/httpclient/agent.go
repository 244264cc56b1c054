package httpclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Agent makes requests with any method, headers and bodies, on net/http: those of vm:http, which no book fixes the bytes of. Like Client it keeps to HTTP/1.1, uses no
// proxies and no cookies, leaves bodies as they are, and does not reach the inner network unless a call says so. It is safe for concurrent use, and must be
// closed.
type Agent struct {
	Config
	guard     guard
	guarded   *http.Transport
	unguarded *http.Transport
	ctx       context.Context
	end       context.CancelFunc
}

// Call is a request of an Agent.
type Call struct {
	Method, URL string
	Header      []string // name, value, name, value ...
	Body        []byte   // must not change until the response is there
	Streams     bool     // the body is what Exchange.Write is given
	Inner       bool     // it may reach the inner network
	Redirects   int      // how many are followed
	Limit       time.Duration
}

// Exchange is a call and its response.
type Exchange struct {
	agent  *Agent
	cancel context.CancelFunc
	body   *io.PipeWriter // nil: the call does not stream
	done   chan struct{}  // closed when there is a response, or an error

	response *http.Response
	err      error

	mu sync.Mutex // whoever reads the response's body has it
}

// maxAgentHead is how many bytes the head of a response may have.
const maxAgentHead = 256 << 10

// NewAgent makes an agent.
func NewAgent(c Config) *Agent {
	a := &Agent{Config: c, guard: newGuard(c.Allow)}
	a.ctx, a.end = context.WithCancel(context.Background())
	a.guarded, a.unguarded = a.transport(false), a.transport(true)
	return a
}

func (a *Agent) transport(inner bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols: protocols, DisableCompression: true, MaxIdleConns: idleInTotal, MaxIdleConnsPerHost: idleInTotal, IdleConnTimeout: idleTime,
		ResponseHeaderTimeout: a.RequestTimeout, MaxResponseHeaderBytes: maxAgentHead,
		DialContext: func(ctx context.Context, _, to string) (net.Conn, error) { return a.dial(ctx, to, inner) },
		DialTLSContext: func(ctx context.Context, _, to string) (net.Conn, error) {
			plain, err := a.dial(ctx, to, inner)
			if err != nil {
				return nil, err
			}
			host, _, _ := net.SplitHostPort(to)
			ctx, cancel := context.WithTimeout(ctx, a.HandshakeTimeout)
			defer cancel()
			c, err := a.Trust.Client(ctx, plain, host)
			if err != nil {
				return nil, fmt.Errorf("the TLS handshake with %q failed: %w", host, err)
			}
			return c, nil
		},
	}
}

// dial connects to a host and port, and checks the addresses that it dials.
func (a *Agent) dial(ctx context.Context, to string, inner bool) (net.Conn, error) {
	host, service, err := net.SplitHostPort(to)
	if err != nil {
		return nil, err
	}
	n, err := net.LookupPort("tcp", service)
	if err != nil || n < 1 || n > 65535 {
		return nil, fmt.Errorf("%q is no port", service)
	}
	port := uint16(n)
	if !inner {
		if err := errors.Join(a.guard.err, a.guard.name(host)); err != nil {
			return nil, err
		}
	}
	permit, err := a.Permit(host, port)
	if err != nil {
		return nil, err
	}
	addresses := a.Network.Names.Lookup(ctx, host)
	if len(addresses) == 0 {
		return nil, fmt.Errorf("resolution of the host %q failed: it has no address", host)
	}
	if !inner {
		if err := a.guard.addresses(host, addresses); err != nil {
			return nil, err
		}
	}
	var denied error
	c, err := a.Network.Dial(ctx, addresses, port, func(to netip.Addr) error {
		err := permit(to)
		if err != nil {
			denied = err
		}
		return err
	})
	switch {
	case err == nil:
		return c, nil
	case denied != nil:
		return nil, denied
	}
	return nil, fmt.Errorf("connection error: nobody answers for %q at %d addresses: %w", host, len(addresses), err)
}

// Close ends all exchanges.
func (a *Agent) Close() error {
	a.end()
	a.guarded.CloseIdleConnections()
	a.unguarded.CloseIdleConnections()
	return nil
}

// Start sends a request, whose response Await waits for. An error says what is wrong with the call itself.
func (a *Agent) Start(c Call) (*Exchange, error) {
	x := &Exchange{agent: a, done: make(chan struct{})}
	var ctx context.Context
	ctx, x.cancel = context.WithTimeoutCause(a.ctx, c.Limit, errTooLong)
	var body io.Reader
	switch {
	case c.Streams:
		body, x.body = io.Pipe()
	case len(c.Body) > 0:
		body = bytes.NewReader(c.Body)
	}
	r, err := http.NewRequestWithContext(ctx, c.Method, c.URL, body)
	if err == nil && r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		err = fmt.Errorf("the scheme %q is not possible: only http and https are", r.URL.Scheme)
	}
	if err == nil && r.URL.Host == "" {
		err = errors.New("the URL has no host")
	}
	if err != nil {
		x.cancel()
		return nil, err
	}
	r.Header.Set("User-Agent", a.Agent)
	for i := 0; i+1 < len(c.Header); i += 2 {
		name := http.CanonicalHeaderKey(c.Header[i])
		if name == "Host" {
			r.Host = c.Header[i+1]
			continue
		}
		if name == "User-Agent" {
			r.Header.Del(name)
		}
		r.Header.Add(name, c.Header[i+1])
	}
	client := http.Client{Transport: a.guarded, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > c.Redirects {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	if c.Inner {
		client.Transport = a.unguarded
	}
	go func() {
		defer close(x.done)
		x.response, x.err = client.Do(r)
		if x.err != nil {
			x.cancel()
			if context.Cause(ctx) == errTooLong {
				x.err = errTooLong
			}
		}
	}()
	return x, nil
}

var errTooLong = errors.New("connection error: timeout: the exchange has taken too long")

// Write sends a piece of the body of a call that streams.
func (x *Exchange) Write(wait func(interrupt, f func()), data []byte) (err error) {
	wait(x.cancel, func() { _, err = x.body.Write(data) })
	return err
}

// Await ends the body of a call that streams, and waits for the head of the response.
func (x *Exchange) Await(wait func(interrupt, f func())) (*http.Response, error) {
	wait(x.cancel, func() {
		if x.body != nil {
			_ = x.body.Close()
		}
		<-x.done
	})
	return x.response, x.err
}

// Read waits for a piece of the response's body and hands it over, valid during the call only; io.EOF is its end.
func (x *Exchange) Read(wait func(interrupt, f func()), piece []byte, use func([]byte)) error {
	n, err := 0, error(nil)
	wait(x.cancel, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		silence := time.AfterFunc(x.agent.RequestTimeout, x.cancel)
		defer silence.Stop()
		for n == 0 && err == nil {
			n, err = x.response.Body.Read(piece)
		}
	})
	if n > 0 {
		use(piece[:n])
		return nil
	}
	return err
}

// Close lets go of the exchange. What it has not read of the body is lost.
func (x *Exchange) Close() {
	if x.body != nil {
		_ = x.body.CloseWithError(io.ErrUnexpectedEOF)
	}
	select {
	case <-x.done:
		if x.response != nil {
			_ = x.response.Body.Close()
		}
	default:
	}
	x.cancel()
}
