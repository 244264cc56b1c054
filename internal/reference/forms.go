package reference

import (
	"fmt"
	"slices"
)

// form is a kind of statement.
type form struct {
	from, to int // the choices that it stands for, see generator.statement
	// Conditions: so many values on the stack; these types on top; not too deep in bodies, since
	// it has some; and more.
	height int
	top    []typ
	bodies bool
	when   func(*generator) bool

	texts  []string                          // one of them takes what is on top
	leaves []typ                             // and leaves this in place of it
	write  func(g *generator, s []typ) []typ // if it is not so simple
}

// choices is how many there are.
const choices = 46

// maxDepth is how deep bodies lie in bodies.
const maxDepth = 4

// forms has the kinds of statements. The first one is taken whose choice it is and whose conditions hold.
var forms = []form{
	{from: 0, to: 4, write: func(g *generator, s []typ) []typ {
		t := allTypes[g.pick(len(allTypes))]
		g.literal(t)
		return append(s, t)
	}},
	{from: 5, to: 5, height: 1, write: shuffled("dup", 1, 0, 0)},
	{from: 6, to: 6, height: 2, write: shuffled("swap", 2, 1, 0)},
	{from: 7, to: 7, height: 2, write: shuffled("over", 2, 0, 1, 0)},
	{from: 8, to: 8, height: 3, write: shuffled("rot", 3, 1, 2, 0)},
	{from: 9, to: 9, height: 2, write: shuffled("nip", 2, 1)},
	{from: 10, to: 10, height: 2, write: shuffled("tuck", 2, 1, 0, 1)},
	{from: 11, to: 11, height: 2, write: shuffled("2dup", 2, 0, 1, 0, 1)},
	{from: 12, to: 12, height: 1, write: shuffled("drop", 1)},
	{from: 13, to: 13, height: 1, write: func(g *generator, s []typ) []typ {
		d := g.pick(len(s))
		return g.push(s, fmt.Sprintf("%d pick", d), 0, s[len(s)-1-d])
	}},
	{from: 14, to: 14, height: 1, write: func(g *generator, s []typ) []typ {
		d := g.pick(len(s))
		at := len(s) - 1 - d
		fmt.Fprintf(g.b, " %d roll", d)
		return append(slices.Delete(slices.Clone(s), at, at+1), s[at])
	}},
	{from: 0, to: 17, top: []typ{intT, intT}, write: (*generator).arithmetic},
	{from: 18, to: 18, top: []typ{intT}, texts: []string{"i.neg", "3 i.+", "2 i.*", "5 swap i.-", "7 i.% drop"}, leaves: []typ{intT}},
	{from: 19, to: 19, top: []typ{boolT, boolT}, texts: []string{"and", "or"}, leaves: []typ{boolT}},
	{from: 19, to: 19, top: []typ{boolT}, texts: []string{"not"}, leaves: []typ{boolT}},
	{from: 20, to: 20, top: []typ{stringT, stringT}, texts: []string{"string.concat"}, leaves: []typ{stringT}},
	{from: 20, to: 20, top: []typ{intT}, texts: []string{"int->string"}, leaves: []typ{stringT}},
	{from: 20, to: 20, top: []typ{stringT}, texts: []string{"string.length"}, leaves: []typ{intT}},
	{from: 0, to: 22, top: []typ{boolT}, bodies: true, write: func(g *generator, s []typ) []typ { return g.conditional(s[:len(s)-1]) }},
	{from: 22, to: 22, top: []typ{unionT}, bodies: true, write: func(g *generator, s []typ) []typ { return g.match(s[:len(s)-1]) }},
	{from: 23, to: 23, height: 1, bodies: true, write: (*generator).dip},
	{from: 24, to: 24, height: 1, bodies: true, write: (*generator).keep},
	{from: 25, to: 25, height: 1, bodies: true, write: (*generator).bi},
	{from: 26, to: 26, bodies: true, write: func(g *generator, s []typ) []typ {
		g.b.WriteString(" [")
		left := g.quotation(s)
		g.b.WriteString(" ] call")
		return left
	}},
	{from: 27, to: 27, when: func(g *generator) bool { return g.loops == 0 }, top: []typ{intT, quotT}, texts: []string{"call", "apply"}, leaves: []typ{intT}},
	// In a literal that captures, a literal that only calls a quotation makes the stack unknown, and so what is captured (chapter 2, section 12).
	{from: 27, to: 27, when: func(g *generator) bool { return g.loops > 0 }, top: []typ{intT, quotT}, texts: []string{"apply"}, leaves: []typ{intT}},
	{from: 28, to: 28, when: (*generator).seen, top: []typ{intT, intT}, texts: []string{"[ i.+ 2 i.* ] apply"}, leaves: []typ{intT}}, // captures the upper one
	{from: 29, to: 29, top: []typ{listT}, write: func(g *generator, s []typ) []typ {
		words := []string{"[ 2 i.* ] list.map", "[ 2 i.> ] list.filter", "dup list.length [ i.+ ] list.map"}
		return g.push(s, words[g.pick(g.of(2, 3))], 1, listT)
	}},
	{from: 30, to: 30, top: []typ{listT}, texts: []string{"0 [ i.+ ] list.fold"}, leaves: []typ{intT}},
	{from: 31, to: 31, when: func(g *generator) bool { return len(g.words) > 0 }, write: (*generator).ownWord},
	{from: 32, to: 32, height: 1, write: func(g *generator, s []typ) []typ { // across the aux stack
		g.b.WriteString(" >aux")
		left := g.nested(s[:len(s)-1])
		g.b.WriteString(" aux>")
		return append(left, s[len(s)-1])
	}},
	{from: 33, to: 33, bodies: true, write: (*generator).combined},
	{from: 42, to: 43, top: []typ{floatT, floatT}, write: (*generator).floatArithmetic},
	{from: 44, to: 44, top: []typ{intT}, texts: []string{"int->float"}, leaves: []typ{floatT}},
	{from: 45, to: 45, top: []typ{floatT}, texts: []string{"float->int"}, leaves: []typ{intT}},
	{from: 34, to: 34, height: 1, write: func(g *generator, s []typ) []typ { // an index that is computed: the stack is observed
		top := s[len(s)-1]
		if d := g.pick(len(s)); s[len(s)-1-d] == top {
			return g.push(s, fmt.Sprintf("%d 0 i.+ pick", d), 0, top)
		}
		return s
	}},
	{from: 35, to: 35, height: 1, write: func(g *generator, s []typ) []typ {
		same := 1 // on top
		for same < len(s) && s[len(s)-1-same] == s[len(s)-1] {
			same++
		}
		fmt.Fprintf(g.b, " %d 0 i.+ roll", g.pick(same))
		return s
	}},
	{from: 36, to: 36, top: []typ{intT, boolT}, when: func(g *generator) bool { return !g.Classic }, // branches that are values
		texts: []string{"[ 1 i.+ ] [ 2 i.* ] 0 drop if"}, leaves: []typ{intT}},
	{from: 37, to: 37, bodies: true, when: func(g *generator) bool { return g.loops == 0 }, write: (*generator).unknownQuotation},
	{from: 38, to: 38, top: []typ{intT}, bodies: true, when: func(g *generator) bool { return g.loops == 0 }, write: (*generator).computedCond},
	{from: 39, to: 39, when: func(g *generator) bool { return g.seen() && !g.Errors }, write: func(g *generator, s []typ) []typ { // a strand on a copy of the stack
		g.b.WriteString(" [")
		g.quotation(s)
		g.b.WriteString(" ] strand.spawn drop")
		return s
	}},
	{from: 40, to: 40, top: []typ{unionT}, texts: []string{"is-Line?", "is-Dot?"}, leaves: []typ{boolT}},
	{from: 41, to: 41, top: []typ{intT}, texts: []string{"Make-Line", `2 "s" Make-Box`}, leaves: []typ{unionT}},
}

// shuffled is a form of a word that takes some values and leaves those with the numbers in order; 0 is
// the deepest one.
func shuffled(word string, takes int, order ...int) func(*generator, []typ) []typ {
	return func(g *generator, s []typ) []typ {
		left := make([]typ, len(order))
		for i, from := range order {
			left[i] = s[len(s)-takes+from]
		}
		return g.push(s, word, takes, left...)
	}
}

// fits tells whether a statement of the form can stand where s lies on the stack.
func (f *form) fits(g *generator, choice int, s []typ) bool {
	return f.from <= choice && choice <= f.to && len(s) >= f.height && g.has(s, f.top...) &&
		(!f.bodies || g.depth < maxDepth) && (f.when == nil || f.when(g))
}

// write writes a statement of a form.
func (g *generator) write(f *form, s []typ) []typ {
	if f.write != nil {
		return f.write(g, s)
	}
	text := f.texts[0]
	if len(f.texts) > 1 {
		text = f.texts[g.pick(len(f.texts))]
	}
	return g.push(s, text, len(f.top), f.leaves...)
}

// push writes a text that takes values off the stack s and leaves others.
func (g *generator) push(s []typ, text string, takes int, leaves ...typ) []typ {
	g.b.WriteString(" " + text)
	k := len(s) - takes
	return append(s[:k:k], leaves...)
}

func (g *generator) arithmetic(s []typ) []typ {
	switch g.pick(3) {
	case 0:
		return g.push(s, []string{"i.<", "i.<=", "i.>", "i.>=", "i.=", "i.<>"}[g.pick(6)], 2, boolT)
	case 1:
		return g.push(s, []string{"i./ drop", "i.% drop", "i./ [ 1 i.+ ] [ ] if"}[g.pick(3)], 2, intT)
	}
	return g.push(s, []string{"i.+", "i.-", "i.*", "band", "bxor", "bor", "shl", "shr"}[g.pick(8)], 2, intT)
}

func (g *generator) floatArithmetic(s []typ) []typ {
	if g.pick(2) == 0 {
		return g.push(s, []string{"f.<", "f.<=", "f.>", "f.>=", "f.=", "f.<>", "2dup f.< not rot rot f.= or"}[g.pick(7)], 2, boolT)
	}
	return g.push(s, []string{"f.+", "f.-", "f.*", "f./"}[g.pick(4)], 2, floatT)
}

func (g *generator) dip(s []typ) []typ {
	below, top := s[:len(s)-1], s[len(s)-1]
	g.b.WriteString(" [")
	left := g.quotation(below)
	g.b.WriteString(" ] dip")
	return append(left, top)
}

func (g *generator) keep(s []typ) []typ {
	g.b.WriteString(" [")
	left := g.quotation(s)
	g.b.WriteString(" ] keep")
	return append(left, s[len(s)-1])
}

func (g *generator) bi(s []typ) []typ {
	g.b.WriteString(" [")
	left := g.quotation(s)
	g.b.WriteString(" ] [")
	left = g.quotation(append(left, s[len(s)-1]))
	g.b.WriteString(" ] bi")
	return left
}

// ownWord calls a word of the program, on what lies there if that fits.
func (g *generator) ownWord(s []typ) []typ {
	w := g.words[g.pick(len(g.words))]
	if g.has(s, w.in...) {
		return g.push(s, w.name, len(w.in), w.out...)
	}
	for _, t := range w.in {
		g.literal(t)
	}
	return g.push(s, w.name, 0, w.out...)
}

// combined runs quotations by words of the program, or writes a cond.
func (g *generator) combined(s []typ) []typ {
	switch g.pick(3) {
	case 0:
		if g.has(s, intT) {
			g.b.WriteString(" [ 1 i.+ ] twice")
		}
		return s
	case 1:
		if !g.has(s, intT, boolT) {
			return s
		}
		g.b.WriteString(" [ 3 i.* ] maybe")
		return s[:len(s)-1]
	}
	return g.cond(s)
}

// unknownQuotation runs a quotation whose effect the checker does not know.
func (g *generator) unknownQuotation(s []typ) []typ {
	g.b.WriteString(" list.make [")
	left := g.quotation(s)
	g.b.WriteString(" ] list.push 0 list.get drop call")
	g.blind = true
	return left
}

// computedCond writes a cond whose clauses are values.
func (g *generator) computedCond(s []typ) []typ {
	g.b.WriteString(" [ dup 2 i.< ] [")
	left := g.quotation(s)
	g.b.WriteString(" ] [ true ] [")
	g.adjust(g.quotation(s), left)
	g.b.WriteString(" ] 2 0 i.+ cond")
	g.blind = true
	return left
}
