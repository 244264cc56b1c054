// Package secure is TLS for clients (chapter 7 of the language book, section 7): versions 1.2 and 1.3, certificates always verified,
// no protocol negotiation. It is apart from package network, for programs that cannot afford what crypto/tls costs their start.
package secure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/host/settings"
)

// Trust is whose certificates are accepted. It is safe for concurrent use.
type Trust struct {
	roots func() *x509.CertPool // nil: the system's
}

// NewTrust returns the trust in the certificates of the file and the folders that the settings name, which are read when they are first needed, and in no
// others; without them in those that the system trusts.
func NewTrust(s settings.Network) *Trust {
	if s.CertFile == "" && s.CertDir == "" {
		return &Trust{roots: func() *x509.CertPool { return nil }}
	}
	return &Trust{roots: sync.OnceValue(func() *x509.CertPool {
		pool := x509.NewCertPool()
		add := func(path string) {
			if text, err := os.ReadFile(path); err == nil {
				pool.AppendCertsFromPEM(text)
			}
		}
		if s.CertFile != "" {
			add(s.CertFile)
		}
		for _, dir := range filepath.SplitList(s.CertDir) {
			files, _ := os.ReadDir(dir)
			for _, f := range files {
				add(filepath.Join(dir, f.Name()))
			}
		}
		return pool
	})}
}

// Client turns a connection into one that is encrypted, to a host whose certificate has the name or the IP address. An error says that
// there is none; the connection is then closed.
func (t *Trust) Client(ctx context.Context, plain net.Conn, host string) (net.Conn, error) {
	if !nameable(host) {
		_ = plain.Close()
		return nil, fmt.Errorf("%q cannot be the name of a host", host)
	}
	below := &prompt{Conn: plain}
	c := tls.Client(below, &tls.Config{ServerName: strings.TrimSuffix(host, "."), MinVersion: tls.VersionTLS12, RootCAs: t.roots()})
	if err := c.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return &conn{Conn: c, below: below}, nil
}

// nameable tells whether a certificate can have the host: an IP address, or a name of labels that DNS can have (RFC 1035, section 2.3.4).
func nameable(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Zone() == ""
	}
	host = strings.TrimSuffix(host, ".")
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(c rune) bool {
			return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
		}) {
			return false
		}
	}
	return true
}

// conn is an encrypted connection. Its end is announced to the peer (close-notify) as far as that takes no time.
type conn struct {
	*tls.Conn
	below *prompt
}

// Read reads what the peer has sent. io.EOF is the end that the peer has announced; whoever can cut the connection cannot make it: an end that was not
// announced is io.ErrUnexpectedEOF, between records as well (RFC 8446, section 6.1), where crypto/tls says io.EOF.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == io.EOF && c.below.ended.Load() {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (c *conn) Close() error {
	c.below.closing.Store(true)
	return c.Conn.Close()
}

// prompt is a connection that is closed at once: crypto/tls would wait for 5 seconds for a peer that does not read.
type prompt struct {
	net.Conn
	closing, ended atomic.Bool
}

// Read notes the end of the connection, to which crypto/tls reads only while the peer has not announced it.
func (p *prompt) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if err == io.EOF {
		p.ended.Store(true)
	}
	return n, err
}

// promptly is how long the announcement of the end may take to get into the system's buffer.
const promptly = 10 * time.Millisecond

func (p *prompt) SetWriteDeadline(t time.Time) error {
	if soon := time.Now().Add(promptly); p.closing.Load() && t.After(soon) {
		t = soon
	}
	return p.Conn.SetWriteDeadline(t)
}
