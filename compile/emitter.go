package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
)

// emitter is the lowest of the layers that make the code of a function: it has the code and
// knows where each instruction comes from. What lies in which slot it does not know.
//
// Each layer is a part of the one above, so what a layer calls is its own or below:
//
//	emitter    the code, and where it comes from
//	frame      what the slots, the stack and the aux stack hold at this point of the code
//	peephole   rewrites of instructions that were just emitted
//	operands   values taken, moved, made, checked; branches joined
//	generator  the walk over statements
type emitter struct {
	*compiler
	word   *types.Word // that is compiled, or whose body holds the quotation that is
	module int         // that the statements come from

	code  []bytecode.Instr
	lines []bytecode.Line
	block int // the start of the current basic block: no jump leads to an instruction behind it
	// inlining counts the words that the code being compiled stands in place of
	// and that cannot fail; origin.site is the innermost one that can, + 1.
	inlining   int
	sites      []bytecode.Site
	steps      []bytecode.StepPoint // Options.Steps
	holds      func() bytecode.StepPoint
	parameters int32 // how many values the function starts with, from slot 0 on
	origin           // of the code from here on
	places     diag.Cursor
}

// origin is where code comes from, for messages: the place, the word that is called
// there, the call that the code stands in place of, and whether the operands are in
// the other order.
type origin struct {
	line, column, named, site int32
	flipped                   bool
}

func originOf(l bytecode.Line) origin {
	return origin{line: l.Line, column: l.Column, named: l.Name, site: l.Site, flipped: l.Flipped}
}

// at sets the place that the code from here on comes from.
func (e *emitter) at(pos int32, name string) {
	if e.inlining > 0 {
		return
	}
	e.line, e.column = e.places.In(e.info.Program.Modules[e.module].Source, pos)
	e.named = e.name(name)
}

func (e *emitter) lineOf(pos int32) int {
	line, _ := e.info.Program.Modules[e.module].Source.Position(pos)
	return line
}

// cover emits a point of coverage, if they are asked for. Supplied modules have
// none.
func (e *emitter) cover(kind bytecode.CoverKind, pos int32) {
	file := e.file(e.module)
	if !e.Cover || file < 0 {
		return
	}
	point := bytecode.CoverPoint{Kind: kind, File: file, Pos: pos, Line: int32(e.lineOf(pos))}
	if kind == bytecode.CoverWord {
		point.Name = e.name(e.word.Decl.Name.Text)
	}
	e.emit(bytecode.OpCover, int32(len(e.mod.Cover)), 0, 0)
	e.mod.Cover = append(e.mod.Cover, point)
}

// lookForProfile emits a point at which a profile can find the strand, if one is made: at the end of a line or a word, which may
// have come by neither calls nor loops. Supplied modules have none.
func (e *emitter) lookForProfile() {
	if e.Profile && e.file(e.module) >= 0 {
		e.emit(bytecode.OpCover, bytecode.CoverProfile, 0, 0)
	}
}

func (e *emitter) emit(op bytecode.Op, a, b, c int32) int {
	pc := len(e.code)
	if n := len(e.lines); n == 0 || originOf(e.lines[n-1]) != e.origin {
		if n > 0 && int(e.lines[n-1].PC) == pc {
			n--
		}
		e.lines = append(e.lines[:n], bytecode.Line{PC: int32(pc), Line: e.line, Column: e.column, Name: e.named, Site: e.site, Flipped: e.flipped})
	}
	if e.Steps && (op.Info().Has(bytecode.Calls) || op == bytecode.OpBuiltin || op == bytecode.OpResume) { // a frame can be open there
		e.step(-1, -1)
	}
	e.code = append(e.code, bytecode.Instr{Op: op, A: a, B: b, C: c})
	if e.Plain && e.stops == nil { // no rewrite looks back
		e.block = len(e.code)
	}
	return pc
}

// step notes what the frame holds here, for a debugger. Each statement begins at an instruction of its own.
func (e *emitter) step(pos, end int32) {
	if !e.Steps || e.file(e.module) < 0 {
		return
	}
	if n := len(e.steps); n > 0 && pos >= 0 && int(e.steps[n-1].PC) == len(e.code) {
		e.emit(bytecode.OpCover, bytecode.CoverProfile, 0, 0)
	}
	s := e.holds()
	s.PC, s.Pos, s.End = int32(len(e.code)), pos, end
	e.steps = append(e.steps, s)
}

// emitFrom emits an instruction that comes from another place than the current one.
func (e *emitter) emitFrom(o origin, op bytecode.Op, a, b, c int32) int {
	here := e.origin
	e.origin = o
	pc := e.emit(op, a, b, c)
	e.origin = here
	return pc
}

// emitFlipped emits an instruction that may have the operands in the other order than
// the word takes them.
func (e *emitter) emitFlipped(flipped bool, op bytecode.Op, a, b, c int32) {
	o := e.origin
	o.flipped = flipped
	e.emitFrom(o, op, a, b, c)
}

func (e *emitter) lastInstr() *bytecode.Instr {
	if len(e.code) <= e.block {
		return nil
	}
	return &e.code[len(e.code)-1]
}

// lastOrigin is that of the last instruction.
func (e *emitter) lastOrigin() origin { return originOf(e.lines[len(e.lines)-1]) }

// removeLast removes the last instruction, which must belong to the current block.
func (e *emitter) removeLast() {
	pc := len(e.code) - 1
	e.code = e.code[:pc]
	for n := len(e.lines); n > 0 && int(e.lines[n-1].PC) >= pc; n-- {
		e.lines = e.lines[:n-1]
	}
}
