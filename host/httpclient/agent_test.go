package httpclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/host/network"
	"github.com/seqvm/seqvm/host/settings"
)

// Whatever a server answers, a call ends: with a response, whose body ends too, or with an error that is text.
func FuzzCalls(f *testing.F) {
	for _, a := range answers {
		if len(a.answer) < 1000 {
			f.Add([]byte(a.answer))
		}
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(f, err)
	f.Cleanup(func() { _ = l.Close() })
	n := network.New(settings.Settings{})
	f.Cleanup(func() { _ = n.Close() })
	wait := func(_, f func()) { f() }
	f.Fuzz(func(t *testing.T, text []byte) {
		a := NewAgent(Config{Network: n, RequestTimeout: 10 * time.Second, Permit: func(string, uint16) (func(netip.Addr) error, error) {
			return func(netip.Addr) error { return nil }, nil
		}})
		defer a.Close()
		served := make(chan struct{})
		go func() {
			defer close(served)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write(text)
		}()
		x, err := a.Start(Call{Method: "GET", URL: "http://" + l.Addr().String() + "/", Inner: true, Limit: 20 * time.Second})
		require.NoError(t, err)
		defer x.Close()
		_, err = x.Await(wait)
		<-served
		require.False(t, errors.Is(err, context.DeadlineExceeded))
		if err != nil {
			require.NotEmpty(t, err.Error())
			require.False(t, strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' || c == 0x7f }), "%q", err)
			return
		}
		for err == nil {
			err = x.Read(wait, make([]byte, 4096), func([]byte) {})
		}
		require.True(t, err == io.EOF || err.Error() != "")
	})
}
