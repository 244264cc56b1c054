package scheduler

import (
	"math"
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
	assert.EqualValues(t, 4, c.unclaimed())
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

// interrupted is a task that notes how often it was interrupted.
type interrupted struct{ times int }

func (*interrupted) Run() Status  { return Parked }
func (i *interrupted) Interrupt() { i.times++ }
func (*interrupted) Release()     {}

// A strand that something outside has woken does not wait for those that run for long: one of them is asked to give way, and those that
// gave way before come behind.
func TestStrandsFromOutsideComeFirst(t *testing.T) {
	c := &Scheduler{limit: 1}
	c.busy.Store(c.limit)
	c.watching.Store(true)
	w := &Worker{scheduler: c}
	all := []*Worker{w}
	c.workers.Store(&all)
	var task interrupted
	runs, gaveWay, woken := &Strand{task: &task}, &Strand{}, &Strand{}
	w.current.Store(runs)
	w.rounds.Store(1)
	c.looked.Store(math.MaxInt64) // the monitor has just looked

	c.Ready(woken, nil)
	assert.Zero(t, task.times, "it has just begun")
	assert.False(t, w.Asked())
	assert.Equal(t, woken, w.pick())

	w.look(tick)
	c.enqueue(gaveWay, nil)
	c.Ready(woken, nil)
	assert.Equal(t, 1, task.times, "it has run since the last look")
	assert.False(t, w.Alone())
	assert.True(t, w.Asked())
	assert.False(t, w.Asked(), "once")
	assert.Equal(t, []*Strand{woken, gaveWay}, []*Strand{w.pick(), w.pick()})
	c.enqueue(gaveWay, nil)
	c.Ready(woken, nil)
	w.rounds.Store(fairness)
	assert.Equal(t, gaveWay, w.pick(), "now and then the order is turned round, so that nobody waits for ever")

	w.asked.Store(false)
	w.rounds.Store(1)
	w.queue.push(gaveWay)
	c.urgent.push(gaveWay)
	c.looked.Store(0)
	c.Ready(woken, nil)
	assert.True(t, w.Asked(), "the monitor has had no processor for long")
	assert.Equal(t, woken, w.pick(), "before those of the worker and those that it has handed over")
}
