package dap_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-dap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	adapter "github.com/seqvm/seqvm/tools/dap"
	"github.com/seqvm/seqvm/tools/debugger"
)

const shapes = `union Shape { Dot Box { w: Int h: Int } }
: area ( Shape -- Int )
  match
    Dot -> 0
    Box -> i.*
  end ;
: sum ( Int Shape -- Int )
  dup area swap drop
  i.+ ;
: wrong ( V -- Int ) 0 map.get drop ;
: main ( -- )
  1 2 3 Make-Box sum int->string io.write-line
  chan.make dup [ 5 swap chan.send drop ] strand.spawn drop
  chan.receive drop drop drop
  list.make wrong drop ;
`

// client is an editor.
type client struct {
	t      *testing.T
	to     io.Writer
	from   chan dap.Message // closed at the end
	seq    int
	output map[string]string // by category
	events []dap.EventMessage
	path   string
	ended  chan error
}

func newClient(t *testing.T, text string, o adapter.Options) *client {
	t.Helper()
	c := &client{t: t, output: map[string]string{}, path: filepath.Join(t.TempDir(), "shapes.seq"), ended: make(chan error, 1)}
	require.NoError(t, os.WriteFile(c.path, []byte(text), 0o600))
	in, to := io.Pipe()
	from, out := io.Pipe()
	c.to, c.from = to, make(chan dap.Message, 1000)
	go func() {
		defer close(c.from)
		for r := bufio.NewReader(from); ; {
			m, err := dap.ReadProtocolMessage(r)
			if err != nil {
				return
			}
			c.from <- m
		}
	}()
	o.Compile = func(path string) (*seqvm.Debuggable, error) {
		return seqvm.CompileForDebugger(seqvm.File(path), seqvm.Options{})
	}
	go func() {
		c.ended <- adapter.Serve(in, out, o)
		_ = out.Close()
	}()
	t.Cleanup(func() { _ = to.Close() })
	return c
}

// ask sends a request and returns the answer.
func (c *client) ask(command string, arguments any) dap.Message {
	c.t.Helper()
	c.seq++
	raw, err := json.Marshal(map[string]any{"seq": c.seq, "type": "request", "command": command, "arguments": arguments})
	require.NoError(c.t, err)
	require.NoError(c.t, dap.WriteBaseMessage(c.to, raw))
	for {
		m := c.read()
		if r, ok := m.(dap.ResponseMessage); ok {
			assert.Equal(c.t, c.seq, r.GetResponse().RequestSeq)
			return m
		}
	}
}

// read reads a message. Events are kept.
func (c *client) read() dap.Message {
	c.t.Helper()
	m, ok := <-c.from
	require.True(c.t, ok, "the adapter has ended")
	switch e := m.(type) {
	case *dap.OutputEvent:
		c.output[e.Body.Category] += e.Body.Output
	case dap.EventMessage:
		c.events = append(c.events, e)
	}
	return m
}

// stops waits for the next stop.
func (c *client) stops() dap.StoppedEventBody {
	c.t.Helper()
	for {
		for len(c.events) > 0 {
			e := c.events[0]
			c.events = c.events[1:]
			if stopped, ok := e.(*dap.StoppedEvent); ok {
				assert.True(c.t, stopped.Body.AllThreadsStopped)
				return stopped.Body
			}
		}
		c.read()
	}
}

// begin initializes and launches.
func (c *client) begin(launch map[string]any) {
	c.t.Helper()
	initialized := c.ask("initialize", map[string]any{"adapterID": "seq"}).(*dap.InitializeResponse)
	assert.True(c.t, initialized.Body.SupportsStepBack)
	launch["program"] = c.path
	require.IsType(c.t, &dap.LaunchResponse{}, c.ask("launch", launch))
}

// ends waits for the end of the program.
func (c *client) ends() {
	c.t.Helper()
	for {
		for len(c.events) > 0 {
			e := c.events[0]
			c.events = c.events[1:]
			if _, ok := e.(*dap.TerminatedEvent); ok {
				return
			}
		}
		c.read()
	}
}

// top is the innermost call, with the data stack, its top first.
func (c *client) top(thread int) (where string, frame int, values []dap.Variable) {
	c.t.Helper()
	frames := c.ask("stackTrace", map[string]any{"threadId": thread}).(*dap.StackTraceResponse).Body.StackFrames
	require.NotEmpty(c.t, frames)
	assert.Equal(c.t, c.path, frames[0].Source.Path)
	return strings.Join([]string{frames[0].Name, strings.Split(shapes, "\n")[frames[0].Line-1][frames[0].Column-1 : frames[0].EndColumn-1]}, " "), frames[0].Id, c.scope(frames[0].Id, "Data stack")
}

func (c *client) scope(frame int, name string) []dap.Variable {
	c.t.Helper()
	for _, s := range c.ask("scopes", map[string]any{"frameId": frame}).(*dap.ScopesResponse).Body.Scopes {
		if s.Name == name {
			return c.ask("variables", map[string]any{"variablesReference": s.VariablesReference}).(*dap.VariablesResponse).Body.Variables
		}
	}
	c.t.Fatalf("no scope %s", name)
	return nil
}

func refusal(t *testing.T, m dap.Message) string {
	t.Helper()
	require.IsType(t, &dap.ErrorResponse{}, m)
	return m.(*dap.ErrorResponse).Message
}

func TestEveryRequest(t *testing.T) {
	c := newClient(t, shapes, adapter.Options{})
	assert.Contains(t, refusal(t, c.ask("threads", nil)), "no program has been launched")
	assert.Contains(t, refusal(t, c.ask("stackTrace", map[string]any{"threadId": 1})), "the program runs")
	assert.Contains(t, refusal(t, c.ask("goto", map[string]any{})), "not supported")
	assert.Contains(t, refusal(t, c.ask("noSuchRequest", map[string]any{})), "not supported")
	assert.Contains(t, refusal(t, c.ask("launch", map[string]any{})), "names no program")
	c.begin(map[string]any{"record": true})
	set := c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": []map[string]any{
		{"line": 8, "condition": "over 1 i.= drop true"}, {"line": 14, "logMessage": "a channel"}, {"line": 99}, {"line": 8, "hitCondition": "often"},
	}}).(*dap.SetBreakpointsResponse).Body.Breakpoints
	require.Len(t, set, 4)
	assert.Equal(t, []bool{true, true, false, false}, []bool{set[0].Verified, set[1].Verified, set[2].Verified, set[3].Verified})
	words := c.ask("setFunctionBreakpoints", map[string]any{"breakpoints": []map[string]any{{"name": "area"}, {"name": "none"}}}).(*dap.SetFunctionBreakpointsResponse).Body.Breakpoints
	assert.True(t, words[0].Verified)
	assert.Contains(t, words[1].Message, "no word 'none'")
	c.ask("setExceptionBreakpoints", map[string]any{"filters": []string{"uncaught", "strands"}})
	require.IsType(t, &dap.ConfigurationDoneResponse{}, c.ask("configurationDone", nil))

	stop := c.stops()
	assert.Equal(t, "breakpoint", stop.Reason)
	where, frame, values := c.top(1)
	assert.Equal(t, "sum dup", where)
	require.Len(t, values, 2)
	assert.Equal(t, ":Box 2 3 wrap-2", values[0].Value)
	fields := c.ask("variables", map[string]any{"variablesReference": values[0].VariablesReference}).(*dap.VariablesResponse).Body.Variables
	assert.Equal(t, []string{"w", "2", "h", "3"}, []string{fields[0].Name, fields[0].Value, fields[1].Name, fields[1].Value})
	assert.Equal(t, "1 6", c.ask("evaluate", map[string]any{"expression": "area", "frameId": frame}).(*dap.EvaluateResponse).Body.Result)
	assert.Contains(t, refusal(t, c.ask("evaluate", map[string]any{"expression": "no-such"})), "no-such")
	assert.Contains(t, refusal(t, c.ask("variables", map[string]any{"variablesReference": 9999})), "no variables")
	assert.Contains(t, refusal(t, c.ask("exceptionInfo", map[string]any{"threadId": 1})), "not stopped at an error")

	c.ask("stepBack", map[string]any{"threadId": 1})
	assert.Equal(t, "1 statement ago", c.stops().Description)
	where, _, _ = c.top(1)
	assert.Equal(t, "main sum", where)
	c.ask("next", map[string]any{"threadId": 1})
	c.stops()
	c.ask("next", map[string]any{"threadId": 1})
	c.stops()
	where, _, _ = c.top(1)
	assert.Equal(t, "sum area", where)
	c.ask("stepIn", map[string]any{"threadId": 1})
	assert.Equal(t, "breakpoint", c.stops().Reason)
	c.ask("stepOut", map[string]any{"threadId": 1})
	c.stops()
	where, _, values = c.top(1)
	assert.Equal(t, "sum swap", where)
	assert.Equal(t, "6", values[0].Value)
	c.ask("next", map[string]any{"threadId": 1, "granularity": "line"})
	c.stops()
	where, _, _ = c.top(1)
	assert.Equal(t, "sum i.+", where)
	c.ask("reverseContinue", map[string]any{"threadId": 1})
	c.stops()
	c.ask("continue", map[string]any{"threadId": 1})
	c.stops() // in the present again
	c.ask("continue", map[string]any{"threadId": 1})

	stop = c.stops()
	assert.Equal(t, "entry", stop.Reason)
	assert.Equal(t, 2, stop.ThreadId)
	_, frame, _ = c.top(2)
	assert.Len(t, c.ask("threads", nil).(*dap.ThreadsResponse).Body.Threads, 2)
	assert.Equal(t, []string{"waits in chan.receive", "stands here"}, []string{c.scope(frame, "Strands")[0].Value, c.scope(frame, "Strands")[1].Value})
	assert.Contains(t, c.scope(frame, "Channels")[0].Value, "strand #1 waits")
	assert.Empty(t, c.scope(frame, "Aux stack"))
	assert.Empty(t, c.scope(frame, "Weaves"))
	c.ask("continue", map[string]any{"threadId": 1})

	assert.Equal(t, "exception", c.stops().Reason)
	where, _, _ = c.top(1)
	assert.Equal(t, "wrong map.get", where)
	assert.Equal(t, "map.get", c.ask("exceptionInfo", map[string]any{"threadId": 1}).(*dap.ExceptionInfoResponse).Body.ExceptionId)
	c.ask("continue", map[string]any{"threadId": 1})
	require.IsType(t, &dap.DisconnectResponse{}, c.ask("disconnect", nil))
	require.NoError(t, <-c.ended)
	assert.Equal(t, "7\n", c.output["stdout"])
	assert.Contains(t, c.output["console"], "a channel\n")
}

// requests are those of the protocol, as go-dap has them, and whether they are answered once a program has been launched.
var requests = map[string]bool{
	"initialize": true, "launch": true, "configurationDone": true, "setBreakpoints": true, "setFunctionBreakpoints": true, "setExceptionBreakpoints": true,
	"threads": true, "stackTrace": true, "scopes": true, "variables": true, "evaluate": true, "exceptionInfo": true, "continue": true, "next": true, "stepIn": true,
	"stepOut": true, "stepBack": true, "reverseContinue": true, "pause": true, "terminate": true, "disconnect": true,

	"cancel": false, "runInTerminal": false, "startDebugging": false, "attach": false, "restart": false, "breakpointLocations": false, "dataBreakpointInfo": false,
	"setDataBreakpoints": false, "setInstructionBreakpoints": false, "restartFrame": false, "goto": false, "setVariable": false, "source": false,
	"terminateThreads": false, "modules": false, "loadedSources": false, "setExpression": false, "stepInTargets": false, "gotoTargets": false,
	"completions": false, "readMemory": false, "writeMemory": false, "disassemble": false,
}

// Each request of the protocol has an answer at each time: before a launch, while the program runs, at a stop, and with arguments that
// are not what the protocol says.
func TestEveryRequestIsAnswered(t *testing.T) {
	times := map[string]func(c *client){
		"before the launch": func(c *client) {},
		"before the start":  func(c *client) { c.begin(map[string]any{}) },
		"at a stop": func(c *client) {
			c.begin(map[string]any{"stopOnEntry": true})
			c.ask("configurationDone", nil)
			c.stops()
		},
		"behind the end": func(c *client) {
			c.begin(map[string]any{})
			c.ask("setExceptionBreakpoints", map[string]any{"filters": []string{}})
			c.ask("configurationDone", nil)
			for {
				if _, ok := c.read().(*dap.TerminatedEvent); ok {
					return
				}
			}
		},
	}
	for command, supported := range requests {
		for when, prepare := range times {
			for _, arguments := range []any{nil, map[string]any{}, "nonsense", map[string]any{"threadId": "one", "frameId": "two", "filters": 1, "source": 3, "breakpoints": 4}} {
				c := newClient(t, shapes, adapter.Options{})
				prepare(c)
				m := c.ask(command, arguments)
				assert.Equal(t, command, m.(dap.ResponseMessage).GetResponse().Command, "%s %s %v", command, when, arguments)
				if !supported {
					assert.Contains(t, refusal(t, m), "the request '"+command+"' is ", "%s %v", when, arguments)
				}
				if _, ends := m.(*dap.DisconnectResponse); !ends {
					c.ask("disconnect", nil)
				}
				require.NoError(t, <-c.ended)
			}
		}
	}
}

// What the capabilities announce is what is answered, and nothing that changes the program is announced.
func TestCapabilitiesAreTrue(t *testing.T) {
	c := newClient(t, shapes, adapter.Options{})
	raw, err := json.Marshal(c.ask("initialize", nil).(*dap.InitializeResponse).Body)
	require.NoError(t, err)
	announced := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &announced))
	for name := range announced {
		request, ok := strings.CutSuffix(strings.TrimPrefix(name, "supports"), "Request")
		if !ok {
			continue
		}
		command := strings.ToLower(request[:1]) + request[1:]
		assert.True(t, requests[command], "%s is announced", command)
	}
	for _, name := range []string{"supportsSetVariable", "supportsSetExpression", "supportsDataBreakpoints", "supportsRestartFrame", "supportsGotoTargetsRequest", "supportsWriteMemoryRequest"} {
		assert.NotContains(t, announced, name)
	}
	assert.Contains(t, refusal(t, c.ask("setVariable", map[string]any{"variablesReference": 1, "name": "0", "value": "1"})), "looking changes nothing")
	assert.Contains(t, refusal(t, c.ask("attach", map[string]any{})), "programs are launched")
}

func TestWeaves(t *testing.T) {
	c := newClient(t, `: numbers ( C Int -- C Int | Yield Int )
  dup >aux yield drop aux> 1 i.+ numbers ;
: from ( -- H )
  [ drop 1 numbers drop ] strand.weave ;
: main ( -- )
  from 0 strand.resume drop drop
  [ drop ] strand.weave swap
  strand.weave-cancel strand.weave-cancel ;
`, adapter.Options{})
	c.begin(map[string]any{"record": true})
	c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": []map[string]any{{"line": 8}}})
	c.ask("configurationDone", nil)
	c.stops()
	frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
	list := c.scope(frames[0].Id, "Weaves")
	require.Len(t, list, 2)
	assert.Equal(t, "has not begun", list[0].Value)
	assert.Equal(t, "waits to be resumed, in numbers at shapes.seq:2", list[1].Value)
	inside := c.ask("variables", map[string]any{"variablesReference": list[1].VariablesReference}).(*dap.VariablesResponse).Body.Variables
	var shown []string
	for _, v := range inside {
		shown = append(shown, v.Name+" = "+v.Value)
	}
	assert.Equal(t, []string{"call 0 = numbers at shapes.seq:2", "call 1 = <quotation> at shapes.seq:4", "0 = 1", "1 = <weave-ctx>"}, shown)
}

// Large values and stacks come in pages, whose size is bounded.
func TestLargeValuesComeInPages(t *testing.T) {
	c := newClient(t, `: fill ( V Int -- V )
  dup 100000 i.< [ dup >aux list.push aux> 1 i.+ fill ] [ drop ] if ;
: all ( V -- V ) dup list.length drop ;
: main ( -- )
  list.make 0 fill all drop ;
`, adapter.Options{})
	c.begin(map[string]any{})
	c.ask("setFunctionBreakpoints", map[string]any{"breakpoints": []map[string]any{{"name": "all"}}})
	c.ask("configurationDone", nil)
	c.stops()
	frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
	list := c.scope(frames[0].Id, "Data stack")[0]
	assert.Equal(t, 100_000, list.IndexedVariables)
	page := func(start, count int) []dap.Variable {
		return c.ask("variables", map[string]any{"variablesReference": list.VariablesReference, "filter": "indexed", "start": start, "count": count}).(*dap.VariablesResponse).Body.Variables
	}
	last := page(99_998, 100)
	require.Len(t, last, 2)
	assert.Equal(t, []string{"99998", "99999"}, []string{last[0].Name, last[1].Value})
	assert.Len(t, page(0, 0), 1000)
	assert.Len(t, page(10, 5000), 1000)
	assert.Empty(t, page(200_000, 10))
	assert.Equal(t, "0", page(-1, 1)[0].Name)
}

// A program that runs for ever can be paused, changed while it runs, and ended.
func TestPauseAndTerminate(t *testing.T) {
	const text = `: forever ( Int -- Int ) 1 i.+ forever ;
: main ( -- ) 0 forever drop ;
`
	c := newClient(t, text, adapter.Options{})
	c.begin(map[string]any{})
	c.ask("configurationDone", nil)
	c.ask("pause", map[string]any{"threadId": 1})
	assert.Equal(t, "pause", c.stops().Reason)
	c.ask("continue", map[string]any{"threadId": 1})
	set := c.ask("setFunctionBreakpoints", map[string]any{"breakpoints": []map[string]any{{"name": "forever"}}}).(*dap.SetFunctionBreakpointsResponse)
	assert.True(t, set.Body.Breakpoints[0].Verified)
	assert.Equal(t, "breakpoint", c.stops().Reason)
	c.ask("setFunctionBreakpoints", map[string]any{})
	c.ask("continue", map[string]any{"threadId": 1})
	require.IsType(t, &dap.TerminateResponse{}, c.ask("terminate", nil))
	for {
		if _, ok := c.read().(*dap.TerminatedEvent); ok {
			break
		}
	}
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}

// So can one that runs code with stops at breakpoints only.
func TestPauseInQuickCode(t *testing.T) {
	const text = `: loop ( Int -- Int )
  1 i.+
  dup 1000000 i.> [ drop 0 ] [ ] if loop ;
: main ( -- ) 0 loop drop ;
`
	c := newClient(t, text, adapter.Options{})
	c.begin(map[string]any{})
	set := func(line int, condition string) {
		r := c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": []map[string]any{{"line": line, "condition": condition}}})
		assert.True(t, r.(*dap.SetBreakpointsResponse).Body.Breakpoints[0].Verified)
	}
	set(2, "dup 0 i.<")
	c.ask("configurationDone", nil)
	c.ask("pause", map[string]any{"threadId": 1})
	assert.Equal(t, "pause", c.stops().Reason)
	c.ask("continue", map[string]any{"threadId": 1})
	set(3, "dup 500000 i.=")
	assert.Equal(t, "breakpoint", c.stops().Reason)
	frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
	assert.Equal(t, 3, frames[0].Line)
	assert.Equal(t, "500000", c.scope(frames[0].Id, "Data stack")[0].Value)
	c.ask("stepIn", map[string]any{"threadId": 1})
	assert.Equal(t, "step", c.stops().Reason)
	assert.Len(t, c.scope(c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames[0].Id, "Data stack"), 2)
	c.ask("continue", map[string]any{"threadId": 1})
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}

// Where all strands wait no statement would come: the program stands there.
func TestPauseWhereAllStrandsWait(t *testing.T) {
	c := newClient(t, `: waits ( Channel -- )
  chan.receive drop drop ;
: main ( -- )
  chan.make [ waits ] strand.spawn drop drop
  "waits" io.write-line
  1000000 time.sleep-ms ;
`, adapter.Options{})
	c.begin(map[string]any{})
	c.ask("configurationDone", nil)
	for !strings.Contains(c.output["stdout"], "waits") {
		c.read()
	}
	for range 2 {
		c.ask("pause", map[string]any{"threadId": 1})
		stop := c.stops()
		assert.Equal(t, "pause", stop.Reason)
		assert.Equal(t, 1, stop.ThreadId)
		threads := c.ask("threads", nil).(*dap.ThreadsResponse).Body.Threads
		assert.Contains(t, threads[0].Name, "waits in time.sleep-ms")
		frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
		assert.Equal(t, 6, frames[0].Line)
		assert.Equal(t, "1 2", c.ask("evaluate", map[string]any{"expression": "1 2"}).(*dap.EvaluateResponse).Body.Result)
		c.ask("next", map[string]any{"threadId": 1})
	}
	c.ask("terminate", nil)
	c.ends()
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}

// A program that has not begun can be ended as well, and does not begin then.
func TestTerminateBeforeTheBegin(t *testing.T) {
	c := newClient(t, shapes, adapter.Options{})
	c.begin(map[string]any{})
	c.ask("terminate", nil)
	c.ends()
	assert.Contains(t, refusal(t, c.ask("configurationDone", nil)), "no program to be started")
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}

// An editor may have come to a file by another path than the program.
func TestBreakpointsByLinks(t *testing.T) {
	c := newClient(t, "include \"lib\"\n: main ( -- ) 1 more drop ;\n", adapter.Options{})
	dir := filepath.Dir(c.path)
	lib := filepath.Join(dir, "lib.seq")
	require.NoError(t, os.WriteFile(lib, []byte(": more ( Int -- Int )\n  1 i.+ ;\n"), 0o600))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	c.path = filepath.Join(link, "shapes.seq")
	c.begin(map[string]any{})
	for _, path := range []string{lib, filepath.Join(link, "lib.seq"), filepath.Join(dir, "shapes.seq"), c.path} {
		set := c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": path}, "breakpoints": []map[string]any{{"line": 2}}}).(*dap.SetBreakpointsResponse)
		assert.True(t, set.Body.Breakpoints[0].Verified, "%s: %s", path, set.Body.Breakpoints[0].Message)
	}
}

// A word without a name is no line.
func TestAWordBreakpointNeedsAName(t *testing.T) {
	c := newClient(t, shapes, adapter.Options{})
	c.begin(map[string]any{})
	set := c.ask("setFunctionBreakpoints", map[string]any{"breakpoints": []map[string]any{{"name": ""}, {"name": "area"}}}).(*dap.SetFunctionBreakpointsResponse).Body.Breakpoints
	assert.False(t, set[0].Verified)
	assert.Contains(t, set[0].Message, "needs its name")
	assert.True(t, set[1].Verified)
}

// A breakpoint that is set while a strand waits in a word holds behind it, in whatever way the word comes back.
func TestBreakpointsBehindAWait(t *testing.T) {
	for name, waits := range map[string]string{
		"receives": "chan.receive drop",
		"sleeps":   "drop 50 time.sleep-ms 7",
		"resumes":  "drop [ numbers ] strand.weave 7 strand.resume drop swap strand.weave-cancel",
		"calls":    "wait",
		"runs":     "[ wait ] call",
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, `: numbers ( C Int -- C | Yield Int ) 50 time.sleep-ms yield drop ;
: other ( Channel -- )
  7 swap chan.send drop ;
: wait ( Channel -- Int ) chan.receive drop ;
: main ( -- )
  1 chan.make [ other ] strand.spawn drop
  `+waits+` 1 i.+
  i.+ int->string io.write-line ;
`, adapter.Options{})
			c.begin(map[string]any{})
			lines := func(list ...int) {
				var at []map[string]any
				for _, line := range list {
					at = append(at, map[string]any{"line": line})
				}
				c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": at})
			}
			lines(3)
			c.ask("configurationDone", nil)
			assert.Equal(t, 2, c.stops().ThreadId)
			lines(8)
			c.ask("continue", map[string]any{"threadId": 1})
			stop := c.stops()
			require.Equal(t, "breakpoint", stop.Reason)
			require.Equal(t, 1, stop.ThreadId)
			frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
			assert.Equal(t, 8, frames[0].Line)
			values := c.scope(frames[0].Id, "Data stack")
			assert.Equal(t, []string{"8", "1"}, []string{values[0].Value, values[1].Value})
			c.ask("continue", map[string]any{"threadId": 1})
			c.ends()
			assert.Equal(t, "9\n", c.output["stdout"])
		})
	}
}

// A strand that stands, but has not come to the stop, can be looked at and steps as well.
func TestStepsOfAnotherStrand(t *testing.T) {
	for command, want := range map[string]string{"next": "wait drop", "stepIn": "wait drop", "stepOut": "main 1"} {
		t.Run(command, func(t *testing.T) {
			const text = `: other ( Channel -- )
  7 swap chan.send drop
  "other" io.write-line ;
: wait ( Int Channel -- Int Int )
  chan.receive drop ;
: main ( -- )
  5 chan.make [ other ] strand.spawn drop
  wait 1 i.+
  i.+ int->string io.write-line ;
`
			c := newClient(t, text, adapter.Options{})
			c.begin(map[string]any{})
			c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": []map[string]any{{"line": 2}, {"line": 5, "condition": "false"}}})
			c.ask("configurationDone", nil)
			assert.Equal(t, 2, c.stops().ThreadId)
			frames := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames
			require.Len(t, frames, 2)
			assert.Equal(t, "wait", frames[0].Name)
			evaluated := func(frame int) string {
				return c.ask("evaluate", map[string]any{"expression": "drop 1 i.+", "frameId": frame}).(*dap.EvaluateResponse).Body.Result
			}
			assert.Equal(t, "6", evaluated(frames[0].Id))
			c.ask(command, map[string]any{"threadId": 1})
			stop := c.stops()
			assert.Equal(t, "step", stop.Reason)
			assert.Equal(t, 1, stop.ThreadId)
			at := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames[0]
			assert.Equal(t, want, at.Name+" "+strings.Split(text, "\n")[at.Line-1][at.Column-1:at.EndColumn-1])
			c.ask("continue", map[string]any{"threadId": 1})
			c.ends()
			assert.Contains(t, c.output["stdout"], "13\n")
		})
	}
}

// What was recorded of a strand that has ended meanwhile can be looked at.
func TestBackToAStrandThatHasEnded(t *testing.T) {
	c := newClient(t, `: other ( Channel -- )
  1 2 i.+ swap chan.send drop ;
: main ( -- )
  chan.make dup [ other ] strand.spawn drop drop
  chan.receive drop drop
  "end" io.write-line ;
`, adapter.Options{})
	c.begin(map[string]any{"record": true})
	c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": []map[string]any{{"line": 6}}})
	c.ask("configurationDone", nil)
	stop := c.stops()
	assert.Equal(t, 1, stop.ThreadId)
	for stop.ThreadId == 1 {
		c.ask("stepBack", map[string]any{"threadId": stop.ThreadId})
		stop = c.stops()
	}
	threads := c.ask("threads", nil).(*dap.ThreadsResponse).Body.Threads
	require.Len(t, threads, 2)
	assert.Equal(t, "strand #2 has ended", threads[1].Name)
	frames := c.ask("stackTrace", map[string]any{"threadId": 2}).(*dap.StackTraceResponse).Body.StackFrames
	assert.Equal(t, "other", frames[0].Name)
	assert.Equal(t, "true", c.scope(frames[0].Id, "Data stack")[0].Value)
	result := c.ask("evaluate", map[string]any{"expression": "not", "frameId": frames[0].Id}).(*dap.EvaluateResponse).Body.Result
	assert.True(t, strings.HasSuffix(result, "false"), result)
}

func TestARefusedProgramIsNotLaunched(t *testing.T) {
	c := newClient(t, ": main ( -- ) no-such ;\n", adapter.Options{})
	c.ask("initialize", map[string]any{})
	assert.Contains(t, refusal(t, c.ask("launch", map[string]any{"program": c.path})), "no-such")
	assert.Contains(t, refusal(t, c.ask("launch", map[string]any{"program": c.path + "x"})), "cannot read")
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}

func TestEntryAndTheEnd(t *testing.T) {
	c := newClient(t, ": main ( -- Int ) 1 2 i.+ ;\n", adapter.Options{})
	c.begin(map[string]any{"stopOnEntry": true, "args": []string{"a"}})
	c.ask("configurationDone", nil)
	assert.Equal(t, "entry", c.stops().Reason)
	c.ask("continue", map[string]any{"threadId": 1})
	for {
		if e, ok := c.read().(*dap.ExitedEvent); ok {
			assert.Equal(t, 3, e.Body.ExitCode)
			break
		}
	}
}

func TestFolderAndEnvironment(t *testing.T) {
	folder := ""
	c := newClient(t, `: show ( String -- ) os.getenv [ ] [ drop "none" ] if io.write-line ;
: main ( -- ) "GREETING" show "HERE" show "NOWHERE" show ;
`, adapter.Options{
		Config: seqvm.Config{Environ: func(name string) (string, bool) { return "outer", name == "HERE" || name == "GREETING" }},
		Chdir:  func(dir string) error { folder = dir; return nil },
	})
	c.begin(map[string]any{"cwd": "a folder", "env": map[string]string{"GREETING": "hello"}})
	c.ask("configurationDone", nil)
	for {
		if _, ok := c.read().(*dap.TerminatedEvent); ok {
			break
		}
	}
	assert.Equal(t, "a folder", folder)
	assert.Equal(t, "hello\nouter\nnone\n", c.output["stdout"])
}

func TestAFolderThatIsNotThere(t *testing.T) {
	c := newClient(t, ": main ( -- ) ;\n", adapter.Options{Chdir: func(string) error { return os.ErrNotExist }})
	c.ask("initialize", map[string]any{"adapterID": "seq"})
	assert.Contains(t, refusal(t, c.ask("launch", map[string]any{"program": c.path, "cwd": "nowhere"})), "the folder of the program: file does not exist")
}

// Steps back look at what was, over messages, strands, weaves, random numbers, times and output; nothing is undone or done again.
func TestStepsBackChangeNothing(t *testing.T) {
	c := newClient(t, `: numbers ( C Int -- C Int | Yield Int )
  dup >aux yield drop aux> 1 i.+ numbers ;
: main ( -- )
  chan.make chan.make
  7 2 pick chan.send drop
  [ over chan.receive drop 1 i.+ swap chan.send drop drop ] strand.spawn drop
  chan.receive drop swap drop
  1 1000000 crypto.random-int dup int->string io.write-line
  time.now 1 time.sleep-ms
  [ drop 1 numbers drop ] strand.weave
  0 strand.resume drop swap
  0 strand.resume drop swap strand.weave-cancel
  "end" io.write-line
  drop drop drop drop drop ;
`, adapter.Options{})
	c.begin(map[string]any{"record": true})
	lines := func(list ...int) {
		var at []map[string]any
		for _, line := range list {
			at = append(at, map[string]any{"line": line})
		}
		c.ask("setBreakpoints", map[string]any{"source": map[string]any{"path": c.path}, "breakpoints": at})
	}
	// seen is where the program is, or was, with the stack.
	seen := func() string {
		f := c.ask("stackTrace", map[string]any{"threadId": 1}).(*dap.StackTraceResponse).Body.StackFrames[0]
		text := fmt.Sprintf("%s %d:%d", f.Name, f.Line, f.Column)
		for _, v := range c.scope(f.Id, "Data stack") {
			text += " " + v.Value
		}
		return text
	}
	lines(9)
	c.ask("configurationDone", nil)
	c.stops()
	var was []string // from line 9 on, statement by statement
	lines(13)
	for was = []string{seen()}; !strings.HasPrefix(was[len(was)-1], "main 13:"); was = append(was, seen()) {
		c.ask("stepIn", map[string]any{"threadId": 1})
		c.stops()
	}
	require.Greater(t, len(was), 20)
	written := c.output["stdout"]
	random := strings.TrimSpace(written)
	assert.Contains(t, was[0], " "+random+" ")
	for round := range 2 {
		for i := len(was) - 2; i >= 0; i-- {
			c.ask("stepBack", map[string]any{"threadId": 1})
			assert.Equal(t, debugger.Ago(len(was)-1-i), c.stops().Description)
			assert.Equal(t, was[i], seen(), "%d", round)
		}
		for i := 1; i < len(was); i++ {
			c.ask("next", map[string]any{"threadId": 1})
			c.stops()
			assert.Equal(t, was[i], seen(), "%d", round)
		}
	}
	c.ask("reverseContinue", map[string]any{"threadId": 1}) // to the first statement of all: no breakpoint is before
	c.stops()
	assert.Equal(t, "main 4:3", seen())
	c.ask("continue", map[string]any{"threadId": 1})
	c.stops()
	assert.Equal(t, was[len(was)-1], seen())
	assert.Equal(t, written, c.output["stdout"])
	c.ask("continue", map[string]any{"threadId": 1})
	for {
		if _, ok := c.read().(*dap.TerminatedEvent); ok {
			break
		}
	}
	assert.Equal(t, random+"\nend\n", c.output["stdout"])
	c.ask("disconnect", nil)
	require.NoError(t, <-c.ended)
}
