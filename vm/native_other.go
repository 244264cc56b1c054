//go:build !linux || (!amd64 && !arm64) || race

package vm

import "github.com/seqvm/seqvm/native/machine"

// nativePossible tells whether machine code can be made: there is none for this processor or system, or a build that watches each access to memory.
const nativePossible = false

func nativeProcessor() *machine.Processor { return nil }

func callMachine(*machineContext, uintptr, uintptr) {}

const goroutineGuard = 0

func barrierFlag() uintptr { return 0 }

type machineMemory struct{}

func newMachineMemory(*tier, []byte) (*machineMemory, error) {
	return nil, ErrNoNative
}

func (*machineMemory) address() uintptr { return 0 }

func siteAt(uintptr) int { return 0 }
