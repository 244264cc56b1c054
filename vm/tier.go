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

// tier is the machine code of an image, and of those that it grows to. A function that has some has another form of its code in which OpNative stands where
// machine code can be entered; calls run that form.
type tier struct {
	native settings.Native

	made    atomic.Pointer[machineCode]
	retired atomic.Pointer[[]atomic.Bool] // by function: the interpreter stays out of it
	stale   atomic.Int32                  // entries with smaller numbers are of code that is not to run any more

	mu       sync.Mutex
	current  *image             // that code is made for
	forms    [][]bytecode.Instr // by function; nil: it has no machine code
	tried    []bool             // by function: machine code was made, or cannot be
	compiled []*image           // has what code points to
	outdated [][]bytecode.Instr // forms that are not to run any more: frames may be in them
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
	behind   uintptr        // address of the instruction behind it
	help     help           // nil: there is none
	builtin  *linkedBuiltin // the word that the instruction executes, if there is help for it; else nil
}

// withoutNative returns the image without machine code.
func (img *image) withoutNative() *image {
	t := img.tier
	if t == nil {
		return img
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	plain := *img
	plain.tier, plain.funcs = nil, slices.Clone(img.funcs)
	t.takeOut(&plain)
	return &plain
}

// takeOut has an image whose functions are no others' run the own code of those that have machine code. t.mu is held.
func (t *tier) takeOut(img *image) {
	for i, form := range t.forms {
		if form != nil && img.funcs[i].code == &form[0] {
			img.funcs[i].runs(img.code(int32(i), ownForm))
		}
	}
}

// withNative returns the image in which a VM with some settings runs the program.
func (img *image) withNative(config *Config, counts bool) *image {
	wanted := config.Settings.Native
	switch {
	case wanted.Mode == settings.NativeOff, counts, img.form != ownForm, img.counting, len(img.mod.Cover) > 0,
		!config.Sandbox.Gives(sandbox.Native), !nativePossible && config.refused(ErrNoNative):
		return img.withoutNative()
	case img.tier != nil && img.tier.native == wanted:
		return img
	case wanted.Mode == settings.NativeAlways && config.refused(NativeRefusal()): // else it is tried when something runs for long
		return img.withoutNative()
	}
	other := *img.withoutNative()
	other.funcs = slices.Clone(other.funcs)
	other.tier = &tier{native: wanted, current: &other, handings: map[string]int32{}}
	other.tier.made.Store(&machineCode{functions: map[int32]uintptr{}})
	other.tier.compileAll(&other, 0)
	return &other
}

// refused tells whether there can be no machine code, and tells the host.
func (c *Config) refused(err error) bool {
	if err != nil && c.NoNative != nil {
		c.NoNative(err)
	}
	return err != nil
}

// grow makes room for functions, when the first of them may become machine code: a program that ends before has none. t.mu is held.
func (t *tier) grow(functions int) {
	if functions <= len(t.forms) {
		return
	}
	retired := make([]atomic.Bool, functions)
	if before := t.retired.Load(); before != nil {
		for i := range *before {
			retired[i].Store((*before)[i].Load())
		}
	}
	t.retired.Store(&retired)
	made := *t.made.Load()
	made.quotations = append(slices.Clone(made.quotations), slices.Repeat([]native.Quotation{native.NoQuotation}, functions-len(made.quotations))...)
	t.made.Store(&made)
	t.forms = append(t.forms, make([][]bytecode.Instr, functions-len(t.forms))...)
	t.tried = append(t.tried, make([]bool, functions-len(t.tried))...)
}

// growNative has machine code be made for an image that another one has grown to from now on. If functions that both have run the code of others now, machine code
// that may call them is not entered any more.
func (img *image) growNative(list []bytecode.Redirect, before *image) (changed bool) {
	t := img.tier
	if t == nil {
		return img.redirect(list, len(before.funcs))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	img.funcs = slices.Clone(img.funcs)
	changed = img.redirect(list, len(before.funcs))
	if changed {
		t.replaces(img)
	}
	t.current = img
	return changed
}

// compileAll makes machine code of all functions from one on, if that is wanted before they run.
func (t *tier) compileAll(img *image, first int) {
	if t.native.Mode != settings.NativeAlways {
		return
	}
	var all []int32
	for i := first; i < len(img.funcs); i++ {
		all = append(all, int32(i))
	}
	t.compile(img, all, native.Target{Chaos: t.native.Chaos})
}

// runs has calls of a function run other code. Strands read the address meanwhile, without a lock: who sees it sees what has been written before.
func (f *function) runs(code *bytecode.Instr) {
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(&f.code)), unsafe.Pointer(code))
}

// with is the machine code that there is, with an entry that somebody has come to. Who sees the instruction that enters it sees what it was made of, but on
// processors that read ahead may have read an older list before.
func (t *tier) with(entry int32) *machineCode {
	if made := t.made.Load(); int(entry) < len(made.entries) {
		return made
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.made.Load()
}

// isRetired tells whether the interpreter stays out of the machine code of an entry: that of a function which is left again too soon, or that calls
// words of a session as they were before they were defined anew.
func (t *tier) isRetired(number, function int32) bool {
	return number < t.stale.Load() || (*t.retired.Load())[function].Load()
}

// replaces says that functions run the code of others in an image that has grown, so machine code that may call them is not entered any more.
func (t *tier) replaces(img *image) {
	t.takeOut(img)
	made := *t.made.Load()
	made.functions = map[int32]uintptr{}
	made.quotations = slices.Repeat([]native.Quotation{native.NoQuotation}, len(t.forms))
	t.stale.Store(int32(len(made.entries)))
	t.made.Store(&made)
	t.outdated = append(t.outdated, t.forms...)
	clear(t.forms)
	clear(t.tried)
	retired := make([]atomic.Bool, len(t.forms))
	t.retired.Store(&retired)
}

// compile makes machine code of functions of which nobody has tried it, and has calls run it.
func (t *tier) compile(img *image, functions []int32, target native.Target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grow(len(img.funcs))
	functions = slices.DeleteFunc(functions, func(i int32) bool { return t.tried[i] || img.funcs[i].code != img.code(i, ownForm) })
	if len(functions) == 0 || t.broken != nil || img != t.current {
		return
	}
	for _, i := range functions {
		t.tried[i] = true
	}
	before := t.made.Load()
	target.Processor, target.Layout, target.Sites, target.Exits, target.Helps = nativeProcessor(), machineLayout, len(before.sites), len(before.exits), img.helps
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
	if !slices.Contains(t.compiled, img) {
		t.compiled = append(t.compiled, img)
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
		original := &img.mod.Funcs[x.Function].Code[x.PC]
		exit := machineExit{original: original, behind: at(x.Function, x.PC+1)}
		switch {
		case img.helps(*original) == native.NoHelp:
		case original.Op == bytecode.OpBuiltin:
			exit.builtin = &img.builtins[original.B]
		default:
			exit.help = helps[original.Op]
		}
		after.exits = append(after.exits, exit)
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
		img.funcs[f.Index].runs(&t.forms[f.Index][0])
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
		return ErrNoNative
	}
	code, err := native.Compile(selfTest, []int32{0}, &native.Target{Processor: nativeProcessor(), Layout: machineLayout})
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

// NativeTarget is what all machine code of a module is made for here, as far as that is known before it runs: constants and tags stand at addresses that say
// which one it is. false: there can be none, for this processor, system or build.
func NativeTarget(m *bytecode.Module, builtins func(name string) *Builtin) (t native.Target, possible bool) {
	place := func(index int32) uintptr { return slotSize * uintptr(index) }
	return native.Target{Processor: nativeProcessor(), Layout: machineLayout, Constant: place, Tag: place, Helps: func(in bytecode.Instr) native.Help {
		return helpFor(in, func(b int32) *Builtin { return builtins(m.Builtins[b].Name) })
	}}, nativePossible
}

// ErrNoNative says that there is no machine code for this processor, this system or this build.
var ErrNoNative = errors.New("there is none for this processor, this system or this build")
