package network

import (
	"net"
	"sync"
)

// Limit is how many sockets of each kind can be open at a time (chapter 7, section 3).
const Limit = 10_000

// Socket is a *Listener, a *Stream or a *Datagrams.
type Socket interface {
	// LocalAddr is the socket's own address.
	LocalAddr() net.Addr
	kind() kind
	shut()
}

type kind uint8

const (
	listeners kind = iota
	streams
	datagrams
	kinds
)

// table is the open sockets by id. Ids count from 1 and are never used again, so an old one cannot reach a newer
// socket (chapter 7, section 3).
type table struct {
	mu    sync.RWMutex
	last  int64
	open  map[int64]Socket
	count [kinds]int
	ended bool
}

// Add gives a socket an id; 0 if too many of its kind are open, and then it is closed.
func (t *table) Add(s Socket) int64 {
	t.mu.Lock()
	if t.ended || t.count[s.kind()] >= Limit {
		t.mu.Unlock()
		s.shut()
		return 0
	}
	defer t.mu.Unlock()
	t.last++
	t.open[t.last] = s
	t.count[s.kind()]++
	return t.last
}

// Find returns the open socket of an id; nil if there is none.
func (n *Network) Find(id int64) Socket {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.open[id]
}

// Forget closes a socket, which wakes who waits for it; false if it is not the open one of the id, such as because it was closed meanwhile.
func (n *Network) Forget(id int64, s Socket) bool {
	n.mu.Lock()
	found := s != nil && n.open[id] == s
	if found {
		delete(n.open, id)
		n.count[s.kind()]--
	}
	n.mu.Unlock()
	if found {
		s.shut()
	}
	return found
}

func (t *table) close() {
	t.mu.Lock()
	t.ended = true
	open := t.open
	t.open = nil
	t.mu.Unlock()
	for _, s := range open {
		s.shut()
	}
}
