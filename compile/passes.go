package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// passes are what is done to the code of a function when it is all there, in this order.
// facts is the summary of a word; nil for a quotation.
func (e *emitter) passes(f *bytecode.Func, facts *summary) {
	if !e.Plain {
		e.eliminateDeadFields()
		e.lookOnly()
		e.moveOut()
		if facts != nil {
			facts.scans, facts.looks = e.scansAndBorrowed(f, facts)
		}
	}
	if slices.ContainsFunc(e.code, isNote) {
		e.stripNotes(f)
	}
	f.Steps, f.Sparse = copied(e.steps), e.stops != nil
	f.Code, f.Lines, f.Sites = copied(e.code), copied(e.lines), copied(e.sites)
	relativeJumps(f.Code)
	fuseVectors(f.Code)
}

// copied returns a copy of a list that is no larger than it must be; nil of an empty one.
func copied[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return append(make([]T, 0, len(list)), list...)
}

// scansAndBorrowed are what callers may rely on of a word's code: nothing if it may look at the
// stack below its inputs or leave another one than it says.
func (e *emitter) scansAndBorrowed(f *bytecode.Func, facts *summary) ([]scan, params) {
	if facts.observes || facts.open() {
		return nil, 0
	}
	return e.scans(f.In, f.Out), e.borrowed(facts)
}

// relativeJumps makes the targets of jumps relative to the instruction behind them, as
// the interpreter wants them.
func relativeJumps(code []bytecode.Instr) {
	for pc := range code {
		if in := &code[pc]; in.Op.Info().C == bytecode.Target {
			in.C -= int32(pc + 1)
		}
	}
}

// fuseVectors makes one superinstruction of three products that are added to three sums.
func fuseVectors(code []bytecode.Instr) {
	for pc := range code {
		if in := &code[pc]; in.Op == bytecode.OpFloatMulAdd && bytecode.IsVector(code[pc:]) {
			in.Op = bytecode.OpFloatMulAdd3
		}
	}
}
