package vm_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// supervisorWords are what the programs have that supervise. A child that takes a token ends with it in one of
// three ways; when none is left it waits.
const supervisorWords = `: work ( Channel Channel Int -- )   # inbox tokens way
  over channels.try-receive variant.tag :Some symbol.= [
    nip nip dup 0 i.= [ drop ] [ 1 i.= [ "a token" strands.fail drop ] [ [ "a token" strands.fail drop ] strand.spawn drop chan.make chan.receive drop drop ] if ] if
  ] [ drop drop chan.receive drop drop ] if ;
: serves ( Channel Int -- Closure[ Channel -- ] ) [ work ] ;
: alone ( Channel Int -- ) chan.make rot rot work ;
: works ( Channel Int -- Closure[ -- ] ) [ alone ] ;
: put ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ 1 2 pick chan.send drop 1 i.- put ] if ;
: tokens ( Int -- Channel ) chan.make swap put ;
: counts ( Variant -- String )   # of the children
  "" [ dup supervisors.child-name " " string.concat over supervisors.child-restarts int->string string.concat
    " " string.concat swap supervisors.child-state symbol->string string.concat "; " string.concat string.concat ] list.fold ;
: reach ( Variant String -- )   # waits until the children of a supervisor are so
  over supervisors.children counts 2dup string.equal? [ drop drop drop ] [
    dup string.empty? [ drop " is not reached: the supervisor has ended" string.concat io.write-line drop ] [ drop chan.yield reach ] if ] if ;
: lives ( Channel String -- )   # events: each child starts, ends or is stopped, and starts again; at the end none runs.
  # The last events are given, the last one first.
  swap dup chan.close map.make "" lived
  2 pick string.starts-with [ ] [ "the children have not been stopped in this order, the last one first: " 2 pick string.concat io.write-line ] if nip
  map.size 0 i.= [ ] [ "a child has not ended" io.write-line ] if ;
: lived ( Channel M String -- M String )
  2 pick chan.receive [ dup 0 variant.field-at " " string.concat over 1 variant.field-at symbol->string string.concat "; " string.concat rot string.concat
    rot rot life swap lived ] [ drop rot drop ] if ;
: life ( M Variant -- M )
  dup 0 variant.field-at swap 1 variant.field-at :Started symbol.= [
    2dup map.has? [ "a child has started twice" io.write-line ] [ ] if true map.set
  ] [ 2dup map.has? [ ] [ "a child has ended twice" io.write-line ] if map.remove ] if ;
`

// child is one of a supervisor: how many tokens it has, and how it ends with one.
type child struct {
	name, kind, restart string
	tokens, way         int
	sub                 string // the description of a supervisor
}

var (
	childKinds = []string{"child", "server"}
	restarts   = []string{"permanent", "transient", "temporary"}
	strategies = []string{"one-for-one", "one-for-all", "rest-for-one"}
)

// wellEnded is the way in which a child ends with a token that does not fail.
const wellEnded = 0

func (g *tasks) child() child {
	g.n++
	return child{name: fmt.Sprintf("c%d-N", g.n), kind: childKinds[g.r.IntN(2)], restart: restarts[g.r.IntN(3)], way: g.r.IntN(3)}
}

func (c child) String() string {
	if c.kind == "subtree" {
		return fmt.Sprintf("%q %s supervisors.subtree", c.name, c.sub)
	}
	body := map[string]string{"child": "works", "server": "serves"}[c.kind]
	return fmt.Sprintf("%q %d tokens %d %s supervisors.%s supervisors.%s", c.name, c.tokens, c.way, body, c.kind, c.restart)
}

// describe writes the description of a supervisor.
func (g *tasks) describe(strategy string, most int, children []child) string {
	var b strings.Builder
	fmt.Fprintf(&b, "supervisors.%s %d 3600000 supervisors.intensity", strategy, most)
	if g.r.IntN(4) == 0 {
		b.WriteString(" 1 2 supervisors.back-off")
	}
	for _, c := range children {
		fmt.Fprintf(&b, " %s supervisors.with", c)
	}
	g.n++
	name := fmt.Sprintf("d%d-N", g.n)
	g.word(name, "( -- Variant )", b.String())
	return name
}

// stopped is the last events of a supervisor that is stopped in a state, the last one first.
func stopped(state string) (events string) {
	for c := range strings.SplitSeq(state, "; ") {
		if name, running := strings.CutSuffix(c, " Running"); running {
			events += name[:strings.Index(name, " ")] + " Stopped; "
		}
	}
	return events
}

// servers says that no server has its name any more.
func servers(children []child) (code string) {
	for _, c := range children {
		code += fmt.Sprintf(" %q free", c.name)
	}
	return code
}

// supervised writes a supervisor, which ends.
func (g *tasks) supervised(int) (string, outcomes) {
	kinds := []func() string{g.eachAlone, g.group, g.anyTime}
	return g.apart(0, 0, func() (string, outcomes) {
		return kinds[g.r.IntN(len(kinds))](), outcomes{ok: true, value: 1}
	})
}

// eachAlone is one-for-one: of each child it is known how often it starts again, and so it is of all.
func (g *tasks) eachAlone() string {
	var children []child
	total, state := 0, ""
	for range g.r.IntN(4) {
		c := g.child()
		c.tokens = g.r.IntN(3)
		children = append(children, c)
		switch {
		case c.tokens == 0 || c.restart == "permanent" || c.restart == "transient" && c.way != wellEnded:
			total += c.tokens
			state += fmt.Sprintf("%s %d Running; ", c.name, c.tokens)
		case c.restart == "transient":
			state += fmt.Sprintf("%s 0 Ended; ", c.name)
		}
	}
	return g.ends(strategies[0], total, state, children)
}

// group is one-for-all or rest-for-one, in which one child ends: those that go with it start again as often, or
// are gone.
func (g *tasks) group() string {
	strategy := strategies[1+g.r.IntN(2)]
	children := []child{g.child(), g.child(), g.child(), g.child()}[:1+g.r.IntN(4)]
	at := g.r.IntN(len(children))
	first := &children[at]
	first.restart, first.tokens = "permanent", g.r.IntN(4)
	if first.way != wellEnded && g.r.IntN(2) == 0 {
		first.restart = "transient"
	}
	state := ""
	for i, c := range children {
		with := first.tokens > 0 && (strategy == "one-for-all" || i >= at)
		switch {
		case !with:
			state += c.name + " 0 Running; "
		case c.restart != "temporary":
			state += fmt.Sprintf("%s %d Running; ", c.name, first.tokens)
		}
	}
	return g.ends(strategy, first.tokens, state, children)
}

// ends writes a supervisor that starts children again so often, and then has a state or fails.
func (g *tasks) ends(strategy string, total int, state string, children []child) string {
	most := g.r.IntN(total + 3)
	begin := "chan.make " + g.describe(strategy, most, children) + " over supervisors.events supervisors.start"
	if total > most {
		return begin + ` supervisors.join "|too often|" settle swap "" lives` + servers(children)
	}
	begin += fmt.Sprintf(" dup %q reach", state)
	if g.r.IntN(4) == 0 {
		return begin + fmt.Sprintf(" supervisors.task dup strands.cancel strands.join %q settle nip", "|"+cancelled+"|") + servers(children)
	}
	return begin + fmt.Sprintf(` supervisors.stop "|0|" settle swap %q lives`, stopped(state)) + servers(children)
}

// anyTime is a tree that is changed and stopped while its children end and start again.
func (g *tasks) anyTime() string {
	var children []child
	var grow func(depth int) string
	grow = func(depth int) string {
		var own []child
		for range g.r.IntN(4) {
			c := g.child()
			c.tokens = g.r.IntN(4)
			if depth > 0 && g.r.IntN(3) == 0 {
				c.kind, c.sub = "subtree", grow(depth-1)
			}
			own = append(own, c)
		}
		children = append(children, own...)
		return g.describe(strategies[g.r.IntN(3)], g.r.IntN(6), own)
	}
	code := fmt.Sprintf("chan.make %s over supervisors.events supervisors.start", grow(2))
	for range g.r.IntN(5) {
		code += " " + g.while()
		name := "nobody"
		if len(children) > 0 {
			name = children[g.r.IntN(len(children))].name
		}
		switch g.r.IntN(5) {
		case 0:
			code += fmt.Sprintf(" dup %q supervisors.restart drop", name)
		case 1:
			code += fmt.Sprintf(" dup %q supervisors.remove drop", name)
		case 2:
			c := g.child()
			c.tokens = g.r.IntN(3)
			children = append(children, c)
			code += fmt.Sprintf(" dup %s supervisors.add drop", c)
		case 3:
			code += fmt.Sprintf(" dup %q supervisors.find drop", name)
		case 4:
			code += " dup supervisors.children drop"
		}
	}
	if g.r.IntN(4) == 0 {
		return code + fmt.Sprintf(" supervisors.task dup strands.cancel strands.join %q settle nip", "|"+tooOften+"|"+cancelled+"|") + servers(children)
	}
	return code + fmt.Sprintf(" supervisors.stop %q settle swap \"\" lives", "|0|"+tooOften+"|") + servers(children)
}

// supervisor is a part with a supervisor alone.
func supervisor(r *rand.Rand) part {
	g := &tasks{r: r}
	e, _ := g.supervised(0)
	g.word("root-N", "( Channel -- )", fmt.Sprintf("[ %s ] strands.start strands.join %q settle swap chan.send drop", e, "|1|"))
	return part{common: []string{taskWords, supervisorWords}, words: g.words.String(), start: "chan.make [ root-N ] strand.spawn drop", results: 1, sum: 1}
}
