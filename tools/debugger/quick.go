package debugger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/vm"
)

// quick is code of a word that is nearly as fast as that which 'run' has: it has steps at the breakpoints in it and at calls only. Where the
// program stops, its frames are switched into the code that has all steps.
type quick struct {
	word     int
	function int32
	twins    map[int32]int32 // functions that have all steps, by those of this code
}

// quickCode is what there is of such code.
type quickCode struct {
	known  map[string]*quick // by word and breakpoints
	all    []*quick
	twins  map[int32]int32
	places map[place]place // in code with all steps, by those in this one
}

// quickly is the function of a word's quick code that has steps at the breakpoints which are there now.
func (s *Session) quickly(w int) int32 {
	stops, key := s.stopsIn(w)
	q := s.quick.known[key]
	if q == nil {
		q = &quick{word: w}
		s.mod, q.function, q.twins = s.prog.Stepped.Some(w, stops)
		s.quick.known[key] = q
		s.quick.all = append(s.quick.all, q)
		for from, to := range q.twins {
			s.quick.twins[from] = to
			for i := range s.mod.Funcs[from].Steps {
				if p := &s.mod.Funcs[from].Steps[i]; p.Begins() {
					if pc, ok := s.twinOf(from, int(p.PC), to); ok {
						s.quick.places[place{from, int(p.PC)}] = place{to, pc}
					}
				}
			}
		}
	}
	return q.function
}

// stopsIn are the statements of a word that breakpoints are on, with the condition of a breakpoint that is the only one there; key is what is
// the same for the same stops.
func (s *Session) stopsIn(w int) (stops compile.Stops, key string) {
	stops = compile.Stops{}
	keys := []string{fmt.Sprint(w)}
	for at, breakpoints := range s.places {
		if in, ok := s.wordAt(at.function); !ok || in != w || !slices.ContainsFunc(breakpoints, enabled) {
			continue
		}
		p := s.mod.Funcs[at.function].StepAt(at.pc, true)
		if p == nil {
			continue
		}
		condition := ""
		if len(breakpoints) == 1 {
			condition = breakpoints[0].Condition
		}
		stops[p.Pos] = s.evaluate.statements(condition)
		keys = append(keys, fmt.Sprint(p.Pos, condition))
	}
	slices.Sort(keys)
	return stops, strings.Join(keys, "\x00")
}

func enabled(b *Breakpoint) bool { return !b.Disabled }

// twinOf is the instruction of a function with all steps that an instruction of quick code with a step is there: of the same statement, or the
// same call or other word that a strand can wait in.
func (s *Session) twinOf(function int32, pc int, twin int32) (int, bool) {
	f, g := &s.mod.Funcs[function], &s.mod.Funcs[twin]
	if p := f.StepAt(pc, true); p != nil {
		i := slices.IndexFunc(g.Steps, func(q bytecode.StepPoint) bool { return q.Begins() && q.Pos == p.Pos && q.End == p.End })
		if i < 0 || g.Steps[i].Stack != p.Stack || g.Steps[i].Aux != p.Aux {
			return 0, false
		}
		return int(g.Steps[i].PC), true
	}
	calls := func(f *bytecode.Func, at bytecode.Line) (list []int) {
		for i := range f.Steps {
			if p := &f.Steps[i]; !p.Begins() {
				if l := f.At(int(p.PC)); l.Line == at.Line && l.Column == at.Column {
					list = append(list, int(p.PC))
				}
			}
		}
		return list
	}
	at := f.At(pc)
	here, there := calls(f, at), calls(g, at)
	i := slices.Index(here, pc)
	if i < 0 || len(here) != len(there) {
		return 0, false
	}
	a, b := f.Code[pc], g.Code[there[i]]
	same := a.Original() == b.Original() && a.A == b.A
	if a.Original() == bytecode.OpBuiltin {
		p, q := f.StepAt(pc, false), g.StepAt(there[i], false)
		same = same && a.B == b.B && p.Stack == q.Stack && p.Aux == q.Aux
	}
	return there[i], same
}

// settle switches the frames of quick code.
func (s *Session) settle(executes *vm.Strand) {
	if len(s.quick.all) == 0 {
		return
	}
	for _, strand := range s.vm.SeenStrands() {
		strand.Switch(strand == executes, func(function int32, pc int) (int32, int, bool) {
			twin, ok := s.quick.twins[function]
			if !ok {
				return 0, 0, false
			}
			pc, ok = s.twinOf(function, pc, twin)
			return twin, pc, ok
		})
	}
}
