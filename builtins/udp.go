package builtins

import (
	"context"
	"net"
	"net/netip"

	"github.com/seqvm/seqvm/host/network"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// udpWords: chapter 7, section 5.
var udpWords = []Word{
	{Name: "net.udp.bind", Effect: "( ..a Int -- ..a Socket Int Bool )", Needs: sandbox.NetListen, Doc: "A socket for datagrams on a port of all IPv4 addresses, and that port; port 0: the system chooses.", Run: udpBind},
	{Name: "net.udp.send-to", Effect: "( ..a String String Int Socket -- ..a Bool )", Needs: sandbox.NetConnect, Doc: "Sends a datagram of these bytes to a host and port.", Run: udpSend},
	{Name: "net.udp.receive-from", Effect: "( ..a Socket -- ..a String String Int Bool )", Needs: sandbox.NetSocket, Doc: "Waits for a datagram; leaves its bytes, and the address and port that it is from.", Run: udpReceive},
	{Name: "net.udp.close", Effect: "( ..a Socket -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Closes a socket for datagrams; who waits on it fails.", Run: udpClose},
}

func udpBind(s *vm.Strand, w []stack.Value) error {
	id, bound := int64(0), 0
	if port, ok := portOf(w[0]); ok {
		if err := policy(s).Listen(netip.IPv4Unspecified(), port); err != nil {
			return outcome(err)
		}
		if d, err := network.Bind(port); err == nil {
			address, _ := d.LocalAddr().(*net.UDPAddr)
			if id = NetworkOf(s).Add(d); id != 0 {
				bound = address.Port
			}
		}
	}
	w[0], w[1], w[2] = stack.FromInt(id), stack.FromInt(int64(bound)), stack.FromBool(id != 0)
	return nil
}

func udpSend(s *vm.Strand, w []stack.Value) error {
	d, ok := FindSocket[*network.Datagrams](s, w[3])
	data := w[0].AsBytes() // the strand waits, so its arena stays as it is
	host, valid := hostOf(w[1])
	port, inRange := portOf(w[2])
	if w[0] = stack.FromBool(false); !ok || !valid || !inRange || port == 0 || len(data) > network.MaxSent {
		return nil
	}
	permit, err := policy(s).Connect(host, port)
	if err != nil {
		return outcome(err)
	}
	names := NetworkOf(s).Names
	s.BlockingContext(func(ctx context.Context) {
		err = network.ErrDatagram
		for _, a := range names.Lookup(ctx, host) {
			if err = permit(a); err != nil {
				continue
			}
			if err = d.Send(data, netip.AddrPortFrom(a, port)); err == nil {
				return
			}
		}
	})
	w[0] = stack.FromBool(err == nil)
	return denied(err)
}

func udpReceive(s *vm.Strand, w []stack.Value) error {
	d, ok := FindSocket[*network.Datagrams](s, w[0])
	data, host, port := stack.FromString(""), stack.FromString(""), 0
	if ok {
		ok = d.Receive(s.BlockingUntil, func(b []byte, from netip.AddrPort) {
			data, host, port = s.Bytes(b), stack.FromString(from.Addr().String()), int(from.Port())
		}) == nil
	}
	w[0], w[1], w[2], w[3] = data, host, stack.FromInt(int64(port)), stack.FromBool(ok)
	return nil
}

func udpClose(s *vm.Strand, w []stack.Value) error {
	socket := NetworkOf(s).Find(w[0].AsInt())
	if _, udp := socket.(*network.Datagrams); !udp {
		socket = nil
	}
	w[0] = stack.FromBool(NetworkOf(s).Forget(w[0].AsInt(), socket))
	return nil
}
