package network

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// Listener is a TCP port that is listened on.
type Listener struct {
	tcp    *net.TCPListener
	accept turn

	mu    sync.Mutex
	waits chan struct{} // of who waits for a connection; closed when that wait ends
}

// everywhere is a port of all IPv4 addresses of the machine.
func everywhere(port uint16) string {
	return netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()
}

// Listen takes a port of all IPv4 addresses; port 0: one that the system chooses. Ports are not shared.
func Listen(port uint16) (*Listener, error) {
	var config net.ListenConfig
	config.SetMultipathTCP(false) // which is dearer, and which the second wall of a sandbox does not know
	l, err := config.Listen(context.Background(), "tcp4", everywhere(port))
	if err != nil {
		return nil, err
	}
	return &Listener{tcp: l.(*net.TCPListener), accept: newTurn()}, nil
}

// Accept waits for a connection. After an error, such as that there are too many open files, the listener can be used as before.
func (l *Listener) Accept(wait Wait) (*Stream, error) {
	var conn *net.TCPConn
	kept := false
	defer func() {
		if conn != nil && !kept { // the strand that waited is to end
			_ = conn.Close()
		}
	}()
	err := l.accept.await(wait, false, l.tcp.SetDeadline, func() (err error) {
		waits := make(chan struct{})
		defer close(waits)
		l.mu.Lock()
		l.waits = waits
		l.mu.Unlock()
		conn, err = l.tcp.AcceptTCP()
		return err
	})
	if conn == nil {
		return nil, err
	}
	kept = true
	return NewStream(conn), nil
}

// LocalAddr is the address that is listened on.
func (l *Listener) LocalAddr() net.Addr { return l.tcp.Addr() }

func (l *Listener) kind() kind { return listeners }

// shut lets who waits have the connection that has come: else it would be chance whether that was noticed before the close.
func (l *Listener) shut() {
	l.mu.Lock()
	waits := l.waits
	l.mu.Unlock()
	if waits != nil && hasCome(l.tcp) {
		<-waits
	}
	_ = l.tcp.Close()
}
