// Command network measures servers in Seq beside Go programs that do the same, on loopback: echoes over TCP and UDP, the key-value store and the HTTP
// service of the examples, an HTTP handler, a client that asks many at once, the first answer while all processors compute, and the memory of idle
// connections. All is bounded in count: about two minutes in total.
//
//	go run ./internal/bench/network ./seqvm-full
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

var (
	rounds      = flag.Int("rounds", 3, "how often each server is measured, in turn; the median counts")
	connections = flag.Int("connections", 1000, "how many are open at a time")
	requests    = flag.Int("requests", 100, "for each connection")
	idle        = flag.Int("idle", 9900, "idle connections")
	serve       = flag.String("serve", "", "be the program in Go that is compared with (servers.go)")
	only        = flag.String("only", "", "measure only what has this in its name")
	burn        = flag.Int("burn", 0, "with -serve: how many goroutines compute")
)

// measure is something to compare: two programs, the arguments of both, and the figure of one run.
type measure struct {
	name   string
	source string // of the program in Seq
	peer   string // the name of the program in Go
	args   []string
	busy   int // how many strands or goroutines compute
	figure func(server) (float64, error)
	unit   string
}

// server is a program that runs and has written the port it listens on.
type server struct {
	port string
	pid  int
}

const own, examples = "internal/bench/network/", "examples/"

var measures = []measure{
	{"TCP echo", own + "echo.seq", "echo", nil, 0, throughput(lines("hello\n")), "requests/s"},
	{"UDP echo", own + "udp.seq", "udp", nil, 0, datagrams, "requests/s"},
	{"key-value store", examples + "kv/server.seq", "kv", nil, 0, throughput(lines("SET key text\n", "GET key\n")), "requests/s"},
	{"HTTP", own + "hello.seq", "hello", nil, 0, throughput(pages("/hello")), "requests/s"},
	{"HTTP, JSON and a count", examples + "http-service.seq", "visits", []string{"0"}, 0, throughput(pages("/visit/Ann")), "requests/s"},
	{"a client, 100 requests at a time", own + "fetch.seq", "fetch", nil, 0, fetching, "requests/s"},
	{"first answer while all processors compute", own + "echo.seq", "echo", nil, runtime.NumCPU(), firstAnswer, "µs"},
	{"idle connections", own + "echo.seq", "echo", nil, 0, resident, "MB"},
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "network:", err)
		os.Exit(1)
	}
}

func run() error {
	if *serve != "" {
		start := peers[*serve]
		if start == nil {
			return fmt.Errorf("no program is called %q", *serve)
		}
		return start()
	}
	if flag.NArg() != 1 {
		return errors.New("the argument is the seqvm-full to measure")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, m := range measures {
		if !strings.Contains(m.name, *only) {
			continue
		}
		commands := [][]string{
			append([]string{flag.Arg(0), "run", m.source}, m.args...),
			{self, "-serve", m.peer, "-burn", strconv.Itoa(m.busy)},
		}
		if m.busy > 0 {
			commands[0] = append(commands[0], strconv.Itoa(m.busy))
		}
		figures := make([][]float64, len(commands))
		for range *rounds {
			for i, command := range commands {
				f, err := m.once(command)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", m.name, command[0], err)
				}
				figures[i] = append(figures[i], f)
			}
		}
		seq, ours := median(figures[0]), median(figures[1])
		fmt.Printf("%-45s seqvm %10.0f  Go %10.0f %-10s  %.2f\n", m.name, seq, ours, m.unit, seq/ours)
	}
	return nil
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// once starts a server, whose first line ends with its port, and measures it.
func (m *measure) once(command []string) (figure float64, err error) {
	c := exec.Command(command[0], command[1:]...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := c.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, err
	}
	port := strings.TrimLeft(strings.TrimSpace(line), "abcdefghijklmnopqrstuvwxyz ")
	return m.figure(server{port[strings.LastIndex(port, ":")+1:], c.Process.Pid})
}

func dial(port string, n int) (list []net.Conn, err error) {
	for range n {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return list, err
		}
		_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
		list = append(list, c)
	}
	return list, nil
}

func closeAll(list []net.Conn) {
	for _, c := range list {
		_ = c.Close()
	}
}

// exchange is one request over a connection, and its answer.
type exchange func(net.Conn, *bufio.Reader) error

// throughput is how many requests a second are answered, when each connection sends one behind the other.
func throughput(one exchange) func(server) (float64, error) {
	return func(s server) (float64, error) {
		list, err := dial(s.port, *connections)
		defer closeAll(list)
		if err != nil {
			return 0, err
		}
		var work errgroup.Group
		began := time.Now()
		for _, c := range list {
			work.Go(func() error {
				r := bufio.NewReaderSize(c, 512)
				for range *requests {
					if err := one(c, r); err != nil {
						return err
					}
				}
				return nil
			})
		}
		err = work.Wait()
		return float64(len(list)**requests) / time.Since(began).Seconds(), err
	}
}

// lines sends lines and reads a line for each.
func lines(texts ...string) exchange {
	return func(c net.Conn, r *bufio.Reader) error {
		for _, text := range texts {
			if _, err := io.WriteString(c, text); err != nil {
				return err
			}
			if _, err := r.ReadSlice('\n'); err != nil {
				return err
			}
		}
		return nil
	}
}

// pages asks for a page over HTTP.
func pages(path string) exchange {
	request := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	return func(c net.Conn, r *bufio.Reader) error {
		if _, err := io.WriteString(c, request); err != nil {
			return err
		}
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the answer is %s", answer.Status)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
}

// datagrams is how many datagrams a second come back, when 16 sockets have one each under way. What is lost is sent again.
func datagrams(s server) (float64, error) {
	const sockets = 16
	var work errgroup.Group
	began := time.Now()
	for range sockets {
		work.Go(func() error {
			c, err := net.Dial("udp4", "127.0.0.1:"+s.port)
			if err != nil {
				return err
			}
			defer c.Close()
			b := make([]byte, 16)
			for done, sent := 0, 0; done < 10**requests; sent++ {
				if sent > 20**requests {
					return errors.New("most datagrams are lost")
				}
				if _, err := io.WriteString(c, "hello"); err != nil {
					return err
				}
				_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
				if _, err := c.Read(b); err == nil {
					done++
				}
			}
			return nil
		})
	}
	err := work.Wait()
	return float64(sockets*10**requests) / time.Since(began).Seconds(), err
}

// fetching tells a client, which listens for that, where a server is, and measures until the client says that it has all answers.
func fetching(s server) (float64, error) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer answers.Close()
	list, err := dial(s.port, 1)
	defer closeAll(list)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := fmt.Fprintf(list[0], "%s\n", answers.URL); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(list[0]).ReadString('\n')
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err == nil && n != fetches {
		err = fmt.Errorf("%d of %d answers came", n, fetches)
	}
	return fetches / time.Since(began).Seconds(), err
}

// firstAnswer is how long new connections take to their first answer, in µs; the median of 50.
func firstAnswer(s server) (float64, error) {
	var times []float64
	for range 50 {
		began := time.Now()
		list, err := dial(s.port, 1)
		if err == nil {
			err = lines("hello\n")(list[0], bufio.NewReader(list[0]))
		}
		times = append(times, float64(time.Since(began).Microseconds()))
		closeAll(list)
		if err != nil {
			return 0, err
		}
	}
	return median(times), nil
}

// resident is the memory of a server, in MB, with connections that have had one answer each.
func resident(s server) (float64, error) {
	list, err := dial(s.port, *idle)
	defer closeAll(list)
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		if err := lines("hello\n")(c, bufio.NewReaderSize(c, 16)); err != nil {
			return 0, err
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kilobytes float64
	_, err = fmt.Sscan(rest, &kilobytes)
	return kilobytes / 1024, err
}
