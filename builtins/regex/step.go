package regex

// threads are instructions at one position, in order of preference, each with
// its slots.
type threads struct {
	order  []int
	member []int // member[pc] is its index in order, if that names it
	slots  [][]int
}

func (l *threads) has(pc int) bool {
	i := l.member[pc]
	return i < len(l.order) && l.order[i] == pc
}

// reset makes room for n instructions.
func (l *threads) reset(n int) {
	l.order, l.member, l.slots = l.order[:0], resized(l.member, n), resized(l.slots, n)
}

// inStep is the memory of a search in step.
type inStep struct {
	threads [2]threads
	free    freeSlots
}

// cost is how many numbers there is room for.
func (s *inStep) cost() int { return 4*cap(s.threads[0].member) + s.free.n*len(s.free.list) }

// searchInStep lets all threads go through the text together.
func (re *Regexp) searchInStep(m *matcher, text string, from int) bool {
	now, next, free := &m.threads[0], &m.threads[1], &m.free
	now.reset(len(re.prog))
	next.reset(len(re.prog))
	free.reset(len(m.slots))
	found := false
	for at := from; ; {
		re.heed()
		if len(now.order) == 0 {
			if found || re.anchored && at > from {
				return found
			}
			if at = re.skip(text, at); at < 0 {
				return false
			}
		}
		if !found && (!re.anchored || at == from) {
			start := free.get()
			for i := range start {
				start[i] = -1
			}
			re.add(now, 0, text, at, start, free)
		}
		r, size := decode(text, at)
		for _, pc := range now.order {
			in := &re.prog[pc]
			s := now.slots[pc]
			if in.op == opMatch {
				found = true
				copy(m.slots, s)
				break // the threads behind are less preferred
			}
			if size > 0 && (in.op == opRune || in.op == opSet) && in.takes(r) {
				re.add(next, int(in.x), text, at+size, free.copy(s), free)
			}
		}
		for _, pc := range now.order {
			free.put(now.slots[pc])
		}
		now.order = now.order[:0]
		now, next = next, now
		if size == 0 {
			return found
		}
		at += size
	}
}

// add adds an instruction and what follows without reading. It takes slots over.
func (re *Regexp) add(l *threads, pc int, text string, at int, slots []int, free *freeSlots) {
	type item struct {
		pc    int
		slots []int
	}
	pending := append(make([]item, 0, 8), item{pc, slots})
	for len(pending) > 0 {
		it := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		pc, slots := it.pc, it.slots
		for {
			if l.has(pc) {
				free.put(slots)
				break
			}
			l.member[pc] = len(l.order)
			l.order = append(l.order, pc)
			in := &re.prog[pc]
			l.slots[pc] = nil
			if in.op == opAssert && !in.assert.holds(text, at) {
				free.put(slots)
				break
			}
			switch in.op {
			case opJump, opAssert:
			case opSplit:
				pending = append(pending, item{int(in.y), free.copy(slots)})
			case opSave:
				if int(in.slot) < len(slots) {
					slots[in.slot] = at
				}
			default:
				l.slots[pc] = slots
				slots = nil
			}
			if slots == nil {
				break
			}
			pc = int(in.x)
		}
	}
}

// freeSlots are slices of slots that nobody uses.
type freeSlots struct {
	n    int
	list [][]int
}

// reset makes the slices n long.
func (f *freeSlots) reset(n int) {
	if f.n != n {
		f.n, f.list = n, nil
	}
}

func (f *freeSlots) get() []int {
	if n := len(f.list); n > 0 {
		s := f.list[n-1]
		f.list = f.list[:n-1]
		return s
	}
	return make([]int, f.n)
}

func (f *freeSlots) put(s []int) {
	if s != nil {
		f.list = append(f.list, s)
	}
}

func (f *freeSlots) copy(s []int) []int {
	c := f.get()
	copy(c, s)
	return c
}
