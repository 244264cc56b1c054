package vm_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// crowdWords are what strands have that act on each other. The board is the list of their tasks.
const crowdWords = `: at ( Variant Int -- Variant ) list.get drop ;
: channel ( String -- Channel ) strands.named drop ;
: mark ( String -- ) channel 1 swap chan.send drop ;
: borrow ( String -- )
  dup chan.make strands.register [ chan.yield dup strands.unregister [ drop ] [ "somebody has taken the name away: " swap string.concat io.write-line ] if ] [ drop ] if ;
: tell-all ( Channel Variant Int -- ) dup 0 i.= [ drop drop drop ] [ over 3 pick chan.send drop 1 i.- tell-all ] if ;
: by-id ( Variant -- M ) map.make [ dup strands.id swap map.set ] list.fold ;
: told ( M Channel Int -- Int )   # how many ends a monitor has got, all of which are compared
  over chan.receive [
    dup 0 variant.field-at 4 pick swap map.get [ strands.join swap 1 variant.field-at same ] [ drop drop "the end of a stranger" io.write-line ] if
    1 i.+ told
  ] [ drop nip nip ] if ;
: between ( Int Int Int -- )
  2 pick i.>= rot rot i.>= and [ ] [ "the number of ends is wrong" io.write-line ] if ;
`

// member is a strand of a crowd.
type member struct {
	code string
	ends outcomes
}

// crowdOfStrands is strands that cancel, link, monitor and wait for each other at random, and an account of it.
func crowdOfStrands(r *rand.Rand) part {
	g := &tasks{r: r}
	all := make([]member, 1+r.IntN(7))
	for i := range all {
		all[i].ends = outcomes{ok: true, value: i}
	}
	for i := range all {
		for range r.IntN(8) {
			all[i].code += " " + g.act(all, i)
		}
		switch r.IntN(4) {
		case 0:
			all[i].code += fmt.Sprintf(` "own-%d" strands.fail drop`, i)
			all[i].ends.ok = false
			all[i].ends.fail(fmt.Sprintf("own-%d", i))
		case 1:
			all[i].code += " " + g.hanging() + " drop"
			all[i].ends.ok = false
			all[i].ends.hangs = true
		}
	}
	// Who starts them tells them of each other, monitors each of them and, in the end, cancels those that wait.
	var start, settle strings.Builder
	start.WriteString("list.make")
	for i, m := range all {
		g.word(fmt.Sprintf("member-%d-N", i), "( Variant -- Int )", fmt.Sprintf("%s drop %d", m.code, i))
		fmt.Fprintf(&start, "\n  [ %s \"gate-N\" channel chan.receive drop member-%d-N ] strands.start list.push dup %d at %q channel strands.monitor", g.named(), i, i, "ends-N")
	}
	fmt.Fprintf(&start, "\n  \"gate-N\" channel over %d tell-all", len(all))
	for _, i := range r.Perm(len(all)) {
		if all[i].ends.hangs || r.IntN(6) == 0 {
			fmt.Fprintf(&start, " %s dup %d at strands.cancel", g.while(), i)
			all[i].ends.fail(cancelled)
		}
	}
	for i := range all {
		fmt.Fprintf(&settle, "\n  dup %d at strands.join %q settle drop", i, all[i].ends.legal())
	}
	g.word("crowd-N", "( -- Variant )", start.String()+settle.String())
	var named strings.Builder
	for _, name := range []string{"gate-N", "before-N", "after-N", "undo-N", "undone-N"} {
		fmt.Fprintf(&named, "%q chan.make strands.register drop ", name)
	}
	for _, name := range []string{"shared-N", "ends-N"} {
		fmt.Fprintf(&named, "%q %s strands.register drop ", name, g.channel())
	}
	g.word("account-N", "( -- Int )", fmt.Sprintf(`%s
  [ crowd-N ] strands.scope 0 variant.field-at %s
  "ends-N" channel dup chan.close swap by-id swap 0 told
  "after-N" channel channels.length "undo-N" channel channels.length i.- %d i.+
  "before-N" channel channels.length "undone-N" channel channels.length i.- %d i.+ between 1`, named.String(), g.free(0), len(all), len(all)))
	g.word("root-N", "( Channel -- )", `[ account-N ] strands.start strands.join "|1|" settle swap chan.send drop`)
	return part{common: []string{taskWords, supervisorWords, crowdWords}, words: g.words.String(), start: "chan.make [ root-N ] strand.spawn drop", results: 1, sum: 1}
}

// act writes what a member of a crowd does, with the board on top, and notes what may come of it.
func (g *tasks) act(all []member, self int) string {
	i := g.r.IntN(len(all))
	switch g.r.IntN(16) {
	case 0:
		all[i].ends.fail(cancelled)
		return fmt.Sprintf("dup %d at strands.cancel", i)
	case 1, 2:
		all[i].ends.fail(linked)
		all[self].ends.fail(linked)
		return fmt.Sprintf("dup %d at strands.link", i)
	case 3:
		all[i].ends.fail(linked)
		all[self].ends.fail(linked)
		return fmt.Sprintf("[ dup %d at strands.link 0 ] strands.try drop", i)
	case 4, 5:
		return fmt.Sprintf(`"before-N" mark dup %d at "ends-N" channel strands.monitor "after-N" mark`, i)
	case 6:
		if i < self { // nobody waits for one who waits for him
			return fmt.Sprintf("dup %d at strands.join drop", i)
		}
		return fmt.Sprintf("dup %d at strands.outcome 1 channels.receive-within drop", i)
	case 7:
		return `[ [ ` + g.hanging() + ` ] strands.start drop [ "a strand" strands.fail drop ] strand.spawn drop ` + g.hanging() + ` ] strands.scope "|a strand|" settle drop`
	case 8:
		return `1 "shared-N" channel 1 channels.send-within drop`
	case 9:
		return `"shared-N" channel 1 channels.receive-within drop`
	case 10:
		return fmt.Sprintf(`list.make "shared-N" channel list.push 1 "shared-N" channel channels.sending list.push over %d at strands.outcome list.push 1 channels.select-within drop`, i)
	case 11:
		return fmt.Sprintf(`"own-%d-N" borrow`, self)
	case 12:
		return `[ "tried" strands.fail ] strands.try "|tried|" settle drop`
	case 13:
		return fmt.Sprintf(`"undo-N" mark dup %d at "ends-N" channel strands.unmonitor [ "undone-N" mark ] [ ] if`, i)
	case 14:
		return fmt.Sprintf("dup %d at strands.unlink", i)
	}
	return g.while()
}
