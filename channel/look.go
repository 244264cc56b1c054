package channel

import "github.com/seqvm/seqvm/stack"

// Seen is what there is to see of a channel: what kind it is ("" for an unbounded one), whether it is closed, what it
// holds, the oldest value first, and how much it may hold if it is bounded.
type Seen struct {
	Kind   string
	Closed bool
	Values []stack.Value
	Limit  int
}

// Look returns what there is to see of the channel, with so many values at most, and how many there are. It changes nothing.
func (c *Channel) Look(most int) (seen Seen, held int) {
	add := func(v stack.Value) {
		if held++; held <= most {
			seen.Values = append(seen.Values, v)
		}
	}
	switch k := c.kind.(type) {
	case nil:
		c.receive.Lock()
		defer c.receive.Unlock()
		c.send.Lock()
		defer c.send.Unlock()
		seen.Closed = c.closed
		for _, v := range c.taken[c.head:] {
			add(v)
		}
		for _, v := range c.sent {
			add(v)
		}
	case *bounded:
		k.mu.Lock()
		defer k.mu.Unlock()
		seen.Kind, seen.Closed, seen.Limit = "bounded", k.closed, k.limit
		for i := range k.n {
			add(k.ring[(k.head+i)%len(k.ring)])
		}
	case *clock:
		k.mu.Lock()
		defer k.mu.Unlock()
		seen.Kind, seen.Closed = "clock", k.closed
	case *topic:
		k.mu.Lock()
		defer k.mu.Unlock()
		seen.Kind, seen.Closed = "topic", k.closed
	}
	return seen, held
}
