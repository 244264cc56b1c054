//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package terminal

import "golang.org/x/sys/unix"

// Changes wait until what was written before is out.
const getTermios, setTermios = unix.TIOCGETA, unix.TIOCSETAW
