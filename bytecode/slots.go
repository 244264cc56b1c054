package bytecode

// slotState is what the verifier knows of a slot in front of an instruction. 0 is nothing: no value of this
// frame is there, so nobody may look at it.
type slotState uint8

const (
	holdsValue slotState = 1 << 7
	marked     slotState = 1 << 6 // if it is an object, it is marked as held more than once
	kindMask   slotState = 1<<4 - 1
)

func valueOf(k Kind) slotState { return holdsValue | slotState(k) }

func (s slotState) kind() Kind { return Kind(s & kindMask) }

// is tells whether a value of a kind is there. Any value is of kind KindAny.
func (s slotState) is(k Kind) bool { return s != 0 && (k == KindAny || s.kind() == k) }

// plain tells whether a value is there that a program may see.
func (s slotState) plain() bool { return s != 0 && s.kind() != KindBuilder }

// copies tells whether the value may be held in several places as it is: nothing changes it in place.
func (s slotState) copies() bool {
	switch s.kind() {
	case KindAny, KindVariant, KindMap, KindBuilder:
		return s&marked != 0
	}
	return s != 0
}

// join is what is known where two ways meet. It only ever lowers a.
func join(a, b slotState) slotState {
	switch {
	case a == b:
		return a
	case a == 0 || b == 0:
		return 0
	case a.kind() != b.kind() && (a.kind() == KindBuilder || b.kind() == KindBuilder):
		return 0
	}
	k := valueOf(KindAny)
	if a.kind() == b.kind() {
		k = valueOf(a.kind())
	}
	if a.copies() && b.copies() {
		k |= marked
	}
	return k
}

const (
	nodeBits  = 5
	nodeWidth = 1 << nodeBits
)

// slotNode is a part of the slots of a frame: nodeWidth states, or as many nodes. nil has nothing but zeros.
// States that were saved share nodes with those that came of them, so what a function's code
// does not touch costs nothing, however large its frame is.
type slotNode struct {
	states [nodeWidth]slotState
	kids   *[nodeWidth]*slotNode // nil: it has states
	plain  int32                 // how many slots hold what a program may see
	edit   int32                 // whose node it is (slots.edit); all others must not change it
}

// slots are the states of the slots of a frame, as a persistent radix tree.
type slots struct {
	root   *slotNode
	height int // levels above the leaves
	edit   int32
	work   *int // nodes that were visited or made
}

func newSlots(n int32, work *int) slots {
	s := slots{work: work, edit: 1}
	for int64(n) > int64(nodeWidth)<<(nodeBits*s.height) {
		s.height++
	}
	return s
}

// save returns the states as they are now: what is changed from here on is copied first.
func (s *slots) save(edit int32) slots {
	saved := *s
	s.edit = edit
	return saved
}

func (s *slots) get(i int32) slotState {
	n := s.root
	for level := s.height; n != nil; level-- {
		at := i >> (nodeBits * level) & (nodeWidth - 1)
		if level == 0 {
			return n.states[at]
		}
		n = n.kids[at]
	}
	return 0
}

func (s *slots) set(i int32, x slotState) { s.fill(i, i+1, x) }

// fill sets the states of the slots from first to in front of end.
func (s *slots) fill(first, end int32, x slotState) {
	if first < end {
		s.root = s.filled(s.root, s.height, 0, first, end, x)
	}
}

// filled returns a node of a level, of the slots from start on, with a range set.
func (s *slots) filled(n *slotNode, level int, start, first, end int32, x slotState) *slotNode {
	*s.work++
	size := int32(1) << (nodeBits * level) // of a place in the node
	if x == 0 && first <= start && int64(end) >= int64(start)+int64(size)*nodeWidth {
		return nil
	}
	n = s.own(n, level)
	from := max(first-start, 0) >> (nodeBits * level)
	to := int32(min(int64(end-1-start)>>(nodeBits*level), nodeWidth-1))
	var uniform *slotNode // what all places that are covered as a whole share
	for at := from; at <= to; at++ {
		place := start + at*size
		if level == 0 {
			n.plain += one32(x.plain()) - one32(n.states[at].plain())
			n.states[at] = x
			continue
		}
		kid := n.kids[at]
		n.plain -= plainOf(kid)
		switch whole := first <= place && end >= place+size; {
		case whole && uniform != nil:
			n.kids[at] = uniform
		case whole:
			uniform = s.filled(nil, level-1, place, first, end, x)
			if uniform != nil {
				uniform.edit = 0 // it is in several places
			}
			n.kids[at] = uniform
		default:
			n.kids[at] = s.filled(kid, level-1, place, first, end, x)
		}
		n.plain += plainOf(n.kids[at])
	}
	return n
}

// own returns a node that may be changed.
func (s *slots) own(n *slotNode, level int) *slotNode {
	if n != nil && n.edit == s.edit {
		return n
	}
	*s.work++
	c := &slotNode{edit: s.edit}
	if n != nil {
		c.states, c.plain = n.states, n.plain
	}
	if level > 0 {
		c.kids = new([nodeWidth]*slotNode)
		if n != nil {
			*c.kids = *n.kids
		}
	}
	return c
}

func plainOf(n *slotNode) int32 {
	if n == nil {
		return 0
	}
	return n.plain
}

func one32(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// below is how many slots in front of i hold what a program may see.
func (s *slots) below(i int32) (count int32) {
	n := s.root
	for level := s.height; n != nil && i > 0; level-- {
		*s.work++
		at := i >> (nodeBits * level)
		for p := range min(at, nodeWidth) {
			if level == 0 {
				count += one32(n.states[p].plain())
			} else {
				count += plainOf(n.kids[p])
			}
		}
		if level == 0 || at >= nodeWidth {
			return count
		}
		n, i = n.kids[at], i&(1<<(nodeBits*level)-1)
	}
	return count
}

// meet lowers the states to what also holds in others; it tells whether that changes any.
func (s *slots) meet(others *slots) bool {
	before := s.root
	s.root = s.met(s.root, others.root, s.height)
	return s.root != before
}

func (s *slots) met(a, b *slotNode, level int) *slotNode {
	if a == b || a == nil {
		return a
	}
	*s.work++
	if b == nil {
		return nil
	}
	c := a
	change := func() {
		if c == a {
			copied := *a
			if a.kids != nil {
				kids := *a.kids
				copied.kids = &kids
			}
			copied.edit = 0
			c = &copied
		}
	}
	for i := range nodeWidth {
		if level == 0 {
			if x := join(a.states[i], b.states[i]); x != a.states[i] {
				change()
				c.plain += one32(x.plain()) - one32(a.states[i].plain())
				c.states[i] = x
			}
			continue
		}
		if kid := s.met(a.kids[i], b.kids[i], level-1); kid != a.kids[i] {
			change()
			c.plain += plainOf(kid) - plainOf(a.kids[i])
			c.kids[i] = kid
		}
	}
	return c
}

// each visits the slots that hold a value.
func (s *slots) each(visit func(i int32, x slotState)) { s.visit(s.root, s.height, 0, visit) }

func (s *slots) visit(n *slotNode, level int, start int32, visit func(i int32, x slotState)) {
	if n == nil {
		return
	}
	*s.work++
	for i := range int32(nodeWidth) {
		if level > 0 {
			s.visit(n.kids[i], level-1, start+i<<(nodeBits*level), visit)
		} else if n.states[i] != 0 {
			visit(start+i, n.states[i])
		}
	}
}
