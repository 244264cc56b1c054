package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

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
	g.patch(toElse...)
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
		g.patch(next...)
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
	g.materializeAll()
	if first, second := eitherArm(info); first >= 0 && !g.Plain {
		return g.matchOr(st, info, o, [2]int{first, second}, tail)
	}
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
		g.arm(st, info, o, i, j, tail)
	}
	g.mod.Tables[index] = table
	return g.meetOrEnd(j, tail)
}

// arm compiles an arm of a match on the value o.
func (g *generator) arm(st *syntax.Stmt, info *types.MatchInfo, o operand, i int, j *join, tail bool) {
	arm := &st.Match.Arms[i]
	g.at(arm.Variant.Pos, "match")
	g.fields(o, &info.Arms[i])
	g.cover(bytecode.CoverBranch, arm.Variant.Pos)
	g.around = st.Pos
	g.branchBodyHere(j, arm.Body, tail)
}

// matchOr compiles a match on a union with two variants, each with its arm.
func (g *generator) matchOr(st *syntax.Stmt, info *types.MatchInfo, o operand, arms [2]int, tail bool) bool {
	toSecond := g.emit(bytecode.OpMatchOr, o.index, int32(info.Arms[arms[0]].Variant.Index), -1)
	j := &join{start: g.fork()} // the matched value is still retained: the fields come from it
	g.resume(j.start.clone())
	g.arm(st, info, o, arms[0], j, tail)
	g.patch(toSecond)
	g.resume(j.start.clone())
	g.arm(st, info, o, arms[1], j, tail)
	return g.meetOrEnd(j, tail)
}

// eitherArm returns the arms of a match on a union with two variants of which each has one;
// -1 if it is another match.
func eitherArm(info *types.MatchInfo) (first, second int) {
	if len(info.Union.Variants) != 2 {
		return -1, -1
	}
	var live []int
	for i := range info.Arms {
		if !info.Arms[i].Dead {
			live = append(live, i)
		}
	}
	if len(live) != 2 || info.Arms[live[0]].Variant.Union != info.Union || info.Arms[live[1]].Variant.Union != info.Union ||
		info.Arms[live[0]].Variant == info.Arms[live[1]].Variant {
		return -1, -1
	}
	return live[0], live[1]
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
		g.unpack(bytecode.OpFieldsTakeKnown, bytecode.OpFieldsGetKnown, o, arm.Variant)
		return
	}
	lives := g.uses[o.index] > 1
	for i, f := range arm.Fields {
		if i == len(arm.Fields)-1 {
			g.release(o) // the last one read may take its slot
		}
		s := g.result(g.mod.Variants[arm.Variant.Index].Kinds[f], o)
		g.trust(s)
		field, ok := bytecode.FieldOperand(int32(arm.Variant.Index), f)
		switch {
		case !ok:
			g.emit(bytecode.OpCopy, s, o.index, 0)
			g.emit(bytecode.OpFieldTakeInPlace, s, int32(arm.Variant.Index), f)
		case lives:
			g.emit(bytecode.OpFieldGetKnown, s, o.index, field)
		default:
			g.emit(bytecode.OpFieldTakeKnown, s, o.index, field)
		}
	}
	if len(arm.Fields) == 0 {
		g.letGo(o, arm.Variant)
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
