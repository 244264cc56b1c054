package vm_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// cancelled is the reason of a strand that was cancelled. Reasons with a number that differs from run to run have a
// name in the model: see key in taskWords.
const (
	cancelled = "the strand was cancelled"
	linked    = "linked"
	tooOften  = "too often"
)

// taskWords are what all these programs have in common.
const taskWords = `include vm:strands
include vm:supervisors
: key ( Variant -- String )   # of an outcome
  dup variant.tag :Ok symbol.= [ 0 variant.field-at int->string ] [ 0 variant.field-at strands.error-reason
    dup "the linked strand #" string.starts-with [ drop "linked" ] [ dup "the child " string.starts-with [ drop "too often" ] [ ] if ] if ] if ;
: settle ( Variant String -- Int )   # outcome, those that may be
  swap key "|" swap string.concat "|" string.concat
  2dup string.contains [ drop drop 1 ] [ "the outcome is " swap string.concat ", and may be " string.concat swap string.concat io.write-line 100000 ] if ;
: pass ( Variant -- Int ) dup variant.tag :Ok symbol.= [ 0 variant.field-at ] [ 0 variant.field-at strands.raise ] if ;
: claim ( String -- ) dup chan.make strands.register [ drop ] [ "the name is taken: " swap string.concat io.write-line ] if ;
: free ( String -- ) dup strands.named nip [ "the name is still there: " swap string.concat io.write-line ] [ drop ] if ;
: same ( Variant Variant -- ) key swap key 2dup string.equal? [ drop drop ] [ " is not " swap string.concat string.concat io.write-line ] if ;
: yields ( Int -- ) dup 0 i.= [ drop ] [ chan.yield 1 i.- yields ] if ;
: spin ( Int -- Int ) 1 i.+ chan.yield spin ;
: breed ( Int -- Int ) dup 0 i.= [ ] [ [ chan.make chan.receive drop ] strands.start drop 1 i.- breed ] if ;
: within ( Variant Int -- Variant )   # strand, milliseconds
  over strands.outcome swap channels.receive-within
  dup variant.tag :None symbol.= [ drop dup strands.cancel strands.join ] [ nip 0 variant.field-at ] if ;
: watched ( Variant Channel -- Variant )   # strand, for its end
  2dup strands.monitor over strands.join over chan.receive drop   # strand channel outcome message
  dup 0 variant.field-at 4 pick strands.id i.= [ ] [ "a monitor tells of another strand" io.write-line ] if
  1 variant.field-at over same nip nip ;
: feed ( Channel Int Int -- )   # channel left way
  over 0 i.= [ drop drop drop ] [
    dup 0 i.= [ 1 3 pick chan.send drop true ] [
      dup 1 i.= [ 1 3 pick 1 channels.send-within variant.tag :Sent symbol.= ] [
        list.make 1 4 pick channels.sending list.push chan.make list.push channels.select variant.tag :Sent symbol.= ] if ] if
    [ swap 1 i.- swap ] [ ] if feed ] if ;
: gather ( Channel Int Int Int -- Int )   # channel left way sum
  2 pick 0 i.= [ nip nip nip ] [
    over 0 i.= [ 3 pick chan.receive ] [
      over 1 i.= [ 3 pick 1 channels.receive-within channels.value ] [
        list.make chan.make list.push 4 pick list.push channels.select channels.value ] if ] if
    [ i.+ rot 1 i.- rot rot ] [ drop ] if gather ] if ;
`

// taskParts are parts of random programs that use vm:strands and vm:supervisors.
var taskParts = map[string]func(r *rand.Rand) part{
	"a tree of tasks": treeOfTasks,
	"a supervisor":    supervisor,
	"a crowd":         crowdOfStrands,
}

// outcomes are the ways in which a piece of a program may end: the model.
type outcomes struct {
	ok      bool // it may leave
	value   int
	reasons map[string]bool // it may fail
	hangs   bool            // it may wait until somebody cancels it
	leaves  bool            // it may leave strands behind that wait so
}

func (o *outcomes) fail(reasons ...string) {
	o.reasons = maps.Clone(o.reasons)
	if o.reasons == nil {
		o.reasons = map[string]bool{}
	}
	for _, r := range reasons {
		o.reasons[r] = true
	}
}

// fails tells whether it fails in any case.
func (o outcomes) fails() bool { return !o.ok && !o.hangs }

// then is what comes of another piece that runs if the first one leaves a value. The value is that of
// both.
func (o outcomes) then(next outcomes) outcomes {
	if !o.ok {
		return o
	}
	all := outcomes{ok: next.ok, value: o.value + next.value, hangs: o.hangs || next.hangs, leaves: o.leaves || next.leaves}
	all.fail(slices.Collect(maps.Keys(o.reasons))...)
	all.fail(slices.Collect(maps.Keys(next.reasons))...)
	return all
}

// legal is the outcomes as the word settle has them.
func (o outcomes) legal() string {
	all := slices.Sorted(maps.Keys(o.reasons))
	if o.ok {
		all = append(all, fmt.Sprint(o.value))
	}
	return "|" + strings.Join(all, "|") + "|"
}

// tasks writes words, each of which leaves an Int, fails or waits.
type tasks struct {
	r     *rand.Rand
	words strings.Builder
	n     int
	names []string // that the strands so far have

	scoped bool // a scope is open
	// inexact: another one may cancel a strand of the innermost scope while what is written goes on.
	inexact bool
}

// treeOfTasks is a part of which every outcome is compared with those that the model has for it.
func treeOfTasks(r *rand.Rand) part {
	for {
		g := &tasks{r: r}
		task, o := g.task(4)
		if o.hangs || o.leaves {
			continue
		}
		g.word("root-N", "( Channel -- )", fmt.Sprintf("%s strands.start strands.join %q settle%s swap chan.send drop", task, o.legal(), g.free(len(g.names)-1)))
		return part{common: []string{taskWords, supervisorWords}, words: g.words.String(), start: "chan.make [ root-N ] strand.spawn drop", results: 1, sum: 1}
	}
}

// expression writes a word, and returns how it is called.
func (g *tasks) expression(depth int) (string, outcomes) {
	code, o := g.kind(depth)
	g.n++
	name := fmt.Sprintf("e%d-N", g.n)
	g.word(name, "( -- Int )", code)
	return name, o
}

func (g *tasks) word(name, effect, code string) {
	fmt.Fprintf(&g.words, ": %s %s\n  %s ;\n", name, effect, code)
}

func (g *tasks) kind(depth int) (string, outcomes) {
	if depth == 0 || g.r.IntN(8) == 0 {
		return g.leaf()
	}
	kinds := []func(depth int) (string, outcomes){g.sum, g.try, g.join, g.join, g.cancel, g.cancel, g.link, g.linkedTo, g.queue, g.scope, g.scope, g.feeding, g.weave, g.supervised}
	return kinds[g.r.IntN(len(kinds))](depth - 1)
}

// hanging waits until it is cancelled.
var hanging = []string{
	"chan.make chan.receive drop",
	"1 0 channels.bounded chan.send drop 0",
	"1 channels.bounded 5 over chan.send drop 5 over chan.send drop drop 0",
	"3600000 time.sleep-ms 0",
	"3600000 channels.ticker chan.receive drop",
	"chan.make 3600000 channels.receive-within drop 0",
	"1 0 channels.bounded 3600000 channels.send-within drop 0",
	"list.make chan.make list.push 1 0 channels.bounded channels.sending list.push channels.select channels.case",
	"list.make chan.make list.push 3600000 channels.after list.push 3600000 channels.select-within channels.case",
	"channels.topic channels.subscribe chan.receive drop",
	"0 spin",
	"[ chan.make chan.receive drop drop ] strand.weave 0 strand.resume drop nip",
	"[ chan.make chan.receive drop drop ] strand.weave [ [ dup 0 strand.resume drop drop drop ] strand.spawn drop dup 0 strand.resume drop nip ] strands.scope pass nip",
}

func (g *tasks) hanging() string { return hanging[g.r.IntN(len(hanging))] }

// failures are pieces that fail, and why; "" is a reason of their own.
var failures = []struct{ code, reason string }{
	{code: "%q strands.fail"}, {code: "%q strands.fail"}, {code: "%q strands.fail"},
	{code: "[ %q strands.fail drop drop ] strand.weave 0 strand.resume drop nip"},
	{code: "[ %q strands.fail drop 0 ] strands.scope pass"},
	{code: "[ [ %q strands.fail drop ] strand.spawn drop chan.make chan.receive drop ] strands.scope pass"},
	{"-1 time.sleep-ms 0", "duration must not be negative, got -1"},
}

func (g *tasks) leaf() (string, outcomes) {
	switch c := g.r.IntN(10); {
	case c < 4:
		v := g.r.IntN(5)
		return fmt.Sprintf("%s %d", g.while(), v), outcomes{ok: true, value: v}
	case c < 7:
		f, o := failures[g.r.IntN(len(failures))], outcomes{}
		if f.reason == "" {
			f.reason = fmt.Sprintf("r%d", g.r.IntN(5))
			f.code = fmt.Sprintf(f.code, f.reason)
		}
		o.fail(f.reason)
		return g.while() + " " + f.code, o
	case c < 8 && g.scoped && g.r.IntN(2) == 0:
		return fmt.Sprintf("%d breed", g.r.IntN(30)), outcomes{ok: true, leaves: true}
	case c < 8 && g.scoped:
		return fmt.Sprintf("[ %s %s ] strands.start drop 2", g.named(), g.hanging()), outcomes{ok: true, value: 2, leaves: true}
	}
	return g.hanging(), outcomes{hangs: true}
}

// while lets others run, or some time pass.
func (g *tasks) while() string {
	if g.r.IntN(8) == 0 {
		return "1 time.sleep-ms"
	}
	return fmt.Sprintf("%d yields", g.r.IntN(6))
}

// named gives the strand that begins a name of its own.
func (g *tasks) named() string {
	g.n++
	name := fmt.Sprintf("t%d-N", g.n)
	g.names = append(g.names, name)
	return fmt.Sprintf("%q claim", name)
}

// free says that the names given since then are gone: their strands have ended.
func (g *tasks) free(since int) string {
	var b strings.Builder
	for _, name := range g.names[since:] {
		fmt.Fprintf(&b, " %q free", name)
	}
	return b.String()
}

// task writes the quotation that a strand begins with.
func (g *tasks) task(depth int) (string, outcomes) {
	defer func(inexact bool) { g.inexact = inexact }(g.inexact)
	g.inexact = g.scoped
	e, o := g.expression(depth)
	return "[ " + g.named() + " " + e + " ]", o
}

// settled goes on with an outcome that lies on the stack: it is compared with the model, or the error is handed on.
func (g *tasks) settled(o outcomes) (string, outcomes) {
	if g.r.IntN(3) == 0 {
		return " pass", o
	}
	code := fmt.Sprintf(" %q settle", o.legal())
	o.ok, o.value, o.reasons = o.ok || len(o.reasons) > 0, 1, nil
	return code, o
}

func (g *tasks) sum(depth int) (string, outcomes) {
	a, first := g.expression(depth)
	b, second := g.expression(depth)
	return a + " " + b + " i.+", first.then(second)
}

func (g *tasks) try(depth int) (string, outcomes) {
	e, o := g.expression(depth)
	end, after := g.settled(o)
	if g.r.IntN(2) == 0 {
		return fmt.Sprintf("[ %s ] strands.try%s", e, end), after
	}
	// What lies below, on both stacks, has changed when the error strikes.
	return fmt.Sprintf("4 >aux list.make 4 list.push [ 5 list.push 9 >aux %s aux> drop ] strands.try%s nip aux> i.+ 4 i.-", e, end), after
}

// apart writes something in a scope of its own, with other strands beside it.
func (g *tasks) apart(children, depth int, write func() (string, outcomes)) (string, outcomes) {
	scoped, inexact, since := g.scoped, g.inexact, len(g.names)
	g.scoped, g.inexact = true, false
	var code string
	var beside outcomes // how the other strands may end
	certain, waits := false, false
	for range children {
		task, o := g.task(depth)
		word := []string{"strand.spawn", "strands.start"}[g.r.IntN(2)]
		if word == "strand.spawn" {
			beside.fail(slices.Collect(maps.Keys(o.reasons))...)
			certain = certain || o.fails()
		}
		waits = waits || o.hangs || o.leaves
		code += fmt.Sprintf("%s %s drop ", task, word)
	}
	g.inexact = len(beside.reasons) > 0
	body, o := write()
	g.scoped, g.inexact = scoped, inexact

	code += body
	waits = waits || o.leaves
	if waits && g.r.IntN(8) > 0 || g.r.IntN(4) == 0 {
		code += " strands.cancel-scope"
		waits, certain = false, false
	}
	o.hangs = (o.hangs || o.ok && waits) && !certain
	o.ok = o.ok && !certain
	o.leaves = false
	o.fail(slices.Collect(maps.Keys(beside.reasons))...)
	g.n++
	name := fmt.Sprintf("b%d-N", g.n)
	g.word(name, "( -- Int )", code)
	end, after := g.settled(o)
	return fmt.Sprintf("[ %s ] strands.scope%s%s", name, g.free(since), end), after
}

// starting writes something that waits for a strand that it starts: in a scope of its own, or where it is.
func (g *tasks) starting(write func() (string, outcomes)) (string, outcomes) {
	if g.r.IntN(3) > 0 {
		return g.apart(0, 0, write)
	}
	return write()
}

// waited is settled for the end of a strand that was started here. Who cancels this strand alone leaves that one behind.
func (g *tasks) waited(started, o outcomes) (string, outcomes) {
	o.leaves = started.leaves || started.hangs
	if g.inexact {
		o.fail(cancelled)
	}
	return g.settled(o)
}

func (g *tasks) join(depth int) (string, outcomes) {
	return g.starting(func() (string, outcomes) {
		task, o := g.task(depth)
		free := g.free(len(g.names) - 1)
		end, after := g.waited(o, o)
		switch g.r.IntN(3) {
		case 0:
			return task + " strands.start strands.join" + free + end, after
		case 1:
			return fmt.Sprintf("%s strands.start %s watched%s%s", task, g.channel(), free, end), after
		}
		return fmt.Sprintf("%s strands.start strands.outcome dup chan.receive drop swap chan.receive drop over same%s%s", task, free, end), after
	})
}

func (g *tasks) channel() string {
	return []string{"chan.make", "0 channels.bounded", "1 channels.bounded", "2 channels.bounded"}[g.r.IntN(4)]
}

func (g *tasks) cancel(depth int) (string, outcomes) {
	return g.starting(func() (string, outcomes) {
		task, o := g.task(depth)
		free := g.free(len(g.names) - 1)
		after := o
		after.hangs = false
		after.fail(cancelled)
		end, after := g.waited(o, after)
		if g.r.IntN(3) == 0 {
			return fmt.Sprintf("%s strands.start %d within%s%s", task, g.r.IntN(2), free, end), after
		}
		return fmt.Sprintf("%s strands.start %s dup strands.cancel dup strands.cancel strands.join%s%s", task, g.while(), free, end), after
	})
}

// link writes a strand that is linked to another one, and what becomes of it.
func (g *tasks) link(depth int) (string, outcomes) {
	return g.apart(0, 0, func() (string, outcomes) {
		other, second := g.task(depth)
		g.inexact = true
		e, first := g.expression(depth)
		g.inexact = false
		if second.fails() && g.r.IntN(2) == 0 {
			e, first = g.hanging(), outcomes{hangs: true}
		}
		if len(second.reasons) > 0 {
			first.fail(linked)
		}
		first.hangs = first.hangs && !second.fails()
		name := g.named()
		free := g.free(len(g.names) - 1)
		end, after := g.settled(first)
		after.leaves = true
		return fmt.Sprintf("[ %s %s strands.start %s strands.link %s ] strands.start strands.join%s%s", name, other, g.while(), e, free, end), after
	})
}

// linkedTo writes a strand to which another one links itself, and what becomes of it.
func (g *tasks) linkedTo(depth int) (string, outcomes) {
	return g.apart(0, 0, func() (string, outcomes) {
		task, o := g.task(depth)
		free := g.free(len(g.names) - 1)
		g.inexact = true
		e, other := g.expression(depth)
		g.inexact = false
		if len(other.reasons) > 0 || len(o.reasons) > 0 { // if this one fails, so does the other one
			o.fail(linked)
		}
		o.hangs = o.hangs && !other.fails()
		name := g.named()
		end, after := g.settled(o)
		after.leaves = true
		return fmt.Sprintf("%s strands.start [ %s dup %s strands.link %s ] strands.start drop strands.join%s%s", task, name, g.while(), e, free, end), after
	})
}

// queue writes a strand that waits for a weave which another one has, and is cancelled.
func (g *tasks) queue(int) (string, outcomes) {
	return g.apart(0, 0, func() (string, outcomes) {
		return fmt.Sprintf(`[ chan.make chan.receive drop drop ] strand.weave [ 0 strand.resume ] strands.start drop %s [ 0 strand.resume ] strands.start nip %s dup strands.cancel strands.join "|%s|" settle`,
			g.while(), g.while(), cancelled), outcomes{ok: true, value: 1, leaves: true}
	})
}

func (g *tasks) scope(depth int) (string, outcomes) {
	return g.apart(g.r.IntN(4), depth, func() (string, outcomes) { return g.expression(depth) })
}

// feeding writes strands that send to a channel which this one receives from, in all ways.
func (g *tasks) feeding(depth int) (string, outcomes) {
	return g.apart(g.r.IntN(2), depth, func() (string, outcomes) {
		n, m := 1+g.r.IntN(3), g.r.IntN(6)
		code := g.channel()
		for range n {
			code += fmt.Sprintf(" [ %s %d %d feed ] strand.spawn drop", g.named(), m, g.r.IntN(3))
		}
		return fmt.Sprintf("%s %d %d 0 gather", code, n*m, g.r.IntN(3)), outcomes{ok: true, value: n * m}
	})
}

func (g *tasks) weave(depth int) (string, outcomes) {
	e, o := g.expression(depth)
	g.n++
	name := fmt.Sprintf("w%d-N", g.n)
	switch g.r.IntN(3) {
	case 0:
		g.word(name, "( W Int -- W | Yield Int )", e+" i.+ yield drop")
		return fmt.Sprintf("[ %s ] strand.weave 0 strand.resume drop nip", name), o
	case 1:
		g.word(name, "( W Int -- W | Yield Int )", "drop 3 yield drop "+e+" yield drop")
		return fmt.Sprintf("[ %s ] strand.weave 0 strand.resume drop drop 0 strand.resume drop nip", name), o
	}
	end, after := g.settled(o)
	g.word(name, "( W Int -- W | Yield Int )", fmt.Sprintf("drop [ 3 yield drop %s ] strands.try%s yield drop", e, end))
	return fmt.Sprintf("[ %s ] strand.weave 0 strand.resume drop drop 0 strand.resume drop nip", name), after
}
