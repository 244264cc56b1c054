package vm

import (
	"fmt"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// image is a module made ready to run: names resolved, constants built. It is
// immutable but for the maps behind its mutex and shared by all strands.
type image struct {
	mod      *bytecode.Module
	funcs    []function
	consts   []stack.Value
	builtins []*Builtin
	variants []*stack.Tag
	kinds    [][]stack.Kind        // of the variants' fields; Nothing for any
	tags     map[string]*stack.Tag // the names the program knows
	counting bool                  // words count their entries
	linear   bool                  // moves are moves (bytecode.Module.Linear)

	mu      sync.Mutex
	ranges  []codeRange // by address, for finding the function of an address
	checked map[int32][]bytecode.Instr
}

// function is what calls need to know, kept small for the cache.
type function struct {
	code  unsafe.Pointer // of the first instruction
	bytes uintptr        // of the frame
	in    int32
	out   int32
	open  bool
	fn    *bytecode.Func
}

type codeRange struct {
	start, end uintptr
	index      int32
}

const (
	instrSize = unsafe.Sizeof(bytecode.Instr{})
	slotSize  = unsafe.Sizeof(stack.Value{})
	frameSize = unsafe.Sizeof(frame{})
)

// halt is where the first frame of a strand returns to.
var halt = []bytecode.Instr{{Op: bytecode.OpHalt}}

func link(mod *bytecode.Module, builtins []Builtin) (*image, error) {
	if !mod.Linear {
		mod = withoutMoves(mod)
	}
	img := &image{mod: mod, linear: mod.Linear, tags: map[string]*stack.Tag{stack.ListTag.Name: stack.ListTag}, checked: map[int32][]bytecode.Instr{}}
	byName := make(map[string]*Builtin, len(builtins))
	for i := range builtins {
		byName[builtins[i].Name] = &builtins[i]
	}
	for _, ref := range mod.Builtins {
		b := byName[ref.Name]
		if b == nil || b.Run == nil {
			return nil, fmt.Errorf("the built-in word '%s' is not available", ref.Name)
		}
		if err := b.fits(ref); err != nil {
			return nil, fmt.Errorf("the built-in word '%s': %w", ref.Name, err)
		}
		img.builtins = append(img.builtins, b)
	}
	for _, v := range mod.Variants {
		t := &stack.Tag{Name: v.Name, Union: v.Union, Ordinal: v.Ordinal, Static: true}
		if v.Name == stack.ListTag.Name {
			t = stack.ListTag // a union may have a variant List: then lists are its values
		}
		img.tags[v.Name] = t
		img.variants = append(img.variants, t)
		kinds := make([]stack.Kind, len(v.Kinds))
		for i, k := range v.Kinds {
			kinds[i] = stack.Kind(k)
		}
		img.kinds = append(img.kinds, kinds)
	}
	img.funcs = make([]function, len(mod.Funcs))
	for i := range mod.Funcs {
		f := &mod.Funcs[i]
		img.counting = img.counting || f.Code[0].Op == bytecode.OpCount
		img.funcs[i] = function{code: unsafe.Pointer(&f.Code[0]), bytes: uintptr(f.Frame) * slotSize, in: f.In, out: f.Out, open: f.Open, fn: f}
	}
	img.consts = make([]stack.Value, len(mod.Consts))
	for i, k := range mod.Consts {
		switch k.Kind {
		case bytecode.KindInt:
			img.consts[i] = stack.FromInt(int64(k.Bits))
		case bytecode.KindFloat:
			img.consts[i].SetFloat(floatOf(k.Bits))
		case bytecode.KindString:
			img.consts[i] = stack.FromString(k.Text)
		case bytecode.KindSymbol:
			img.consts[i] = stack.FromSymbol(img.intern(k.Text))
		case bytecode.KindQuotation:
			img.consts[i] = stack.FromClosure(&stack.Closure{Func: int32(k.Bits)})
		}
	}
	return img, nil
}

// copying are the instructions that a module without Linear gets in place of
// those that rely on it.
var copying = map[bytecode.Op]bytecode.Op{
	bytecode.OpMove: bytecode.OpCopy, bytecode.OpListTake: bytecode.OpListGet, bytecode.OpListNextTake: bytecode.OpListNext,
	bytecode.OpPeek: bytecode.OpGet,
}

// withoutMoves returns the module with every move made a copy: nothing is known
// of its code that the verifier does not find out, and an object that is held
// twice unknown to the VM would be changed under another strand's hands.
func withoutMoves(mod *bytecode.Module) *bytecode.Module {
	safe := *mod
	safe.Funcs = slices.Clone(mod.Funcs)
	for i := range safe.Funcs {
		f := &safe.Funcs[i]
		f.Code = slices.Clone(f.Code)
		for pc := range f.Code {
			if op, ok := copying[f.Code[pc].Op]; ok {
				f.Code[pc].Op = op
			}
		}
	}
	return &safe
}

// fits checks that a built-in is what the module was compiled for.
func (b *Builtin) fits(ref bytecode.BuiltinRef) error {
	if len(b.In) != int(ref.In) || len(b.Out) != int(ref.Out) {
		return fmt.Errorf("its effect is %s, the program wants %d inputs and %d outputs", b.Effect, ref.In, ref.Out)
	}
	for i, k := range ref.Results {
		if k != bytecode.KindAny && stack.Kind(k) != b.Out[i] {
			return fmt.Errorf("its effect is %s, the program wants %s as output %d", b.Effect, stack.Kind(k), i)
		}
	}
	return nil
}

// intern makes the tag of a name that the program writes; link only.
func (img *image) intern(name string) *stack.Tag {
	t := img.tags[name]
	if t == nil {
		t = &stack.Tag{Name: name, Union: -1, Static: true}
		img.tags[name] = t
	}
	return t
}

// tag returns the tag of a name made at run time.
func (img *image) tag(name string) *stack.Tag {
	if t := img.tags[name]; t != nil {
		return t
	}
	return &stack.Tag{Name: name, Union: -1}
}

// functionAt finds the function that an instruction belongs to and its index
// there. It is slow: for errors and for leaving proven code.
func (img *image) functionAt(ip uintptr) (index int32, pc int, ok bool) {
	img.mu.Lock()
	defer img.mu.Unlock()
	if img.ranges == nil {
		for i := range img.mod.Funcs {
			img.addRange(int32(i), img.mod.Funcs[i].Code)
		}
	}
	n := sort.Search(len(img.ranges), func(i int) bool { return img.ranges[i].start > ip })
	if n == 0 || ip >= img.ranges[n-1].end {
		return 0, 0, false
	}
	r := img.ranges[n-1]
	return r.index, int((ip - r.start) / instrSize), true
}

func (img *image) addRange(index int32, code []bytecode.Instr) {
	start := uintptr(unsafe.Pointer(&code[0]))
	img.ranges = append(img.ranges, codeRange{start: start, end: start + uintptr(len(code))*instrSize, index: index})
	if n := len(img.ranges); n > 1 && img.ranges[n-2].start > start {
		sort.Slice(img.ranges, func(i, j int) bool { return img.ranges[i].start < img.ranges[j].start })
	}
}

// checkedCode returns the function's code with every instruction replaced by
// one that checks what the original trusts. It is made once.
func (img *image) checkedCode(index int32) unsafe.Pointer {
	img.mu.Lock()
	defer img.mu.Unlock()
	code := img.checked[index]
	if code == nil {
		code = append(code, img.mod.Funcs[index].Code...)
		for i := range code {
			code[i].Was, code[i].Op = code[i].Op, bytecode.OpChecked
		}
		img.checked[index] = code
		img.addRange(index, code)
	}
	return unsafe.Pointer(&code[0])
}
