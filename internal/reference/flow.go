package reference

import (
	"fmt"
	"slices"
)

// What control flow and values do together: captured values in loops over lists, aux
// across them, closures in lists, weaves, strands; and flaws.

// flowWords are words that the statements of this file call.
const flowWords = `: cast ( T -- U ) ;
: adder ( Int -- Closure[ Int -- Int ] ) [ i.+ ] ;
: numbers ( W Int -- W | Yield Int ) dup rot swap yield drop swap 1 i.+ numbers ;
: walk ( W Variant Int -- W | Yield Int )
  2dup swap list.length i.< [ 2dup list.get drop 3 roll swap yield drop rot rot 1 i.+ walk ] [ drop drop ] if ;
: below ( Int Int -- Bool ) i.< ;
: half ( Int -- Int ) 2 i./ drop ;
: third ( Int -- Int ) half 3 i.+ ;
: flagged ( Bool Int -- Int ) swap [ third ] [ half ] if ;
: sized ( Variant -- Int ) list.length ;
`

// flow writes a statement of this file; false if it does not fit the stack.
func (g *generator) flow(s []typ) (left []typ, ok bool) {
	k := len(s)
	switch g.pick(13) {
	case 0, 1, 2, 3:
		if g.depth < maxDepth && g.seen() {
			return g.loop(s), true
		}
	case 4: // a literal on the aux stack
		t := []typ{intT, boolT, stringT, floatT}[g.pick(4)]
		g.literal(t)
		g.b.WriteString(" >aux")
		left := g.nested(s)
		g.b.WriteString(" aux>")
		return append(left, t), true
	case 5: // closures in a list, all of them called
		g.b.WriteString(" list.make 3 adder list.push [ 2 i.* ] list.push")
		fmt.Fprintf(g.b, " %s list.push %d [ call ] list.fold", []string{"5 adder", "[ half ]", "[ dup 4 i.< [ 1 i.+ ] [ third ] if ]"}[g.pick(3)], g.pick(9))
		return append(slices.Clone(s), intT), true
	case 6:
		if g.Errors {
			return nil, false // an error in a weave has a trail through it
		}
		if g.pick(2) == 0 {
			fmt.Fprintf(g.b, " [ drop %d numbers drop ] strand.weave 0 strand.resume drop swap 0 strand.resume drop rot i.+ swap strand.weave-cancel", g.pick(9))
		} else {
			fmt.Fprintf(g.b, " list.make 3 list.push %d list.push [ drop swap [ half ] list.map 0 walk drop ] strand.weave 0 strand.resume drop swap 0 strand.resume drop rot i.+ swap strand.weave-cancel nip", g.pick(9))
		}
		return append(slices.Clone(s), intT), true
	case 7: // messages that no order changes
		if g.Errors {
			return nil, false
		}
		fmt.Fprintf(g.b, " chan.make [ %d third swap chan.send drop ] strand.spawn drop dup %d swap [ chan.send drop ] strand.spawn drop drop drop", g.pick(9), g.pick(9))
		g.b.WriteString(" dup chan.receive drop swap chan.receive drop i.+")
		return append(slices.Clone(s), intT), true
	case 8:
		if g.has(s, intT, intT) {
			g.b.WriteString(" below")
			return append(s[:k-2:k-2], boolT), true
		}
	case 9:
		if g.has(s, boolT, intT) {
			g.b.WriteString(" flagged")
			return append(s[:k-2:k-2], intT), true
		}
	case 10:
		if g.has(s, intT) {
			g.b.WriteString([]string{" half", " third"}[g.pick(2)])
			return s, true
		}
	case 11: // an operand that the checker knows nothing of
		if g.Flaw > 0 {
			return nil, false
		}
		if g.has(s, intT) && g.pick(2) == 0 {
			g.b.WriteString(" list.make swap list.push 0 list.get drop")
			return s, true
		}
		if k > 0 && g.seen() {
			g.b.WriteString(" cast")
			return s, true
		}
	case 12:
		if g.has(s, listT) {
			g.b.WriteString(" dup sized")
			return append(slices.Clone(s), intT), true
		}
	}
	return nil, false
}

// loop writes a word that runs a quotation for each element of a list of Ints; the quotation
// captures up to three values, and it often branches.
func (g *generator) loop(s []typ) []typ {
	if !g.has(s, listT) || g.pick(3) == 0 {
		g.literal(listT)
	} else {
		s = s[: len(s)-1 : len(s)-1]
	}
	word := []string{"list.map", "list.filter", "list.fold", "list.each"}[g.pick(4)]
	var start, result []typ
	switch word {
	case "list.map":
		result = []typ{intT}
	case "list.filter":
		result = []typ{boolT}
	case "list.fold":
		t := []typ{intT, boolT, stringT, listT}[g.pick(4)]
		g.literal(t)
		start, result = []typ{t}, []typ{t}
	}
	start = append(start, intT)
	for range g.pick(4) {
		t := []typ{intT, intT, boolT, stringT, floatT, listT}[g.pick(6)]
		g.literal(t)
		start = append(start, t)
	}
	g.b.WriteString(" [")
	g.loops++
	left := g.branching(start)
	if word == "list.each" && g.depth == 0 && g.Errors { // in which order; there are no strands then, which would write any time
		for n := len(left); n > 0 && g.pick(2) == 0; n = len(left) {
			g.print(left[n-1])
			left = left[:n-1]
		}
	}
	g.adjust(left, result)
	g.loops--
	fmt.Fprintf(g.b, " ] %s", word)
	switch word {
	case "list.map", "list.filter":
		return append(slices.Clone(s), listT)
	case "list.fold":
		return append(slices.Clone(s), result...)
	}
	return s
}

// branching writes the body of a loop.
func (g *generator) branching(s []typ) []typ {
	if g.has(s, intT, intT) && g.pick(2) == 0 {
		g.b.WriteString([]string{" i.<", " i.>=", " i.=", " below"}[g.pick(4)])
		s = append(s[:len(s)-2:len(s)-2], boolT)
	}
	if g.has(s, boolT) && g.pick(3) > 0 {
		g.depth++
		s = g.conditional(s[: len(s)-1 : len(s)-1])
		g.depth--
	}
	return g.nested(s)
}

// hole writes a value that the checker takes for one of a type though it is another; false
// if there is none for the type.
func (g *generator) hole(t typ) bool {
	if !g.Errors || g.pick(25) > 0 {
		return false
	}
	other := map[typ][]string{
		intT: {`"s"`, "2.5", "true", ":sym"}, boolT: {"1", `"s"`}, floatT: {"1", `"s"`}, stringT: {"1", "0.5", "false"},
	}[t]
	switch {
	case other != nil && g.pick(2) == 0:
		fmt.Fprintf(g.b, " list.make %s list.push 0 list.get drop", other[g.pick(len(other))])
	case other != nil:
		fmt.Fprintf(g.b, " %s cast", other[g.pick(len(other))])
	case t == unionT:
		g.b.WriteString([]string{` "f" :Line wrap-1`, " :Blob wrap-0", " 1.5 :Line wrap-1"}[g.pick(3)])
	default:
		return false
	}
	return true
}

// flawed are words for a value on top, by its type, that do not take it.
var flawed = map[typ][]string{
	intT:    {"string.length drop", "not drop", "1.0 f.+ drop", "[ ] [ ] if", "list.make swap chan.send drop", "call", "float->string drop", "Inner-a drop", "foo"},
	boolT:   {"1 i.+ drop", "int->string drop", "f.sqrt drop", "[ 1 ] [ ] if drop", "insert drop"},
	floatT:  {"1 i.+ drop", "int->string drop", "dup i.< drop", "string.length drop", "-1 pick drop", ">aux"},
	stringT: {"1 i.+ drop", "f.sqrt drop", "dup i.= drop", "match Dot -> Line -> drop Box -> 3drop end", "aux> drop"},
	unionT:  {"1 i.+ drop", "string.length drop", "scaled drop", "match Dot -> Line -> drop end", "match Dot -> 1 Line -> Box { } -> end drop", "Record-n drop"},
	innerT:  {"1 i.+ drop", "match Dot -> Line -> drop Box -> 3drop end", "is-Dot? drop", "match Inner { >c } -> drop end"},
	treeT:   {"1 i.+ drop", "Record-n drop", "moved drop", "1.5 insert drop"},
}

// flawHere writes the flaw in place of a statement if it is this one's turn and the checker
// knows the types here.
func (g *generator) flawHere(s []typ) bool {
	if g.Flaw == 0 || g.flaws > 0 || !g.seen() || g.vague || g.loops > 0 || len(s) == 0 || flawed[s[len(s)-1]] == nil {
		return false
	}
	if g.Flaw--; g.Flaw > 0 {
		return false
	}
	words := flawed[s[len(s)-1]]
	fmt.Fprintf(g.b, " dup %s", words[g.pick(len(words))])
	g.flaws++
	g.Flaw = 0
	return true
}
