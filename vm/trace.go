package vm

import (
	gocontext "context"
	"runtime/trace"
	"strconv"
)

// traced is what a strand needs to show in an execution trace of Go: a task
// for its life and a region for each time that it runs. nil: no trace is made.
type traced struct {
	context gocontext.Context
	task    *trace.Task
}

// traceRun opens a region, and at the strand's first run its task.
func (s *Strand) traceRun() *trace.Region {
	if s.traced == nil {
		s.traced = new(traced)
		s.traced.context, s.traced.task = trace.NewTask(gocontext.Background(), "strand #"+strconv.FormatInt(s.ID(), 10))
	}
	return trace.StartRegion(s.traced.context, "run")
}

// end ends the task.
func (t *traced) end() {
	if t != nil {
		t.task.End()
	}
}
