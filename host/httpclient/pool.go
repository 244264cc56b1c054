package httpclient

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/seqvm/seqvm/host/network"
)

// The limits of connections that are kept (chapter 7, section 8.6).
const (
	idlePerOrigin = 8
	idleInTotal   = 256
	idleTime      = 30 * time.Second
)

// pool is the connections that nobody uses, those of an origin in order of their last use.
type pool struct {
	mu     sync.Mutex
	idle   map[origin][]*conn
	total  int
	closed bool
}

// take returns the connection to an origin that was used last and on which nothing has come since; nil if there is none.
func (p *pool) take(o origin) *conn {
	for {
		c := p.pop(o)
		if c == nil || c.quiet() {
			return c
		}
		_ = c.Close()
	}
}

func (p *pool) pop(o origin) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[o]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	p.remove(o, c)
	return c
}

// remove takes a connection out, with the lock held; false if it is not in.
func (p *pool) remove(o origin, c *conn) bool {
	list := p.idle[o]
	for i := range list {
		if list[i] != c {
			continue
		}
		c.timer.Stop()
		p.total--
		copy(list[i:], list[i+1:])
		list[len(list)-1] = nil
		if p.idle[o] = list[:len(list)-1]; len(list) == 1 {
			delete(p.idle, o)
		}
		return true
	}
	return false
}

// put keeps a connection for a while, or closes it if there are enough.
func (p *pool) put(o origin, c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle[o]) >= idlePerOrigin || p.total >= idleInTotal {
		_ = c.Close()
		return
	}
	c.timer = time.AfterFunc(idleTime, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.remove(o, c) {
			_ = c.Close()
		}
	})
	p.idle[o] = append(p.idle[o], c)
	p.total++
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for o, list := range p.idle {
		for _, c := range list {
			c.timer.Stop()
			_ = c.Close()
		}
		delete(p.idle, o)
	}
	p.total = 0
}

// quiet tells whether nothing has come on the connection: neither bytes that nobody asked for, nor its end.
func (c *conn) quiet() bool {
	if !network.Quiet(c.tcp) {
		return false
	}
	if c.Conn == c.tcp {
		return true
	}
	// What TLS has read already shows without a look at the network.
	_ = c.SetReadDeadline(time.Unix(1, 0))
	n, err := c.Conn.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}
