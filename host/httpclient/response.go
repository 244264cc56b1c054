package httpclient

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of answers (chapter 7, section 8.5).
const (
	MaxBody     = 10 << 20
	maxHeaders  = 256
	maxLine     = 64 << 10
	maxHead     = 256 << 10 // also of trailers
	maxInterim  = 16
	switching   = 101 // Switching Protocols
	noContent   = 204
	notModified = 304
)

// conn is a connection to a server.
type conn struct {
	timed
	tcp    net.Conn // below TLS
	reader *bufio.Reader
	timer  *time.Timer // closes it while it is kept
}

func newConn(c, tcp net.Conn) *conn {
	n := &conn{timed: timed{Conn: c}, tcp: tcp}
	n.reader = bufio.NewReader(&n.timed)
	return n
}

// exchange sends a request and reads the answer; keep tells whether another one can follow on the connection.
func (c *conn) exchange(head, body []byte) (answer Response, keep bool, err error) {
	if len(body) <= piece { // one packet rather than two
		head = append(head, body...)
		body = nil
	}
	if _, err = c.Write(head); err == nil {
		_, err = c.Write(body)
	}
	if err != nil {
		return answer, false, err
	}
	end := c.until
	if head := time.Now().Add(c.silence); head.Before(end) {
		c.until = head
	}
	h, err := readHead(c.reader)
	if err != nil {
		return answer, false, err
	}
	c.until = end
	answer.Status = h.status
	if answer.Body, err = h.body(c.reader); err != nil {
		return answer, false, err
	}
	return answer, h.keeps() && c.reader.Buffered() == 0, nil
}

// head is what stands in front of a body.
type head struct {
	old      bool // HTTP/1.0
	status   int
	lengths  []string
	encoded  bool // there is a Transfer-Encoding
	chunked  bool
	closes   bool
	persists bool // Connection: keep-alive
}

// lines reads lines that together are of a bounded size.
type lines struct {
	*bufio.Reader
	left int
}

// next returns a line without its end, LF with or without CR.
func (l *lines) next() (string, error) {
	var line []byte
	for {
		part, err := l.ReadSlice('\n')
		line = append(line, part...)
		l.left -= len(part)
		switch {
		case l.left < 0:
			return "", fmt.Errorf("head or trailers too large: more than %d bytes", maxHead)
		case len(line) > maxLine+2:
			return "", fmt.Errorf("line too large: more than %d bytes", maxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return "", ended(err)
		}
		line = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
		if len(line) > maxLine {
			return "", fmt.Errorf("line too large: more than %d bytes", maxLine)
		}
		return string(line), nil
	}
}

// ended makes the end of the stream, where more must come, an error that says that.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("unexpected end of the answer")
	}
	return err
}

// readHead reads the head of the answer proper; those that only announce it (1xx) are skipped.
func readHead(r *bufio.Reader) (h head, err error) {
	for range maxInterim + 1 {
		if h, err = readOneHead(r); err != nil {
			return h, err
		}
		if h.status == switching {
			return h, errors.New("the server wants to switch protocols")
		}
		if h.status < 100 || h.status > 199 {
			return h, nil
		}
	}
	return h, fmt.Errorf("more than %d answers that announce another one", maxInterim)
}

func readOneHead(r *bufio.Reader) (h head, err error) {
	l := lines{r, maxHead}
	line, err := l.next()
	if err == nil {
		err = h.statusLine(line)
	}
	for n := 0; err == nil; n++ {
		if line, err = l.next(); err != nil || line == "" {
			return h, err
		}
		if n == maxHeaders {
			return h, fmt.Errorf("more than %d headers", maxHeaders)
		}
		err = h.header(line)
	}
	return h, err
}

// shown is text of a server as errors have it: short, and without what a terminal would act on.
func shown(text string) string {
	const enough = 60
	if len(text) > enough {
		text = text[:enough] + "..."
	}
	return strconv.QuoteToASCII(text)
}

func (h *head) statusLine(line string) error {
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if !utf8.ValidString(line) || !strings.HasPrefix(version, "HTTP/1.") || err != nil {
		return fmt.Errorf("malformed status line %s", shown(line))
	}
	h.old, h.status = version == "HTTP/1.0", int(status)
	return nil
}

func (h *head) header(line string) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !utf8.ValidString(line) {
		return fmt.Errorf("malformed header %s", shown(line))
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(name) {
	case "content-length":
		for v := range strings.SplitSeq(value, ",") {
			h.lengths = append(h.lengths, strings.TrimSpace(v))
		}
	case "transfer-encoding":
		h.encoded = true
		h.chunked = h.chunked || listed(value, "chunked")
	case "connection":
		h.closes = h.closes || listed(value, "close")
		h.persists = h.persists || listed(value, "keep-alive")
	}
	return nil
}

// listed tells whether a list with commas has an entry, in upper or lower case.
func listed(list, entry string) bool {
	for e := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(e), entry) {
			return true
		}
	}
	return false
}

// bodiless tells that there is no body, whatever the headers say.
func (h *head) bodiless() bool { return h.status == noContent || h.status == notModified }

// keeps tells whether the connection can be used again: both sides know where the body ends.
func (h *head) keeps() bool {
	return !h.closes && (!h.old || h.persists) && (h.bodiless() || h.chunked || h.lengths != nil)
}

func (h *head) body(r *bufio.Reader) ([]byte, error) {
	switch {
	case h.bodiless():
		return nil, nil
	case h.encoded && h.lengths != nil:
		return nil, errors.New("conflicting Content-Length and Transfer-Encoding")
	case h.chunked:
		return readChunks(r)
	case h.lengths == nil:
		return readToEnd(r)
	}
	n, err := h.length()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	err = readExactly(&body, r, n)
	return body.Bytes(), err
}

// length returns what all lengths say.
func (h *head) length() (int64, error) {
	var n uint64
	for i, text := range h.lengths {
		m, err := strconv.ParseUint(text, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrRange) || err == nil && m > MaxBody:
			return 0, errTooLarge
		case err != nil:
			return 0, fmt.Errorf("the Content-Length %s is no number", shown(text))
		case i > 0 && m != n:
			return 0, fmt.Errorf("conflicting lengths: %d and %d", n, m)
		}
		n = m
	}
	return int64(n), nil
}

var errTooLarge = fmt.Errorf("body too large: more than %d bytes", MaxBody)

func readExactly(to *bytes.Buffer, r *bufio.Reader, n int64) error {
	_, err := io.CopyN(to, r, n) // the buffer grows with what comes, not with what was announced
	if err != nil {
		return ended(err)
	}
	return nil
}

func readToEnd(r *bufio.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err != nil {
		return nil, ended(err)
	}
	if len(body) > MaxBody {
		return nil, errTooLarge
	}
	return body, nil
}

// readChunks joins a chunked body (RFC 9112, section 7.1). Extensions and trailers are dropped.
func readChunks(r *bufio.Reader) ([]byte, error) {
	var body bytes.Buffer
	for {
		l := lines{r, maxHead}
		line, err := l.next()
		if err != nil {
			return nil, err
		}
		text, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseUint(strings.Trim(text, " \t"), 16, 64)
		switch {
		case errors.Is(err, strconv.ErrRange) || err == nil && size > MaxBody-uint64(body.Len()):
			return nil, errTooLarge
		case err != nil:
			return nil, fmt.Errorf("malformed chunk size %s", shown(line))
		case size == 0:
			return body.Bytes(), skipTrailers(r)
		}
		if err := readExactly(&body, r, int64(size)); err != nil {
			return nil, err
		}
		l = lines{r, len("\r\n")}
		switch line, err = l.next(); {
		case l.left < 0 || line != "":
			return nil, errors.New("no line end behind a chunk")
		case err != nil:
			return nil, err
		}
	}
}

func skipTrailers(r *bufio.Reader) error {
	l := lines{r, maxHead}
	for {
		if line, err := l.next(); err != nil || line == "" {
			return err
		}
	}
}
