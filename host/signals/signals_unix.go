//go:build unix

package signals

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Numbers are the signals that have a name in the language.
var Numbers = map[string]int64{
	"SIGHUP": int64(syscall.SIGHUP), "SIGINT": int64(syscall.SIGINT), "SIGUSR1": int64(syscall.SIGUSR1), "SIGUSR2": int64(syscall.SIGUSR2),
	"SIGPIPE": int64(syscall.SIGPIPE), "SIGALRM": int64(syscall.SIGALRM), "SIGTERM": int64(syscall.SIGTERM),
	"SIGCHLD": int64(syscall.SIGCHLD), "SIGCONT": int64(syscall.SIGCONT),
}

// hasSignals: programs can set what a signal does.
const hasSignals = true

// deadly are the signals that end a process by default and that Go would not
// let do so, or not before the output is flushed. Where SIGPIPE from outside cannot be told from that of a write, Go handles it: it
// ends the process when a write to stdout finds nobody reading.
var deadly = func() []syscall.Signal {
	list := append([]syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGALRM, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
		syscall.SIGVTALRM, syscall.SIGXCPU, syscall.SIGXFSZ,
	}, append(faults, ownDeadly...)...)
	if knowsSenders {
		list = append(list, syscall.SIGPIPE)
	}
	return list
}()

// faults are the signals that Go answers by a trace of its own, whoever sends them. Those of the program's own faults stay with Go,
// which makes panics of them.
var faults = []syscall.Signal{syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGSEGV, syscall.SIGSYS, syscall.SIGTRAP}

// untouchable are the signals whose disposition cannot be set, with the reason.
var untouchable = map[int64]string{
	0:                      "it is none",
	int64(syscall.SIGKILL): "SIGKILL always kills",
	int64(syscall.SIGSTOP): "SIGSTOP always stops",
	int64(syscall.SIGURG):  "SIGURG is used by the runtime itself",
}

// die ends the process by the default action of a signal.
func die(number syscall.Signal) {
	signal.Reset(number)
	restoreDefault(number) // Go catches some signals only to do nothing
	_ = syscall.Kill(os.Getpid(), number)
	time.Sleep(time.Second) // the signal has been sent: this is not reached
	os.Exit(128 + int(number))
}
