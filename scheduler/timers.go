package scheduler

import (
	"container/heap"
	"sync"
	"time"
)

// timers ends waits at their times: one Go timer for the earliest of them. The
// zero value is ready.
type timers struct {
	mu      sync.Mutex
	heap    alarms
	timer   *time.Timer
	armed   time.Time // for when; zero: not armed
	cleared bool
}

// Timer ends a wait that may end earlier for another reason. It belongs to who waits, is used
// again and again, and must not be copied. Expire must be set before it is armed.
type Timer struct {
	// Expire is called on any goroutine when the time has come, with the ticket that the timer was
	// armed with: the wait may have ended in the same moment, and another one begun.
	Expire func(ticket uint64)
	index  int // in the heap, from 1; 0: not armed. Guarded by timers.mu
}

// alarm is a time for which a strand sleeps, or a timer is armed.
type alarm struct {
	when   time.Time
	strand *Strand // sleeps and for nothing else can wake; else nil
	timer  *Timer
	ticket uint64
}

// alarms is a heap for package container/heap, which uses the first three methods only.
type alarms []alarm

func (h alarms) Len() int           { return len(h) }
func (h alarms) Less(i, j int) bool { return h[i].when.Before(h[j].when) }
func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h.note(i)
	h.note(j)
}

func (alarms) Push(any) { panic("alarms are added by add") }
func (alarms) Pop() any { panic("alarms are removed by remove") }

// note tells a timer where it is.
func (h alarms) note(i int) {
	if t := h[i].timer; t != nil {
		t.index = i + 1
	}
}

func (h *alarms) add(a alarm) {
	*h = append(*h, a)
	last := len(*h) - 1
	h.note(last)
	heap.Fix(h, last)
}

func (h *alarms) remove(i int) alarm {
	old := *h
	last := len(old) - 1
	if i != last {
		old.Swap(i, last)
	}
	a := old[last]
	old[last] = alarm{}
	*h = old[:last]
	if i != last {
		heap.Fix(h, i)
	}
	if a.timer != nil {
		a.timer.index = 0
	}
	return a
}

func (t *timers) add(c *Scheduler, a alarm, d time.Duration) {
	a.when = time.Now().Add(d)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cleared {
		return
	}
	t.heap.add(a)
	if t.timer == nil {
		t.timer = time.AfterFunc(d, func() { t.fire(c) })
		t.armed = a.when
	} else if t.armed.IsZero() || a.when.Before(t.armed) {
		t.timer.Reset(d)
		t.armed = a.when
	}
}

// fire ends the waits whose time has come.
func (t *timers) fire(c *Scheduler) {
	for now := time.Now(); ; {
		a, ok := t.due(now)
		if !ok {
			return
		}
		if a.strand != nil {
			c.Ready(a.strand, nil)
		} else {
			a.timer.Expire(a.ticket)
		}
		c.Release()
	}
}

// due takes out an alarm whose time has come; false if there is none, and then the Go timer is
// armed for the next one.
func (t *timers) due(now time.Time) (a alarm, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heap) > 0 && !t.heap[0].when.After(now) {
		return t.heap.remove(0), true
	}
	t.armed = time.Time{}
	if len(t.heap) > 0 && !t.cleared {
		t.armed = t.heap[0].when
		t.timer.Reset(t.armed.Sub(now))
	}
	return alarm{}, false
}

// Sleep readies the strand after a time. It must be the last thing that a task
// does before it returns Parked.
func (c *Scheduler) Sleep(s *Strand, d time.Duration) {
	c.Hold()
	c.timers.add(c, alarm{strand: s}, d)
}

// Arm makes a timer that is not armed expire after a time, with a ticket. Until then, or until
// Disarm, nothing is a deadlock. Only the wait that the timer belongs to may call it, and Disarm.
func (c *Scheduler) Arm(t *Timer, ticket uint64, d time.Duration) {
	c.Hold()
	c.timers.add(c, alarm{timer: t, ticket: ticket}, d)
}

// Disarm takes a timer out that is still armed.
func (c *Scheduler) Disarm(t *Timer) {
	c.timers.mu.Lock()
	armed := t.index > 0
	if armed {
		c.timers.heap.remove(t.index - 1)
	}
	c.timers.mu.Unlock()
	if armed {
		c.Release()
	}
}

// idle stops the Go timer if nobody waits for a time: it would keep the scheduler in memory
// until the time of a wait that has ended long ago.
func (t *timers) idle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heap) == 0 && !t.armed.IsZero() {
		t.timer.Stop()
		t.armed = time.Time{}
	}
}

// clear forgets all alarms: the strands that wait for them never run again.
func (t *timers) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleared = true
	for _, a := range t.heap {
		if a.timer != nil {
			a.timer.index = 0
		}
	}
	t.heap = nil
	if t.timer != nil {
		t.timer.Stop()
	}
}
