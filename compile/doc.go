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
//	control.go       branches where they stand; joins.go: the first branch places the values, the others follow
//	moves.go         parallel moves
//	intrinsics.go    instruction selection for built-in words
//	objects.go       scalar replacement of objects (virtual objects, as in partial escape analysis:
//	                 Stadler, Würthinger, Mössenböck, CGO 2014), materialized where something wants the
//	                 object; reuse tokens for what a match leaves of an object, and reuse specialisation, which
//	                 writes only the fields that differ (Perceus: Reinking, Xie, de Moura, Leijen, PLDI 2021;
//	                 Lean 4: Ullrich, de Moura, IFL 2019)
//	operands.go      speculation on kinds with guards: what comes out of lists and fields is trusted, and a
//	                 wrong guess deoptimises into guarded code (package vm)
//	peephole.go      all rewrites of what was just emitted: superinstructions (a comparison and its jump, a
//	                 product and its sum, a counter and its loop), copy coalescing backwards into the instruction
//	                 that made a value, speculative and borrowed loads, elements that are replaced and so move
//	                 out of their list, across calls of words that only scan it (scans.go)
//
// The layers of the generator, each of which calls only what is below, are listed at type emitter. On the
// finished code of a function, passes.go runs in order
//
//	deadfields.go    dead-field elimination: of an object only the field is fetched that is live
//	moveout.go       parts of containers move out where they are replaced before anybody looks at them
//	scans.go         the lists that the word only reads from an index on
//	borrow.go        borrow inference: the parameters that the word only looks at (Lean 4, as above)
//	notes.go         notes become tables of the function (guards, tail calls that are gone)
//	passes.go        jumps get their final form; three products and sums become one superinstruction
//
// and a function that loops is compiled once more with its constants in slots (hoist.go).
//
// How much the generator bets on objects being unshared is its level of speculation; a lost bet compiles the
// function again, one level lower. testdata/code has a program and its code for each of these.
package compile
