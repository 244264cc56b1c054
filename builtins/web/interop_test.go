package web_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/testcert"
)

// peer is a program of the system that is to be there; the Makefile's target "peers" installs them on Debian.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: make peers", name)
	}
	return path
}

// service starts a server in Seq, described by source, and returns its port. It ends with the test.
func service(t *testing.T, words, source string) string {
	t.Helper()
	prog := compile(t, "include vm:http\n"+words+`
: main ( -- ) http.server "127.0.0.1" http.host `+source+` 0 http.start check dup http.port int->string io.write-line http.wait ;`)
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = prog.Run(ctx, seqvm.Config{Stdout: w, Args: []string{"web.seq", "0"}})
		_ = w.Close()
	}()
	t.Cleanup(func() { cancel(); <-ended })
	line := make([]byte, 16)
	n, err := r.Read(line)
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return strings.TrimSpace(string(line[:n]))
}

// ask runs a peer and returns what it writes.
func ask(t *testing.T, command string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, command, args...)
	c.Stdin = strings.NewReader("")
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s%v", out, err)
	}
	return string(out)
}

const interopWords = `
: echo ( Variant -- Variant ) http.body [ http.text ] [ drop 400 http.response ] if ;
`
const interopRoutes = `"POST" "/echo" [ echo ] http.route "GET" "/{name}" [ "name" http.parameter drop http.text ] http.route`

func TestCurl(t *testing.T) {
	curl := peer(t, "curl")
	base := "http://127.0.0.1:" + service(t, interopWords, interopRoutes)
	file := filepath.Join(t.TempDir(), "large")
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	require.NoError(t, os.WriteFile(file, large, 0o600))
	assert.Equal(t, "x", ask(t, curl, "-s", base+"/x"))
	assert.Contains(t, ask(t, curl, "-s", "-i", base+"/x"), "HTTP/1.1 200 OK\r\n")
	assert.Contains(t, ask(t, curl, "-s", "-I", base+"/x"), "Content-Length: 1\r\n")
	assert.Equal(t, string(large), ask(t, curl, "-s", "--data-binary", "@"+file, base+"/echo"))
	assert.Equal(t, string(large), ask(t, curl, "-s", "-H", "Expect: 100-continue", "--data-binary", "@"+file, base+"/echo"))
	assert.Equal(t, string(large), ask(t, curl, "-s", "-H", "Transfer-Encoding: chunked", "--data-binary", "@"+file, base+"/echo"))
	assert.Equal(t, "404", ask(t, curl, "-s", "-o", os.DevNull, "-w", "%{http_code}", base+"/a/b"))
	assert.Equal(t, "405", ask(t, curl, "-s", "-o", os.DevNull, "-w", "%{http_code}", "-X", "DELETE", base+"/echo"))
	assert.Equal(t, "ab", ask(t, curl, "-s", base+"/a", base+"/b"), "over one connection")
	assert.Contains(t, ask(t, curl, "-s", "--max-time", "0.2", "--limit-rate", "1k", "--data-binary", "@"+file, base+"/echo"), "exit status 28")
	assert.Equal(t, "still", ask(t, curl, "-s", base+"/still"))
}

func TestCurlAndOpenSSLWithTLS(t *testing.T) {
	curl, openssl := peer(t, "curl"), peer(t, "openssl")
	ca := testcert.New(t)
	certificate, key := testcert.Files(t, ca.Certificate(func(c *x509.Certificate) {
		testcert.For("localhost")(c)
		c.Subject.CommonName = "a server" // not that of who signs, which OpenSSL would take for the same
	}))
	port := service(t, interopWords, interopRoutes+fmt.Sprintf(" %q %q http.tls", certificate, key))
	assert.Equal(t, "x", ask(t, curl, "-s", "-4", "--cacert", ca.File(), "https://localhost:"+port+"/x"))
	assert.Contains(t, ask(t, curl, "-s", "https://127.0.0.1:"+port+"/x"), "exit status 60", "nobody vouches for it")
	client := func(version string) string {
		return ask(t, openssl, "s_client", "-connect", "127.0.0.1:"+port, "-servername", "localhost", "-CAfile", ca.File(), version)
	}
	assert.Contains(t, client("-tls1_3"), "Verify return code: 0 (ok)")
	assert.Contains(t, client("-tls1_2"), "Verify return code: 0 (ok)")
	assert.Contains(t, client("-tls1_1"), "Cipher is (NONE)", "an old version")
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return portOf(l)
}

// background starts a peer that listens on a port, and waits until it does.
func background(t *testing.T, port, command string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, command, args...)
	require.NoError(t, c.Start())
	t.Cleanup(func() { cancel(); _ = c.Wait() })
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
}

func TestPythonServer(t *testing.T) {
	python := peer(t, "python3")
	dir, port := t.TempDir(), freePort(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file.txt"), []byte("of a file"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	background(t, port, python, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", dir)
	assert.Equal(t, "200 of a file\n301 \n200\n404\n", run(t, moduleHelpers+`
: at ( String -- Variant ) "http://127.0.0.1:" port int->string string.concat swap string.concat "GET" swap http.request http.inner ;
: code ( Variant Bool -- ) check http.status int->string io.write-line ;
: main ( -- )
  "/file.txt" at http.send tell "/sub" at http.send tell
  "/sub" at :Redirects 1 http.limit http.send code "/none" at http.send code ;`, port, settings.Network{}))
}

// opensslServer starts OpenSSL's server with a certificate and returns its port. It ends with the test.
func opensslServer(t *testing.T, openssl string, certificate tls.Certificate, flags ...string) string {
	t.Helper()
	certFile, keyFile := testcert.Files(t, certificate)
	port := freePort(t)
	args := []string{"s_server", "-accept", "127.0.0.1:" + port, "-cert", certFile, "-key", keyFile, "-www", "-cipher", "DEFAULT:@SECLEVEL=0"}
	background(t, port, openssl, append(args, flags...)...)
	return port
}

// Both clients beside OpenSSL's server: which versions are spoken, and who is trusted.
func TestOpenSSL(t *testing.T) {
	openssl := peer(t, "openssl")
	ca := testcert.New(t)
	named := testcert.For("localhost")
	good := ca.Certificate(named)
	for name, c := range map[string]struct {
		certificate tls.Certificate
		flag        string
		refused     string // a part of the reason; "": it is served
	}{
		"TLS 1.3":       {good, "-tls1_3", ""},
		"TLS 1.2":       {good, "-tls1_2", ""},
		"TLS 1.1":       {good, "-tls1_1", "protocol version"},
		"another name":  {ca.Certificate(testcert.For("example.test")), "-tls1_3", "not localhost"},
		"no name":       {ca.Certificate(func(*x509.Certificate) {}), "-tls1_3", "localhost"},
		"expired":       {ca.Certificate(func(c *x509.Certificate) { named(c); c.NotAfter = time.Now().Add(-time.Minute) }), "-tls1_3", "expired"},
		"not yet valid": {ca.Certificate(func(c *x509.Certificate) { named(c); c.NotBefore = time.Now().Add(time.Hour) }), "-tls1_3", "not yet valid"},
		"signed itself": {testcert.SelfSigned(t, named), "-tls1_3", "unknown authority"},
		"of a stranger": {testcert.New(t).Certificate(named), "-tls1_3", "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			port := opensslServer(t, openssl, c.certificate, c.flag)
			network := settings.Network{CertFile: ca.File(), HTTPAllow: "127.0.0.1"}
			socket := run(t, `
: main ( -- ) dial "localhost" net.tls.client dup say
  [ "GET / HTTP/1.0\r\n\r\n" over net.tcp.write check net.tcp.read check "\r\n" string.split 0 list.get check io.write-line ] [ drop ] if ;`, port, network)
			answer := run(t, moduleHelpers+`
: show ( Variant Bool -- ) [ http.status int->string io.write-line ] [ http.reason io.write-line ] if ;
: main ( -- ) "GET" port int->string "https://localhost:" swap string.concat http.request http.inner http.send show ;`, port, network)
			if c.refused == "" {
				assert.Equal(t, "true\nHTTP/1.0 200 ok\n", socket)
				assert.Equal(t, "200\n", answer)
				return
			}
			assert.Equal(t, "false\n", socket)
			assert.Contains(t, answer, "the TLS handshake with \"localhost\" failed: ")
			assert.Contains(t, answer, c.refused)
		})
	}
}

func TestNginxInFront(t *testing.T) {
	nginx := peer(t, "nginx")
	dir, port := t.TempDir(), freePort(t)
	behind := service(t, interopWords, interopRoutes)
	config := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen 127.0.0.1:%[2]s; location / { proxy_pass http://127.0.0.1:%[3]s; proxy_http_version 1.1; } }
}
`, dir, port, behind), 0o600))
	background(t, port, nginx, "-c", config, "-p", dir)
	assert.Equal(t, "200 x\n200 body\n404\n", run(t, moduleHelpers+`
: at ( String String -- Variant ) "http://127.0.0.1:" port int->string string.concat swap string.concat http.request http.inner ;
: main ( -- )
  "GET" "/x" at http.send tell "POST" "/echo" at "body" http.with-body http.send tell
  "GET" "/a/b" at http.send check http.status int->string io.write-line ;`, port, settings.Network{}))
}
