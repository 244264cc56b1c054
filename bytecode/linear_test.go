package bytecode_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
)

// perInstruction is how much work the verifier does for an instruction of a compiled program at most.
const perInstruction = 16

func size(m *bytecode.Module) (n int) {
	for i := range m.Funcs {
		n += len(m.Funcs[i].Code)
	}
	return n
}

func TestVerifyingCompiledProgramsIsLinear(t *testing.T) {
	programs := map[string]seqvm.Source{}
	files, err := filepath.Glob("../testdata/*/*.seq")
	require.NoError(t, err)
	for _, file := range files {
		programs[file] = seqvm.File(file)
	}
	for _, n := range []int{30, 300} { // so many values below so many branches
		values, branches := strings.Repeat("1 ", n), strings.Repeat("dup 3 i.< [ f ] [ 2 i.+ ] if\n", n)
		programs[fmt.Sprint(n)] = seqvm.Text("x.seq", ": f ( Int -- Int ) 1 i.+ ;\n: main ( -- )\n"+values+branches+"stack.dump ;")
	}
	for name, source := range programs {
		for _, options := range []seqvm.Options{{}, {Plain: true}} {
			prog, err := seqvm.Compile(source, options)
			if err != nil {
				continue // a program that is to be refused
			}
			work, _, err := bytecode.Work(prog.Module)
			assert.NoError(t, err, name)
			assert.LessOrEqual(t, work, perInstruction*size(prog.Module), name)
		}
	}
}

// What is large in a module may be large once, not for each instruction.
func TestCodeThatWouldTakeLongIsRefused(t *testing.T) {
	const n, slots = 2000, 1 << 20
	kinds := make([]bytecode.Kind, n)
	for name, c := range map[string]struct {
		f      bytecode.Func
		tables []bytecode.MatchTable
		fine   bool
	}{
		"a large frame, and many places where ways meet": {fine: true, f: bytecode.Func{Frame: slots, Code: repeated(n,
			bytecode.Instr{Op: bytecode.OpBool, A: slots - 1}, bytecode.Instr{Op: bytecode.OpJumpTrue, A: slots - 1, C: 1}, bytecode.Instr{Op: bytecode.OpInt, A: slots / 2})}},
		"frames that move over all that they hold": {f: bytecode.Func{Open: true, Frame: slots, Code: repeated(n,
			bytecode.Instr{Op: bytecode.OpReach, A: slots - 1}, bytecode.Instr{Op: bytecode.OpReach, A: 1})}},
		"a match of many arms, many times": {tables: []bytecode.MatchTable{{Targets: make([]int32, 1), Others: make([]bytecode.MatchArm, 4*n)}}, f: bytecode.Func{Frame: 8,
			Code: repeated(n, bytecode.Instr{Op: bytecode.OpConst}, bytecode.Instr{Op: bytecode.OpMatch})}},
		"many arguments, many times": {f: bytecode.Func{Frame: 2 * n, In: n, Params: kinds, Code: repeated(n, bytecode.Instr{Op: bytecode.OpCall, A: n, B: 2})}},
	} {
		t.Run(name, func(t *testing.T) {
			c.f.Code = append(c.f.Code, bytecode.Instr{Op: bytecode.OpInt}, bytecode.Instr{Op: bytecode.OpReturn, A: 1})
			m := moduleOf(c.f)
			m.Funcs[0].Code = []bytecode.Instr{{Op: bytecode.OpReturn}}
			m.Funcs[1].Frame = c.f.Frame
			many := bytecode.Func{Name: "many", Word: true, In: n, Out: n, Frame: n, Params: slices.Repeat([]bytecode.Kind{bytecode.KindAny, bytecode.KindInt}, n/2),
				Code: []bytecode.Instr{{Op: bytecode.OpReturn, A: n}}}
			if c.f.In > 0 {
				m.Funcs[1].Params = many.Params
				m.Funcs[1].Code = append(moves(n), m.Funcs[1].Code...)
			}
			many.Results = many.Params
			m.Funcs = append(m.Funcs, many)
			m.Tables = c.tables
			work, most, err := bytecode.Work(m)
			if c.fine {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "too complex")
			assert.Less(t, work, most+8*slots, "one instruction can move a whole frame")
		})
	}
}

func repeated(n int, code ...bytecode.Instr) []bytecode.Instr { return slices.Repeat(code, n) }

// moves copies the first n slots above themselves.
func moves(n int32) (code []bytecode.Instr) {
	for i := range n {
		code = append(code, bytecode.Instr{Op: bytecode.OpMove, A: n + i, B: i})
	}
	return code
}
