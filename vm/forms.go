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
	ownForm     form = iota // the code as the module has it, but for what is rewritten
	guardedForm             // each instruction first checks what the original trusts (deopt.go)
	countedForm             // the reduction counter sees the tail calls in whose place other code stands
)

// formTable makes the code of a form of a copy of a function's own code.
var formTable = map[form]func(f *bytecode.Func, code []bytecode.Instr){
	ownForm: func(*bytecode.Func, []bytecode.Instr) {},
	guardedForm: func(f *bytecode.Func, code []bytecode.Instr) {
		for i := range code {
			in := &code[i]
			in.Was, in.Op = in.Op, bytecode.OpChecked
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

// rewrite makes code faster that is not checked. All instructions stay where they are, for those who
// jump there.
func (img *image) rewrite(code []bytecode.Instr) {
	fuse(code)
	if !img.linear { // there every fetch marks what it fetches
		return
	}
	for pc := range code {
		if looksThrough(code, pc) {
			code[pc].Op = bytecode.OpListTake // which leaves it in the list
		}
	}
}

// rewrites tells whether rewrite changes code.
func (img *image) rewrites(code []bytecode.Instr) bool {
	if fuses(code) {
		return true
	}
	for pc := range code {
		if img.linear && looksThrough(code, pc) {
			return true
		}
	}
	return false
}

// looksThrough tells whether an instruction fetches an element of a list that is only looked into, for
// something that comes in its place: the element of an element, say. It need not be marked as held twice. So
// rows of a table that have been read can be changed in their place later.
func looksThrough(code []bytecode.Instr, pc int) bool {
	if code[pc].Op != bytecode.OpListGet {
		return false
	}
	row, next := code[pc].A, pc+1
	for next < len(code) && code[next].Op == bytecode.OpInt && code[next].A != row {
		next++
	}
	if next == len(code) {
		return false
	}
	in := &code[next]
	return looksInside[in.Op] && in.A == row && in.B == row && in.C != row
}

// looksInside are the instructions that only look at B and leave in A what is marked if it is held twice.
var looksInside = map[bytecode.Op]bool{
	bytecode.OpListGet: true, bytecode.OpListGetInt: true, bytecode.OpListGetFloat: true, bytecode.OpListHas: true, bytecode.OpListLength: true,
}

// fuse has calls of built-in words run with the moves that bring their arguments, up to two: they are what most
// calls are preceded by.
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
	if form == ownForm && !img.rewrites(f.Code) {
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
			img.rewrite(code)
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
