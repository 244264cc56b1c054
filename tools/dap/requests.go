package dap

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-dap"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/vm"
)

// handler answers a request. behind is called when the answer has been sent.
type handler func(s *server, m dap.RequestMessage) (response dap.ResponseMessage, behind func(), err error)

// handlers are the requests that there are.
var handlers = map[string]handler{
	"initialize": func(*server, dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.InitializeResponse{Body: capabilities}, nil, nil
	},
	"launch": func(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		err := s.launched(m.(*dap.LaunchRequest).Arguments)
		return &dap.LaunchResponse{}, func() { s.send(&dap.InitializedEvent{Event: event("initialized")}) }, err
	},
	"configurationDone": func(s *server, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		if s.session == nil || s.started {
			return nil, nil, errors.New("there is no program to be started")
		}
		return &dap.ConfigurationDoneResponse{}, s.start, nil
	},
	"setBreakpoints":          launched(setBreakpoints),
	"setFunctionBreakpoints":  launched(setFunctionBreakpoints),
	"setExceptionBreakpoints": launched(setExceptionBreakpoints),
	"threads":                 launched(threads),
	"stackTrace":              standing(stackTrace),
	"scopes":                  standing(scopes),
	"variables":               standing(variables),
	"evaluate":                standing(evaluate),
	"exceptionInfo":           standing(exceptionInfo),
	"continue": standing(func(s *server, stop *debugger.Stop, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		r := &dap.ContinueResponse{Body: dap.ContinueResponseBody{AllThreadsContinued: true}}
		return r, func() { s.goOn(stop, debugger.Continue) }, nil
	}),
	"next": standing(func(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		args, way := m.(*dap.NextRequest).Arguments, debugger.Over
		if args.Granularity == "line" {
			way = debugger.Line
		}
		return &dap.NextResponse{}, func() { s.step(stop, args.ThreadId, way) }, nil
	}),
	"stepIn": standing(func(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.StepInResponse{}, func() { s.step(stop, m.(*dap.StepInRequest).Arguments.ThreadId, debugger.Into) }, nil
	}),
	"stepOut": standing(func(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.StepOutResponse{}, func() { s.step(stop, m.(*dap.StepOutRequest).Arguments.ThreadId, debugger.Out) }, nil
	}),
	"stepBack": standing(func(s *server, stop *debugger.Stop, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.StepBackResponse{}, func() { s.back(stop, stop.Back()) }, nil
	}),
	"reverseContinue": standing(func(s *server, stop *debugger.Stop, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.ReverseContinueResponse{}, func() { s.back(stop, stop.BackTo()) }, nil
	}),
	"pause": launched(func(s *server, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.PauseResponse{}, func() {
			if s.standing() == nil {
				s.awaits("pause")
				go s.session.Pause()
			}
		}, nil
	}),
	"terminate": launched(func(s *server, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		return &dap.TerminateResponse{}, s.terminate, nil
	}),
	"disconnect": func(s *server, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		s.done = true
		return &dap.DisconnectResponse{}, nil, nil
	},
}

var capabilities = dap.Capabilities{
	SupportsConfigurationDoneRequest: true, SupportsFunctionBreakpoints: true, SupportsConditionalBreakpoints: true, SupportsHitConditionalBreakpoints: true,
	SupportsEvaluateForHovers: true, SupportsStepBack: true, SupportsLogPoints: true, SupportsTerminateRequest: true, SupportsExceptionInfoRequest: true, SupportsSteppingGranularity: true,
	ExceptionBreakpointFilters: []dap.ExceptionBreakpointsFilter{
		{Filter: "uncaught", Label: "Errors that end the program", Default: true}, {Filter: "all", Label: "All errors"}, {Filter: "strands", Label: "Starts of strands"},
	},
}

// launched is a handler that needs a program.
func launched(h handler) handler {
	return func(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		if s.session == nil {
			return nil, nil, errors.New("no program has been launched")
		}
		return h(s, m)
	}
}

// standing is a handler that needs a program that stands.
func standing(h func(*server, *debugger.Stop, dap.RequestMessage) (dap.ResponseMessage, func(), error)) handler {
	return func(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
		stop := s.standing()
		if stop == nil {
			return nil, nil, errRuns
		}
		return h(s, stop, m)
	}
}

// step has the program go on to where a step of a strand ends: of the one that has stopped if there is no such strand.
func (s *server) step(stop *debugger.Stop, thread int, way debugger.Way) {
	if stop.Look(int64(thread)) != nil {
		stop.Steps = int64(thread)
	}
	s.goOn(stop, way)
}

// goOn has the program go on, or what is shown go forward to the present.
func (s *server) goOn(stop *debugger.Stop, way debugger.Way) {
	if stop.Past() < 0 {
		s.leave(way)
		return
	}
	if way == debugger.Continue {
		stop.ForwardTo()
	} else {
		stop.Forward()
	}
	s.shown(stop, "step")
}

// back shows what was recorded, if anything was.
func (s *server) back(stop *debugger.Stop, moved bool) {
	if !moved {
		s.output("console", "nothing before this was recorded: statements are recorded while you step, and all with \"record\": true in the launch\n")
	}
	s.shown(stop, "step")
}

// shown tells that something else is shown.
func (s *server) shown(stop *debugger.Stop, reason string) {
	s.mu.Lock()
	s.variables, s.frames = nil, nil
	s.mu.Unlock()
	s.tell(stop, reason)
}

func setBreakpoints(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	args := m.(*dap.SetBreakpointsRequest).Arguments
	r := &dap.SetBreakpointsResponse{}
	r.Body.Breakpoints = []dap.Breakpoint{}
	path := args.Source.Path
	s.change(func() {
		s.forget(s.lines[path])
		s.lines[path] = nil
		for _, b := range args.Breakpoints {
			added := &debugger.Breakpoint{File: path, Line: b.Line, Condition: b.Condition, Hits: b.HitCondition, Log: b.LogMessage}
			shown := s.add(added)
			shown.Source = &dap.Source{Name: filepath.Base(path), Path: path}
			r.Body.Breakpoints = append(r.Body.Breakpoints, shown)
			s.lines[path] = append(s.lines[path], added.ID)
		}
	})
	return r, nil, nil
}

func setFunctionBreakpoints(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	r := &dap.SetFunctionBreakpointsResponse{}
	r.Body.Breakpoints = []dap.Breakpoint{}
	s.change(func() {
		s.forget(s.words)
		s.words = nil
		for _, b := range m.(*dap.SetFunctionBreakpointsRequest).Arguments.Breakpoints {
			if b.Name == "" {
				r.Body.Breakpoints = append(r.Body.Breakpoints, dap.Breakpoint{Message: "a breakpoint on a word needs its name"})
				continue
			}
			added := &debugger.Breakpoint{Word: b.Name, Condition: b.Condition, Hits: b.HitCondition}
			r.Body.Breakpoints = append(r.Body.Breakpoints, s.add(added))
			s.words = append(s.words, added.ID)
		}
	})
	return r, nil, nil
}

// forget deletes breakpoints by their numbers.
func (s *server) forget(ids []int) {
	s.session.Delete(func(b *debugger.Breakpoint) bool { return slices.Contains(ids, b.ID) })
}

// add adds a breakpoint and says what has become of it.
func (s *server) add(b *debugger.Breakpoint) dap.Breakpoint {
	if err := s.session.Add(b); err != nil {
		return dap.Breakpoint{Message: err.Error(), Line: b.Line}
	}
	return dap.Breakpoint{Id: b.ID, Verified: true, Line: b.Line}
}

func setExceptionBreakpoints(s *server, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	filters := m.(*dap.SetExceptionBreakpointsRequest).Arguments.Filters
	s.change(func() {
		s.session.Errors = debugger.NoErrors
		switch {
		case slices.Contains(filters, "all"):
			s.session.Errors = debugger.AllErrors
		case slices.Contains(filters, "uncaught"):
			s.session.Errors = debugger.Uncaught
		}
		s.session.Strands = slices.Contains(filters, "strands")
	})
	return &dap.SetExceptionBreakpointsResponse{}, nil, nil
}

func threads(s *server, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	r := &dap.ThreadsResponse{}
	r.Body.Threads = []dap.Thread{}
	if stop := s.standing(); stop != nil {
		for _, seen := range stop.All() {
			name := fmt.Sprintf("strand #%d", seen.Strand)
			if seen.Waits != "" {
				name += " waits in " + seen.Waits
			}
			r.Body.Threads = append(r.Body.Threads, dap.Thread{Id: int(seen.Strand), Name: name})
		}
		if id := int(shownStrand(stop)); !slices.ContainsFunc(r.Body.Threads, func(t dap.Thread) bool { return t.Id == id }) {
			r.Body.Threads = append(r.Body.Threads, dap.Thread{Id: id, Name: fmt.Sprintf("strand #%d has ended", id)})
		}
	}
	if len(r.Body.Threads) == 0 {
		r.Body.Threads = []dap.Thread{{Id: 1, Name: "strand #1"}}
	}
	return r, nil, nil
}

// shownStrand is the strand that a stop shows: in the past it may be another one than that which has stopped.
func shownStrand(stop *debugger.Stop) int64 {
	if seen := stop.Now(); seen != nil {
		return seen.Strand
	}
	return stop.Strand
}

// seen is a strand as it is shown.
func (s *server) seen(stop *debugger.Stop, id int64) *debugger.Seen {
	if id == shownStrand(stop) {
		return stop.Now()
	}
	return stop.Look(id)
}

func stackTrace(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	args := m.(*dap.StackTraceRequest).Arguments
	seen := s.seen(stop, int64(args.ThreadId))
	if seen == nil {
		return nil, nil, fmt.Errorf("there is no strand #%d", args.ThreadId)
	}
	r := &dap.StackTraceResponse{}
	r.Body.StackFrames, r.Body.TotalFrames = []dap.StackFrame{}, len(seen.Frames)
	first := min(max(args.StartFrame, 0), len(seen.Frames))
	last := len(seen.Frames)
	if args.Levels > 0 {
		last = min(first+args.Levels, last)
	}
	for i := first; i < last; i++ {
		s.frames = append(s.frames, frame{seen.Strand, i})
		shown := s.stackFrame(&seen.Frames[i])
		shown.Id = len(s.frames)
		r.Body.StackFrames = append(r.Body.StackFrames, shown)
	}
	return r, nil, nil
}

// stackFrame is a call as the protocol has it, without a number.
func (s *server) stackFrame(f *vm.SeenFrame) dap.StackFrame {
	shown := dap.StackFrame{Name: f.Word, Line: f.Line, Column: max(f.Column, 1), Source: &dap.Source{Name: filepath.Base(f.File), Path: absolute(f.File)}}
	if src := s.session.Source(f.File); src != nil && f.Pos >= 0 {
		shown.Line, shown.Column = src.Position(f.Pos)
		shown.EndLine, shown.EndColumn = src.Position(f.End)
	}
	return shown
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// frame returns what the number of a frame stands for.
func (s *server) frame(id int) (frame, error) {
	if id < 1 || id > len(s.frames) {
		return frame{}, fmt.Errorf("there is no frame %d", id)
	}
	return s.frames[id-1], nil
}

// reference gives variables a number.
func (s *server) reference(list func() []dap.Variable) int {
	return s.pages(func(first, most int) []dap.Variable {
		all := list()
		all = all[min(first, len(all)):]
		return all[:min(most, len(all))]
	})
}

// paged is how many variables a client is to ask for in pages: 0 if it need not.
func paged(n int) int {
	if n <= onePage {
		return 0
	}
	return n
}

// pages gives variables a number of which a page is made when a client asks for it.
func (s *server) pages(page func(first, most int) []dap.Variable) int {
	s.variables = append(s.variables, page)
	return len(s.variables)
}

func scopes(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	f, err := s.frame(m.(*dap.ScopesRequest).Arguments.FrameId)
	if err != nil {
		return nil, nil, err
	}
	seen := s.seen(stop, f.strand)
	if seen == nil {
		return nil, nil, fmt.Errorf("there is no strand #%d", f.strand)
	}
	data, aux := debugger.DataStack(seen, f.index), debugger.AuxStack(seen)
	r := &dap.ScopesResponse{}
	r.Body.Scopes = []dap.Scope{
		{Name: "Data stack", VariablesReference: s.stackPages(data), IndexedVariables: paged(len(data))},
		{Name: "Aux stack", VariablesReference: s.stackPages(aux), IndexedVariables: paged(len(aux))},
		{Name: "Strands", VariablesReference: s.reference(func() []dap.Variable { return strandsOf(stop) })},
		{Name: "Channels", Expensive: true, VariablesReference: s.reference(func() []dap.Variable { return s.channelsOf(stop) })},
		{Name: "Weaves", Expensive: true, VariablesReference: s.reference(func() []dap.Variable { return s.weavesOf(stop) })},
	}
	return r, nil, nil
}

const (
	mostShown = 1000 // variables in an answer
	onePage   = 100  // parts of a value from which on clients ask for pages
)

// stackOf shows a stack from one value on, its top first, as number 0.
func (s *server) stackOf(values []stack.Value, first, most int) []dap.Variable {
	list := []dap.Variable{}
	for i := first; i < min(first+most, len(values)); i++ {
		list = append(list, s.variable(fmt.Sprint(i), values[len(values)-1-i]))
	}
	return list
}

// stackPages gives a stack a number.
func (s *server) stackPages(values []stack.Value) int {
	return s.pages(func(first, most int) []dap.Variable { return s.stackOf(values, first, most) })
}

// variable shows a value, which can be opened if it has parts.
func (s *server) variable(name string, v stack.Value) dap.Variable {
	shown := dap.Variable{Name: name, Value: debugger.Show(v, 200), Type: v.Kind().String()}
	size := debugger.Size(v)
	if size == 0 {
		return shown
	}
	shown.IndexedVariables = paged(size)
	shown.VariablesReference = s.pages(func(first, most int) []dap.Variable {
		list := []dap.Variable{}
		for _, p := range s.session.PartsNamed(v, first, most) {
			list = append(list, s.variable(p.Name, p.Value))
		}
		return list
	})
	return shown
}

func strandsOf(stop *debugger.Stop) []dap.Variable {
	list := []dap.Variable{}
	for _, seen := range stop.All() {
		state := "can run"
		if seen.Strand == stop.Strand {
			state = "stands here"
		}
		if seen.Waits != "" {
			state = "waits in " + seen.Waits
		}
		list = append(list, dap.Variable{Name: fmt.Sprintf("#%d", seen.Strand), Value: state})
	}
	return list
}

func (s *server) channelsOf(stop *debugger.Stop) []dap.Variable {
	list := []dap.Variable{}
	for _, c := range stop.Channels() {
		text := fmt.Sprintf("%s, made at %s, holds %d", cmp.Or(c.Kind, "unbounded"), cmp.Or(c.MadeAt, "an unknown place"), c.Held)
		if c.Closed {
			text += ", closed"
		}
		if waits := c.Waits(); waits != "" {
			text += ", " + waits
		}
		shown := dap.Variable{Name: c.Name, Value: text}
		if values := c.Values; len(values) > 0 {
			shown.VariablesReference = s.reference(func() []dap.Variable {
				list := []dap.Variable{}
				for i, v := range values {
					list = append(list, s.variable(fmt.Sprint(i), v))
				}
				return list
			})
		}
		list = append(list, shown)
	}
	return list
}

func (s *server) weavesOf(stop *debugger.Stop) []dap.Variable {
	list := []dap.Variable{}
	for _, w := range stop.Weaves() {
		shown := dap.Variable{Name: w.Name, Value: w.State()}
		if len(w.Frames) > 0 {
			at := s.stackFrame(&w.Frames[0])
			shown.Value += fmt.Sprintf(", in %s at %s:%d", at.Name, at.Source.Name, at.Line)
			shown.VariablesReference = s.reference(func() []dap.Variable { return append(s.callsOf(w), s.stackOf(w.Stack(), 0, mostShown)...) })
		}
		list = append(list, shown)
	}
	return list
}

// callsOf are the calls of a weave that waits to be resumed, innermost first.
func (s *server) callsOf(w *debugger.Weave) (list []dap.Variable) {
	for i := range w.Frames {
		at := s.stackFrame(&w.Frames[i])
		list = append(list, dap.Variable{Name: fmt.Sprintf("call %d", i), Value: fmt.Sprintf("%s at %s:%d", at.Name, at.Source.Name, at.Line)})
	}
	return list
}

func variables(s *server, _ *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	args := m.(*dap.VariablesRequest).Arguments
	if args.VariablesReference < 1 || args.VariablesReference > len(s.variables) {
		return nil, nil, fmt.Errorf("there are no variables %d", args.VariablesReference)
	}
	most := mostShown
	if args.Count > 0 {
		most = min(args.Count, mostShown)
	}
	r := &dap.VariablesResponse{}
	r.Body.Variables = s.variables[args.VariablesReference-1](max(args.Start, 0), most)
	if r.Body.Variables == nil {
		r.Body.Variables = []dap.Variable{}
	}
	return r, nil, nil
}

func evaluate(s *server, stop *debugger.Stop, m dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	args := m.(*dap.EvaluateRequest).Arguments
	shown := shownStrand(stop)
	f := frame{strand: shown}
	if args.FrameId != 0 {
		var err error
		if f, err = s.frame(args.FrameId); err != nil {
			return nil, nil, err
		}
	}
	var values []stack.Value
	var err error
	if f.strand == shown {
		values, err = stop.Evaluate(args.Expression, f.index)
	} else {
		values, err = stop.EvaluateIn(f.strand, args.Expression, f.index)
	}
	if err != nil {
		return nil, nil, err
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = debugger.Show(v, 200)
	}
	r := &dap.EvaluateResponse{}
	r.Body.Result = strings.Join(texts, " ")
	if len(values) > 0 {
		r.Body.VariablesReference = s.stackPages(values)
	}
	return r, nil, nil
}

func exceptionInfo(_ *server, stop *debugger.Stop, _ dap.RequestMessage) (dap.ResponseMessage, func(), error) {
	r := &dap.ExceptionInfoResponse{}
	r.Body.BreakMode = "unhandled"
	switch {
	case stop.Err != nil:
		r.Body.ExceptionId, r.Body.Description = errorName(stop.Err), stop.Err.Error()
		if stop.Caught {
			r.Body.BreakMode = "always"
		}
	case stop.Reason == "deadlock":
		r.Body.ExceptionId, r.Body.Description = "deadlock", "all strands wait, and nothing can wake one"
	default:
		return nil, nil, errors.New("the program has not stopped at an error")
	}
	return r, nil, nil
}

func errorName(e *vm.RuntimeError) string { return cmp.Or(e.Word, "runtime error") }
