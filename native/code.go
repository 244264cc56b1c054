package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// Target is what code has to know of the machine that it is made for.
type Target struct {
	Processor *machine.Processor
	Layout    Layout
	// Known finds the code of a function that was compiled before, by its address; nil: there is none.
	Known func(function int32) (address uintptr, ok bool)
	// Sites and Exits are how many there are already: those of the code have the numbers from there on.
	Sites, Exits int
	// Constant and Tag are where a constant, two words, and the tag of a variant are, which stay there; nil: that is not known.
	Constant, Tag func(index int32) uintptr
	// Helps tells what help there is for an instruction; nil: there is none.
	Helps func(in bytecode.Instr) Help
	// Selective leaves out functions of which it is foreseen that they would be left too often.
	Selective bool
	// Places has the Code say which instruction each part of it belongs to.
	Places bool
	// Chaos, if it is not 0, leaves a part of the instructions to the interpreter, another one for each number. It is for tests.
	Chaos uint64
}

// Help is whether somebody outside executes an instruction while calls stay open in machine code.
type Help uint8

// The kinds of help.
const (
	NoHelp   Help = iota
	SureHelp      // hardly ever fails
	EvenHelp      // hardly ever fails, and takes no longer than the interpreter
	MayHelp       // may have to leave it: then the code leaves in front of it
)

// Layout is where the Context has what it has, as distances from its start. It is what the machine and machine code tell
// each other; each word has 8 bytes.
type Layout struct {
	Limit      int32 // address of the strand's limit: that no frame may go beyond
	Exit       int32 // number of the exit that was taken + 1; 0: the code has returned
	Frame      int32 // address of the frame that the exit is in, or that the results are in
	Calls      int32 // address of the innermost return address: to begin with, at an exit, and while the code is helped
	Refilled   int32 // how many return addresses stand there to begin with
	Deepest    int32 // address that calls may not come to
	Outside    int32 // the hardware's stack pointer as it is outside
	Back       int32 // where the code goes back to outside
	Answer     int32 // what the help has found out
	Markers    int32 // addresses of the markers of kinds, by kind
	Marker     int64 // address of the first of the markers, if instructions can have those of all in 31 bits; 0: they are only in the Context
	StackGuard int32 // distance in Go's goroutine of the bound that asks for attention: below 0 if it does
	Barrier    int32 // address of a word of 4 bytes that is not 0 while Go's collector has to be told of pointers that are written
	BarrierAt  int64 // that address, if instructions can have it in 31 bits; 0: it is only in the Context

	// Of the object of a list or variant (package stack, list.go), as distances from its start.
	State    int32 // 4 bytes, of which Shared is one bit
	Shared   int32
	Form     int32 // 4 bytes
	Elements int32 // address
	Length   int32
	Room     int32

	// Of the machine's table of quotations, by function, and of the object of a quotation: the function's number of 4 bytes, the address of the values captured
	// and their number.
	Quotations      int32
	QuotationsEnd   int32 // address behind the table: younger functions are not there
	ClosureFunction int32
	ClosureCaptures int32
	ClosureLength   int32

	// Of a tag, the object's first word: 4 bytes each.
	TagUnion   int32
	TagOrdinal int32
}

// Room is how many calls can be open in machine code.
const Room = 16384

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
	Function, PC int32    // where it stands
	Window       int32    // slots that the callee's frame starts above its own
	Return       int      // offset of where it returns to
	Callee       int32    // -1: a quotation
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
	Helped       bool // the instruction is to be executed outside, and the code goes on behind it
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
	b := &builder{module: m, target: t, registerFile: newRegisterFile(t.Processor), plans: map[int32]*plan{}}
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
	module       *bytecode.Module
	target       *Target
	registerFile *registerFile
	plans        map[int32]*plan // of those that get code
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

// wayOf says how an instruction is executed.
func (b *builder) wayOf(p *plan, pc int) way {
	in := p.f.Code[pc]
	kept, helped := true, b.helps(in) != NoHelp
	if b.target.Chaos != 0 {
		switch h := chaos(b.target.Chaos, p.index, pc); {
		case h%4 == 0:
			return left
		case h%8 == 1: // the short way only
			helped = false
		case h%8 == 2: // never
			kept = !helped
		}
	}
	if kept && int(in.Op) < len(emitters) && !emitters[in.Op].none() {
		switch row := &emitters[in.Op]; {
		case row.fits != nil && !row.fits(b, p, pc):
		case row.inMemory != nil && row.inMemory(p, pc):
			return inMemory
		case helped:
			return codedOrHelped
		default:
			return coded
		}
	}
	if helped {
		return onlyHelped
	}
	return left
}

// helps tells whether an instruction can be executed outside while calls stay open: one behind which control goes on right there, or that
// steps over the next one.
func (b *builder) helps(in bytecode.Instr) Help {
	switch flow := in.Op.Info().Flow; {
	case b.target.Helps == nil, flow != bytecode.Next && flow != bytecode.Step:
		return NoHelp
	}
	return b.target.Helps(in)
}

// chaos is a number that depends on the instruction.
func chaos(seed uint64, function int32, pc int) uint64 {
	h := seed*0x9E3779B97F4A7C15 ^ uint64(function)<<32 ^ uint64(pc)
	h ^= h >> 31
	h *= 0xBF58476D1CE4E5B9 // the finalizer of SplitMix64 (Steele, Lea, Flood 2014)
	h ^= h >> 27
	h *= 0x94D049BB133111EB
	return h >> 40
}

// worthIt is how many instructions with code there must be for each one that has none, and is left to the interpreter: the way there and back
// takes about as long as a dozen instructions in the interpreter.
const worthIt = 12

// worthHelp is how many instructions with code there must be, and more, for each one that Go helps with: help takes a few nanoseconds
// longer than the interpreter takes for a built-in word.
const worthHelp = 3

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
	gain, helped, loss := 0, 0, 0
	for pc := range p.f.Code {
		if p.kinds[pc] == nil {
			continue
		}
		weight := 1 << (3 * p.depth[pc])
		switch b.wayOf(p, pc) {
		case left:
			if pc > 0 && b.wayOf(p, pc-1) == inMemory { // it is gone over
				continue
			}
			loss += weight
		case onlyHelped:
			switch b.helps(p.f.Code[pc]) {
			case MayHelp: // and what it does takes much longer than the dispatch that is saved
				loss += weight
			case SureHelp:
				helped += weight
			}
		default:
			gain += weight
		}
	}
	return gain > worthHelp*helped && gain >= worthIt*loss
}
