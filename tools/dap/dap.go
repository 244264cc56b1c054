// Package dap serves a debugger to editors by the Debug Adapter Protocol
// (https://microsoft.github.io/debug-adapter-protocol): requests come one after the other, a program is launched once.
// What can be done package debugger does; this package only says it in the protocol's words.
package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/google/go-dap"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/vm"
)

// Options is what an adapter is made with.
type Options struct {
	// Compile compiles the program that is launched.
	Compile func(path string) (*seqvm.Debuggable, error)
	// Config is that of the program, but for its output and its arguments.
	Config vm.Config
	// Chdir makes a folder that of the process, before the program is compiled; nil: a launch cannot ask for that.
	Chdir func(dir string) error
}

// Launch is the arguments of the request "launch".
type Launch struct {
	Program     string            `json:"program"`     // the path of the main file
	Args        []string          `json:"args"`        // of the program
	Folder      string            `json:"cwd"`         // in which the program runs; "": that of the adapter
	Environment map[string]string `json:"env"`         // variables that the program has besides, or in place of the adapter's
	StopOnEntry bool              `json:"stopOnEntry"` // stop at the first statement
	Record      bool              `json:"record"`      // every statement, to go back
	NoDebug     bool              `json:"noDebug"`     // run only
}

// Serve serves one client until it disconnects or its input ends. The error is that of the connection.
func Serve(in io.Reader, out io.Writer, o Options) error {
	s := &server{opts: o, out: out, resume: make(chan debugger.Way), stops: make(chan struct{}, 1), ended: make(chan struct{}), gone: make(chan struct{}), lines: map[string][]int{}}
	defer s.close()
	from := bufio.NewReader(in)
	for !s.done {
		message, err := dap.ReadProtocolMessage(from)
		request, isRequest := message.(dap.RequestMessage)
		var unknown *dap.DecodeProtocolMessageFieldError
		var form *json.UnmarshalTypeError
		switch {
		case errors.As(err, &unknown):
			s.refuse(unknown.Seq, unknown.FieldValue, unsupported(unknown.FieldValue))
		case errors.As(err, &form) && isRequest:
			r := request.GetRequest()
			s.refuse(r.Seq, r.Command, fmt.Errorf("the request '%s' is not as the protocol has it: %w", r.Command, form))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the connection: %w", err)
		case isRequest:
			s.handle(request)
		}
	}
	return nil
}

// withReason says why some requests are not supported; no capability announces them.
var withReason = map[string]string{
	"attach":        "programs are launched",
	"setVariable":   "looking changes nothing",
	"setExpression": "looking changes nothing",
}

func unsupported(command string) error {
	if why := withReason[command]; why != "" {
		return fmt.Errorf("the request '%s' is not supported: %s", command, why)
	}
	return fmt.Errorf("the request '%s' is not supported", command)
}

// server is the adapter of a client.
type server struct {
	opts Options
	done bool // the client has disconnected

	writing sync.Mutex
	out     io.Writer
	seq     int

	prog    *seqvm.Debuggable
	session *debugger.Session
	launch  Launch
	started bool
	resume  chan debugger.Way // how the program goes on
	ended   chan struct{}     // closed when it has ended
	gone    chan struct{}     // closed when nobody says any more how the program goes on
	goes    sync.Once

	mu    sync.Mutex
	stop  *debugger.Stop // nil: it runs
	asked string         // why the client expects the next stop, if no breakpoint or other thing comes first
	stops chan struct{}  // has something when it has stopped

	lines     map[string][]int // the breakpoints of a file, by its path
	words     []int            // those of words
	variables []func(first, most int) []dap.Variable
	frames    []frame
}

// frame is what the number of a frame stands for.
type frame struct {
	strand int64
	index  int
}

var errRuns = errors.New("the program runs: it must stop first")

// handle answers a request, and does what comes behind the answer.
func (s *server) handle(request dap.RequestMessage) {
	r := request.GetRequest()
	handler, ok := handlers[r.Command]
	if !ok {
		s.refuse(r.Seq, r.Command, unsupported(r.Command))
		return
	}
	response, behind, err := handler(s, request)
	if err != nil {
		s.refuse(r.Seq, r.Command, err)
		return
	}
	*response.GetResponse() = answer(r.Seq, r.Command)
	s.send(response)
	if behind != nil {
		behind()
	}
}

func answer(seq int, command string) dap.Response {
	return dap.Response{ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: seq, Success: true, Command: command}
}

// refuse answers that a request cannot be fulfilled.
func (s *server) refuse(seq int, command string, why error) {
	r := &dap.ErrorResponse{Response: answer(seq, command)}
	r.Success, r.Message = false, why.Error()
	r.Body.Error = &dap.ErrorMessage{Id: 1, Format: "{why}", Variables: map[string]string{"why": why.Error()}, ShowUser: true}
	s.send(r)
}

// send writes a message. A client that reads no more will end its requests, too.
func (s *server) send(m dap.Message) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.seq++
	switch m := m.(type) {
	case dap.ResponseMessage:
		m.GetResponse().Seq = s.seq
	case dap.EventMessage:
		m.GetEvent().Seq = s.seq
	}
	_ = dap.WriteProtocolMessage(s.out, m)
}

func event(name string) dap.Event {
	return dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: name}
}

// output writes what the program has written, or what is said of it.
func (s *server) output(category, text string) {
	s.send(&dap.OutputEvent{Event: event("output"), Body: dap.OutputEventBody{Category: category, Output: text}})
}

// category is where the program, or the debugger, writes to.
type category struct {
	s    *server
	name string
}

func (c category) Write(b []byte) (int, error) {
	c.s.output(c.name, string(b))
	return len(b), nil
}

// start runs the program.
func (s *server) start() {
	s.started = true
	if s.launch.StopOnEntry {
		s.awaits("entry")
	}
	go func() {
		defer close(s.ended)
		status, err := s.session.Run(context.Background())
		if err != nil && !errors.Is(err, debugger.ErrQuit) {
			_ = s.prog.Render(diag.Renderer{Out: category{s, "stderr"}}, err)
			status = 1
		}
		s.send(&dap.ExitedEvent{Event: event("exited"), Body: dap.ExitedEventBody{ExitCode: status}})
		s.send(&dap.TerminatedEvent{Event: event("terminated")})
	}()
}

// stopped is debugger.Options.Stopped: the program stands until a request has it go on.
func (s *server) stopped(stop *debugger.Stop) debugger.Way {
	if s.launch.NoDebug {
		return debugger.Continue
	}
	for _, trouble := range stop.Trouble {
		s.output("console", trouble+"\n")
	}
	reason := reasons[stop.Reason]
	s.mu.Lock()
	if stop.Reason == "step" && s.asked != "" {
		reason = s.asked
	}
	s.stop, s.asked = stop, ""
	s.mu.Unlock()
	select {
	case s.stops <- struct{}{}:
	default:
	}
	s.tell(stop, reason)
	select {
	case way := <-s.resume:
		return way
	case <-s.gone:
		return debugger.Quit
	}
}

// awaits notes why the client expects the next stop.
func (s *server) awaits(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = reason
}

// leave has the program go on from where it stands.
func (s *server) leave(way debugger.Way) {
	s.mu.Lock()
	s.stop, s.variables, s.frames = nil, nil, nil
	s.mu.Unlock()
	s.resume <- way
}

// reasons are those of the protocol.
var reasons = map[string]string{"breakpoint": "breakpoint", "step": "step", "strand": "entry", "pause": "pause", "error": "exception", "deadlock": "exception"}

// tell sends the event of a stop, or of a look at another time.
func (s *server) tell(stop *debugger.Stop, reason string) {
	body := dap.StoppedEventBody{Reason: reason, ThreadId: int(shownStrand(stop)), AllThreadsStopped: true, HitBreakpointIds: stop.Breakpoints}
	switch {
	case stop.Past() >= 0:
		body.Description = debugger.Ago(stop.Past())
	case stop.Err != nil:
		body.Text = stop.Err.Reason
	case stop.Reason == "deadlock":
		body.Text = "deadlock: all strands wait"
	}
	s.send(&dap.StoppedEvent{Event: event("stopped"), Body: body})
}

// standing returns the stop that the program is at; nil if it runs.
func (s *server) standing() *debugger.Stop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stop
}

// change calls f while the program stands. Should it come to a stop before it could be asked to stand, it stands there.
func (s *server) change(f func()) {
	var once sync.Once
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.standing() == nil {
			s.session.Standing(func() { once.Do(f) })
		}
	}()
	for {
		if s.standing() != nil {
			once.Do(f)
			return
		}
		select {
		case <-done:
			once.Do(f) // it has stopped, and ended
			return
		case <-s.stops:
		}
	}
}

// terminate ends the program, also one that has not begun.
func (s *server) terminate() {
	if s.started {
		s.close()
		return
	}
	s.started = true
	close(s.ended)
	s.send(&dap.TerminatedEvent{Event: event("terminated")})
}

// close ends the program, once.
func (s *server) close() {
	if s.session == nil || !s.started {
		return
	}
	s.session.End()
	s.goes.Do(func() { close(s.gone) }) // the run may end while strands stand, or come to stand
	<-s.ended
}

// launched makes the session of the arguments of a launch.
func (s *server) launched(arguments json.RawMessage) error {
	if s.session != nil {
		return errors.New("a program has been launched already")
	}
	if err := json.Unmarshal(arguments, &s.launch); err != nil {
		return fmt.Errorf("the arguments of the launch: %w", err)
	}
	if s.launch.Program == "" {
		return errors.New("the launch names no program: it needs \"program\", the path of a file")
	}
	if err := s.enter(s.launch.Folder); err != nil {
		return err
	}
	prog, err := s.opts.Compile(s.launch.Program)
	if err != nil {
		return err
	}
	config := s.opts.Config
	config.Environ = s.environ
	config.Stdout, config.Stderr, config.Args = category{s, "stdout"}, category{s, "stderr"}, append([]string{s.launch.Program}, s.launch.Args...)
	config.LineFlush = true
	session, err := debugger.New(debugger.Options{Program: prog, Config: config, Stopped: s.stopped, Log: category{s, "console"}, Entry: s.launch.StopOnEntry && !s.launch.NoDebug})
	if err != nil {
		return err
	}
	if s.launch.Record {
		session.Record(true, 0)
	}
	s.prog, s.session = prog, session
	return nil
}

// enter makes a folder that of the program.
func (s *server) enter(dir string) error {
	switch {
	case dir == "":
		return nil
	case s.opts.Chdir == nil:
		return errors.New("the folder of the program cannot be chosen here")
	}
	if err := s.opts.Chdir(dir); err != nil {
		return fmt.Errorf("the folder of the program: %w", err)
	}
	return nil
}

// environ returns a variable of the program's environment.
func (s *server) environ(name string) (string, bool) {
	if value, ok := s.launch.Environment[name]; ok {
		return value, true
	}
	if outer := s.opts.Config.Environ; outer != nil {
		return outer(name)
	}
	return "", false
}
