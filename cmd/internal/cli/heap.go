package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapGrowth says how much a heap may grow between collections, in percent, by
// the size of what is alive. Programs are short, and time matters more than some megabytes;
// large heaps stay as near to their size as Go's default keeps them.
var heapGrowth = []struct {
	live    uint64
	percent int
}{{64 << 20, 400}, {256 << 20, 200}}

const (
	largeHeapGrowth = 100

	// Go collects no heap of less than leastHeap × percent / 100 bytes, so for small heaps the
	// share says how large they get: from 3 MB, where next to nothing is alive and a
	// collection costs less than the fresh pages that it spares, to 32 MB.
	leastHeap             = 4 << 20
	smallHeap             = mostSmall * leastHeap / (100 + mostSmall) // alive
	leastSmall, mostSmall = 75, 800
	tiny                  = 512 << 10 // alive: as good as nothing
	smallPercentPerMiB    = 400       // above that: room for 16 times as much
)

// growth returns how much a heap may grow, in percent, in which so much is alive and was the time
// before; it could grow by percent then. What is counted as alive is also what was allocated while
// the collector marked: in a small heap only what is found twice counts, or what fills half of
// it. Such heaps go up at once and come down by steps.
func growth(live, before uint64, percent int) int {
	if live < leastHeap*uint64(percent)/200 {
		live = min(live, before)
	}
	if live <= smallHeap {
		want := min(max(int(max(live, tiny)-tiny)*smallPercentPerMiB>>20, leastSmall), mostSmall)
		return max(want, min(percent/2, mostSmall))
	}
	for _, step := range heapGrowth {
		if live <= step.live {
			return step.percent
		}
	}
	return largeHeapGrowth
}

// growHeap sets Go's collector to growth, now and after each collection.
func growHeap() {
	percent, before := leastSmall, uint64(0)
	debug.SetGCPercent(percent)
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	type sentinel struct{ _ [64]byte } // not of the size that Go puts together in blocks
	var collected func(*sentinel)
	watch := func() { runtime.SetFinalizer(new(sentinel), collected) } // dies at once: the finalizer runs after the next collection
	collected = func(*sentinel) {
		metrics.Read(sample)
		live := sample[0].Value.Uint64()
		if want := growth(live, before, percent); want != percent {
			percent = want
			debug.SetGCPercent(percent)
		}
		before = live
		watch()
	}
	watch()
}
