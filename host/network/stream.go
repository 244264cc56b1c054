package network

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// MaxRead is how much is read at a time (chapter 7, section 4.4).
const MaxRead = 4096

// buffers hold what is read until it is handed on; who waits has none.
var buffers = sync.Pool{New: func() any { return new([MaxRead]byte) }}

// patience is how many operations of a stream in a row may find what they need without a wait. Then others get to run.
const patience = 32

// Stream is a connection. Reads are served one after the other, and so are writes; a close waits for neither.
type Stream struct {
	read, write turn
	reads       uint8 // since the last wait; of who has the turn to read
	writes      uint8 // likewise

	mu       sync.Mutex
	conn     net.Conn
	raw      syscall.RawConn // of the system's socket, if its bytes are those of the stream; else nil
	securing bool            // Secure is at work
	secured  bool
}

// NewStream returns the stream of a connection.
func NewStream(conn net.Conn) *Stream {
	return &Stream{read: newTurn(), write: newTurn(), conn: conn, raw: rawOf(conn)}
}

// now returns what bytes go through; for who has a turn.
func (s *Stream) now() (net.Conn, syscall.RawConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn, s.raw
}

// Read waits until something has come and hands it over, at most MaxRead bytes, which are valid during the call only. At the end of the
// stream it is nothing, and there is no error.
func (s *Stream) Read(wait Wait, use func([]byte)) error {
	for {
		err := s.readOnce(wait, use)
		switch {
		case errors.Is(err, io.EOF):
			use(nil)
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		}
		// Only Secure sets deadlines for others: it goes first.
	}
}

// TryRead hands over what has come already; done is false if there is nothing, or if only Read can tell. Then the caller can wait with
// wait, unless that is nil, and try again: it holds no buffer, and little else, but the turn to read. It must be called.
func (s *Stream) TryRead(use func([]byte)) (done bool, wait func(), err error) {
	if !s.read.try() {
		return false, nil, nil
	}
	s.mu.Lock()
	raw, securing := s.raw, s.securing
	s.mu.Unlock()
	if raw == nil || securing {
		s.read.leave()
		return false, nil, nil
	}
	if s.reads < patience {
		if done, err = readRaw(raw, false, use); done || err != nil {
			s.reads++
			s.read.leave()
			if errors.Is(err, io.EOF) {
				use(nil)
				err = nil
			}
			return true, nil, err
		}
	}
	s.reads = 0
	return false, func() {
		defer s.read.leave()
		awaitBytes(raw)
	}, nil
}

func (s *Stream) readOnce(wait Wait, use func([]byte)) error {
	mine := s.read.try()
	if mine && s.reads < patience {
		if _, raw := s.now(); raw != nil {
			if done, err := readRaw(raw, false, use); done || err != nil {
				s.reads++
				s.read.leave()
				return err
			}
		}
	}
	return s.read.await(wait, mine, s.readDeadline, func() error {
		s.reads = 0
		conn, raw := s.now()
		if raw != nil {
			_, err := readRaw(raw, true, use)
			return err
		}
		b := buffers.Get().(*[MaxRead]byte)
		defer buffers.Put(b)
		n, err := conn.Read(b[:])
		if n > 0 {
			use(b[:n])
			return nil
		}
		return err
	})
}

// readDeadline sets the deadline of who reads. While the stream is being secured they stay out.
func (s *Stream) readDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.securing {
		return nil
	}
	return s.conn.SetReadDeadline(t)
}

// Write writes all bytes. After an error some of them may have been written.
func (s *Stream) Write(wait Wait, data []byte) error {
	mine := s.write.try()
	if mine && s.writes < patience {
		if _, raw := s.now(); raw != nil {
			n, err := writeRaw(raw, data)
			data = data[n:]
			if len(data) == 0 || err != nil {
				s.writes++
				s.write.leave()
				return err
			}
		}
	}
	return s.write.await(wait, mine, func(t time.Time) error {
		conn, _ := s.now()
		return conn.SetWriteDeadline(t)
	}, func() error {
		s.writes = 0
		conn, _ := s.now()
		_, err := conn.Write(data)
		return err
	})
}

// ErrSecure says that Secure is not possible: the stream is secured already, or being secured. It is as before.
var ErrSecure = errors.New("the stream is secured already")

// Secure puts something between the stream and its connection, such as TLS. The function gets the connection and a context that
// ends with the limit. Meanwhile other reads and writes wait: those that wait for bytes already get what comes through it. After an error other
// than ErrSecure the stream is of no use.
func (s *Stream) Secure(wait Wait, limit time.Duration, secure func(context.Context, net.Conn) (net.Conn, error)) error {
	s.mu.Lock()
	if s.securing || s.secured {
		s.mu.Unlock()
		return ErrSecure
	}
	s.securing = true
	plain := s.conn
	_ = plain.SetReadDeadline(past) // who reads comes back, and waits for its turn behind this
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err := context.Canceled
	wait(cancel, func() {
		for _, t := range [...]turn{s.read, s.write} { // first the one whose holder would come back again and again
			select {
			case t <- struct{}{}:
				defer t.leave()
			case <-ctx.Done():
				err = ctx.Err()
				return
			}
		}
		_ = plain.SetDeadline(time.Time{})
		var conn net.Conn
		if conn, err = secure(ctx, plain); err != nil {
			return
		}
		_ = plain.SetDeadline(time.Time{})
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conn, s.raw, s.securing, s.secured = conn, nil, false, true
	})
	return err
}

// LocalAddr is the address of this end.
func (s *Stream) LocalAddr() net.Addr {
	conn, _ := s.now()
	return conn.LocalAddr()
}

func (s *Stream) kind() kind { return streams }

func (s *Stream) shut() {
	conn, _ := s.now()
	_ = conn.Close()
}
