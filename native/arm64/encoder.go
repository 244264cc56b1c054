package arm64

import (
	"encoding/binary"
	"fmt"

	"github.com/seqvm/seqvm/native/machine"
)

// Instructions are those with all registers 0 and, if there are two widths, of 64 bits.
const (
	narrow = 1 << 31 // taken away: of 32 bits

	addImmediate = 0x91000000
	subImmediate = 0xD1000000
	setFlags     = 1 << 29 // added: the flags are set by the sum or difference
	shifted12    = 1 << 22 // added: the number is shifted

	addRegister = 0x8B000000
	subRegister = 0xCB000000
	orRegister  = 0xAA000000

	moveZero = 0xD2800000 // the other 16 bits are 0
	moveNot  = 0x92800000 // all bits are the opposite
	moveKeep = 0xF2800000 // the others are kept

	multiply     = 0x9B000000 // and add what is in a register
	multiplySub  = 0x9B008000
	multiplyHigh = 0x9B407C00
	divide       = 0x9AC00C00

	bitsUnsigned = 0xD3400000
	bitsSigned   = 0x93400000

	selectIf   = 0x9A800000
	selectNext = 0x9A800400 // the second one is incremented

	jump         = 0x14000000
	jumpIf       = 0x54000000
	jumpNonZero  = 0x35000000 // of 32 bits
	jumpRegister = 0xD61F0000
	call         = 0x94000000
	callRegister = 0xD63F0000
	goBack       = 0xD65F0000
	addressOf    = 0x10000000
	nothing      = 0xD503201F

	loadExclusive  = 0x885FFC00 // of 32 bits, and what comes later is not done before
	storeExclusive = 0x8800FC00 // of 32 bits, and what came earlier is done before
	pushWord       = 0xF8000C00
	popWord        = 0xF8400400

	floatMove     = 0x1E604000
	floatSqrt     = 0x1E61C000
	floatCompare  = 0x1E602000
	floatFromInt  = 0x9E620000
	floatFromBits = 0x9E670000
)

// arith is how an operation is encoded.
type arith struct {
	register  uint32 // with a register
	immediate uint32 // with a number
	opposite  uint32 // with the number's opposite, which has the same result and flags; 0: with a mask of bits
	onlyFlags bool
}

var ariths = [...]arith{
	machine.Add: {register: addRegister | setFlags, immediate: addImmediate | setFlags, opposite: subImmediate | setFlags},
	machine.Sub: {register: subRegister | setFlags, immediate: subImmediate | setFlags, opposite: addImmediate | setFlags},
	machine.Cmp: {register: subRegister | setFlags, immediate: subImmediate | setFlags, opposite: addImmediate | setFlags, onlyFlags: true},
	machine.And: {register: 0xEA000000, immediate: 0xF2000000},
	machine.Or:  {register: orRegister, immediate: 0xB2000000},
	machine.Xor: {register: 0xCA000000, immediate: 0xD2000000},
}

// test is And that only sets the flags.
var test = arith{register: 0xEA000000, immediate: 0xF2000000, onlyFlags: true}

// access is an instruction that reads or writes memory: that with a distance without scale, and the size as a power of two.
type access struct {
	code uint32
	size uint8
}

var (
	load         = access{0xF8400000, 3}
	store        = access{0xF8000000, 3}
	load32       = access{0xB8400000, 2}
	loadSigned32 = access{0xB8800000, 2}
	load8        = access{0x38400000, 0}
	floatLoad    = access{0xFC400000, 3}
	floatStore   = access{0xFC000000, 3}
)

// The forms of access: with a distance that is scaled by the size, and with a register, as it is or scaled.
const (
	scaledDistance = 1 << 24
	byRegister     = 0x206800
	byScaled       = 0x207800
)

// The forms of instructions that say where a label is: by the bits that they have for it.
const (
	jump26 uint8 = iota
	jump19
	address21
)

// encoder puts instructions: each has 32 bits.
type encoder struct{ machine.Text }

func (e *encoder) put(in uint32) { e.Code = binary.LittleEndian.AppendUint32(e.Code, in) }

// three puts an instruction on three registers, two on two.
func (e *encoder) three(in uint32, to, left, right number) {
	e.put(in | uint32(right)<<16 | uint32(left)<<5 | uint32(to))
}

func (e *encoder) two(in uint32, to, from number) { e.put(in | uint32(from)<<5 | uint32(to)) }

// refer puts an instruction that says where a label is.
func (e *encoder) refer(in uint32, l machine.Label, form uint8) {
	e.Refer(len(e.Code), l, form)
	e.put(in)
}

// memory puts an instruction that reads or writes memory.
func (e *encoder) memory(in access, r number, m machine.Mem) {
	base, d := numbers[m.Base], m.Disp
	switch scaled := d >> in.size; {
	case d >= 0 && scaled < 1<<12 && scaled<<in.size == d:
		e.two(in.code|scaledDistance|uint32(scaled)<<10, r, base)
	case fitsSigned(int(d), 9):
		e.two(in.code|uint32(d)&(1<<9-1)<<12, r, base)
	default:
		e.set(large, int64(d))
		e.three(in.code|byRegister, r, base, large)
	}
}

// set sets a register, with as few instructions as there have to be.
func (e *encoder) set(to number, x int64) {
	zeros, ones := 0, 0 // parts of 16 bits that are all 0, or all 1
	for i := range 4 {
		switch uint16(x >> (16 * i)) {
		case 0:
			zeros++
		case 1<<16 - 1:
			ones++
		}
	}
	if zeros < 3 && ones < 3 {
		if mask, ok := bitMask(uint64(x)); ok {
			e.two(ariths[machine.Or].immediate|mask, to, zero)
			return
		}
	}
	first, rest := uint32(moveZero), uint16(0)
	if ones > zeros {
		first, rest = moveNot, 1<<16-1
	}
	in := first
	for i := range 4 {
		part := uint16(x >> (16 * i))
		if part == rest {
			continue
		}
		if in == moveNot {
			part = ^part
		}
		e.put(in | uint32(i)<<21 | uint32(part)<<5 | uint32(to))
		in = moveKeep
	}
	if in == first { // all are as the rest
		e.put(first | uint32(to))
	}
}

// immediate puts an operation on a register and a number, of 64 bits or, with narrow, of 32.
func (e *encoder) immediate(op arith, width uint32, to, from number, x int32) {
	if op.onlyFlags {
		to = zero
	}
	if op.opposite == 0 {
		pattern := uint64(int64(x))
		if width == narrow { // a pattern of 32 bits that repeats itself is one without the bit that makes it 64
			pattern = uint64(uint32(x))<<32 | uint64(uint32(x))
		}
		if mask, ok := bitMask(pattern); ok {
			e.two((op.immediate|mask)&^width, to, from)
			return
		}
	} else {
		in, size := op.immediate, int64(x)
		if x < 0 {
			in, size = op.opposite, -size
		}
		switch {
		case size < 1<<12:
			e.two((in|uint32(size)<<10)&^width, to, from)
			return
		case size < 1<<24 && size&(1<<12-1) == 0:
			e.two((in|shifted12|uint32(size>>12)<<10)&^width, to, from)
			return
		}
	}
	e.set(large, int64(x))
	e.three(op.register&^width, to, from, large)
}

// arith is immediate with a register.
func (e *encoder) arith(op arith, to, with number) {
	result := to
	if op.onlyFlags {
		result = zero
	}
	e.three(op.register, result, to, with)
}

func (e *encoder) address(to, base number, distance int32) {
	sum := arith{register: addRegister, immediate: addImmediate, opposite: subImmediate}
	e.immediate(sum, 0, to, base, distance)
}

func (e *encoder) product(to, left, right number) {
	e.three(multiply|uint32(zero)<<10, to, left, right)
}

// open writes the return address of the call that comes next. The call has the processor foresee where Return goes to, and puts that into a
// register as well, which nobody reads.
func (e *encoder) open() {
	e.put(addressOf | addressBits(12) | uint32(operand)) // behind this, the next and the call
	e.wordAtCalls(pushWord, operand, -8)
}

// wordAtCalls reads or writes the word at Calls, which moves by a distance.
func (e *encoder) wordAtCalls(in uint32, r number, distance int32) {
	e.two(in|uint32(distance)&(1<<9-1)<<12, r, numbers[machine.Calls])
}

func outOfReach(at, to int) error { return fmt.Errorf("what is at %d does not reach %d", at, to) }

// fitsSigned tells whether a number has so many bits at most, its sign among them.
func fitsSigned(x, bits int) bool { return x >= -1<<(bits-1) && x < 1<<(bits-1) }

// addressBits is a distance as addressOf has it.
func addressBits(distance int) uint32 {
	return uint32(distance)&3<<29 | uint32(distance>>2)&(1<<19-1)<<5
}
