package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// class is where a value can be besides its slot.
type class uint8

const (
	inSlot  class = iota // nowhere: it is no number, or that is not proven
	general              // in a general register: Ints, as the machine has them shifted by one, and Bools
	float                // in a register for Floats
	classes
)

func classOf(k bytecode.Kind) class {
	switch k {
	case bytecode.KindInt, bytecode.KindBool:
		return general
	case bytecode.KindFloat:
		return float
	}
	return inSlot
}

// What functions may have: larger ones are left to the interpreter.
const (
	maxSlots        = 256
	maxInstructions = 1 << 13
)

// way is how an instruction is executed.
type way uint8

const (
	left          way = iota // by the interpreter, to which the code leaves
	onlyHelped               // outside, while calls stay open
	inMemory                 // by the code, which has all in memory in front of it and behind
	codedOrHelped            // by the code, or if that cannot, outside
	coded                    // by the code, or if that cannot, by the interpreter
)

// throughRegisters tells whether an instruction is executed by code that has numbers in registers.
func (p *plan) throughRegisters(pc int) bool { return p.ways[pc] > inMemory }

// plan is what is found out about a function before code is made of it. All of it is the same for every processor.
type plan struct {
	m     *bytecode.Module
	f     *bytecode.Func
	index int32

	kinds [][]bytecode.Kind // by pc: what is proven of the slots in front of it; nil where control never comes
	to    [][]int           // by pc: where control goes on
	uses  []slotSet         // by pc: the slots that somebody may look at while the instruction is executed
	write []slotSet         // by pc: the slots that it may write
	defs  []slotSet         // by pc: the slots that it writes however it goes on
	live  []slotSet         // by pc: the slots that are used from there on before they are written
	ways  []way             // by pc: how the instruction is executed
	entry []bool            // by pc: the interpreter may come in
	depth []uint8           // by pc: loops around it

	registers [classes][]register // by slot
	front     []*residence        // by pc: what memory has in front of it
}

// suits tells whether a function can have machine code at all.
func suits(f *bytecode.Func) bool {
	return len(f.Code) > 0 && len(f.Code) <= maxInstructions && f.Frame <= maxSlots && (!f.Open || endsAsDeclared(f))
}

// endsAsDeclared tells whether what ends an open function is either a return that leaves as many values as it declares, where its frame is from the start, or is
// done by the interpreter.
func endsAsDeclared(f *bytecode.Func) bool {
	return !slices.ContainsFunc(f.Code, func(in bytecode.Instr) bool {
		return in.Op.Info().Has(bytecode.MovesFrame) || in.Op == bytecode.OpReturn && in.A != f.Out
	})
}

// newPlan makes the plan of a function as far as it does not depend on which instructions have code.
func newPlan(m *bytecode.Module, index int32, proof *bytecode.Proof) *plan {
	f := &m.Funcs[index]
	n := len(f.Code)
	p := &plan{m: m, f: f, index: index, kinds: make([][]bytecode.Kind, n), to: make([][]int, n), uses: make([]slotSet, n), write: make([]slotSet, n), defs: make([]slotSet, n),
		live: make([]slotSet, n), ways: make([]way, n), entry: make([]bool, n), depth: make([]uint8, n)}
	for pc, in := range f.Code {
		p.uses[pc], p.write[pc], p.live[pc] = newSlotSet(f.Frame), newSlotSet(f.Frame), newSlotSet(f.Frame)
		if !proof.Reached(index, pc) {
			continue
		}
		p.kinds[pc] = make([]bytecode.Kind, f.Frame)
		held := newSlotSet(f.Frame)
		for slot := range f.Frame {
			holds, kind, _ := proof.Slot(index, pc, slot)
			p.kinds[pc][slot] = kind
			if holds {
				held.add(slot)
			}
		}
		p.to[pc] = slices.Collect(bytecode.Successors(m, pc, in))
		p.effects(pc, held)
	}
	p.loops()
	p.liveness()
	return p
}

// run calls visit for the slots of a run that are in the frame.
func (p *plan) run(r bytecode.Run, visit func(int32)) {
	for slot := max(r.First, 0); slot < min(r.End, p.f.Frame); slot++ {
		visit(slot)
	}
}

// effects notes which slots an instruction uses and defines. held are those with a value in front of it.
func (p *plan) effects(pc int, held slotSet) {
	in := p.f.Code[pc]
	info := in.Op.Info()
	reads, writes := bytecode.Effects(p.m, in)
	for _, r := range reads.Runs() {
		p.run(r, p.uses[pc].add)
	}
	for _, g := range p.f.GuardsAt(pc) { // guarded code looks at them, and can be gone over to anywhere
		p.uses[pc].add(g.Slot)
	}
	if info.Promises != nil {
		p.run(bytecode.Run{End: int32(len(info.Promises(p.f, in)))}, p.uses[pc].add)
	}
	for slot := range held.all() {
		if p.observes(in, slot) {
			p.uses[pc].add(slot)
		}
	}
	for _, r := range writes.Runs() {
		p.run(r, p.write[pc].add)
	}
	p.defs[pc] = p.write[pc]
	if info.Flow == bytecode.Step { // it may have done nothing
		p.defs[pc] = newSlotSet(p.f.Frame)
	}
}

// observes tells whether a slot that holds a value may be looked at by others while an instruction is executed: a stack that is copied,
// or searched, is to have in it what the program has put there.
func (p *plan) observes(in bytecode.Instr, slot int32) bool {
	switch info := in.Op.Info(); {
	case info.Has(bytecode.Observes | bytecode.Unnamed | bytecode.LooksBelow):
		return true
	case info.Has(bytecode.Calls):
		return slot < in.A
	}
	return false
}

// loops finds how many loops are around each instruction.
func (p *plan) loops() {
	for pc := range p.f.Code {
		for _, to := range p.to[pc] {
			for inside := to; inside <= pc; inside++ {
				p.depth[inside] = min(p.depth[inside]+1, maxDepth)
			}
		}
	}
}

const maxDepth = 4

// liveness follows uses against the direction of control.
func (p *plan) liveness() {
	for changed := true; changed; {
		changed = false
		for pc := len(p.f.Code) - 1; pc >= 0; pc-- {
			if p.kinds[pc] == nil {
				continue
			}
			before := p.liveBehind(pc)
			for i, w := range p.defs[pc] {
				before[i] &^= w
			}
			before.union(p.uses[pc])
			changed = p.live[pc].union(before) || changed
		}
	}
}

// liveBehind is what is live behind an instruction, on whatever way.
func (p *plan) liveBehind(pc int) slotSet {
	live := newSlotSet(p.f.Frame)
	for _, to := range p.to[pc] {
		live.union(p.live[to])
	}
	return live
}

// behind are the kinds of the slots right behind an instruction with machine code. Where ways meet less may be known.
func (p *plan) behind(pc int) []bytecode.Kind {
	in := p.f.Code[pc]
	info := in.Op.Info()
	kinds := slices.Clone(p.kinds[pc])
	_, writes := bytecode.Effects(p.m, in)
	for _, r := range writes.Runs() {
		p.run(r, func(slot int32) { kinds[slot] = bytecode.KindAny })
	}
	named := info.Operands()
	for i := len(named) - 1; i >= 0; i-- { // A comes last: it may be another one as well
		for down := range named[i].Slots() {
			slot := in.Operands()[i] - down
			if named[i].Keeps() {
				kinds[slot] = p.kinds[pc][slot]
			} else if k := named[i].Leaves(); k != bytecode.KindAny || named[i].Writes() {
				kinds[slot] = k
			}
		}
	}
	if info.Has(bytecode.Moves) {
		kinds[in.A] = p.kinds[pc][in.B]
	}
	if info.Kinds == nil {
		return kinds
	}
	first := in.A
	if info.Writes != nil {
		first = info.Writes(p.m, in).First
	}
	for i, k := range info.Kinds(p.m, in) {
		if k != bytecode.KindAny {
			kinds[first+int32(i)] = k
		}
	}
	return kinds
}

// settle says which instructions have code, and from that all the rest: entries, registers, what memory has.
func (p *plan) settle(wayOf func(p *plan, pc int) way, machine *registerFile) {
	for pc := range p.f.Code {
		if p.kinds[pc] != nil {
			p.ways[pc] = wayOf(p, pc)
		}
	}
	p.entries()
	p.allocate(machine)
	p.reside(machine)
}

// entries finds where the interpreter may come in: where there is code, and it was in the interpreter before, or is often.
func (p *plan) entries() {
	clear(p.entry)
	note := func(pc int) { p.entry[pc] = p.ways[pc] != left }
	note(0)
	for pc, in := range p.f.Code {
		if p.kinds[pc] == nil {
			continue
		}
		called := in.Op.Info().Has(bytecode.Calls)
		for _, to := range p.to[pc] {
			if p.ways[pc] == left || called || to <= pc {
				note(to)
			}
		}
	}
}
