package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// end is the end of a branch that goes on behind the conditional: the state
// there, and the jump that leads to the join (-1: it falls through).
type end struct {
	state
	jump int
	kept []reuseToken // that were there in the end, and still lie in their slots
	note int          // the first of joinedTokens notes right in front of the jump
}

// joinedTokens is how many reuse tokens can be kept behind a join. Each has a note of its own in every branch: in what
// the branch leaves in its slot an object of somebody else may lie.
const joinedTokens = 4

// join collects the ends of branches.
type join struct {
	start  state
	ends   []end
	layout []operand // where the first branch left the stack and the aux stack
	exit   *state    // what is known behind the first branch that ends in os.exit
}

func (ops *operands) newJoin() *join {
	ops.materializeAll()
	return &join{start: ops.fork()}
}

// leave ends a branch at the current place.
func (ops *operands) leave(j *join) {
	ops.materializeAll()
	kept, from := slices.Clone(ops.tokens), len(ops.code)
	if !ops.joinsTokens { // else nothing is to lie in their slots
		ops.offer(kept)
		ops.dropTokens()
	}
	if j.layout == nil {
		ops.settle(j)
		j.layout = ops.values()
	} else if !ops.floating && ops.canMeet(j.layout) {
		ops.arrange(j.layout)
	}
	ops.dropTokens()
	kept = slices.DeleteFunc(kept, func(h reuseToken) bool {
		return ops.uses[h.slot] > 0 || ops.written(h.slot, from) || len(ops.mod.Variants[h.variant].Kinds) == 0
	})
	e := end{state: ops.state, kept: kept}
	if ops.joinsTokens {
		e.note = len(ops.code)
		for range joinedTokens {
			ops.emit(bytecode.OpGuard, 0, int32(bytecode.KindAny), 0)
		}
	}
	e.jump = ops.emit(bytecode.OpJump, 0, 0, -1)
	j.ends = append(j.ends, e)
}

// settle gives each value that the branch changed a slot of its own, so that
// other branches can put theirs there.
func (ops *operands) settle(j *join) {
	before, all := j.start.values(), ops.values()
	n := len(ops.stack)
	var moves []transfer
	for i, o := range all {
		unchanged := i < len(before) && o == before[i] && (i < n || n == len(j.start.stack))
		if unchanged || o.form == slot && ops.uses[o.index] == 1 {
			continue
		}
		ops.release(o)
		s := ops.alloc(int32(i))
		ops.uses[s]++ // so that the next one gets another
		moves = append(moves, transfer{dst: s, src: o})
		all[i] = operand{form: slot, index: s}
	}
	for _, m := range moves {
		ops.uses[m.dst]--
	}
	ops.place(moves)
	ops.setValues(all)
}

// canMeet tells whether arrange can bring the values to a layout. It cannot
// where the layout has a constant or two values in one slot and this branch has
// something else: then common finds another layout.
func (ops *operands) canMeet(layout []operand) bool {
	all := ops.values()
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
func (ops *operands) arrange(layout []operand) {
	all := ops.values()
	var moves []transfer
	for i, o := range all {
		want := layout[i]
		if o == want {
			continue
		}
		ops.release(o)
		if want.form == slot {
			moves = append(moves, transfer{dst: want.index, src: o})
		}
		all[i] = want
	}
	ops.place(moves)
	ops.setValues(all)
}

// meet ends a conditional: all branches go on here. If all end in os.exit, what
// follows is never executed, but it is compiled like the checker checked it.
func (ops *operands) meet(j *join) {
	if len(j.ends) == 0 {
		if j.exit != nil {
			ops.state = *j.exit
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
		layout = ops.common(j)
	}
	joinable := !floats && !slices.ContainsFunc(j.ends, func(e end) bool { return !sameLayout(&e.state, layout) })
	// The last branch falls through into the code that follows; others jump
	// there, by way of the moves they need.
	last := len(j.ends) - 1
	ops.state = j.ends[last].state
	var out []int
	if len(ops.code)-1 == j.ends[last].jump {
		ops.unemit()
	} else {
		ops.patch(j.ends[last].jump)
	}
	ops.adapt(floats, layout)
	final := ops.state.clone()
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
		out = append(out, ops.emit(bytecode.OpJump, 0, 0, -1))
		ops.patch(e.jump)
		ops.state = e.state
		ops.adapt(floats, layout)
		meetKinds(&ops.state)
	}
	for _, pc := range out {
		ops.code[pc].C = ops.label()
	}
	for _, pc := range direct {
		ops.code[pc].C = ops.label()
	}
	ops.state = final
	ops.label()
	if joinable && ops.joinsTokens {
		ops.joinTokens(j)
	}
}

// joinTokens keeps the reuse tokens behind a conditional that some branches have left in slots which the others leave free. Those
// put a number there if the token is taken.
func (ops *operands) joinTokens(j *join) {
	joined := 0
	for i := range j.ends {
		for _, h := range j.ends[i].kept {
			if joined < joinedTokens && ops.joinToken(j, h, joined) {
				joined++
			}
		}
	}
}

// joinToken keeps the reuse token of one branch, and those that others have in the same slot; false if that is in use. It is the
// joined token with a number.
func (ops *operands) joinToken(j *join, h reuseToken, number int) bool {
	if !ops.free(h.slot, 1) {
		return false
	}
	joined := reuseToken{slot: h.slot, variant: h.variant, lost: ^uint64(0), behind: len(ops.code), joined: true, doubtful: h.doubtful}
	for i := range j.ends {
		e := &j.ends[i]
		if int(h.slot) < len(e.uses) && e.uses[h.slot] > 0 {
			return false
		}
		if at := slices.IndexFunc(e.kept, func(k reuseToken) bool { return k.slot == h.slot }); at >= 0 {
			joined.without = append(joined.without, e.kept[at].without...) // of branches in this one
		} else {
			joined.without = append(joined.without, e.note+number)
		}
	}
	ops.touch(h.slot)
	ops.uses[h.slot]++
	ops.kinds[h.slot] = known{}
	ops.addToken(joined)
	return true
}

// offer notes that there are reuse tokens in front of a join.
func (ops *operands) offer(tokens []reuseToken) {
	for _, h := range tokens {
		ops.offered |= 1 << min(len(ops.mod.Variants[h.variant].Kinds), maxOffered)
	}
}

// maxOffered is how many fields offered can tell apart.
const maxOffered = 63

// common finds a layout that every end can be brought to: that of the first
// branch, but where it has a constant or shares a slot and another branch
// differs, a slot of its own.
func (ops *operands) common(j *join) []operand {
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
func (ops *operands) adapt(floats bool, layout []operand) {
	if !floats {
		ops.arrange(layout)
		return
	}
	restore := ops.observed()
	if n := int32(len(ops.stack)); n > 0 {
		ops.emit(bytecode.OpFrameUp, n, 0, 0)
	}
	ops.float()
	restore()
	aux := make([]operand, len(ops.aux)) // in the same slots on all ways
	for i := range aux {
		aux[i] = operand{form: slot, index: int32(i)}
	}
	ops.arrange(aux)
}

// branch emits jumps that are taken if the condition on top of the stack is
// false, and takes it off.
func (ops *operands) branch() (jumps []int) {
	ops.materializeAll()
	ops.ensure(1)
	ops.stack[len(ops.stack)-1] = ops.prove(ops.inSlotTop(), bytecode.KindBool)
	o := ops.pop()
	ops.release(o)
	return ops.jumpsUnless(o.index)
}
