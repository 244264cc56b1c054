package cli

import "golang.org/x/sys/unix"

// machineMemory returns the bytes of memory of the machine; 0 if unknown.
func machineMemory() int64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}
