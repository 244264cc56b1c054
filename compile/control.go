package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// end is the end of a branch that goes on behind the conditional: the state
// there, and the jump that leads to the join (-1: it falls through).
type end struct {
	state
	jump int
}

// join collects the ends of branches.
type join struct {
	start  state
	ends   []end
	layout []operand // where the first branch left the stack and the aux stack
	exit   *state    // behind the first branch that ends in os.exit
}

func (g *generator) newJoin() *join {
	g.makeRecords()
	return &join{start: g.fork()}
}

// leave ends a branch at the current place.
func (g *generator) leave(j *join) {
	g.straighten()
	if j.layout == nil {
		g.settle(j)
		j.layout = g.values()
	} else if !g.floating && g.canMeet(j.layout) {
		g.arrange(j.layout)
	}
	j.ends = append(j.ends, end{state: g.state, jump: g.emit(bytecode.OpJump, 0, 0, -1)})
}

// values returns a copy of what the stack and, behind it, the aux stack hold.
func (s *state) values() []operand {
	return append(append(make([]operand, 0, len(s.stack)+len(s.aux)), s.stack...), s.aux...)
}

// setValues is the inverse of values.
func (s *state) setValues(all []operand) {
	copy(s.stack, all)
	copy(s.aux, all[len(s.stack):])
}

// settle gives each value that the branch changed a slot of its own, so that
// other branches can put theirs there.
func (g *generator) settle(j *join) {
	before, all := j.start.values(), g.values()
	n := len(g.stack)
	var moves []parallel
	for i, o := range all {
		unchanged := i < len(before) && o == before[i] && (i < n || n == len(j.start.stack))
		if unchanged || o.form == slot && g.uses[o.index] == 1 {
			continue
		}
		g.release(o)
		s := g.alloc(int32(i))
		g.uses[s]++ // so that the next one gets another
		moves = append(moves, parallel{dst: s, src: o})
		all[i] = operand{form: slot, index: s}
	}
	for _, m := range moves {
		g.uses[m.dst]--
	}
	g.place(moves)
	g.setValues(all)
}

// canMeet tells whether arrange can bring the values to a layout. It cannot
// where the layout has a constant or two values in one slot and this branch has
// something else: then common finds another layout.
func (g *generator) canMeet(layout []operand) bool {
	all := g.values()
	if len(all) != len(layout) {
		return false
	}
	named := make(map[int32]int, len(layout))
	for _, want := range layout {
		if want.form == slot {
			named[want.index]++
		}
	}
	for i, want := range layout {
		if all[i] != want && (want.form != slot || named[want.index] > 1) {
			return false
		}
	}
	return true
}

// arrange moves the values of the stack and the aux stack to a layout. A value
// that is a constant there is that constant here, too: a join on the way may only
// have put it into a slot.
func (g *generator) arrange(layout []operand) {
	all := g.values()
	var moves []parallel
	for i, o := range all {
		want := layout[i]
		if o == want {
			continue
		}
		g.release(o)
		if want.form == slot {
			moves = append(moves, parallel{dst: want.index, src: o})
		}
		all[i] = want
	}
	g.place(moves)
	g.setValues(all)
}

// meet ends a conditional: all branches go on here. If all end in os.exit, what
// follows is never executed, but it is compiled like the checker checked it.
func (g *generator) meet(j *join) {
	if len(j.ends) == 0 {
		if j.exit != nil {
			g.state = *j.exit
		}
		return
	}
	floats := false
	for i := range j.ends {
		e := &j.ends[i]
		floats = floats || e.floating || len(e.stack) != len(j.ends[0].stack) || len(e.aux) != len(j.ends[0].aux)
	}
	layout := j.layout
	if !floats {
		layout = g.common(j)
	}
	// The last branch falls through into the code that follows; others jump
	// there, by way of the moves they need.
	last := len(j.ends) - 1
	g.state = j.ends[last].state
	var out []int
	if len(g.code)-1 == j.ends[last].jump {
		g.unemit()
	} else {
		g.patch(j.ends[last].jump)
	}
	g.adapt(floats, layout)
	final := g.state.clone()
	kinds := final.kinds
	meetKinds := func(s *state) {
		for i := range kinds {
			if i >= len(s.kinds) || s.kinds[i].kind != kinds[i].kind {
				kinds[i] = known{}
			} else {
				kinds[i].trusted = kinds[i].trusted || s.kinds[i].trusted
			}
		}
	}
	var direct []int
	for i := range j.ends[:last] {
		e := &j.ends[i]
		if !floats && sameLayout(&e.state, layout) {
			direct = append(direct, e.jump)
			meetKinds(&e.state)
			continue
		}
		out = append(out, g.emit(bytecode.OpJump, 0, 0, -1))
		g.patch(e.jump)
		g.state = e.state
		g.adapt(floats, layout)
		meetKinds(&g.state)
	}
	for _, pc := range out {
		g.code[pc].C = g.label()
	}
	for _, pc := range direct {
		g.code[pc].C = g.label()
	}
	g.state = final
	g.label()
}

func sameLayout(s *state, layout []operand) bool { return slices.Equal(s.values(), layout) }

// common finds a layout that every end can be brought to: that of the first
// branch, but where it has a constant or shares a slot and another branch
// differs, a slot of its own.
func (g *generator) common(j *join) []operand {
	layout := append([]operand{}, j.layout...)
	used := map[int32]int{}
	for _, o := range layout {
		if o.form == slot {
			used[o.index]++
		}
	}
	spare := int32(0)
	ends := make([][]operand, len(j.ends))
	for k := range j.ends {
		ends[k] = j.ends[k].values()
		spare = max(spare, int32(len(j.ends[k].uses)))
	}
	for i, want := range layout {
		if want.form == slot && used[want.index] == 1 {
			continue
		}
		for k := range ends {
			if ends[k][i] != want {
				if want.form == slot {
					used[want.index]--
				}
				layout[i] = operand{form: slot, index: spare}
				spare++
				break
			}
		}
	}
	return layout
}

// adapt brings the current state to what holds behind a join.
func (g *generator) adapt(floats bool, layout []operand) {
	if !floats {
		g.arrange(layout)
		return
	}
	restore := g.observed()
	if n := int32(len(g.stack)); n > 0 {
		g.emit(bytecode.OpFrameUp, n, 0, 0)
	}
	g.float()
	restore()
	aux := make([]operand, len(g.aux)) // in the same slots on all ways
	for i := range aux {
		aux[i] = operand{form: slot, index: int32(i)}
	}
	g.arrange(aux)
}

// branch emits a jump that is taken if the condition on top of the stack is
// false, and takes it off. A comparison right before is fused with the jump.
func (g *generator) branch() (jump int) {
	g.makeRecords()
	g.ensure(1)
	g.stack[len(g.stack)-1] = g.prove(g.inSlotTop(), bytecode.KindBool)
	o := g.pop()
	g.release(o)
	cond, want := o.index, false // jump if cond == want
	at := g.origin               // what is fused into the jump keeps its place
	for {
		in := g.lastInstr()
		if in == nil || in.A != cond || g.uses[cond] > 0 {
			break
		}
		if in.Op == bytecode.OpBoolNot {
			cond, want = in.B, !want
			at = g.lastOrigin()
			g.unemit()
			continue
		}
		f, ok := fused[in.Op]
		if !ok {
			break
		}
		op := f.whenFalse
		if want {
			op = f.whenTrue
		}
		a, b := in.B, in.C
		at = g.lastOrigin()
		if f.swapped(want) {
			a, b = b, a
			at.flipped = !at.flipped
		}
		g.unemit()
		return g.emitFrom(at, op, a, b, -1)
	}
	op := bytecode.OpJumpFalse
	if want {
		op = bytecode.OpJumpTrue
	}
	return g.emitFrom(at, op, cond, 0, -1)
}

// inSlotTop loads the top operand into a slot, in place.
func (g *generator) inSlotTop() operand {
	top := len(g.stack) - 1
	o := g.stack[top]
	if o.form != slot {
		g.stack = g.stack[:top]
		o = g.inSlot(o)
		g.push(o)
	}
	return o
}

func (g *generator) lastInstr() *bytecode.Instr {
	if len(g.code) <= g.block {
		return nil
	}
	return &g.code[len(g.code)-1]
}

// fusion is how a comparison becomes a jump that is taken if it is true or if
// it is false; the opposite of "less" has its operands exchanged.
type fusion struct {
	whenTrue, whenFalse         bytecode.Op
	swapWhenTrue, swapWhenFalse bool
}

func (f fusion) swapped(want bool) bool { return want && f.swapWhenTrue || !want && f.swapWhenFalse }

var fused = map[bytecode.Op]fusion{
	bytecode.OpIntEq:    {whenTrue: bytecode.OpJumpIntEq, whenFalse: bytecode.OpJumpIntNe},
	bytecode.OpIntNe:    {whenTrue: bytecode.OpJumpIntNe, whenFalse: bytecode.OpJumpIntEq},
	bytecode.OpIntLt:    {whenTrue: bytecode.OpJumpIntLt, whenFalse: bytecode.OpJumpIntLe, swapWhenFalse: true},
	bytecode.OpIntLe:    {whenTrue: bytecode.OpJumpIntLe, whenFalse: bytecode.OpJumpIntLt, swapWhenFalse: true},
	bytecode.OpIntEqImm: {whenTrue: bytecode.OpJumpIntEqImm, whenFalse: bytecode.OpJumpIntNeImm},
	bytecode.OpIntNeImm: {whenTrue: bytecode.OpJumpIntNeImm, whenFalse: bytecode.OpJumpIntEqImm},
	bytecode.OpIntLtImm: {whenTrue: bytecode.OpJumpIntLtImm, whenFalse: bytecode.OpJumpIntGeImm},
	bytecode.OpIntLeImm: {whenTrue: bytecode.OpJumpIntLeImm, whenFalse: bytecode.OpJumpIntGtImm},
	bytecode.OpIntGtImm: {whenTrue: bytecode.OpJumpIntGtImm, whenFalse: bytecode.OpJumpIntLeImm},
	bytecode.OpIntGeImm: {whenTrue: bytecode.OpJumpIntGeImm, whenFalse: bytecode.OpJumpIntLtImm},
	bytecode.OpFloatEq:  {whenTrue: bytecode.OpJumpFloatEq, whenFalse: bytecode.OpJumpFloatNe},
	bytecode.OpFloatNe:  {whenTrue: bytecode.OpJumpFloatNe, whenFalse: bytecode.OpJumpFloatEq},
	bytecode.OpFloatLt:  {whenTrue: bytecode.OpJumpFloatLt, whenFalse: bytecode.OpJumpFloatNotLt},
	bytecode.OpFloatLe:  {whenTrue: bytecode.OpJumpFloatLe, whenFalse: bytecode.OpJumpFloatNotLe},
}

// literalIf compiles "[ A ] [ B ] if" in place.
func (g *generator) literalIf(st *syntax.Stmt, tail bool) bool {
	then, els := &st.Inner[0], &st.Inner[1]
	g.at(st.Pos, "if")
	g.around = st.Pos
	g.ensure(1)
	if top := g.stack[len(g.stack)-1]; top.form == boolean {
		chosen := then
		if top.bits == 0 {
			chosen = els
		}
		if g.ending(chosen.Inner) != types.EndsInCycle { // else the other one decides what the stack is
			g.pop()
			return g.body(chosen.Inner, tail) || tail && g.end(chosen.Inner)
		}
	}
	toElse := g.branch()
	j := g.newJoin()
	g.cover(bytecode.CoverBranch, then.Pos)
	g.branchBody(j, then.Inner, tail)
	g.patch(toElse)
	g.resume(j.start)
	g.cover(bytecode.CoverBranch, els.Pos)
	g.around = st.Pos
	g.branchBody(j, els.Inner, tail)
	return g.meetOrEnd(j, tail)
}

// ending tells how a body ends.
func (g *generator) ending(body []syntax.Stmt) types.End { return g.info.EndOf(g.module, body) }

// end finishes the function where a branch in tail position runs off its end.
func (g *generator) end(body []syntax.Stmt) bool {
	g.finish(body)
	return true
}

func (g *generator) branchBody(j *join, body []syntax.Stmt, tail bool) {
	if tail {
		if !g.body(body, true) {
			g.finish(body)
		}
		return
	}
	g.resume(j.start.clone())
	g.body(body, false)
	g.leave(j)
}

func (g *generator) meetOrEnd(j *join, tail bool) bool {
	if tail {
		return true
	}
	g.meet(j)
	return false
}

// literalCond compiles a cond with literal clauses as the chain of ifs it is.
func (g *generator) literalCond(st *syntax.Stmt, tail bool) bool {
	clauses := st.Clauses()
	var j *join
	ends := g.ends
	for i := 0; i < len(clauses); i += 2 {
		g.ends = false
		g.body(clauses[i].Inner, false)
		g.ends = ends
		g.at(st.Pos, "cond")
		if top := g.stack; i+2 == len(clauses) && len(top) > 0 && top[len(top)-1].form == boolean && top[len(top)-1].bits == 1 {
			g.pop()
			g.around = st.Pos
			if j == nil {
				return g.body(clauses[i+1].Inner, tail) || tail && g.end(clauses[i+1].Inner)
			}
			g.cover(bytecode.CoverBranch, clauses[i+1].Pos)
			g.branchBodyHere(j, clauses[i+1].Inner, tail)
			return g.meetOrEnd(j, tail)
		}
		next := g.branch()
		if j == nil {
			j = g.newJoin()
		}
		after := g.fork()
		g.around = st.Pos
		g.cover(bytecode.CoverBranch, clauses[i+1].Pos)
		g.branchBodyHere(j, clauses[i+1].Inner, tail)
		g.patch(next)
		g.resume(after)
	}
	g.at(st.Pos, "cond")
	g.noClause(len(clauses) / 2)
	return g.meetOrEnd(j, tail)
}

// noClause ends the way on which none of so many predicates was true. The error shows the value
// on top.
func (g *generator) noClause(predicates int) {
	if len(g.stack) == 0 {
		g.emit(bytecode.OpNoClause, 0, 0, int32(predicates))
		return
	}
	top := g.stack[len(g.stack)-1]
	if top.form != slot { // not by load: nothing is to be known of that slot elsewhere
		s := g.alloc(-1)
		g.constantInto(s, top)
		top.index = s
	}
	g.emit(bytecode.OpNoClause, top.index, 1, int32(predicates))
}

func (g *generator) branchBodyHere(j *join, body []syntax.Stmt, tail bool) {
	if g.ending(body) == types.EndsInExit { // nothing goes on behind it, so it does not have to meet the others
		g.body(body, false)
		g.straighten()
		g.emit(bytecode.OpNoClause, 0, 0, 0)
		if j.exit == nil {
			behind := g.state.clone()
			j.exit = &behind
		}
		return
	}
	if tail {
		if !g.body(body, true) {
			g.finish(body)
		}
		return
	}
	g.body(body, false)
	g.leave(j)
}

// match compiles a match expression.
func (g *generator) match(st *syntax.Stmt, tail bool) bool {
	info := &g.info.Matches[g.module][st.ID]
	g.at(st.Pos, "match")
	if i := onlyArm(info); i >= 0 {
		g.unpackAs(st.Match.Arms[i].Variant.Pos, &info.Arms[i])
		g.around = st.Pos
		return g.body(st.Match.Arms[i].Body, tail) || tail && g.end(st.Match.Arms[i].Body)
	}
	if i := g.knownArm(st.Match, info); i >= 0 {
		o := g.pop()
		g.takeFields(o, info.Arms[i].Fields)
		g.around = st.Pos
		return g.body(st.Match.Arms[i].Body, tail) || tail && g.end(st.Match.Arms[i].Body)
	}
	o := g.inSlot(g.pop())
	g.makeRecords()
	table := bytecode.MatchTable{Union: int32(info.Union.Index), Targets: make([]int32, len(info.Union.Variants))}
	for i := range table.Targets {
		table.Targets[i] = bytecode.NoArm
	}
	index := int32(len(g.mod.Tables))
	g.mod.Tables = append(g.mod.Tables, bytecode.MatchTable{})
	behind := int32(g.emit(bytecode.OpMatch, o.index, index, 0)) + 1
	start := g.fork() // the matched value is still retained: the fields come from it
	j := &join{start: start}
	for i := range info.Arms {
		arm := &info.Arms[i]
		if arm.Dead {
			continue
		}
		pc := g.label() - behind
		if arm.Variant.Union == info.Union {
			table.Targets[arm.Variant.Ordinal] = pc
		} else {
			table.Others = append(table.Others, bytecode.MatchArm{Variant: int32(arm.Variant.Index), Target: pc})
		}
		g.resume(start.clone())
		g.at(st.Match.Arms[i].Variant.Pos, "match")
		g.fields(o, arm)
		g.cover(bytecode.CoverBranch, st.Match.Arms[i].Variant.Pos)
		g.around = st.Pos
		g.branchBodyHere(j, st.Match.Arms[i].Body, tail)
	}
	g.mod.Tables[index] = table
	return g.meetOrEnd(j, tail)
}

// onlyArm returns the arm of a match on a union with one variant that takes all
// of its fields; -1 if it is another match.
func onlyArm(info *types.MatchInfo) int {
	if len(info.Union.Variants) != 1 || len(info.Arms) != 1 {
		return -1
	}
	arm := &info.Arms[0]
	if n := len(arm.Variant.Decl.Fields); n == 0 || arm.Dead || arm.Variant.Union != info.Union || !inOrder(arm.Fields, n) {
		return -1
	}
	return 0
}

// knownArm returns the arm for the virtual object on top of the stack; -1 if there is no
// virtual object, or another arm decides what the stack is.
func (g *generator) knownArm(st *syntax.Match, info *types.MatchInfo) int {
	g.ensure(1)
	o := g.stack[len(g.stack)-1]
	if o.form != virtual {
		return -1
	}
	for i := range info.Arms {
		if !info.Arms[i].Dead && int32(info.Arms[i].Variant.Index) == g.objects[o.index].variant && g.ending(st.Arms[i].Body) == types.EndsHere {
			return i
		}
	}
	return -1
}

// fields pushes what an arm takes of the matched value, which ends here unless
// others hold it.
func (g *generator) fields(o operand, arm *types.ArmInfo) {
	if all := g.mod.Variants[arm.Variant.Index].Kinds; len(all) > 0 && inOrder(arm.Fields, len(all)) {
		g.unpack(bytecode.OpFieldsTakeKnown, o, arm.Variant)
		return
	}
	lives := g.uses[o.index] > 1
	for i, f := range arm.Fields {
		if i == len(arm.Fields)-1 {
			g.release(o) // the last one read may take its slot
		}
		field, ok := bytecode.FieldOperand(int32(arm.Variant.Index), f)
		switch {
		case lives && ok:
			s := g.result(g.mod.Variants[arm.Variant.Index].Kinds[f], o)
			g.trust(s)
			g.emit(bytecode.OpFieldGet, s, o.index, field)
		case lives:
			g.emit(bytecode.OpShare, o.index, 0, 0)
			g.emit(bytecode.OpFieldTakeKnown, g.result(bytecode.KindAny, o), o.index, f)
		default:
			g.emit(bytecode.OpFieldTakeKnown, g.result(bytecode.KindAny, o), o.index, f)
		}
	}
	if len(arm.Fields) == 0 {
		g.release(o)
	}
}

// inOrder tells whether a list of fields is all n of them in order.
func inOrder(fields []int32, n int) bool {
	if len(fields) != n {
		return false
	}
	for i, f := range fields {
		if f != int32(i) {
			return false
		}
	}
	return true
}
