package cli

import (
	"runtime/debug"
	"sync"

	"github.com/seqvm/seqvm/internal/memory"
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

// loadingPercent is for the time before a program runs. What is allocated then is mostly what stays: one
// collection at 20 MB looks at nearly all of it and frees a tenth. So there is none below 128 MB, what a
// program of 100,000 lines needs.
const loadingPercent = 3200

// heap is how Go's collector is set.
type heap struct {
	mu      sync.Mutex
	percent int
	before  uint64 // alive when it ran last
	loading bool   // no program runs yet
}

// newHeap sets Go's collector for reading a program, and to growth after each collection.
func newHeap() *heap {
	h := &heap{percent: loadingPercent, loading: true}
	debug.SetGCPercent(h.percent)
	memory.AfterCollections(h.collected)
	return h
}

// run sets the collector for a program that is about to run.
func (h *heap) run() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loading {
		h.loading, h.percent = false, leastSmall
		debug.SetGCPercent(h.percent)
	}
}

// collected sets the collector to growth behind a collection.
func (h *heap) collected(alive int64) {
	live := uint64(alive)
	h.mu.Lock()
	defer h.mu.Unlock()
	percent := h.percent
	if h.loading {
		h.loading, percent = false, leastSmall
	}
	want := growth(live, h.before, percent)
	if h.before = live; want != h.percent {
		h.percent = want
		debug.SetGCPercent(want)
	}
}
