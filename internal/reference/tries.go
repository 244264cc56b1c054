package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Programs of holders in which parts run under strands.try, and fail: afterwards the stack is as it
// was before, whatever has been changed in place, moved or dropped.

// try runs a quotation: :Ok of what it leaves on top, or :Err of the error with the stack as it was.
func (m *machine) try() {
	q := m.pop()
	stack, depth := slices.Clone(m.stack), len(m.frames)
	failed := m.attempt(q)
	if failed == nil {
		m.push(&variant{"Ok", []any{m.pop()}})
		return
	}
	m.stack, m.frames = stack, m.frames[:depth]
	m.push(failed.outcome())
}

// outcome is :Err of an error.
func (e *Error) outcome() *variant {
	return &variant{"Err", []any{&variant{"StrandError", []any{e.Word, e.Reason}}}}
}

// start runs a strand on a copy of the stack to its end, and leaves its task. Generated programs join it at
// once.
func (m *machine) start() {
	q := m.pop()
	stack, frames := m.stack, m.frames
	m.stack, m.frames = slices.Clone(stack), nil
	outcome := &variant{"Ok", []any{int64(0)}}
	if failed := m.attempt(q); failed != nil {
		outcome = failed.outcome()
	} else if n := len(m.stack); n > 0 {
		outcome.fields[0] = m.stack[n-1]
	}
	m.stack, m.frames = stack, frames
	m.push(&variant{"StrandTask", []any{int64(2), &channel{final: outcome}}})
}

// noted is a value as stack.dump shows it.
func noted(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case table:
		text := "map-of"
		for _, e := range v {
			text += " " + noted(e.key) + " " + noted(e.value) + " kv"
		}
		return text
	case *variant:
		if v.tag == "List" {
			text := "list-of"
			for _, f := range v.fields {
				text += " " + noted(f) + " lv"
			}
			return text
		}
		text := ":" + v.tag
		for _, f := range v.fields {
			text += " " + noted(f)
		}
		return text + fmt.Sprintf(" wrap-%d", len(v.fields))
	case *quotation:
		return "<quotation>"
	case *weave:
		return "<weave>"
	case *channel:
		return "<channel>"
	}
	return fmt.Sprint(v)
}

// attempt runs a quotation and returns the error that ended it. What is none goes on up.
func (m *machine) attempt(q any) (failed *Error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			failed = r
		default:
			panic(r)
		}
	}()
	m.run(q, false)
	return nil
}

// failures fail; the checker takes them for statements that leave the stack as it is.
var failures = []string{
	`"on purpose" strands.fail drop`,
	"-1 time.sleep-ms",
	"[ false ] [ ] 1 cond",
	`list.make "s" list.push 0 list.get drop 1 i.+ drop`,
	"3 fail-below",
	"4 [ 1 i.- fail-below 0 ] apply drop",
	"list.make 1 list.push 2 list.push 3 list.push [ fail-at-two ] list.each",
	"list.make 1 list.push 2 list.push 3 list.push [ dup fail-at-two ] list.map drop",
	"list.make 2 list.push 0 [ fail-at-two ] list.fold drop",
	"map.make 0 2 map.set [ fail-at-two drop ] map.each",
	"list.make woven-fails",
	"list.make fails-beside-a-weave",
	`stack.dump "behind a dump" strands.fail drop`,
}

// caught are the ways to run a quotation of which an error becomes a value: the stack is as before then. A
// strand has a copy of it.
var caught = []string{"strands.try", "strands.try", "strands.scope", "strands.start strands.join"}

// tryExchanges are exchanges with tries.
var tryExchanges = []exchange{
	{[]int{numbers}, "[ 6 list.push endless 0 ] strands.try 1 caught?", []int{numbers, number}},
	{[]int{numbers}, "dup [ endless ] strands.start strands.join 1 caught? nip", []int{numbers, number}},
	{[]int{numbers}, "dup [ drop swap careful drop ] strand.weave list.make strand.resume drop swap list.make strand.resume drop swap strand.weave-cancel", []int{numbers, numbers, numbers, numbers}},
	{[]int{numbers}, "dup [ drop swap careful drop ] strand.weave list.make strand.resume drop swap strand.weave-cancel", []int{numbers, numbers, numbers}},
	{[]int{numbers}, "[ [ drop swap careful drop ] strand.weave list.make strand.resume drop swap list.make strand.resume drop swap list.make strand.resume drop drop drop drop drop 8 ] strands.try 1 outcome", []int{numbers, number}},
	{[]int{numbers}, "[ [ drop swap careful drop ] strand.weave list.make strand.resume drop nip list.length ] strands.scope 1 outcome", []int{numbers, number}},
	{[]int{numbers, numbers}, "[ 3 list.push swap 4 list.push swap 0 ] strands.start strands.join 1 outcome", []int{numbers, numbers, number}},
	{[]int{numbers}, "[ [ 3 list.push drop ] strand.spawn drop 5 list.push dup list.length ] strands.scope 1 outcome", []int{numbers, number}},
}

const tryWords = `include vm:strands
: outcome ( Variant T -- T )
  swap dup variant.tag :Ok symbol.= [ nip variant.first ] [ variant.first dup strands.error-word io.write ":" io.write strands.error-reason io.write "; " io.write ] if ;
: caught? ( Variant Int -- Int ) swap variant.tag :Err symbol.= [ ] [ drop 0 ] if ;
: endless ( Variant -- Variant ) 1 list.push endless 2 list.push ;
: careful ( W Variant -- W | Yield Variant )
  [ 2 list.push dup rot swap yield drop swap 3 list.push "behind a yield" strands.fail ] strands.try 0 outcome drop
  4 list.push dup rot swap yield drop swap drop ;
: write-text ( String -- ) io.write ";" io.write ;
: fail-below ( Int -- ) dup 0 i.<= [ drop "far below" strands.fail drop ] [ 1 i.- fail-below ] if ;
: hidden ( ..a [ ..a -- ..a ] -- ..a ) list.make swap list.push 0 list.get drop call ;
: tried ( ..a [ ..a -- ..a ] -- ..a ) [ dup >aux call aux> 0 ] strands.try 1 outcome write-int drop ;
: tried-value ( ..a [ ..a -- ..a Int ] -- ..a ) strands.try 1 outcome write-int ;
: tried-below ( ..a [ ..a -- ..a ] Int -- ..a ) dup 0 i.<= [ drop tried ] [ 1 i.- tried-below ] if ;
: fed-once ( W Variant -- W | Yield Variant ) 1 list.push dup rot swap yield drop swap 2 list.push list.length 0 i.> [ "in a weave" strands.fail drop ] [ ] if ;
: woven-fails ( Variant -- ) [ drop swap fed-once drop ] strand.weave list.make strand.resume drop drop list.make strand.resume drop drop drop drop ;
: fails-beside-a-weave ( Variant -- ) [ drop swap fed-once drop ] strand.weave list.make strand.resume drop drop "beside a weave" strands.fail drop drop drop ;
: fail-at-two ( Int -- ) 2 i.= [ "at two" strands.fail drop ] [ ] if ;
`

// place is where a part of a program that may fail stands.
type place struct {
	takes          []int // what lies on top of the stack
	before, behind string
	in, out        int  // how many of the topmost values the part does not find, and does not leave
	tried          bool // the part runs under a try
}

// places: in the last ones the checker does not see all that the part reaches, so nobody can keep it beforehand.
var places = []place{
	{before: "[", behind: "] call"},
	{before: "[", behind: "] dip", in: 1, out: 1},
	{before: "[", behind: "] keep", out: 1},
	{before: "[ true ] [", behind: "] 1 cond"},
	{before: "[ false ] [ ] [", behind: "true ] [ ] 2 cond"},
	{takes: []int{number}, before: "[ dup 1 i.> ] [", behind: "] [ true ] [ ] 2 cond"},
	{takes: []int{number}, before: "dup 1 i.> [", behind: "] [ ] if"},
	{before: "[", behind: "] hidden"},
	{before: "[", behind: "] tried", tried: true},
	{before: "[", behind: "] 2 tried-below", tried: true},
	{before: "[ [", behind: "] hidden ] tried", tried: true},
	{before: "[", behind: "5 ] tried-value", tried: true},
	{before: "[ [", behind: "] hidden 5 ] tried-value", tried: true},
}

// rounds run a quotation for each element of a list: it has what is there from the start and the element, and
// above them what it captures.
var rounds = []struct {
	word, first           string
	start, leaves, result []int
}{
	{"list.map", "", nil, []int{number}, []int{numbers}},
	{"list.each", "", nil, nil, nil},
	{"list.fold", "0", []int{number}, []int{number}, []int{number}},
	{"list.fold", "list.make", []int{numbers}, []int{numbers}, []int{numbers}},
}

// GenerateTries returns a random program like those of GenerateSharing, of which parts run under
// strands.try and fail, at once or far below.
func GenerateTries(seed1, seed2 uint64) string {
	g := &sharing{r: rand.New(rand.NewPCG(seed1, seed2)), b: new(strings.Builder), tries: true}
	g.b.WriteString(tryWords)
	g.b.WriteString(sharingWords)
	for i := range 2 + g.pick(3) {
		g.inTry = g.pick(2) // it may fail then, and is called in tries only
		g.word(i)
	}
	g.inTry = 0
	g.b.WriteString(": main ( -- )\n")
	for range 4 {
		g.size = 8
		s := g.kinds(1, 4)
		for _, t := range s {
			g.literal(t)
		}
		s = g.statements(s, g.pick(3))
		g.size = 8
		s = g.try(s)
		g.arrange(g.statements(s, g.pick(4)), nil)
		g.b.WriteString(" \"\" io.write-line\n")
	}
	g.b.WriteString(";\n")
	return g.b.String()
}

// trying writes a statement about tries; false if it does not fit the stack.
func (g *sharing) trying(s []int) (left []int, ok bool) {
	switch c := g.pick(9); {
	case c < 2 && g.depth < 3:
		return g.try(s), true
	case c < 5 && g.inTry > 0:
		g.fail(s)
		return s, true
	case c < 7 && g.depth < 3:
		return g.placed(s)
	case c < 8 && g.depth < 3:
		return g.looped(s), true
	case c < 9 && len(s) > 0:
		return g.computed(s), true
	}
	return nil, false
}

// try writes a part under strands.try; most of them fail. What it leaves is a value that programs go on with.
func (g *sharing) try(s []int) []int {
	result := g.kinds(1, 1)[0]
	g.inTry++
	g.b.WriteString(" [")
	g.depth++
	in := g.statements(slices.Clone(s), 1+g.pick(4))
	if len(g.words) > 0 && g.pick(2) == 0 {
		in = g.call(in, g.words[g.pick(len(g.words))])
	}
	switch g.pick(4) {
	case 0, 1:
		g.b.WriteString(" " + failures[g.pick(len(failures))])
	case 2:
		g.fail(in)
	}
	g.arrange(in, append(slices.Clone(s), result))
	g.depth--
	g.inTry--
	g.b.WriteString(" ] " + caught[g.pick(len(caught))])
	g.literal(result)
	g.b.WriteString(" outcome")
	return append(slices.Clone(s), result)
}

// fail writes a failure, which may come to pass or not if there is something to tell by.
func (g *sharing) fail(s []int) {
	text := failures[g.pick(len(failures))]
	switch {
	case ends(s, number):
		fmt.Fprintf(g.b, " dup %d i.= [ %s ] [ ] if", g.pick(3), text)
	case ends(s, numbers) && g.pick(2) == 0:
		g.b.WriteString(" dup [ fail-at-two ] list.each")
	default:
		fmt.Fprintf(g.b, " \"ab\" string.length %d i.= [ %s ] [ ] if", 1+g.pick(3), text)
	}
}

// computed moves a value from a depth that is computed, so that the stack is observed; all that it may be are of one kind.
func (g *sharing) computed(s []int) []int {
	same := 1
	for same < len(s) && s[len(s)-1-same] == s[len(s)-1] {
		same++
	}
	fmt.Fprintf(g.b, " %d 0 i.+ roll", g.pick(same))
	return s
}

// placed writes a part in a place of its own.
func (g *sharing) placed(s []int) (left []int, ok bool) {
	p := places[g.pick(len(places))]
	if !ends(s, p.takes...) || len(s) < max(p.in, p.out) {
		return nil, false
	}
	g.b.WriteString(" " + p.before)
	if p.tried {
		g.inTry++
		defer func() { g.inTry-- }()
	}
	g.body(s[:len(s)-p.in], s[:len(s)-p.out])
	g.b.WriteString(" " + p.behind)
	return s, true
}

// looped writes a part that runs for each element of a list, with copies of values that lie below, or with the
// values themselves.
func (g *sharing) looped(s []int) []int {
	l := rounds[g.pick(len(rounds))]
	s = append(slices.Clone(s), numbers)
	g.b.WriteString(" list.make 1 list.push 2 list.push " + l.first)
	s = append(s, l.start...)
	apart := 1 + len(l.start)
	in := append(slices.Clone(l.start), number)
	for range g.pick(3) {
		n := len(s) - apart
		if n <= 0 {
			break
		}
		at := g.pick(n)
		in = append(in, s[at])
		apart++
		if g.pick(2) == 0 {
			fmt.Fprintf(g.b, " %d pick", len(s)-1-at)
			s = append(s, s[at])
			continue
		}
		s = g.rolled(s, len(s)-1-at)
	}
	g.b.WriteString(" [")
	g.body(in, l.leaves)
	g.b.WriteString(" ] " + l.word)
	return append(slices.Clone(s[:len(s)-apart]), l.result...)
}
