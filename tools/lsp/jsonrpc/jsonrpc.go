// Package jsonrpc is JSON-RPC 2.0 in the framing of the Language Server Protocol: messages with a header that says how
// long they are (LSP 3.18, base protocol).
//
// It knows no methods. What a peer sends is not trusted: headers and bodies have bounds.
package jsonrpc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of what a peer may send.
const (
	maxHeader  = 4 << 10  // bytes of all header fields of a message
	MaxContent = 64 << 20 // bytes of its body
)

// The codes of errors (JSON-RPC 2.0, section 5.1, and LSP 3.18).
const (
	ParseError           = -32700
	InvalidRequest       = -32600
	MethodNotFound       = -32601
	InvalidParams        = -32602
	InternalError        = -32603
	ServerNotInitialized = -32002
	RequestFailed        = -32803
)

// Error is the error of a response.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error makes it a Go error.
func (e *Error) Error() string { return e.Message }

// Errorf makes an Error.
func Errorf(code int, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Message is what a peer has sent: a request, a notification, which has no ID, or a response, which has no Method.
type Message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// IsRequest tells whether the message wants an answer.
func (m *Message) IsRequest() bool { return m.Method != "" && len(m.ID) > 0 }

// Reader reads messages.
type Reader struct{ in *bufio.Reader }

// NewReader makes a Reader.
func NewReader(in io.Reader) *Reader { return &Reader{bufio.NewReaderSize(in, maxHeader)} }

// Read reads the next message. The error is io.EOF at the end of the input between two messages, and an *Error if a message
// is none: one can go on behind it, and answers to the ID if a message comes with the error. After any other error the input is lost.
func (r *Reader) Read() (*Message, error) {
	length, err := r.header()
	if err != nil {
		return nil, err
	}
	if length > MaxContent {
		if _, err := io.CopyN(io.Discard, r.in, length); err != nil {
			return nil, cut(err)
		}
		return nil, Errorf(InvalidRequest, "the message has %d bytes: the limit is %d", length, MaxContent)
	}
	body, err := r.body(length)
	if err != nil {
		return nil, err
	}
	var m Message
	if err = json.Unmarshal(body, &m); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, Errorf(ParseError, "the message is no JSON: %v", err)
		}
		err = Errorf(InvalidRequest, "the message is no JSON-RPC message: %v", err)
	}
	if bytes.Equal(m.ID, []byte("null")) {
		m.ID = nil
	}
	return &m, err
}

// body reads a body. Memory is taken as it comes: its length is only what the peer says.
func (r *Reader) body(length int64) ([]byte, error) {
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r.in, length))
	if err == nil && n < length {
		err = io.ErrUnexpectedEOF
	}
	return b.Bytes(), err
}

// header reads header fields up to the empty line, and returns the length of the body.
func (r *Reader) header() (length int64, err error) {
	length = -1
	for size := 0; ; {
		line, err := r.in.ReadSlice('\n')
		switch size += len(line); {
		case errors.Is(err, io.EOF) && size == 0:
			return 0, io.EOF
		case errors.Is(err, bufio.ErrBufferFull), size > maxHeader:
			return 0, fmt.Errorf("the header of a message is longer than %d bytes", maxHeader)
		case err != nil:
			return 0, cut(err)
		}
		field := strings.TrimRight(string(line), "\r\n")
		if field == "" {
			if length >= 0 {
				return length, nil
			}
			if size == len(line) {
				size = 0 // an empty line between messages
				continue
			}
			return 0, errors.New("the header of a message has no Content-Length")
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok {
			return 0, fmt.Errorf("the header of a message has the line %q, which is no field", field)
		}
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		if length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil || length < 0 {
			return 0, fmt.Errorf("the header of a message has the Content-Length %q", value)
		}
	}
}

// cut says that the input has ended within a message.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Writer writes messages, each with one Write. It is not safe for concurrent use.
type Writer struct {
	out io.Writer
	b   bytes.Buffer
}

// NewWriter makes a Writer.
func NewWriter(out io.Writer) *Writer { return &Writer{out: out} }

// null is the id of a response to what has none, and the result of a request that has none.
var null = json.RawMessage("null")

// Respond writes the response to a request. id nil is that of a message that could not be read.
func (w *Writer) Respond(id json.RawMessage, result any, failure *Error) error {
	if id == nil {
		id = null
	}
	if failure != nil {
		return w.write(struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Error   *Error          `json:"error"`
		}{"2.0", id, failure})
	}
	switch r := result.(type) {
	case nil:
		result = null
	case Encoded:
		return w.respond(id, r)
	}
	return w.write(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}{"2.0", id, result})
}

// Notify writes a notification.
func (w *Writer) Notify(method string, params any) error {
	return w.write(struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", method, params})
}

// Request writes a request of the server; its answer comes as a message without Method.
func (w *Writer) Request(id int, method string, params any) error {
	return w.write(struct {
		Version string `json:"jsonrpc"`
		ID      int    `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
	}{"2.0", id, method, params})
}

// Encoded is a result that is JSON already, of which whoever has made it is sure.
type Encoded []byte

// respond writes a response whose result is JSON already.
func (w *Writer) respond(id json.RawMessage, result Encoded) error {
	w.b.Reset()
	w.b.WriteString(`{"jsonrpc":"2.0","id":`)
	w.b.Write(id)
	w.b.WriteString(`,"result":`)
	w.b.Write(result)
	w.b.WriteByte('}')
	return w.flush()
}

// largest is how much memory a Writer keeps for the next message.
const largest = 1 << 20

func (w *Writer) write(message any) error {
	w.b.Reset()
	encoder := json.NewEncoder(&w.b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		return err
	}
	w.b.Truncate(w.b.Len() - len("\n"))
	return w.flush()
}

// flush writes the message in b.
func (w *Writer) flush() error {
	framed := make([]byte, 0, w.b.Len()+32)
	framed = fmt.Appendf(framed, "Content-Length: %d\r\n\r\n", w.b.Len())
	_, err := w.out.Write(append(framed, w.b.Bytes()...))
	if w.b.Cap() > largest {
		w.b = bytes.Buffer{}
	}
	return err
}
