package regex

import (
	"errors"
	"strings"
)

// inst is an instruction of the program that a pattern is compiled to.
type inst struct {
	op     op
	assert assertion
	slot   int // opSave
	x, y   int // where to go on; opSplit: first x, then y
	r      rune
	set    set
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
			in.x = i + 1
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

func (c *compiler) node(n *node) {
	switch n.kind {
	case oneOf:
		if len(n.set) == 1 && n.set[0].lo == n.set[0].hi {
			c.emit(inst{op: opRune, r: n.set[0].lo})
		} else {
			c.emit(inst{op: opSet, set: n.set})
		}
	case assert:
		c.emit(inst{op: opAssert, assert: n.assert})
	case concat:
		for _, s := range n.subs {
			c.node(s)
		}
	case alternate:
		c.alternate(n.subs)
	case capture:
		c.emit(inst{op: opSave, slot: 2 * n.group})
		c.node(n.subs[0])
		c.emit(inst{op: opSave, slot: 2*n.group + 1})
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
		c.prog[split].x = len(c.prog)
		c.node(s)
		ends = append(ends, c.emit(inst{op: opJump}))
		c.prog[split].y = len(c.prog)
	}
	for _, e := range ends {
		c.prog[e].x = len(c.prog)
	}
}

// choose sets the two ways of a split: into what is repeated, or past it.
func (c *compiler) choose(split, into, past int, greedy bool) {
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
		into := len(c.prog)
		if nullable(sub) { // x* is (?:x+)?, so that an empty turn counts once
			c.plus(sub, n.greedy)
		} else {
			c.node(sub)
			c.emit(inst{op: opJump, x: split})
		}
		c.choose(split, into, len(c.prog), n.greedy)
		return
	}
	var splits []int
	for range n.max - n.min {
		splits = append(splits, c.emit(inst{op: opSplit}))
		c.node(sub)
	}
	for _, s := range splits {
		c.choose(s, s+1, len(c.prog), n.greedy)
	}
}

func (c *compiler) plus(sub *node, greedy bool) {
	start := len(c.prog)
	c.node(sub)
	split := c.emit(inst{op: opSplit})
	c.choose(split, start, len(c.prog), greedy)
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
	slots := 0
	for i := range prog {
		slots = max(slots, prog[i].slot)
	}
	return slots / 2
}

// start finds out what every match begins with.
func start(prog []inst) (prefix string, anchored bool) {
	var b strings.Builder
	for pc := 0; ; pc = prog[pc].x {
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
