package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// typ is a type of generated programs.
type typ string

const (
	intT    typ = "Int"
	boolT   typ = "Bool"
	floatT  typ = "Float"
	stringT typ = "String"
	unionT  typ = "Shape"
	innerT  typ = "Inner" // a union with one variant
	recordT typ = "Record"
	quotT   typ = "[ Int -- Int ]"
	treeT   typ = "Tree"
	listT   typ = "Variant" // of Ints
)

var allTypes = []typ{intT, intT, intT, boolT, floatT, stringT, unionT, innerT, recordT, recordT, treeT, quotT, listT, listT}

type word struct {
	name    string
	in, out []typ
}

type generator struct {
	r      *rand.Rand
	b      *strings.Builder
	words  []word
	depth  int
	quoted int  // enclosing quotations whose stack the checker does not see
	blind  bool // the checker knows no types here: nothing can be captured
	vague  bool // the checker may not know all types here
	loops  int  // enclosing quotations of list words
	size   int
	forms  []form // forms; here, since they come back to the generator
	Options
	flaws int // that have been written
}

// Options says what programs are generated.
type Options struct {
	// Errors makes some values be of another type than the checker takes them for, and spreads
	// the program over many lines: many programs end in a run-time error.
	Errors bool
	// Flaw is the number of the statement, from 1, in whose place something stands that does
	// not type check; 0: none. Programs with fewer statements have no flaw.
	Flaw int
	// Classic keeps to what a classic program can say as well, see AsClassic.
	Classic bool
}

// Generate returns a random program that type checks, unless the options say otherwise, and
// ends. The same seeds and options give the same program; flawed tells whether it has
// the flaw.
func Generate(seed1, seed2 uint64, o Options) (text string, flawed bool) {
	g := &generator{r: rand.New(rand.NewPCG(seed1, seed2)), b: new(strings.Builder), forms: forms, Options: o}
	g.b.WriteString("union Shape { Dot  Line { len: Int }  Box { w: Int, h: Int, name: String } }\n")
	g.b.WriteString("union Inner { Inner { a: Int, b: Float } }\nunion Record { Record { n: Int, shape: Shape, in: Inner } }\n")
	g.b.WriteString(": scaled ( Inner -- Inner ) match Inner -> 2.0 f.* swap 1 i.+ swap Make-Inner end ;\n")
	g.b.WriteString(": moved ( Record Int -- Record ) swap match Record -> scaled 3 roll 3 roll i.+ rot rot Make-Record end ;\n")
	g.b.WriteString(": apply ( Int [ Int -- Int ] -- Int ) call ;\n: twice ( ..a [ ..a -- ..a ] -- ..a ) dup >aux call aux> call ;\n")
	g.b.WriteString(": doubled ( Variant -- Variant ) [ 2 i.* ] list.map [ 100 i.< ] list.filter ;\n")
	if g.Classic {
		g.b.WriteString(": maybe ( ..a Bool [ ..a -- ..a ] -- ..a ) swap [ call ] [ drop ] if ;\n")
	} else {
		g.b.WriteString(": maybe ( ..a Bool [ ..a -- ..a ] -- ..a ) [ ] if ;\n")
	}
	g.b.WriteString("union Tree { Leaf  Node { left: Tree, key: Int, right: Tree } }\n")
	g.b.WriteString(": insert ( Tree Int -- Tree )\n  swap match Leaf -> Make-Leaf swap Make-Leaf Make-Node\n")
	g.b.WriteString("  Node -> 3 pick 2 pick i.< [ rot 3 roll insert rot rot Make-Node ] [ 3 pick 2 pick i.> [ 3 roll insert Make-Node ] [ Make-Node nip ] if ] if end ;\n")
	g.b.WriteString(": write-tree ( Tree -- ) match Leaf -> \".\" io.write Node -> rot \"(\" io.write write-tree swap int->string io.write write-tree \")\" io.write end ;\n")
	g.b.WriteString(flowWords)
	g.sweep()
	for i := range 1 + g.r.IntN(5) {
		g.word(i)
	}
	g.main()
	text = g.b.String()
	if g.Errors {
		text = g.spread(text)
	}
	return text, g.flaws > 0
}

// spread puts line ends in place of some blanks; there are none in the strings of programs. Unions stay
// as they are: a field has its type in its line.
func (g *generator) spread(text string) string {
	b := []byte(text)
	for i := strings.Index(text, flowWords); i < len(b); i++ {
		switch {
		case b[i] == ':' && b[i+1] == ' ': // the effect stands in the line of the name
			i += strings.IndexByte(text[i:], ')')
		case b[i] == ' ' && g.pick(6) == 0:
			b[i] = '\n'
		}
	}
	return string(b)
}

// sweep writes the word pairs, which gets each of three Records of a list, hands it
// with the list to a loop over others, and puts it back. Some of the loops come across
// that Record in the list, some do not.
func (g *generator) sweep() {
	g.b.WriteString(": sweep ( Variant Record Int -- Variant Record )\n  dup 3 i.>= [ drop ] [")
	for range 1 + g.pick(3) {
		switch at := []string{"dup", "dup", "0", "1", "2", "dup 2 swap i.-"}[g.pick(6)]; g.pick(4) {
		case 0:
			g.b.WriteString(" swap 2 moved swap")
		case 1: // look at one
			fmt.Fprintf(g.b, " 2 pick %s list.get drop Record-n rot swap moved swap", strings.Replace(at, "dup", "over", 1))
		case 2: // change one
			fmt.Fprintf(g.b, " rot over 2dup list.get drop 3 moved list.set drop rot rot")
		case 3: // change it by another one
			fmt.Fprintf(g.b, " rot %s 2dup list.get drop 4 pick Record-n moved list.set drop rot rot", []string{"0", "1", "over"}[g.pick(3)])
		}
	}
	fmt.Fprintf(g.b, " %s sweep ] if\n;\n", []string{"1 i.+", "1 i.+", "2 i.+", "dup 1 i.= [ 2 i.+ ] [ 1 i.+ ] if"}[g.pick(4)])
	g.b.WriteString(": pairs ( Variant Int -- Variant )\n  dup 3 i.= [ drop ] [\n    2dup list.get drop ")
	fmt.Fprintf(g.b, "%s 3 roll rot rot sweep 2 pick swap list.set drop swap 1 i.+ pairs\n  ] if\n;\n", []string{"over 1 i.+", "over 1 i.+", "over", "over 2 i.+", "0", "2"}[g.pick(6)])
}

func (g *generator) pick(n int) int { return g.r.IntN(n) }

func (g *generator) types(most int) []typ {
	var list []typ
	for range g.pick(most + 1) {
		list = append(list, allTypes[g.pick(len(allTypes))])
	}
	return list
}

func join(list []typ) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(" " + string(t))
	}
	return b.String()
}

func (g *generator) word(i int) {
	g.blind, g.vague = false, false
	w := word{name: fmt.Sprintf("w%d", i), in: g.types(4), out: g.types(3)}
	if n := len(w.out); n > 0 && w.out[n-1] == quotT {
		w.out = append(w.out, intT) // a quotation on top would be what every literal of the word is taken for
	}
	if g.pick(3) == 0 { // a loop: the Int on top counts down
		w.in = append(w.in, intT)
		rest := w.in[:len(w.in)-1]
		fmt.Fprintf(g.b, ": %s (%s --%s )\n  dup 0 i.<= [ drop", w.name, join(w.in), join(w.out))
		g.adjust(slices.Clone(rest), w.out)
		g.b.WriteString(" ] [ dup 12 i.> [ drop 12 ] [ ] if 1 i.- >aux")
		g.size = 12
		s := g.statements(slices.Clone(rest), 1+g.pick(8))
		g.adjust(s, rest)
		fmt.Fprintf(g.b, " aux> %s ] if\n;\n", w.name)
	} else {
		fmt.Fprintf(g.b, ": %s (%s --%s )\n ", w.name, join(w.in), join(w.out))
		g.size = 25
		s := g.statements(slices.Clone(w.in), 2+g.pick(14))
		g.adjust(s, w.out)
		g.b.WriteString("\n;\n")
	}
	g.words = append(g.words, w)
}

func (g *generator) main() {
	result := g.pick(2)
	g.b.WriteString([]string{": main ( -- )\n", ": main ( -- Int )\n"}[result])
	for start := range 3 { // before anything has looked at the elements
		g.b.WriteString(" list.make")
		for i := range 3 {
			g.literal(recordT)
			fmt.Fprintf(g.b, " %d moved list.push", i)
		}
		lists := 1 + g.pick(2) // one of them as it was
		fmt.Fprintf(g.b, "%s %d pairs", []string{"", " dup"}[lists-1], start)
		for range lists {
			g.b.WriteString(" [")
			g.print(recordT)
			g.b.WriteString(" ] list.each")
		}
		g.b.WriteString("\n")
	}
	for _, w := range g.words {
		for range 2 {
			g.b.WriteString(" ")
			for _, t := range w.in {
				g.literal(t)
			}
			fmt.Fprintf(g.b, " %s", w.name)
			for i := len(w.out) - 1; i >= 0; i-- {
				g.print(w.out[i])
			}
			g.b.WriteString("\n")
		}
	}
	if result == 1 {
		g.literal(intT)
		g.b.WriteString([]string{"", " [ ] call", " list.make [ 3 i.+ ] list.push 0 list.get drop call", " cast"}[g.pick(4)])
	}
	g.b.WriteString(";\n")
}

// print consumes the value on top and writes it.
func (g *generator) print(t typ) {
	switch t {
	case intT:
		g.b.WriteString(" int->string io.write-line")
	case boolT:
		g.b.WriteString(` [ "yes" ] [ "no" ] if io.write-line`)
	case floatT:
		g.b.WriteString(" float->string io.write-line")
	case stringT:
		g.b.WriteString(" io.write-line")
	case unionT:
		g.b.WriteString(` match Dot -> "dot" Line -> int->string Box { >h >name } -> swap int->string string.concat end io.write-line`)
	case innerT:
		g.b.WriteString(" dup Inner-a int->string io.write Inner-b float->string io.write-line")
	case recordT:
		g.b.WriteString(" dup Record-n int->string io.write dup Record-in")
		g.print(innerT)
		g.b.WriteString(" Record-shape")
		g.print(unionT)
	case treeT:
		g.b.WriteString(" write-tree \"\" io.write-line")
	case quotT:
		call := "call"
		if g.loops > 0 { // as in forms: the stack is to be known in a literal that captures
			call = "apply"
		}
		fmt.Fprintf(g.b, " 7 swap %s int->string io.write-line", call)
	case listT:
		g.b.WriteString(" [ int->string io.write ] list.each \"\" io.write-line")
	}
}

// literal pushes a value of a type.
func (g *generator) literal(t typ) {
	if g.hole(t) {
		return
	}
	switch t {
	case intT:
		fmt.Fprintf(g.b, " %d", []int64{0, 1, 2, -1, 3, 7, 100, -5, 1 << 40, 12}[g.pick(10)])
	case floatT:
		g.b.WriteString([]string{" 0.0", " 1.5", " -2.25", " 1e300", " 0.0 0.0 f./", " 3.0"}[g.pick(6)])
	case boolT:
		g.b.WriteString([]string{" true", " false"}[g.pick(2)])
	case stringT:
		fmt.Fprintf(g.b, " %q", []string{"", "a", "xyz", "é"}[g.pick(4)])
	case unionT:
		g.b.WriteString([]string{" Make-Dot", " 4 Make-Line", ` 2 3 "b" Make-Box`}[g.pick(3)])
	case innerT:
		g.b.WriteString([]string{" 1 2.5 Make-Inner", " -3 0.5 Make-Inner"}[g.pick(2)])
	case recordT:
		g.b.WriteString([]string{" 1 Make-Dot 2 1.5 Make-Inner Make-Record", ` 7 1 2 "r" Make-Box 5 0.25 Make-Inner Make-Record`}[g.pick(2)])
	case treeT:
		g.b.WriteString([]string{" Make-Leaf", " Make-Leaf 4 Make-Leaf Make-Node", " Make-Leaf 4 insert 2 insert 6 insert 5 insert"}[g.pick(3)])
	case quotT:
		g.b.WriteString([]string{" [ 1 i.+ ]", " [ dup i.* ]", " [ ]", " [ 0 i.> [ 1 ] [ 2 ] if ]"}[g.pick(4)])
	case listT:
		g.b.WriteString([]string{" list.make", " list.make 3 list.push", " list.make 1 list.push 5 list.push -2 list.push", " list.make 3 list.push 1 list.push -4 list.push 1 list.push 5 list.push -9 list.push"}[g.pick(4)])
	}
}

// adjust brings a stack to another one: it drops to what both have below in
// common and pushes the rest.
func (g *generator) adjust(s, want []typ) {
	n := 0
	for n < len(s) && n < len(want) && s[n] == want[n] {
		n++
	}
	for range len(s) - n {
		g.b.WriteString(" drop")
	}
	for _, t := range want[n:] {
		g.literal(t)
	}
}

func (g *generator) has(s []typ, want ...typ) bool {
	return len(s) >= len(want) && slices.Equal(s[len(s)-len(want):], want)
}

// quotation is nested in a quotation that a word runs.
func (g *generator) quotation(s []typ) []typ {
	g.quoted++
	g.vague = true // a pick in it may have fetched what the checker does not see there
	defer func() { g.quoted-- }()
	return g.nested(s)
}

// statements writes up to n random statements and returns the stack behind.
func (g *generator) statements(s []typ, n int) []typ {
	for range n {
		if g.size--; g.size < 0 {
			return s
		}
		s = g.statement(s)
	}
	return s
}

func (g *generator) nested(s []typ) []typ {
	g.depth++
	defer func() { g.depth-- }()
	return g.statements(slices.Clone(s), g.pick(5))
}

// seen tells whether the checker knows the types of the stack.
func (g *generator) seen() bool { return g.quoted == 0 && !g.blind }

// of chooses by that.
func (g *generator) of(unseen, seen int) int {
	if g.seen() {
		return seen
	}
	return unseen
}

func (g *generator) statement(s []typ) []typ {
	if g.flawHere(s) {
		return s
	}
	if g.pick(5) == 0 {
		if left, ok := g.flow(s); ok {
			return left
		}
	}
	if g.has(s, listT) && g.pick(2) == 0 { // updates, of copies too
		return g.push(s, []string{"7 list.push", "0 42 list.set drop", "dup 5 list.push list.length list.push", "dup 0 1 list.set drop 0 [ i.+ ] list.fold list.push", "dup doubled drop", "dup doubled swap 3 list.push drop",
			"dup list.reverse swap drop", "dup 0.5 list.push list.length list.push", "dup 1 2.5 list.set drop list.length list.push"}[g.pick(9)], 1, listT)
	}
	if g.has(s, treeT) && g.pick(2) == 0 {
		switch g.pick(3) {
		case 0:
			return g.push(s, fmt.Sprintf("%d insert", g.pick(9)), 1, treeT)
		case 1:
			return g.push(s, "dup 3 insert", 0, treeT)
		}
		if g.depth < maxDepth {
			return g.rebuilt(s[:len(s)-1], treeT, "match Leaf -> Make-Leaf Node ->", "Make-Node", treeT, intT, treeT)
		}
	}
	if (g.has(s, recordT) || g.has(s, innerT)) && g.pick(2) == 0 {
		return g.record(s)
	}
	choice := g.pick(choices)
	if i := slices.IndexFunc(g.forms, func(f form) bool { return f.fits(g, choice, s) }); i >= 0 {
		return g.write(&g.forms[i], s)
	}
	return s
}

// rebuilt takes the value on top, which s is without, apart, does something, and makes
// another one of what is left.
func (g *generator) rebuilt(s []typ, t typ, match, constructor string, fields ...typ) []typ {
	want := append(slices.Clone(s), fields...)
	change := func() { g.adjust(g.nested(want), want) }
	g.b.WriteString(" " + match)
	change()
	if g.pick(3) == 0 { // in branches
		g.b.WriteString(` "a" string.length ` + []string{"1", "2"}[g.pick(2)] + " i.= [")
		change()
		g.b.WriteString(" " + constructor + " ] [")
		change()
		g.b.WriteString(" " + constructor + " ] if end")
	} else {
		g.b.WriteString(" " + constructor + " end")
	}
	return append(slices.Clone(s), t)
}

// record does something with the record on top: makes a changed one of it, of a
// copy, or of one in a list that others may hold as well.
func (g *generator) record(s []typ) []typ {
	if g.has(s, listT, innerT) && g.seen() { // a field in a loop
		return g.push(s, []string{"match Inner -> drop [ i.+ ] list.map end", "match Inner -> float->string drop [ i.+ 100 i.< ] list.filter end"}[g.pick(2)], 2, listT)
	}
	if g.has(s, innerT) {
		switch g.pick(5) {
		case 0:
			return g.push(s, "dup Inner-a", 0, intT)
		case 1:
			return g.push(s, "match Inner -> swap 3 i.* swap Make-Inner end", 1, innerT)
		case 2:
			return g.push(s, "dup match Inner -> 1.5 f.+ Make-Inner end", 0, innerT)
		}
		if g.pick(2) == 0 && g.depth < maxDepth {
			return g.rebuilt(s[:len(s)-1], innerT, "match Inner ->", "Make-Inner", intT, floatT)
		}
		return g.push(s, "scaled", 1, innerT)
	}
	const changed = "match Record -> scaled rot 1 i.+ rot rot Make-Record end"
	switch g.pick(16) {
	case 11, 12:
		if g.depth < maxDepth {
			return g.rebuilt(s[:len(s)-1], recordT, "match Record ->", "Make-Record", intT, unionT, innerT)
		}
	case 13:
		return g.push(s, "list.make over 1 moved list.push over list.push swap 2 moved list.push 0 pairs dup 1 list.get drop swap 0 list.get drop", 1, recordT, recordT)
	case 14:
		return g.push(s, "list.make over 1 moved list.push over 5 moved list.push swap 2 moved list.push 1 pairs dup 0 pairs 1 list.get drop swap 2 list.get drop", 1, recordT, recordT)
	case 0:
		return g.push(s, changed, 1, recordT)
	case 1:
		return g.push(s, "dup "+changed, 0, recordT)
	case 2:
		return g.push(s, "dup Record-in", 0, innerT)
	case 3:
		return g.push(s, "dup Record-n over Record-in", 0, intT, innerT)
	case 4:
		return g.push(s, "match Record { >in >n } -> swap end", 1, intT, innerT)
	case 5:
		return g.push(s, "5 moved", 1, recordT)
	case 6:
		return g.push(s, "dup 2 moved swap Record-in", 1, recordT, innerT)
	case 7: // nobody else holds the list
		return g.push(s, "list.make swap list.push dup 0 list.get drop 3 moved 0 swap list.set drop 0 list.get drop", 1, recordT)
	case 8: // a copy of it is kept
		return g.push(s, "list.make swap list.push dup dup 0 list.get drop "+changed+" 0 swap list.set drop 0 list.get drop swap 0 list.get drop", 1, recordT, recordT)
	case 9:
		return g.push(s, "dup list.make swap list.push [ 1 moved ] list.map 0 list.get drop", 0, recordT)
	case 10:
		return g.push(s, "dup list.make swap list.push swap list.push dup [ "+changed+" ] list.map 1 list.get drop swap 0 list.get drop", 1, recordT, recordT)
	}
	return g.push(s, "dup Record-in scaled swap match Record -> drop rot Make-Record end", 1, recordT)
}

func (g *generator) conditional(s []typ) []typ {
	g.b.WriteString(" [")
	left := g.nested(s)
	g.b.WriteString(" ] [")
	other := g.nested(s)
	g.adjust(other, left)
	g.b.WriteString(" ] if")
	return left
}

func (g *generator) match(s []typ) []typ {
	g.b.WriteString(" match Dot ->")
	left := g.nested(s)
	g.b.WriteString(" Line ->")
	g.adjust(g.nested(append(slices.Clone(s), intT)), left)
	g.b.WriteString(" Box { >name >w } ->")
	g.adjust(g.nested(append(slices.Clone(s), stringT, intT)), left)
	g.b.WriteString(" end")
	return left
}

func (g *generator) cond(s []typ) []typ {
	if len(s) == 0 || s[len(s)-1] != intT {
		return s
	}
	g.b.WriteString(" [ dup 2 i.< ] [")
	left := g.nested(s)
	g.b.WriteString(" ] [ dup 10 i.< ] [")
	g.adjust(g.nested(s), left)
	g.b.WriteString(" ] [ true ] [")
	g.adjust(g.nested(s), left)
	g.b.WriteString(" ] 3 cond")
	return left
}
