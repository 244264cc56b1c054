package arm64

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/seqvm/seqvm/native/machine"
)

// x and d are registers by their numbers in the encoding.
func x(n number) machine.Reg { return machine.Reg(slices.Index(numbers[:], n)) }

func d(n number) machine.FloatReg { return machine.FloatReg(slices.Index(floats[:], n)) }

func mem(base number, distance int32) machine.Mem { return machine.Mem{Base: x(base), Disp: distance} }

// disassemble lists code, an instruction a line.
func disassemble(t *testing.T, code []byte) []string {
	t.Helper()
	var lines []string
	for at := 0; at < len(code); at += 4 {
		in, err := arm64asm.Decode(code[at:])
		require.NoError(t, err, "% x", code[at:at+4])
		lines = append(lines, strings.TrimSpace(arm64asm.GNUSyntax(in)))
	}
	return lines
}

// made is the text of what is emitted.
func made(t *testing.T, emit func(a *Assembler)) string {
	t.Helper()
	var a Assembler
	emit(&a)
	code, err := a.Link()
	require.NoError(t, err)
	return strings.Join(disassemble(t, code), "; ")
}

// Each kind of instruction, with registers and distances whose encodings are different.
func TestInstructionsAreWhatADisassemblerReads(t *testing.T) {
	for _, c := range []struct {
		want string
		emit func(a *Assembler)
	}{
		{"", func(a *Assembler) { a.Move(x(0), x(0)) }},
		{"mov x0, x9", func(a *Assembler) { a.Move(x(0), x(9)) }},
		{"ldr x3, [x19]", func(a *Assembler) { a.Load(x(3), mem(19, 0)) }},
		{"ldr x3, [x19,#32760]", func(a *Assembler) { a.Load(x(3), mem(19, 32760)) }},
		{"mov x17, #0x8000; ldr x3, [x19,x17]", func(a *Assembler) { a.Load(x(3), mem(19, 32768)) }},
		{"ldur x26, [x20,#-8]", func(a *Assembler) { a.Load(x(26), mem(20, -8)) }},
		{"ldur x26, [x20,#255]", func(a *Assembler) { a.Load(x(26), mem(20, 255)) }},
		{"ldrsw x2, [x1,#12]", func(a *Assembler) { a.LoadSigned32(x(2), mem(1, 12)) }},
		{"ldursw x2, [x1,#13]", func(a *Assembler) { a.LoadSigned32(x(2), mem(1, 13)) }},
		{"str x20, [x19,#24]", func(a *Assembler) { a.Store(mem(19, 24), x(20)) }},
		{"ldur x0, [x19,#-256]", func(a *Assembler) { a.Load(x(0), mem(19, -256)) }},
		{"mov x17, #0xfffffffffffffeff; ldr x0, [x19,x17]", func(a *Assembler) { a.Load(x(0), mem(19, -257)) }},
		{"str xzr, [x9,#8]", func(a *Assembler) { a.StoreImm(mem(9, 8), 0) }},
		{"mov x16, #0x2345; movk x16, #0x1, lsl #16; str x16, [x9,#8]", func(a *Assembler) { a.StoreImm(mem(9, 8), 0x12345) }},
		{"add x0, x19, #0x7f", func(a *Assembler) { a.Address(x(0), mem(19, 127)) }},
		{"sub x0, x19, #0x10", func(a *Assembler) { a.Address(x(0), mem(19, -16)) }},
		{"add x0, x19, #0x1, lsl #12", func(a *Assembler) { a.Address(x(0), mem(19, 4096)) }},
		{"mov x17, #0x1001; add x0, x19, x17", func(a *Assembler) { a.Address(x(0), mem(19, 4097)) }},
		{"ldr x0, [x1,x2,lsl #3]", func(a *Assembler) { a.Indexed(x(0), x(1), x(2)) }},
		{"str x3, [x1,x9,lsl #3]", func(a *Assembler) { a.StoreIndexed(x(1), x(9), x(3)) }},
		{"add x4, x3, x8", func(a *Assembler) { a.Sum(x(4), x(3), x(8)) }},
		{"adds x3, x3, x4", func(a *Assembler) { a.Arith(machine.Add, x(3), x(4)) }},
		{"subs x3, x3, x22", func(a *Assembler) { a.Arith(machine.Sub, x(3), x(22)) }},
		{"ands x3, x3, x4", func(a *Assembler) { a.Arith(machine.And, x(3), x(4)) }},
		{"orr x3, x3, x4", func(a *Assembler) { a.Arith(machine.Or, x(3), x(4)) }},
		{"eor x3, x3, x4", func(a *Assembler) { a.Arith(machine.Xor, x(3), x(4)) }},
		{"cmp x3, x4", func(a *Assembler) { a.Arith(machine.Cmp, x(3), x(4)) }},
		{"ldr x16, [x19,#24]; cmp x8, x16", func(a *Assembler) { a.ArithMem(machine.Cmp, x(8), mem(19, 24)) }},
		{"subs x19, x19, #0x10", func(a *Assembler) { a.ArithImm(machine.Sub, x(19), 16) }},
		{"adds x19, x19, #0x10", func(a *Assembler) { a.ArithImm(machine.Sub, x(19), -16) }},
		{"subs x3, x3, #0x2", func(a *Assembler) { a.ArithImm(machine.Add, x(3), -2) }},
		{"adds x3, x3, #0xfff, lsl #12", func(a *Assembler) { a.ArithImm(machine.Add, x(3), 0xFFF000) }},
		{"cmp x3, #0x0", func(a *Assembler) { a.ArithImm(machine.Cmp, x(3), 0) }},
		{"cmn x3, #0x5", func(a *Assembler) { a.ArithImm(machine.Cmp, x(3), -5) }},
		{"mov x17, #0xffffffff80000000; cmp x3, x17", func(a *Assembler) { a.ArithImm(machine.Cmp, x(3), math.MinInt32) }},
		{"ands x9, x9, #0xfffffffffffffffe", func(a *Assembler) { a.ArithImm(machine.And, x(9), -2) }},
		{"eor x9, x9, #0x1000", func(a *Assembler) { a.ArithImm(machine.Xor, x(9), 4096) }},
		{"mov x17, #0x5; orr x9, x9, x17", func(a *Assembler) { a.ArithImm(machine.Or, x(9), 5) }},
		{"ldr x16, [x19,#8]; cmp x16, #0xa", func(a *Assembler) { a.ArithMemImm(machine.Cmp, mem(19, 8), 10) }},
		{"ldr x16, [x9,#8]; adds x16, x16, #0x2; str x16, [x9,#8]", func(a *Assembler) { a.ArithMemImm(machine.Add, mem(9, 8), 2) }},
		{"ldrb w16, [x19,#31]; cmp w16, #0xff", func(a *Assembler) { a.CompareMem8Imm(mem(19, 31), 255) }},
		{"ldr w16, [x1,#12]; cmn w16, #0x1", func(a *Assembler) { a.CompareMem32Imm(mem(1, 12), -1) }},
		{"ldr w16, [x1,#12]; cmp w16, #0x7", func(a *Assembler) { a.CompareMem32Imm(mem(1, 12), 7) }},
		{"mov x27, #0x5678; movk x27, #0x1234, lsl #16; ldr w16, [x27]; cmp w16, #0x0", func(a *Assembler) { a.CompareFixed32Imm(0x12345678, 0) }},
		{"ldr w16, [x1,#8]; tst w16, #0x1", func(a *Assembler) { a.TestMem32Imm(mem(1, 8), 1) }},
		{"ldr w16, [x1,#8]; tst w16, #0x80000000", func(a *Assembler) { a.TestMem32Imm(mem(1, 8), math.MinInt32) }},
		{"ldr w16, [x1,#8]; tst w16, #0xfffffffe", func(a *Assembler) { a.TestMem32Imm(mem(1, 8), -2) }},
		{"add x27, x1, #0x8; ldaxr w16, [x27]; orr w16, w16, #0x1; stlxr w17, w16, [x27]; cbnz w17, .+0xfffffffffffffff4", func(a *Assembler) { a.LockOr32Imm(mem(1, 8), 1) }},
		{"add x27, x1, #0x8; ldaxr w16, [x27]; mov x17, #0x5; orr w16, w16, w17; stlxr w17, w16, [x27]; cbnz w17, .+0xfffffffffffffff0", func(a *Assembler) { a.LockOr32Imm(mem(1, 8), 5) }},
		{"tst x2, x10", func(a *Assembler) { a.Test(x(2), x(10)) }},
		{"", func(a *Assembler) { a.ShiftImm(machine.ShiftLeft, x(0), 0) }},
		{"lsl x8, x8, #63", func(a *Assembler) { a.ShiftImm(machine.ShiftLeft, x(8), 63) }},
		{"lsl x8, x8, #1", func(a *Assembler) { a.ShiftImm(machine.ShiftLeft, x(8), 1) }},
		{"lsr x2, x2, #32", func(a *Assembler) { a.ShiftImm(machine.ShiftRight, x(2), 32) }},
		{"asr x0, x0, #1", func(a *Assembler) { a.ShiftImm(machine.ShiftArithmetic, x(0), 1) }},
		{"lsl x0, x0, x1", func(a *Assembler) { a.ShiftByC(machine.ShiftLeft, x(0)) }},
		{"lsr x9, x9, x1", func(a *Assembler) { a.ShiftByC(machine.ShiftRight, x(9)) }},
		{"asr x9, x9, x1", func(a *Assembler) { a.ShiftByC(machine.ShiftArithmetic, x(9)) }},
		{"neg x12, x12", func(a *Assembler) { a.Neg(x(12)) }},
		{"mul x0, x0, x13", func(a *Assembler) { a.Mul(x(0), x(13)) }},
		{"mov x17, #0xfffffffffffffffd; mul x8, x0, x17", func(a *Assembler) { a.MulImm(x(8), x(0), -3) }},
		{"smulh x2, x0, x9", func(a *Assembler) { a.MulHigh(x(9)) }},
		{"sdiv x16, x0, x1; msub x2, x16, x1, x0; mov x0, x16", func(a *Assembler) { a.DivideByC() }},
		{"cset x0, lt", func(a *Assembler) { a.Set(machine.Less, x(0)) }},
		{"cset x3, vc", func(a *Assembler) { a.Set(machine.FloatNoNaN, x(3)) }},
		{"csel x0, x2, x0, vs", func(a *Assembler) { a.MoveIf(machine.Overflow, x(0), x(2)) }},
		{"br x0", func(a *Assembler) { a.JumpTo(x(0)) }},
		{"adr x16, .+0xc; str x16, [x21,#-8]!; blr x10", func(a *Assembler) { a.CallTo(x(10)) }},
		{"ldr x30, [x21],#8; ret", func(a *Assembler) { a.Return() }},
		{"str x30, [x20,#56]", func(a *Assembler) { a.KeepBack(mem(20, 56)) }},
		{"", func(a *Assembler) { a.KeepStack(mem(20, 8)); a.RestoreStack(mem(20, 8)) }},
		{"ldr x30, [x20,#56]; ret", func(a *Assembler) { a.ReturnBack(mem(20, 56)) }},
		{"mov xzr, #0x2345; movk xzr, #0x1, lsl #16", func(a *Assembler) { a.Mark(0x12345) }},
		{"fadd d0, d1, d9", func(a *Assembler) { a.Float(machine.FloatAdd, d(0), d(1), d(9)) }},
		{"fsub d0, d28, d0", func(a *Assembler) { a.Float(machine.FloatSub, d(0), d(28), d(0)) }},
		{"ldr d31, [x19,#8]; fdiv d8, d9, d31", func(a *Assembler) { a.FloatMem(machine.FloatDiv, d(8), d(9), mem(19, 8)) }},
		{"ldr d31, [x12,#8]; fmul d1, d1, d31", func(a *Assembler) { a.FloatMem(machine.FloatMul, d(1), d(1), mem(12, 8)) }},
		{"fsqrt d30, d29", func(a *Assembler) { a.FloatSqrt(d(30), d(29)) }},
		{"", func(a *Assembler) { a.FloatMove(d(3), d(3)) }},
		{"fmov d3, d12", func(a *Assembler) { a.FloatMove(d(3), d(12)) }},
		{"ldr d2, [x19,#24]", func(a *Assembler) { a.FloatLoad(d(2), mem(19, 24)) }},
		{"str d13, [x19,#24]", func(a *Assembler) { a.FloatStore(mem(19, 24), d(13)) }},
		{"stur d13, [x19,#-8]", func(a *Assembler) { a.FloatStore(mem(19, -8), d(13)) }},
		{"ldr d9, [x1,x8,lsl #3]", func(a *Assembler) { a.FloatIndexed(d(9), x(1), x(8)) }},
		{"str d1, [x1,x0,lsl #3]", func(a *Assembler) { a.FloatStoreIndexed(x(1), x(0), d(1)) }},
		{"fcmp d0, d10", func(a *Assembler) { a.FloatCompare(d(0), d(10)) }},
		{"fmov d11, xzr", func(a *Assembler) { a.FloatZero(d(11)) }},
		{"scvtf d4, x0", func(a *Assembler) { a.FloatFromInt(d(4), x(0)) }},
		{"fmov d15, x0", func(a *Assembler) { a.FloatFromBits(d(15), x(0)) }},
	} {
		assert.Equal(t, c.want, made(t, c.emit))
	}
}

func TestJumpsGoToTheirLabels(t *testing.T) {
	var a Assembler
	back, ahead := a.NewLabel(), a.NewLabel()
	a.Bind(back)
	a.Jump(ahead)
	a.JumpIf(machine.Less, back)
	a.Call(back)
	a.LabelAddress(x(3), ahead)
	a.JumpIf(machine.Less.Not(), ahead)
	a.Align(16)
	a.Bind(ahead)
	a.Return()
	code, err := a.Link()
	require.NoError(t, err)
	assert.Equal(t, 32, a.Offset(ahead))
	assert.Equal(t, []string{
		"b .+0x20", "b.lt .+0xfffffffffffffffc", "adr x16, .+0xc", "str x16, [x21,#-8]!", "bl .+0xfffffffffffffff0", "adr x3, .+0xc", "b.ge .+0x8", "nop",
		"ldr x30, [x21],#8", "ret"}, disassemble(t, code))

	a.Jump(a.NewLabel())
	_, err = a.Link()
	assert.ErrorContains(t, err, "goes nowhere")
}

// What is farther away than an instruction can say is an error, and the last that it can say is none.
func TestWhatIsOutOfReachIsAnError(t *testing.T) {
	const reach = 1 << 20
	for name, emit := range map[string]func(a *Assembler, l machine.Label){
		"JumpIf":       func(a *Assembler, l machine.Label) { a.JumpIf(machine.Equal, l) },
		"LabelAddress": func(a *Assembler, l machine.Label) { a.LabelAddress(x(0), l) },
	} {
		for _, c := range []struct {
			ahead bool
			words int
			fits  bool
		}{{true, reach/4 - 1, true}, {true, reach / 4, false}, {false, reach / 4, true}, {false, reach/4 + 1, false}} {
			var a Assembler
			l, skipped := a.NewLabel(), make([]byte, 4*c.words)
			if c.ahead {
				emit(&a, l)
				a.Code = append(a.Code, skipped[4:]...)
				a.Bind(l)
				a.Return()
			} else {
				a.Bind(l)
				a.Code = append(a.Code, skipped...)
				emit(&a, l)
			}
			code, err := a.Link()
			if !c.fits {
				assert.ErrorContains(t, err, "does not reach", "%s %v", name, c)
				continue
			}
			require.NoError(t, err, "%s %v", name, c)
			at, distance := len(code)-4, -4*c.words
			if c.ahead {
				at, distance = 0, 4*c.words
			}
			in, err := arm64asm.Decode(code[at:])
			require.NoError(t, err)
			assert.Equal(t, arm64asm.PCRel(distance), in.Args[1])
		}
	}
	assert.Equal(t, reach, Processor.Reach)
}

func TestMarksHoldAnyNumber(t *testing.T) {
	for _, n := range []int32{0, 1, 0xFFFF, 0x10000, 0x12345678, -1, math.MinInt32, math.MaxInt32} {
		var a Assembler
		a.Mark(n)
		assert.Equal(t, n, MarkedNumber(binary.LittleEndian.Uint64(a.Code)))
	}
}

// patterns are all that logical instructions can have as a number: each run of ones in each element, turned by each distance.
func patterns() map[uint64]bool {
	all := map[uint64]bool{}
	for size := 2; size <= 64; size *= 2 {
		for ones := 1; ones < size; ones++ {
			for turn := range size {
				var pattern uint64
				for bit := range 64 {
					if (bit+turn)%size < ones {
						pattern |= 1 << bit
					}
				}
				all[pattern] = true
			}
		}
	}
	return all
}

func TestMasksOfBits(t *testing.T) {
	all := patterns()
	assert.Len(t, all, 5334)
	for pattern := range all {
		mask, ok := bitMask(pattern)
		require.True(t, ok, "%#x", pattern)
		in := ariths[machine.Xor].immediate | mask
		require.Equal(t, fmt.Sprintf("eor x0, x0, #%#x", pattern), disassemble(t, binary.LittleEndian.AppendUint32(nil, in))[0])
		if pattern == bits.RotateLeft64(pattern, 32) {
			require.Equal(t, fmt.Sprintf("eor w0, w0, #%#x", uint32(pattern)), disassemble(t, binary.LittleEndian.AppendUint32(nil, in&^narrow))[0])
		}
		// A bit more, or less, makes it another one, or none.
		other := pattern ^ 1<<(pattern%61)
		_, ok = bitMask(other)
		require.Equal(t, all[other], ok, "%#x", other)
	}
	for _, pattern := range []uint64{0, 1<<64 - 1} {
		_, ok := bitMask(pattern)
		assert.False(t, ok)
	}
}

// interesting is a number as programs have them: of any size, or near a border of encodings.
func interesting(r *rand.Rand) int64 {
	n := int64(r.Uint64()) >> r.IntN(64)
	switch r.IntN(4) {
	case 0:
		n = int64(1)<<r.IntN(64) + int64(r.IntN(5)) - 2
	case 1:
		n &= 0xFFFF << (16 * r.IntN(4))
	case 2:
		n = -n
	}
	return n
}

// set sets a register to what the instructions that are read say.
func TestNumbersInRegisters(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	numbers := []int64{0, 1, -1, 0xFFFF, 0x10000, -0x10000, -0x10001, math.MaxInt64, math.MinInt64, 0x5555555555555555, 0x0000FFFF0000FFFF, -0xFFFF00000001}
	for range 20_000 {
		numbers = append(numbers, interesting(r))
	}
	for _, n := range numbers {
		var found uint64
		lines := strings.Split(made(t, func(a *Assembler) { a.Immediate(x(7), n) }), "; ")
		require.LessOrEqual(t, len(lines), 4)
		for _, line := range lines {
			text, shift, _ := strings.Cut(line, ", lsl #")
			op, operand, _ := strings.Cut(text, " x7, #")
			value, err := strconv.ParseUint(operand, 0, 64)
			require.NoError(t, err, line)
			by, _ := strconv.Atoi(shift)
			switch op {
			case "mov":
				found = value
			case "movk":
				found = found&^(0xFFFF<<by) | value<<by
			default:
				require.Fail(t, line)
			}
		}
		require.Equal(t, uint64(n), found, lines)
	}
}

// Random operands of what has several forms: by which one fits, the disassembler reads the registers and numbers that were written.
func TestRandomOperands(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	reg := func() number { return numbers[r.IntN(len(numbers))] }
	for range 20_000 {
		to, base, distance := reg(), reg(), int32(interesting(r))
		in := []struct {
			name, unscaled string
			access         access
		}{{"ldr x", "ldur x", load}, {"str x", "stur x", store}, {"ldr w", "ldur w", load32}, {"ldrsw x", "ldursw x", loadSigned32}, {"ldrb w", "ldurb w", load8}, {"ldr d", "ldur d", floatLoad}, {"str d", "stur d", floatStore}}[r.IntN(7)]
		size := int32(1) << in.access.size
		want := fmt.Sprintf("%s%d, [x%d,x17]", in.name, to, base)
		switch {
		case distance == 0:
			want = fmt.Sprintf("%s%d, [x%d]", in.name, to, base)
		case distance > 0 && distance%size == 0 && distance/size < 4096:
			want = fmt.Sprintf("%s%d, [x%d,#%d]", in.name, to, base, distance)
		case distance >= -256 && distance < 256:
			want = fmt.Sprintf("%s%d, [x%d,#%d]", in.unscaled, to, base, distance)
		}
		lines := strings.Split(made(t, func(a *Assembler) { a.memory(in.access, to, mem(base, distance)) }), "; ")
		require.Equal(t, want, lines[len(lines)-1], distance)

		n := int32(interesting(r))
		want = fmt.Sprintf("adds x%d, x%[1]d, x17", to)
		for _, form := range []struct {
			name string
			n    int64
		}{{"adds", int64(n)}, {"subs", -int64(n)}} {
			switch {
			case form.n < 0 || form.n == 0 && form.name == "subs":
			case form.n < 4096:
				want = fmt.Sprintf("%s x%d, x%[2]d, #%#x", form.name, to, form.n)
			case form.n%4096 == 0 && form.n < 4096*4096:
				want = fmt.Sprintf("%s x%d, x%[2]d, #%#x, lsl #12", form.name, to, form.n/4096)
			}
		}
		lines = strings.Split(made(t, func(a *Assembler) { a.ArithImm(machine.Add, x(to), n) }), "; ")
		require.Equal(t, want, lines[len(lines)-1], n)
	}
}

// The registers of the assembler, of Go and of the platform are nobody else's, and none is there twice.
func TestRegisters(t *testing.T) {
	used := map[number]bool{operand: true, large: true, place: true, link: true, zero: true, 18: true, 29: true}
	for _, n := range numbers {
		assert.False(t, used[n], n)
		used[n] = true
	}
	assert.Equal(t, number(28), numbers[machine.Goroutine])
	floating := map[number]bool{floatOperand: true}
	for _, n := range floats {
		assert.False(t, floating[n], n)
		floating[n] = true
	}
}
