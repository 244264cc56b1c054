package regex

import "unicode/utf8"

// trial searches by backtracking, but tries no instruction at a position twice. What was
// tried is noted at joins only, the instructions that can be come to in more than one way: to all
// others there is one way, so none is tried again unless a join is.
//
// Notes are kept for a window of the text. It moves on with the places where a match can
// begin; an attempt that leads beyond it is given up, and the search goes on in step.
// So the time stays linear in the length of the text, and the memory is bounded.
type trial struct {
	visited []uint64 // a bit for each join at each position of the window, position by position
	touched int      // no bit behind this one is set
	base    int      // where the window starts
	pending []job
}

const (
	// maxVisited is how many bits a window has.
	maxVisited = 1 << 18
	// maxJoins is up to how many joins a window is worth while.
	maxJoins = maxVisited / 256
)

// job is something to try: an instruction at a position, or, below 0, a slot
// to set back.
type job struct{ pc, at int }

// outcome is how an attempt went.
type outcome uint8

const (
	failed outcome = iota
	matched
	tooFar // it left the window
)

// searchByTrial searches from a position on. If it gets too far, there is no match that begins
// in front of the position returned.
func (re *Regexp) searchByTrial(m *matcher, text string, from int) (int, outcome) {
	half := len(text)
	if re.joins > 0 {
		if m.visited == nil {
			m.visited = make([]uint64, maxVisited/64)
		}
		half = 64 * len(m.visited) / re.joins / 2
	}
	m.moveTo(from)
	for at := from; at <= len(text); {
		if at = re.skip(text, at); at < 0 {
			return 0, failed
		}
		if at-m.base > half {
			m.moveTo(at)
		}
		if o := re.try(m, text, at); o != failed || re.anchored {
			return at, o
		}
		_, size := decode(text, at)
		at += max(size, 1)
	}
	return 0, failed
}

// moveTo starts the window at a position.
func (t *trial) moveTo(at int) {
	if t.visited != nil {
		clear(t.visited[:t.touched/64+1])
	}
	t.base, t.touched = at, 0
}

// try looks for a match that begins at a position.
func (re *Regexp) try(m *matcher, text string, at int) outcome {
	for i := range m.slots {
		m.slots[i] = -1
	}
	m.pending = append(m.pending[:0], job{0, at})
	for len(m.pending) > 0 {
		re.heed()
		j := m.pending[len(m.pending)-1]
		m.pending = m.pending[:len(m.pending)-1]
		if j.pc < 0 {
			m.slots[-j.pc-1] = j.at
			continue
		}
		if o := re.follow(m, text, j.pc, j.at); o != failed {
			return o
		}
	}
	return failed
}

// follow goes on from an instruction at a position until it fails.
func (re *Regexp) follow(m *matcher, text string, pc, at int) outcome {
	for {
		in := &re.prog[pc]
		if in.join > 0 {
			n := (at-m.base)*re.joins + int(in.join) - 1
			if n/64 >= len(m.visited) {
				return tooFar
			}
			word, bit := &m.visited[n/64], uint64(1)<<(n%64)
			if *word&bit != 0 {
				return failed
			}
			*word |= bit
			m.touched = max(m.touched, n)
		}
		switch in.op {
		case opMatch:
			return matched
		case opJump:
		case opSplit:
			m.pending = append(m.pending, job{int(in.y), at})
		case opSave:
			if slot := int(in.slot); slot < len(m.slots) {
				m.pending = append(m.pending, job{-slot - 1, m.slots[slot]})
				m.slots[slot] = at
			}
		case opAssert:
			if !in.assert.holds(text, at) {
				return failed
			}
		default:
			if at == len(text) {
				return failed
			}
			if c := text[at]; c < utf8.RuneSelf {
				if in.ascii[c>>6]>>(c&63)&1 == 0 {
					return failed
				}
				at++
				break
			}
			r, size := decode(text, at)
			if !in.takes(r) {
				return failed
			}
			at += size
		}
		pc = int(in.x)
	}
}
