// Package memory is the budget of memory of the process (chapter 5, section 16): what the programs that run may
// make grow, all together.
//
// Nothing is counted where values are made. What is measured is Go's heap with the stacks of goroutines, at two
// places. Behind each collection the budgets are compared with what is alive (Watch): who allocates by small pieces
// is told then. Before an allocation of Large bytes or more Ask looks whether it fits as well: what a single
// instruction makes as long as all memory would not wait for a collection.
//
// Go's collector works the harder the nearer the heap comes to its own limit, which can be set to the budget (Own): so a
// collection comes soon where it matters. Small heaps cost nothing but one comparison for each
// collection: the machine is asked how much it has, and Go how much is in use, only once they have grown.
package memory

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Large is the size in bytes from which allocations are to be asked for. Smaller ones are many, or do not matter.
const Large = 256 << 10

const (
	// small is what may be alive before anybody asks how much there may be.
	small = 4 << 20
	// share is the part of the budget that may be alive before Go is asked for more than that: a heap grows to less
	// than share times its size between two collections.
	share = 16
	// credit is what may be asked for before the first collection.
	credit = 32 << 20
)

// Refusal is the error of who asks for more than there is, and what Ask panics with.
type Refusal struct {
	Budget int64 // in bytes
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("out of memory: the program would take more than %d bytes (SEQ_MEMORY_MAX)", r.Budget)
}

// watch is a budget, and who is told when it is exceeded.
type watch struct {
	budget int64 // 0: the default
	over   func()
}

var (
	left    atomic.Int64 // what may be asked for before anybody looks
	careful atomic.Int64 // what may be alive before anybody looks
	held    atomic.Bool  // there are watches

	looking sync.Mutex // held while somebody who asks has Go collect

	mu        sync.Mutex // guards what follows
	watches   []*watch
	collected []func(live int64)
	own       bool  // Go's limit goes by the budget
	limit     int64 // that it has been given; 0: none
)

// Own has Go's collector go by the largest budget that is held (debug.SetMemoryLimit): for processes that do nothing but
// run programs.
func Own() {
	mu.Lock()
	defer mu.Unlock()
	own = true
}

// limitHeap is called with the lock held where Go's limit matters from now on. It is an eighth above the budget: what Go
// has besides objects and stacks, such as the rest of blocks, counts there, and the nearer the heap comes to the limit, the more
// often Go collects for less and less.
func limitHeap(budget int64) {
	if own && budget != limit {
		limit = budget
		debug.SetMemoryLimit(budget + budget/8)
	}
}

// Watch holds a budget in bytes until stop is called; 0 stands for the default, half of what there is. over is called behind each
// collection that leaves more alive than that, on a goroutine of Go's; it must return soon. Who asks is refused by the largest
// budget that is held.
func Watch(budget int64, over func()) (stop func()) {
	w := &watch{budget, over}
	mu.Lock()
	defer mu.Unlock()
	watches = append(watches, w)
	begin()
	return func() {
		mu.Lock()
		defer mu.Unlock()
		watches = slices.DeleteFunc(watches, func(other *watch) bool { return other == w })
		begin()
	}
}

// begin is called with the lock held when the watches have changed.
func begin() {
	held.Store(len(watches) > 0)
	most, alive := int64(credit), int64(small)
	for _, w := range watches {
		if w.budget > 0 {
			most, alive = min(most, w.budget/share), min(alive, w.budget/share)
		}
	}
	left.Store(most)
	careful.Store(alive)
	startWatching()
}

// AfterCollections has f called behind each collection of Go's, with what is alive in bytes.
func AfterCollections(f func(live int64)) {
	mu.Lock()
	defer mu.Unlock()
	collected = append(collected, f)
	startWatching()
}

// startWatching makes an object that dies at once. Its finalizer runs behind the next collection, and makes the next one.
var startWatching = sync.OnceFunc(func() {
	type sentinel struct{ _ [64]byte } // not of the size that Go puts together in blocks
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	var again func(*sentinel)
	again = func(*sentinel) {
		metrics.Read(live)
		behindCollection(int64(live[0].Value.Uint64()))
		runtime.SetFinalizer(new(sentinel), again)
	}
	runtime.SetFinalizer(new(sentinel), again)
})

func behindCollection(live int64) {
	mu.Lock()
	defer mu.Unlock()
	for _, f := range collected {
		f(live)
	}
	if len(watches) == 0 || live < careful.Load() {
		return
	}
	most, least := int64(0), int64(math.MaxInt64)
	for _, w := range watches {
		budget := w.bytes()
		most, least = max(most, budget), min(least, budget)
	}
	careful.Store(least / share)
	if live < least/share {
		left.Store(most / 4)
		return
	}
	limitHeap(most)
	use := measure()
	for _, w := range watches {
		if live+use.stacks > w.bytes() {
			w.over()
		}
	}
	left.Store(most - max(use.goal, use.objects) - use.stacks)
}

// bytes is the budget.
func (w *watch) bytes() int64 {
	if w.budget > 0 {
		return w.budget
	}
	return Default()
}

// Default is the budget of who gives none: half of what there is in bytes. It is found out at the first call.
var Default = sync.OnceValue(func() int64 {
	if there := available(); there < math.MaxInt64 {
		return max(there/2, 1)
	}
	return math.MaxInt64
})

// Budget is the largest budget that is held in bytes; false if there is none.
func Budget() (bytes int64, ok bool) {
	mu.Lock()
	defer mu.Unlock()
	for _, w := range watches {
		bytes = max(bytes, w.bytes())
	}
	return bytes, len(watches) > 0
}

// use is what Go's memory is used for, in bytes.
type use struct {
	objects int64 // of the heap: alive, or not looked at since the last collection
	stacks  int64 // of goroutines
	goal    int64 // of the heap before the next collection
}

func measure() use {
	samples := [...]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(samples[:])
	value := func(i int) int64 { return int64(min(samples[i].Value.Uint64(), math.MaxInt64/4)) }
	return use{value(0), value(1), value(2)}
}

// Room returns s with room for n elements more at least; where it must move, it asks for the memory first.
func Room[T any](s []T, n int) []T {
	if cap(s)-len(s) < n {
		Ask(max(len(s)+n, cap(s)+cap(s)/4) * int(unsafe.Sizeof(*new(T))))
		s = slices.Grow(s, n)
	}
	return s
}

// Fits tells whether n bytes more can be allocated. It is right before the allocation is made.
func Fits(n int) bool {
	return n < Large || (n < huge || addressable(int64(n))) && within(n)
}

// within tells whether n bytes more are within the budget.
func within(n int) bool {
	return left.Add(-int64(n)) >= 0 || !held.Load() || find(int64(n))
}

// huge is the size from which an allocation may find no room in a row among what Go has mapped, though it is within the budget.
const huge = 16 << 20

// Ask is Fits for code that has no way to return an error: it panics with a *Refusal.
func Ask(n int) {
	if !Fits(n) {
		panic(Refused())
	}
}

// Refused is the error of who was told that what it asks for does not fit.
func Refused() *Refusal {
	budget, _ := Budget()
	return &Refusal{budget}
}

// find looks whether n bytes fit; if not at once, then behind a collection.
func find(n int64) bool {
	looking.Lock()
	defer looking.Unlock()
	budget, ok := Budget()
	if !ok || fits(n, budget) {
		return true
	}
	mu.Lock()
	limitHeap(budget)
	mu.Unlock()
	runtime.GC()
	return fits(n, budget)
}

func fits(n, budget int64) bool {
	use := measure()
	free := budget - use.objects - use.stacks - n
	if free < 0 {
		return false
	}
	left.Store(free / 4)
	return true
}

// Exceeded has Go collect, and returns an error if more is alive than a budget then; 0 stands for the default.
func Exceeded(budget int64) error {
	looking.Lock()
	defer looking.Unlock()
	w := watch{budget: budget}
	runtime.GC()
	if use := measure(); use.objects+use.stacks > w.bytes() {
		return &Refusal{w.bytes()}
	}
	return nil
}
