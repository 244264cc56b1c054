// Command network measures servers in Seq beside Go programs that do the same, on loopback: TCP echo, an HTTP handler, the first answer while all
// processors compute, and the memory of idle connections. All is bounded in count: about a minute in total.
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
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	rounds      = flag.Int("rounds", 3, "how often each server is measured, in turn; the median counts")
	connections = flag.Int("connections", 1000, "how many are open at a time")
	requests    = flag.Int("requests", 100, "for each connection")
	idle        = flag.Int("idle", 9900, "idle connections")
	sources     = flag.String("sources", "internal/bench/network", "the folder of the Seq programs")
	serve       = flag.String("serve", "", "be the server in Go that is compared with: echo or hello")
	burn        = flag.Int("burn", 0, "with -serve: how many goroutines compute")
)

// measure is something to compare: the server, what arguments it gets, and the figure of one run.
type measure struct {
	name   string
	server string
	busy   int // how many strands or goroutines compute
	figure func(port string, pid int) (float64, error)
	unit   string
}

var measures = []measure{
	{"TCP echo", "echo", 0, func(port string, _ int) (float64, error) { return throughput(port, "hello", 5) }, "requests/s"},
	{"HTTP", "hello", 0, func(port string, _ int) (float64, error) { return throughput(port, get, 0) }, "requests/s"},
	{"first answer while all processors compute", "echo", runtime.NumCPU(), firstAnswer, "µs"},
	{"idle connections", "echo", 0, resident, "MB"},
}

const get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "network:", err)
		os.Exit(1)
	}
}

func run() error {
	if *serve != "" {
		return servers[*serve]()
	}
	if flag.NArg() != 1 {
		return errors.New("the argument is the seqvm-full to measure")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, m := range measures {
		commands := [][]string{
			{flag.Arg(0), "run", filepath.Join(*sources, m.server+".seq")},
			{self, "-serve", m.server, "-burn", strconv.Itoa(m.busy)},
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

// once starts a server, which writes its port, and measures it.
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
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return m.figure(strings.TrimSpace(port), c.Process.Pid)
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

// throughput sends a request over each connection again and again. An answer has size bytes; 0: it is one of HTTP.
func throughput(port, request string, size int) (float64, error) {
	list, err := dial(port, *connections)
	defer closeAll(list)
	if err != nil {
		return 0, err
	}
	var work sync.WaitGroup
	failures := make(chan error, len(list))
	began := time.Now()
	for _, c := range list {
		work.Go(func() {
			r := bufio.NewReaderSize(c, 512)
			for range *requests {
				if err := exchange(c, r, request, size); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	work.Wait()
	select {
	case err := <-failures:
		return 0, err
	default:
		return float64(len(list)**requests) / time.Since(began).Seconds(), nil
	}
}

func exchange(c net.Conn, r *bufio.Reader, request string, size int) error {
	if _, err := io.WriteString(c, request); err != nil {
		return err
	}
	if size > 0 {
		_, err := r.Discard(size)
		return err
	}
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// firstAnswer is how long new connections take to their first answer, in µs; the median of 50.
func firstAnswer(port string, _ int) (float64, error) {
	var times []float64
	for range 50 {
		began := time.Now()
		list, err := dial(port, 1)
		if err == nil {
			err = exchange(list[0], bufio.NewReader(list[0]), "hello", 5)
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
func resident(port string, pid int) (float64, error) {
	list, err := dial(port, *idle)
	defer closeAll(list)
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		if err := exchange(c, bufio.NewReaderSize(c, 16), "hello", 5); err != nil {
			return 0, err
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kilobytes float64
	_, err = fmt.Sscan(rest, &kilobytes)
	return kilobytes / 1024, err
}

// servers are those in Go that are compared with.
var servers = map[string]func() error{
	"echo": func() error {
		for range *burn {
			go func() {
				for n := 0; ; n++ {
					runtime.KeepAlive(n)
				}
			}()
		}
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		announce(l)
		for {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			go func() {
				defer c.Close()
				b := make([]byte, 4096)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					if _, err := c.Write(b[:n]); err != nil {
						return
					}
				}
			}()
		}
	},
	"hello": func() error {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		announce(l)
		mux := http.NewServeMux()
		mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "hello")
		})
		return http.Serve(l, mux)
	},
}

func announce(l net.Listener) { fmt.Println(l.Addr().(*net.TCPAddr).Port) }
