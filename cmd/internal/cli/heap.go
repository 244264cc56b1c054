package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapGrowth says how much a heap may grow between collections, in percent, by
// the size of what is alive. Small heaps are collected seldom: programs are
// short, and time matters more than some megabytes. Large ones stay as near to
// their size as Go's default keeps them.
var heapGrowth = []struct {
	live    uint64
	percent int
}{{2 << 20, 800}, {64 << 20, 400}, {256 << 20, 200}}

const largeHeapGrowth = 100

// growHeap sets Go's collector to heapGrowth, now and after each collection.
func growHeap() {
	percent := heapGrowth[0].percent
	debug.SetGCPercent(percent)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	type sentinel struct{ _ [64]byte } // not of the size that Go puts together in blocks
	var collected func(*sentinel)
	watch := func() { runtime.SetFinalizer(new(sentinel), collected) } // dies at once: the finalizer runs after the next collection
	collected = func(*sentinel) {
		metrics.Read(live)
		want := largeHeapGrowth
		for _, step := range heapGrowth {
			if live[0].Value.Uint64() <= step.live {
				want = step.percent
				break
			}
		}
		if want != percent {
			percent = want
			debug.SetGCPercent(percent)
		}
		watch()
	}
	watch()
}
