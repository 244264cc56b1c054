package bytecode

import (
	"container/heap"
	"errors"
	"fmt"
)

// frameState is what is known of a frame in front of an instruction.
type frameState struct {
	slots
	// base is the slot in which isolate keeps where the stack started before, floor the slot where it starts
	// since then. base is -1 where no isolate is open.
	base, floor int32
}

// noBase is frameState.base where no isolate is open.
const noBase = -1

// flow follows what is known of the slots along all ways through a function, and refuses an instruction that
// relies on what is not so on each of them. States are kept only where ways meet.
func (v *verifier) flow() error {
	w := &walker{verifier: v}
	w.joins()
	first := frameState{slots: newSlots(v.f.Frame, &v.work), base: noBase}
	first.fill(0, v.f.In, valueOf(KindAny))
	for i, k := range v.f.Params {
		first.set(int32(i), valueOf(k))
	}
	if err := w.arrive(0, &first); err != nil {
		return err
	}
	for len(w.pending) > 0 {
		if err := w.from(heap.Pop(&w.pending).(int)); err != nil {
			return err
		}
	}
	if v.proof != nil {
		return v.proof.record(w)
	}
	return nil
}

// walker goes through the code of a function.
type walker struct {
	*verifier
	labels  []int32 // of the instructions where ways meet, or begin: a number from 1; 0 of all others
	states  []*frameState
	waiting []bool // by label: it is in pending
	pending places
	edit    int32
}

var errTooComplex = errors.New("the code is too complex")

// places are instructions that are to be visited, the first one first.
type places []int

func (p places) Len() int           { return len(p) }
func (p places) Less(i, j int) bool { return p[i] < p[j] }
func (p places) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *places) Push(x any)        { *p = append(*p, x.(int)) }
func (p *places) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

// arrive notes that control comes to a label with a state.
func (w *walker) arrive(pc int, s *frameState) error {
	at := w.labels[pc]
	w.edit++
	switch known := w.states[at]; {
	case known == nil:
		w.states[at] = &frameState{slots: s.save(w.edit), base: s.base, floor: s.floor}
	case known.base != s.base || known.floor != s.floor:
		return fmt.Errorf("instruction %d: the stack starts elsewhere on another way", pc)
	default:
		if !known.meet(&s.slots) {
			return nil
		}
	}
	if !w.waiting[at] {
		w.waiting[at] = true
		heap.Push(&w.pending, pc)
	}
	return nil
}

// from goes on from a label to the next ones.
func (w *walker) from(pc int) error {
	w.waiting[w.labels[pc]] = false
	s := *w.states[w.labels[pc]]
	w.edit++
	s.edit = w.edit
	for {
		if w.work++; w.work > w.most {
			return errTooComplex
		}
		code := w.f.Code
		in := code[pc]
		var undone *frameState
		if in.Op.Info().Flow == Step { // at the end of the list nothing has been done
			w.edit++
			undone = &frameState{slots: s.save(w.edit), base: s.base, floor: s.floor}
		}
		if err := w.step(pc, &s); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", pc, in.Op, err)
		}
		straight := false
		for to := range Successors(w.m, pc, in) {
			reached := &s
			if undone != nil && to == pc+1 {
				reached = undone
			}
			if w.work++; w.labels[to] == 0 {
				straight = true // the only way to what stands behind
				continue
			}
			if err := w.arrive(to, reached); err != nil {
				return err
			}
		}
		if !straight {
			return nil
		}
		pc++
	}
}

// joins gives numbers to the instructions that control does not only come to from the one in front.
func (w *walker) joins() {
	w.labels = make([]int32, len(w.f.Code))
	w.labels[0] = 1
	for pc, in := range w.f.Code {
		step := in.Op.Info().Flow == Step
		for to := range Successors(w.m, pc, in) {
			if w.work++; to != pc+1 || step {
				w.labels[to] = 1
			}
		}
	}
	count := int32(0)
	for pc, label := range w.labels {
		if label != 0 {
			count++
			w.labels[pc] = count
		}
	}
	w.states, w.waiting = make([]*frameState, count+1), make([]bool, count+1)
}
