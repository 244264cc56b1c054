package channel

import (
	"sync"
	"time"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// clock is a channel whose values the time brings. It has no timer: what there is to receive is computed
// when somebody asks, and who waits for it wakes itself at the next time. So a clock that nobody
// holds or waits for costs nothing.
type clock struct {
	start time.Time
	every time.Duration
	once  bool // it ends with the first tick, whose value is the milliseconds that have passed

	mu      sync.Mutex
	taken   int64   // number of the last tick that was received
	closed  bool    // it ends
	last    int64   // closed: with this tick
	waiting waiters // for the close
}

// After makes a channel that has one value after a time, the milliseconds that have passed until it was
// received, and then is closed.
func After(d time.Duration) *Channel {
	return &Channel{kind: &clock{start: time.Now(), every: d, once: true, closed: true, last: 1}}
}

// Ticker makes a channel that has a value each time that a duration above 0 has passed: how many have. Those that nobody took
// before the next one are skipped.
func Ticker(every time.Duration) *Channel {
	return &Channel{kind: &clock{start: time.Now(), every: every}}
}

// ticks is how many ticks there have been that can be received.
func (k *clock) ticks() int64 {
	passed := time.Since(k.start)
	if passed < k.every {
		return 0
	}
	n := int64(1)
	if k.every > 0 {
		n = int64(passed / k.every)
	}
	if k.closed {
		return min(n, k.last)
	}
	return n
}

// ended tells whether no tick comes after the last one that was taken.
func (k *clock) ended() bool { return k.closed && k.taken >= k.last }

func (k *clock) receive(w Waiter, by *scheduler.Strand, _ *scheduler.Scheduler, result *[2]stack.Value) Outcome {
	k.mu.Lock()
	defer k.mu.Unlock()
	ticks := k.ticks()
	if ticks <= k.taken && !k.ended() {
		if !w.none() {
			k.waiting.add(w)
		}
		return Blocked
	}
	if !w.own() {
		return Ended
	}
	if k.ended() {
		return nothing(result)
	}
	k.taken = ticks
	if k.once {
		ticks = time.Since(k.start).Milliseconds()
	}
	result[0], result[1] = stack.FromInt(ticks), stack.FromBool(true)
	by.Worker().Received++
	return Done
}

// send refuses: only the time sends.
func (k *clock) send(w Waiter, _ stack.Value, _ *scheduler.Scheduler, _ *scheduler.Worker) (Outcome, int) {
	if !w.own() {
		return Ended, 0
	}
	return Closed, 0
}

// close ends the clock. A tick that has come by then can still be received.
func (k *clock) close(s *scheduler.Scheduler, from *scheduler.Worker) {
	k.mu.Lock()
	k.last = k.ticks()
	k.closed = true
	waiting := k.waiting.takeAll()
	k.mu.Unlock()
	wakeAll(waiting, stack.FromInt(0), false, s, from)
}

func (k *clock) length() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ticks() > k.taken {
		return 1
	}
	return 0
}

// next is the time at which there is something to receive, if nobody takes it before; false if nothing
// comes any more.
func (k *clock) next() (time.Time, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended() {
		return time.Time{}, false
	}
	return k.start.Add(time.Duration(max(k.ticks(), k.taken)+1) * k.every), true
}
