package httpserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func plainly(_, f func()) { f() }

var here = netip.MustParseAddrPort("127.0.0.1:0")

// serve starts a server and answers each exchange with handle.
func serve(t *testing.T, c Config, handle func(*Exchange)) *Server {
	t.Helper()
	c.Address = here
	s, err := Start(c)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	go func() {
		for x := s.Next(plainly); x != nil; x = s.Next(plainly) {
			go handle(x)
		}
	}()
	return s
}

func ok(x *Exchange) { _ = x.Answer(Response{Status: 200, Body: []byte("ok")}) }

// exchange sends bytes and returns all that comes until the server closes the connection.
func exchange(t *testing.T, s *Server, request string) string {
	t.Helper()
	c := dial(t, s)
	defer c.Close()
	_, err := io.WriteString(c, request)
	require.NoError(t, err)
	b, _ := io.ReadAll(c)
	return string(b)
}

func dial(t *testing.T, s *Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	require.NoError(t, err)
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// status is the code of an answer; "" if there is none.
func status(answer string) string {
	_, rest, _ := strings.Cut(answer, " ")
	code, _, _ := strings.Cut(rest, " ")
	return code
}

const end = "Host: h\r\nConnection: close\r\n\r\n"

func TestRoutes(t *testing.T) {
	s := serve(t, Config{Routes: []string{"GET /a/{id}", "/all/{rest...}", "POST /a/{id}", "GET /{$}"}}, func(x *Exchange) {
		_ = x.Answer(Response{Status: 200, Body: fmt.Appendf(nil, "%d %v %s", x.Route, x.Names, x.Request.PathValue("id")+x.Request.PathValue("rest"))})
	})
	for request, want := range map[string]string{
		"GET /a/1": "0 [id] 1", "POST /a/2": "2 [id] 2", "PUT /all/x/y": "1 [rest] x/y", "GET /": "3 [] ", "GET /none": "404 page not found\n", "DELETE /a/1": "Method Not Allowed\n",
	} {
		_, body, _ := strings.Cut(exchange(t, s, request+" HTTP/1.1\r\n"+end), "\r\n\r\n")
		assert.Equal(t, want, body, request)
	}
	head := exchange(t, s, "HEAD /a/1 HTTP/1.1\r\n"+end)
	assert.Contains(t, head, "Content-Length: 8\r\n")
	assert.True(t, strings.HasSuffix(head, "\r\n\r\n"), head)
}

func TestWhatCannotStart(t *testing.T) {
	for _, routes := range [][]string{{"GET"}, {"/{a}", "/{b}"}, {"/{"}} {
		_, err := Start(Config{Address: here, Routes: routes})
		require.Error(t, err, routes)
		assert.NotContains(t, err.Error(), ".go:", "places in Go's sources are no help")
	}
	s := serve(t, Config{}, ok)
	_, err := Start(Config{Address: netip.AddrPortFrom(here.Addr(), uint16(s.Port()))})
	assert.ErrorContains(t, err, "address already in use")
}

// What is beyond a limit of size is refused, and what is at it is not.
func TestLimitsOfSize(t *testing.T) {
	s := serve(t, Config{Routes: []string{"/"}, Limits: Limits{HeaderBytes: 8192, BodyBytes: 100_000}}, func(x *Exchange) {
		n, err := 0, error(nil)
		for err == nil {
			err = x.Read(plainly, make([]byte, 4096), func(b []byte) { n += len(b) })
		}
		_ = x.Answer(Response{Status: 200, Body: fmt.Append(nil, n, " ", err)})
	})
	assert.Equal(t, "200", status(exchange(t, s, "GET / HTTP/1.1\r\nX: "+strings.Repeat("x", 7000)+"\r\n"+end)))
	assert.Equal(t, "431", status(exchange(t, s, "GET / HTTP/1.1\r\nX: "+strings.Repeat("x", 9000)+"\r\n"+end)))
	body := func(n int) string {
		return fmt.Sprintf("POST / HTTP/1.1\r\nContent-Length: %d\r\n%s%s", n, end, strings.Repeat("b", n))
	}
	for _, n := range []int{0, 1, 1000, early, early + 1, 100_000} {
		_, got, _ := strings.Cut(exchange(t, s, body(n)), "\r\n\r\n")
		assert.Equal(t, fmt.Sprint(n, " EOF"), got)
	}
	assert.Equal(t, "413", status(exchange(t, s, fmt.Sprintf("POST / HTTP/1.1\r\nContent-Length: %d\r\n%s", 100_001, end))))
	chunked := exchange(t, s, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"+end+strings.Repeat("2710\r\n"+strings.Repeat("c", 10_000)+"\r\n", 11)+"0\r\n\r\n")
	assert.Contains(t, chunked, "request body too large")
}

// Clients that are silent are let go of, wherever they are.
func TestLimitsOfTime(t *testing.T) {
	short := 50 * time.Millisecond
	s := serve(t, Config{Routes: []string{"/"}, Limits: Limits{HeaderTime: short, ReadTime: short, IdleTime: short, HandlerTime: time.Second}}, func(x *Exchange) {
		if x.Request.URL.Path == "/never" {
			return
		}
		n, err := 0, error(nil)
		for err == nil {
			err = x.Read(plainly, make([]byte, 4096), func(b []byte) { n += len(b) })
		}
		_ = x.Answer(Response{Status: 200, Body: fmt.Append(nil, n, " ", TimedOut(err))})
	})
	assert.Empty(t, status(exchange(t, s, "")), "nothing is sent")
	exchange(t, s, "GET / HTTP/1.1\r\nHo") // which ends: the server closes the connection
	assert.Equal(t, "408", status(exchange(t, s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")))
	assert.Contains(t, exchange(t, s, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), "3 true")
	assert.Equal(t, "200", status(exchange(t, s, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")), "and then it is idle")
	assert.Equal(t, "503", status(exchange(t, s, "GET /never HTTP/1.1\r\n"+end)))
}

// Who takes nothing of a response is let go of.
func TestTheLimitOfWrites(t *testing.T) {
	failed := make(chan error, 1)
	s := serve(t, Config{Routes: []string{"/"}, Limits: Limits{WriteTime: 50 * time.Millisecond}}, func(x *Exchange) {
		err := x.Begin(200, nil)
		for err == nil {
			err = x.Write(plainly, make([]byte, 1<<20))
		}
		failed <- err
		x.Abort()
	})
	c := dial(t, s)
	defer c.Close()
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\n"+end)
	require.NoError(t, err)
	assert.True(t, TimedOut(<-failed))
}

// One more connection than there may be waits until one ends.
func TestTheLimitOfConnections(t *testing.T) {
	s := serve(t, Config{Routes: []string{"/"}, Limits: Limits{Connections: 1}}, ok)
	first, second := dial(t, s), dial(t, s)
	defer first.Close()
	defer second.Close()
	answered := make(chan bool)
	go func() {
		_, _ = io.WriteString(second, "GET / HTTP/1.1\r\n"+end)
		_, _ = http.ReadResponse(bufio.NewReader(second), nil)
		close(answered)
	}()
	for range 3 {
		_, err := io.WriteString(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		require.NoError(t, err)
		r, err := http.ReadResponse(bufio.NewReader(first), nil)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, r.Body)
	}
	select {
	case <-answered:
		t.Error("two connections at a time")
	default:
	}
	_ = first.Close()
	<-answered
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("secret", "secret")
	write("public/a.txt", "a")
	write("public/.hidden", "h")
	write("public/.git/config", "h")
	write("public/page/index.html", "page")
	write("public/empty/x", "x")
	require.NoError(t, os.Symlink("../secret", filepath.Join(dir, "public", "out")))
	require.NoError(t, os.Symlink("a.txt", filepath.Join(dir, "public", "in")))
	root, err := os.OpenRoot(filepath.Join(dir, "public"))
	require.NoError(t, err)
	s := serve(t, Config{Files: []Files{{"/s/", root}}}, ok)
	for path, want := range map[string]string{
		"/s/a.txt": "200", "/s/in": "200", "/s/page/": "200", "/s/page": "301", "/s/": "404", "/s/empty/": "404", "/s/out": "404", "/s/.hidden": "404", "/s/.git/config": "404", "/s/none": "404",
		"/s/../secret": "307", "/s/%2e%2e/secret": "404", "/s/..%2fsecret": "404", "/s//etc/passwd": "307", "/s/a.txt%00": "404", "/s/..\\secret": "404", "/a.txt": "404",
	} {
		answer := exchange(t, s, "GET "+path+" HTTP/1.1\r\n"+end)
		assert.Equal(t, want, status(answer), path)
		assert.NotContains(t, answer, "secret\n", path)
	}
	assert.Equal(t, "405", status(exchange(t, s, "POST /s/a.txt HTTP/1.1\r\n"+end)))
}

func TestStreamsBothWays(t *testing.T) {
	s := serve(t, Config{Routes: []string{"/"}}, func(x *Exchange) {
		err := x.Begin(200, []string{"X-A", "1", "X-A", "2"})
		for err == nil {
			var piece []byte
			if err = x.Read(plainly, make([]byte, 16), func(b []byte) { piece = append(piece, b...) }); err == nil {
				err = x.Write(plainly, piece)
			}
		}
		x.End()
	})
	r, w := io.Pipe()
	request, err := http.NewRequest("POST", fmt.Sprintf("http://127.0.0.1:%d/", s.Port()), r)
	require.NoError(t, err)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer := make(chan *http.Response)
	go func() {
		a, _ := transport.RoundTrip(request)
		answer <- a
	}()
	_, _ = io.WriteString(w, "first")
	a := <-answer
	require.NotNil(t, a)
	defer a.Body.Close()
	assert.Equal(t, []string{"1", "2"}, a.Header["X-A"])
	b := make([]byte, 5)
	for _, text := range []string{"first", "other"} {
		if text != "first" {
			_, _ = io.WriteString(w, text)
		}
		_, err := io.ReadFull(a.Body, b)
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
	}
	_ = w.Close()
	rest, err := io.ReadAll(a.Body)
	assert.NoError(t, err)
	assert.Empty(t, rest)
}

// A graceful end waits for who is being answered; a short one breaks off.
func TestStop(t *testing.T) {
	for _, patient := range []bool{true, false} {
		reached, goOn := make(chan bool), make(chan bool)
		s := serve(t, Config{Routes: []string{"/"}}, func(x *Exchange) {
			reached <- true
			<-goOn
			ok(x)
		})
		answer := make(chan string)
		go func() { answer <- exchange(t, s, "GET / HTTP/1.1\r\n"+end) }()
		<-reached
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if patient {
			s.server.RegisterOnShutdown(func() { close(goOn) })
		} else {
			cancel()
		}
		assert.Equal(t, patient, s.Stop(ctx))
		if got := <-answer; patient {
			assert.Equal(t, "200", status(got))
		} else {
			assert.Empty(t, got)
			close(goOn)
		}
		cancel()
		assert.Nil(t, s.Next(plainly))
	}
}

// Connections on which nothing has come do not keep a server from its end.
func TestStopWithFreshConnections(t *testing.T) {
	s := serve(t, Config{Routes: []string{"/"}}, ok)
	c := dial(t, s)
	defer c.Close()
	assert.Equal(t, "200", status(exchange(t, s, "GET / HTTP/1.1\r\n"+end))) // which was accepted later
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	assert.True(t, s.Stop(ctx))
}

// Only the first answer counts.
func TestAnswersOnce(t *testing.T) {
	second := make(chan [2]error, 1)
	s := serve(t, Config{Routes: []string{"/"}}, func(x *Exchange) {
		ok(x)
		second <- [2]error{x.Answer(Response{Status: 500}), x.Begin(500, nil)}
		x.Abort()
	})
	assert.Equal(t, "200", status(exchange(t, s, "GET / HTTP/1.1\r\n"+end)))
	assert.Equal(t, [2]error{ErrOver, ErrOver}, <-second)
}

// Whatever a client sends, the server answers others afterwards.
func FuzzRequests(f *testing.F) {
	for _, text := range []string{"GET / HTTP/1.1\r\n" + end, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "GET /%zz HTTP/1.0\n\n", "\x16\x03\x01"} {
		f.Add([]byte(text))
	}
	s, err := Start(Config{Address: here, Routes: []string{"/"}, Limits: Limits{ReadTime: time.Second}})
	require.NoError(f, err)
	f.Cleanup(s.Close)
	go func() {
		for x := s.Next(plainly); x != nil; x = s.Next(plainly) {
			go func() {
				err := error(nil)
				for err == nil {
					err = x.Read(plainly, make([]byte, 100), func([]byte) {})
				}
				ok(x)
			}()
		}
	}()
	f.Fuzz(func(t *testing.T, text []byte) {
		c := dial(t, s)
		_, _ = c.Write(text)
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
		require.Equal(t, "200", status(exchange(t, s, "GET / HTTP/1.1\r\n"+end)))
	})
}
