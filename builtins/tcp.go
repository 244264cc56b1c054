package builtins

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// tcpWords: chapter 7, section 4. No failure is a run-time error: each word
// leaves a flag. A word that waits keeps its strand's goroutine, which Go parks.
var tcpWords = []Word{
	{Name: "net.tcp.listen", Effect: "( ..a Int -- ..a Socket Bool )", Needs: sandbox.NetListen, Doc: "A listener on a port of all IPv4 addresses; port 0: the system chooses.", Flag: "whether the port could be taken", Run: tcpListen},
	{Name: "net.tcp.connect", Effect: "( ..a String Int -- ..a Socket Bool )", Needs: sandbox.NetConnect, Doc: "A stream to a host and port.", Flag: "whether the connection was made", Run: tcpConnect},
	{Name: "net.tcp.accept", Effect: "( ..a Socket -- ..a Socket Bool )", Needs: sandbox.NetSocket, Doc: "Waits for a connection to a listener; leaves its stream.", Flag: "whether a connection came", Run: tcpAccept},
	{Name: "net.tcp.local-port", Effect: "( ..a Socket -- ..a Int Bool )", Needs: sandbox.NetSocket, Doc: "The port of a listener or stream.", Flag: "whether the socket has a port", Run: tcpLocalPort},
	{Name: "net.tcp.read", Effect: "( ..a Socket -- ..a String Bool )", Needs: sandbox.NetSocket, Doc: "What has come, at most 4096 bytes; empty and true at the end of the stream.", Flag: "whether the stream could be read", Run: tcpRead},
	{Name: "net.tcp.write", Effect: "( ..a String Socket -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Writes all bytes to a stream.", Flag: "whether all was written", Run: tcpWrite},
	{Name: "net.tcp.close", Effect: "( ..a Socket -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Closes a listener or stream; who waits on it fails.", Flag: "whether the socket was open", Run: tcpClose},
}

const (
	maxSockets = 10_000 // listeners, and streams
	maxTCPRead = 4096
)

// sockets are the open sockets of a VM by id. Ids count from 1 and are never
// used again, so an old one cannot reach a newer socket.
type sockets struct {
	mu        sync.Mutex
	last      int64
	listeners map[int64]*listener
	streams   map[int64]*stream
	timeout   time.Duration
}

// stream is a connection. Reads are served one after the other, and so are
// writes; a close waits for neither.
type stream struct {
	conn        net.Conn
	read, write turn
}

// listener is a port that is listened on. Who waits for a connection does so in turn.
type listener struct {
	net.Listener
	accept turn
}

// turn is whose turn it is: who puts something in has it, until it is taken out.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// await calls f, which waits for a socket, in its turn. If the strand is to end, a deadline in
// the past ends the wait; for others that wait for the same socket f is called again.
func (t turn) await(s *vm.Strand, deadline func(time.Time) error, f func() error) (err error) {
	interrupted := make(chan struct{})
	interrupt := sync.OnceFunc(func() {
		close(interrupted)
		_ = deadline(time.Unix(1, 0))
	})
	again := func() bool {
		select {
		case <-interrupted:
			return false
		case t <- struct{}{}:
		}
		defer func() { <-t }()
		select {
		case <-interrupted: // only now, or its deadline has been taken back
			return false
		default:
		}
		if err = f(); !errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		_ = deadline(time.Time{}) // that of another strand
		return true
	}
	s.BlockingUntil(interrupt, func() {
		for again() {
		}
	})
	return err
}

type socketsKey struct{}

func socketsOf(s *vm.Strand) *sockets {
	return s.VM().State(socketsKey{}, func() any {
		return &sockets{listeners: map[int64]*listener{}, streams: map[int64]*stream{}, timeout: s.VM().Config().Settings.ConnectTimeout}
	}).(*sockets)
}

// Close closes all sockets, at the end of the program.
func (t *sockets) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.listeners {
		_ = l.Close()
	}
	for _, c := range t.streams {
		_ = c.conn.Close()
	}
	return nil
}

// add gives a listener or a connection an id; 0 if too many are open, and then
// it is closed.
func (t *sockets) add(l net.Listener, c net.Conn) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case l != nil && len(t.listeners) < maxSockets:
		t.last++
		t.listeners[t.last] = &listener{l, newTurn()}
	case c != nil && len(t.streams) < maxSockets:
		t.last++
		t.streams[t.last] = &stream{conn: c, read: newTurn(), write: newTurn()}
	case l != nil:
		_ = l.Close()
		return 0
	default:
		_ = c.Close()
		return 0
	}
	return t.last
}

func (t *sockets) find(v stack.Value) (*listener, *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.listeners[v.AsInt()], t.streams[v.AsInt()]
}

func opened(w []stack.Value, id int64) error {
	flagged(w, stack.FromInt(id), id != 0)
	return nil
}

func tcpListen(s *vm.Strand, w []stack.Value) error {
	port := w[0].AsInt()
	if port < 0 || port > 65535 {
		return opened(w, 0)
	}
	if err := policy(s).Listen(netip.IPv4Unspecified(), uint16(port)); err != nil {
		return outcome(err)
	}
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp4", netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port)).String())
	if err != nil {
		return opened(w, 0)
	}
	return opened(w, socketsOf(s).add(l, nil))
}

func tcpConnect(s *vm.Strand, w []stack.Value) error {
	host, port := strings.Clone(w[0].AsString()), w[1].AsInt()
	if port < 1 || port > 65535 || host == "" || !utf8.ValidString(host) {
		return opened(w, 0)
	}
	dial, refused := policy(s).Connect(host, uint16(port))
	if refused != nil {
		return outcome(refused)
	}
	t := socketsOf(s)
	connected, id := false, int64(0)
	s.BlockingContext(func(ctx context.Context) {
		for _, a := range resolve(ctx, host) {
			if err := dial(a); err != nil {
				refused = err
				continue
			}
			dialer := net.Dialer{Timeout: t.timeout}
			if c, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(a, uint16(port)).String()); err == nil {
				connected, id = true, t.add(nil, c) // here: a strand that is to end does not come back
				return
			}
		}
	})
	if !connected && refused != nil {
		return outcome(refused)
	}
	return opened(w, id)
}

// resolve returns the addresses of a host in the resolver's order.
func resolve(ctx context.Context, host string) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.WithZone("")}
	}
	if strings.ContainsAny(host, " \t\r\n\x00:[]/") || strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".invalid") {
		return nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	for i := range found {
		found[i] = found[i].Unmap().WithZone("")
	}
	return found
}

func tcpAccept(s *vm.Strand, w []stack.Value) error {
	t := socketsOf(s)
	l, _ := t.find(w[0])
	if l == nil {
		return opened(w, 0)
	}
	var conn net.Conn
	l.accept.await(s, l.Listener.(*net.TCPListener).SetDeadline, func() (err error) {
		conn, err = l.Accept()
		return err
	})
	if conn == nil {
		return opened(w, 0)
	}
	return opened(w, t.add(nil, conn))
}

func tcpLocalPort(s *vm.Strand, w []stack.Value) error {
	l, c := socketsOf(s).find(w[0])
	var a net.Addr
	switch {
	case l != nil:
		a = l.Addr()
	case c != nil:
		a = c.conn.LocalAddr()
	}
	port := int64(0)
	if tcp, ok := a.(*net.TCPAddr); ok {
		port = int64(tcp.Port)
	}
	return opened(w, port)
}

func tcpRead(s *vm.Strand, w []stack.Value) error {
	_, c := socketsOf(s).find(w[0])
	if c == nil {
		flagged(w, stack.FromString(""), false)
		return nil
	}
	var buffer [maxTCPRead]byte
	n := 0
	err := c.read.await(s, c.conn.SetReadDeadline, func() (err error) {
		n, err = c.conn.Read(buffer[:])
		return err
	})
	flagged(w, s.Bytes(buffer[:n]), n > 0 || err == nil || errors.Is(err, io.EOF))
	return nil
}

func tcpWrite(s *vm.Strand, w []stack.Value) error {
	_, c := socketsOf(s).find(w[1])
	ok := c != nil
	if ok {
		data := w[0].AsBytes() // the strand waits, so its arena stays as it is
		ok = c.write.await(s, c.conn.SetWriteDeadline, func() error {
			n, err := c.conn.Write(data)
			data = data[n:]
			return err
		}) == nil
	}
	w[0] = stack.FromBool(ok)
	return nil
}

func tcpClose(s *vm.Strand, w []stack.Value) error {
	t, id := socketsOf(s), w[0].AsInt()
	l, c := t.find(w[0])
	t.mu.Lock()
	if l == nil || t.listeners[id] == nil { // another strand may have closed it meanwhile
		l = nil
	}
	if c != nil && t.streams[id] == nil {
		c = nil
	}
	delete(t.listeners, id)
	delete(t.streams, id)
	t.mu.Unlock()
	switch {
	case l != nil:
		_ = l.Close()
	case c != nil:
		_ = c.conn.Close()
	}
	w[0] = stack.FromBool(l != nil || c != nil)
	return nil
}
