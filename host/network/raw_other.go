//go:build !unix

package network

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// Without the calls of Unix, the same is done with what Go's package net has: waits hold their buffers.

func rawOf(net.Conn) syscall.RawConn { return nil }

func readRaw(syscall.RawConn, bool, func([]byte)) (bool, error) { return false, nil }

func awaitBytes(syscall.RawConn) {}

func hasCome(*net.TCPListener) bool { return false }

func writeRaw(syscall.RawConn, []byte) (int, error) { return 0, nil }

// Quiet tells whether nothing has come on a connection that nobody reads from, not even its end.
func Quiet(conn net.Conn) bool {
	defer conn.SetReadDeadline(time.Time{})
	if conn.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return false
	}
	_, err := conn.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func noBroadcast(string, string, syscall.RawConn) error { return nil }

// receive waits for a datagram and hands it over.
func receive(conn *net.UDPConn, use func([]byte, netip.AddrPort)) error {
	b := make([]byte, maxDatagram)
	n, from, err := conn.ReadFromUDPAddrPort(b)
	if err == nil {
		use(b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
	return err
}
