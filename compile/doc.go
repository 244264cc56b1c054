// Package compile turns a checked program into bytecode. It relies on what package types found
// out and refuses nothing itself; it knows neither the machine nor which built-in words there are.
//
// A function is made in one walk over its body with a symbolic stack: each entry is a slot of the
// frame, a constant or a virtual object, so shuffle words cost nothing. What stands in other
// compilers as passes over an intermediate form happens here while the code is made, or right behind it:
//
//	summary.go       interprocedural summaries: what callers may assume of a word, a fixpoint over
//	                 the call graph; body.go and calls.go act on them
//	inline.go        inlining of short words, with call sites kept for tracebacks (Site)
//	loops.go         list words with a literal as loops of the function (loop fusion with the caller)
//	control.go       branches where they stand; joins, in which the first branch places the values
//	moves.go         parallel moves, and copy coalescing backwards into the instruction that made a value
//	intrinsics.go    instruction selection for built-in words; superinstructions for products and sums
//	objects.go       scalar replacement of objects (virtual objects, as in partial escape analysis:
//	                 Stadler, Würthinger, Mössenböck, CGO 2014), materialized where something wants the
//	                 object; reuse tokens for what a match leaves of an object, and reuse specialisation, which
//	                 writes only the fields that differ (Perceus: Reinking, Xie, de Moura, Leijen, PLDI 2021;
//	                 Lean 4: Ullrich, de Moura, IFL 2019)
//	moveout.go       elements that are replaced move out of their list, across calls whose borrow summary
//	                 allows it
//	generator.go     speculation on kinds with guards: what comes out of lists and fields is trusted, and a
//	                 wrong guess deoptimises into guarded code (package vm)
//
// and, on the finished code of a function,
//
//	deadfields.go    dead-field elimination: of an object only the field is fetched that is live
//	hoist.go         constant hoisting: Floats of a loop stay in slots
//	fixup.go         notes become tables of the function, jumps get their final form
//
// How much the generator bets on objects being unshared is its level of speculation; a lost bet compiles the
// function again, one level lower. testdata/code has a program and its code for each of these.
package compile
