package secure_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/host/secure"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/testcert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers one connection with TLS and returns its address. after is called with what the handshake has made.
func serve(t *testing.T, config *tls.Config, after func(*tls.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan bool)
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		s := tls.Server(c, config)
		if s.Handshake() == nil && after != nil {
			after(s)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp4", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestWhoIsTrusted(t *testing.T) {
	ca := testcert.New(t)
	trust := secure.NewTrust(settings.Network{CertFile: ca.File()})
	expired := func(c *x509.Certificate) {
		testcert.For("localhost")(c)
		c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	}
	version := func(v uint16) *tls.Config { return &tls.Config{MinVersion: v, MaxVersion: v} }
	for name, c := range map[string]struct {
		config *tls.Config
		cert   tls.Certificate
		host   string
		ok     bool
	}{
		"name":               {nil, ca.Certificate(testcert.For("localhost")), "localhost", true},
		"case, dot":          {nil, ca.Certificate(testcert.For("localhost")), "LOCALHOST.", true},
		"address":            {nil, ca.Certificate(testcert.For("127.0.0.1")), "127.0.0.1", true},
		"IPv6 address":       {nil, ca.Certificate(testcert.For("::1")), "::1", true},
		"wildcard":           {nil, ca.Certificate(testcert.For("*.example.test")), "a.example.test", true},
		"TLS 1.3":            {version(tls.VersionTLS13), ca.Certificate(testcert.For("localhost")), "localhost", true},
		"TLS 1.2":            {version(tls.VersionTLS12), ca.Certificate(testcert.For("localhost")), "localhost", true},
		"TLS 1.1":            {version(tls.VersionTLS11), ca.Certificate(testcert.For("localhost")), "localhost", false},
		"two labels":         {nil, ca.Certificate(testcert.For("*.example.test")), "a.b.example.test", false},
		"other name":         {nil, ca.Certificate(testcert.For("example.test")), "localhost", false},
		"other address":      {nil, ca.Certificate(testcert.For("127.0.0.2")), "127.0.0.1", false},
		"address as a name":  {nil, ca.Certificate(testcert.For("localhost")), "127.0.0.1", false},
		"common name only":   {nil, ca.Certificate(testcert.For()), "localhost", false},
		"expired":            {nil, ca.Certificate(expired), "localhost", false},
		"signed by itself":   {nil, testcert.SelfSigned(t, testcert.For("localhost")), "localhost", false},
		"another authority":  {nil, testcert.New(t).Certificate(testcert.For("localhost")), "localhost", false},
		"blank in the name":  {nil, ca.Certificate(testcert.For("localhost")), "local host", false},
		"colon":              {nil, ca.Certificate(testcert.For("localhost")), "localhost:443", false},
		"address in bracket": {nil, ca.Certificate(testcert.For("::1")), "[::1]", false},
		"zone":               {nil, ca.Certificate(testcert.For("::1")), "::1%lo", false},
		"empty label":        {nil, ca.Certificate(testcert.For("localhost")), "localhost..", false},
	} {
		t.Run(name, func(t *testing.T) {
			config := c.config
			if config == nil {
				config = &tls.Config{}
			}
			config.Certificates = []tls.Certificate{c.cert}
			var asked string
			var protocols []string
			config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				asked, protocols = hello.ServerName, hello.SupportedProtos
				return nil, nil
			}
			plain := dial(t, serve(t, config, func(s *tls.Conn) {
				_, _ = s.Write([]byte("hello"))
				_ = s.CloseWrite()
			}))
			s, err := trust.Client(t.Context(), plain, c.host)
			if !c.ok {
				require.Error(t, err)
				_, err = plain.Write([]byte("plain"))
				assert.ErrorIs(t, err, net.ErrClosed)
				return
			}
			require.NoError(t, err)
			b, err := io.ReadAll(s)
			require.NoError(t, err)
			assert.Equal(t, "hello", string(b))
			require.NoError(t, s.Close())
			assert.Empty(t, protocols)
			if net.ParseIP(c.host) != nil {
				assert.Empty(t, asked)
			}
		})
	}
}

// The settings replace the system's trust; what they name may be missing, and then nobody is trusted.
func TestTrustSettings(t *testing.T) {
	ca := testcert.New(t)
	file := ca.File()
	for name, c := range map[string]struct {
		settings settings.Network
		ok       bool
	}{
		"folder":         {settings.Network{CertDir: filepath.Dir(file)}, true},
		"folders":        {settings.Network{CertDir: t.TempDir() + string(filepath.ListSeparator) + filepath.Dir(file)}, true},
		"file, folder":   {settings.Network{CertFile: file, CertDir: t.TempDir()}, true},
		"the system's":   {settings.Network{}, false},
		"missing file":   {settings.Network{CertFile: file + ".no"}, false},
		"missing folder": {settings.Network{CertDir: file + ".no"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			plain := dial(t, serve(t, &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("localhost"))}}, nil))
			s, err := secure.NewTrust(c.settings).Client(t.Context(), plain, "localhost")
			assert.Equal(t, c.ok, err == nil, "%v", err)
			if err == nil {
				_ = s.Close()
			}
		})
	}
}

// The peer is told of the end; one that does not read keeps nobody.
func TestTheEndIsAnnounced(t *testing.T) {
	ca := testcert.New(t)
	trust := secure.NewTrust(settings.Network{CertFile: ca.File()})
	config := &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("localhost"))}}
	read := make(chan error, 1)
	s, err := trust.Client(t.Context(), dial(t, serve(t, config, func(s *tls.Conn) {
		_, err := io.ReadAll(s)
		read <- err
	})), "localhost")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	assert.NoError(t, <-read, "it came with close-notify")

	hold := make(chan bool)
	s, err = trust.Client(t.Context(), dial(t, serve(t, config, func(*tls.Conn) { <-hold })), "localhost")
	require.NoError(t, err)
	require.NoError(t, s.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = s.Write(make([]byte, 64<<20))
	require.Error(t, err, "the buffers are full")
	_ = s.Close()
	close(hold)
}

// What a peer has sent arrives, whatever the end; a connection that ends without close-notify has no proper end, between records as well.
func TestAnEndThatIsNotAnnouncedIsAnError(t *testing.T) {
	ca := testcert.New(t)
	trust := secure.NewTrust(settings.Network{CertFile: ca.File()})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, sent := range []string{"", "hello"} {
			config := &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("localhost"))}, MaxVersion: version}
			s, err := trust.Client(t.Context(), dial(t, serve(t, config, func(s *tls.Conn) { _, _ = io.WriteString(s, sent) })), "localhost")
			require.NoError(t, err)
			b, err := io.ReadAll(s)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Equal(t, sent, string(b))
			_, err = s.Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "and once more")
			_ = s.Close()
		}
	}
}

func TestAHandshakeCanBeGivenUp(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = secure.NewTrust(settings.Network{}).Client(ctx, dial(t, l.Addr().String()), "localhost")
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

// cut is a connection of whose bytes some are changed, and which then ends.
type cut struct {
	net.Conn
	left, flip int
	with       byte
}

func (c *cut) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	if c.flip >= 0 && c.flip < n {
		b[c.flip] ^= c.with
	}
	c.left -= n
	c.flip -= n
	return n, err
}

// FuzzRecords cuts what a server sends anywhere, in the handshake or behind it, and changes a byte of it: there is an error, or all that the server sent.
func FuzzRecords(f *testing.F) {
	ca := testcert.New(f)
	trust := secure.NewTrust(settings.Network{CertFile: ca.File()})
	certificate := ca.Certificate(testcert.For("localhost"))
	for _, left := range []int{0, 1, 4, 5, 100, 130, 700, 900, 1100, 2000} {
		f.Add(left, -1, byte(0), left%2 == 0)
		f.Add(5000, left, byte(1), left%2 == 1)
	}
	f.Fuzz(func(t *testing.T, left, flip int, with byte, old bool) {
		config := &tls.Config{Certificates: []tls.Certificate{certificate}}
		if old {
			config.MaxVersion = tls.VersionTLS12
		}
		here, there := net.Pipe()
		_ = here.SetDeadline(time.Now().Add(100 * time.Millisecond)) // a changed length has both ends wait for the other one
		done := make(chan bool)
		go func() {
			defer close(done)
			defer there.Close()
			s := tls.Server(there, config)
			if s.Handshake() == nil {
				_, _ = s.Write([]byte("hello"))
				_ = s.Close()
			}
		}()
		defer func() { <-done }()
		defer here.Close()
		c, err := trust.Client(t.Context(), &cut{Conn: here, left: left, flip: flip, with: with}, "localhost")
		if err != nil {
			return
		}
		b, err := io.ReadAll(c)
		if err == nil {
			require.Equal(t, "hello", string(b))
		} else {
			require.Contains(t, []string{"", "hello"}, string(b))
		}
	})
}
