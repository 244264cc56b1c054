package httpserver

import (
	"net"
	"sync"
	"time"
)

// listener lets only so many connections in at a time; the system keeps further ones waiting.
type listener struct {
	net.Listener
	places    chan struct{}
	closed    <-chan struct{}
	writeTime time.Duration
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &conn{Conn: c, writeTime: l.writeTime, leave: sync.OnceFunc(func() { <-l.places })}, nil
}

// conn is a connection of a listener. Each write has a limit of time.
type conn struct {
	net.Conn
	writeTime time.Duration
	leave     func()
}

// portion is how much a client must take within the limit of time.
const portion = 64 << 10

func (c *conn) Write(b []byte) (n int, err error) {
	for {
		if err := c.SetWriteDeadline(time.Now().Add(c.writeTime)); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(b[:min(len(b), portion)])
		n += m
		if b = b[m:]; err != nil || len(b) == 0 {
			return n, err
		}
	}
}

func (c *conn) Close() error {
	c.leave()
	return c.Conn.Close()
}
