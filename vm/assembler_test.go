//go:build linux && (amd64 || arm64) && !race

package vm

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/native/machine"
)

// Where a trial has its operands, as words of its frame, and its results.
const (
	wordX = iota
	wordY
	wordScratch
	wordTable   // several
	firstResult = 8

	frameWords = 1 << 13 // so that distances are of all sizes
)

// Registers of trials.
const (
	valueX = machine.FirstValue + iota
	valueY
	valueZ
	floatX = machine.FirstFloat
	floatY = machine.FirstFloat + 1
	floatZ = machine.FirstFloat + 2
)

func word(i int) machine.Mem { return machine.Mem{Base: machine.Frame, Disp: int32(8 * i)} }

// trial is code that executes each instruction of an Assembler with some operands, and what it should find.
type trial struct {
	machine.Assembler
	x, y  int64
	imm   int32
	shift uint8
	names []string // of results
	wants []uint64
}

// result is the place of the next result.
func (m *trial) result(want uint64, name string, args ...any) machine.Mem {
	m.names, m.wants = append(m.names, fmt.Sprintf(name, args...)), append(m.wants, want)
	return word(firstResult + (len(m.names)-1)*7%(frameWords-firstResult))
}

// keep leaves a register as a result.
func (m *trial) keep(from machine.Reg, want uint64, name string, args ...any) {
	m.Store(m.result(want, name, args...), from)
}

func (m *trial) keepFloat(from machine.FloatReg, want float64, name string, args ...any) {
	m.FloatStore(m.result(math.Float64bits(want), name, args...), from)
}

// operands loads X and Y.
func (m *trial) operands() {
	m.Load(valueX, word(wordX))
	m.Load(valueY, word(wordY))
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// conditions leaves what some conditions say: each as a number, and by where a jump goes. Nothing in between may change the flags.
func (m *trial) conditions(name string, holds map[machine.Cond]bool) {
	for c := range machine.Conditions {
		want, asked := holds[c]
		if !asked {
			continue
		}
		m.Set(c, machine.D)
		m.keep(machine.D, truth(want), "%s: Set %d", name, c)
		m.Address(valueZ, word(wordTable))
		m.MoveIf(c, valueZ, valueX)
		m.MoveIf(c.Not(), valueZ, valueY)
		m.keep(valueZ, map[bool]uint64{true: uint64(m.x), false: uint64(m.y)}[want], "%s: MoveIf %d", name, c)
		yes, done, at := m.NewLabel(), m.NewLabel(), m.result(truth(want), "%s: JumpIf %d", name, c)
		m.JumpIf(c, yes)
		m.StoreImm(at, 0)
		m.Jump(done)
		m.Bind(yes)
		m.StoreImm(at, 1)
		m.Bind(done)
	}
}

// compared are the conditions behind a comparison, signed those behind others that say the sign of a number.
func compared[T int64 | int32](x, y T) map[machine.Cond]bool {
	holds := signed(x, y)
	below := uint64(x) < uint64(y)
	holds[machine.Below], holds[machine.AboveOrEqual] = below, !below
	holds[machine.BelowOrEqual], holds[machine.Above] = below || x == y, !below && x != y
	return holds
}

func signed[T int64 | int32](x, y T) map[machine.Cond]bool {
	return map[machine.Cond]bool{machine.Equal: x == y, machine.NotEqual: x != y, machine.Less: x < y, machine.GreaterEqual: x >= y, machine.LessOrEqual: x <= y, machine.Greater: x > y}
}

// overflow is whether a sum, or a difference, has another sign than it should.
func overflow(op machine.Arith, x, y int64) map[machine.Cond]bool {
	r, turned := x+y, false
	if op == machine.Sub {
		r = x - y
		turned = (x^y)&(x^r) < 0
	} else {
		turned = (x^r)&(y^r) < 0
	}
	return map[machine.Cond]bool{machine.Equal: r == 0, machine.NotEqual: r != 0, machine.Overflow: turned, machine.NoOverflow: !turned}
}

// arithmetic is what operations leave, and the conditions behind them.
func arithmetic(op machine.Arith, x, y int64) (r int64, holds map[machine.Cond]bool) {
	switch op {
	case machine.Add:
		return x + y, overflow(op, x, y)
	case machine.Sub:
		return x - y, overflow(op, x, y)
	case machine.And:
		return x & y, signed(x&y, 0)
	case machine.Or:
		return x | y, nil
	case machine.Xor:
		return x ^ y, nil
	}
	return x, compared(x, y)
}

func (m *trial) arith() {
	for op := machine.Add; op <= machine.Cmp; op++ {
		want, holds := arithmetic(op, m.x, m.y)
		m.operands()
		m.Arith(op, valueX, valueY)
		m.keep(valueX, uint64(want), "Arith %d", op)
		m.Load(valueX, word(wordX))
		m.conditions(fmt.Sprintf("Arith %d", op), holds)
		m.operands()
		m.ArithMem(op, valueX, word(wordY))
		m.keep(valueX, uint64(want), "ArithMem %d", op)
		m.Load(valueX, word(wordX))
		m.conditions(fmt.Sprintf("ArithMem %d", op), holds)

		want, holds = arithmetic(op, m.x, int64(m.imm))
		m.operands()
		m.ArithImm(op, valueX, m.imm)
		m.keep(valueX, uint64(want), "ArithImm %d", op)
		m.Load(valueX, word(wordX))
		m.conditions(fmt.Sprintf("ArithImm %d", op), holds)
		m.operands()
		at := m.result(uint64(want), "ArithMemImm %d", op)
		m.Store(at, valueX)
		m.ArithMemImm(op, at, m.imm)
		m.conditions(fmt.Sprintf("ArithMemImm %d", op), holds)
	}
	m.operands()
	m.Test(valueX, valueY)
	m.conditions("Test", signed(m.x&m.y, 0))
	m.CompareMem32Imm(word(wordX), m.imm)
	m.conditions("CompareMem32Imm", compared(int32(m.x), m.imm))
	m.CompareMem8Imm(word(wordX), byte(m.y))
	same := byte(m.x) == byte(m.y)
	m.conditions("CompareMem8Imm", map[machine.Cond]bool{machine.Equal: same, machine.NotEqual: !same})
	m.TestMem32Imm(word(wordX), m.imm)
	m.conditions("TestMem32Imm", signed(int32(m.x)&m.imm, 0))
	if at := near(uintptr(unsafe.Pointer(&fixed)), 4); at != 0 {
		m.CompareFixed32Imm(at, m.imm)
		m.conditions("CompareFixed32Imm", compared(int32(m.x), m.imm))
	}
}

// fixed stands where a number can have its address, or not.
var fixed int32

func (m *trial) moves() {
	m.operands()
	m.Move(valueZ, valueX)
	m.keep(valueZ, uint64(m.x), "Move")
	m.Immediate(valueZ, m.y)
	m.keep(valueZ, uint64(m.y), "Immediate")
	m.StoreImm(m.result(uint64(int64(m.imm)), "StoreImm"), m.imm)
	for by := range int32(8) {
		m.LoadSigned32(valueZ, machine.Mem{Base: machine.Frame, Disp: by})
		low, high := uint64(m.x)>>(8*by), uint64(m.y)<<1<<(63-8*by)
		m.keep(valueZ, uint64(int64(int32(low|high))), "LoadSigned32 %d", by)
	}
	m.Immediate(valueZ, wordY)
	m.Indexed(machine.A, machine.Frame, valueZ)
	m.keep(machine.A, uint64(m.y), "Indexed")
	m.Immediate(machine.C, wordScratch)
	m.StoreIndexed(machine.Frame, machine.C, valueX)
	m.Load(machine.A, word(wordScratch))
	m.keep(machine.A, uint64(m.x), "StoreIndexed")
	m.Sum(valueZ, valueX, valueY)
	m.keep(valueZ, uint64(m.x+m.y), "Sum")
	m.Address(valueZ, machine.Mem{Base: valueX, Disp: m.imm})
	m.keep(valueZ, uint64(m.x+int64(m.imm)), "Address")
	at := m.result(uint64(m.x)|uint64(uint32(m.imm)), "LockOr32Imm")
	m.Store(at, valueX)
	m.LockOr32Imm(at, m.imm)
}

func (m *trial) products() {
	m.operands()
	for op, want := range map[machine.Shift]int64{machine.ShiftLeft: m.x << m.shift, machine.ShiftRight: int64(uint64(m.x) >> m.shift), machine.ShiftArithmetic: m.x >> m.shift} {
		m.Move(valueZ, valueX)
		m.ShiftImm(op, valueZ, m.shift)
		m.keep(valueZ, uint64(want), "ShiftImm %d by %d", op, m.shift)
		m.Immediate(machine.C, int64(m.shift)|m.y&^63)
		m.Move(machine.A, valueX)
		m.ShiftByC(op, machine.A)
		m.keep(machine.A, uint64(want), "ShiftByC %d by %d", op, m.shift)
	}
	m.Move(valueZ, valueX)
	m.Neg(valueZ)
	m.keep(valueZ, uint64(-m.x), "Neg")
	m.Move(valueZ, valueX)
	m.Mul(valueZ, valueY)
	m.keep(valueZ, uint64(m.x*m.y), "Mul")
	m.MulImm(valueZ, valueX, m.imm)
	m.keep(valueZ, uint64(m.x*int64(m.imm)), "MulImm")
	high, _ := bits.Mul64(uint64(m.x), uint64(m.y))
	m.Move(machine.A, valueX)
	m.MulHigh(valueY)
	m.keep(machine.D, high-uint64(m.x>>63&m.y)-uint64(m.y>>63&m.x), "MulHigh")
	if x, y := m.x>>1, m.y; y != 0 { // as Ints are
		m.Move(machine.A, valueX)
		m.ShiftImm(machine.ShiftArithmetic, machine.A, 1)
		m.Move(machine.C, valueY)
		m.DivideByC()
		m.keep(machine.A, uint64(x/y), "DivideByC: quotient")
		m.keep(machine.D, uint64(x%y), "DivideByC: remainder")
	}
}

func (m *trial) floats() {
	x, y := math.Float64frombits(uint64(m.x)), math.Float64frombits(uint64(m.y))
	m.operands()
	load := func() {
		m.FloatLoad(floatX, word(wordX))
		m.FloatLoad(floatY, word(wordY))
	}
	nan := math.IsNaN(x) || math.IsNaN(y)
	load()
	if !nan { // which NaN it is of two may depend on the processor
		for op, want := range map[machine.Float]float64{machine.FloatAdd: x + y, machine.FloatSub: x - y, machine.FloatMul: x * y, machine.FloatDiv: x / y} {
			for _, to := range []machine.FloatReg{floatX, floatY, floatZ, machine.ScratchFloat} {
				load()
				m.Float(op, to, floatX, floatY)
				m.keepFloat(to, want, "Float %d to %d", op, to)
				load()
				m.FloatMem(op, to, floatX, word(wordY))
				m.keepFloat(to, want, "FloatMem %d to %d", op, to)
			}
		}
		load()
		m.FloatSqrt(floatZ, floatX)
		m.keepFloat(floatZ, math.Sqrt(x), "FloatSqrt")
	}
	m.FloatMove(floatZ, floatX)
	m.keepFloat(floatZ, x, "FloatMove")
	m.FloatZero(floatZ)
	m.keepFloat(floatZ, 0, "FloatZero")
	m.FloatFromInt(floatZ, valueX)
	m.keepFloat(floatZ, float64(m.x), "FloatFromInt")
	m.FloatFromBits(floatZ, valueY)
	m.keepFloat(floatZ, y, "FloatFromBits")
	m.Immediate(machine.A, wordY)
	m.FloatIndexed(floatZ, machine.Frame, machine.A)
	m.keepFloat(floatZ, y, "FloatIndexed")
	m.Immediate(machine.C, wordScratch)
	m.FloatStoreIndexed(machine.Frame, machine.C, floatX)
	m.Load(machine.A, word(wordScratch))
	m.keep(machine.A, uint64(m.x), "FloatStoreIndexed")

	holds := map[machine.Cond]bool{machine.FloatAbove: x > y, machine.FloatNotAbove: !(x > y), machine.FloatAboveOrEqual: x >= y, machine.FloatNotAboveOrEqual: !(x >= y),
		machine.FloatNaN: nan, machine.FloatNoNaN: !nan}
	if !nan {
		holds[machine.FloatEqual], holds[machine.FloatNotEqual] = x == y, x != y
	}
	m.FloatCompare(floatX, floatY)
	m.conditions("FloatCompare", holds)
}

// calls calls code that doubles X, in each way.
func (m *trial) calls() {
	double, other, behind := m.NewLabel(), m.NewLabel(), m.NewLabel()
	m.operands()
	m.Call(double)
	m.Mark(m.imm)
	m.keep(valueX, uint64(2*m.x), "Call")
	m.LabelAddress(machine.A, double)
	m.CallTo(machine.A)
	m.keep(valueX, uint64(4*m.x), "CallTo")
	m.LabelAddress(machine.A, other)
	m.JumpTo(machine.A)
	m.Bind(double)
	m.Arith(machine.Add, valueX, valueX)
	m.Return()
	m.Align(16)
	m.Bind(other)
	m.keep(valueX, uint64(4*m.x), "JumpTo")
	m.Jump(behind)
	m.Bind(behind)
}

// run executes a trial as callMachine has it, and looks at what it has left.
func (m *trial) run(t *testing.T) {
	l := &machineLayout
	at := func(offset int32) machine.Mem { return machine.Mem{Base: machine.Context, Disp: offset} }
	m.KeepBack(at(l.Back))
	m.KeepStack(at(l.Outside))
	m.Load(machine.Calls, at(l.Calls))
	for _, part := range []func(){m.moves, m.arith, m.products, m.floats, m.calls} {
		part()
	}
	m.RestoreStack(at(l.Outside))
	m.Immediate(machine.D, 0)
	m.ReturnBack(at(l.Back))
	code, err := m.Link()
	require.NoError(t, err)
	require.Less(t, len(m.wants), frameWords-firstResult)

	owner := &tier{}
	memory, err := newMachineMemory(owner, code)
	require.NoError(t, err)
	frame := make([]uint64, frameWords)
	frame[wordX], frame[wordY], fixed = uint64(m.x), uint64(m.y), int32(m.x)
	c := newMachineContext()
	c.begin(0)
	callMachine(c, memory.address(), uintptr(unsafe.Pointer(&frame[0])))
	runtime.KeepAlive(owner)
	runtime.KeepAlive(frame)
	for i, want := range m.wants {
		require.Equal(t, want, frame[firstResult+i*7%(frameWords-firstResult)], "%s, X %#x, Y %#x, number %#x", m.names[i], m.x, m.y, m.imm)
	}
}

// Each instruction of an Assembler does what its contract says, on this processor: with numbers of all sizes, those at the ends of ranges, and Floats of all kinds.
func TestAssemblersDoWhatTheySay(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	special := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt32, math.MinInt32, 255, 4095, 4096, int64(math.Float64bits(math.NaN())), int64(math.Float64bits(math.Inf(1))),
		int64(math.Float64bits(math.Inf(-1))), int64(math.Float64bits(1.5)), int64(math.Float64bits(-1e300)), int64(math.Float64bits(5e-324))}
	number := func() int64 {
		switch r.IntN(3) {
		case 0:
			return special[r.IntN(len(special))]
		case 1:
			return int64(math.Float64bits(r.NormFloat64()))
		}
		return int64(r.Uint64()) >> r.IntN(64)
	}
	for range 300 {
		m := &trial{Assembler: nativeProcessor().New(), x: number(), y: number(), imm: int32(number()), shift: uint8(r.IntN(64))}
		if r.IntN(8) == 0 {
			m.y = m.x
		}
		m.run(t)
	}
}
