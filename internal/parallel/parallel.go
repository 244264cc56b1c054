// Package parallel does the same thing for many independent parts of a large input on all processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// leastSteps is the number of small steps, of some 100 ns each, from which on goroutines pay.
const leastSteps = 4096

// Pays tells whether work of so many small steps is done sooner on all processors: there is more than
// one, and starting goroutines takes less than they save.
func Pays(steps int) bool { return steps >= leastSteps && runtime.GOMAXPROCS(0) > 1 }

// chunk is how many parts a processor takes at a time.
const chunk = 32

// Each handles the parts from 0 to n-1, in no order: begin is called on each of the goroutines, and
// what it returns is called there for part after part. A panic of a part goes on in the caller.
func Each(n int, begin func() (handle func(part int))) {
	var next atomic.Int64
	var done sync.WaitGroup
	var thrown atomic.Pointer[any]
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		done.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					thrown.CompareAndSwap(nil, &r)
				}
			}()
			handle := begin()
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= n {
					return
				}
				for part := from; part < min(from+chunk, n); part++ {
					handle(part)
				}
			}
		})
	}
	done.Wait()
	if r := thrown.Load(); r != nil {
		panic(*r)
	}
}

// Ordered is Each with an order: a part is handled when those are done that it waits for, which come
// before it in some order of all parts. waitsFor calls wait for each of them, as often as it likes. A part that has become ready
// goes on at once on the goroutine that has finished the last of them.
func Ordered(n int, waitsFor func(part int, wait func(before int)), begin func() (handle func(part int))) {
	q := &queue{left: n, waits: make([]int32, n), first: make([]int32, n)}
	q.changed.L = &q.mu
	for part := range n {
		waitsFor(part, func(before int) {
			q.waits[part]++
			q.followers = append(q.followers, follower{int32(part), q.first[before]})
			q.first[before] = int32(len(q.followers))
		})
	}
	for part := n - 1; part >= 0; part-- {
		if q.waits[part] == 0 {
			q.ready = append(q.ready, int32(part))
		}
	}
	var done sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		done.Go(func() { q.work(begin) })
	}
	done.Wait()
	if q.thrown != nil {
		panic(*q.thrown)
	}
}

// queue has the parts that can be handled now, the next one last.
type queue struct {
	mu        sync.Mutex
	changed   sync.Cond // ready or left
	ready     []int32
	left      int     // parts that are not done
	waits     []int32 // by part: for how many it waits
	first     []int32 // by part: the first of those that wait for it, + 1; 0: none
	followers []follower
	thrown    *any
}

// follower is a part that waits for another one, and the next that waits for the same, + 1.
type follower struct{ part, next int32 }

// work handles parts until there are none left.
func (q *queue) work(begin func() (handle func(part int))) {
	defer func() {
		if r := recover(); r != nil {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.thrown, q.left = &r, 0
			q.changed.Broadcast()
		}
	}()
	handle := begin()
	for part, ok := q.next(-1); ok; part, ok = q.next(part) {
		handle(int(part))
	}
}

// next notes that a part is done, -1: none, and returns the next one; false if there is none any more.
func (q *queue) next(done int32) (part int32, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if done >= 0 {
		q.left--
		before := len(q.ready)
		for at := q.first[done]; at > 0; at = q.followers[at-1].next {
			f := q.followers[at-1].part
			if q.waits[f]--; q.waits[f] == 0 {
				q.ready = append(q.ready, f)
			}
		}
		if q.left == 0 || len(q.ready) > before+1 {
			q.changed.Broadcast()
		}
	}
	for len(q.ready) == 0 && q.left > 0 {
		q.changed.Wait()
	}
	if q.left <= 0 {
		return 0, false
	}
	part = q.ready[len(q.ready)-1]
	q.ready = q.ready[:len(q.ready)-1]
	return part, true
}
