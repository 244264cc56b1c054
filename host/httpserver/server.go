// Package httpserver is the HTTP servers of programs, on net/http: routes, limits, files and a graceful end. A request that a route is for becomes
// an Exchange, which the program takes from the server and answers; all else is answered here.
//
// It does not know what a program does with an exchange, nor which words there are.
package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are what clients may take of a server. Zero fields stand for the defaults.
type Limits struct {
	HeaderBytes int           // of the request line and all headers: 64 KiB
	BodyBytes   int64         // of a request: 10 MiB
	Connections int           // at a time; further ones wait until one ends: 10,000
	HeaderTime  time.Duration // from a request's first byte, or the connection's start, to the end of its headers, TLS's handshake included: 10 s
	ReadTime    time.Duration // the longest silence in a request's body: 30 s
	WriteTime   time.Duration // how long a client may take nothing of a response: 30 s
	IdleTime    time.Duration // between two requests of a connection: 60 s
	HandlerTime time.Duration // from a request to the beginning of its response: 300 s
}

func (l Limits) withDefaults() Limits {
	set(&l.HeaderBytes, 64<<10)
	set(&l.BodyBytes, 10<<20)
	set(&l.Connections, 10_000)
	set(&l.HeaderTime, 10*time.Second)
	set(&l.ReadTime, 30*time.Second)
	set(&l.WriteTime, 30*time.Second)
	set(&l.IdleTime, time.Minute)
	set(&l.HandlerTime, 5*time.Minute)
	return l
}

func set[T comparable](to *T, value T) {
	if zero := *new(T); *to == zero {
		*to = value
	}
}

// Files are what is below a folder, under a prefix of paths.
type Files struct {
	Prefix string
	Root   *os.Root // the server closes it
}

// Config is what a server is to do.
type Config struct {
	Address netip.AddrPort
	TLS     *tls.Config // nil: none
	Routes  []string    // patterns of http.ServeMux, whose index an Exchange has
	Files   []Files
	Limits
}

// Wait runs f, which may take long, while others run; see package network.
type Wait func(interrupt, f func())

// patience is how many requests in a row may be taken without a wait. Then others get to run.
const patience = 32

// Server listens, and hands out what comes. Its methods are safe for concurrent use.
type Server struct {
	limits  Limits
	server  http.Server
	port    int
	pending chan *Exchange
	closed  chan struct{}
	end     sync.Once
	roots   []*os.Root
	work    sync.WaitGroup
	taken   atomic.Uint32
	fresh   sync.Map // connections (net.Conn) on which nothing has come yet
}

// Start makes a server that listens. An error says why it cannot, or what is wrong with a pattern; then it has closed the roots.
func Start(c Config) (*Server, error) {
	s := &Server{limits: c.Limits.withDefaults(), pending: make(chan *Exchange), closed: make(chan struct{})}
	for _, f := range c.Files {
		s.roots = append(s.roots, f.Root)
	}
	mux, err := s.mux(c)
	if err != nil {
		s.closeRoots()
		return nil, err
	}
	var config net.ListenConfig
	config.SetMultipathTCP(false) // which the second wall of a sandbox does not know
	network := "tcp4"
	if c.Address.Addr().Is6() {
		network = "tcp6"
	}
	tcp, err := config.Listen(context.Background(), network, c.Address.String())
	if err != nil {
		s.closeRoots()
		return nil, reason(err)
	}
	s.port = tcp.Addr().(*net.TCPAddr).Port
	var l net.Listener = &listener{Listener: tcp, places: make(chan struct{}, s.limits.Connections), closed: s.closed, writeTime: s.limits.WriteTime}
	s.server = http.Server{
		Handler: mux, MaxHeaderBytes: max(1, s.limits.HeaderBytes-slack), ReadHeaderTimeout: s.limits.HeaderTime, IdleTimeout: s.limits.IdleTime,
		ErrorLog: log.New(io.Discard, "", 0), Protocols: new(http.Protocols), ConnState: s.noteState,
	}
	s.server.RegisterOnShutdown(s.dropFresh)
	s.server.Protocols.SetHTTP1(true)
	if c.TLS != nil {
		l = tls.NewListener(l, c.TLS)
	}
	s.work.Go(func() { _ = s.server.Serve(l) })
	return s, nil
}

// slack is what net/http reads of headers beyond its limit.
const slack = 4096

// reason leaves out of an error what the caller knows: the address.
func reason(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}

// mux makes the routes. http.ServeMux panics for a pattern that is wrong, or in conflict with another one.
func (s *Server) mux(c Config) (mux *http.ServeMux, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = patternError(fmt.Sprint(problem))
		}
	}()
	mux = http.NewServeMux()
	for i, pattern := range c.Routes {
		names := parameters(pattern)
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(i, names, w, r) })
	}
	for _, f := range c.Files {
		prefix := "/" + strings.Trim(f.Prefix, "/")
		if prefix != "/" {
			prefix += "/"
		}
		mux.Handle("GET "+prefix, http.StripPrefix(prefix, http.FileServerFS(visible{f.Root.FS()})))
	}
	return mux, nil
}

// patternError makes a message of what http.ServeMux panics with, without the places in Go's sources that it has in it.
func patternError(text string) error {
	for {
		from := strings.Index(text, " (registered at ")
		if from < 0 {
			return errors.New(text)
		}
		to := strings.IndexByte(text[from:], ')')
		if to < 0 {
			return errors.New(text[:from])
		}
		text = text[:from] + text[from+to+1:]
	}
}

// parameters lists the names in a pattern: "/users/{id}/{rest...}" has id and rest.
func parameters(pattern string) (names []string) {
	for {
		_, rest, ok := strings.Cut(pattern, "{")
		if !ok {
			return names
		}
		var name string
		name, pattern, _ = strings.Cut(rest, "}")
		if name = strings.TrimSuffix(name, "..."); name != "$" && name != "" {
			names = append(names, name)
		}
	}
}

// Port is the port that the server listens on.
func (s *Server) Port() int { return s.port }

// Next waits for a request; nil when the server has been closed. A strand that is to end while it waits closes the server.
func (s *Server) Next(wait Wait) (x *Exchange) {
	if s.taken.Add(1)%patience != 0 {
		select {
		case x = <-s.pending:
			return x
		default:
		}
	}
	kept := false
	defer func() {
		if x != nil && !kept {
			x.Abort()
		}
	}()
	wait(func() { go s.Close() }, func() {
		select {
		case x = <-s.pending:
		case <-s.closed:
		}
	})
	kept = true
	return x
}

// Stop ends the server: it takes no more connections, and waits for requests that are being answered, so long as ctx lasts. False if that was not long
// enough: then connections were closed.
func (s *Server) Stop(ctx context.Context) bool {
	graceful := s.server.Shutdown(ctx) == nil
	s.close()
	return graceful
}

func (s *Server) noteState(c net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.fresh.Store(c, nil)
		return
	}
	s.fresh.Delete(c)
}

// dropFresh closes the connections on which nothing has come: net/http would wait for them for 5 seconds, and clients open some in advance.
func (s *Server) dropFresh() {
	s.fresh.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close()
		return true
	})
}

// Close ends the server at once.
func (s *Server) Close() {
	s.close()
	s.work.Wait()
}

func (s *Server) close() {
	s.end.Do(func() { close(s.closed) })
	_ = s.server.Close()
	s.closeRoots()
}

func (s *Server) closeRoots() {
	for _, r := range s.roots {
		_ = r.Close()
	}
}
