package signals

import (
	"syscall"
	"unsafe"
)

// ownDeadly are those of deadly that only this system has.
var ownDeadly = []syscall.Signal{syscall.SIGSTKFLT, syscall.SIGIO, syscall.SIGPWR}

// restoreDefault sets the disposition of a signal to SIG_DFL behind Go's back.
func restoreDefault(number syscall.Signal) {
	var action [8]uint64 // a zeroed kernel_sigaction: SIG_DFL, no flags, empty mask
	const maskBytes = 8
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(number), uintptr(unsafe.Pointer(&action)), 0, maskBytes, 0, 0)
}
