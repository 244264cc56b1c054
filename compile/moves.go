package compile

import "github.com/seqvm/seqvm/bytecode"

// move copies an operand into a slot. If the instruction that made the value
// stands close by and nobody else wants it, that writes to the slot instead.
func (g *generator) move(m parallel, last bool) {
	dst, o := m.dst, m.src
	if o.form != slot {
		g.constantInto(dst, o)
		return
	}
	g.touch(dst)
	if o.index == dst {
		return
	}
	if last && g.retarget(dst, o.index) {
		g.kinds[dst] = g.kinds[o.index]
		return
	}
	op := bytecode.OpMove
	if !last && !m.borrow && sharable(g.kinds[o.index].kind) {
		op = bytecode.OpCopy
	}
	g.emit(op, dst, o.index, 0)
	g.kinds[dst] = g.kinds[o.index]
}

// sharable tells whether values of a kind may be changed in place while they
// are held once.
func sharable(k bytecode.Kind) bool {
	return k == bytecode.KindAny || k == bytecode.KindVariant || k == bytecode.KindMap
}

// consumed notes that an operand, which has been popped, is used up by an
// instruction that reads it where it lies. If it is held elsewhere, the VM must know.
func (g *generator) consumed(o operand) {
	if o.form == slot && g.uses[o.index] > 1 && sharable(g.kinds[o.index].kind) {
		g.emit(bytecode.OpShare, o.index, 0, 0)
	}
}

// retargetWindow is how far back retarget looks.
const retargetWindow = 6

func (g *generator) retarget(dst, src int32) bool {
	guards := 0 // they cost nothing, so they do not count
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-retargetWindow-guards; pc-- {
		in := &g.code[pc]
		if in.Op == bytecode.OpGuard && in.A != dst {
			guards++
			continue
		}
		info := in.Op.Info()
		if defines(in, src) {
			if info.A == bytecode.Window || info.A.Reads() {
				return false
			}
			in.A = dst
			for i := pc + 1; i < len(g.code); i++ {
				if guard := &g.code[i]; guard.Op == bytecode.OpGuard && guard.A == src {
					guard.A = dst
				}
			}
			g.overwritten(dst)
			return true
		}
		if !simple(info) || g.touches(in, src) || g.touches(in, dst) {
			return false
		}
	}
	return false
}

// parallel is one of several moves that happen at once: slot dst = src.
type parallel struct {
	dst    int32
	src    operand
	borrow bool // it is for a word that only looks at the value
}

// place carries out moves whose sources have been released, and retains the
// destinations.
func (g *generator) place(moves []parallel) {
	if len(moves) == 0 {
		return
	}
	destinations := make([]int32, len(moves))
	for i, m := range moves {
		g.touch(m.dst)
		destinations[i] = m.dst
	}
	g.moveAll(moves)
	for _, d := range destinations {
		g.uses[d]++
	}
}

// moveAll carries out moves all at once and breaks cycles with a slot that
// nothing uses. The caller has released the sources.
func (g *generator) moveAll(moves []parallel) {
	pending := moves[:0]
	reads := map[int32]int{}
	for _, m := range moves {
		if m.src.form == slot && m.src.index == m.dst {
			continue // not counted: callers keep such values retained
		}
		pending = append(pending, m)
		if m.src.form == slot {
			reads[m.src.index]++
		}
	}
	for len(pending) > 0 {
		progress := false
		rest := pending[:0]
		for _, m := range pending {
			if reads[m.dst] > 0 {
				rest = append(rest, m)
				continue
			}
			lastRead := m.src.form == slot && reads[m.src.index] == 1 && g.uses[m.src.index] == 0
			g.move(m, lastRead)
			if m.src.form == slot {
				reads[m.src.index]--
			}
			progress = true
		}
		pending = rest
		if !progress { // a cycle: free one destination
			m := &pending[0]
			spare := int32(len(g.uses))
			for _, o := range moves {
				spare = max(spare, o.dst+1)
			}
			g.touch(spare)
			blocked := m.dst
			g.emit(bytecode.OpMove, spare, blocked, 0)
			g.kinds[spare] = g.kinds[blocked]
			for i := range pending {
				if pending[i].src.form == slot && pending[i].src.index == blocked {
					pending[i].src.index = spare
					reads[spare]++
				}
			}
			reads[blocked] = 0
		}
	}
}
