package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// shapes are what is certain of the objects that slots hold: the variant + 1 of which one is, with its fields in it; 0: nothing is.
//
// That stays so whoever else holds the object: machine code changes the tag of one in remake only, and its form never. Go code may change both, so where it has
// executed an instruction all is looked at again (rejoin), and nothing is certain behind calls and where the interpreter comes in.
type shapes []int32

// known tells whether the object in a slot is certain to be of a variant.
func (s shapes) known(slot, variant int32) bool { return s != nil && s[slot] == variant+1 }

// learn notes what an instruction has found out of the object in a slot. Code that stands aside learns nothing: not all ways come through it.
func (s shapes) learn(slot, variant int32) {
	if s != nil {
		s[slot] = variant + 1
	}
}

// arrive says what is certain in front of an instruction: what all ways to it have in common, all of which come from in front of it. Where the interpreter comes in,
// as it does at the head of each loop, that is nothing.
func (e *emitter) arrive(pc int) {
	if e.shapesAt[pc] == nil || e.entry[pc] {
		e.shapesAt[pc] = make(shapes, e.f.Frame)
	}
	e.shapes = slices.Clone(e.shapesAt[pc])
}

// depart hands what is certain behind an instruction to those behind it.
func (e *emitter) depart(pc int, in bytecode.Instr) {
	front, behind := e.shapes, make(shapes, e.f.Frame)
	if e.throughRegisters(pc) {
		copy(behind, front)
		for slot := range e.plan.write[pc].all() {
			behind[slot] = 0
		}
		switch in.Op {
		case bytecode.OpMove, bytecode.OpCopy:
			behind[in.A] = front[in.B]
		case bytecode.OpFieldPut:
			behind[in.A] = front[in.A]
		case bytecode.OpRemake: // whoever holds the object holds one of this variant now
			for slot, v := range behind {
				if v != in.B+1 {
					behind[slot] = 0
				}
			}
			behind.learn(in.C, in.B)
		}
	}
	for _, to := range e.to[pc] {
		if to > pc {
			e.meet(to, behind)
		}
	}
}

// meet keeps of what is certain in front of an instruction what comes there on one more way, and is used from there on.
func (e *emitter) meet(to int, come shapes) {
	at := e.shapesAt[to]
	if at == nil {
		e.shapesAt[to] = slices.Clone(come)
		for slot := range come {
			if !e.live[to].has(int32(slot)) {
				e.shapesAt[to][slot] = 0
			}
		}
		return
	}
	for slot, v := range come {
		if at[slot] != v {
			at[slot] = 0
		}
	}
}

// assure leaves in front of an instruction where what is certain there is not so.
func (e objects) assure(pc int) {
	for slot, v := range e.shapesAt[pc] {
		if v != 0 {
			e.Load(machine.C, markerAt(int32(slot)))
			e.ofVariant(int32(slot), v-1, e.exit(pc))
		}
	}
}
