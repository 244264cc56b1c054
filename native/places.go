package native

// Place is a part of the code that belongs to an instruction of a function.
type Place struct {
	Offset   int // where it begins; it ends where the next one does
	Function int32
	PC       int32 // NoInstruction: it is of no instruction
	Role     Role
}

// NoInstruction is the PC of a Place that belongs to a function as a whole.
const NoInstruction = -1

// Role is what a part of the code is for.
type Role uint8

// The roles.
const (
	Work  Role = iota // the instruction itself
	Aside             // what it seldom comes to: exits, and what is missing in memory on the way elsewhere
	Enter             // where the interpreter comes in
	Last              // where the outermost call returns to
)

// place notes that what comes next is of an instruction.
func place(e *emitter, pc int, role Role) {
	if e.target.Places {
		e.code.Places = append(e.code.Places, Place{e.Here(), e.index, int32(pc), role})
	}
}

// owned notes which instruction has put code off.
func owned(list []deferred, pc int) {
	for i := range list {
		list[i].owner = pc
	}
}
