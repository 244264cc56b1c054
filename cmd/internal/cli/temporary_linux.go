package cli

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// temporary keeps a text for what this process becomes: in a file without a name, which also a process in a sandbox
// can read, and which goes with the last process that has it open.
func temporary(text []byte) (string, error) {
	fd, err := unix.MemfdCreate("seqvm-program", 0)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("/proc/self/fd/%d", fd)
	f := os.NewFile(uintptr(fd), name)
	if _, err = f.Write(text); err != nil {
		return "", errors.Join(err, f.Close())
	}
	return name, nil // f stays open: what the process becomes has it
}
