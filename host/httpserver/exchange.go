package httpserver

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// Exchange is a request and what is answered. One strand works on it, while the goroutine of its connection waits.
type Exchange struct {
	Request *http.Request
	Route   int      // the index of its pattern
	Names   []string // of the pattern's parameters
	Body    []byte   // the request's, if it came with the request: it is small
	Whole   bool     // that is all of it

	limits   *Limits
	writer   http.ResponseWriter
	control  *http.ResponseController
	response chan Response // what ends the exchange

	mu    sync.Mutex // whoever reads or writes has it
	rest  []byte     // of Body, what Read has not handed over
	over  bool       // the connection is not the exchange's any more
	begun bool       // the response has
}

// Response is a whole answer, or the end of one that was written piece by piece.
type Response struct {
	Status int      // 0: the end of one that was begun
	Header []string // name, value, name, value ...
	Body   []byte
	Abort  bool // nothing more can be said: the connection is closed
}

// ErrOver says that an exchange has ended already.
var ErrOver = errors.New("the request has been answered already, or its connection is gone")

// early is how large a body may be that is read before the request is handed out: who is slow with it keeps no strand.
const early = 64 << 10

// serve answers a request by what the program makes of it.
func (s *Server) serve(route int, names []string, w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > s.limits.BodyBytes {
		w.Header().Set("Connection", "close")
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.limits.BodyBytes)
	x := &Exchange{Request: r, Route: route, Names: names, limits: &s.limits, writer: w, control: http.NewResponseController(w), response: make(chan Response, 1)}
	if !x.readEarly() {
		w.Header().Set("Connection", "close")
		http.Error(w, "the body has not come", http.StatusRequestTimeout)
		return
	}
	limit := time.NewTimer(s.limits.HandlerTime)
	defer limit.Stop()
	select {
	case s.pending <- x:
	case <-limit.C:
		http.Error(w, "the server is busy", http.StatusServiceUnavailable)
		return
	case <-s.closed:
		panic(http.ErrAbortHandler)
	}
	x.finish(s.await(x, limit.C))
}

// await waits for the response. After the limit it is that there is none, unless it has begun.
func (s *Server) await(x *Exchange, limit <-chan time.Time) Response {
	for {
		select {
		case a := <-x.response:
			return a
		case <-s.closed:
			return Response{Abort: true}
		case <-limit:
			if x.claim() {
				return Response{Status: http.StatusServiceUnavailable, Header: []string{"Content-Type", "text/plain; charset=utf-8"}, Body: []byte("no answer in time\n")}
			}
			limit = nil
		}
	}
}

// claim makes the response begin; false if it has.
func (x *Exchange) claim() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.begun || x.over {
		return false
	}
	x.begun = true
	return true
}

// finish ends the exchange, on the connection's goroutine.
func (x *Exchange) finish(a Response) {
	x.mu.Lock()
	x.over = true
	x.mu.Unlock()
	if a.Abort {
		panic(http.ErrAbortHandler)
	}
	if a.Status == 0 {
		return
	}
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		x.writer.Header()["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	x.head(a.Status, a.Header)
	_, _ = x.writer.Write(a.Body)
}

func (x *Exchange) head(status int, header []string) {
	h := x.writer.Header()
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	x.writer.WriteHeader(status)
}

// readEarly reads a small body; false if it does not come.
func (x *Exchange) readEarly() bool {
	n := x.Request.ContentLength
	if x.Whole = n == 0; n <= 0 || n > early || x.Request.Header.Get("Expect") != "" {
		return true
	}
	x.Body = make([]byte, n)
	for have := 0; have < len(x.Body); {
		_ = x.control.SetReadDeadline(time.Now().Add(x.limits.ReadTime))
		m, err := x.Request.Body.Read(x.Body[have:])
		if have += m; err != nil && have < len(x.Body) {
			return false
		}
	}
	_ = x.control.SetReadDeadline(time.Time{})
	x.Whole, x.rest = true, x.Body
	return true
}

// use calls f, which reads or writes, while the connection is the exchange's.
func (x *Exchange) use(wait Wait, deadline func(time.Time) error, f func() error) error {
	err := ErrOver
	wait(func() { _ = deadline(time.Unix(1, 0)) }, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if !x.over {
			err = f()
		}
	})
	return err
}

// Read waits for a piece of the request's body and hands it over, valid during the call only; io.EOF is its end.
func (x *Exchange) Read(wait Wait, piece []byte, use func([]byte)) error {
	if x.Whole {
		x.mu.Lock()
		rest := x.rest
		x.rest = nil
		x.mu.Unlock()
		if len(rest) == 0 {
			return io.EOF
		}
		use(rest)
		return nil
	}
	n := 0
	err := x.use(wait, x.control.SetReadDeadline, func() (err error) {
		_ = x.control.SetReadDeadline(time.Now().Add(x.limits.ReadTime))
		for n == 0 && err == nil {
			n, err = x.Request.Body.Read(piece)
		}
		_ = x.control.SetReadDeadline(time.Time{})
		return err
	})
	if n > 0 {
		use(piece[:n])
		return nil
	}
	return err
}

// Answer ends the exchange with a whole response; ErrOver if there is one.
func (x *Exchange) Answer(a Response) error {
	if !x.claim() {
		return ErrOver
	}
	x.response <- a
	return nil
}

// Begin sends the head of a response whose body is written piece by piece. The request's body can still be read meanwhile.
func (x *Exchange) Begin(status int, header []string) error {
	if !x.claim() {
		return ErrOver
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over {
		return ErrOver
	}
	_ = x.control.EnableFullDuplex()
	x.head(status, header)
	return nil
}

// Write sends a piece of the body.
func (x *Exchange) Write(wait Wait, data []byte) error {
	return x.use(wait, x.control.SetWriteDeadline, func() error {
		if _, err := x.writer.Write(data); err != nil {
			return err
		}
		return x.control.Flush()
	})
}

// End ends a body that was written piece by piece.
func (x *Exchange) End() { x.settle(Response{}) }

// Abort ends the exchange without a response, or in the middle of one: the client sees that it broke off.
func (x *Exchange) Abort() { x.settle(Response{Abort: true}) }

func (x *Exchange) settle(a Response) {
	x.mu.Lock()
	x.begun = true
	x.mu.Unlock()
	select {
	case x.response <- a:
	default: // it has ended
	}
}

// TimedOut tells whether an error says that a peer was silent for too long.
func TimedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
