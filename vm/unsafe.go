package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// at returns slot i of the frame at fp. Addresses are plain numbers to Go:
// the slots are kept alive by the strand, the code by the image, and neither
// moves unless makeRoom moves it. Go's pointer checks of race builds know
// nothing of that.
//
//go:nocheckptr
func at(fp uintptr, i int32) *stack.Value {
	return (*stack.Value)(unsafe.Add(nil, fp+uintptr(uint32(i))*slotSize))
}

//go:nocheckptr
func instr(ip uintptr) *bytecode.Instr { return (*bytecode.Instr)(unsafe.Add(nil, ip)) }

func jump(ip uintptr, c int32) uintptr { return ip + uintptr(int(c))*instrSize }

const (
	instrSize = unsafe.Sizeof(bytecode.Instr{})
	slotSize  = unsafe.Sizeof(stack.Value{})
	frameSize = unsafe.Sizeof(frame{})
)

// address returns the address of a slot by its index in the stack.
func (c *continuation) address(index int) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(c.data.Slots))) + uintptr(index)*slotSize
}

// index is the inverse of address.
func (c *continuation) index(address uintptr) int { return int(address-c.address(0)) / int(slotSize) }
