package scheduler

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Where strands run for less than a grain at a time, those that they wake and those that give way
// stay on the worker; where they run for longer, all workers may take them.
func TestShortStrandsStay(t *testing.T) {
	// Nobody runs them, nor is there a monitor: the test looks and picks in place of both.
	c := &Scheduler{limit: 2}
	c.busy.Store(c.limit)
	c.watching.Store(true)
	w := &Worker{scheduler: c}
	all := []*Worker{w}
	c.workers.Store(&all)
	strands := make([]Strand, 4)
	ready := func() {
		for i := range strands {
			c.Ready(&strands[i], w)
		}
	}
	pickAll := func() (picked []*Strand) {
		w.rounds.Store(w.rounds.Load()/fairness*fairness + 1) // not one in which the oldest comes first
		for w.holds() {
			picked = append(picked, w.pick())
		}
		return picked
	}
	inOrder := []*Strand{&strands[3], &strands[0], &strands[1], &strands[2]}

	ready()
	assert.EqualValues(t, 3, w.queue.size.Load(), "nothing is known yet")
	assert.Equal(t, inOrder, pickAll())

	w.rounds.Add(2 * uint64(tick/grain))
	assert.False(t, w.look(tick))
	ready()
	assert.EqualValues(t, 0, w.queue.size.Load())
	assert.EqualValues(t, 3, w.woken.size.Load())
	assert.False(t, c.waiting(), "others have no business there")
	assert.True(t, c.pending())
	assert.False(t, w.Alone())
	assert.Equal(t, inOrder, pickAll())

	w.look(tick) // pickAll has changed the number of rounds
	w.rounds.Add(2 * uint64(tick/grain))
	w.look(tick)
	ready()
	w.rounds.Add(uint64(tick/grain) / slack * 2)
	assert.True(t, w.look(tick), "somewhat longer is short enough to stay")
	assert.EqualValues(t, 3, w.woken.size.Load())
	w.rounds.Add(uint64(tick/grain) / slack / 2)
	assert.True(t, w.look(tick))
	assert.False(t, w.holds(), "they run for long now")
	assert.EqualValues(t, 4, c.queue.size.Load())
	assert.True(t, c.waiting())
}

// A single worker has nobody to hand strands to.
func TestOneWorkerKeepsItsOrder(t *testing.T) {
	c := &Scheduler{limit: 1}
	w := &Worker{scheduler: c}
	w.rounds.Add(1 << 20)
	w.look(time.Millisecond)
	assert.False(t, w.short.Load())
}
