package scheduler

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

// timers wakes sleeping strands: one Go timer for the earliest of them. The
// zero value is ready.
type timers struct {
	mu      sync.Mutex
	heap    sleepers
	timer   *time.Timer
	armed   time.Time // for when; zero: not armed
	cleared bool
}

type sleeper struct {
	when   time.Time
	strand *Strand
}

type sleepers []sleeper

func (h sleepers) Len() int           { return len(h) }
func (h sleepers) Less(i, j int) bool { return h[i].when.Before(h[j].when) }
func (h sleepers) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *sleepers) Push(x any)        { *h = append(*h, x.(sleeper)) }
func (h *sleepers) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = sleeper{}
	*h = old[:len(old)-1]
	return last
}

func (t *timers) add(c *Scheduler, s *Strand, d time.Duration) {
	when := time.Now().Add(d)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cleared {
		return
	}
	heap.Push(&t.heap, sleeper{when, s})
	if t.timer == nil {
		t.timer = time.AfterFunc(d, func() { t.fire(c) })
		t.armed = when
	} else if t.armed.IsZero() || when.Before(t.armed) {
		t.timer.Reset(d)
		t.armed = when
	}
}

// fire readies the strands whose time has come.
func (t *timers) fire(c *Scheduler) {
	var due *Strand
	last, n := &due, int64(0)
	t.mu.Lock()
	now := time.Now()
	for len(t.heap) > 0 && !t.heap[0].when.After(now) {
		s := heap.Pop(&t.heap).(sleeper).strand
		*last = s
		last = &s.next
		n++
	}
	t.armed = time.Time{}
	if len(t.heap) > 0 && !t.cleared {
		t.armed = t.heap[0].when
		t.timer.Reset(t.armed.Sub(now))
	}
	t.mu.Unlock()
	for due != nil {
		s := due
		due, s.next = s.next, nil
		c.Ready(s, nil)
	}
	for ; n > 0; n-- {
		c.Release()
	}
}

// WakeSleeper readies a strand that sleeps before its time; false if it does not
// sleep.
func (c *Scheduler) WakeSleeper(s *Strand) bool {
	t := &c.timers
	t.mu.Lock()
	i := slices.IndexFunc(t.heap, func(x sleeper) bool { return x.strand == s })
	if i >= 0 {
		heap.Remove(&t.heap, i)
	}
	t.mu.Unlock()
	if i < 0 {
		return false
	}
	c.Ready(s, nil)
	c.Release()
	return true
}

// clear forgets all sleepers: their strands never run again.
func (t *timers) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleared = true
	t.heap = nil
	if t.timer != nil {
		t.timer.Stop()
	}
}
