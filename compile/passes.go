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
		e.moveOut()
		if facts != nil && !facts.observes && !facts.open() {
			facts.scans = e.scans(f.In, f.Out)
			facts.looks = e.borrowed(facts)
		}
	}
	f.Lines, f.Sites = e.lines, e.sites
	if slices.ContainsFunc(e.code, isNote) {
		e.stripNotes(f)
	}
	f.Code = e.code
	relativeJumps(f.Code)
	fuseVectors(f.Code)
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
