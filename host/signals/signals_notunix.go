//go:build !unix

package signals

import (
	"os"
	"syscall"
)

// hasSignals: the words that set what a signal does do nothing here (chapter 6,
// section 9).
const hasSignals = false

// Numbers are Linux's: there are no such signals here, and the flags stay
// false.
var Numbers = map[string]int64{
	"SIGHUP": 1, "SIGINT": 2, "SIGUSR1": 10, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14, "SIGTERM": 15, "SIGCHLD": 17, "SIGCONT": 18,
}

var faults []syscall.Signal

var deadly = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}

var untouchable = map[int64]string{0: "it is none", 9: "SIGKILL always kills", 19: "SIGSTOP always stops", 23: "SIGURG is used by the runtime itself"}

func die(number syscall.Signal) { os.Exit(128 + int(number)) }
