package channel_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// receiving is a list of cases that receive.
func receiving(channels ...*channel.Channel) *stack.VariantValue {
	var list []stack.Value
	for _, c := range channels {
		list = append(list, stack.FromObject(stack.Channel, unsafe.Pointer(c)))
	}
	return stack.FromList(list).AsVariant()
}

// alone runs a function on a strand.
func alone(s *scheduler.Scheduler, f func(*once)) {
	o := &once{f: f}
	s.Start(&o.Strand, o, nil)
	s.WaitAll()
}

// Of the cases that are ready each is chosen equally often, whatever lies between them. The bound is seven
// standard deviations.
func TestEachReadyCaseIsChosenEquallyOften(t *testing.T) {
	var s scheduler.Scheduler
	const n, each = 11, 3000
	var channels []*channel.Channel
	ready := 0
	for i := range n {
		c := new(channel.Channel)
		if i%4 != 1 {
			c.Close(&s, nil)
			ready++
		}
		channels = append(channels, c)
	}
	var counts [n]int
	alone(&s, func(self *once) {
		var wait channel.Selection
		wait.Init(&self.Strand, &s)
		wait.From(receiving(channels...))
		for range ready * each {
			wait.Poll(&self.Strand)
			at, _, _ := wait.Chosen()
			counts[at]++
		}
	})
	for i, count := range counts {
		if i%4 == 1 {
			assert.Zero(t, count)
			continue
		}
		assert.InDelta(t, each, count, 7*55, "case %d", i)
	}
}

// again is a strand that waits in a select until it has been woken so many times.
type again struct {
	scheduler.Strand
	wait  channel.Selection
	list  *stack.VariantValue
	left  int
	woken func()
}

func (a *again) Interrupt() {}
func (a *again) Release()   {}
func (a *again) Run() scheduler.Status {
	for ; a.left > 0; a.left-- {
		if a.wait.Cases() > 0 { // it comes back
			a.woken()
			a.wait.Clear()
			if a.left--; a.left == 0 {
				break
			}
		}
		a.wait.From(a.list)
		a.wait.BeginCases()
		if a.wait.Register(&a.Strand) == channel.Blocked && a.wait.Park() {
			return scheduler.Parked
		}
	}
	return scheduler.Ended
}

// A channel that nobody sends to does not grow by those who wait for it, and for another one, again and again.
func TestSelectsLeaveNothingBehind(t *testing.T) {
	for name, quiet := range map[string]*channel.Channel{"unbounded": new(channel.Channel), "bounded": channel.Bounded(1)} {
		var s scheduler.Scheduler
		busy := new(channel.Channel)
		const rounds = 60_000
		longest := 0
		a := &again{list: receiving(quiet, busy), left: rounds}
		a.wait.Init(&a.Strand, &s)
		a.woken = func() {
			longest = max(longest, quiet.Noted())
			s.Hold()
			go func() { busy.TrySend(stack.FromInt(1), &s, nil); s.Release() }()
		}
		s.Hold()
		s.Start(&a.Strand, a, nil)
		busy.TrySend(stack.FromInt(1), &s, nil)
		s.Release()
		s.WaitAll()
		assert.LessOrEqual(t, longest, 64, name)
	}
}

// Many strands wait for one channel, each for another one as well; the end of the one wakes all.
func TestACloseWakesAHundredThousandSelects(t *testing.T) {
	var s scheduler.Scheduler
	const strands = 100_000
	var stop channel.Channel
	var woken atomic.Int64
	s.Hold()
	for range strands {
		a := &again{list: receiving(&stop, new(channel.Channel)), left: 1, woken: func() { woken.Add(1) }}
		a.wait.Init(&a.Strand, &s)
		s.Start(&a.Strand, a, nil)
	}
	for stop.Waiting() < strands {
		runtime.Gosched()
	}
	stop.Close(&s, nil)
	s.Release()
	s.WaitAll()
	assert.EqualValues(t, strands, woken.Load())
}

// A clock has no timer: who holds it holds nothing of the scheduler, and a wait that another
// channel has ended does not either.
func TestClocksHoldNothing(t *testing.T) {
	var dead atomic.Bool
	var s scheduler.Scheduler
	var other, never channel.Channel
	ticker, after := channel.Ticker(time.Hour), channel.After(time.Hour)
	s.OnDeadlock = func() {
		dead.Store(true)
		never.Close(&s, nil)
	}
	s.Hold()
	choose(&s, func(c *chooser) {
		c.wait.From(receiving(ticker, after, &other))
		at, ok := c.wait.Next()
		assert.True(t, ok)
		assert.WithinDuration(t, time.Now().Add(time.Hour), at, time.Minute)
		c.wait.Arm(time.Until(at))
		c.wait.Register(&c.Strand)
	})
	receive(&s, &never)
	other.TrySend(stack.FromInt(1), &s, nil)
	s.Release()
	s.WaitAll()
	assert.True(t, dead.Load())
}

func TestTickerNumbersItsTicks(t *testing.T) {
	var s scheduler.Scheduler
	ticker := channel.Ticker(time.Millisecond)
	alone(&s, func(self *once) {
		last := int64(0)
		for range 5 {
			var result [2]stack.Value
			for ticker.TryReceive(&self.Strand, &s, &result) == channel.Blocked {
				at, ok := ticker.Next()
				assert.True(t, ok)
				assert.LessOrEqual(t, time.Until(at), time.Millisecond)
				runtime.Gosched()
			}
			assert.Greater(t, result[0].AsInt(), last)
			last = result[0].AsInt()
		}
		o, _ := ticker.TrySend(stack.FromInt(1), &s, nil)
		assert.Equal(t, channel.Closed, o)
		ticker.Close(&s, nil)
		var result [2]stack.Value
		for ticker.TryReceive(&self.Strand, &s, &result) == channel.Done {
			assert.Greater(t, result[0].AsInt(), last)
		}
		assert.Equal(t, stack.FromInt(0), result[0])
		_, ok := ticker.Next()
		assert.False(t, ok)
	})
}

// Subscriptions that nobody holds, or that were closed, are dropped although nothing is sent.
func TestATopicDropsSubscriptions(t *testing.T) {
	var s scheduler.Scheduler
	topic := channel.Topic()
	for i := range 10_000 {
		c, ok := topic.Subscribe()
		assert.True(t, ok)
		if i%2 == 0 {
			c.Close(&s, nil)
		}
		if i%1000 == 999 {
			runtime.GC()
		}
	}
	assert.Less(t, topic.Subscriptions(), 4000)
	kept, _ := topic.Subscribe()
	runtime.GC()
	topic.TrySend(stack.FromInt(1), &s, nil)
	assert.Equal(t, 1, topic.Subscriptions())
	assert.Equal(t, 1, kept.Length())
	_, ok := new(channel.Channel).Subscribe()
	assert.False(t, ok)
	sent, _, _ := s.Messages()
	assert.EqualValues(t, 1, sent, "one send, however many get it")
}

// The ring keeps its order when it grows while it is wrapped around, and beyond its limit.
func TestBoundedChannelsKeepTheOrder(t *testing.T) {
	var s scheduler.Scheduler
	c := channel.Bounded(100)
	next, want := int64(0), int64(0)
	alone(&s, func(self *once) {
		var result [2]stack.Value
		take := func(n int) {
			for range n {
				assert.Equal(t, channel.Done, c.TryReceive(&self.Strand, &s, &result))
				assert.Equal(t, want, result[0].AsInt())
				want++
			}
		}
		for size := 5; size < 100; size += 7 {
			for c.Length() < size {
				c.TrySend(stack.FromInt(next), &s, self.Worker())
				next++
			}
			take(3)
		}
		for o := channel.Done; o == channel.Done; next++ {
			o, _ = c.TrySend(stack.FromInt(next), &s, self.Worker())
		}
		next--
		assert.Equal(t, 100, c.Length())
		for range 30 {
			assert.Equal(t, channel.Done, c.Deliver(stack.FromInt(next), &s, self.Worker()))
			next++
		}
		take(20)
		o, _ := c.TrySend(stack.FromInt(next), &s, self.Worker())
		assert.Equal(t, channel.Blocked, o, "there are more than the limit still")
		take(110)
		assert.Equal(t, channel.Blocked, c.TryReceive(&self.Strand, &s, &result))
		c.Close(&s, nil)
		assert.Equal(t, channel.Closed, c.Deliver(stack.FromInt(next), &s, nil))
	})
}

func BenchmarkSelectReady(b *testing.B) {
	var s scheduler.Scheduler
	var channels []*channel.Channel
	for range 4 {
		channels = append(channels, channel.Bounded(1))
	}
	alone(&s, func(self *once) {
		var wait channel.Selection
		wait.Init(&self.Strand, &s)
		list := receiving(channels...)
		for b.Loop() {
			channels[3].TrySend(stack.FromInt(1), &s, self.Worker())
			wait.From(list)
			wait.Poll(&self.Strand)
			wait.Clear()
		}
	})
}
