package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func addresses(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

func TestAnswersAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := map[string]int{}
		r := NewResolver(1, func(_ context.Context, host string) ([]netip.Addr, error) {
			if asked[host]++; host == "nowhere.test" {
				return nil, errors.New("no such host")
			}
			return addresses("::ffff:192.0.2.1", "2001:db8::1", "192.0.2.1", "fe80::1%eth0"), nil
		})
		defer r.Close()
		look := func(host string) []netip.Addr { return r.Lookup(t.Context(), host) }
		want := addresses("192.0.2.1", "2001:db8::1", "fe80::1")
		assert.Equal(t, want, look("a.test"), "each once, IPv4 as such, without zones")
		time.Sleep(keep - time.Second)
		assert.Equal(t, want, look("a.test"))
		assert.Equal(t, 1, asked["a.test"])
		look("A.test") // another spelling
		assert.Equal(t, 1, asked["A.test"])
		time.Sleep(2 * time.Second)
		look("a.test")
		assert.Equal(t, 2, asked["a.test"])
		for range 2 {
			assert.Empty(t, look("nowhere.test"))
		}
		assert.Equal(t, 2, asked["nowhere.test"], "failures are not kept")
		for i := range 3 * maxNames {
			look(fmt.Sprintf("n%d.test", i))
		}
		assert.Len(t, r.known, maxNames)
	})
}

func TestQuestionsAreSharedAndFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, atOnce, most atomic.Int64
		r := NewResolver(2, func(ctx context.Context, _ string) ([]netip.Addr, error) {
			asked.Add(1)
			if now := atOnce.Add(1); now > most.Load() {
				most.Store(now)
			}
			time.Sleep(time.Second)
			atOnce.Add(-1)
			return addresses("192.0.2.1"), nil
		})
		defer r.Close()
		for i := range 20 {
			go func() { assert.Len(t, r.Lookup(t.Context(), fmt.Sprintf("n%d.test", i%5)), 1) }()
		}
		synctest.Wait()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, int64(5), asked.Load())
		assert.Equal(t, int64(2), most.Load())
	})
}

// Who does not wait any longer leaves the answer to others; a question that nobody waits for ends.
func TestWhoAsksCanLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int64
		silent := true
		r := NewResolver(8, func(ctx context.Context, _ string) ([]netip.Addr, error) {
			if !silent {
				return addresses("192.0.2.1"), nil
			}
			select {
			case <-ctx.Done():
				ended.Add(1)
				return nil, ctx.Err()
			case <-time.After(time.Minute):
				return addresses("192.0.2.7"), nil
			}
		})
		one, leave := context.WithCancel(t.Context())
		go func() { assert.Empty(t, r.Lookup(one, "a.test")) }()
		go func() { assert.Equal(t, addresses("192.0.2.7"), r.Lookup(t.Context(), "a.test")) }()
		two, leaveToo := context.WithCancel(t.Context())
		go func() { assert.Empty(t, r.Lookup(two, "b.test")) }()
		synctest.Wait()
		leave()
		leaveToo()
		synctest.Wait()
		silent = false
		assert.Equal(t, addresses("192.0.2.1"), r.Lookup(t.Context(), "b.test"), "a new question")
		synctest.Wait()
		assert.Equal(t, int64(1), ended.Load())
		time.Sleep(time.Minute)
		synctest.Wait()

		silent = true
		go func() { assert.Empty(t, r.Lookup(t.Context(), "c.test")) }()
		synctest.Wait()
		r.Close()
		synctest.Wait()
		assert.Equal(t, int64(2), ended.Load(), "the end of the program")
	})
}

func TestWhatIsNotLookedUp(t *testing.T) {
	r := NewResolver(1, func(context.Context, string) ([]netip.Addr, error) {
		return nil, errors.New("nobody must ask")
	})
	defer r.Close()
	for host, want := range map[string]string{
		"127.0.0.1": "127.0.0.1", "0:0:0:0:0:0:0:1": "::1", "::ffff:1.2.3.4": "::ffff:1.2.3.4", "fe80::1%lo": "fe80::1",
	} {
		assert.Equal(t, addresses(want), r.Lookup(t.Context(), host))
	}
	for _, host := range []string{"", " ", "a b", "a\x00b", "a:80", "[::1]", "http://x/", "x.invalid", "X.INVALID.", "invalid", "\xff", "a@b",
		"256.1.1.1", "127.1", "0x7f.1", "2130706433", "0X7F000001", "1.2.3.0x", "1.2.3.4."} {
		assert.False(t, resolvable(host), host)
		assert.Empty(t, r.Lookup(t.Context(), host), host)
	}
	for _, host := range []string{"localhost", "LOCALHOST", "example.com.", "a_b.test", "bücher.test", "invalid.test", "x1", "1.x"} {
		assert.True(t, resolvable(host), host)
	}
}

// FuzzDNSAnswers has a name server answer with anything.
func FuzzDNSAnswers(f *testing.F) {
	header := "\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" // behind the id
	question := "\x01a\x04test\x00\x00\x01\x00\x01"
	f.Add([]byte(header + question + "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"))
	f.Add([]byte(header + question + "\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c")) // an alias of itself
	f.Add([]byte("\x83\x80\x00\x01\x00\x00\x00\x00\x00\x00" + question))                          // cut off: ask again over TCP
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, answer []byte) {
		server := &net.Resolver{PreferGo: true, Dial: func(_ context.Context, network, _ string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				b := make([]byte, 512)
				n, err := there.Read(b)
				if err != nil || n < 4 {
					return
				}
				_, _ = there.Write(append(append([]byte{}, b[:4]...), answer...)) // length and id over a stream
			}()
			return here, nil
		}}
		r := NewResolver(1, func(ctx context.Context, host string) ([]netip.Addr, error) {
			return server.LookupNetIP(ctx, "ip", host)
		})
		defer r.Close()
		for _, a := range r.Lookup(t.Context(), "a.test.") {
			require.True(t, a.IsValid())
			require.Empty(t, a.Zone())
		}
	})
}
