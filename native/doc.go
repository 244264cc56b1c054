// Package native makes machine code of bytecode. It executes nothing and does not know the machine that runs
// bytecode but for the Target it is told of: what it makes is a pure function of a module and that.
//
// # Machine code on one page
//
// What the compiler of machine code knows of a program is the instruction table and the verifier's proof: which slots an instruction reads and writes, and of
// which kind the value in a slot is in front of it. Values that are proven to be Ints, Bools or Floats can be in registers; all others are
// in their slots, always.
//
// Registers. Each slot has at most one register for Ints and Bools and one for Floats in the whole function, so control can go from anywhere to anywhere without moves. Arguments
// and results of calls that are proven to be numbers are handed over in registers, in order. No register survives a call.
//
// Memory. A slot that has a register may hold another number, or a value of another kind, in memory: it is written where somebody may look. What is certain
// of the memory in front of each instruction is found by a data flow (residence): whether a slot's number is current, and which kind's marker it has.
//
// Exits. Code can leave to the interpreter in front of any instruction, which the interpreter then executes: an instruction without machine code always does, others
// where they have no way of their own for what they find. Deferred code writes what is missing in memory of what is used from there on. So no
// instruction in machine code fails, waits or allocates; and what it does is the work of the instruction or nothing.
//
// Calls are those of the hardware, so an open call takes 8 bytes of the stack that runs the machine code. At an exit the return addresses are
// handed over; behind each call stands a mark with the number of a Site, which says what frame the call has.
//
// Entries. The interpreter can come in at the start of a function, at loops, behind calls and behind instructions without machine code: an entry loads registers from the slots.
//
// Polls. At calls and jumps back code compares the hardware's stack pointer with the bound that Go sets when it wants the goroutine, and calls the end of their frame with the
// strand's limit. If somebody wants something the code exits in front of the instruction, and the interpreter does what is asked for.
package native
