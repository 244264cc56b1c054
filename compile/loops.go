package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// plain tells whether a body cannot see the stack below its inputs, always
// comes to its end, and leaves a known number of values.
func (c *compiler) plain(module int, body []syntax.Stmt) bool {
	for st := range syntax.All(body) {
		switch st.Kind {
		case syntax.StmtCond:
			return false
		case syntax.StmtCall:
			if !c.plainCall(&c.info.Calls[module][st.ID]) {
				return false
			}
		}
	}
	return true
}

func (c *compiler) plainCall(call *types.Call) bool {
	switch call.Target {
	case types.TargetBuiltin:
		return call.Form == types.FormInline || !c.table.Signature(call.Index).Traits.Has(types.StackSensitive)
	case types.TargetWord:
		f := c.summaryFor(call.Index, -1)
		return !f.observes && !f.row && !f.leaky && call.Known
	}
	return true
}

// leaves is the kind of value that a body certainly leaves on top; KindAny if
// that is not known.
func (g *generator) leaves(body []syntax.Stmt) bytecode.Kind {
	if len(body) == 0 {
		return bytecode.KindAny
	}
	st := &body[len(body)-1]
	if st.Kind != syntax.StmtCall {
		return bytecode.KindAny
	}
	call := &g.info.Calls[g.module][st.ID]
	if call.Target != types.TargetBuiltin {
		return bytecode.KindAny
	}
	return intrinsics[g.table.Meaning(call.Index)].to
}

// loop compiles a list word and the literal in front of it as a loop in the word itself: no
// call an element, and captured values stay where they are. While it runs, the aux
// stack holds what the loop needs: captured values, then these.
func (g *generator) loop(st *syntax.Stmt) {
	const list, index, builder = 0, 1, 2
	name, literal := g.table.Name(g.callInfo(st).Index), &st.Inner[0]
	word := g.signature(g.callInfo(st)).Loop
	g.at(st.Pos, name)
	bottom := len(g.aux)
	g.hideCaptures(literal)
	hidden := len(g.aux)
	at := func(i int) int32 { return g.aux[hidden+i].index }
	hide := func(op bytecode.Op, k bytecode.Kind, from int32) {
		s := g.fresh(k)
		g.emit(op, s, from, 0)
		g.aux = append(g.aux, operand{form: slot, index: s})
	}

	var acc operand
	if word.Folds {
		g.ensure(2)
		acc = g.pop()
	}
	g.straighten()
	g.aux = append(g.aux, g.inSlot(g.pop())) // only looked at
	ends := g.uses[at(list)] == 1
	hide(bytecode.OpInt, bytecode.KindInt, 0)
	header := len(g.code)
	if word.Collects {
		op := bytecode.OpListResult
		if ends { // each round reads an element before it writes one at most
			op = bytecode.OpListReuse
		}
		hide(op, bytecode.KindAny, at(list))
	}
	if word.Folds {
		g.push(g.alone(acc))
		if s := g.stack[len(g.stack)-1].index; g.kinds[s].kind != g.leaves(literal.Inner) {
			g.kinds[s] = known{}
		}
	}

	round := g.label()
	start := g.state.clone()
	layout := start.values()
	element := g.result(bytecode.KindAny)
	fetch := g.emit(bytecode.OpListNext, element, at(list), at(index))
	exit := g.emit(bytecode.OpJump, 0, 0, -1)
	if word.Selects {
		o := operand{form: slot, index: element}
		g.retain(o)
		g.aux = append(g.aux, o)
	}
	for _, o := range g.aux[bottom:hidden] {
		g.retain(o)
		g.push(o)
	}
	g.cover(bytecode.CoverBranch, literal.Pos)
	g.ends = false
	g.body(literal.Inner, false)
	g.at(st.Pos, name)
	inPlace := word.Collects && ends && !word.Selects && fits(g.kind(g.stack[len(g.stack)-1]), &g.code[fetch])
	if inPlace {
		g.putBack(at(builder), at(index))
		g.code[header].Op, g.code[fetch].B = bytecode.OpListOwn, at(builder)
	} else if word.Collects {
		g.collect(word, at(builder))
	}
	g.straighten()
	g.arrange(layout)
	for _, o := range layout {
		if k := start.kind(o); k != bytecode.KindAny && o.form == slot && g.kinds[o.index].kind != k {
			g.emit(bytecode.OpCheck, o.index, int32(k), 0)
		}
	}
	g.emit(bytecode.OpJumpBack, 0, 0, round)
	if ends && g.code[fetch].Op == bytecode.OpListNext { // elements go out of the list
		g.code[fetch].Op = bytecode.OpListNextTake
	}
	g.state = start
	g.patch(exit)

	if word.Collects {
		o := g.aux[hidden+builder]
		if !inPlace {
			g.emit(bytecode.OpListDone, o.index, o.index, 0)
		}
		g.kinds[o.index] = proven(bytecode.KindVariant)
		g.push(o)
		g.aux = g.aux[:hidden+builder]
	}
	for _, o := range g.aux[bottom:] {
		g.release(o)
	}
	g.aux = g.aux[:bottom]
}

// hideCaptures moves the values that a literal captures to the aux stack.
func (g *generator) hideCaptures(literal *syntax.Stmt) {
	info := g.info.Quotations[g.module][literal.ID]
	captures := int(info.Captures)
	g.ensure(captures + 1)
	if info.Reversed {
		slices.Reverse(g.stack[len(g.stack)-captures:])
	}
	g.aux = append(g.aux, g.stack[len(g.stack)-captures:]...)
	g.stack = g.stack[:len(g.stack)-captures]
}

// fits tells whether a value of a kind can take the place of the element that an instruction has fetched: the list's elements stay in the form in which they are best kept.
func fits(k bytecode.Kind, fetch *bytecode.Instr) bool {
	switch k {
	case bytecode.KindAny:
		return false
	case bytecode.KindInt, bytecode.KindFloat, bytecode.KindBool:
		return fetch.Op.Info().A.Leaves() == k
	default:
		return true
	}
}

// putBack puts what a round gives in the place of the element that it has fetched.
func (g *generator) putBack(list, index int32) {
	o := g.inSlot(g.pop())
	g.consumed(o)
	at := g.fresh(bytecode.KindInt)
	g.emit(bytecode.OpIntAddImm, at, index, -1) // it counts on when it fetches
	g.emit(bytecode.OpListSet, list, at, o.index)
	g.release(operand{form: slot, index: at})
	g.release(o)
}

// collect appends what a round gives to the list that is being built.
func (g *generator) collect(word *types.Loop, builder int32) {
	if !word.Selects {
		o := g.inSlot(g.pop())
		g.consumed(o)
		g.release(o)
		g.emit(bytecode.OpListAppend, builder, o.index, 0)
		return
	}
	skip := g.branch()
	o := g.aux[len(g.aux)-1]
	g.aux = g.aux[:len(g.aux)-1]
	g.emit(bytecode.OpListAppend, builder, o.index, 0)
	g.patch(skip...)
	g.release(o)
}
