package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
)

// What the machine does behind Go's back stands in this file. Addresses of slots and of
// instructions are plain numbers to Go: the slots are kept alive by the strand, the code by
// the image, and neither moves unless continuation.grow moves it. Go's pointer checks of
// race builds know nothing of that; make gccheck has the collector prove it.

const (
	instrSize = unsafe.Sizeof(bytecode.Instr{})
	slotSize  = unsafe.Sizeof(stack.Value{})
	frameSize = unsafe.Sizeof(frame{})
)

// at returns slot i of the frame at fp.
//
//go:nocheckptr
func at(fp uintptr, i int32) *stack.Value {
	return (*stack.Value)(unsafe.Add(nil, fp+uintptr(uint32(i))*slotSize))
}

// window returns n slots of a frame from i on.
func window(fp uintptr, i int32, n int) []stack.Value { return unsafe.Slice(at(fp, i), n) }

// three returns the slots i-2, i-1 and i of a frame.
func three(fp uintptr, i int32) *[3]stack.Value {
	return (*[3]stack.Value)(unsafe.Pointer(at(fp, i-2)))
}

// instr returns the instruction at an address.
//
//go:nocheckptr
func instr(ip uintptr) *bytecode.Instr { return (*bytecode.Instr)(unsafe.Add(nil, ip)) }

// moved executes a move and returns the instruction behind it, which is at ip, and the address behind that.
func moved(fp, ip uintptr, in *bytecode.Instr) (*bytecode.Instr, uintptr) {
	*at(fp, in.A) = *at(fp, in.B)
	return instr(ip), ip + instrSize
}

// jump returns the address that is c instructions behind ip.
func jump(ip uintptr, c int32) uintptr { return ip + uintptr(int(c))*instrSize }

// codeAddress returns the address of code by its first instruction.
func codeAddress(first *bytecode.Instr) uintptr { return uintptr(unsafe.Pointer(first)) }

// address returns the address of a slot by its index in the stack.
func (c *continuation) address(index int) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(c.data.Slots))) + uintptr(index)*slotSize
}

// index is the inverse of address.
func (c *continuation) index(address uintptr) int { return int(address-c.address(0)) / int(slotSize) }

// indexOf is the index of a slot of the stack.
func (c *continuation) indexOf(slot *stack.Value) int { return c.index(uintptr(unsafe.Pointer(slot))) }

// builderOf is the list that a Builder builds.
func builderOf(v *stack.Value) *stack.VariantValue { return (*stack.VariantValue)(v.Object()) }

func builderValue(list *stack.VariantValue) stack.Value {
	return stack.FromObject(stack.Builder, unsafe.Pointer(list))
}

// weaveOf is the weave that a value is.
func weaveOf(v stack.Value) (*weave, error) {
	if v.Kind() != stack.Weave {
		return nil, Mismatch("a weave", v)
	}
	return (*weave)(v.Object()), nil
}

func channelValue(c *channel.Channel) stack.Value {
	return stack.FromObject(stack.Channel, unsafe.Pointer(c))
}

func channelOf(v stack.Value) *channel.Channel { return (*channel.Channel)(v.Object()) }

func weaveValue(w *weave) stack.Value { return stack.FromObject(stack.Weave, unsafe.Pointer(w)) }

// runSelfTest runs machine code on a frame of two slots. A collection may want the goroutine meanwhile: then it exits, gets it, and
// begins again.
func runSelfTest(c *machineContext, l *limit, code uintptr, frame *[2]stack.Value) {
	from := *frame
	for range 100 {
		*frame = from
		c.limit = uintptr(unsafe.Pointer(l))
		c.begin(0)
		callMachine(c, code, uintptr(unsafe.Pointer(frame)))
		if c.exit == 0 {
			return
		}
	}
}
