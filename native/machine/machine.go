// Package machine is what processors have in common as far as machine code of bytecode needs it: registers by what they are for, conditions, labels, and
// the instructions of an Assembler, which packages amd64 and arm64 encode. It knows nothing of bytecode.
package machine

// Processor is a kind of processor that machine code can be made for.
type Processor struct {
	Name string // as Go calls it (GOARCH)
	// How many registers there are for values, general ones and those for Floats, and how many of them, the first ones, hand over arguments and results of calls.
	Values, Floats                 int
	ArgumentValues, ArgumentFloats int
	// Reach is how far an instruction that jumps on a condition can go, in bytes: no function has more code. 0: as far as there is code.
	Reach int
	New   func() Assembler
}

// Reg is a general register, by what it is for.
type Reg uint8

// The general registers. A, C and D are free within an instruction of bytecode; multiplication, division and shifts use them, as their methods say.
const (
	A          Reg = iota
	C              // also the distance of shifts
	D              // also the upper half of products, and remainders
	Frame          // address of the first slot of the frame
	Context        // address of what the VM and machine code tell each other
	Goroutine      // address of Go's goroutine, which Go keeps there
	Calls          // address of the innermost return address
	FirstValue     // the first for values; the others follow
)

// Value is the i-th register for values.
func Value(i int) Reg { return FirstValue + Reg(i) }

// FloatReg is a register for Floats.
type FloatReg uint8

// The registers for Floats. Two are free within an instruction of bytecode.
const (
	ScratchFloat FloatReg = iota
	OtherFloat
	FirstFloat // the first for values; the others follow
)

// FloatValue is the i-th register for values that are Floats.
func FloatValue(i int) FloatReg { return FirstFloat + FloatReg(i) }

// Cond is a condition of the flags.
type Cond uint8

// The conditions. Each stands beside its opposite. Above and below are of numbers without signs, behind Cmp and Sub only; Overflow is that of Add and Sub.
const (
	Equal Cond = iota
	NotEqual
	Less
	GreaterEqual
	LessOrEqual
	Greater
	Below
	AboveOrEqual
	BelowOrEqual
	Above
	Overflow
	NoOverflow

	// Behind FloatCompare. FloatEqual and FloatNotEqual say nothing if one of both is NaN.
	FloatEqual
	FloatNotEqual
	FloatNotAbove // or one is NaN
	FloatAbove
	FloatNotAboveOrEqual // or one is NaN
	FloatAboveOrEqual
	FloatNaN // one is NaN
	FloatNoNaN

	Conditions // how many there are
)

// Not is the opposite of a condition.
func (c Cond) Not() Cond { return c ^ 1 }

// Arith is an operation on two operands of 64 bits.
type Arith uint8

// The operations. Cmp only sets the flags.
const (
	Add Arith = iota
	Sub
	And
	Or
	Xor
	Cmp
)

// Shift is an operation that shifts.
type Shift uint8

// The shifts.
const (
	ShiftLeft Shift = iota
	ShiftRight
	ShiftArithmetic
)

// Float is an operation on Floats.
type Float uint8

// The operations.
const (
	FloatAdd Float = iota
	FloatSub
	FloatMul
	FloatDiv
)

// Mem is a place in memory: a register and a distance from it, in bytes.
type Mem struct {
	Base Reg
	Disp int32
}

// Assembler makes code of one processor.
//
// Flags are set by Add, Sub, And and Cmp of the methods Arith…, by Test…, Compare… and FloatCompare. Moves, loads and stores of all kinds but
// Immediate, Address, Sum, jumps, Set and MoveIf leave them as they are; what stands behind all others is unknown.
type Assembler interface {
	// Places in the code.
	NewLabel() Label
	Bind(l Label)          // says that a label is here
	Offset(l Label) int    // where a bound label is
	Here() int             // where the next instruction will be
	Align(n int)           // fills up to a multiple of n
	Link() ([]byte, error) // the code, all labels of which must be bound

	// Moves between registers and memory.
	Move(to, from Reg) // nothing if both are the same
	Immediate(to Reg, x int64)
	Load(to Reg, from Mem)
	LoadSigned32(to Reg, from Mem)
	Store(to Mem, from Reg)
	StoreImm(to Mem, x int32)           // 64 bits: x with its sign
	Indexed(to, base, index Reg)        // reads base + 8 * index
	StoreIndexed(base, index, from Reg) // writes base + 8 * index
	Address(to Reg, of Mem)
	Sum(to, base, index Reg) // base + index
	LabelAddress(to Reg, l Label)
	MoveIf(c Cond, to, from Reg)
	Set(c Cond, to Reg) // 1 if the condition holds, else 0

	// Arithmetic: to = to op with.
	Arith(op Arith, to, with Reg)
	ArithMem(op Arith, to Reg, with Mem)
	ArithImm(op Arith, to Reg, x int32)
	ArithMemImm(op Arith, to Mem, x int32)
	CompareMem32Imm(m Mem, x int32)
	CompareFixed32Imm(address int64, x int32) // 32 bits of memory at an address of 31 bits
	CompareMem8Imm(m Mem, x byte)
	LockOr32Imm(to Mem, x int32) // as one step to all processors
	Test(x, y Reg)               // by x and y, bit by bit
	TestMem32Imm(m Mem, x int32)
	ShiftImm(op Shift, to Reg, n uint8)
	ShiftByC(op Shift, to Reg) // by C modulo 64
	Neg(to Reg)
	Mul(to, with Reg)
	MulImm(to, from Reg, x int32)
	MulHigh(with Reg) // D = the upper 64 bits of A * with; changes A
	DivideByC()       // A = A / C toward zero, D = the remainder; C is not 0, and the quotient has 63 bits at most

	// Control.
	Jump(l Label)
	JumpIf(c Cond, l Label)
	JumpTo(address Reg)
	Call(l Label) // the return address goes to Calls, from where Return takes it
	CallTo(address Reg)
	Return()
	Mark(number int32) // an instruction that does nothing and holds a number: behind calls

	// The way from and to Go, which has come by a call.
	KeepBack(back Mem)      // keeps where Go's call returns to; may change C
	KeepStack(stack Mem)    // keeps the hardware's stack pointer if Calls is the same register
	RestoreStack(stack Mem) // has the hardware's stack pointer as it was kept
	ReturnBack(back Mem)    // returns from Go's call

	// Floats.
	Float(op Float, to, left, right FloatReg) // to = left op right; may change ScratchFloat
	FloatMem(op Float, to, left FloatReg, right Mem)
	FloatSqrt(to, from FloatReg)
	FloatMove(to, from FloatReg) // nothing if both are the same
	FloatLoad(to FloatReg, from Mem)
	FloatStore(to Mem, from FloatReg)
	FloatIndexed(to FloatReg, base, index Reg)        // reads base + 8 * index
	FloatStoreIndexed(base, index Reg, from FloatReg) // writes base + 8 * index
	FloatCompare(x, y FloatReg)
	FloatZero(to FloatReg)
	FloatFromInt(to FloatReg, from Reg)
	FloatFromBits(to FloatReg, from Reg)
}
