package bundle

import (
	"errors"
	"os"
	"os/exec"
)

// openSelf opens the process's own file: by the link that the system keeps, which leads to it also after it was moved or deleted and
// whatever the process is called; where /proc is not there, by what it was called.
func openSelf() (*os.File, error) {
	f, err := os.Open("/proc/self/exe")
	if err == nil {
		return f, nil
	}
	path, other := exec.LookPath(os.Args[0])
	if other != nil {
		return nil, errors.Join(err, other)
	}
	return os.Open(path)
}
