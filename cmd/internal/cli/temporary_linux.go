package cli

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// folderOfFiles has the open files of a process by number.
const folderOfFiles = "/proc/self/fd/"

// temporary keeps a text for what this process becomes: in a file without a name, which also a process in a sandbox
// can read, and which goes with the last process that has it open.
func temporary(text []byte) (string, error) {
	fd, err := unix.MemfdCreate("seqvm-program", 0)
	if err != nil {
		return "", err
	}
	name := folderOfFiles + strconv.Itoa(fd)
	f := os.NewFile(uintptr(fd), name)
	if _, err = f.Write(text); err != nil {
		return "", errors.Join(err, f.Close())
	}
	kept = append(kept, f)
	return name, nil
}

// kept are files that must stay open: what the process becomes has them.
var kept []*os.File

// readTemporary returns such a text, once.
func readTemporary(name string) ([]byte, error) {
	fd, err := strconv.Atoi(strings.TrimPrefix(name, folderOfFiles))
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	if f == nil {
		return nil, os.ErrInvalid
	}
	_, err = f.Seek(0, io.SeekStart)
	text, readErr := io.ReadAll(f)
	return text, errors.Join(err, readErr, f.Close())
}
