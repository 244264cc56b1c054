package channel_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// message is a value that an actor has sent to one of the channels, or received from it.
type message struct{ channel, actor, number int }

const most = 1 << 16

func (m message) value() stack.Value { return stack.FromInt(int64(m.actor*most + m.number)) }

// actor is a strand that does random things with channels and notes what came of them.
type actor struct {
	scheduler.Strand
	world    *world
	index    int
	rand     *rand.Rand
	left     int
	number   int // of the last value
	wait     channel.Selection
	result   [2]stack.Value
	pending  func() // notes the outcome of the operation that the strand waits in
	accepted []message
	received []message
	ended    map[int]bool // channels of which it has seen the end
	problem  string
}

// world is the channels, and the actors.
type world struct {
	scheduler.Scheduler
	channels []*channel.Channel
	actors   []*actor
	cancels  bool // others cancel what the actors wait for with a select
}

func (a *actor) Interrupt() {}
func (a *actor) Release()   {}

func (a *actor) Run() scheduler.Status {
	if a.pending != nil {
		a.settle()
	}
	for ; a.left > 0; a.left-- {
		switch a.act() {
		case scheduler.Parked:
			return scheduler.Parked
		case scheduler.Yielded:
			a.left--
			return scheduler.Yielded
		}
	}
	return scheduler.Ended
}

// settle notes the outcome of the operation that has just ended.
func (a *actor) settle() {
	a.pending()
	a.pending = nil
	a.left--
}

// act does one random thing. Once Parked is returned, the strand is not the caller's any more.
func (a *actor) act() scheduler.Status {
	at := a.rand.IntN(len(a.world.channels))
	c := a.world.channels[at]
	switch a.rand.IntN(20) {
	case 0:
		if a.rand.IntN(8) == 0 {
			c.Close(&a.world.Scheduler, a.Worker())
		}
	case 1:
		return scheduler.Yielded
	case 2:
		if o := c.TryReceive(&a.Strand, &a.world.Scheduler, &a.result); o != channel.Blocked {
			a.got(at, a.result[0], o == channel.Done)
		}
	case 3:
		m := a.next(at)
		if o, _ := c.TrySend(m.value(), &a.world.Scheduler, a.Worker()); o == channel.Done {
			a.accepted = append(a.accepted, m)
		}
	case 4, 5, 6, 7:
		a.pending = func() { a.got(at, a.result[0], a.result[1].AsBool()) }
		if c.Receive(channel.Waiter{Strand: &a.Strand, Result: &a.result}, &a.Strand, &a.world.Scheduler, &a.result) == channel.Blocked {
			return scheduler.Parked
		}
		a.pending()
		a.pending = nil
	case 8, 9, 10, 11, 12:
		m := a.next(at)
		a.result[0] = m.value()
		a.pending = func() {
			if a.result[0].AsBool() {
				a.accepted = append(a.accepted, m)
			}
		}
		o := c.Send(channel.Waiter{Strand: &a.Strand, Result: &a.result}, m.value(), &a.world.Scheduler, a.Worker())
		if o == channel.Blocked {
			return scheduler.Parked
		}
		a.result[0] = stack.FromBool(o == channel.Done)
		a.pending()
		a.pending = nil
	default:
		return a.choose()
	}
	return scheduler.Ended
}

func (a *actor) next(at int) message {
	a.number++
	return message{at, a.index, a.number}
}

// got notes what a receive has brought.
func (a *actor) got(at int, v stack.Value, ok bool) {
	if !ok {
		a.ended[at] = true
		if v != stack.FromInt(0) {
			a.problem = "a receive that failed has brought a value"
		}
		return
	}
	if a.ended[at] {
		a.problem = fmt.Sprintf("channel %d has a value behind its end", at)
	}
	a.received = append(a.received, message{at, int(v.AsInt() / most), int(v.AsInt() % most)})
}

// choose is a select over some channels, some of them twice, with or without a time.
func (a *actor) choose() scheduler.Status {
	var list []stack.Value
	var messages []message
	for range 1 + a.rand.IntN(4) {
		at := a.rand.IntN(len(a.world.channels))
		c := stack.FromObject(stack.Channel, unsafe.Pointer(a.world.channels[at]))
		m := message{channel: at}
		if a.rand.IntN(2) == 0 {
			m = a.next(at)
			c = stack.FromVariant(stack.NewVariant(&stack.Tag{Name: "Send", Union: -1}, []stack.Value{m.value(), c}))
		}
		messages = append(messages, m)
		list = append(list, c)
	}
	if bad := a.wait.From(stack.FromList(list).AsVariant()); bad >= 0 {
		a.problem = "a case is none"
	}
	limit := a.rand.IntN(3)
	note := func() {
		a.wait.Disarm()
		switch at, v, ok := a.wait.Chosen(); {
		case at == channel.Elapsed:
			if limit == 2 && !a.world.cancels {
				a.problem = "a select without a limit has ended without a case"
			}
		case !a.wait.Case(at).Send:
			a.got(messages[at].channel, v, ok)
		case ok:
			a.accepted = append(a.accepted, messages[at])
		}
		a.wait.Clear()
	}
	for !a.wait.Poll(&a.Strand) {
		if limit == 0 {
			a.wait.Clear()
			return scheduler.Ended
		}
		a.wait.BeginCases()
		if limit == 1 {
			a.wait.Arm(time.Duration(a.rand.IntN(50)) * time.Microsecond)
		}
		a.pending = note
		switch a.wait.Register(&a.Strand) {
		case channel.Done, channel.Closed:
		case channel.Again:
			a.wait.Disarm()
			continue
		default:
			if a.wait.Park() {
				return scheduler.Parked
			}
		}
		break
	}
	note()
	a.pending = nil
	return scheduler.Ended
}

// newWorld makes random channels and actors.
func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 7))
	w := &world{cancels: seed%3 == 0}
	for range 1 + r.IntN(5) {
		c := new(channel.Channel)
		if r.IntN(3) > 0 {
			c = channel.Bounded([]int{0, 0, 1, 2, 7}[r.IntN(5)])
		}
		w.channels = append(w.channels, c)
	}
	for i := range 2 + r.IntN(12) {
		a := &actor{world: w, index: i, rand: rand.New(rand.NewPCG(seed, uint64(100+i))), left: r.IntN(150), ended: map[int]bool{}}
		a.wait.Init(&a.Strand, &w.Scheduler)
		w.actors = append(w.actors, a)
	}
	w.DeadlocksRepeat = true
	w.OnDeadlock = w.closeAll // what waits for ever ends then
	return w
}

func (w *world) closeAll() {
	for _, c := range w.channels {
		c.Close(&w.Scheduler, nil)
	}
}

// run runs all actors.
func (w *world) run() {
	w.Hold()
	for _, a := range w.actors {
		w.Start(&a.Strand, a, nil)
	}
	var cancelling sync.WaitGroup
	if w.cancels {
		for _, a := range w.actors {
			cancelling.Go(func() {
				for range 50 {
					a.wait.Cancel()
				}
			})
		}
	}
	w.Release()
	w.WaitAll()
	cancelling.Wait()
}

// TestRandomOperations compares random operations with a simple model: what was accepted is received once or
// still there, the values of each sender arrive in order, nothing comes behind the end of a channel, and
// the counters are exact. SEQVM_STRESS=30m makes it run for so long.
func TestRandomOperations(t *testing.T) {
	seeds, until := uint64(400), time.Time{}
	if testing.Short() {
		seeds = 100
	}
	if text := os.Getenv("SEQVM_STRESS"); text != "" {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		until, seeds = time.Now().Add(d), 1<<62
	}
	seed := uint64(0)
	for ; seed < seeds && (until.IsZero() || time.Now().Before(until)); seed++ {
		w := newWorld(seed)
		w.run()
		w.closeAll()
		drain := &actor{world: w, ended: map[int]bool{}}
		w.Start(&drain.Strand, &once{f: func(*once) {
			for at, c := range w.channels {
				for o := channel.Done; o == channel.Done; {
					if o = c.TryReceive(&drain.Strand, &w.Scheduler, &drain.result); o == channel.Done {
						drain.got(at, drain.result[0], true)
					}
				}
			}
		}}, nil)
		w.WaitAll()
		w.check(t, drain)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d worlds", seed)
}

func (w *world) check(t *testing.T, drain *actor) {
	accepted, received := map[message]int{}, map[message]int{}
	var sends, receives int64
	for _, a := range append(w.actors, drain) {
		assert.Empty(t, a.problem)
		sends += int64(len(a.accepted))
		receives += int64(len(a.received))
		for _, m := range a.accepted {
			accepted[m]++
		}
		last := map[message]int{}
		for _, m := range a.received {
			received[m]++
			sender := message{m.channel, m.actor, 0}
			assert.Greater(t, m.number, last[sender], "channel %d, sender %d: the order", m.channel, m.actor)
			last[sender] = m.number
		}
	}
	assert.Equal(t, accepted, received)
	sent, got, _ := w.Messages()
	assert.Equal(t, []int64{sends, receives}, []int64{sent, got}, "the counters")
	c := w.Counters()
	assert.Equal(t, c.Spawned, c.Completed)
}
