package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// residence is what is certain of the memory of slots that hold numbers. All others are what they are in memory.
type residence struct {
	number slotSet         // the number there is the slot's
	marker []bytecode.Kind // the kind whose marker is there; KindAny: that is not known
}

func newResidence(slots int32) *residence {
	return &residence{newSlotSet(slots), make([]bytecode.Kind, slots)}
}

func (r *residence) clone() *residence {
	return &residence{slices.Clone(r.number), slices.Clone(r.marker)}
}

// meet keeps what another one has as well; false if that is all.
func (r *residence) meet(with *residence) bool {
	less := r.number.intersect(with.number)
	for i, k := range r.marker {
		if k != with.marker[i] && k != bytecode.KindAny {
			r.marker[i], less = bytecode.KindAny, true
		}
	}
	return less
}

// written is a slot that is to be written to memory.
type written struct {
	slot           int32
	kind           bytecode.Kind
	number, marker bool // what of it
}

// missing is what memory has not of slots that hold numbers.
func (p *plan) missing(r *residence, slots slotSet, kinds []bytecode.Kind) []written {
	var list []written
	for slot := range slots.all() {
		k := kinds[slot]
		if classOf(k) == inSlot {
			continue
		}
		w := written{slot: slot, kind: k, number: p.register(slot, k) != noRegister && !r.number.has(slot), marker: r.marker[slot] != k}
		if w.number || w.marker {
			list = append(list, w)
		}
	}
	return list
}

// note notes what has been written.
func (r *residence) note(list []written) {
	for _, w := range list {
		r.number.add(w.slot)
		if w.marker {
			r.marker[w.slot] = w.kind
		}
	}
}

// reside finds what memory has in front of each instruction.
func (p *plan) reside(machine *registerFile) {
	p.front = make([]*residence, len(p.f.Code))
	var pending []int
	arrive := func(pc int, r *residence) {
		switch {
		case p.front[pc] == nil:
			p.front[pc] = r.clone()
		case !p.front[pc].meet(r):
			return
		}
		pending = append(pending, pc)
	}
	arrive(0, p.called(machine))
	for pc := range p.f.Code {
		if p.entry[pc] {
			arrive(pc, p.inMemory(pc))
		}
	}
	for len(pending) > 0 {
		pc := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		for _, to := range p.to[pc] {
			if !p.throughRegisters(pc) {
				arrive(to, p.inMemory(to))
				continue
			}
			r, kinds := p.after(pc, to, machine)
			r.note(p.opened(r, kinds, to))
			arrive(to, r)
		}
	}
}

// called is what memory has at the start of a function: what comes in registers is not there.
func (p *plan) called(machine *registerFile) *residence {
	r := newResidence(p.f.Frame)
	for i, handed := range machine.inputs(p.f) {
		if i < len(p.f.Params) && handed == noRegister {
			r.number.add(int32(i))
			r.marker[i] = p.f.Params[i]
		}
	}
	return r
}

// inMemory is what memory has where the interpreter goes on.
func (p *plan) inMemory(pc int) *residence {
	r := newResidence(p.f.Frame)
	for slot := range p.live[pc].all() {
		if k := p.kinds[pc][slot]; classOf(k) != inSlot {
			r.number.add(slot)
			r.marker[slot] = k
		}
	}
	return r
}

// after is what memory has behind an instruction with code, on the way to another one, and the kinds of the slots.
func (p *plan) after(pc, to int, machine *registerFile) (*residence, []bytecode.Kind) {
	in := p.f.Code[pc]
	if p.stepsOn(pc, to) {
		return p.front[pc].clone(), slices.Clone(p.kinds[pc])
	}
	r, kinds := p.front[pc].clone(), p.behind(pc)
	if in.Op == bytecode.OpCall {
		for _, w := range p.missing(r, p.below(pc), p.kinds[pc]) {
			r.number.add(w.slot)
		}
		callee := &p.m.Funcs[in.B]
		handed := machine.convention(callee.Results, callee.Out)
		for slot := in.A; slot < p.f.Frame; slot++ {
			i := slot - in.A
			r.number.remove(slot)
			r.marker[slot] = bytecode.KindAny
			if int(i) < len(callee.Results) && handed[i] == noRegister {
				r.number.add(slot)
				r.marker[slot] = callee.Results[i]
			}
			if classOf(kinds[slot]) != inSlot && p.register(slot, kinds[slot]) == noRegister {
				r.number.add(slot)
			}
		}
		return r, kinds
	}
	if k := kinds[in.A]; in.Op == bytecode.OpCheck && classOf(k) != inSlot && p.inSlot(pc, in.A) {
		r.number.add(in.A)
		r.marker[in.A] = k
	}
	for slot := range p.write[pc].all() {
		switch k := kinds[slot]; {
		case classOf(k) == inSlot:
			r.marker[slot] = bytecode.KindAny
			r.number.remove(slot)
		case p.register(slot, k) != noRegister:
			r.number.remove(slot)
		default:
			r.number.add(slot)
		}
	}
	return r, kinds
}

// below are the slots that a call leaves alone and that somebody may look at, or that are used behind it.
func (p *plan) below(pc int) slotSet {
	set := slices.Clone(p.uses[pc])
	set.union(p.liveBehind(pc))
	for slot := p.f.Code[pc].A; slot < p.f.Frame; slot++ {
		set.remove(slot)
	}
	return set
}

// opened is what has to be written on the way to an instruction in front of which less is known of a slot's kind: it goes on in memory.
func (p *plan) opened(r *residence, kinds []bytecode.Kind, to int) []written {
	slots := newSlotSet(p.f.Frame)
	for slot := range p.live[to].all() {
		if classOf(p.kinds[to][slot]) == inSlot {
			slots.add(slot)
		}
	}
	return p.missing(r, slots, kinds)
}
