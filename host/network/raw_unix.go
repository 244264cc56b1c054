//go:build unix

package network

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawOf returns the system's socket of a connection that has nothing in front of it; else nil.
func rawOf(conn net.Conn) syscall.RawConn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		if raw, err := tcp.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// again calls a function that a signal may interrupt.
func again(f func() (int, error)) (n int, err error) {
	for {
		if n, err = f(); err != syscall.EINTR {
			return n, err
		}
	}
}

// readRaw reads what is there and hands it over. If there is nothing, it waits or is not done. The buffer is there only once something has come: a
// thousand streams that wait hold none.
func readRaw(raw syscall.RawConn, wait bool, use func([]byte)) (done bool, err error) {
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		b := buffers.Get().(*[MaxRead]byte)
		defer buffers.Put(b)
		n, err := again(func() (int, error) { return syscall.Read(int(fd), b[:]) })
		switch {
		case err == syscall.EAGAIN:
			return !wait
		case err != nil:
			failed = err
		case n == 0:
			failed = io.EOF
		default:
			use(b[:n])
		}
		done = true
		return true
	})
	if err == nil {
		err = failed
	}
	return done, err
}

// awaitBytes returns when something has come, or nothing more can come. What there is stays there, an error too.
func awaitBytes(raw syscall.RawConn) {
	looked := false
	_ = raw.Read(func(fd uintptr) bool {
		if looked {
			return true
		}
		looked = true
		n, err := again(func() (int, error) { return unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0) })
		return n != 0 || err != nil
	})
}

// hasCome tells whether a connection has come that nobody has accepted.
func hasCome(l *net.TCPListener) bool {
	raw, err := l.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = raw.Control(func(fd uintptr) {
		n, _ = again(func() (int, error) { return unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0) })
	})
	return err == nil && n > 0
}

// writeRaw writes what the system takes at once.
func writeRaw(raw syscall.RawConn, data []byte) (n int, err error) {
	if len(data) == 0 {
		return 0, nil
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		var err error
		if n, err = again(func() (int, error) { return syscall.Write(int(fd), data) }); err != nil {
			if n = 0; err != syscall.EAGAIN {
				failed = err
			}
		}
		return true
	})
	if err == nil {
		err = failed
	}
	return max(n, 0), err
}

// Quiet tells whether nothing has come on a connection that nobody reads from, not even its end.
func Quiet(conn net.Conn) bool {
	raw := rawOf(conn)
	if raw == nil {
		return false
	}
	quiet := false
	err := raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, err := again(func() (int, error) {
			n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
			return n, err
		})
		quiet = err == syscall.EAGAIN
		return true
	})
	return err == nil && quiet
}

// noBroadcast keeps a socket for datagrams from sending to all machines of a network, which Go allows it.
func noBroadcast(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_BROADCAST, 0)
	})
	if err != nil {
		return err
	}
	return failed
}

// datagramBuffers hold a datagram until it is handed on; who waits has none.
var datagramBuffers = sync.Pool{New: func() any { return new([maxDatagram]byte) }}

// receive waits for a datagram and hands it over.
func receive(conn *net.UDPConn, use func([]byte, netip.AddrPort)) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		b := datagramBuffers.Get().(*[maxDatagram]byte)
		defer datagramBuffers.Put(b)
		var from syscall.Sockaddr
		n, err := again(func() (n int, err error) {
			n, from, err = syscall.Recvfrom(int(fd), b[:], 0)
			return n, err
		})
		switch {
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			failed = err
			return true
		}
		if a, ok := from.(*syscall.SockaddrInet4); ok {
			use(b[:n], netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)))
			return true
		}
		return false // from nobody
	})
	if err == nil {
		err = failed
	}
	return err
}
