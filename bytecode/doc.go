// Package bytecode is the instruction set as one table, the module that compiled programs
// are kept in, its encoding, its verifier and its disassembler. It executes nothing, and it
// does not know how code comes about. A module is immutable once it is built.
//
// # The machine on one page
//
// Code runs on a register machine whose registers are the slots of a stack. A strand has
//
//   - a data stack of values (slots of 16 bytes), from base upwards;
//   - a stack of return addresses, an entry for each open call: where it goes on (ip) and
//     the frame to go on with (fp);
//   - an aux stack, for >aux and for the clauses of a cond;
//   - four registers: ip, the instruction that comes next; fp, the first slot of the frame;
//     sp, where the call before has left the top of the data stack; limit, the address
//     that no frame may go beyond.
//
// A frame is Func.Frame slots from fp on. r0 is the slot at fp; an instruction names its
// operands by such numbers, has 32 bits for each, and needs no decoding. At the start of a
// function its inputs are r0, r1, … in the order of the effect, at its end its results are.
//
// Frames overlap. A call names a window: the slot where the callee's arguments begin, and
// where its results will begin. The callee's frame starts there, so that nothing is copied, and
// what lies above the arguments is the callee's to overwrite. Spawned strands and weaves have
// stacks of their own.
//
// Most functions take and leave a number of values that is known. Those that do not (Func.Open)
// are called by call.open with a height: how many slots of the frame are in use, all of which
// lie in order, so that the callee can reach below its inputs. Behind such a call expect checks
// sp against the height that the effect promises, or, if none is known, frame.top starts the
// frame at sp; reach then moves it down again over values that lie below, frame.up up. isolate
// moves base to a slot, so that what runs sees nothing below, and rejoin moves it back.
//
// One comparison at each call and at each jump back serves three ends, since it is with limit:
// the stack grows when a frame would not fit, and who wants a strand to stop or to give way sets
// its limit to 0. Tail calls (tail, loop and those that are fused with a sum) count for the
// reduction counter that makes endless loops give way; calls that other code stands in place of
// are noted in Func.TailsGone.
//
// Kinds. An instruction on Ints, Floats, Bools or variants does not look at the kind of an
// operand; the table says which it trusts. The verifier follows kinds through the code: they are
// known of arguments and results (Func.Params, Func.Results), of what instructions make, and
// behind check. Instructions that speculate (list.get.int, field.get …) take the kind of what they
// fetch on trust. Where a program demands a kind and no instruction looks, a Guard is noted.
//
// Deoptimisation. When what was trusted turns out wrong — an element of another kind, a callee
// that has overwritten slots below its inputs — the frame goes on in guarded code: the same
// function at the same place with every instruction in its checked form (OpChecked, with the
// original in Instr.Was), in which operands and Guards are looked at first. So code is
// proven, or guarded, and never wrong.
//
// Sessions. A program can grow while it runs, and functions never move or go. A word that can
// be defined again is called through a function without code of its own (an indirection
// cell), which a Redirect gives the code of the latest definition. Frames in older code are
// left where they jump back to the start of their function.
//
// Coverage and counts are instructions (cover, count), for which code is compiled in which no
// call is replaced by the code of the callee.
package bytecode
