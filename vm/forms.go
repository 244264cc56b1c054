package vm

import (
	"cmp"
	"slices"
	"sort"
	"sync"

	"github.com/seqvm/seqvm/bytecode"
)

// form is one of the forms that the code of a function has. All have the same instructions at
// the same places, so a frame can go on in another form at any instruction.
type form uint8

const (
	ownForm     form = iota // the code as the module has it, but for what is fused
	guardedForm             // each instruction first checks what the original trusts (deopt.go)
	countedForm             // the reduction counter sees the tail calls in whose place other code stands
)

// formTable makes the code of a form of a copy of a function's own code.
var formTable = map[form]func(f *bytecode.Func, code []bytecode.Instr){
	ownForm: func(*bytecode.Func, []bytecode.Instr) {},
	guardedForm: func(f *bytecode.Func, code []bytecode.Instr) {
		for i := range code {
			in := &code[i]
			in.Was, in.Op = in.Original(), bytecode.OpChecked
			if plain := in.Was.Info().Plain; plain != bytecode.OpInvalid {
				in.Was = plain
			}
		}
		for _, g := range f.Guards {
			code[g.PC].Op = bytecode.OpGuarded
		}
		for _, t := range f.TailsGone {
			code[t.PC].Op = bytecode.OpGuarded
		}
	},
	countedForm: func(f *bytecode.Func, code []bytecode.Instr) {
		for _, t := range f.TailsGone {
			in := &code[t.PC]
			in.Was, in.Op = in.Op, bytecode.OpCounted
		}
	},
}

// fuse has calls of built-in words run with the moves that bring their arguments, up to two: they are what most
// calls are preceded by. All instructions stay where they are, for those who jump there.
func fuse(code []bytecode.Instr) {
	for pc := 1; pc < len(code); pc++ {
		if code[pc].Op != bytecode.OpBuiltin || code[pc-1].Op != bytecode.OpMove {
			continue
		}
		code[pc-1].Was, code[pc-1].Op = bytecode.OpMove, bytecode.OpMoveBuiltin
		if pc > 1 && code[pc-2].Op == bytecode.OpMove {
			code[pc-2].Was, code[pc-2].Op = bytecode.OpMove, bytecode.OpMovesBuiltin
		}
	}
}

// fuses tells whether fuse changes code.
func fuses(code []bytecode.Instr) bool {
	for pc := 1; pc < len(code); pc++ {
		if code[pc].Op == bytecode.OpBuiltin && code[pc-1].Op == bytecode.OpMove {
			return true
		}
	}
	return false
}

// codes has the forms of functions that were made so far, and finds the function
// of an instruction's address. Safe for concurrent use.
type codes struct {
	mu     sync.Mutex
	funcs  int         // so many have their own code among the ranges
	ranges []codeRange // by address, if sorted
	sorted bool
	made   map[codeOf][]bytecode.Instr
}

type codeOf struct {
	function int32
	form     form
}

type codeRange struct {
	start, end uintptr
	index      int32
}

func newCodes() *codes { return &codes{made: map[codeOf][]bytecode.Instr{}} }

// code returns the first instruction of a form of a function, which is made when it is first
// asked for; nil if the function has no code.
func (img *image) code(function int32, form form) *bytecode.Instr {
	f := &img.mod.Funcs[function]
	if len(f.Code) == 0 {
		return nil
	}
	if form == countedForm && len(f.TailsGone) == 0 {
		form = ownForm
	}
	if form == countedForm && f.Steps != nil {
		form = ownForm // that is where a debugger stops
	}
	if form == ownForm && (f.Steps != nil || !fuses(f.Code)) {
		return &f.Code[0]
	}
	x := img.codes
	x.mu.Lock()
	defer x.mu.Unlock()
	which := codeOf{function, form}
	code := x.made[which]
	if code == nil {
		code = slices.Clone(f.Code)
		formTable[form](f, code)
		if form != guardedForm {
			fuse(code)
		}
		x.made[which] = code
		x.add(function, code)
	}
	return &code[0]
}

// in returns the image in which calls run a form of the functions' code.
func (img *image) in(form form) *image {
	if img.form == form {
		return img
	}
	other := *img
	other.form, other.funcs = form, slices.Clone(img.funcs)
	for i := range other.funcs {
		other.funcs[i].code = other.code(int32(i), form)
	}
	return &other
}

// functionAt finds the function that an instruction belongs to and its index
// there. It is slow: for errors and for leaving proven code. The image must be one
// that has the code.
func (img *image) functionAt(ip uintptr) (index int32, pc int, ok bool) {
	x := img.codes
	x.mu.Lock()
	defer x.mu.Unlock()
	for ; x.funcs < len(img.mod.Funcs); x.funcs++ {
		x.add(int32(x.funcs), img.mod.Funcs[x.funcs].Code)
	}
	if !x.sorted {
		slices.SortFunc(x.ranges, func(a, b codeRange) int { return cmp.Compare(a.start, b.start) })
		x.sorted = true
	}
	n := sort.Search(len(x.ranges), func(i int) bool { return x.ranges[i].start > ip })
	if n == 0 || ip >= x.ranges[n-1].end {
		return 0, 0, false
	}
	r := x.ranges[n-1]
	return r.index, int((ip - r.start) / instrSize), true
}

// add adds the range of code of a function.
func (x *codes) add(function int32, code []bytecode.Instr) {
	if len(code) == 0 {
		return
	}
	start := codeAddress(&code[0])
	x.ranges = append(x.ranges, codeRange{start: start, end: start + uintptr(len(code))*instrSize, index: function})
	x.sorted = false
}
