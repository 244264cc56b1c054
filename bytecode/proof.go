package bytecode

import (
	"errors"
	"fmt"
)

// Proof is what Verify has found out about the slots in front of each instruction of a module. Tests compare it
// with what is there when the code runs; machine code is made by it.
type Proof struct{ states [][]*frameState }

// Prove verifies a module and keeps what is found out. That takes memory for every instruction.
func Prove(m *Module) (*Proof, error) {
	v := newVerifier(m)
	p := &Proof{states: make([][]*frameState, len(m.Funcs))}
	v.proof = p
	if err := v.module(); err != nil {
		return nil, err
	}
	return p, nil
}

// ProveFunctions is Prove for some functions of a module that is sound: the proof has nothing of the others.
func ProveFunctions(m *Module, functions []int32) (*Proof, error) {
	v := newVerifier(m)
	p := &Proof{states: make([][]*frameState, len(m.Funcs))}
	v.proof = p
	for _, i := range functions {
		v.f, v.index = &m.Funcs[i], i
		if err := v.flow(); err != nil {
			return nil, fmt.Errorf("function %d (%s): %w", i, v.f.Name, err)
		}
	}
	return p, nil
}

// Reached tells whether control can come to an instruction.
func (p *Proof) Reached(function int32, pc int) bool {
	states := p.states[function]
	return pc < len(states) && states[pc] != nil
}

// Slot tells what is known of a slot in front of an instruction: whether a value is there, of which kind, KindAny
// if that is open, and whether it may be held in several places. Nothing is known where control never comes.
func (p *Proof) Slot(function int32, pc int, slot int32) (holds bool, kind Kind, copies bool) {
	states := p.states[function]
	if pc >= len(states) || states[pc] == nil {
		return false, KindAny, false
	}
	x := states[pc].get(slot)
	return x != 0, x.kind(), x.copies()
}

// record keeps the states of a function, which have been found: it goes once more from each label to the next ones.
func (p *Proof) record(w *walker) error {
	states := make([]*frameState, len(w.f.Code))
	for pc, label := range w.labels {
		if label == 0 || w.states[label] == nil {
			continue
		}
		s := *w.states[label]
		for {
			w.edit++
			states[pc] = &frameState{slots: s.save(w.edit), base: s.base, floor: s.floor}
			if err := w.step(pc, &s); err != nil {
				return errors.Join(errors.New("the states do not hold"), err)
			}
			straight := false
			for to := range Successors(w.m, pc, w.f.Code[pc]) {
				straight = straight || w.labels[to] == 0
			}
			if !straight {
				break
			}
			pc++
		}
	}
	p.states[w.index] = states
	return nil
}
