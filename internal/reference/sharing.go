package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Programs about who holds what: lists in lists and maps, of which parts are fetched, changed and put back,
// while others may hold them. The evaluator changes nothing in place, so it cannot take a value
// for one that nobody else holds.

// holding is a kind of value of these programs; its text is the type that words declare.
type holding struct {
	declared string
	print    string   // takes it
	literals []string // leave one
}

const (
	number  = iota
	numbers // a list of Ints
	rows    // a list of such lists
	groups  // a map of Ints to such lists
	counts  // a map of Ints to Ints
	nested  // a map of Ints to such maps
	held    // a list of an Int, numbers and groups
	chain   // a value of a union
	chains  // a list of such values
	text
)

var holdings = []holding{
	number:  {"Int", "write-int", []string{"0", "1", "2", "3", "1099511627776"}},
	numbers: {"Variant", "write-numbers", []string{"list.make", "list.make 3 list.push", "list.make 1 list.push 5 list.push -2 list.push"}},
	rows:    {"Variant", "write-rows", []string{"list.make", "list.make list.make 4 list.push list.push", "list.make list.make 4 list.push dup rot swap list.push swap 5 list.push list.push list.make list.push"}},
	groups:  {"Variant", "write-groups", []string{"map.make", "map.make 1 list.make 6 list.push map.set", "map.make list.make 7 list.push dup rot swap 0 swap map.set swap 2 swap map.set 1 list.make map.set"}},
	counts:  {"Variant", "write-counts", []string{"map.make", "map.make 1 5 map.set", "map.make 0 1 map.set 2 8 map.set"}},
	nested:  {"Variant", "write-nested", []string{"map.make", "map.make 1 map.make 1 5 map.set map.set", "map.make 0 map.make map.set 2 map.make 2 3 map.set map.set"}},
	held:    {"Variant", "write-held", []string{"2 list.make 1 list.push map.make 1 list.make 3 list.push map.set make-held"}},
	chain:   {"Chain", "write-chain", []string{"Make-End", "4 Make-End Make-Link", "1 2 3 Make-End Make-Link Make-Link Make-Link"}},
	chains:  {"Variant", "write-chains", []string{"list.make", "list.make 6 Make-End Make-Link list.push", "list.make 6 7 Make-End Make-Link Make-Link dup rot swap list.push swap list.push Make-End list.push"}},
	text:    {"String", "write-text", []string{`""`, `"a"`, `"a longer text than fits a value" "." string.concat`}},
}

const sharingWords = `union Chain { End Link { head: Int, tail: Chain } }
: write-chain ( Chain -- ) match End -> ";" io.write Link -> swap write-int write-chain end ;
: write-chains ( Variant -- ) [ write-chain ] list.each "." io.write ;
: head-of ( Chain -- Int ) match End -> 0 Link { >head } -> end ;
: raised ( Chain -- Chain ) match End -> Make-End Link -> swap 1 i.+ swap Make-Link end ;
: all-raised ( Chain -- Chain ) match End -> Make-End Link -> all-raised swap 1 i.+ swap Make-Link end ;
: sum-of ( Chain -- Int ) match End -> 0 Link -> sum-of i.+ end ;
: write-int ( Int -- ) int->string io.write " " io.write ;
: write-numbers ( Variant -- ) [ write-int ] list.each ";" io.write ;
: write-rows ( Variant -- ) [ write-numbers ] list.each "." io.write ;
: write-counts ( Variant -- ) [ swap write-int write-int ] map.each ";" io.write ;
: write-groups ( Variant -- ) [ swap write-int write-numbers ] map.each "." io.write ;
: write-nested ( Variant -- ) [ swap write-int write-counts ] map.each "." io.write ;
: make-held ( Int Variant Variant -- Variant ) rot list.make swap list.push rot list.push swap list.push ;
: write-held ( Variant -- ) dup 0 list.get drop write-int dup 1 list.get drop write-numbers 2 list.get drop write-groups ;
: apply ( Int [ Int -- Int ] -- Int ) call ;
: feed ( W Variant -- W | Yield Variant ) 1 list.push dup rot swap yield drop swap feed ;
: total ( Variant Int -- Int ) dup 0 i.<= [ nip ] [ 1 i.- 2dup list.get drop >aux total aux> i.+ ] if ;
: even-sum ( Variant Int -- Int ) 2dup swap list.length i.>= [ drop drop 0 ] [ 2dup list.get drop >aux 1 i.+ odd-sum aux> i.+ ] if ;
: odd-sum ( Variant Int -- Int ) 2dup swap list.length i.>= [ drop drop 0 ] [ 1 i.+ even-sum ] if ;
: grown ( Variant Int -- Variant ) dup 0 i.<= [ drop ] [ dup 1 i.= [ swap 9 list.push swap ] [ ] if 1 i.- grown ] if ;
: sized ( Variant Variant Int -- Int ) dup 0 i.> [ 1 i.- sized ] [ drop 8 list.push list.length swap list.length 10 i.* i.+ ] if ;
: swapped ( Variant Variant Int -- Int ) dup 0 i.> [ 1 i.- >aux swap aux> swapped ] [ drop 8 list.push list.length swap list.length 10 i.* i.+ ] if ;
: behind ( Variant Int -- Int ) dup 0 i.<= [ drop 4 list.push list.length ] [ over over 1 i.- behind >aux drop list.length aux> i.+ ] if ;
: present ( Variant Int -- Int ) dup 0 i.<= [ drop map.size ] [ 2dup map.has? [ 2dup map.get drop drop ] [ ] if 1 i.- present ] if ;
: known-later ( Int -- Int ) dup 3 i.> [ 3 i.- known-later ] [ ] if ;
: passed ( Variant Int -- Variant Int ) dup 2 i.> [ 1 i.- passed ] [ dup 0 i.> [ 1 i.- passed 1 i.+ ] [ ] if ] if ;
`

// exchange is a statement that takes what is on top and leaves something else; # in the text stands for a key.
type exchange struct {
	takes  []int
	text   string
	leaves []int
}

var exchanges = []exchange{
	{[]int{number}, "1 i.+", []int{number}},
	{[]int{number, number}, "i.+", []int{number}},
	{[]int{numbers}, "7 list.push", []int{numbers}},
	{[]int{numbers}, "# 9 list.set drop", []int{numbers}},
	{[]int{numbers}, "dup list.length list.push", []int{numbers}},
	{[]int{numbers}, "[ 2 i.* ] list.map", []int{numbers}},
	{[]int{numbers}, "dup [ 2 i.> ] list.filter", []int{numbers, numbers}},
	{[]int{numbers}, "dup [ list.push ] list.fold", []int{numbers}},
	{[]int{numbers}, "dup [ i.+ ] 0 swap list.fold", []int{numbers, number}},
	{[]int{numbers}, "dup # list.get drop", []int{numbers, number}},
	{[]int{numbers}, "dup dup list.length total", []int{numbers, number}},
	{[]int{numbers}, "dup 0 even-sum", []int{numbers, number}},
	{[]int{numbers}, "# grown", []int{numbers}},
	{[]int{numbers}, "dup 2 grown", []int{numbers, numbers}},
	{[]int{numbers}, "dup 1 sized", []int{number}},
	{[]int{numbers}, "dup dup 1 sized", []int{numbers, number}},
	{[]int{numbers, numbers}, "2dup 1 sized", []int{numbers, numbers, number}},
	{[]int{numbers, numbers}, "2dup # swapped", []int{numbers, numbers, number}},
	{[]int{numbers}, "dup list.make 4 list.push # swapped", []int{numbers, number}},
	{[]int{numbers}, "dup list.make 4 list.push swap # swapped", []int{numbers, number}},
	{[]int{numbers}, "dup 2 behind", []int{numbers, number}},
	{[]int{numbers}, "3 passed", []int{numbers, number}},
	{[]int{numbers}, "dup 3 passed", []int{numbers, numbers, number}},
	{[]int{numbers}, "dup 3 swap [ list.length i.+ ] apply", []int{numbers, number}},
	{[]int{numbers}, "dup 3 swap [ 5 list.push list.length i.+ ] apply", []int{numbers, number}},
	{[]int{numbers, numbers}, "dup >aux [ swap list.push list.length ] list.map aux>", []int{numbers, numbers}},
	{[]int{numbers}, "dup >aux [ 1 i.+ ] list.map aux>", []int{numbers, numbers}},
	{[]int{numbers}, "list.make swap list.push", []int{rows}},
	{[]int{numbers}, "dup list.make swap list.push over list.push", []int{numbers, rows}},
	{[]int{numbers}, "dup chan.make [ 2dup chan.send drop ] strand.spawn drop swap 5 list.push swap chan.receive drop", []int{numbers, numbers, numbers}},
	{[]int{numbers}, "dup [ drop swap feed drop ] strand.weave list.make strand.resume drop swap list.make strand.resume drop swap strand.weave-cancel", []int{numbers, numbers, numbers, numbers}},
	{[]int{rows, numbers}, "list.push", []int{rows}},
	{[]int{rows, numbers}, "# swap list.set drop", []int{rows}},
	{[]int{rows}, "dup # list.get [ ] [ drop list.make ] if", []int{rows, numbers}},
	{[]int{rows}, "[ 3 list.push ] list.map", []int{rows}},
	{[]int{rows}, "dup [ 3 list.push ] list.map", []int{rows, rows}},
	{[]int{rows}, "dup list.make [ list.push ] list.fold", []int{rows, rows}},
	{[]int{rows}, "dup list.make [ [ list.push ] list.fold ] list.fold", []int{rows, numbers}},
	{[]int{groups, numbers}, "# swap map.set", []int{groups}},
	{[]int{groups, numbers}, "2dup 0 swap map.set rot 1 3 pick map.set rot", []int{groups, groups, numbers}},
	{[]int{groups}, "dup # map.get [ ] [ drop list.make ] if", []int{groups, numbers}},
	{[]int{groups}, "# map.remove", []int{groups}},
	{[]int{groups}, "dup map.values", []int{groups, rows}},
	{[]int{groups}, "dup map.keys", []int{groups, numbers}},
	{[]int{groups}, "dup # present", []int{groups, number}},
	{[]int{groups}, "dup map.make [ 6 list.push map.set ] map.fold", []int{groups, groups}},
	{[]int{groups}, "dup 0 [ list.length i.+ nip ] map.fold", []int{groups, number}},
	{[]int{groups}, "dup # map.get [ 1 list.push ] [ drop list.make ] if # swap map.set", []int{groups}},
	{[]int{counts}, "dup # map.get [ 1 i.+ ] [ drop 1 ] if # swap map.set", []int{counts}},
	{[]int{counts, number}, "2dup map.get [ 1 i.+ ] [ drop 1 ] if map.set", []int{counts}},
	{[]int{counts}, "dup map.size", []int{counts, number}},
	{[]int{counts}, "dup map.keys", []int{counts, numbers}},
	{[]int{nested, counts}, "# swap map.set", []int{nested}},
	{[]int{nested}, "dup # map.get [ ] [ drop map.make ] if", []int{nested, counts}},
	{[]int{number, numbers, groups}, "make-held", []int{held}},
	{[]int{chain}, "7 swap Make-Link", []int{chain}},
	{[]int{chain}, "raised", []int{chain}},
	{[]int{chain}, "all-raised", []int{chain}},
	{[]int{chain}, "match End -> Make-End Link -> nip end", []int{chain}},
	{[]int{chain}, "dup match End -> Make-End Link -> nip end", []int{chain, chain}},
	{[]int{chain}, "dup match End -> Make-End Link -> nip end swap raised swap head-of", []int{chain, number}},
	{[]int{chain}, "dup match End -> Make-End Link -> nip end swap all-raised swap sum-of", []int{chain, number}},
	{[]int{chain}, "dup sum-of", []int{chain, number}},
	{[]int{chain}, "dup match End -> 3 Link -> head-of i.+ end", []int{chain, number}},
	{[]int{chain}, "match End -> 0 Make-End Link -> end 5 swap Make-Link", []int{number, chain}},
	{[]int{chain}, "match End -> 0 Make-End Link -> end over swap Make-Link", []int{number, chain}},
	{[]int{chains, chain}, "list.push", []int{chains}},
	{[]int{chains, chain}, "# swap list.set drop", []int{chains}},
	{[]int{chains}, "dup # list.get [ ] [ drop Make-End ] if", []int{chains, chain}},
	{[]int{chains}, "dup # list.get [ head-of ] [ drop 9 ] if", []int{chains, number}},
	{[]int{chains}, "dup # list.get [ sum-of ] [ drop 9 ] if", []int{chains, number}},
	{[]int{chains}, "dup Make-End list.push # list.get [ sum-of ] [ drop 9 ] if", []int{chains, number}},
	{[]int{chains}, "dup # list.get [ match End -> 0 Link -> swap >aux @ swap list.set drop aux> end ] [ drop 8 ] if", []int{chains, number}},
	{[]int{chains}, "dup # list.get [ match End -> 0 Link -> swap >aux @ swap list.set drop aux> end over # list.get [ Make-Link @ swap list.set drop ] [ drop drop ] if ] [ drop ] if", []int{chains}},
	{[]int{chains}, "dup # list.get [ match End -> Link -> nip @ swap list.set drop end ] [ drop ] if", []int{chains}},
	{[]int{chains}, "dup # list.get [ ] [ drop Make-End ] if swap dup @ list.get [ raised ] [ drop Make-End ] if @ swap list.set drop swap sum-of", []int{chains, number}},
	{[]int{chains}, "dup # list.get [ match End -> # Make-End list.set drop 0 Link -> nip all-raised sum-of end ] [ drop 8 ] if", []int{chains, number}},
	{[]int{chains}, "0 [ all-raised sum-of i.+ ] list.fold", []int{number}},
	{[]int{chains}, "0 [ sum-of i.+ ] list.fold", []int{number}},
	{[]int{chains}, "[ all-raised ] list.map", []int{chains}},
	{[]int{chains}, "dup [ raised ] list.map", []int{chains, chains}},
	{[]int{chains}, "dup 0 [ sum-of i.+ ] list.fold", []int{chains, number}},
	{[]int{chains}, "dup list.make [ raised list.push ] list.fold", []int{chains, chains}},
	{[]int{rows}, "dup # list.get [ # list.get drop ] [ drop 3 ] if", []int{rows, number}},
	{[]int{rows}, "dup # list.get [ dup list.length write-int ] [ drop list.make ] if 7 list.push", []int{rows, numbers}},
	{[]int{rows}, "dup list.make [ nip dup list.length write-int ] list.fold 7 list.push", []int{rows, numbers}},
	{[]int{held}, "dup 2 list.get drop swap dup 2 list.get drop # map.remove rot map.size >aux 2 swap list.set drop aux>", []int{held, number}},
	{[]int{rows}, "dup # list.get [ ] [ drop list.make ] if swap dup @ list.get [ 3 list.push ] [ drop list.make ] if @ swap list.set drop swap list.length", []int{rows, number}},
	{[]int{held}, "dup 1 list.get drop", []int{held, numbers}},
	{[]int{held}, "dup 2 list.get drop", []int{held, groups}},
	{[]int{held}, "dup 0 list.get drop swap dup 1 list.get drop swap 2 list.get drop", []int{number, numbers, groups}},
	{[]int{held}, "dup dup 1 list.get drop 6 list.push 1 swap list.set drop dup 2 list.get drop 1 list.make 4 list.push map.set 2 swap list.set drop", []int{held, held}},
	{[]int{text}, `"bc" string.concat`, []int{text}},
	{[]int{text}, "dup string.concat dup string.length 200 i.> [ drop \"\" ] [ ] if", []int{text}},
	{[]int{text}, `dup "de" string.concat`, []int{text, text}},
	{[]int{text}, "dup string.length", []int{text, number}},
	{[]int{text, number}, "int->string string.concat", []int{text}},
}

// update is a statement that fetches a part of what is on top.
type update struct {
	takes       []int
	get         string // behind it, the part is on top if there is one, else 0
	part        int
	put, absent string
	leaves      []int
}

// updates fetch a part, change it and put it back; # is a key, @ one that often is the same, and ? one
// like that of which the compiler does not know what it is. Mostly both ways put something there: else no part moves out.
var updates = []update{
	{[]int{groups, number}, "2dup map.get", numbers, "map.set", "drop list.make map.set", []int{groups}},
	{[]int{groups, number}, "2dup map.get", numbers, "", "drop list.make", []int{groups, number, numbers}},
	{[]int{groups}, "dup # map.get", numbers, "@ swap map.set", "drop", []int{groups}},
	{[]int{groups}, "dup # map.get", numbers, "@ swap map.set @ list.make map.set", "drop @ list.make map.set", []int{groups}},
	{[]int{groups}, "dup # map.get", numbers, "swap @ map.remove swap", "drop list.make", []int{groups, numbers}},
	{[]int{groups}, "dup # dup rot swap map.get", numbers, "swap drop @ swap map.set", "drop drop", []int{groups}},
	{[]int{groups, number}, "over # map.get", numbers, "map.set", "drop list.make map.set", []int{groups}},
	{[]int{groups, number}, "2dup map.get", numbers, "nip # swap map.set", "drop list.make map.set", []int{groups}},
	{[]int{groups, number}, "2dup map.get", numbers, "swap 1 i.+ swap map.set", "drop list.make map.set", []int{groups}},
	{[]int{groups}, "dup # map.get", numbers, "over ? map.get [ list.length write-int ] [ drop ] if # swap map.set", "drop # list.make map.set", []int{groups}},
	{[]int{groups, number}, "2dup map.get", numbers, "2 pick ? map.get [ list.length write-int ] [ drop ] if map.set", "drop list.make map.set", []int{groups}},
	{[]int{groups}, "dup # map.get", numbers, "swap ? list.make map.set swap # swap map.set", "drop # list.make map.set", []int{groups}},
	{[]int{groups}, "dup ? map.get", numbers, "? swap map.set", "drop", []int{groups}},
	{[]int{rows}, "dup # list.get", numbers, "over ? list.get [ list.length write-int ] [ drop ] if # swap list.set drop", "drop # list.make list.set drop", []int{rows}},
	{[]int{rows, number}, "2dup list.get", numbers, "2 pick ? list.get [ list.length write-int ] [ drop ] if list.set drop", "drop list.make list.set drop", []int{rows}},
	{[]int{rows}, "dup ? list.get", numbers, "? swap list.set drop", "drop", []int{rows}},
	{[]int{rows, number}, "over # list.get", numbers, "list.set drop", "drop drop", []int{rows}},
	{[]int{rows, number}, "2dup list.get", numbers, "swap 1 i.+ swap list.set drop", "drop list.make list.set drop", []int{rows}},
	{[]int{nested, number}, "2dup map.get", counts, "map.set", "drop map.make map.set", []int{nested}},
	{[]int{nested}, "dup # map.get", counts, "@ swap map.set", "drop", []int{nested}},
	{[]int{rows}, "dup # list.get", numbers, "@ swap list.set drop", "drop", []int{rows}},
	{[]int{rows, number}, "2dup list.get", numbers, "list.set drop", "drop drop", []int{rows}},
	{[]int{chains}, "dup # list.get", chain, "@ swap list.set drop", "drop # Make-End list.set drop", []int{chains}},
	{[]int{chains}, "dup # list.get", chain, "drop", "drop", []int{chains}},
	{[]int{chains}, "dup # list.get", chain, "sum-of", "drop 4", []int{chains, number}},
	{[]int{rows}, "dup # list.get", numbers, "list.length", "drop 4", []int{rows, number}},
	{[]int{held}, "dup 1 list.get", numbers, "1 swap list.set drop", "drop", []int{held}},
	{[]int{held}, "dup 2 list.get", groups, "2 swap list.set drop", "drop", []int{held}},
	{[]int{rows}, "dup # list.get", numbers, "@ swap list.set drop dup @ list.get [ list.push ] [ drop ] if", "drop", []int{rows}},
}

type sharing struct {
	r     *rand.Rand
	b     *strings.Builder
	words []sharingWord
	depth int
	size  int  // statements that the word may still have
	tries bool // parts of the program run under strands.try
	inTry int  // how many tries are around what is written; in words that may fail one
}

// sharingWord is a word of the program; one that loops has a counter on top of its inputs.
type sharingWord struct {
	name    string
	in, out []int
	loops   bool
	fails   bool // maybe: it is called in tries only
}

// GenerateSharing returns a random program about values that are held more than once, or not; it
// type checks and ends without an error.
func GenerateSharing(seed1, seed2 uint64) string {
	g := &sharing{r: rand.New(rand.NewPCG(seed1, seed2)), b: new(strings.Builder)}
	g.b.WriteString(sharingWords)
	for i := range 2 + g.r.IntN(3) {
		g.word(i)
	}
	g.b.WriteString(": main ( -- )\n")
	for _, w := range g.words {
		for range 2 {
			g.size = 5
			s := g.call(nil, w)
			g.arrange(g.statements(s, 3), nil)
			g.b.WriteString(" \"\" io.write-line\n")
		}
	}
	g.b.WriteString(";\n")
	return g.b.String()
}

func (g *sharing) pick(n int) int { return g.r.IntN(n) }

func (g *sharing) kinds(least, most int) (list []int) {
	of := []int{number, numbers, numbers, rows, rows, groups, groups, counts, nested, held, chain, chain, chains, chains}
	if g.tries {
		of = append(of, number, text, text)
	}
	for range least + g.pick(most-least+1) {
		list = append(list, of[g.pick(len(of))])
	}
	return list
}

func declared(list []int) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(" " + holdings[t].declared)
	}
	return b.String()
}

// word writes a word, or two that call each other.
func (g *sharing) word(i int) {
	w := sharingWord{name: fmt.Sprintf("w%d", i), in: g.kinds(1, 3), out: g.kinds(0, 2), fails: g.inTry > 0}
	if g.pick(3) == 0 { // it only looks, or has them back as they were
		w.out = []int{number}
	}
	if g.pick(5) < 2 {
		g.define(w, w.in, func() { g.arrange(g.statements(slices.Clone(w.in), 2+g.pick(8)), w.out) })
		g.words = append(g.words, w)
		return
	}
	w.loops = true
	others := []sharingWord{w}
	if g.pick(2) == 0 {
		other := w
		other.name += "-other"
		others = append(others, other)
	}
	for j, w := range others {
		g.define(w, append(slices.Clone(w.in), number), func() { g.loop(w, others[(j+1)%len(others)]) })
	}
	g.words = append(g.words, others...)
}

func (g *sharing) define(w sharingWord, in []int, body func()) {
	g.size = 14
	fmt.Fprintf(g.b, ": %s (%s --%s )\n ", w.name, declared(in), declared(w.out))
	body()
	g.b.WriteString("\n;\n")
}

// loop writes the body of a word that goes on in another one with one less on the counter, in the end or before
// something else.
func (g *sharing) loop(w, next sharingWord) {
	g.b.WriteString(" dup 0 i.<= [ drop")
	g.arrange(g.statements(slices.Clone(w.in), g.pick(4)), w.out)
	g.b.WriteString(" ] [ 1 i.-")
	all := append(slices.Clone(w.in), number)
	if g.pick(2) == 0 { // in one round only
		fmt.Fprintf(g.b, " dup %d i.= [ >aux", g.pick(3))
		g.arrange(g.statements(slices.Clone(w.in), 1+g.pick(3)), w.in)
		g.b.WriteString(" aux> ] [ ] if")
	}
	g.b.WriteString(" >aux")
	g.arrange(g.statements(slices.Clone(w.in), g.pick(3)), w.in)
	g.b.WriteString(" aux>")
	if g.pick(3) == 0 {
		fmt.Fprintf(g.b, " %s ] if", next.name)
		return
	}
	for range all {
		fmt.Fprintf(g.b, " %d pick", len(all)-1)
	}
	fmt.Fprintf(g.b, " %s", next.name)
	g.arrange(g.statements(append(all, w.out...), g.pick(4)), w.out)
	g.b.WriteString(" ] if")
}

// call calls a word, with what lies there if that fits.
func (g *sharing) call(s []int, w sharingWord) []int {
	if ends(s, w.in...) {
		s = s[: len(s)-len(w.in) : len(s)-len(w.in)]
		if g.pick(2) == 0 { // and holds on to it
			for range w.in {
				fmt.Fprintf(g.b, " %d pick", len(w.in)-1)
			}
			s = append(s, w.in...)
		}
	} else {
		for _, t := range w.in {
			if at := slices.Index(s, t); at >= 0 && g.depth == 0 && len(w.in) == 1 {
				fmt.Fprintf(g.b, " %d pick", len(s)-1-at)
				continue
			}
			g.literal(t)
		}
	}
	if w.loops {
		fmt.Fprintf(g.b, " %d", g.pick(4))
	}
	fmt.Fprintf(g.b, " %s", w.name)
	return append(slices.Clone(s), w.out...)
}

func ends(s []int, with ...int) bool {
	return len(s) >= len(with) && slices.Equal(s[len(s)-len(with):], with)
}

func (g *sharing) literal(t int) {
	texts := holdings[t].literals
	g.b.WriteString(" " + texts[g.pick(len(texts))])
}

// arrange makes a stack of the kinds wanted out of one, with what is there as far as possible; what
// is left over is often written.
func (g *sharing) arrange(s, want []int) {
	same := 0
	for same < min(len(s), len(want)) && s[same] == want[same] && (same < len(s)-3 || g.pick(2) == 0) {
		same++
	}
	s, want = slices.Clone(s[same:]), want[same:]
	for i, t := range want {
		at := slices.Index(s[:len(s)-i], t)
		if at < 0 {
			g.literal(t)
			s = append(s, t)
			continue
		}
		fmt.Fprintf(g.b, " %d roll", len(s)-1-at)
		s = append(slices.Delete(s, at, at+1), t)
	}
	for left := len(s) - len(want); left > 0; left-- {
		fmt.Fprintf(g.b, " %d roll", len(want))
		if g.pick(4) == 0 {
			g.b.WriteString(" drop")
			continue
		}
		g.b.WriteString(" " + holdings[s[left-1]].print)
	}
}

func (g *sharing) statements(s []int, n int) []int {
	for range n {
		if g.size--; g.size < 0 {
			return s
		}
		s = g.statement(s)
	}
	return s
}

func (g *sharing) body(s, want []int) {
	g.depth++
	g.arrange(g.statements(slices.Clone(s), g.pick(4)), want)
	g.depth--
}

func (g *sharing) statement(s []int) []int {
	if g.tries && g.pick(3) == 0 {
		if left, ok := g.trying(s); ok {
			return left
		}
	}
	n := len(s)
	switch c := g.pick(20); {
	case c < 1 || n == 0:
		t := g.kinds(1, 1)[0]
		g.literal(t)
		return append(slices.Clone(s), t)
	case c < 4: // a second holder
		d := g.pick(n)
		fmt.Fprintf(g.b, " %d pick", d)
		return append(slices.Clone(s), s[n-1-d])
	case c < 6:
		return g.rolled(s, g.pick(n))
	case c < 7:
		d := g.pick(n)
		fmt.Fprintf(g.b, " %d pick %s", d, holdings[s[n-1-d]].print)
		return s
	case c < 8 && g.depth < 2:
		g.b.WriteString(" >aux")
		below := s[: n-1 : n-1]
		g.body(below, below)
		g.b.WriteString(" aux>")
		return s
	case c < 9 && g.depth < 2 && s[n-1] == number:
		fmt.Fprintf(g.b, " dup %d i.> [", g.pick(3))
		g.body(s, s)
		g.b.WriteString(" ] [")
		g.body(s, s)
		g.b.WriteString(" ] if")
		return s
	case c < 10 && len(g.words) > 0:
		if w := g.words[g.pick(len(g.words))]; !w.fails || g.inTry > 0 {
			return g.call(s, w)
		}
	case c < 14 && g.depth < 2:
		if left, ok := g.update(s); ok {
			return left
		}
	}
	return g.exchange(s)
}

func (g *sharing) rolled(s []int, d int) []int {
	at := len(s) - 1 - d
	fmt.Fprintf(g.b, " %d roll", d)
	return append(slices.Delete(slices.Clone(s), at, at+1), s[at])
}

// keyed writes a text with a key in place of each mark.
func (g *sharing) keyed(text string, key int) {
	for _, word := range strings.Fields(text) {
		switch {
		case word == "#":
			word = fmt.Sprint(key)
		case word == "@" && g.pick(6) > 0:
			word = fmt.Sprint(key)
		case word == "@":
			word = fmt.Sprint(g.pick(3))
		case word == "?" && g.pick(3) > 0:
			word = fmt.Sprint(key) + " known-later"
		case word == "?":
			word = fmt.Sprint(g.pick(6)) + " known-later"
		}
		g.b.WriteString(" " + word)
	}
}

func (g *sharing) exchange(s []int) []int {
	all := exchanges
	if g.tries {
		all = slices.Concat(all, tryExchanges)
	}
	fitting := slices.DeleteFunc(slices.Clone(all), func(e exchange) bool { return !ends(s, e.takes...) })
	if len(fitting) == 0 {
		return s
	}
	e := &fitting[g.pick(len(fitting))]
	text := e.text
	if g.pick(4) == 0 {
		text = strings.ReplaceAll(text, "# swap", "@ swap")
	}
	g.keyed(text, g.pick(3))
	return append(slices.Clone(s[:len(s)-len(e.takes)]), e.leaves...)
}

// update writes a statement that fetches a part, does something, and in most cases puts it back.
func (g *sharing) update(s []int) (left []int, ok bool) {
	fitting := slices.DeleteFunc(slices.Clone(updates), func(u update) bool { return !ends(s, u.takes...) })
	if len(fitting) == 0 {
		return nil, false
	}
	u := &fitting[g.pick(len(fitting))]
	key := g.pick(3)
	g.keyed(u.get, key)
	there := append(slices.Clone(s), u.part)
	if strings.Contains(u.get, "dup rot") { // the key lies below the part
		there = append(slices.Clone(s), number, u.part)
	}
	g.b.WriteString(" [")
	g.body(there, there)
	g.keyed(u.put, key)
	g.b.WriteString(" ] [")
	g.keyed(u.absent, key)
	g.b.WriteString(" ] if")
	return append(slices.Clone(s[:len(s)-len(u.takes)]), u.leaves...), true
}
