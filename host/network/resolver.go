package network

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The cache of names: chapter 7, section 6.
const (
	maxNames = 256
	keep     = time.Minute
)

// Resolver knows the addresses of names. It is safe for concurrent use.
type Resolver struct {
	find  LookupFunc
	slots chan struct{} // of lookups at a time
	ctx   context.Context
	end   context.CancelFunc

	mu      sync.Mutex
	known   map[string]answer
	lookups map[string]*lookup
}

type answer struct {
	addresses []netip.Addr
	until     time.Time
}

// lookup is a question that is being asked, for all who want to know.
type lookup struct {
	done      chan struct{}
	addresses []netip.Addr
	asking    int // how many wait for it
	cancel    context.CancelFunc
}

// LookupFunc asks for the addresses of a name.
type LookupFunc func(ctx context.Context, host string) ([]netip.Addr, error)

// System is the LookupFunc of the system.
func System(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// NewResolver makes a resolver that asks a number of questions at a time. It must be closed.
func NewResolver(workers int, ask LookupFunc) *Resolver {
	ctx, end := context.WithCancel(context.Background())
	return &Resolver{
		find: ask, slots: make(chan struct{}, max(workers, 1)), ctx: ctx, end: end,
		known: map[string]answer{}, lookups: map[string]*lookup{},
	}
}

// Close ends all lookups.
func (r *Resolver) Close() { r.end() }

// Lookup returns the addresses of a host in the order of the system's resolver, each once; none if there is none. An address stands for
// itself. Answers are kept for a minute; who asks for the same name at the same time shares one question.
func (r *Resolver) Lookup(ctx context.Context, host string) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.WithZone("")}
	}
	if !resolvable(host) {
		return nil
	}
	r.mu.Lock()
	if a, ok := r.known[host]; ok && time.Now().Before(a.until) {
		r.mu.Unlock()
		return a.addresses
	}
	l := r.lookups[host]
	if l == nil {
		l = &lookup{done: make(chan struct{})}
		var asking context.Context
		asking, l.cancel = context.WithCancel(r.ctx)
		r.lookups[host] = l
		go r.ask(asking, host, l)
	}
	l.asking++
	r.mu.Unlock()
	select {
	case <-l.done:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.asking--; l.asking == 0 {
		l.cancel()
		r.forget(host, l) // who asks from now on must not get the failure of a cancelled question
	}
	return l.addresses
}

// ask asks and keeps the answer.
func (r *Resolver) ask(ctx context.Context, host string, l *lookup) {
	defer close(l.done)
	var found []netip.Addr
	select {
	case r.slots <- struct{}{}:
		found, _ = r.find(ctx, host)
		<-r.slots
	case <-ctx.Done():
	}
	addresses := each(found)
	r.mu.Lock()
	defer r.mu.Unlock()
	l.addresses = addresses
	r.forget(host, l)
	if len(addresses) > 0 && ctx.Err() == nil {
		r.keep(host, addresses)
	}
}

func (r *Resolver) forget(host string, l *lookup) {
	if r.lookups[host] == l {
		delete(r.lookups, host)
	}
}

// keep puts an answer into the cache. If there is no room, old ones go, or else any one.
func (r *Resolver) keep(host string, addresses []netip.Addr) {
	now := time.Now()
	if _, ok := r.known[host]; !ok && len(r.known) >= maxNames {
		victim := ""
		for name, a := range r.known {
			if victim = name; !now.Before(a.until) {
				break
			}
		}
		delete(r.known, victim)
	}
	r.known[host] = answer{addresses, now.Add(keep)}
}

// each returns the addresses without repetitions, IPv4 ones as such.
func each(found []netip.Addr) []netip.Addr {
	var all []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, a := range found {
		if a = a.Unmap().WithZone(""); a.IsValid() && !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
	}
	return all
}

// resolvable tells whether a host is a name that a server may be asked for. Those below .invalid are reserved for names
// that do not exist (RFC 6761), and what ends in a number is an address in another spelling or a fault.
func resolvable(host string) bool {
	if !utf8.ValidString(host) || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune(`:[]/\@`, c) }) {
		return false
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	last := name[strings.LastIndexByte(name, '.')+1:]
	return name != "" && last != "invalid" && !Numeric(last)
}

// Numeric tells whether the last label of a name is a number as C writes it: decimal, octal or hexadecimal. Such a name is an IPv4 address
// or nothing (WHATWG URL, "ends in a number").
func Numeric(label string) bool {
	digits, hex := strings.CutPrefix(strings.ToLower(label), "0x")
	if hex {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}
