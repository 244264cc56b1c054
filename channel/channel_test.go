package channel_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receiver is a strand that receives from a channel until it is closed.
type receiver struct {
	scheduler.Strand
	on      *scheduler.Scheduler
	from    *channel.Channel
	result  [2]stack.Value
	waiting bool
	got     []stack.Value
	ends    int // how often it got false
}

func (r *receiver) Run() scheduler.Status {
	for {
		if !r.waiting {
			// Parked: once the waiter is noted, this strand may run elsewhere.
			r.waiting = true
			if r.from.TryReceive(&r.Strand, r.on, &r.result) == channel.Blocked &&
				r.from.Receive(channel.Waiter{Strand: &r.Strand, Result: &r.result}, &r.Strand, r.on, &r.result) == channel.Blocked {
				return scheduler.Parked
			}
		}
		r.waiting = false
		if !r.result[1].AsBool() {
			r.ends++
			return scheduler.Ended
		}
		r.got = append(r.got, r.result[0])
	}
}

func (r *receiver) Interrupt() {}
func (r *receiver) Release()   {}

func receive(s *scheduler.Scheduler, from *channel.Channel) *receiver {
	r := &receiver{on: s, from: from}
	s.Start(&r.Strand, r, nil)
	return r
}

func TestValuesArriveInOrder(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	const n = 20_000
	for i := range n { // no receiver yet: a sender is never held up
		o, queued := c.TrySend(stack.FromInt(int64(i)), &s, nil)
		assert.Equal(t, channel.Done, o)
		assert.Equal(t, i+1, queued)
	}
	r := receive(&s, &c)
	c.Close(&s, nil)
	s.WaitAll()
	assert.Len(t, r.got, n)
	for i, v := range r.got {
		if v.AsInt() != int64(i) {
			t.Fatalf("value %d: %d", i, v.AsInt())
		}
	}
	sent, received, _ := s.Messages()
	assert.Equal(t, []int64{n, n}, []int64{sent, received})
}

// What would make a queue a multiple of some long is left to the sender's slow way, which gives way then; nothing else is.
func TestMessagesLeftOutOfAQueue(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	for n := range int64(12) {
		o := c.TrySendAmong(stack.FromInt(n), &s, nil, 4)
		if (n+1)%4 > 0 {
			assert.Equal(t, channel.Done, o, n)
			continue
		}
		assert.Equal(t, channel.Blocked, o, n)
		assert.Equal(t, int(n), c.Length(), "nothing was done")
		o, queued := c.TrySend(stack.FromInt(n), &s, nil)
		assert.Equal(t, channel.Done, o, n)
		assert.Equal(t, int(n)+1, queued)
	}
	c.Close(&s, nil)
	assert.Equal(t, channel.Closed, c.TrySendAmong(stack.FromInt(0), &s, nil, 4))
}

func TestCloseDrainsAndRefuses(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	c.TrySend(stack.FromInt(7), &s, nil)
	c.Close(&s, nil)
	c.Close(&s, nil)
	o, _ := c.TrySend(stack.FromInt(8), &s, nil)
	assert.Equal(t, channel.Closed, o)
	for i, want := range [][]stack.Value{{stack.FromInt(7)}, nil, nil} {
		r := receive(&s, &c)
		s.WaitAll()
		assert.Equal(t, want, r.got, "receiver %d", i)
		assert.Equal(t, stack.FromInt(0), r.result[0], "0 whatever the channel carried")
	}
	sent, received, _ := s.Messages()
	assert.Equal(t, []int64{1, 1}, []int64{sent, received}, "refused sends and empty receives do not count")
}

func TestCloseWakesAllReceivers(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	s.Hold()
	var all []*receiver
	for range 20 {
		all = append(all, receive(&s, &c))
	}
	c.Close(&s, nil)
	s.Release()
	s.WaitAll()
	for _, r := range all {
		assert.Equal(t, 1, r.ends)
	}
}

func TestArenaStringsAreCopiedOnTheirWay(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	s.Hold()
	r := receive(&s, &c)
	s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
		var a arena.Arena
		a.Poison()
		text := a.Alloc(18)
		copy(text, "Hello from sender!")
		c.TrySend(stack.FromArena(text).Promote(), &s, nil)
		a.End()
		c.Close(&s, nil)
		return d
	})
	s.Release()
	s.WaitAll()
	assert.Len(t, r.got, 1)
	assert.Equal(t, "Hello from sender!", r.got[0].AsString())
}

// Every value that a send accepted is received once, each sender's in order,
// whatever the interleaving, also while the channel is being closed.
func TestNothingIsLostOrDoubled(t *testing.T) {
	for round := range 20 {
		var s scheduler.Scheduler
		var c channel.Channel
		const senders, each = 20, 200
		s.Hold()
		var all []*receiver
		for range 8 {
			all = append(all, receive(&s, &c))
		}
		var accepted [senders]int64
		var sending sync.WaitGroup
		for k := range senders {
			sending.Go(func() {
				for i := range each {
					if o, _ := c.TrySend(stack.FromInt(int64(k*each+i)), &s, nil); o == channel.Closed {
						return
					}
					accepted[k]++
					if round%2 == 1 && k == 0 && i == each/2 {
						c.Close(&s, nil)
					}
				}
			})
		}
		sending.Wait()
		c.Close(&s, nil)
		s.Release()
		s.WaitAll()
		var count [senders]int64
		for _, r := range all {
			last := map[int64]int64{}
			for _, v := range r.got {
				k, i := v.AsInt()/each, v.AsInt()%each
				if before, ok := last[k]; ok && before >= i {
					t.Fatalf("sender %d: %d came behind %d", k, i, before)
				}
				last[k] = i
				count[k]++
			}
		}
		assert.Equal(t, accepted, count)
	}
}

// once is a strand that runs a function.
type once struct {
	scheduler.Strand
	f func(*once)
}

func (t *once) Run() scheduler.Status { t.f(t); return scheduler.Ended }
func (t *once) Interrupt()            {}
func (t *once) Release()              {}

func BenchmarkSendReceive(b *testing.B) {
	var s scheduler.Scheduler
	var c channel.Channel
	var result [2]stack.Value
	k := &once{f: func(self *once) {
		for b.Loop() {
			c.TrySend(stack.FromInt(1), &s, self.Worker())
			c.TryReceive(&self.Strand, &s, &result)
		}
	}}
	s.Start(&k.Strand, k, nil)
	s.WaitAll()
}
