package web_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/web"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/testcert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const helpers = `
: check ( Bool -- ) [ ] [ "unexpected failure" io.write-line 1 os.exit ] if ;
: say ( Bool -- ) [ "true" ] [ "false" ] if io.write-line ;
: port ( -- Int ) 1 args.at string->int check ;
: dial ( -- Socket ) "127.0.0.1" port net.tcp.connect check ;
: get ( String -- )
  net.http.get dup "status" map.get check int->string io.write " " io.write
  dup "body" map.get check io.write dup "error" map.has? [ dup "error" map.get check io.write ] [ ] if drop "" io.write-line ;
`

func compile(t *testing.T, source string) *seqvm.Program {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("web.seq", helpers+source), seqvm.Options{Words: seqvm.AllWords().Link(web.Functions("test"))})
	require.NoError(t, err)
	return prog
}

// run runs a program with a port as its argument and returns what it writes.
func run(t *testing.T, source string, port string, network settings.Network) string {
	t.Helper()
	var out bytes.Buffer
	_, err := compile(t, source).Run(t.Context(), seqvm.Config{Stdout: &out, Args: []string{"web.seq", port}, Settings: seqvm.Settings{Network: network}})
	require.NoError(t, err)
	return out.String()
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// echo is a TLS server that gives each line back and ends with the connection.
func echo(t *testing.T, config *tls.Config) string {
	t.Helper()
	l, err := tls.Listen("tcp4", "127.0.0.1:0", config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					_, _ = io.WriteString(c, line)
				}
			}()
		}
	}()
	return portOf(l)
}

func TestTLS(t *testing.T) {
	ca := testcert.New(t)
	port := echo(t, &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("localhost", "127.0.0.1"))}})
	trusting := settings.Network{CertFile: ca.File()}
	assert.Equal(t, "true\ntrue\nhello\n\ntrue\nfalse\ntrue\n4096\ntrue\nfalse\n", run(t, `
: reader ( Socket Channel -- ) swap net.tcp.read check swap chan.send check ;
: all ( Socket Int -- )   # reads that many bytes
  dup 0 i.<= [ drop drop ] [ over net.tcp.read check string.byte-length i.- all ] if ;
: main ( -- )
  dial dup "localhost" net.tls.client say
  over socket->fd over socket->fd i.= say drop
  "hello\n" over net.tcp.write check dup net.tcp.read check io.write-line
  dup net.tcp.local-port say drop
  dup "localhost" net.tls.client say drop           # it is secured already, and stays open
  "still" "\n" string.concat over net.tcp.write say
  dup 6 all
  "0123456789abcde\n" dup string.concat dup string.concat dup string.concat dup string.concat dup string.concat dup string.concat dup string.concat dup string.concat
  dup string.byte-length int->string io.write-line over net.tcp.write check
  dup 4096 all
  dup net.tcp.close say
  net.tcp.close say
;`, port, trusting))

	for host, want := range map[string]string{ // the flag, and whether the stream is still open
		"127.0.0.1": "true\ntrue\n", "other.test": "false\nfalse\n", "": "false\ntrue\n", "\\xff": "false\ntrue\n", "a b": "false\nfalse\n", "localhost:1": "false\nfalse\n",
	} {
		assert.Equal(t, want, run(t, fmt.Sprintf(`: main ( -- ) dial dup "%s" net.tls.client say drop net.tcp.close say ;`, host), port, trusting), host)
	}
	assert.Equal(t, "false\nfalse\n", run(t, `: main ( -- ) dial dup "localhost" net.tls.client say drop net.tcp.close say ;`, port, settings.Network{}))
	assert.Equal(t, "false\nfalse\ntrue\ntrue\n", run(t, `
: main ( -- )
  0 net.tcp.listen check dup "localhost" net.tls.client say drop
  0 net.udp.bind check drop dup "localhost" net.tls.client say drop
  net.udp.close say net.tcp.close say
;`, port, trusting), "sockets of other kinds")
}

// A handshake takes its time at most; meanwhile others run, and a close ends it.
func TestHandshakesEnd(t *testing.T) {
	silent := `
: serve ( Socket Channel -- ) swap net.tcp.accept check swap chan.receive drop drop net.tcp.close drop ;
: main ( -- )
  0 net.tcp.listen check chan.make
  over over [ serve ] strand.spawn drop drop drop
  swap dup net.tcp.local-port check "127.0.0.1" swap net.tcp.connect check
`
	assert.Equal(t, "false\nfalse\n", run(t, silent+`  dup "localhost" net.tls.client say drop net.tcp.close say
  net.tcp.close check 1 swap chan.send check ;`, "0", settings.Network{HandshakeTimeout: 20 * time.Millisecond}))
	assert.Equal(t, "true\nfalse\n", run(t, `
: shake ( Channel Socket -- ) "localhost" net.tls.client nip swap chan.send check ;
`+silent+`
  # ( done listener stream )
  chan.make over over swap [ shake ] strand.spawn drop drop drop
  swap 20 time.sleep-ms net.tcp.close say chan.receive check say
  net.tcp.close check 1 swap chan.send check ;`, "0", settings.Network{}))
}

// The program ends while strands still wait.
func TestTheEndOfAProgramEndsWaits(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for _, wait := range []string{
		`dial "localhost" net.tls.client drop drop`, `"http://127.0.0.1:" 1 args.at string.concat net.http.get drop`, `dial net.tcp.read drop drop`, `0 net.udp.bind drop drop net.udp.receive-from drop drop drop drop`,
		`0 net.tcp.listen drop net.tcp.accept drop drop`,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := compile(t, `: main ( -- ) [ `+wait+` ] strand.spawn drop `+wait+` ;`).
			Run(ctx, seqvm.Config{Args: []string{"web.seq", portOf(l)}, Settings: seqvm.Settings{Network: settings.Network{HTTPAllow: "127.0.0.1"}}})
		cancel()
		assert.ErrorIs(t, err, context.DeadlineExceeded, wait)
	}
}

func TestHTTP(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %q %q", r.Method, r.URL, r.UserAgent(), r.Header.Get("Content-Type"), body)
	}))
	defer s.Close()
	ca := testcert.New(t)
	secure := httptest.NewUnstartedServer(s.Config.Handler)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Certificate(testcert.For("127.0.0.1"))}}
	secure.EnableHTTP2 = true
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of a client that does not trust it
	secure.StartTLS()
	defer secure.Close()
	allow := settings.Network{HTTPAllow: "127.0.0.1", CertFile: ca.File()}
	for _, s := range []*httptest.Server{s, secure} {
		assert.Equal(t, `GET /a?b seq/test "" ""
DELETE /d seq/test "" ""
POST /p seq/test "text/x" "one\x00two"
PUT /q seq/test "" ""
`, run(t, fmt.Sprintf(`
: show ( M -- ) dup "ok" map.get check check "body" map.get check io.write-line ;
: url ( String -- String ) "%s" swap string.concat ;
: main ( -- )
  "/a?b#c" url net.http.get show "/d" url net.http.delete show
  "/p" url "one\x00two" "text/x" net.http.post show "/q" url "" "" net.http.put show
;`, s.URL), "0", allow))
	}
	assert.Regexp(t, `^0 the TLS handshake with "127.0.0.1" failed: .+\n$`, run(t, `: main ( -- ) "`+secure.URL+`" get ;`, "0", settings.Network{HTTPAllow: "127.0.0.1"}))
}

// While many strands wait for answers others run, and all get theirs.
func TestManyRequestsAtOnce(t *testing.T) {
	const many = 200
	arrived := make(chan bool, many)
	release := make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arrived <- true; len(arrived) == many {
			close(release)
		}
		<-release
		_, _ = io.WriteString(w, r.URL.Path[1:])
	}))
	defer s.Close()
	assert.Equal(t, fmt.Sprint(many*(many-1)/2, "\n"), run(t, fmt.Sprintf(`
: ask ( Channel Int -- )
  int->string "%s/" swap string.concat net.http.get "body" map.get check string->int check swap chan.send check ;
: start ( Channel Int -- ) dup 0 i.< [ drop drop ] [ over over [ ask ] strand.spawn drop drop drop 1 i.- start ] if ;
: sum ( Channel Int Int -- Int ) dup 0 i.<= [ drop nip ] [ rot dup chan.receive check 3 roll i.+ rot 1 i.- sum ] if ;
: main ( -- ) chan.make dup %d start 0 %d sum int->string io.write-line ;`, s.URL, many-1, many), "0", settings.Network{HTTPAllow: "127.0.0.1"}))
}
