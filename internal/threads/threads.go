// Package threads keeps a process within what the system gives it of threads and open files. Go itself ends a process at once, with
// a trace of its own, where it cannot make a thread, has made 10,000 of them (debug.SetMaxThreads), or cannot open what it waits for
// sockets with.
package threads

import (
	"sync"
	"sync/atomic"
)

const (
	// few calls run at once without anybody asking how many may.
	few = 64
	// most run at once, whatever the system allows: each takes some ten kilobytes of the system, and Go needs threads as well.
	most = 4000
)

var (
	running atomic.Int64 // of the few
	turns   = sync.OnceValue(func() chan struct{} { return make(chan struct{}, min(available()/2, most)) })
)

// Do calls f, which may wait in the system for long and keeps a thread meanwhile, such as one that opens a FIFO. Where there are
// as many calls as there can be threads, it waits for its turn first.
func Do(f func()) {
	if running.Add(1) <= few {
		defer running.Add(-1)
		f()
		return
	}
	running.Add(-1)
	turn := turns()
	turn <- struct{}{}
	defer func() { <-turn }()
	f()
}
