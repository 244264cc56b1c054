//go:build !linux

package cli

// machineMemory returns the bytes of memory of the machine; 0 if unknown.
func machineMemory() int64 { return 0 }
