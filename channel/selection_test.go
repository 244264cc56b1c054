package channel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// chooser is a strand whose first run begins a wait and whose second one sees how it ended.
type chooser struct {
	scheduler.Strand
	on     *scheduler.Scheduler
	wait   channel.Selection
	result [2]stack.Value
	begin  func(*chooser)
	ended  func(*chooser)
	begun  bool
}

func (c *chooser) Run() scheduler.Status {
	if !c.begun {
		c.begun = true
		c.wait.Begin(&c.result)
		c.begin(c)
		if c.wait.Park() {
			return scheduler.Parked
		}
	}
	c.wait.Disarm()
	if c.ended != nil {
		c.ended(c)
	}
	return scheduler.Ended
}

func (c *chooser) Interrupt() {}
func (c *chooser) Release()   {}

func choose(s *scheduler.Scheduler, begin func(*chooser)) *chooser {
	c := &chooser{on: s, begin: begin}
	c.wait.Init(&c.Strand, s)
	s.Start(&c.Strand, c, nil)
	return c
}

// A wait for a channel, a time and a cancellation ends once, whichever comes first, and
// a value that came too late is still there.
func TestASelectionEndsOnce(t *testing.T) {
	for round := range 300 {
		var s scheduler.Scheduler
		var c channel.Channel
		s.Hold()
		w := choose(&s, func(w *chooser) {
			if round%3 > 0 {
				w.wait.Arm(time.Duration(round) * time.Microsecond / 4)
			}
			c.Receive(w.wait.Waiter(0), &w.Strand, &s, &w.result)
		})
		done := make(chan struct{})
		go func() {
			if round%2 == 0 {
				w.wait.Cancel()
			}
			close(done)
		}()
		c.TrySend(stack.FromInt(7), &s, nil)
		<-done
		s.WaitAll()
		s.Release()
		var left [2]stack.Value
		rest := choose(&s, func(w *chooser) { c.TryReceive(&w.Strand, &s, &left); w.wait.Own() })
		s.WaitAll()
		assert.False(t, rest.result[1].AsBool())
		sent, received, _ := s.Messages()
		assert.Equal(t, []int64{1, 1}, []int64{sent, received})
		assert.NotEqual(t, w.result[1] == stack.FromBool(true), left[1] == stack.FromBool(true), "round %d: the value is with one of the two", round)
	}
}

// Nothing holds a scheduler whose wait with a time limit has ended early.
func TestAnEarlyEndTakesTheTimerOut(t *testing.T) {
	dead := make(chan struct{})
	s := scheduler.Scheduler{OnDeadlock: func() { close(dead) }}
	var c, never channel.Channel
	s.Hold()
	choose(&s, func(w *chooser) {
		w.wait.Arm(time.Hour)
		c.Receive(w.wait.Waiter(0), &w.Strand, &s, &w.result)
	})
	receive(&s, &never)
	c.TrySend(stack.FromInt(7), &s, nil)
	s.Release()
	<-dead
	s.Stop()
}
