//go:build linux && (amd64 || arm64)

package early

// action is the kernel's struct sigaction: the handler in front, at least as long as that of each architecture.
type action [8]uintptr

const (
	sigQuit   = 3
	sigIgnore = 1
)

// ignored has a bit for each signal that was ignored when the process began; entry sets it.
var ignored uint32

// own are the signals for which that does not count: SIGINT and SIGQUIT, which a shell has its background jobs ignore; those that the
// runtime needs (SIGCHLD to wait for children, SIGURG, SIGPROF); and those that faults raise.
const own = 1 | 1<<2 | 1<<sigQuit | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<11 | 1<<17 | 1<<18 | 1<<23 | 1<<27

// Ignored tells whether a signal was ignored when the process began, and is to stay so. Package os/signal does not know of it.
func Ignored(signal int) bool { return 0 < signal && signal < 32 && (ignored&^own)>>signal&1 != 0 }

// sigaction is the system call rt_sigaction with a mask of 8 bytes.
//
//go:noescape
func sigaction(signal uintptr, to, was *action)

// entry is where the process begins. It ends in the runtime's own entry.
//
//lint:ignore U1000 the linker's flag -E names it
func entry()

func hold() (was action) {
	sigaction(sigQuit, &action{sigIgnore}, &was)
	for signal := range 32 {
		if Ignored(signal) {
			sigaction(uintptr(signal), &action{sigIgnore}, nil)
		}
	}
	return was
}

func restore(to *action) { sigaction(sigQuit, to, nil) }
