package vm_test

import (
	"fmt"
	"math/rand/v2"
)

// channelParts are parts of random programs that use vm:channels.
var channelParts = map[string]func(r *rand.Rand) part{
	"a chain of bounded channels": func(r *rand.Rand) part {
		n, m := 1+r.IntN(5), r.IntN(60)
		p := part{
			words: `: fill-N ( Channel Int -- ) dup 0 i.= [ drop chan.close ] [ dup 2 pick chan.send drop 1 i.- fill-N ] if ;
: pass-N ( Channel Channel -- )   # in out
  over chan.receive [ 1 i.+ over chan.send drop pass-N ] [ drop chan.close drop ] if ;
: sum-N ( Channel Channel Int -- )   # results in sum
  over chan.receive [ i.+ sum-N ] [ drop nip swap chan.send drop ] if ;`,
			results: 1, sum: triangle(m) + n*m,
		}
		p.start = fmt.Sprintf("chan.make %d channels.bounded ", r.IntN(4)) + spawns(1, fmt.Sprintf("%d fill-N", m))
		for range n {
			p.start += fmt.Sprintf("%d channels.bounded ", r.IntN(4)) + spawns(1, "pass-N") + "nip "
		}
		p.start += spawns(1, "0 sum-N") + "drop"
		return p
	},
	"selects that send to selects that receive": func(r *rand.Rand) part {
		senders, receivers, m, limit := 1+r.IntN(5), 1+r.IntN(5), r.IntN(30), r.IntN(3)
		return part{
			words: fmt.Sprintf(`: send-N ( Variant Int -- )   # channels left
  dup 0 i.= [ drop drop ] [
    list.make 1 3 pick 0 list.get drop channels.sending list.push 1 3 pick 1 list.get drop channels.sending list.push %s
    variant.tag :Sent symbol.= [ 1 i.- ] [ ] if send-N ] if ;
: take-N ( Channel Variant Int -- )   # results channels left
  dup 0 i.= [ drop drop 1 swap chan.send drop ] [
    over %s variant.tag :Received symbol.= [ 1 i.- ] [ ] if take-N ] if ;`,
				[]string{"channels.select", "1 channels.select-within", "0 channels.select-within chan.yield"}[limit],
				[]string{"1 channels.select-within", "channels.select", "channels.select"}[limit]),
			start: fmt.Sprintf("chan.make list.make %d channels.bounded list.push %d channels.bounded list.push\n  ", r.IntN(3), r.IntN(2)) +
				spawns(senders, fmt.Sprintf("nip %d send-N", m*receivers)) + spawns(receivers, fmt.Sprintf("%d take-N", m*senders)) + "drop",
			results: receivers, sum: receivers,
		}
	},
	"a topic with subscriptions": func(r *rand.Rand) part {
		n, m := r.IntN(6), r.IntN(30)
		p := part{
			words: `: tell-N ( Channel Int -- ) dup 0 i.= [ drop chan.close ] [ dup 2 pick chan.send drop 1 i.- tell-N ] if ;
: hear-N ( Channel Channel Int -- )   # results subscription sum
  over chan.receive [ i.+ hear-N ] [ drop nip swap chan.send drop ] if ;`,
			start:   "chan.make channels.topic\n  ",
			results: n, sum: n * triangle(m),
		}
		for range n {
			p.start += "dup channels.subscribe [ nip 0 hear-N ] strand.spawn drop drop\n  "
		}
		p.start += spawns(1, fmt.Sprintf("nip %d tell-N", m)) + "drop"
		return p
	},
	"waits that the end of a channel ends": func(r *rand.Rand) part {
		n := r.IntN(12)
		p := part{
			words: `: waits-N ( Channel Channel -- )   # results stop
  list.make over list.push 3600000 channels.ticker list.push chan.make list.push 5 0 channels.bounded channels.sending list.push
  channels.select :Closed variant-is-N nip swap chan.send drop ;
: variant-is-N ( Variant Symbol -- Int ) swap variant.tag symbol.= [ 1 ] [ 100 ] if ;`,
			start:   "chan.make chan.make\n  ",
			results: n, sum: n,
		}
		for range n {
			p.start += spawns(1, []string{"waits-N", "3600000 channels.receive-within :Closed variant-is-N swap chan.send drop"}[r.IntN(2)])
		}
		p.start += spawns(1, fmt.Sprintf("%d time.sleep-ms chan.close drop", r.IntN(3))) + "drop"
		return p
	},
	"receives with a time limit": func(r *rand.Rand) part {
		n, m := 1+r.IntN(4), r.IntN(20)
		return part{
			words: fmt.Sprintf(`: feed-N ( Channel Int -- ) dup 0 i.= [ drop drop ] [ dup 2 pick 1 channels.send-within variant.tag :Sent symbol.= [ 1 i.- ] [ ] if feed-N ] if ;
: get-N ( Channel Channel Int Int -- )   # results work left sum
  over 0 i.= [ nip nip swap chan.send drop ] [
    2 pick %d channels.receive-within channels.value [ i.+ swap 1 i.- swap ] [ drop chan.yield ] if get-N ] if ;`, r.IntN(2)),
			start: fmt.Sprintf("chan.make %d channels.bounded\n  ", r.IntN(3)) + spawns(n, fmt.Sprintf("nip %d feed-N", m)) +
				spawns(1, fmt.Sprintf("%d 0 get-N", n*m)) + "drop",
			results: 1, sum: n * triangle(m),
		}
	},
}
