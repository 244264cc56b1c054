package regex

import (
	"strings"
	"unicode/utf8"
)

// decode reads the character at a position: -1 at the end.
func decode(text string, at int) (r rune, size int) {
	if at >= len(text) {
		return -1, 0
	}
	if c := text[at]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	r, size = utf8.DecodeRuneInString(text[at:])
	if r == utf8.RuneError && size == 1 {
		return invalid, 1
	}
	return r, size
}

// before reads the character that ends at a position: -1 at the start.
func before(text string, at int) rune {
	if at == 0 {
		return -1
	}
	if c := text[at-1]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, size := utf8.DecodeLastRuneInString(text[:at])
	if r == utf8.RuneError && size == 1 {
		return invalid
	}
	return r
}

// holds tells whether an assertion holds at a position.
func (a assertion) holds(text string, at int) bool {
	switch a {
	case textStart:
		return at == 0
	case textEnd:
		return at == len(text)
	case lineStart:
		return at == 0 || text[at-1] == '\n'
	case lineEnd:
		return at == len(text) || text[at] == '\n'
	case lineStartCRLF:
		return at == 0 || text[at-1] == '\n' || text[at-1] == '\r' && (at == len(text) || text[at] != '\n')
	case lineEndCRLF:
		return at == len(text) || text[at] == '\r' || text[at] == '\n' && (at == 0 || text[at-1] != '\r')
	}
	onlyASCII := a >= asciiWords+wordBoundary
	if onlyASCII {
		a -= asciiWords
	}
	next, _ := decode(text, at)
	left, right := isWord(before(text, at), onlyASCII), isWord(next, onlyASCII)
	switch a {
	case wordBoundary:
		return left != right
	case notWordBoundary:
		return left == right
	case wordStart:
		return !left && right
	case wordEnd:
		return left && !right
	case wordStartHalf:
		return !left
	default: // wordEndHalf
		return !right
	}
}

func (in *inst) takes(r rune) bool {
	if in.op == opRune {
		return in.r == r
	}
	return in.set.has(r)
}

// maxVisited is up to how many pairs of instruction and position are tried one
// after the other, with a note of each; above that all go in step.
const maxVisited = 1 << 18

// find returns the first match from a position on, with the first slots of its
// positions; nil if there is none.
func (re *Regexp) find(text string, from, slots int) []int {
	if re.anchored && from > 0 {
		return nil
	}
	slots = max(slots, 2)
	if len(re.prog)*(len(text)-from+1) <= maxVisited {
		return re.findByTrial(text, from, slots)
	}
	return re.findInStep(text, from, slots)
}

// skip goes to the next place where a match can begin; below 0 if there is none.
func (re *Regexp) skip(text string, at int) int {
	if re.prefix == "" {
		return at
	}
	i := strings.Index(text[at:], re.prefix)
	if i < 0 {
		return -1
	}
	return at + i
}

// trial is a search that backtracks, but never tries an instruction at a
// position twice.
type trial struct {
	re      *Regexp
	text    string
	from    int
	visited []uint64
	pending []job
	slots   []int
}

// job is something to try: an instruction at a position, or, below 0, a slot
// to set back.
type job struct{ pc, at int }

func (re *Regexp) findByTrial(text string, from, slots int) []int {
	t := &trial{re: re, text: text, from: from, slots: make([]int, slots)}
	t.visited = make([]uint64, (len(re.prog)*(len(text)-from+1)+63)/64)
	for at := from; at <= len(text); {
		if at = re.skip(text, at); at < 0 {
			return nil
		}
		for i := range t.slots {
			t.slots[i] = -1
		}
		if t.run(at) {
			return t.slots
		}
		if re.anchored {
			return nil
		}
		_, size := decode(text, at)
		at += max(size, 1)
	}
	return nil
}

func (t *trial) run(at int) bool {
	width := len(t.text) - t.from + 1
	t.pending = append(t.pending[:0], job{0, at})
	for len(t.pending) > 0 {
		j := t.pending[len(t.pending)-1]
		t.pending = t.pending[:len(t.pending)-1]
		if j.pc < 0 {
			t.slots[-j.pc-1] = j.at
			continue
		}
		pc, at := j.pc, j.at
	thread:
		for {
			n := pc*width + at - t.from
			if t.visited[n/64]&(1<<(n%64)) != 0 {
				break
			}
			t.visited[n/64] |= 1 << (n % 64)
			in := &t.re.prog[pc]
			switch in.op {
			case opMatch:
				return true
			case opJump:
			case opSplit:
				t.pending = append(t.pending, job{in.y, at})
			case opSave:
				if in.slot < len(t.slots) {
					t.pending = append(t.pending, job{-in.slot - 1, t.slots[in.slot]})
					t.slots[in.slot] = at
				}
			case opAssert:
				if !in.assert.holds(t.text, at) {
					break thread
				}
			default:
				r, size := decode(t.text, at)
				if size == 0 || !in.takes(r) {
					break thread
				}
				at += size
			}
			pc = in.x
		}
	}
	return false
}

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

func newThreads(n int) *threads { return &threads{member: make([]int, n), slots: make([][]int, n)} }

// findInStep lets all threads go through the text together.
func (re *Regexp) findInStep(text string, from, slots int) []int {
	now, next := newThreads(len(re.prog)), newThreads(len(re.prog))
	var found []int
	free := &freeSlots{n: slots}
	for at := from; ; {
		if len(now.order) == 0 {
			if found != nil {
				return found
			}
			if re.anchored && at > from {
				return nil
			}
			if at = re.skip(text, at); at < 0 {
				return nil
			}
		}
		if found == nil && (!re.anchored || at == from) {
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
				found = append(found[:0], s...)
				break // the threads behind are less preferred
			}
			if size > 0 && (in.op == opRune || in.op == opSet) && in.takes(r) {
				re.add(next, in.x, text, at+size, free.copy(s), free)
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
				pending = append(pending, item{in.y, free.copy(slots)})
			case opSave:
				if in.slot < len(slots) {
					slots[in.slot] = at
				}
			default:
				l.slots[pc] = slots
				slots = nil
			}
			if slots == nil {
				break
			}
			pc = in.x
		}
	}
}

// freeSlots are slices of slots that nobody uses.
type freeSlots struct {
	n    int
	list [][]int
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
