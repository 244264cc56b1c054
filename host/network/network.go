// Package network is what programs have of the network: sockets by number, addresses of names, connections and
// datagrams (chapter 7 of the language book). What may take long is waited for in a Wait of the caller, which lets others run, and
// ends when the socket is closed.
//
// It does not know which words there are, nor TLS, which is dear to link: who has it hands it in (Stream.Secure).
package network

import (
	"context"
	"time"

	"github.com/seqvm/seqvm/host/settings"
)

// Wait runs f, which may take long, while others run. interrupt makes f return soon; it may be called on any goroutine while
// f runs, and Wait need not return then. (*vm.Strand).BlockingUntil is one.
type Wait func(interrupt, f func())

// Network is the sockets of a program and what it knows of names. It is safe for concurrent use.
type Network struct {
	Names *Resolver
	// ConnectTimeout is how long each address may take to accept a connection.
	ConnectTimeout time.Duration
	table
	ctx context.Context // of connections that are being made
	end context.CancelFunc
}

// New makes the network of a program without any sockets. It must be closed.
func New(s settings.Settings) *Network {
	s = s.WithDefaults()
	n := &Network{Names: NewResolver(s.DNSWorkers, System), ConnectTimeout: s.ConnectTimeout, table: table{open: map[int64]Socket{}}}
	n.ctx, n.end = context.WithCancel(context.Background())
	return n
}

// Close closes all sockets and ends all lookups and attempts to connect, at the end of the program. Sockets that are opened later are closed at once.
func (n *Network) Close() error {
	n.end()
	n.Names.Close()
	n.table.close()
	return nil
}
