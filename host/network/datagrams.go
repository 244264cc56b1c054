package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// maxDatagram is the size of the buffer for one that comes: nothing is cut off. MaxSent is what IPv4 can carry.
const (
	maxDatagram = 65536
	MaxSent     = 65507
)

// Datagrams is a UDP port: what comes to it is received in turn.
type Datagrams struct {
	udp     *net.UDPConn
	receive turn
}

// Bind takes a UDP port of all IPv4 addresses; port 0: one that the system chooses. Ports are not shared.
func Bind(port uint16) (*Datagrams, error) {
	config := net.ListenConfig{Control: noBroadcast}
	c, err := config.ListenPacket(context.Background(), "udp4", everywhere(port))
	if err != nil {
		return nil, err
	}
	return &Datagrams{udp: c.(*net.UDPConn), receive: newTurn()}, nil
}

// ErrDatagram says that a datagram cannot be sent as it is: too long, or to port 0 or an IPv6 address.
var ErrDatagram = errors.New("no such datagram can be sent over IPv4")

// Send sends a datagram. Without an error it is on its way, no more.
func (d *Datagrams) Send(data []byte, to netip.AddrPort) error {
	if len(data) > MaxSent || to.Port() == 0 || !to.Addr().Is4() {
		return ErrDatagram
	}
	_, err := d.udp.WriteToUDPAddrPort(data, to)
	return err
}

// Receive waits for a datagram and hands it over, with where it is from. Its bytes are valid during the call only.
func (d *Datagrams) Receive(wait Wait, use func([]byte, netip.AddrPort)) error {
	return d.receive.await(wait, false, d.udp.SetReadDeadline, func() error { return receive(d.udp, use) })
}

// LocalAddr is the address that datagrams come to.
func (d *Datagrams) LocalAddr() net.Addr { return d.udp.LocalAddr() }

func (d *Datagrams) kind() kind { return datagrams }

func (d *Datagrams) shut() { _ = d.udp.Close() }
