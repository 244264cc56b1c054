//go:build linux && (amd64 || arm64)

package early

// action is the kernel's struct sigaction: the handler in front, at least as long as that of each architecture.
type action [8]uintptr

const (
	sigQuit   = 3
	sigIgnore = 1
)

// sigaction is the system call rt_sigaction with a mask of 8 bytes.
//
//go:noescape
func sigaction(signal uintptr, to, was *action)

func hold() (was action) {
	sigaction(sigQuit, &action{sigIgnore}, &was)
	return was
}

func restore(to *action) { sigaction(sigQuit, to, nil) }
