package vm

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/native"
	"github.com/seqvm/seqvm/stack"
)

// tier is the machine code of an image. A function that has some has another form of its code in which OpNative stands where
// machine code can be entered; calls run that form.
type tier struct {
	plain  *image // without machine code
	native settings.Native

	made atomic.Pointer[machineCode]

	mu       sync.Mutex
	forms    [][]bytecode.Instr // by function; nil: it has no machine code
	tried    []bool             // by function: machine code was made, or cannot be
	retired  []atomic.Bool      // by function: the interpreter stays out of it
	broken   error              // why there is none; nil: there can be some
	handings map[string]int32   // by the kinds of results
}

// machineCode is all machine code of an image there is at a time. It is immutable.
type machineCode struct {
	entries    []machineEntry
	sites      []machineSite
	exits      []machineExit
	functions  map[int32]uintptr  // addresses that calls go to
	quotations []native.Quotation // by function: what calls of quotations go by
}

// machineEntry is a native.Entry as the VM wants it.
type machineEntry struct {
	address  uintptr
	function int32
	pc       int32
	original *bytecode.Instr
	results  uintptr // bytes of the function's results
	site     int     // that it stands behind; -1: none
	handed   int32   // how the function hands over its results
	last     uintptr // where the outermost call returns to
}

// machineSite is a native.Site as the VM wants it.
type machineSite struct {
	returns uintptr
	behind  uintptr // address of the instruction behind the call
	window  uintptr // bytes
	handed  int32   // how results are expected
	markers []native.Marker
}

// machineExit is a native.Exit as the VM wants it.
type machineExit struct {
	original *bytecode.Instr
	behind   uintptr // address of the instruction behind it
}

// withoutNative returns the image without machine code.
func (img *image) withoutNative() *image {
	if img.tier != nil {
		return img.tier.plain
	}
	return img
}

// withNative returns the image in which a VM with some settings runs the program.
func (img *image) withNative(config *Config, counts bool) *image {
	plain := img.withoutNative()
	wanted := config.Settings.Native
	switch {
	case wanted.Mode == settings.NativeOff, counts, plain.form != ownForm, plain.counting, len(plain.mod.Cover) > 0,
		!config.Sandbox.Gives(sandbox.Native), NativeRefusal() != nil:
		return plain
	case img.tier != nil && img.tier.native == wanted:
		return img
	}
	other := *plain
	other.funcs = slices.Clone(plain.funcs)
	other.tier = &tier{plain: plain, native: wanted, forms: make([][]bytecode.Instr, len(plain.funcs)), tried: make([]bool, len(plain.funcs)), retired: make([]atomic.Bool, len(plain.funcs)),
		handings: map[string]int32{}}
	other.tier.made.Store(&machineCode{functions: map[int32]uintptr{}, quotations: slices.Repeat([]native.Quotation{native.NoQuotation}, len(plain.funcs))})
	if wanted.Mode == settings.NativeAlways {
		every := make([]int32, len(plain.funcs))
		for i := range every {
			every[i] = int32(i)
		}
		other.tier.compile(&other, every, native.Target{Chaos: wanted.Chaos})
	}
	return &other
}

// compile makes machine code of functions of which nobody has tried it, and has calls run it.
func (t *tier) compile(img *image, functions []int32, target native.Target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	functions = slices.DeleteFunc(functions, func(i int32) bool { return t.tried[i] })
	if len(functions) == 0 || t.broken != nil {
		return
	}
	for _, i := range functions {
		t.tried[i] = true
	}
	before := t.made.Load()
	target.Layout, target.Sites, target.Exits, target.Helps = machineLayout, len(before.sites), len(before.exits), img.helps
	target.Constant = func(i int32) uintptr { return uintptr(unsafe.Pointer(&img.consts[i])) }
	target.Tag = func(i int32) uintptr { return uintptr(unsafe.Pointer(img.variants[i].tag)) }
	target.Known = func(function int32) (uintptr, bool) {
		address, ok := before.functions[function]
		return address, ok
	}
	code, err := native.Compile(img.mod, functions, &target)
	if err != nil || len(code.Functions) == 0 {
		return
	}
	memory, err := newMachineMemory(t, code.Bytes)
	if err != nil {
		t.broken = err
		return
	}
	t.install(img, code, memory.address())
}

// install makes code known that lies at an address.
func (t *tier) install(img *image, code *native.Code, base uintptr) {
	before := t.made.Load()
	after := &machineCode{entries: slices.Clone(before.entries), sites: slices.Clone(before.sites), exits: slices.Clone(before.exits), functions: maps.Clone(before.functions), quotations: slices.Clone(before.quotations)}
	last := map[int32]uintptr{}
	for _, f := range code.Functions {
		after.quotations[f.Index] = native.QuotationOf(&img.mod.Funcs[f.Index], base+uintptr(f.Call))
		after.functions[f.Index], last[f.Index] = base+uintptr(f.Call), base+uintptr(f.Last)
		t.forms[f.Index] = slices.Clone(img.mod.Funcs[f.Index].Code)
	}
	at := func(function, pc int32) uintptr {
		return codeAddress(&t.forms[function][0]) + uintptr(pc)*instrSize
	}
	for _, x := range code.Exits {
		after.exits = append(after.exits, machineExit{original: &img.mod.Funcs[x.Function].Code[x.PC], behind: at(x.Function, x.PC+1)})
	}
	for _, s := range code.Sites {
		after.sites = append(after.sites, machineSite{returns: base + uintptr(s.Return), behind: at(s.Function, s.PC+1), window: uintptr(s.Window) * slotSize,
			handed: t.handingOf(img, s.Callee), markers: s.Markers})
	}
	for _, e := range code.Entries {
		f := &img.mod.Funcs[e.Function]
		in := &t.forms[e.Function][e.PC]
		*in = bytecode.Instr{Op: bytecode.OpNative, Was: in.Op, A: int32(len(after.entries))}
		after.entries = append(after.entries, machineEntry{address: base + uintptr(e.Offset), function: e.Function, pc: e.PC, original: &f.Code[e.PC], results: uintptr(f.Out) * slotSize,
			site: e.Site, handed: t.handing(f), last: last[e.Function]})
	}
	img.codes.mu.Lock()
	for _, f := range code.Functions {
		fuse(t.forms[f.Index])
		img.codes.add(f.Index, t.forms[f.Index])
	}
	img.codes.mu.Unlock()
	t.made.Store(after)
	for _, f := range code.Functions {
		img.funcs[f.Index].code = &t.forms[f.Index][0]
	}
}

// handingOf is handing of a callee; below 0 of a quotation, which has no such way.
func (t *tier) handingOf(img *image, callee int32) int32 {
	if callee < 0 {
		return -1
	}
	return t.handing(&img.mod.Funcs[callee])
}

// handing is the number of the way in which a function hands over its results: those with the same kinds do it alike.
func (t *tier) handing(f *bytecode.Func) int32 {
	kinds := make([]byte, f.Out)
	for i, k := range f.Results {
		kinds[i] = byte(k)
	}
	n, ok := t.handings[string(kinds)]
	if !ok {
		n = int32(len(t.handings))
		t.handings[string(kinds)] = n
	}
	return n
}

// selfTest is a function that adds the Ints from its input down to 1.
var selfTest = &bytecode.Module{Main: -1, Funcs: []bytecode.Func{{Name: "sum", Word: true, Frame: 2, In: 2, Out: 1,
	Params: []bytecode.Kind{bytecode.KindInt, bytecode.KindInt}, Results: []bytecode.Kind{bytecode.KindInt},
	Code: []bytecode.Instr{
		{Op: bytecode.OpJumpIntEqImm, A: 1, C: 3},
		{Op: bytecode.OpIntAdd, A: 0, B: 0, C: 1},
		{Op: bytecode.OpIntAddImm, A: 1, B: 1, C: -1},
		{Op: bytecode.OpLoop, C: -4},
		{Op: bytecode.OpReturn, A: 1},
	}}}}

// NativeRefusal says why there can be no machine code here; nil if there can. At its first call the sum of the Ints up to 1000 is tried.
var NativeRefusal = sync.OnceValue(func() error {
	if !nativePossible {
		return errNoNative
	}
	code, err := native.Compile(selfTest, []int32{0}, &native.Target{Layout: machineLayout})
	if err != nil {
		return err
	}
	owner := &tier{}
	memory, err := newMachineMemory(owner, code.Bytes)
	if err != nil {
		return fmt.Errorf("the system gives no executable memory: %w", err)
	}
	c := newMachineContext()
	var limit limit
	limit.Store(math.MaxUint)
	slots := [2]stack.Value{stack.FromInt(0), stack.FromInt(1000)}
	runSelfTest(c, &limit, memory.address()+uintptr(code.Entries[0].Offset), &slots)
	runtime.KeepAlive(owner)
	if c.exit != 0 || slots[0] != stack.FromInt(500500) {
		return errors.New("it does not do what it should")
	}
	return nil
})

var errNoNative = errors.New("there is none for this processor, this system or this build")
