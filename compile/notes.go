package compile

import (
	"github.com/seqvm/seqvm/bytecode"
)

func isNote(in bytecode.Instr) bool { return in.Op == bytecode.OpGuard || in.Op == bytecode.OpTailGone }

// stripNotes takes the notes out of the code. A note belongs to the instruction behind it.
// If control can come to that one from elsewhere, a guard becomes a check, which is
// an instruction.
func (e *emitter) stripNotes(f *bytecode.Func) {
	old := e.code
	targets := e.targets()
	strips := func(pc int) bool {
		if old[pc].Op != bytecode.OpGuard || bytecode.Kind(old[pc].B) == bytecode.KindAny {
			return isNote(old[pc])
		}
		for pc++; ; pc++ {
			if targets[pc] {
				return false
			}
			if !isNote(old[pc]) {
				return true
			}
		}
	}
	code := e.spareCode[:0]
	to := make([]int32, len(old)+1) // where an instruction, or the one behind a note, is now
	line := 0
	for pc, in := range old {
		to[pc] = int32(len(code))
		for line+1 < len(e.lines) && int(e.lines[line+1].PC) <= pc {
			line++
		}
		switch {
		case !strips(pc):
			if in.Op == bytecode.OpGuard {
				in.Op = bytecode.OpCheck
			}
			code = append(code, in)
		case in.Op == bytecode.OpGuard && bytecode.Kind(in.B) == bytecode.KindAny: // nobody asks any more
		case in.Op == bytecode.OpGuard:
			at := e.lines[line]
			at.PC = to[pc]
			f.Guards = append(f.Guards, bytecode.Guard{Line: at, Slot: in.A, Kind: bytecode.Kind(in.B)})
		default:
			if n := len(f.TailsGone); n > 0 && f.TailsGone[n-1].PC == to[pc] {
				f.TailsGone[n-1].Count++
			} else {
				f.TailsGone = append(f.TailsGone, bytecode.TailsGone{PC: to[pc], Count: 1})
			}
		}
	}
	to[len(old)] = int32(len(code))
	for pc, in := range old {
		if in.Op == bytecode.OpMatch {
			e.retargetTable(&e.mod.Tables[in.B], pc, to)
		}
	}
	for pc := range code {
		if code[pc].Op.Info().C == bytecode.Target {
			code[pc].C = to[code[pc].C]
		}
	}
	e.code = code
	lines := e.lines[:0]
	for _, l := range e.lines {
		l.PC = to[l.PC]
		if n := len(lines); n > 0 && lines[n-1].PC == l.PC {
			lines = lines[:n-1]
		}
		lines = append(lines, l)
	}
	for i := range e.steps {
		e.steps[i].PC = to[e.steps[i].PC]
	}
	e.lines, e.spareCode = lines, old
}

// targets tells for each instruction whether control can come to it from elsewhere than
// from the one in front of it.
func (e *emitter) targets() []bool {
	targets := make([]bool, len(e.code)+1)
	for pc := range e.code {
		for to := range e.successors(pc) {
			if to != pc+1 || e.code[pc].Op.Info().Ends() {
				targets[to] = true
			}
		}
	}
	return targets
}

// retargetTable adjusts the table of a match at an instruction to where code has moved.
func (e *emitter) retargetTable(t *bytecode.MatchTable, pc int, to []int32) {
	moved := func(c int32) int32 { return to[pc+1+int(c)] - to[pc] - 1 }
	for i, c := range t.Targets {
		if c != bytecode.NoArm {
			t.Targets[i] = moved(c)
		}
	}
	for i := range t.Others {
		t.Others[i].Target = moved(t.Others[i].Target)
	}
}
