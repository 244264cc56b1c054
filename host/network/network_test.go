package network

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/host/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plainly waits on the goroutine that it is called on.
func plainly(_, f func()) { f() }

func newNetwork(t *testing.T) *Network {
	t.Helper()
	n := New(settings.Settings{})
	t.Cleanup(func() { assert.NoError(t, n.Close()) })
	return n
}

func portOf(s Socket) uint16 {
	return netip.MustParseAddrPort(s.LocalAddr().String()).Port()
}

var loopback = netip.MustParseAddr("127.0.0.1")

// pair is a connection as a stream, and its other end.
func pair(t *testing.T) (*Stream, *net.TCPConn) {
	t.Helper()
	l, err := Listen(0)
	require.NoError(t, err)
	defer l.shut()
	other, err := net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(netip.AddrPortFrom(loopback, portOf(l))))
	require.NoError(t, err)
	s, err := l.Accept(plainly)
	require.NoError(t, err)
	t.Cleanup(func() {
		s.shut()
		_ = other.Close()
	})
	return s, other
}

// waiting calls f on another goroutine, with a Wait that says when it waits and how that is interrupted.
func waiting(f func(Wait) error) (interrupt func(), result <-chan error) {
	begun, ended := make(chan func(), 1), make(chan error, 1)
	go func() {
		ended <- f(func(interrupt, wait func()) {
			select {
			case begun <- interrupt:
			default: // it waits once more
			}
			wait()
		})
	}()
	return <-begun, ended
}

func discard([]byte) {}

func TestIDsAreNeverUsedAgain(t *testing.T) {
	n := newNetwork(t)
	s, _ := pair(t)
	d, err := Bind(0)
	require.NoError(t, err)
	a, b := n.Add(s), n.Add(d)
	assert.Equal(t, []int64{1, 2}, []int64{a, b})
	assert.Nil(t, n.Find(0))
	assert.Equal(t, Socket(s), n.Find(a))
	assert.False(t, n.Forget(a, d), "another socket than the one of the id")
	assert.False(t, n.Forget(a, nil))
	assert.True(t, n.Forget(b, d))
	assert.False(t, n.Forget(b, d))
	again, err := Bind(0)
	require.NoError(t, err)
	assert.Equal(t, int64(3), n.Add(again))
}

func TestSocketsOfAKindAreLimited(t *testing.T) {
	n := newNetwork(t)
	n.count[streams] = Limit
	s, _ := pair(t)
	assert.Zero(t, n.Add(s))
	assert.Error(t, s.Read(plainly, discard), "it is closed")
	d, err := Bind(0)
	require.NoError(t, err)
	assert.NotZero(t, n.Add(d), "another kind")
	n.count[streams]--
	s, _ = pair(t)
	assert.NotZero(t, n.Add(s))
}

func TestSocketsOfAnEndedProgram(t *testing.T) {
	n := New(settings.Settings{})
	require.NoError(t, n.Close())
	s, _ := pair(t)
	assert.Zero(t, n.Add(s))
	assert.Error(t, s.Write(plainly, []byte("x")), "it is closed")
	_, err := n.Dial(t.Context(), []netip.Addr{loopback}, 9, func(netip.Addr) error { return nil })
	assert.ErrorIs(t, err, context.Canceled)
}

// flood is more than the system's buffers of a connection take.
var flood = make([]byte, 64<<20)

// Each wait ends when its socket is closed, and when it is interrupted; others that wait for the same socket then go on.
func TestWaitsEnd(t *testing.T) {
	type socket struct {
		Socket
		wait func(Wait) error
		feed func() // ends a wait with success
	}
	kinds := map[string]func(t *testing.T) socket{
		"accept": func(t *testing.T) socket {
			l, err := Listen(0)
			require.NoError(t, err)
			return socket{l, func(w Wait) error {
				s, err := l.Accept(w)
				if err == nil {
					s.shut()
				}
				return err
			}, func() {
				c, err := net.Dial("tcp4", l.LocalAddr().String())
				require.NoError(t, err)
				_ = c.Close()
			}}
		},
		"read": func(t *testing.T) socket {
			s, other := pair(t)
			return socket{s, func(w Wait) error {
				return s.Read(w, discard)
			}, func() {
				_, err := other.Write([]byte("x"))
				require.NoError(t, err)
			}}
		},
		"write": func(t *testing.T) socket {
			s, other := pair(t)
			return socket{s, func(w Wait) error { return s.Write(w, flood) }, func() {
				go func() { _, _ = io.Copy(io.Discard, other) }()
			}}
		},
		"receive": func(t *testing.T) socket {
			d, err := Bind(0)
			require.NoError(t, err)
			return socket{d, func(w Wait) error { return d.Receive(w, func([]byte, netip.AddrPort) {}) }, func() {
				require.NoError(t, d.Send(nil, netip.AddrPortFrom(loopback, portOf(d))))
			}}
		},
	}
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			s := make(t)
			defer s.shut()
			interrupt, interrupted := waiting(s.wait)
			_, other := waiting(s.wait)
			interrupt()
			interrupt()
			assert.Equal(t, errInterrupted, <-interrupted)
			s.feed()
			assert.NoError(t, <-other, "who was not interrupted")

			s = make(t)
			_, one := waiting(s.wait)
			_, two := waiting(s.wait)
			s.shut()
			assert.Error(t, <-one)
			assert.Error(t, <-two)
		})
	}
}

// What a strand that is to end has accepted is closed.
func TestAnAcceptedConnectionIsNotLost(t *testing.T) {
	l, err := Listen(0)
	require.NoError(t, err)
	defer l.shut()
	c, err := net.Dial("tcp4", l.LocalAddr().String())
	require.NoError(t, err)
	defer c.Close()
	assert.Panics(t, func() {
		_, _ = l.Accept(func(_, f func()) {
			f()
			panic("the strand is to end")
		})
	})
	n, err := c.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.Error(t, err)
}

// Bytes come as they are, at most so many at a time, and the end again and again.
func TestReads(t *testing.T) {
	s, other := pair(t)
	text := strings.Repeat("\x00\xff\r\n", 3000)
	_, err := other.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, other.CloseWrite())
	var got strings.Builder
	for ended := false; !ended; {
		require.NoError(t, s.Read(plainly, func(b []byte) {
			assert.LessOrEqual(t, len(b), MaxRead)
			got.Write(b)
			ended = len(b) == 0
		}))
	}
	assert.Equal(t, text, got.String())
	require.NoError(t, s.Read(plainly, func(b []byte) { assert.Empty(t, b) }))
	require.NoError(t, s.Write(plainly, []byte("half closed")), "this side still writes")
	b := make([]byte, 20)
	n, err := other.Read(b)
	require.NoError(t, err)
	assert.Equal(t, "half closed", string(b[:n]))
}

func TestAReset(t *testing.T) {
	s, other := pair(t)
	require.NoError(t, other.SetLinger(0))
	require.NoError(t, other.Close())
	assert.Error(t, s.Read(plainly, discard))
	assert.Error(t, s.Write(plainly, flood))
	assert.NoError(t, s.Write(plainly, nil))
}

// Who waits without a buffer is woken by bytes, by the end, by a reset, by a close and by Secure, and leaves what came where it is.
func TestTryRead(t *testing.T) {
	for name, c := range map[string]struct {
		wake func(t *testing.T, s *Stream, other *net.TCPConn)
		want string
		err  bool
	}{
		"bytes": {func(t *testing.T, _ *Stream, other *net.TCPConn) {
			_, err := other.Write([]byte("x"))
			require.NoError(t, err)
		}, "x", false},
		"end": {func(t *testing.T, _ *Stream, other *net.TCPConn) { require.NoError(t, other.CloseWrite()) }, "", false},
		"reset": {func(t *testing.T, _ *Stream, other *net.TCPConn) {
			require.NoError(t, other.SetLinger(0))
			require.NoError(t, other.Close())
		}, "", true},
		"close": {func(_ *testing.T, s *Stream, _ *net.TCPConn) { s.shut() }, "", true},
		"secure": {func(t *testing.T, s *Stream, other *net.TCPConn) {
			require.NoError(t, s.Secure(plainly, time.Minute, func(_ context.Context, c net.Conn) (net.Conn, error) { return upper{c}, nil }))
			_, err := other.Write([]byte("x"))
			require.NoError(t, err)
		}, "X", false},
	} {
		for _, late := range []bool{false, true} { // it comes before the wait begins
			s, other := pair(t)
			done, wait, err := s.TryRead(discard)
			require.NoError(t, err, name)
			require.False(t, done, name)
			require.NotNil(t, wait, name)
			again, none, err := s.TryRead(discard)
			assert.True(t, !again && none == nil && err == nil, "another one has the turn")
			if late {
				go wait()
				c.wake(t, s, other)
			} else {
				woken := make(chan bool)
				if name == "secure" { // which waits for the turn
					go func() { wait(); close(woken) }()
					c.wake(t, s, other)
				} else {
					c.wake(t, s, other)
					go func() { wait(); close(woken) }()
				}
				<-woken
			}
			got := "none"
			err = s.Read(plainly, func(b []byte) { got = string(b) })
			assert.Equal(t, c.err, err != nil, "%s: %v", name, err)
			if !c.err {
				assert.Equal(t, c.want, got, name)
			}
		}
	}
	s, other := pair(t)
	got := ""
	for range 3 * patience {
		_, err := other.Write([]byte("x"))
		require.NoError(t, err)
		for done := false; !done; {
			var wait func()
			done, wait, err = s.TryRead(func(b []byte) { got += string(b) })
			require.NoError(t, err)
			if wait != nil {
				wait()
			}
		}
	}
	assert.Equal(t, strings.Repeat("x", 3*patience), got)
}

// A write goes on while another strand reads, a slow reader loses nothing, and writes stay together.
func TestWritesStayTogether(t *testing.T) {
	s, other := pair(t)
	_, reader := waiting(func(w Wait) error { return s.Read(w, discard) })
	const size, count = 1 << 20, 8
	done := make(chan error, count)
	for i := range count {
		go func() { done <- s.Write(plainly, []byte(strings.Repeat(string(rune('a'+i)), size))) }()
	}
	for range count {
		b := make([]byte, size)
		_, err := io.ReadFull(other, b)
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat(string(b[:1]), size), string(b))
	}
	for range count {
		assert.NoError(t, <-done)
	}
	s.shut()
	assert.Error(t, <-reader)
}

// upper is a connection that makes letters large, in place of TLS.
type upper struct{ net.Conn }

func (u upper) Read(b []byte) (int, error) {
	n, err := u.Conn.Read(b)
	copy(b, strings.ToUpper(string(b[:n])))
	return n, err
}

func TestSecure(t *testing.T) {
	s, other := pair(t)
	var got []byte
	_, reader := waiting(func(w Wait) error { return s.Read(w, func(b []byte) { got = append(got, b...) }) })
	shaking, shake := make(chan bool), make(chan bool)
	ended := make(chan error)
	go func() {
		ended <- s.Secure(plainly, time.Minute, func(_ context.Context, c net.Conn) (net.Conn, error) {
			shaking <- true
			<-shake
			return upper{c}, nil
		})
	}()
	<-shaking
	assert.ErrorIs(t, s.Secure(plainly, time.Minute, nil), ErrSecure)
	_, writer := waiting(func(w Wait) error { return s.Write(w, []byte("written behind")) })
	shake <- true
	require.NoError(t, <-ended)
	require.NoError(t, <-writer)
	_, err := other.Write([]byte("secret"))
	require.NoError(t, err)
	require.NoError(t, <-reader)
	assert.Equal(t, "SECRET", string(got), "who waited before gets what comes through")
	assert.ErrorIs(t, s.Secure(plainly, time.Minute, nil), ErrSecure)
}

// A reader that has to wait for Secure, which itself waits for a writer, does so without work.
func TestReadersWaitForSecureQuietly(t *testing.T) {
	s, _ := pair(t)
	waits := 0
	_, reader := waiting(func(w Wait) error {
		return s.Read(func(interrupt, wait func()) {
			waits++
			w(interrupt, wait)
		}, discard)
	})
	_, writer := waiting(func(w Wait) error { return s.Write(w, flood) })
	hang := func(ctx context.Context, _ net.Conn) (net.Conn, error) { return nil, ctx.Err() }
	assert.ErrorIs(t, s.Secure(plainly, 100*time.Millisecond, hang), context.DeadlineExceeded)
	s.shut()
	assert.Error(t, <-writer)
	assert.Error(t, <-reader)
	assert.Less(t, waits, 1000)
}

// awaited tells whether somebody waits for a connection.
func (l *Listener) awaited() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waits != nil
}

// Who waits for a connection that has come has it, though the listener is closed at once.
func TestCloseLeavesNobodyBehind(t *testing.T) {
	for range 500 {
		l, err := Listen(0)
		require.NoError(t, err)
		_, accepted := waiting(func(w Wait) error {
			s, err := l.Accept(w)
			if err == nil {
				s.shut()
			}
			return err
		})
		for !l.awaited() {
			runtime.Gosched()
		}
		other, err := net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(netip.AddrPortFrom(loopback, portOf(l))))
		require.NoError(t, err)
		l.shut()
		assert.NoError(t, <-accepted)
		_ = other.Close()
	}
}

func TestSecureIsLimited(t *testing.T) {
	s, _ := pair(t)
	hang := func(ctx context.Context, _ net.Conn) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	assert.ErrorIs(t, s.Secure(plainly, time.Millisecond, hang), context.DeadlineExceeded)

	s, _ = pair(t)
	interrupt, ended := waiting(func(w Wait) error { return s.Secure(w, time.Hour, hang) })
	interrupt()
	assert.ErrorIs(t, <-ended, context.Canceled)

	s, _ = pair(t)
	_, writer := waiting(func(w Wait) error { return s.Write(w, flood) })
	assert.ErrorIs(t, s.Secure(plainly, time.Millisecond, hang), context.DeadlineExceeded, "others do not come to an end")
	s.shut()
	assert.Error(t, <-writer)
}

func TestDialTriesOneAfterTheOther(t *testing.T) {
	n := newNetwork(t)
	l, err := Listen(0)
	require.NoError(t, err)
	defer l.shut()
	v6, free := netip.MustParseAddr("::1"), func(netip.Addr) error { return nil }
	c, err := n.Dial(t.Context(), []netip.Addr{v6, loopback}, portOf(l), free)
	require.NoError(t, err)
	_ = c.Close()
	_, err = n.Dial(t.Context(), nil, portOf(l), free)
	assert.Error(t, err)
	denied := errors.New("denied")
	var asked []netip.Addr
	deny := func(a netip.Addr) error {
		asked = append(asked, a)
		if a == loopback {
			return denied
		}
		return nil
	}
	_, err = n.Dial(t.Context(), []netip.Addr{v6, loopback}, portOf(l), deny)
	assert.Equal(t, denied, err)
	assert.Equal(t, []netip.Addr{v6, loopback}, asked)
}

func TestDatagrams(t *testing.T) {
	a, err := Bind(0)
	require.NoError(t, err)
	defer a.shut()
	b, err := Bind(0)
	require.NoError(t, err)
	defer b.shut()
	_, err = Bind(portOf(a))
	assert.Error(t, err, "ports are not shared")
	to := netip.AddrPortFrom(loopback, portOf(b))
	for _, size := range []int{0, 1, MaxSent} {
		require.NoError(t, a.Send(flood[:size], to))
		require.NoError(t, b.Receive(plainly, func(data []byte, from netip.AddrPort) {
			assert.Len(t, data, size)
			assert.Equal(t, netip.AddrPortFrom(loopback, portOf(a)), from)
		}))
	}
	assert.ErrorIs(t, a.Send(flood[:MaxSent+1], to), ErrDatagram)
	assert.ErrorIs(t, a.Send(nil, netip.AddrPortFrom(loopback, 0)), ErrDatagram)
	assert.ErrorIs(t, a.Send(nil, netip.MustParseAddrPort("[::ffff:127.0.0.1]:9")), ErrDatagram)
	assert.Error(t, a.Send([]byte("x"), netip.MustParseAddrPort("255.255.255.255:9")), "no broadcast")
}
