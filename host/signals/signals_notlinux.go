//go:build !linux

package signals

import "syscall"

// restoreDefault does nothing here: die then exits with the status that a
// shell shows for the signal.
func restoreDefault(syscall.Signal) {}
