package native

import (
	"cmp"
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// register is the number of a register of a class.
type register int8

const noRegister register = -1

// registerFile is the registers that a processor has for values.
type registerFile struct {
	arguments [classes][]register // for arguments and results of calls, in order
	values    [classes][]register // all, those that arguments have not in front
}

// newRegisterFile is that of a processor.
func newRegisterFile(p *machine.Processor) *registerFile {
	file := &registerFile{}
	for i := range p.Values {
		file.values[general] = append(file.values[general], register(machine.Value(i)))
	}
	for i := range p.Floats {
		file.values[float] = append(file.values[float], register(machine.FloatValue(i)))
	}
	file.arguments[general] = file.values[general][:p.ArgumentValues]
	file.arguments[float] = file.values[float][:p.ArgumentFloats]
	return file
}

// convention says in which registers so many arguments or results are handed over, by what is proven of their kinds; nil proves nothing.
func (r *registerFile) convention(kinds []bytecode.Kind, n int32) []register {
	handed := make([]register, n)
	var used [classes]int
	for i := range handed {
		handed[i] = noRegister
		if i >= len(kinds) {
			continue
		}
		c := classOf(kinds[i])
		if free := r.arguments[c]; used[c] < len(free) {
			handed[i] = free[used[c]]
			used[c]++
		}
	}
	return handed
}

// inputs is the convention of a function's inputs. Who calls a quotation does not know which one it is: it copies what that has captured to its slots.
func (r *registerFile) inputs(f *bytecode.Func) []register {
	if f.Captures > 0 {
		return r.convention(nil, f.In)
	}
	return r.convention(f.Params, f.In)
}

// variable is a slot as the place of values of a class: what a register is given to.
type variable struct {
	slot   int32
	class  class
	weight int      // how often it is read and written, by the depth of loops
	fixed  register // it comes in there, as an argument
}

// allocator gives registers to variables: the one with the most weight first, to each one that no other has with which it lives together.
type allocator struct {
	*plan
	variables []variable
	clashes   []slotSet // of variables, by their index
	group     [classes]slotSet
}

func variableOf(slot int32, c class) int32 { return slot*2 + int32(c) - 1 }

func (p *plan) allocate(machine *registerFile) {
	a := &allocator{plan: p, variables: make([]variable, 2*p.f.Frame), clashes: make([]slotSet, 2*p.f.Frame)}
	for c := range classes {
		p.registers[c] = make([]register, p.f.Frame)
		for i := range p.registers[c] {
			p.registers[c][i] = noRegister
		}
		a.group[c] = newSlotSet(2 * p.f.Frame)
	}
	for slot := range p.f.Frame {
		for c := general; c < classes; c++ {
			v := variableOf(slot, c)
			a.variables[v] = variable{slot: slot, class: c, fixed: noRegister}
			a.clashes[v] = newSlotSet(2 * p.f.Frame)
		}
	}
	a.parameters(machine)
	for pc := range p.f.Code {
		if p.kinds[pc] != nil {
			a.instruction(pc)
		}
	}
	a.give(machine)
}

// parameters fixes the registers of those that come in registers.
func (a *allocator) parameters(machine *registerFile) {
	var fixed []int32
	for i, r := range machine.inputs(a.f) {
		if r == noRegister {
			continue
		}
		v := variableOf(int32(i), classOf(a.f.Params[i]))
		a.variables[v].fixed = r
		fixed = append(fixed, v)
	}
	a.together(fixed)
}

// together notes that variables live at the same time. There may be hundreds, in front of each of thousands of instructions.
func (a *allocator) together(list []int32) {
	for c := general; c < classes; c++ {
		clear(a.group[c])
	}
	for _, v := range list {
		a.group[a.variables[v].class].add(v)
	}
	for _, v := range list {
		a.clashes[v].union(a.group[a.variables[v].class])
		a.clashes[v].remove(v)
	}
}

// of are the variables that slots are, by the kinds that they have.
func (a *allocator) of(slots slotSet, kinds []bytecode.Kind) []int32 {
	var list []int32
	for slot := range slots.all() {
		if c := classOf(kinds[slot]); c != inSlot {
			list = append(list, variableOf(slot, c))
		}
	}
	return list
}

// instruction notes what lives together in front of an instruction and behind it.
func (a *allocator) instruction(pc int) {
	a.together(a.of(a.live[pc], a.kinds[pc]))
	if !a.throughRegisters(pc) {
		return // all is in memory in front of it and behind
	}
	weight := 1 << (3 * a.depth[pc])
	behind := a.behind(pc)
	read := newSlotSet(a.f.Frame)
	reads, _ := bytecode.Effects(a.m, a.f.Code[pc])
	for _, r := range reads.Runs() {
		a.run(r, read.add)
	}
	for _, v := range a.of(read, a.kinds[pc]) {
		a.variables[v].weight += weight
	}
	written := a.of(a.write[pc], behind)
	for _, v := range written {
		a.variables[v].weight += weight
	}
	a.together(append(a.of(a.liveBehind(pc), behind), written...))
}

// give gives out the registers.
func (a *allocator) give(machine *registerFile) {
	var order []int32
	for v := range a.variables {
		if a.variables[v].weight > 0 || a.variables[v].fixed != noRegister {
			order = append(order, int32(v))
		}
	}
	slices.SortStableFunc(order, func(v, w int32) int {
		x, y := &a.variables[v], &a.variables[w]
		if (x.fixed == noRegister) != (y.fixed == noRegister) {
			return cmp.Compare(y.fixed, x.fixed) // noRegister is below all others
		}
		return cmp.Compare(y.weight, x.weight)
	})
	for _, v := range order {
		x := &a.variables[v]
		a.registers[x.class][x.slot] = cmp.Or(x.fixed+1, a.free(v, machine.values[x.class])+1) - 1
	}
}

// free is the first register that no variable has which lives together with one.
func (a *allocator) free(v int32, from []register) register {
	var taken [64]bool
	for w := range a.clashes[v].all() {
		x := &a.variables[w]
		if r := a.registers[x.class][x.slot]; r != noRegister {
			taken[r] = true
		}
	}
	for _, r := range from {
		if !taken[r] {
			return r
		}
	}
	return noRegister
}

// register is the one of a slot that holds a value of a kind.
func (p *plan) register(slot int32, k bytecode.Kind) register { return p.registers[classOf(k)][slot] }
