package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/amd64"
)

// Target is what code has to know of the machine that it is made for.
type Target struct {
	Layout Layout
	// Known finds the code of a function that was compiled before, by its address; nil: there is none.
	Known func(function int32) (address uintptr, ok bool)
	// Sites and Exits are how many there are already: those of the code have the numbers from there on.
	Sites, Exits int
	// Selective leaves out functions of which it is foreseen that they would be left too often.
	Selective bool
	// Places has the Code say which instruction each part of it belongs to.
	Places bool
	// Chaos, if it is not 0, leaves a part of the instructions to the interpreter, another one for each number. It is for tests.
	Chaos uint64
}

// Layout is where the Context has what it has, as distances from its start. It is what the machine and machine code tell
// each other; each word has 8 bytes.
type Layout struct {
	Limit      int32 // address of the strand's limit: that no frame may go beyond
	Exit       int32 // number of the exit that was taken + 1; 0: the code has returned
	Frame      int32 // address of the frame that the exit is in, or that the results are in
	Outside    int32 // the hardware's stack pointer as it was outside
	Bottom     int32 // the hardware's stack pointer above all calls
	CallsEnd   int32 // address behind the last of Calls
	Markers    int32 // addresses of the markers of kinds, by kind
	Calls      int32 // return addresses, innermost first at an exit, outermost first at an entry: those of Room calls
	Goroutine  int32 // distance in Go's goroutine of the stack's lower end
	StackGuard int32 // distance in Go's goroutine of the bound that asks for attention
	Barrier    int32 // address of a word of 4 bytes that is not 0 while Go's collector has to be told of pointers that are written

	// Of the object of a list or variant (package stack, list.go), as distances from its start.
	State    int32 // 4 bytes, of which Shared is one bit
	Shared   int32
	Form     int32 // 4 bytes
	Elements int32 // address
	Length   int32
	Room     int32

	// Of a tag, the object's first word: 4 bytes each.
	TagUnion   int32
	TagOrdinal int32
}

// Room is how many calls can be open in machine code.
const Room = 4096

// MarkOffset is where, behind a return address, the number of the Site stands: four bytes.
const MarkOffset = amd64.MarkOffset

// headroom is how far below the stack's lower end, at the most, calls of machine code may begin: so many fit. Beneath
// is what Go keeps free.
const headroom = Room*8 + 1024

// Code is machine code of functions.
type Code struct {
	Bytes     []byte
	Functions []Function
	Sites     []Site  // of calls, by number from Target.Sites on
	Exits     []Exit  // by number from Target.Exits on
	Entries   []Entry // in order of functions and places
	Places    []Place // in order of their offsets, if they are asked for
}

// Function is a function that has code.
type Function struct {
	Index int32
	Call  int // offset of what calls go to
	Last  int // offset of where the outermost call returns to
}

// Site is a call.
type Site struct {
	Function, PC int32 // where it stands
	Window       int32 // slots that the callee's frame starts above its own
	Return       int   // offset of where it returns to
	Callee       int32
	Markers      []Marker // that are missing in the frame
}

// Marker is that of a slot.
type Marker struct {
	Slot int32
	Kind bytecode.Kind
}

// Exit is where code leaves to the interpreter, in front of an instruction.
type Exit struct {
	Function, PC int32
	Coded        bool // the instruction has code, which could not do it or was asked to let others look
}

// Entry is where the interpreter can come in, in front of an instruction.
type Entry struct {
	Function, PC int32
	Offset       int
	Site         int // number of the call that it stands behind; -1: none
}

// Compile makes code of those of some functions of a sound module that it can be made of.
func Compile(m *bytecode.Module, functions []int32, t *Target) (*Code, error) {
	functions = slices.DeleteFunc(slices.Clone(functions), func(i int32) bool { return !suits(&m.Funcs[i]) })
	proof, err := bytecode.ProveFunctions(m, functions)
	if err != nil {
		return nil, err
	}
	b := &builder{module: m, target: t, plans: map[int32]*plan{}}
	for _, i := range functions {
		b.plans[i] = newPlan(m, i, proof)
	}
	if t.Selective {
		b.sift(functions)
	}
	return b.build(functions)
}

// builder makes the code of several functions.
type builder struct {
	module *bytecode.Module
	target *Target
	plans  map[int32]*plan // of those that get code
}

// callable tells whether machine code can call a function.
func (b *builder) callable(function int32) bool {
	if b.plans[function] != nil {
		return true
	}
	if b.target.Known == nil {
		return false
	}
	_, ok := b.target.Known(function)
	return ok
}

// hasCode tells whether there is code for an instruction.
func (b *builder) hasCode(p *plan, pc int) bool {
	in := p.f.Code[pc]
	if b.target.Chaos != 0 && chaotic(b.target.Chaos, p.index, pc) {
		return false
	}
	if int(in.Op) >= len(emitters) || emitters[in.Op].emit == nil {
		return false
	}
	fits := emitters[in.Op].fits
	return fits == nil || fits(b, p, pc)
}

// chaotic tells of a quarter of all instructions that they are left out.
func chaotic(seed uint64, function int32, pc int) bool {
	h := seed*0x9E3779B97F4A7C15 ^ uint64(function)<<32 ^ uint64(pc)
	h ^= h >> 31
	h *= 0xBF58476D1CE4E5B9 // the finalizer of SplitMix64 (Steele, Lea, Flood 2014)
	h ^= h >> 27
	h *= 0x94D049BB133111EB
	return h>>40%4 == 0
}

// worthIt is how many instructions with code there must be for each one that has none, and is left to the interpreter: the way there and back
// takes about as long as a dozen instructions in the interpreter.
const worthIt = 12

// sift takes out the functions that would leave too often.
func (b *builder) sift(functions []int32) {
	for again := true; again; {
		again = false
		for _, i := range functions {
			if p := b.plans[i]; p != nil && !b.worthwhile(p) {
				delete(b.plans, i)
				again = true // calls of it have no code now
			}
		}
	}
}

// worthwhile weighs what has code against what has none, by the depth of loops.
func (b *builder) worthwhile(p *plan) bool {
	coded, left := 0, 0
	for pc := range p.f.Code {
		switch weight := 1 << (3 * p.depth[pc]); {
		case p.kinds[pc] == nil:
		case b.hasCode(p, pc):
			coded += weight
		default:
			left += weight
		}
	}
	return coded >= worthIt*left
}
