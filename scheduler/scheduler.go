// Package scheduler runs strands: spawn, ids, lifecycle counters, the registry,
// the wait for the last strand, timers and deadlock (chapter 5, section 11).
//
// A strand that has something to execute is on a goroutine, a worker. One that
// waits for a channel, a weave or a timer gives its goroutine back and is a
// few hundred bytes in a queue. There are as many workers as processors, and
// more as soon as strands keep theirs for long: by computing or in a system
// call. So nothing a strand does keeps others from running.
//
// What a strand executes is a Task, and the package knows no more of it: the VM's
// strands are Tasks. Hosts that have strands of their own in Go start an Entry, a
// function from a data stack to a data stack; for its sake alone the package imports
// stack. It reads no settings and writes no text: it gives numbers (Snapshot), which
// host/diagnostics shows.
package scheduler

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/arena"
)

// Scheduler runs the strands of one VM. The zero value is ready for use; the
// exported fields must be set before the first call. All methods are safe for
// concurrent use.
type Scheduler struct {
	// RegistrySize is the capacity of the registry; 0 means DefaultRegistrySize,
	// below 0 none.
	RegistrySize int
	// Memory has the arenas' bytes, by worker.
	Memory arena.Accounts
	// OnDeadlock is called once, when strands are left and nothing can ever
	// run one of them.
	OnDeadlock func()
	// DeadlocksRepeat makes OnDeadlock be called whenever that is so again: the
	// host ends strands and goes on.
	DeadlocksRepeat bool
	// Steady says that strands which run keep each other waiting: there are no more workers than processors then, however long strands keep
	// theirs. Those that wait outside do not count.
	Steady bool
	// OnIdle is called whenever the last strand that ran has parked.
	OnIdle func()
	// OnPanic is called with what a Go entry panicked with.
	OnPanic func(reason any)

	// These change at each spawn and completion; they share no cache line with
	// what is read all the time.
	_         [64]byte
	active    atomic.Int64
	spawned   atomic.Int64
	completed atomic.Int64
	peak      atomic.Int64
	lastID    atomic.Int64
	_         [64]byte

	// busy counts what can make a strand runnable: running workers below
	// outside, things outside (timers, system calls, hosts) above. When it
	// falls to 0 with strands left, they are deadlocked.
	busy    atomic.Int64
	stopped atomic.Bool
	limit   int64 // workers that run at a time, if none is kept for long

	workers                atomic.Pointer[[]*Worker]
	queue                  queue // strands that no worker has
	urgent                 queue // those among them that a worker could not run: they come before strands that gave way
	outside                queue // those among them that something outside has woken: they come before all others
	watching               atomic.Bool
	looked                 atomic.Int64 // when the monitor has last looked: nanoseconds after start
	hostSent, hostReceived atomic.Int64 // messages handled by no strand

	timers timers
	live   [liveShards]liveList
	reg    atomic.Pointer[Registry]

	init  sync.Once
	start time.Time
	begun atomic.Bool

	mu       sync.Mutex // guards what follows
	idle     *sync.Cond // no strand is active, or stopped
	rest     []*Worker  // workers without a goroutine
	reported bool
}

// outside is one unit of the upper half of busy.
const outside = 1 << 32

func runningOf(busy int64) int64 { return busy & (outside - 1) }

// Counters is a snapshot of the lifecycle counters (chapter 5, section 11.1).
type Counters struct {
	Active, Spawned, Completed, Peak int64
}

// Lost is how many strands vanished without completing, as far as a snapshot
// can tell: never below 0.
func (c Counters) Lost() int64 { return max(c.Spawned-c.Active-c.Completed, 0) }

// Counters returns the counters. At rest Spawned = Completed + Active + Lost.
func (c *Scheduler) Counters() Counters {
	return Counters{Active: c.active.Load(), Completed: c.completed.Load(), Spawned: c.spawned.Load(), Peak: c.peak.Load()}
}

// Active returns how many strands have not ended.
func (c *Scheduler) Active() int64 { return c.active.Load() }

// Init prepares the scheduler and records the time; calling it again does
// nothing. Spawning does it by itself.
func (c *Scheduler) Init() {
	c.init.Do(func() {
		c.limit = int64(runtime.GOMAXPROCS(0))
		c.idle = sync.NewCond(&c.mu)
		c.start = time.Now()
		c.begun.Store(true)
	})
}

// Shutdown does nothing: the scheduler API of chapter 5, section 11.2, has it for hosts
// that end what they have begun with Init.
func (c *Scheduler) Shutdown() {}

// Elapsed returns the time since the first Init; false before it.
func (c *Scheduler) Elapsed() (time.Duration, bool) {
	if !c.begun.Load() {
		return 0, false
	}
	return time.Since(c.start), true
}

// WaitAll returns when no strand is active or the scheduler was stopped. What
// has completed by then is counted. Several goroutines may wait.
func (c *Scheduler) WaitAll() {
	c.Init()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.active.Load() > 0 && !c.stopped.Load() {
		c.idle.Wait()
	}
}

// Stop ends the scheduler: running strands are interrupted, all others are
// never run again. It does not wait for them.
func (c *Scheduler) Stop() {
	c.Init()
	c.stopped.Store(true)
	// A worker publishes its strand before it looks at stopped, so each strand
	// either is seen here or sees that it must not start.
	for _, w := range c.allWorkers() {
		if s := w.current.Load(); s != nil {
			s.task.Interrupt()
		}
	}
	c.timers.clear()
	c.mu.Lock()
	c.idle.Broadcast()
	c.mu.Unlock()
}

// EachRunning calls visit for every strand that a worker runs. Strands run
// meanwhile, and one may have just ended.
func (c *Scheduler) EachRunning(visit func(*Strand)) {
	for _, w := range c.allWorkers() {
		if s := w.current.Load(); s != nil {
			visit(s)
		}
	}
}

// Stopped tells whether Stop was called.
func (c *Scheduler) Stopped() bool { return c.stopped.Load() }

// Registry returns the registry of the strands, made on first use.
func (c *Scheduler) Registry() *Registry {
	if r := c.reg.Load(); r != nil {
		return r
	}
	size := c.RegistrySize
	if size == 0 {
		size = DefaultRegistrySize
	}
	c.reg.CompareAndSwap(nil, NewRegistry(size))
	return c.reg.Load()
}

// Hold keeps the scheduler from seeing a deadlock until Release: something
// outside may still spawn or wake strands.
func (c *Scheduler) Hold() { c.busy.Add(outside) }

// Release ends a Hold.
func (c *Scheduler) Release() {
	if c.busy.Add(-outside) == 0 {
		c.rested()
	}
}

// Rests tells whether nothing runs, and nothing can change that but a call from outside. OnDeadlock may be called a while after it was so:
// who has had strands start meanwhile asks here.
func (c *Scheduler) Rests() bool { return c.busy.Load() == 0 }

// rested is called when busy has become 0: nothing runs, and nothing outside
// can change that. Strands that are left are deadlocked.
func (c *Scheduler) rested() {
	if c.stopped.Load() {
		return
	}
	if c.waiting() {
		c.wake()
		return
	}
	if c.OnIdle != nil {
		c.OnIdle()
	}
	if c.active.Load() == 0 {
		return
	}
	c.mu.Lock()
	first := !c.reported || c.DeadlocksRepeat
	c.reported = true
	c.mu.Unlock()
	if first && c.OnDeadlock != nil {
		c.OnDeadlock()
	}
}
