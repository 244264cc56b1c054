package terminal

import "golang.org/x/sys/unix"

// Changes wait until what was written before is out.
const getTermios, setTermios = unix.TCGETS, unix.TCSETSW
