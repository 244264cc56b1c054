package vm

import (
	gocontext "context"
	"runtime/trace"
	"strconv"
)

// traced is what a strand needs to show in an execution trace of Go: a task
// for its life and a region for each time that it runs.
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

// tracePark notes what the strand is about to wait in.
func (s *Strand) tracePark() {
	if s.traced != nil {
		trace.Log(s.traced.context, "waits", s.waitingIn())
	}
}

// traceEnd ends the task.
func (s *Strand) traceEnd() {
	if s.traced != nil {
		s.traced.task.End()
		s.traced = nil
	}
}
