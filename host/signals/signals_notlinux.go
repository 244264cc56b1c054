//go:build !linux

package signals

import "syscall"

var ownDeadly []syscall.Signal

// restoreDefault does nothing here: die then exits with the status that a
// shell shows for the signal.
func restoreDefault(syscall.Signal) {}
