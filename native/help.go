package native

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// Help: an instruction that the code cannot execute, or not with the operands that it finds, is executed outside, in Go. All that is live is in memory then,
// as at an exit, but the calls that are open stay so, and control comes back right behind.

// numberExit makes A the number of a new exit.
func (e *emitter) numberExit(pc int, helped bool) {
	e.Immediate(machine.A, int64(e.target.Exits+len(e.code.Exits)+1))
	e.code.Exits = append(e.code.Exits, Exit{Function: e.index, PC: int32(pc), Helped: helped})
}

// callHelp has an instruction executed outside. No register survives that.
func (e *emitter) callHelp(pc int) {
	e.write(e.missing(e.front[pc], e.live[pc], e.kinds[pc]))
	e.numberExit(pc, true)
	e.Call(e.help)
}

// helped is an instruction of which all is done outside.
func (e *emitter) helped(pc int) {
	e.callHelp(pc)
	ways := e.to[pc]
	if len(ways) > 1 { // it has stepped over the next one, or not
		e.ArithMemImm(machine.Cmp, context(e.target.Layout.Answer), 0)
		e.JumpIf(machine.Equal, e.aside(func() {
			e.reload(ways[0])
			e.Jump(e.labels[ways[0]])
		}))
	}
	to := ways[len(ways)-1]
	e.reload(to)
	e.goTo(pc, to)
}

// reload loads the registers of all that is live in front of an instruction.
func (e *emitter) reload(to int) {
	for slot := range e.live[to].all() {
		e.loadNumber(slot, e.kinds[to][slot])
	}
}

// otherwise returns where an instruction goes that could not do with the short way: nothing has been changed then.
func (e *emitter) otherwise(pc int) machine.Label {
	if e.ways[pc] != codedOrHelped {
		return e.exit(pc)
	}
	if e.helps[pc] == 0 {
		e.helps[pc] = e.aside(func() {
			e.callHelp(pc)
			ways := e.to[pc]
			if len(ways) > 1 {
				e.ArithMemImm(machine.Cmp, context(e.target.Layout.Answer), 0)
				e.JumpIf(machine.Equal, e.aside(func() { e.rejoin(pc, ways[0]) }))
			}
			e.rejoin(pc, ways[len(ways)-1])
		})
	}
	return e.helps[pc]
}

// rejoin goes on from where an instruction was executed outside to another one, in front of which memory is to be what the short way leaves there.
func (e *emitter) rejoin(pc, to int) {
	found := e.front[pc].clone()
	found.note(e.missing(found, e.live[pc], e.kinds[pc]))
	r, kinds := e.after(pc, to, e.registerFile)
	r.note(e.opened(r, kinds, to))
	if !e.stepsOn(pc, to) {
		for slot := range e.plan.write[pc].all() {
			found.marker[slot] = bytecode.KindAny
			if classOf(kinds[slot]) != inSlot {
				found.marker[slot] = kinds[slot]
			}
		}
	}
	for slot, k := range r.marker {
		if k != bytecode.KindAny && k != found.marker[slot] {
			e.storeMarker(int32(slot), k)
		}
	}
	e.reload(to)
	objects{e}.assure(to)
	e.Jump(e.labels[to])
}

// stepsOn tells whether an instruction has done nothing on the way to another one.
func (p *plan) stepsOn(pc, to int) bool {
	return p.f.Code[pc].Op.Info().Flow == bytecode.Step && to == pc+1
}

// goTo goes to an instruction, which may stand right behind another one.
func (e *emitter) goTo(pc, to int) {
	if to <= pc || slices.ContainsFunc(e.kinds[pc+1:to], func(kinds []bytecode.Kind) bool { return kinds != nil }) {
		e.Jump(e.labels[to])
	}
}
