//go:build (amd64 || arm64) && !race

package vm

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nativePossible tells whether machine code can be made: for these processors it can. What follows is all that depends on the system; what depends on the processor has its name.
const nativePossible = true

// callMachine runs machine code from an entry on, in the frame at fp, until it returns or exits. Where it wants help, it gets that of helpMachine.
// As any Go function it looks first whether Go wants the goroutine.
//
//go:noescape
func callMachine(c *machineContext, code, fp uintptr)

// goroutineGuard is where Go's goroutine has the bound of its stack that asks for attention, too: the linker knows of it as well ("stackguard0 …
// known to linker", runtime/runtime2.go). If Go wants the goroutine the bound is above all addresses, so it looks negative (runtime/stack.go, stackPreempt).
const goroutineGuard = 16

// writeBarrier is Go's own: machine code leaves pointers to the interpreter while it is on. The runtime keeps it for such use
// (runtime/mgc.go: "do not remove or change the type signature").
//
//go:linkname writeBarrier runtime.writeBarrier
var writeBarrier struct {
	enabled bool
	_       [3]byte
	_       uint64
}

// barrierFlag is the address of the four bytes that say whether it is on.
func barrierFlag() uintptr { return uintptr(unsafe.Pointer(&writeBarrier)) }

// machineMemory is executable memory.
type machineMemory struct{ pages []byte }

// newMachineMemory makes memory of code, which is never writable and executable at once. It goes with the owner.
func newMachineMemory(owner *tier, code []byte) (*machineMemory, error) {
	pages, err := unix.Mmap(-1, 0, len(code), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	copy(pages, code)
	codeWritten(pages)
	if err := unix.Mprotect(pages, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		_ = unix.Munmap(pages)
		return nil, err
	}
	runtime.AddCleanup(owner, func(pages []byte) { _ = unix.Munmap(pages) }, pages)
	return &machineMemory{pages}, nil
}

// address is that of the code's first byte.
func (m *machineMemory) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(m.pages))) }

// siteAt is the number of the call that returns to an address.
//
//go:nocheckptr
func siteAt(returns uintptr) int {
	return int(markedNumber(*(*uint64)(unsafe.Add(nil, returns))))
}
