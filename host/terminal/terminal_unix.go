//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// settings are those of a terminal before it was made raw.
type settings unix.Termios

// makeRaw makes a terminal raw and returns its settings before; nil if it is no
// terminal. It leaves alone what chapter 6, section 8 does not name, unlike
// cfmakeraw, which also changes the character size and all other input flags.
func makeRaw(fd int) *settings {
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil
	}
	raw := *before
	raw.Lflag &^= unix.ICANON | unix.ECHO | unix.ISIG | unix.IEXTEN
	raw.Iflag &^= unix.IXON | unix.ICRNL
	raw.Oflag &^= unix.OPOST
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if unix.IoctlSetTermios(fd, setTermios, &raw) != nil {
		return nil
	}
	return (*settings)(before)
}

func (s *settings) restore(fd int) {
	// A terminal that has gone needs nothing any more.
	_ = unix.IoctlSetTermios(fd, setTermios, (*unix.Termios)(s))
}

func waiting(f *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 0)
		if err != unix.EINTR {
			return n > 0
		}
	}
}
