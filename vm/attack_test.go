package vm_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	wordparts "github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// The attacks try to get by the verifier. Modules are made instruction by instruction of whatever the table has, with operands that
// are right, nearly right and wrong, and good modules are changed at random. What the verifier accepts is run while a
// watcher looks at every object in front of every instruction (watch_test.go): what has been
// proven must be so, and what was not must not be looked at.

// attackSet are the words that attacked modules have: those of seqvm-full as well.
var attackSet = builtins.All().Link(wordparts.Functions("attack"))

// attackTags are tags that words take values apart by, among others.
var attackTags = strings.Fields("P P P Ok Err Some None List StrandError StrandCall StrandTask StrandEnded HttpRequest HttpResponse HttpError HttpRunning HttpServer")

// attackedWords tells whether attacks may call a word: those that would stop the program, wait, or work long do not.
func attackedWords(name string) bool {
	for _, prefix := range []string{"time.sleep", "os.exit", "crypto.pbkdf2", "crypto.random", "compress.", "%http.stop", "signal.", "terminal.", "net.", "%classic2.tcp", "test.finish", "%channels.after", "%channels.ticker"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return true
}

// count is how many times a test does something; SEQVM_name says more.
func count(t *testing.T, name string, usual int) int {
	text := os.Getenv("SEQVM_" + name)
	if text == "" {
		if testing.Short() {
			return usual / 4
		}
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// attack runs a module that was accepted.
func attack(m *bytecode.Module, every, most int) (instructions int, err error) {
	proof, err := bytecode.Prove(m)
	if err != nil {
		return 0, err
	}
	policy, err := seqvm.NewPolicy(seqvm.Allow{})
	if err != nil {
		return 0, err
	}
	v, err := vm.New(m, vm.Config{Builtins: attackSet.Find, Sandbox: policy, Stdin: strings.NewReader("one\ntwo\n"), Stdout: io.Discard, Settings: settings.Settings{StackMax: 1 << 20}, PoisonArenas: true})
	if err != nil {
		return 0, nil // it names words that there are not
	}
	watched := vm.Watch(v, proof, every, most)
	timer := time.AfterFunc(time.Second, func() { v.Stop(vm.ErrStopped) })
	defer timer.Stop()
	_, failed := v.Run()
	instructions, err = watched()
	if bug := (*vm.InternalError)(nil); err == nil && errors.As(failed, &bug) {
		err = fmt.Errorf("%v at %s %s\n%s", bug.Panic, bug.Word, bug.Place, bug.Stack)
	}
	return instructions, err
}

// alone keeps strands from running side by side, which watchers want.
func alone(t *testing.T) {
	old := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

func listing(m *bytecode.Module) string {
	var text strings.Builder
	_, err := bytecode.Disassemble(&text, m, "", nil)
	return fmt.Sprintln(text.String(), err)
}

func TestNothingAcceptedGoesWrong(t *testing.T) {
	alone(t)
	used, instructions := map[bytecode.Op]int{}, 0
	n := count(t, "ATTACKS", 400)
	first := uint64(0)
	if text := os.Getenv("SEQVM_SEED"); text != "" {
		first, _ = strconv.ParseUint(text, 10, 64)
	}
	for seed := first; seed < first+uint64(n); seed++ {
		m := attackModule(rand.New(rand.NewPCG(seed, 7)))
		decoded, err := bytecode.Decode(bytecode.Encode(m))
		require.NoError(t, err)
		seen, err := attack(decoded, 1, 600)
		require.NoError(t, err, "seed %d\n%s", seed, listing(m))
		instructions += seen
		for i := range m.Funcs {
			for _, in := range m.Funcs[i].Code {
				used[in.Op]++
			}
		}
	}
	t.Logf("%d modules, %d instructions executed", n, instructions)
	if n < 100 {
		return
	}
	for op := range bytecode.Table {
		if op := bytecode.Op(op); used[op] == 0 && !op.Info().Has(bytecode.Internal) && op != bytecode.OpFloatMulAdd3 {
			t.Errorf("no accepted module has the instruction %s", op)
		}
	}
}

const attackFrame = 12

// attacker makes a module.
type attacker struct {
	r *rand.Rand
	m *bytecode.Module
}

func attackModule(r *rand.Rand) *bytecode.Module {
	a := &attacker{r: r}
	kinds := func(n int) []bytecode.Kind { // mostly nothing
		list := make([]bytecode.Kind, n)
		for i := range list {
			list[i] = bytecode.Kind(max(0, r.IntN(20)-9))
		}
		return list
	}
	tag := attackTags[r.IntN(len(attackTags))]
	m := &bytecode.Module{
		Files: []string{"x.seq"}, Names: []string{"x"}, Unions: []string{"U", "W"}, Main: 0,
		Consts: []bytecode.Const{{Kind: bytecode.KindInt, Bits: 7}, {Kind: bytecode.KindFloat, Bits: 1 << 62}, {Kind: bytecode.KindString, Text: "text"}, {Kind: bytecode.KindSymbol, Text: tag}},
		Variants: []bytecode.VariantInfo{
			{Name: tag, Fields: []string{"a", "b"}, Kinds: kinds(2)},
			{Name: "Q", Union: 1, Fields: []string{"x", "y", "z"}, Kinds: []bytecode.Kind{bytecode.KindFloat, bytecode.KindFloat, bytecode.KindFloat}},
			{Name: "R", Union: 1, Ordinal: 1, Fields: []string{"n"}, Kinds: []bytecode.Kind{bytecode.KindInt}},
			{Name: "N", Union: 1, Ordinal: 2},
		},
		Tables: []bytecode.MatchTable{{Targets: []int32{0}, Others: []bytecode.MatchArm{{Variant: 1, Target: 1}}}, {Union: 1, Targets: []int32{0, 1, 0}}},
	}
	a.m = m
	for _, w := range attackSet.List() {
		if b := attackSet.Find(w.Name); b.Run != nil && attackedWords(w.Name) {
			ref := bytecode.BuiltinRef{Name: w.Name, In: int32(len(b.In)), Out: int32(len(b.Out))}
			for _, k := range b.Out {
				ref.Results = append(ref.Results, bytecode.Kind(k))
			}
			m.Builtins = append(m.Builtins, ref)
		}
	}
	m.Funcs = []bytecode.Func{{Name: "main", Word: true, Open: r.IntN(2) == 0}}
	for range 3 + r.IntN(4) {
		f := bytecode.Func{Name: "f", In: r.Int32N(4), Out: r.Int32N(3), Open: r.IntN(2) == 0, Word: r.IntN(2) == 0}
		if f.Params = kinds(int(f.In)); !f.Word {
			f.Name, f.Captures = "<quotation>", r.Int32N(f.In+1)
			clear(f.Params[:f.In-f.Captures])
			if f.Captures == 0 {
				m.Consts = append(m.Consts, bytecode.Const{Kind: bytecode.KindQuotation, Bits: uint64(len(m.Funcs))})
			}
		}
		if f.Results = kinds(int(f.Out)); f.Open {
			clear(f.Results)
		}
		m.Funcs = append(m.Funcs, f)
	}
	for i := range m.Funcs {
		f := &m.Funcs[i]
		f.Frame = attackFrame
		f.Code = append(a.values(f), a.end(f)...)
		if f.Word && r.IntN(4) == 0 {
			f.Code = slices.Insert(f.Code, 0, bytecode.Instr{Op: bytecode.OpCount})
		}
	}
	for i := range m.Funcs {
		a.grow(&m.Funcs[i], 2+r.IntN(12))
	}
	return m
}

// values fills the slots of a frame behind its inputs.
func (a *attacker) values(f *bytecode.Func) (code []bytecode.Instr) {
	holes, kinds := a.r.IntN(3), 11 // nothing is in some slots of every third function
	if holes == 0 {
		kinds = 10 // a weave wants to see a whole stack
	}
	for slot := f.In; slot < attackFrame; slot++ {
		if holes == 0 && a.r.IntN(3) == 0 {
			continue
		}
		code = append(code, a.value(slot, bytecode.Kind(a.r.IntN(kinds)))...)
	}
	return code
}

// value makes a value of a kind in a slot. What it takes for that lies in slots above, so those come later.
func (a *attacker) value(slot int32, k bytecode.Kind) []bytecode.Instr {
	constants := func(k bytecode.Kind) (list []int32) {
		for i, c := range a.m.Consts {
			if c.Kind == k {
				list = append(list, int32(i))
			}
		}
		return list
	}
	word := func(name string) bytecode.Instr {
		i := slices.IndexFunc(a.m.Builtins, func(b bytecode.BuiltinRef) bool { return b.Name == name })
		return bytecode.Instr{Op: bytecode.OpBuiltin, A: slot, B: int32(i)}
	}
	switch k {
	case bytecode.KindBool:
		return []bytecode.Instr{{Op: bytecode.OpBool, A: slot, B: a.r.Int32N(2)}}
	case bytecode.KindMap:
		return []bytecode.Instr{word("map.make")}
	case bytecode.KindChannel:
		return []bytecode.Instr{word("chan.make")}
	case bytecode.KindVariant:
		if a.r.IntN(2) == 0 {
			return []bytecode.Instr{{Op: bytecode.OpMake, A: slot, B: 3}}
		}
		return []bytecode.Instr{word("list.make")}
	case bytecode.KindFloat, bytecode.KindString, bytecode.KindSymbol, bytecode.KindQuotation, bytecode.KindWeave:
		kind := k
		if k == bytecode.KindWeave {
			kind = bytecode.KindQuotation
		}
		list := constants(kind)
		if len(list) == 0 {
			break
		}
		code := []bytecode.Instr{{Op: bytecode.OpConst, A: slot, B: list[a.r.IntN(len(list))]}}
		if k == bytecode.KindWeave {
			code = append(code, bytecode.Instr{Op: bytecode.OpWeave, A: slot})
		}
		return code
	}
	return []bytecode.Instr{{Op: bytecode.OpInt, A: slot, B: a.r.Int32N(5)}}
}

// end leaves the results of a function.
func (a *attacker) end(f *bytecode.Func) (code []bytecode.Instr) {
	for i, k := range f.Results {
		code = append(code, a.value(int32(i), k)...)
		if k >= bytecode.KindQuotation {
			code = append(code, bytecode.Instr{Op: bytecode.OpCheck, A: int32(i), B: int32(k)})
		}
	}
	return append(code, bytecode.Instr{Op: bytecode.OpReturn, A: f.Out})
}

// grow adds instructions that the verifier accepts to a function.
func (a *attacker) grow(f *bytecode.Func, instructions int) {
	end := a.end(f)
	for range instructions {
		good := f.Code
		for range 12 {
			body := good[:len(good)-len(end)]
			f.Code = slices.Concat(body, a.instruction(f, len(body)), end)
			if bytecode.Verify(a.m) == nil {
				break
			}
			f.Code = good
		}
	}
}

// instruction makes one of any kind, with what must follow it.
func (a *attacker) instruction(f *bytecode.Func, pc int) []bytecode.Instr {
	r := a.r
	if r.IntN(6) == 0 {
		return a.value(r.Int32N(attackFrame), bytecode.Kind(r.IntN(11)))
	}
	in := bytecode.Instr{Op: bytecode.Op(r.IntN(len(bytecode.Table)))}
	info := in.Op.Info()
	if r.IntN(4) == 0 { // what moves objects about
		in.Op = []bytecode.Op{bytecode.OpListPush, bytecode.OpListSet, bytecode.OpMake, bytecode.OpClosure, bytecode.OpMove, bytecode.OpBuiltin, bytecode.OpCall, bytecode.OpCallQuotation, bytecode.OpSpawn, bytecode.OpTry, bytecode.OpResume, bytecode.OpPickDeep, bytecode.OpCall}[r.IntN(13)]
		info = in.Op.Info()
	}
	operands := []*int32{&in.A, &in.B, &in.C}
	for i, o := range info.Operands() {
		*operands[i] = a.operand(o, pc)
	}
	code := append(a.wanted(in), in)
	switch {
	case slices.Contains(info.Follow, bytecode.OpExpect) && r.IntN(3) > 0:
		height := in.A - in.B + in.C
		if info.B == bytecode.Function {
			height = in.A + a.m.Funcs[in.B].Out - a.m.Funcs[in.B].In
		}
		return append(code, bytecode.Instr{Op: bytecode.OpExpect, A: height})
	case slices.Contains(info.Follow, bytecode.OpFrameToTop):
		return append(code, bytecode.Instr{Op: bytecode.OpFrameToTop})
	case slices.Contains(info.Follow, bytecode.OpTryEnd):
		return append(code, bytecode.Instr{Op: bytecode.OpTryEnd, A: in.A})
	case slices.Contains(info.Follow, bytecode.OpCondTest):
		return append(code, bytecode.Instr{Op: bytecode.OpCondTest, C: -2})
	case slices.Contains(info.Follow, bytecode.OpJump):
		return append(code, bytecode.Instr{Op: bytecode.OpJump, C: r.Int32N(2)})
	case in.Op == bytecode.OpCall && a.m.Funcs[in.B].Open:
		return append(code, bytecode.Instr{Op: bytecode.OpExpect, A: in.A + a.m.Funcs[in.B].Out})
	}
	return code
}

// wanted makes what an instruction takes, mostly.
func (a *attacker) wanted(in bytecode.Instr) (code []bytecode.Instr) {
	want := func(slot int32, k bytecode.Kind) {
		if a.r.IntN(4) > 0 && slot >= 0 && slot < attackFrame {
			code = append(code, a.value(slot, k)...)
		}
	}
	info := in.Op.Info()
	if in.Op == bytecode.OpBuiltin && in.B >= 0 && int(in.B) < len(a.m.Builtins) {
		for i, k := range attackSet.Find(a.m.Builtins[in.B].Name).In {
			if k == stack.Nothing && i == 0 && strings.HasPrefix(a.m.Builtins[in.B].Name, "map.") {
				k = stack.Map
			}
			want(in.A+int32(i), bytecode.Kind(k))
		}
		return code
	}
	for i, o := range info.Operands() {
		slot := in.Operands()[i]
		switch k := o.Trusts(); {
		case k != bytecode.KindAny:
			want(slot, k)
		case o == bytecode.LookAsVariant, o == bytecode.SrcAsVariant, o == bytecode.InOut, o == bytecode.Look && a.r.IntN(2) == 0:
			want(slot, bytecode.KindVariant)
		}
	}
	switch in.Op {
	case bytecode.OpCallQuotation, bytecode.OpCallUnknown, bytecode.OpTailQuotation, bytecode.OpSpawn, bytecode.OpTry, bytecode.OpWeave:
		want(in.A, bytecode.KindQuotation)
	case bytecode.OpResume, bytecode.OpCancel:
		want(in.A, bytecode.KindWeave)
	case bytecode.OpListPush:
		want(in.B, bytecode.KindVariant)
	case bytecode.OpSelect:
		want(in.A, bytecode.KindBool)
	case bytecode.OpPickAt, bytecode.OpRollAt:
		want(in.A, bytecode.KindInt)
	}
	return code
}

// operand makes one that exists, mostly.
func (a *attacker) operand(o bytecode.Operand, pc int) int32 {
	r, m := a.r, a.m
	if r.IntN(40) == 0 && o != bytecode.Function {
		return []int32{-1, attackFrame, attackFrame + 1, 1 << 30}[r.IntN(4)]
	}
	switch o {
	case bytecode.None:
		return 0
	case bytecode.Imm:
		return []int32{-1, 0, 1, 2, 1 << 30}[r.IntN(5)]
	case bytecode.Flag:
		return r.Int32N(2)
	case bytecode.Constant:
		return r.Int32N(int32(len(m.Consts)))
	case bytecode.Function:
		return r.Int32N(int32(len(m.Funcs)))
	case bytecode.Word:
		return r.Int32N(int32(len(m.Builtins)))
	case bytecode.Tagged:
		return r.Int32N(int32(len(m.Variants)))
	case bytecode.FieldNumber, bytecode.Count:
		return r.Int32N(3)
	case bytecode.FieldOf:
		x, _ := bytecode.FieldOperand(r.Int32N(int32(len(m.Variants))), r.Int32N(3))
		return x
	case bytecode.Arms:
		return r.Int32N(int32(len(m.Tables)))
	case bytecode.Target:
		if r.IntN(3) == 0 {
			return -r.Int32N(int32(pc)+1) - 1
		}
		return r.Int32N(2)
	case bytecode.KindOf:
		return r.Int32N(11)
	case bytecode.Height:
		return r.Int32N(attackFrame + 1)
	}
	return r.Int32N(attackFrame)
}

// goodModules are programs of all kinds as they come from files.
func goodModules(t *testing.T) (list []*bytecode.Module) {
	for _, area := range []string{"types", "core", "collections", "closures", "concurrency", "strands", "language", "apps"} {
		files, _ := filepath.Glob("../testdata/" + area + "/*.seq")
		for _, file := range files {
			for _, o := range []seqvm.Options{{}, {Plain: true}} {
				if prog, err := seqvm.Compile(seqvm.File(file), o); err == nil {
					list = append(list, prog.Module)
				}
			}
		}
	}
	require.NotEmpty(t, list)
	return list
}

func TestNoMutantGoesWrong(t *testing.T) {
	alone(t)
	good := goodModules(t)
	n, accepted, instructions := count(t, "MUTANTS", 2000), 0, 0
	first := uint64(0)
	if text := os.Getenv("SEQVM_SEED"); text != "" {
		first, _ = strconv.ParseUint(text, 10, 64)
	}
	for seed := first; seed < first+uint64(n); seed++ {
		r := rand.New(rand.NewPCG(seed, 8))
		m := mutant(r, good[r.IntN(len(good))])
		decoded, err := bytecode.Decode(bytecode.Encode(m))
		if err != nil || decoded.Main < 0 {
			continue
		}
		accepted++
		seen, err := attack(decoded, 16, 800)
		require.NoError(t, err, "seed %d\n%s", seed, listing(m))
		instructions += seen
	}
	t.Logf("%d mutants, %d accepted, %d instructions executed", n, accepted, instructions)
	require.Greater(t, accepted, n/50)
}

// mutant changes a module in up to three places.
func mutant(r *rand.Rand, good *bytecode.Module) *bytecode.Module {
	m := *good
	m.Funcs = slices.Clone(m.Funcs)
	for range 1 + r.IntN(3) {
		f := &m.Funcs[r.IntN(len(m.Funcs))]
		f.Code = slices.Clone(f.Code)
		in := &f.Code[r.IntN(len(f.Code))]
		other := f.Code[r.IntN(len(f.Code))]
		switch r.IntN(12) {
		case 0, 1: // another instruction with the same operands
			in.Op = bytecode.Op(r.IntN(len(bytecode.Table)))
		case 2:
			in.A = near(r, in.A)
		case 3:
			in.B = near(r, in.B)
		case 4:
			in.C = near(r, in.C)
		case 5:
			*in = other
		case 6:
			in.A, in.B = in.B, in.A
		case 7: // nothing in its place
			*in = bytecode.Instr{Op: bytecode.OpJump}
		case 8:
			f.In = near(r, f.In)
		case 9:
			f.Out = near(r, f.Out)
		case 10:
			f.Open = !f.Open
		case 11:
			if kinds := []*[]bytecode.Kind{&f.Params, &f.Results}[r.IntN(2)]; len(*kinds) > 0 {
				*kinds = slices.Clone(*kinds)
				(*kinds)[r.IntN(len(*kinds))] = bytecode.Kind(r.IntN(11))
			}
		}
	}
	return &m
}

// near is another number, mostly a little larger or smaller.
func near(r *rand.Rand, n int32) int32 {
	if r.IntN(8) == 0 {
		return int32(r.Uint32())
	}
	return n + r.Int32N(5) - 2
}

// What the verifier cannot know the VM finds out.
func TestHostileModulesFail(t *testing.T) {
	word := func(name string, in, out int32, results ...bytecode.Kind) bytecode.BuiltinRef {
		return bytecode.BuiltinRef{Name: name, In: in, Out: out, Results: results}
	}
	for name, c := range map[string]struct {
		builtins []bytecode.BuiltinRef
		main     []bytecode.Instr
		more     []bytecode.Func
		want     string
	}{
		"dump hands the stack to a word that takes a window": {
			builtins: []bytecode.BuiltinRef{word("list.reverse", 1, 1, bytecode.KindAny)},
			main:     []bytecode.Instr{{Op: bytecode.OpDump}, {Op: bytecode.OpFrameToTop}, {Op: bytecode.OpReturn}},
			want:     "a word that does not take the whole stack",
		},
		"a quotation changes what lies below a tail call, which was proven": {
			main: []bytecode.Instr{{Op: bytecode.OpCall, B: 1}, {Op: bytecode.OpIntNeg}, {Op: bytecode.OpReturn}},
			more: []bytecode.Func{
				{Name: "f", Word: true, Out: 2, Frame: 4, Results: []bytecode.Kind{bytecode.KindInt, bytecode.KindAny}, Code: []bytecode.Instr{
					{Op: bytecode.OpInt, B: 5}, {Op: bytecode.OpConst, A: 1, B: 1}, {Op: bytecode.OpCallQuotation, A: 1, C: 1}, {Op: bytecode.OpExpect, A: 2}, {Op: bytecode.OpTail, A: 1, B: 3},
				}},
				{Name: "<quotation>", In: 1, Out: 2, Frame: 2, Code: []bytecode.Instr{{Op: bytecode.OpConst}, {Op: bytecode.OpConst, A: 1}, {Op: bytecode.OpReturn, A: 2}}},
				{Name: "same", Word: true, In: 1, Out: 1, Frame: 1, Code: []bytecode.Instr{{Op: bytecode.OpReturn, A: 1}}},
			},
			want: "expected Int, found String",
		},
		"the elements of what is no list": {
			main: []bytecode.Instr{{Op: bytecode.OpConst}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpListNextInt, A: 2, B: 0, C: 1}, {Op: bytecode.OpJump}, {Op: bytecode.OpReturn}},
			want: "expected List, found String",
		},
		"a weave that is none": {
			main: []bytecode.Instr{{Op: bytecode.OpConst}, {Op: bytecode.OpInt, A: 1}, {Op: bytecode.OpResume}, {Op: bytecode.OpReturn}},
			want: "expected a weave",
		},
		"the aux stack of nobody": {
			main: []bytecode.Instr{{Op: bytecode.OpAuxPop, B: int32(bytecode.KindVariant)}, {Op: bytecode.OpReturn}},
			want: "the aux stack is empty",
		},
		"a part that moves out of a map that others hold": { // the copying word stands in its place
			builtins: []bytecode.BuiltinRef{word("map.make", 0, 1, bytecode.KindAny), word("list.make", 0, 1, bytecode.KindAny), word("map.set", 3, 1, bytecode.KindAny), word("%map.take", 2, 2, bytecode.KindAny, bytecode.KindBool), word("map.get", 2, 2, bytecode.KindAny, bytecode.KindBool), word("%strands.fail", 1, 1, bytecode.KindAny), word("int->string", 1, 1, bytecode.KindString)},
			main: []bytecode.Instr{
				{Op: bytecode.OpBuiltin}, {Op: bytecode.OpInt, A: 1, B: 1}, {Op: bytecode.OpBuiltin, A: 2, B: 1}, {Op: bytecode.OpBuiltin, B: 2}, // a map with an empty list
				{Op: bytecode.OpMove, A: 1}, {Op: bytecode.OpInt, A: 2, B: 1}, {Op: bytecode.OpBuiltin, A: 1, B: 3}, // which is taken out
				{Op: bytecode.OpInt, A: 2, B: 7}, {Op: bytecode.OpListPush, A: 1, B: 1, C: 2}, // and changed
				{Op: bytecode.OpInt, A: 1, B: 1}, {Op: bytecode.OpBuiltin, B: 4}, {Op: bytecode.OpListLength}, {Op: bytecode.OpBuiltin, B: 6}, {Op: bytecode.OpBuiltin, B: 5}, {Op: bytecode.OpReturn},
			},
			want: "main: 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := &bytecode.Module{
				Files: []string{"x.seq"}, Names: []string{"x"}, Builtins: c.builtins,
				Consts: []bytecode.Const{{Kind: bytecode.KindString, Text: "text"}},
				Funcs:  append([]bytecode.Func{{Name: "main", Word: true, Frame: 6, Open: true, Code: c.main}}, c.more...),
			}
			if len(c.more) > 1 {
				m.Consts = append(m.Consts, bytecode.Const{Kind: bytecode.KindQuotation, Bits: 2})
			}
			decoded, err := bytecode.Decode(bytecode.Encode(m))
			require.NoError(t, err)
			v, err := vm.New(decoded, vm.Config{Builtins: attackSet.Find})
			require.NoError(t, err)
			_, err = v.Run()
			require.ErrorContains(t, err, c.want)
		})
	}
}
