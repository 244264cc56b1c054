package builtins

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/host/network"
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

type networkKey struct{}

// NetworkOf returns the network of the program that a strand belongs to.
func NetworkOf(s *vm.Strand) *network.Network {
	return s.VM().State(networkKey{}, func() any { return network.New(s.VM().Config().Settings) }).(*network.Network)
}

// FindSocket returns the open socket of an id; not ok if there is none of this kind.
func FindSocket[S network.Socket](s *vm.Strand, id stack.Value) (socket S, ok bool) {
	socket, ok = NetworkOf(s).Find(id.AsInt()).(S)
	return socket, ok
}

// opened leaves the id of a socket, and whether it is one.
func opened(w []stack.Value, id int64) error {
	flagged(w, stack.FromInt(id), id != 0)
	return nil
}

// portOf returns a port number; not ok for what is none.
func portOf(v stack.Value) (port uint16, ok bool) {
	n := v.AsInt()
	return uint16(n), n >= 0 && n <= 65535
}

func tcpListen(s *vm.Strand, w []stack.Value) error {
	port, ok := portOf(w[0])
	if !ok {
		return opened(w, 0)
	}
	if err := policy(s).Listen(netip.IPv4Unspecified(), port); err != nil {
		return outcome(err)
	}
	l, err := network.Listen(port)
	if err != nil {
		return opened(w, 0)
	}
	return opened(w, NetworkOf(s).Add(l))
}

func tcpConnect(s *vm.Strand, w []stack.Value) error {
	host, valid := hostOf(w[0])
	port, ok := portOf(w[1])
	if !ok || port == 0 || !valid {
		return opened(w, 0)
	}
	permit, err := policy(s).Connect(host, port)
	if err != nil {
		return outcome(err)
	}
	n := NetworkOf(s)
	var conn net.Conn
	kept := false
	defer func() {
		if conn != nil && !kept { // the strand is to end
			_ = conn.Close()
		}
	}()
	s.BlockingContext(func(ctx context.Context) {
		conn, err = n.Dial(ctx, n.Names.Lookup(ctx, host), port, permit)
	})
	if err != nil {
		w[0], w[1] = stack.FromInt(0), stack.FromBool(false)
		return denied(err)
	}
	kept = true
	return opened(w, n.Add(network.NewStream(conn)))
}

// hostOf returns a host; not ok for what cannot be one.
func hostOf(v stack.Value) (host string, ok bool) {
	host = strings.Clone(v.AsString())
	return host, host != "" && utf8.ValidString(host)
}

func tcpAccept(s *vm.Strand, w []stack.Value) error {
	l, ok := FindSocket[*network.Listener](s, w[0])
	if !ok {
		return opened(w, 0)
	}
	stream, err := l.Accept(s.BlockingUntil)
	if err != nil {
		return opened(w, 0)
	}
	return opened(w, NetworkOf(s).Add(stream))
}

func tcpLocalPort(s *vm.Strand, w []stack.Value) error {
	port := 0
	if tcp, ok := localAddr(NetworkOf(s).Find(w[0].AsInt())).(*net.TCPAddr); ok {
		port = tcp.Port
	}
	return opened(w, int64(port))
}

func localAddr(s network.Socket) net.Addr {
	if s == nil {
		return nil
	}
	return s.LocalAddr()
}

func tcpRead(s *vm.Strand, w []stack.Value) error {
	stream, ok := FindSocket[*network.Stream](s, w[0])
	data := stack.FromString("")
	if ok {
		use := func(b []byte) { data = s.Bytes(b) }
		done, err := false, error(nil)
		if s.Parks() {
			var wait func()
			if done, wait, err = stream.TryRead(use); wait != nil {
				return s.Outside(wait)
			}
		}
		if !done {
			err = stream.Read(s.BlockingUntil, use)
		}
		ok = err == nil
	}
	flagged(w, data, ok)
	return nil
}

func tcpWrite(s *vm.Strand, w []stack.Value) error {
	stream, ok := FindSocket[*network.Stream](s, w[1])
	// The strand waits, so its arena stays as it is.
	w[0] = stack.FromBool(ok && stream.Write(s.BlockingUntil, w[0].AsBytes()) == nil)
	return nil
}

func tcpClose(s *vm.Strand, w []stack.Value) error {
	n, id := NetworkOf(s), w[0].AsInt()
	socket := n.Find(id)
	if _, udp := socket.(*network.Datagrams); udp {
		socket = nil
	}
	w[0] = stack.FromBool(n.Forget(id, socket))
	return nil
}
