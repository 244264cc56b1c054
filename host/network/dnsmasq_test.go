package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A real server of names, where it is installed (make peers): several addresses, aliases, names that do not exist, and an answer that
// is too long for UDP, so that it is asked for again over TCP.
func TestDnsmasq(t *testing.T) {
	path, err := exec.LookPath("dnsmasq")
	if err != nil {
		t.Skip("dnsmasq is not installed: make peers")
	}
	args := []string{
		"--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts", "--user=", "--local=/test/", "--bind-interfaces", "--listen-address=127.0.0.1",
		"--host-record=one.test,192.0.2.1", "--host-record=both.test,192.0.2.2,2001:db8::2", "--host-record=alias.test,192.0.2.3", "--cname=also.test,alias.test",
	}
	const many = 100
	for i := range many {
		args = append(args, fmt.Sprintf("--host-record=many.test,192.0.2.%d", 1+i))
	}
	server := startDnsmasq(t, path, args)
	asked := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, protocol, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, protocol, server)
	}}
	r := NewResolver(4, func(ctx context.Context, host string) ([]netip.Addr, error) {
		return asked.LookupNetIP(ctx, "ip", host)
	})
	defer r.Close()
	assert.Equal(t, addresses("192.0.2.1"), r.Lookup(t.Context(), "one.test"))
	assert.ElementsMatch(t, addresses("192.0.2.2", "2001:db8::2"), r.Lookup(t.Context(), "both.test"))
	assert.Equal(t, addresses("192.0.2.3"), r.Lookup(t.Context(), "also.test"))
	assert.Empty(t, r.Lookup(t.Context(), "nowhere.test"))
	assert.Len(t, r.Lookup(t.Context(), "many.test"), many)
}

// startDnsmasq returns the address of a server that has begun to answer. It ends with the test.
func startDnsmasq(t *testing.T, path string, args []string) string {
	t.Helper()
	probe, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	server := probe.Addr().String()
	require.NoError(t, probe.Close())
	_, port, err := net.SplitHostPort(server)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, path, append(args, "--port="+port)...)
	require.NoError(t, c.Start())
	t.Cleanup(func() { cancel(); _ = c.Wait() })
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", server)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	return server
}
