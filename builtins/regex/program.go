package regex

import (
	"errors"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// inst is an instruction of the program that a pattern is compiled to.
type inst struct {
	op     op
	assert assertion
	join   int32 // numbers, from 1 on, those that can be come to in more than one way
	slot   int32 // opSave
	x, y   int32 // where to go on; opSplit: first x, then y
	r      rune
	set    set
	ascii  [utf8.RuneSelf / 64]uint64 // opRune and opSet: a bit for each ASCII character that it takes
}

type op uint8

const (
	opRune   op = iota // one character
	opSet              // one of a set
	opSplit            // either way
	opJump             // on
	opSave             // note the position
	opAssert           // look around
	opMatch
)

// maxProgram bounds the instructions of a pattern.
const maxProgram = 500_000

var errTooLarge = errors.New("the pattern is too large")

type compiler struct{ prog []inst }

func compile(n *node) ([]inst, error) {
	if size(n) > maxProgram {
		return nil, errTooLarge
	}
	c := &compiler{}
	c.emit(inst{op: opSave, slot: 0})
	c.node(n)
	c.emit(inst{op: opSave, slot: 1})
	c.emit(inst{op: opMatch})
	for i := range c.prog { // all but jumps and splits go on behind themselves
		if in := &c.prog[i]; in.op != opSplit && in.op != opJump {
			in.x = int32(i + 1)
		}
	}
	return c.prog, nil
}

// size is about how many instructions a node takes; large ones are not
// exact.
func size(n *node) int {
	sum := 1
	for _, s := range n.subs {
		if sum += size(s); sum > maxProgram {
			return sum
		}
	}
	switch n.kind {
	case capture:
		return sum + 2
	case alternate:
		return sum + 2*len(n.subs)
	case repeat:
		copies := max(n.min, n.max, 1)
		if copies > maxProgram {
			return maxProgram + 1
		}
		return copies * (sum + 2)
	}
	return sum
}

func (c *compiler) emit(in inst) int {
	c.prog = append(c.prog, in)
	return len(c.prog) - 1
}

// here is the instruction that comes next.
func (c *compiler) here() int32 { return int32(len(c.prog)) }

// reads emits an instruction that reads a character of a set.
func (c *compiler) reads(s set) {
	in := inst{op: opSet, set: s}
	if len(s) == 1 && s[0].lo == s[0].hi {
		in = inst{op: opRune, r: s[0].lo}
	}
	for _, p := range s {
		for r := p.lo; r <= min(p.hi, utf8.RuneSelf-1); r++ {
			in.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	c.emit(in)
}

func (c *compiler) node(n *node) {
	switch n.kind {
	case oneOf:
		c.reads(n.set)
	case assert:
		c.emit(inst{op: opAssert, assert: n.assert})
	case concat:
		for _, s := range n.subs {
			c.node(s)
		}
	case alternate:
		c.alternate(n.subs)
	case capture:
		c.emit(inst{op: opSave, slot: int32(2 * n.group)})
		c.node(n.subs[0])
		c.emit(inst{op: opSave, slot: int32(2*n.group + 1)})
	case repeat:
		c.repeat(n)
	}
}

func (c *compiler) alternate(subs []*node) {
	var ends []int
	for i, s := range subs {
		if i == len(subs)-1 {
			c.node(s)
			break
		}
		split := c.emit(inst{op: opSplit})
		c.prog[split].x = c.here()
		c.node(s)
		ends = append(ends, c.emit(inst{op: opJump}))
		c.prog[split].y = c.here()
	}
	for _, e := range ends {
		c.prog[e].x = c.here()
	}
}

// choose sets the two ways of a split: into what is repeated, or past it.
func (c *compiler) choose(split int, into, past int32, greedy bool) {
	if !greedy {
		into, past = past, into
	}
	c.prog[split].x, c.prog[split].y = into, past
}

func (c *compiler) repeat(n *node) {
	sub := n.subs[0]
	for i := 0; i < n.min; i++ {
		if i == n.min-1 && n.max < 0 {
			c.plus(sub, n.greedy)
			return
		}
		c.node(sub)
	}
	if n.max < 0 {
		split := c.emit(inst{op: opSplit})
		into := c.here()
		if nullable(sub) { // x* is (?:x+)?, so that an empty turn counts once
			c.plus(sub, n.greedy)
		} else {
			c.node(sub)
			c.emit(inst{op: opJump, x: int32(split)})
		}
		c.choose(split, into, c.here(), n.greedy)
		return
	}
	var splits []int
	for range n.max - n.min {
		splits = append(splits, c.emit(inst{op: opSplit}))
		c.node(sub)
	}
	for _, s := range splits {
		c.choose(s, int32(s+1), c.here(), n.greedy)
	}
}

func (c *compiler) plus(sub *node, greedy bool) {
	start := c.here()
	c.node(sub)
	split := c.emit(inst{op: opSplit})
	c.choose(split, start, c.here(), greedy)
}

// nullable tells whether a node can match the empty text.
func nullable(n *node) bool {
	switch n.kind {
	case oneOf:
		return false
	case repeat:
		return n.min == 0 || nullable(n.subs[0])
	case alternate:
		for _, s := range n.subs {
			if nullable(s) {
				return true
			}
		}
		return false
	case concat, capture:
		for _, s := range n.subs {
			if !nullable(s) {
				return false
			}
		}
	}
	return true
}

// groups is the number of the last group that the program has. A group that is
// repeated no times is none: "(a){0}" has no groups, "(a){0}(b)" has two, since
// the second keeps its number.
func groups(prog []inst) int {
	slots := int32(0)
	for i := range prog {
		slots = max(slots, prog[i].slot)
	}
	return int(slots) / 2
}

// start finds out what every match begins with.
func start(prog []inst) (prefix string, anchored bool) {
	var b strings.Builder
	for pc := int32(0); ; pc = prog[pc].x {
		switch in := &prog[pc]; {
		case in.op == opSave:
		case in.op == opRune && in.r != invalid:
			b.WriteRune(in.r)
		case in.op == opAssert && in.assert == textStart && b.Len() == 0:
			return "", true
		default:
			return b.String(), false
		}
	}
}

// numberJoins numbers the instructions that can be come to in more than one way, and returns
// how many there are.
func numberJoins(prog []inst) (joins int) {
	ways := make([]uint8, len(prog))
	comes := func(to int32) { ways[to] = min(ways[to]+1, 2) }
	for i := range prog {
		in := &prog[i]
		if in.op != opMatch {
			comes(in.x)
		}
		if in.op == opSplit {
			comes(in.y)
		}
	}
	for i := range prog {
		if ways[i] > 1 {
			joins++
			prog[i].join = int32(joins)
		}
	}
	return joins
}

// firstBytes are the bytes that a match can begin with; nil if it can begin anywhere. Of
// characters that are not ASCII either all bytes are in it or none: so the next such byte
// behind the start of a character is the start of one, too.
func firstBytes(prog []inst) *[256]bool {
	first := new([256]bool)
	seen := make([]bool, len(prog))
	pending := []int32{0}
	for len(pending) > 0 {
		pc := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch in := &prog[pc]; in.op {
		case opMatch:
			return nil // it can be empty
		case opSplit:
			pending = append(pending, in.x, in.y)
		case opRune, opSet:
			in.starts(first)
		default: // an assertion may hold
			pending = append(pending, in.x)
		}
	}
	return first
}

// starts adds the bytes that the characters an instruction takes begin with.
func (in *inst) starts(first *[256]bool) {
	for c := range rune(utf8.RuneSelf) {
		first[c] = first[c] || in.takes(c)
	}
	if in.op == opRune && in.r < utf8.RuneSelf || in.op == opSet && (len(in.set) == 0 || in.set[len(in.set)-1].hi < utf8.RuneSelf) {
		return
	}
	for c := utf8.RuneSelf; c < len(first); c++ {
		first[c] = true
	}
}

// Size is about how many bytes the pattern takes in memory.
func (re *Regexp) Size() int {
	bytes := int(unsafe.Sizeof(*re)) + len(re.prog)*int(unsafe.Sizeof(inst{})) + len(re.prefix)
	seen := map[*span]bool{}
	for i := range re.prog {
		if s := re.prog[i].set; len(s) > 0 && !seen[&s[0]] { // copies of a loop's body share their sets
			seen[&s[0]] = true
			bytes += len(s) * int(unsafe.Sizeof(span{}))
		}
	}
	for _, n := range re.names {
		bytes += len(n) + int(unsafe.Sizeof(n))
	}
	if re.first != nil {
		bytes += len(re.first)
	}
	return bytes
}
