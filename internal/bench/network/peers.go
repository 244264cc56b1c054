package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// fetches is how many requests the clients of fetching make, atOnce of them at a time.
const fetches, atOnce = 10_000, 100

// peers are the programs in Go that are compared with, as one writes them there: each writes its port and serves.
var peers = map[string]func() error{
	"echo":   func() error { burnAll(); return serveLines(func(line string) string { return line }) },
	"udp":    serveDatagrams,
	"kv":     func() error { return serveLines(new(store).answer) },
	"hello":  func() error { return serveHTTP("GET /hello", func(*http.Request) any { return "hello" }) },
	"visits": serveVisits,
	"fetch":  serveFetches,
}

func burnAll() {
	for range *burn {
		go func() {
			for n := 0; ; n++ {
				runtime.KeepAlive(n)
			}
		}()
	}
}

func listen() (net.Listener, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err == nil {
		fmt.Println(l.Addr().(*net.TCPAddr).Port)
	}
	return l, err
}

// serveLines answers each line of each connection.
func serveLines(answer func(string) string) error {
	l, err := listen()
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			r := bufio.NewReader(c)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if _, err := io.WriteString(c, answer(line)); err != nil {
					return
				}
			}
		}()
	}
}

// store is what examples/kv/server.seq keeps.
type store struct{ texts sync.Map }

func (s *store) answer(line string) string {
	command, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	key, text, _ := strings.Cut(rest, " ")
	switch command {
	case "SET":
		s.texts.Store(key, text)
		return "OK\n"
	case "GET":
		if text, ok := s.texts.Load(key); ok {
			return "VALUE " + text.(string) + "\n"
		}
		return "NONE\n"
	}
	return "ERROR unknown command\n"
}

func serveDatagrams() error {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	fmt.Println(c.LocalAddr().(*net.UDPAddr).Port)
	b := make([]byte, 1<<16)
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			return err
		}
		_, _ = c.WriteToUDPAddrPort(b[:n], from)
	}
}

// serveHTTP answers with a text, or with anything else as JSON.
func serveHTTP(pattern string, answer func(*http.Request) any) error {
	l, err := listen()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		switch answer := answer(r).(type) {
		case string:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, answer)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
		}
	})
	return http.Serve(l, mux)
}

func serveVisits() error {
	var count atomic.Int64
	return serveHTTP("GET /visit/{name}", func(r *http.Request) any {
		return map[string]any{"name": r.PathValue("name"), "visit": count.Add(1)}
	})
}

// serveFetches reads a URL, asks for it again and again, and writes how many answers came.
func serveFetches() error {
	l, err := listen()
	if err != nil {
		return err
	}
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close()
	url, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	var count atomic.Int64
	var work errgroup.Group
	for range atOnce {
		work.Go(func() error {
			for range fetches / atOnce {
				answer, err := client.Get(strings.TrimSpace(url))
				if err != nil {
					return err
				}
				body, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err == nil && string(body) == "hello" {
					count.Add(1)
				}
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c, count.Load())
	return err
}
