package channel_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func waiter(s *scheduler.Scheduler, id int64, stop chan struct{}) *channel.Waiter {
	return &channel.Waiter{Scheduler: s, ID: id, Stop: stop, Where: func() (string, string) { return "chan.receive", "x.seq:1" }}
}

func TestValuesArriveInOrder(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	const n = 20_000
	for i := range n {
		assert.True(t, c.Send(stack.FromInt(int64(i))))
	}
	w := waiter(&s, 1, nil)
	for i := range n {
		v, ok, _ := c.Receive(w)
		if !ok || v.AsInt() != int64(i) {
			t.Fatalf("value %d: %d %t", i, v.AsInt(), ok)
		}
	}
}

func TestCloseDrainsAndRefuses(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	c.Send(stack.FromInt(7))
	c.Close()
	c.Close()
	assert.False(t, c.Send(stack.FromInt(8)))
	w := waiter(&s, 1, nil)
	v, ok, _ := c.Receive(w)
	assert.True(t, ok)
	assert.Equal(t, int64(7), v.AsInt())
	for range 2 {
		v, ok, _ = c.Receive(w)
		assert.False(t, ok)
		assert.Equal(t, int64(0), v.AsInt())
	}
}

func TestCloseWakesAllReceivers(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	for range 20 {
		s.Spawn(func(id int64) {
			_, ok, stopped := c.Receive(waiter(&s, id, nil))
			assert.False(t, ok)
			assert.False(t, stopped)
		})
	}
	c.Close()
	s.WaitAll()
}

// Every value that a send accepted is received once, whatever the interleaving.
func TestNothingIsLostOrDoubled(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	const senders, each, receivers = 20, 500, 8
	var mu sync.Mutex
	got := map[int64]int{}
	for range receivers {
		s.Spawn(func(id int64) {
			w := waiter(&s, id, nil)
			for {
				v, ok, _ := c.Receive(w)
				if !ok {
					return
				}
				mu.Lock()
				got[v.AsInt()]++
				mu.Unlock()
			}
		})
	}
	var sending sync.WaitGroup
	for k := range senders {
		sending.Go(func() {
			for i := range each {
				c.Send(stack.FromInt(int64(k*each + i)))
			}
		})
	}
	sending.Wait()
	c.Close()
	s.WaitAll()
	assert.Len(t, got, senders*each)
	for v, n := range got {
		if n != 1 {
			t.Fatalf("%d came %d times", v, n)
		}
	}
}

func TestStopEndsAWait(t *testing.T) {
	var s scheduler.Scheduler
	var c channel.Channel
	stop := make(chan struct{})
	s.Spawn(func(id int64) {
		_, _, stopped := c.Receive(waiter(&s, id, stop))
		assert.True(t, stopped)
	})
	close(stop)
	s.WaitAll()
}

func BenchmarkSendReceive(b *testing.B) {
	var s scheduler.Scheduler
	var c channel.Channel
	w := waiter(&s, 1, nil)
	for b.Loop() {
		c.Send(stack.FromInt(1))
		c.Receive(w)
	}
}
