//go:build linux && (amd64 || arm64)

package signals

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// A write to a pipe or socket that nobody reads raises SIGPIPE, and so may another process: the former is the failure of a word, the
// latter is to kill. Only the handler gets to know who sent a signal, and Go does not tell. So a handler of our own stands in
// front of Go's (pipe_linux_*.s). It notes a sender other than this process.

var outside int32 // a SIGPIPE has come from elsewhere

// What the handler reads, which is assembly.
var (
	//lint:ignore U1000 the handler reads it
	ownID int32 // of this process
	//lint:ignore U1000 the handler goes on there
	behind uintptr // Go's handler
)

// pipeHandler is the address of the handler.
var pipeHandler uintptr

// tellPipes makes the handler note where a SIGPIPE comes from. Go must handle that signal, and each change of what it does takes that back.
func tellPipes() {
	var now [8]uintptr // the kernel's struct sigaction, the handler in front
	if sigaction(syscall.SIGPIPE, nil, &now); now[0] <= 1 || now[0] == pipeHandler {
		return // the default, or ignored
	}
	behind, ownID = now[0], int32(os.Getpid())
	now[0] = pipeHandler
	sigaction(syscall.SIGPIPE, &now, nil)
}

// sentPipe tells whether a SIGPIPE has come from elsewhere since the last call.
func sentPipe() bool { return atomic.SwapInt32(&outside, 0) != 0 }

// knowsSenders: a SIGPIPE from outside is told from that of a write.
const knowsSenders = true

func sigaction(number syscall.Signal, to, was *[8]uintptr) {
	const maskBytes = 8
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(number), uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(was)), maskBytes, 0, 0)
}
