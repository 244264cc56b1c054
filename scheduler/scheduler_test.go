package scheduler_test

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// task is a strand for tests: each run is one call of step.
type task struct {
	scheduler.Strand
	step        func(*task) scheduler.Status
	interrupted atomic.Bool
}

func (t *task) Run() scheduler.Status { return t.step(t) }
func (t *task) Interrupt()            { t.interrupted.Store(true) }
func (t *task) Release()              {}

func start(s *scheduler.Scheduler, step func(*task) scheduler.Status) *task {
	t := &task{step: step}
	s.Start(&t.Strand, t, nil)
	return t
}

// ---- 11.1 Strand lifecycle counters

func TestLifecycleCounters(t *testing.T) {
	var s scheduler.Scheduler
	var ran atomic.Int64
	for range 10 {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { ran.Add(1); return d })
	}
	s.WaitAll()
	c := s.Counters()
	assert.Equal(t, int64(10), ran.Load())
	assert.GreaterOrEqual(t, c.Spawned, int64(10))
	assert.GreaterOrEqual(t, c.Completed, int64(10))
}

func TestCountersHoldAtRest(t *testing.T) {
	var s scheduler.Scheduler
	for i := range 10_000 {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
			if i%1000 == 7 {
				panic("lost")
			}
			return d
		})
	}
	s.WaitAll()
	c := s.Counters()
	assert.Equal(t, scheduler.Counters{Spawned: 10_000, Completed: 9_990, Peak: c.Peak}, c)
	assert.Equal(t, int64(10), c.Lost())
	assert.Equal(t, c.Spawned, c.Completed+c.Active+c.Lost())
	assert.Zero(t, scheduler.Counters{Spawned: 3, Active: 2, Completed: 2}.Lost(), "a snapshot between two changes is never negative")
}

func TestPeakIsWhatWasActiveAtOnce(t *testing.T) {
	var s scheduler.Scheduler
	gate := make(chan struct{})
	for range 50 {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { <-gate; return d })
	}
	close(gate)
	s.WaitAll()
	assert.GreaterOrEqual(t, s.Counters().Peak, int64(50))
}

func TestUniqueIDs(t *testing.T) {
	var s scheduler.Scheduler
	var seen sync.Map
	var spawners sync.WaitGroup
	for range 4 {
		spawners.Go(func() {
			for range 25 {
				id := s.Spawn(func(d *stack.Stack) *stack.Stack { return d }, nil)
				_, double := seen.LoadOrStore(id, true)
				assert.False(t, double)
				assert.Positive(t, id)
			}
		})
	}
	spawners.Wait()
	s.WaitAll()
	assert.Equal(t, int64(101), s.Spawn(func(d *stack.Stack) *stack.Stack { return d }, nil), "ids count from 1")
	s.WaitAll()
}

// ---- 11.2 Init, run, shutdown, wait-all

func TestInitIsIdempotent(t *testing.T) {
	var s scheduler.Scheduler
	_, begun := s.Elapsed()
	assert.False(t, begun)
	s.Init()
	first, begun := s.Elapsed()
	assert.True(t, begun)
	var all sync.WaitGroup
	for range 8 {
		all.Go(s.Init)
	}
	all.Wait()
	time.Sleep(time.Millisecond)
	later, _ := s.Elapsed()
	assert.Greater(t, later, first, "the first Init is the start")
}

func TestShutdownIsSafeAnyTime(t *testing.T) {
	var s scheduler.Scheduler
	s.Shutdown()
	s.Init()
	s.Shutdown()
	s.Shutdown()
	var ran atomic.Bool
	s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { ran.Store(true); return d })
	s.WaitAll()
	assert.True(t, ran.Load())
}

func TestWaitAllWakesEveryWaiter(t *testing.T) {
	var s scheduler.Scheduler
	s.WaitAll() // before any spawn
	for range 200 {
		before := s.Counters().Completed
		gate := make(chan struct{})
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { <-gate; return d })
		var waiters sync.WaitGroup
		for range 8 {
			waiters.Go(func() {
				s.WaitAll()
				assert.Equal(t, before+1, s.Counters().Completed, "the last completion is counted when the wait returns")
			})
		}
		close(gate)
		waiters.Wait()
	}
}

func TestSpawnsOfSpawnsKeepTheWaitGoing(t *testing.T) {
	var s scheduler.Scheduler
	var last atomic.Bool
	s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
			time.Sleep(5 * time.Millisecond)
			s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { last.Store(true); return d })
			return d
		})
		return d
	})
	s.WaitAll()
	assert.True(t, last.Load())
}

// ---- 11.3 Spawn variants

func TestLegacySpawn(t *testing.T) {
	var s scheduler.Scheduler
	var n atomic.Int64
	for range 100 {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
			assert.Nil(t, d)
			n.Add(1)
			return nil
		})
	}
	s.WaitAll()
	assert.Equal(t, int64(100), n.Load())
}

func TestSpawnHandsOverTheStack(t *testing.T) {
	var s scheduler.Scheduler
	d := stack.NewStack(4)
	d.Push(stack.FromInt(99))
	var runs atomic.Int64
	s.SpawnWithBase(func(d *stack.Stack) *stack.Stack {
		runs.Add(1)
		copied, ok := d.CloneWithBase()
		assert.True(t, ok)
		v, _ := copied.Pop()
		assert.Equal(t, int64(99), v.AsInt())
		return d
	}, d, 0)
	s.WaitAll()
	assert.Equal(t, int64(1), runs.Load())
	assert.Zero(t, d.Depth(), "the stack that the entry returned was released")
}

func TestStressOfSpawns(t *testing.T) {
	for _, n := range []int64{1000, 10_000} {
		var s scheduler.Scheduler
		var ran atomic.Int64
		for range n {
			s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { ran.Add(1); return d })
		}
		s.WaitAll()
		assert.Equal(t, n, ran.Load())
	}
}

func TestAPanicLosesTheStrandOnly(t *testing.T) {
	var s scheduler.Scheduler
	var reason atomic.Value
	s.OnPanic = func(r any) { reason.Store(r) }
	s.SpawnLegacy(func(*stack.Stack) *stack.Stack { panic("a bug") })
	s.WaitAll()
	assert.Equal(t, "a bug", reason.Load())
	c := s.Counters()
	assert.Zero(t, c.Active)
	assert.Zero(t, c.Completed)
	assert.Equal(t, int64(1), c.Lost())
}

// ---- 11.6 Yield and the safety valve

func TestValveDisabled(t *testing.T) {
	var v scheduler.Valve
	for range 1000 {
		assert.False(t, v.MaybeYield())
	}
	assert.Zero(t, v.Count)
}

func TestValveCounts(t *testing.T) {
	v := scheduler.Valve{Interval: 3}
	assert.Equal(t, []bool{false, false, true, false}, []bool{v.MaybeYield(), v.MaybeYield(), v.MaybeYield(), v.MaybeYield()})
	assert.Equal(t, uint64(1), v.Count)
}

func TestValveOverflow(t *testing.T) {
	v := scheduler.Valve{Interval: math.MaxUint64, Count: math.MaxUint64 - 2}
	assert.Equal(t, []bool{false, true, false}, []bool{v.MaybeYield(), v.MaybeYield(), v.MaybeYield()})
	v = scheduler.Valve{Interval: 5, Count: math.MaxUint64}
	for range 6 {
		v.MaybeYield() // wraps around without an error
	}
	assert.Less(t, v.Count, uint64(5))
}

func TestYieldedStrandsTakeTurns(t *testing.T) {
	s := scheduler.Scheduler{}
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	var order []int64
	for range 2 {
		left := 3
		start(&s, func(t *task) scheduler.Status {
			order = append(order, t.ID())
			if left--; left == 0 {
				return scheduler.Ended
			}
			return scheduler.Yielded
		})
	}
	s.WaitAll()
	assert.Equal(t, []int64{1, 2, 1, 2, 1, 2}, order)
}

// ---- 11.7 Arena

func TestArenaIsEmptyAfterItsStrand(t *testing.T) {
	var s scheduler.Scheduler
	var inside atomic.Int64
	start(&s, func(t *task) scheduler.Status {
		var a arena.Arena
		a.Move(t.Worker().Account)
		for range 100 {
			a.Alloc(20)
		}
		inside.Store(s.Memory.Current())
		a.End()
		return scheduler.Ended
	})
	s.WaitAll()
	assert.Positive(t, inside.Load())
	assert.Zero(t, s.Memory.Current())
	assert.GreaterOrEqual(t, s.Memory.Peak(), inside.Load())
}

func TestNoGrowthOverManyStrands(t *testing.T) {
	var s scheduler.Scheduler
	for i := range 10_000 {
		start(&s, func(t *task) scheduler.Status {
			var a arena.Arena
			a.Move(t.Worker().Account)
			for range 50 {
				a.Alloc(30)
			}
			a.End()
			return scheduler.Ended
		})
		s.WaitAll()
		if i%1000 == 0 {
			require.Zero(t, s.Memory.Current())
		}
	}
	assert.Zero(t, s.Memory.Current())
	assert.Equal(t, int64(10_000), s.Counters().Completed)
	assert.Less(t, s.Memory.Peak(), int64(1<<20), "the arenas of 10,000 strands were never all there")
}

// ---- Parking, waking, deadlock

func TestParkedStrandsHoldNoGoroutine(t *testing.T) {
	var s scheduler.Scheduler
	s.Hold()
	const n = 100_000
	woken := make([]bool, n)
	tasks := make([]*task, n)
	var parked sync.WaitGroup
	parked.Add(n)
	before := runtime.NumGoroutine()
	for i := range n {
		first := true
		tasks[i] = start(&s, func(*task) scheduler.Status {
			if first {
				first = false
				parked.Done()
				return scheduler.Parked
			}
			woken[i] = true
			return scheduler.Ended
		})
	}
	parked.Wait()
	assert.Less(t, runtime.NumGoroutine()-before, 10+2*runtime.GOMAXPROCS(0))
	for _, p := range tasks {
		s.Ready(&p.Strand, nil)
	}
	s.Release()
	s.WaitAll()
	for i := range woken {
		if !woken[i] {
			t.Fatalf("strand %d was never woken", i+1)
		}
	}
}

func TestDeadlockIsReportedOnce(t *testing.T) {
	var s scheduler.Scheduler
	reports := 0
	s.OnDeadlock = func() {
		reports++
		var ids []int64
		s.Each(func(st *scheduler.Strand) { ids = append(ids, st.ID()) })
		assert.ElementsMatch(t, []int64{1, 2, 3}, ids)
		s.Stop()
	}
	s.Hold()
	for range 3 {
		start(&s, func(*task) scheduler.Status { return scheduler.Parked })
	}
	s.Release()
	s.WaitAll()
	assert.Equal(t, 1, reports)
}

func TestWhatWaitsOutsideIsNoDeadlock(t *testing.T) {
	for name, wait := range map[string]func(*scheduler.Scheduler, *task) scheduler.Status{
		"sleep": func(s *scheduler.Scheduler, t *task) scheduler.Status {
			s.Sleep(&t.Strand, 20*time.Millisecond)
			return scheduler.Parked
		},
		"system call": func(_ *scheduler.Scheduler, t *task) scheduler.Status {
			t.Worker().Blocking(func() { time.Sleep(20 * time.Millisecond) })
			return scheduler.Yielded
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s scheduler.Scheduler
			s.OnDeadlock = func() { t.Error("false alarm") }
			s.Hold()
			blocked := start(&s, func(t *task) scheduler.Status { return scheduler.Parked })
			runs := 0
			start(&s, func(t *task) scheduler.Status {
				if runs++; runs == 1 {
					return wait(&s, t)
				}
				blocked.step = func(*task) scheduler.Status { return scheduler.Ended }
				s.Ready(&blocked.Strand, t.Worker())
				return scheduler.Ended
			})
			s.Release()
			s.WaitAll()
			assert.Equal(t, int64(2), s.Counters().Completed)
		})
	}
}

func TestSleepersWakeInOrderAndNotEarly(t *testing.T) {
	var s scheduler.Scheduler
	var mu sync.Mutex
	var order []int
	began := time.Now()
	for i := range 20 {
		d := time.Duration(20-i) * 2 * time.Millisecond
		slept := false
		start(&s, func(k *task) scheduler.Status {
			if !slept {
				slept = true
				s.Sleep(&k.Strand, d)
				return scheduler.Parked
			}
			mu.Lock()
			defer mu.Unlock()
			assert.GreaterOrEqual(t, time.Since(began), d)
			order = append(order, i)
			return scheduler.Ended
		})
	}
	s.WaitAll()
	assert.Len(t, order, 20)
	assert.Equal(t, 19, order[0])
	assert.Equal(t, 0, order[19])
}

// Strands that keep their workers, in Go or outside, do not keep others from running.
func TestBusyWorkersAreRelieved(t *testing.T) {
	var s scheduler.Scheduler
	var stop atomic.Bool
	const spinners = 20
	var spinning atomic.Int64
	for range spinners {
		s.SpawnLegacy(func(d *stack.Stack) *stack.Stack {
			spinning.Add(1)
			for !stop.Load() {
				runtime.Gosched()
			}
			return d
		})
	}
	done := make(chan struct{})
	s.SpawnLegacy(func(d *stack.Stack) *stack.Stack { close(done); return d })
	<-done
	for spinning.Load() < spinners {
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	s.WaitAll()
	assert.Equal(t, int64(spinners+1), s.Counters().Completed)
}

func TestStopInterruptsRunningStrandsAndWakesWaiters(t *testing.T) {
	var s scheduler.Scheduler
	running := make(chan struct{})
	var once sync.Once
	spinner := start(&s, func(t *task) scheduler.Status {
		once.Do(func() { close(running) })
		for !t.interrupted.Load() {
			runtime.Gosched()
		}
		return scheduler.Lost
	})
	<-running
	for range 100 {
		start(&s, func(t *task) scheduler.Status { s.Sleep(&t.Strand, time.Hour); return scheduler.Parked })
	}
	go s.Stop()
	s.WaitAll()
	assert.True(t, s.Stopped())
	for !spinner.interrupted.Load() {
		runtime.Gosched()
	}
}

// A tree of spawns is walked in depth: few strands are alive at a time.
func TestATreeOfSpawnsStaysNarrow(t *testing.T) {
	var s scheduler.Scheduler
	var grow func(from *scheduler.Worker, depth int)
	grow = func(from *scheduler.Worker, depth int) {
		k := &task{step: func(t *task) scheduler.Status {
			for range 10 {
				if depth > 0 {
					grow(t.Worker(), depth-1)
				}
			}
			return scheduler.Ended
		}}
		s.Start(&k.Strand, k, from)
	}
	grow(nil, 5)
	s.WaitAll()
	assert.Equal(t, int64(111_111), s.Counters().Completed)
	assert.Less(t, s.Counters().Peak, int64(20_000))
}

func BenchmarkSpawn(b *testing.B) {
	var s scheduler.Scheduler
	start(&s, func(t *task) scheduler.Status {
		for b.Loop() {
			k := &task{step: func(*task) scheduler.Status { return scheduler.Ended }}
			s.Start(&k.Strand, k, t.Worker())
		}
		return scheduler.Ended
	})
	s.WaitAll()
}

// BenchmarkSwitch is a strand that wakes another one and parks, in turn.
func BenchmarkSwitch(b *testing.B) {
	var s scheduler.Scheduler
	left := b.N
	var pair [2]*task
	step := func(me int) func(*task) scheduler.Status {
		return func(t *task) scheduler.Status {
			if left--; left < -1 {
				return scheduler.Ended
			}
			s.Ready(&pair[1-me].Strand, t.Worker())
			if left < 0 {
				return scheduler.Ended
			}
			return scheduler.Parked
		}
	}
	s.Hold()
	parked := make(chan struct{})
	pair[1] = &task{step: func(t *task) scheduler.Status {
		t.step = step(1)
		close(parked)
		return scheduler.Parked
	}}
	s.Start(&pair[1].Strand, pair[1], nil)
	<-parked
	b.ResetTimer()
	pair[0] = &task{step: step(0)}
	s.Start(&pair[0].Strand, pair[0], nil)
	s.Release()
	s.WaitAll()
}

// A goroutine that is claimed runs strands itself; what they leave others run.
func TestAClaimedGoroutineRunsStrands(t *testing.T) {
	var s scheduler.Scheduler
	ended := func(*task) scheduler.Status { return scheduler.Ended }
	w := s.Claim()
	on, turns := 0, 0
	here := &task{step: func(t *task) scheduler.Status { on = t.Worker().Index; return scheduler.Ended }}
	w.Start(&here.Strand, here)
	assert.Equal(t, w.Index, on)
	assert.Equal(t, int64(1), s.Counters().Completed, "it has run before Start returned")
	gives := &task{step: func(*task) scheduler.Status {
		if turns++; turns == 1 {
			return scheduler.Yielded
		}
		return scheduler.Ended
	}}
	w.Start(&gives.Strand, gives)
	var parked *task
	parked = &task{step: func(t *task) scheduler.Status {
		child := &task{step: func(*task) scheduler.Status { s.Ready(&parked.Strand, nil); return scheduler.Ended }}
		parked.step = ended
		s.Start(&child.Strand, child, t.Worker())
		return scheduler.Parked
	}}
	w.Start(&parked.Strand, parked)
	w.Rest()
	s.WaitAll()
	assert.Equal(t, 2, turns)
	assert.Equal(t, scheduler.Counters{Spawned: 4, Completed: 4, Peak: s.Counters().Peak}, s.Counters())
	s.Claim().Rest()
}
