package scheduler_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/scheduler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIDsAreUniqueAndCountFromOne(t *testing.T) {
	var s scheduler.Scheduler
	var seen sync.Map
	for i := range 100 {
		id := s.Spawn(func(id int64) { seen.Store(id, true) })
		assert.Equal(t, int64(i+1), id)
	}
	s.WaitAll()
	count := 0
	seen.Range(func(any, any) bool { count++; return true })
	assert.Equal(t, 100, count)
}

func TestCountersAtRest(t *testing.T) {
	var s scheduler.Scheduler
	var ran atomic.Int64
	for range 10_000 {
		s.Spawn(func(int64) { ran.Add(1) })
	}
	s.WaitAll()
	assert.Equal(t, int64(10_000), ran.Load())
	c := s.Counters()
	assert.Equal(t, int64(10_000), c.Spawned)
	assert.Equal(t, c.Spawned, c.Completed+c.Active)
	assert.Zero(t, c.Active)
}

func TestPeakIsWhatWasActiveAtOnce(t *testing.T) {
	var s scheduler.Scheduler
	gate := make(chan struct{})
	for range 50 {
		s.Spawn(func(int64) { <-gate })
	}
	close(gate)
	s.WaitAll()
	assert.Equal(t, int64(50), s.Counters().Peak)
}

func TestWaitAllWakesEveryWaiter(t *testing.T) {
	var s scheduler.Scheduler
	s.WaitAll() // before any spawn
	gate := make(chan struct{})
	s.Spawn(func(int64) { <-gate })
	var waiters sync.WaitGroup
	for range 8 {
		waiters.Go(s.WaitAll)
	}
	close(gate)
	waiters.Wait()
	assert.Equal(t, int64(1), s.Counters().Completed, "the last completion is counted when the wait returns")
}

func TestSpawnsOfSpawnsKeepTheWaitGoing(t *testing.T) {
	var s scheduler.Scheduler
	var last atomic.Bool
	s.Spawn(func(int64) {
		s.Spawn(func(int64) {
			time.Sleep(5 * time.Millisecond)
			s.Spawn(func(int64) { last.Store(true) })
		})
	})
	s.WaitAll()
	assert.True(t, last.Load())
}

func TestDeadlockIsReportedOnceWhenAllAreBlocked(t *testing.T) {
	reports := make(chan []scheduler.Blocked, 2)
	var s scheduler.Scheduler
	gate := make(chan struct{})
	s.OnDeadlock = func(b []scheduler.Blocked) { reports <- b; close(gate) }
	for range 3 {
		s.Spawn(func(id int64) {
			s.Block(scheduler.Blocked{ID: id, Word: "chan.receive", Place: "x.seq:1"})
			<-gate
			s.Unblock(id)
		})
	}
	s.WaitAll()
	assert.Len(t, <-reports, 3)
	assert.Empty(t, reports)
}

func TestBlockedStrandsAreNoDeadlockWhileOneRuns(t *testing.T) {
	var s scheduler.Scheduler
	s.OnDeadlock = func([]scheduler.Blocked) { t.Error("false alarm") }
	gate := make(chan struct{})
	s.Spawn(func(id int64) {
		s.Block(scheduler.Blocked{ID: id})
		<-gate
	})
	s.Spawn(func(int64) {
		time.Sleep(5 * time.Millisecond)
		s.Unblock(1)
		close(gate)
	})
	s.WaitAll()
}

func BenchmarkSpawn(b *testing.B) {
	var s scheduler.Scheduler
	for b.Loop() {
		s.Spawn(func(int64) {})
	}
	s.WaitAll()
}
