// Package lsp is the language server (chapter 8, section 9): it speaks the Language Server Protocol with an editor, over two streams.
//
// Data goes one way: jsonrpc cuts messages out of a stream, Server.Serve handles them one after the other in the order in which they come, document
// and analysis hold the texts and what is known of them, feature makes the answers. What is known of a text is looked for when somebody asks, or for its
// diagnostics; those of a long text are made by another goroutine, while messages are handled, and thrown away if the text has changed meanwhile. So no answer is about an old text,
// and no answer waits for a lint.
package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/feature"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Options says how a server works.
type Options struct {
	// Check says how programs are checked. FS and Overlay are not used: files are those on disk, and what is open.
	Check seqvm.Options
	// Log is told what is worth knowing, such as a message that cannot be handled; nil: nobody is.
	Log func(text string)
}

// Server is a language server in one session with one client.
type Server struct {
	opts    Options
	feature *feature.Server
	methods map[string]handler
	out     *jsonrpc.Writer
	state   state
	pending diagnosing
}

// state is how far a session has come.
type state uint8

const (
	fresh state = iota
	initialized
	shutDown
	ended
)

// New makes a server.
func New(opts Options) *Server {
	if opts.Log == nil {
		opts.Log = func(string) {}
	}
	s := &Server{opts: opts, feature: &feature.Server{Workspace: analysis.NewWorkspace(opts.Check)}, methods: map[string]handler{}}
	for _, m := range methods() {
		s.methods[m.name] = m.handle
	}
	return s
}

// waiting is how many messages are read before they are handled.
const waiting = 64

// received is a message, or why there is none.
type received struct {
	message *jsonrpc.Message
	err     error
}

// Serve handles messages until the session ends or the input does. clean tells whether a client that wanted to end it said so first; the
// error is one of the streams.
func (s *Server) Serve(in io.Reader, out io.Writer) (clean bool, err error) {
	s.out = jsonrpc.NewWriter(out)
	messages := make(chan received, waiting)
	done := make(chan struct{})
	defer close(done)
	go receive(jsonrpc.NewReader(in), messages, done)
	for s.state != ended {
		var r received
		select {
		case r = <-messages:
		default:
			select {
			case r = <-messages:
			case <-s.pause():
				s.startDiagnosing()
				continue
			case found := <-s.pending.results:
				if err := s.diagnosed(found); err != nil {
					return false, err
				}
				continue
			}
		}
		if errors.Is(r.err, io.EOF) {
			return true, s.diagnoseAll()
		}
		was := s.state
		if err := s.receive(r); err != nil {
			return false, err
		}
		clean = was == shutDown
	}
	return clean, nil
}

// receive reads messages until the input ends or is lost.
func receive(in *jsonrpc.Reader, to chan<- received, done <-chan struct{}) {
	for {
		m, err := in.Read()
		select {
		case to <- received{m, err}:
		case <-done:
			return
		}
		var broken *jsonrpc.Error
		if err != nil && !errors.As(err, &broken) {
			return
		}
	}
}

// receive handles what has been read. The error ends the session.
func (s *Server) receive(r received) error {
	var broken *jsonrpc.Error
	switch {
	case errors.As(r.err, &broken):
		s.opts.Log(broken.Message)
		var id json.RawMessage
		if r.message != nil {
			id = r.message.ID
		}
		return s.out.Respond(id, nil, broken)
	case r.err != nil:
		return r.err
	case r.message.Method == "":
		return nil // the answer to a request of the server
	}
	result, err := s.handle(r.message)
	if !r.message.IsRequest() {
		if err != nil && !s.unknownOptional(r.message.Method, err) {
			s.opts.Log(fmt.Sprintf("%s: %v", r.message.Method, err))
		}
		return s.publish()
	}
	if err := s.publish(); err != nil {
		return err
	}
	return s.out.Respond(r.message.ID, result, failure(err))
}

// unknownOptional tells whether a notification is one that a server may ignore (LSP 3.18, "$ Notifications and Requests").
func (s *Server) unknownOptional(method string, err error) bool {
	var e *jsonrpc.Error
	return errors.As(err, &e) && e.Code == jsonrpc.MethodNotFound && len(method) > 1 && method[:2] == "$/"
}

// failure is an error as a response has it; nil for none.
func failure(err error) *jsonrpc.Error {
	var e *jsonrpc.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	}
	return jsonrpc.Errorf(jsonrpc.RequestFailed, "%v", err)
}

// handle handles a message. A defect of the server is the failure of one message.
func (s *Server) handle(m *jsonrpc.Message) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.internal(m.Method, r)
			result, err = nil, jsonrpc.Errorf(jsonrpc.InternalError, "internal error: %v: this is a bug of seqvm", r)
		}
	}()
	switch {
	case m.Method == protocol.MethodExit:
		s.state = ended
		return nil, nil
	case m.Method == protocol.MethodInitialize && s.state == fresh:
		return s.initialize(m.Params)
	case m.Method == protocol.MethodInitialize:
		return nil, jsonrpc.Errorf(jsonrpc.InvalidRequest, "the session has begun")
	case s.state == fresh:
		return nil, jsonrpc.Errorf(jsonrpc.ServerNotInitialized, "the session has not begun: the first request must be %s", protocol.MethodInitialize)
	case s.state == shutDown:
		return nil, jsonrpc.Errorf(jsonrpc.InvalidRequest, "the session is at its end")
	case m.Method == protocol.MethodShutdown:
		s.state = shutDown
		return nil, s.diagnoseAll()
	}
	handle := s.methods[m.Method]
	if handle == nil {
		return nil, jsonrpc.Errorf(jsonrpc.MethodNotFound, "unknown method %q", m.Method)
	}
	return handle(s, m.Params)
}

// internal logs a defect of the server.
func (s *Server) internal(where string, r any) {
	s.opts.Log(fmt.Sprintf("%s: internal error: %v\n%s", where, r, debug.Stack()))
}

// initialize begins the session.
func (s *Server) initialize(params json.RawMessage) (any, error) {
	p, err := decode[protocol.InitializeParams](params)
	if err != nil {
		return nil, err
	}
	var options struct {
		InlayHints bool `json:"inlay_hints"`
	}
	if len(p.InitializationOptions) > 0 {
		if err := json.Unmarshal(p.InitializationOptions, &options); err != nil {
			s.opts.Log(fmt.Sprintf("initializationOptions: %v", err))
		}
	}
	s.feature.Hints = options.InlayHints
	result := &protocol.InitializeResult{ServerInfo: &protocol.ServerInfo{Name: "seqvm", Version: seqvm.Version}}
	result.Capabilities.PositionEncoding = protocol.PositionEncodingKindUTF16
	if g := p.Capabilities.General; g != nil && slices.Contains(g.PositionEncodings, protocol.PositionEncodingKindUTF8) {
		result.Capabilities.PositionEncoding = protocol.PositionEncodingKindUTF8
		s.feature.Encoding = document.UTF8
	}
	if t := p.Capabilities.TextDocument; t != nil && t.Completion != nil && t.Completion.CompletionItem != nil {
		s.feature.Snippets = t.Completion.CompletionItem.SnippetSupport
		r := t.Completion.CompletionItem.ResolveSupport
		s.feature.Resolves = r != nil && slices.Contains(r.Properties, "documentation")
	}
	for _, m := range methods() {
		if m.offer != nil {
			m.offer(s, &result.Capabilities)
		}
	}
	s.state = initialized
	return result, nil
}
