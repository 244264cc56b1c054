package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// Dial connects to a port of one of the addresses: the first that accepts, each tried for ConnectTimeout at most. permit is asked for each before it
// is dialled; its error is returned if no other address accepts.
func (n *Network) Dial(ctx context.Context, addresses []netip.Addr, port uint16, permit func(netip.Addr) error) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)()
	if err := n.ctx.Err(); err != nil {
		return nil, err
	}
	refused, last := error(nil), errors.New("no address")
	for _, a := range addresses {
		if err := permit(a); err != nil {
			refused = err
			continue
		}
		dialer := net.Dialer{Timeout: n.ConnectTimeout}
		dialer.SetMultipathTCP(false)
		conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if err == nil {
			return conn, nil
		}
		last = err
	}
	if refused != nil {
		return nil, refused
	}
	return nil, last
}
