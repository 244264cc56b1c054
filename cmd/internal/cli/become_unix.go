//go:build !windows

package cli

import "syscall"

// become has the process go on as another program. It returns only if that cannot be started.
func become(path string, args, environ []string) (int, error) {
	return 0, syscall.Exec(path, args, environ)
}
