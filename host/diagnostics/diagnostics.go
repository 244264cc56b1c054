// Package diagnostics is what lets one look into a program from outside: the dump
// that SIGQUIT asks for, the watchdog over strands that run for long, and the report
// at the end (chapter 5, sections 13 to 15). It formats what a scheduler tells of
// itself and does not know what strands execute.
package diagnostics

import (
	"io"

	"github.com/seqvm/seqvm/scheduler"
)

// Program is a running program as the diagnostics see it.
type Program struct {
	Snapshot func() scheduler.Snapshot
	// Traffic tells how many messages were sent and received, and how many workers
	// have run strands; it is asked when no strand runs any more.
	Traffic func() (sent, received int64, workers int)
	// WaitingIn adds to the strands whose ids are the keys what they wait in, such as
	// " in chan.receive at x.seq:3". nil: nothing is added.
	WaitingIn func(notes map[int64]string)
	Flush     func()    // makes the program's own output visible
	Exit      func()    // ends the program with status 1
	To        io.Writer // where diagnostics are written
}
