package compile

import "github.com/seqvm/seqvm/bytecode"

// transfer is one of several moves that happen at once: slot dst = src.
type transfer struct {
	dst    int32
	src    operand
	borrow bool // it is for a word that only looks at the value
}

// place carries out moves whose sources have been released, and retains the
// destinations.
func (ops *operands) place(moves []transfer) {
	if len(moves) == 0 {
		return
	}
	destinations := make([]int32, len(moves))
	for i, m := range moves {
		ops.touch(m.dst)
		destinations[i] = m.dst
	}
	ops.moveAll(moves)
	for _, d := range destinations {
		ops.uses[d]++
	}
}

// moveAll carries out moves all at once and breaks cycles with a slot that
// nothing uses. The caller has released the sources.
func (ops *operands) moveAll(moves []transfer) {
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
			lastRead := m.src.form == slot && reads[m.src.index] == 1 && ops.uses[m.src.index] == 0
			ops.move(m, lastRead)
			if m.src.form == slot {
				reads[m.src.index]--
			}
			progress = true
		}
		pending = rest
		if !progress { // a cycle: free one destination
			m := &pending[0]
			spare := int32(len(ops.uses))
			for _, o := range moves {
				spare = max(spare, o.dst+1)
			}
			ops.touch(spare)
			blocked := m.dst
			ops.emit(bytecode.OpMove, spare, blocked, 0)
			ops.kinds[spare] = ops.kinds[blocked]
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

// move copies an operand into a slot. If the instruction that made the value
// stands close by and nobody else wants it, that writes to the slot instead.
func (ops *operands) move(m transfer, last bool) {
	dst, o := m.dst, m.src
	if o.form != slot {
		ops.constantInto(dst, o)
		return
	}
	ops.touch(dst)
	if o.index == dst {
		return
	}
	if last && ops.retarget(dst, o.index) {
		ops.kinds[dst] = ops.kinds[o.index]
		return
	}
	op := bytecode.OpMove
	if !last && !m.borrow && sharable(ops.kinds[o.index].kind) {
		op = bytecode.OpCopy
	}
	ops.emit(op, dst, o.index, 0)
	ops.kinds[dst] = ops.kinds[o.index]
}

// sharable tells whether values of a kind may be changed in place while they
// are held once.
func sharable(k bytecode.Kind) bool {
	return k == bytecode.KindAny || k == bytecode.KindVariant || k == bytecode.KindMap
}

// consumed notes that an operand, which has been popped, is used up by an
// instruction that reads it where it lies. If it is held elsewhere, the VM must know.
func (ops *operands) consumed(o operand) {
	if o.form == slot && ops.uses[o.index] > 1 && sharable(ops.kinds[o.index].kind) {
		ops.emit(bytecode.OpShare, o.index, 0, 0)
	}
}
