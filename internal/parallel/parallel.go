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
