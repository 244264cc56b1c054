package scheduler

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/arena"
)

// Worker runs strands, one after the other, on a goroutine. It has a queue of
// its own, from which workers without work take half.
type Worker struct {
	// Index numbers the workers from 0.
	Index int
	// Sent and Received count messages of the strands that it ran; read them
	// with Messages.
	Sent, Received int64

	// Account has the arena bytes of the strands that it runs; nil if it is
	// beyond the accounts' number.
	Account *arena.Account

	// Local is what the tasks of the worker's strands have in common between two strands; only the one that runs may look at it.
	Local any

	scheduler *Scheduler
	// next is a strand that the running one has woken: it runs next, here, as
	// its data is in this processor's cache. Others get it only if it waits
	// for a whole tick.
	next  atomic.Pointer[Strand]
	queue queue
	// woken are strands that no other worker takes, since what runs here is so short
	// that they are sooner run than handed over: those woken, and those that gave way, while
	// short was set.
	woken   queue
	short   atomic.Bool // by the monitor
	current atomic.Pointer[Strand]
	rounds  atomic.Uint64 // strands run so far
	seen    atomic.Uint64 // rounds at the last tick
	asked   atomic.Bool   // the strand that runs is to give way

	yielding bool // it has been told
	_        [64]byte
}

const (
	// A queue longer than this is worked off from its young end: a tree of
	// spawns is then walked in depth and needs little memory. Shorter ones run
	// in order of arrival.
	inOrder = 256
	// Each so many rounds the oldest strand of all comes first, so that none
	// waits for ever.
	fairness = 61
	// batch is how many strands a worker takes from the common queue at once.
	batch = 32
	// tick is how long a strand may wait behind a running one before others
	// are asked to take it; patience ticks without progress bring more workers.
	tick     = time.Millisecond
	patience = 10
	// outlived is how long after the monitor's look what it has seen tells nothing any more.
	outlived = 4 * tick
	// grain is about what it costs to hand a strand to another worker: its wakeup, and the
	// memory that moves from cache to cache. Where strands run for less at a time, on average,
	// those that they wake stay.
	grain = 2 * time.Microsecond
	// slack is how much longer they may run once they stay: a machine that is busy otherwise
	// makes them look longer than they are.
	slack = 8
	// spins is how often a worker without work looks again before it rests.
	spins = 40
)

// queue is strands that can run.
type queue struct {
	mu    sync.Mutex
	items []*Strand
	head  int
	size  atomic.Int64
	taken atomic.Uint64 // by take
}

func (q *queue) push(s *Strand) {
	q.mu.Lock()
	q.items = append(q.items, s)
	q.size.Store(int64(len(q.items) - q.head))
	q.mu.Unlock()
}

// pop takes a strand: the oldest, or the youngest if many wait and the oldest
// is not asked for. nil if there is none.
func (q *queue) pop(oldest bool) *Strand {
	if q.size.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(q.items) - q.head
	if n == 0 {
		return nil
	}
	var s *Strand
	if n > inOrder && !oldest {
		last := len(q.items) - 1
		s, q.items[last] = q.items[last], nil
		q.items = q.items[:last]
	} else {
		s, q.items[q.head] = q.items[q.head], nil
		q.head++
	}
	q.tidy()
	return s
}

// tidy is called with the lock held after strands have gone.
func (q *queue) tidy() {
	n := len(q.items) - q.head
	switch {
	case n == 0:
		q.items, q.head = q.items[:0], 0
	case q.head > 64 && q.head > n:
		copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.size.Store(int64(n))
}

// take moves up to n of the oldest strands to another queue but the first,
// which is returned; nil if there is none.
func (q *queue) take(n int, to *queue) *Strand {
	q.mu.Lock()
	n = min(n, len(q.items)-q.head)
	if n <= 0 {
		q.mu.Unlock()
		return nil
	}
	got := q.items[q.head : q.head+n]
	first := got[0]
	var more [batch]*Strand
	kept := more[:copy(more[:], got[1:])]
	clear(got[:1+len(kept)])
	q.head += 1 + len(kept)
	q.taken.Add(1)
	q.tidy()
	q.mu.Unlock()
	if len(kept) > 0 {
		to.mu.Lock()
		to.items = append(to.items, kept...)
		to.size.Store(int64(len(to.items) - to.head))
		to.mu.Unlock()
	}
	return first
}

// enqueue hands a strand that can run to a worker, or to all.
func (c *Scheduler) enqueue(s *Strand, w *Worker) {
	if w == nil {
		c.queue.push(s)
	} else {
		w.queue.push(s)
	}
	c.wake()
}

// Ready lets a parked strand go on. w is the worker that the caller runs on,
// or nil: what it executes next should be the strand.
func (c *Scheduler) Ready(s *Strand, w *Worker) {
	if w == nil {
		c.outside.push(s)
		c.wake()
		c.askOne()
		return
	}
	if old := w.next.Swap(s); old != nil && !w.keeps(old) {
		c.enqueue(old, w)
		return
	}
	c.watch()
}

// keeps takes a strand that could be handed to others if what runs on the worker is too short for
// that; for the strand that the worker runs.
func (w *Worker) keeps(s *Strand) bool {
	if !w.short.Load() {
		return false
	}
	w.woken.push(s)
	w.scheduler.watch()
	return true
}

// wake starts a worker if fewer run than may.
func (c *Scheduler) wake() {
	c.watch()
	for {
		b := c.busy.Load()
		if runningOf(b) >= c.limit {
			return
		}
		if c.busy.CompareAndSwap(b, b+1) {
			break
		}
	}
	c.startWorker()
}

// Claim makes the goroutine of the caller a worker until its Rest.
func (c *Scheduler) Claim() *Worker {
	c.Init()
	c.busy.Add(1)
	return c.claim()
}

// Start starts a strand as Scheduler.Start does, and runs it until it ends, waits or gives way. The worker is one that was claimed.
func (w *Worker) Start(s *Strand, task Task) {
	w.scheduler.begin(s, task)
	w.run(s)
}

// Rest ends a Claim: others run what strands the worker has.
func (w *Worker) Rest() {
	w.handOver()
	w.rest()
}

// startWorker gives a worker a goroutine; it is counted as running already.
func (c *Scheduler) startWorker() { go c.claim().work() }

// claim returns a worker that has no goroutine.
func (c *Scheduler) claim() *Worker {
	c.mu.Lock()
	defer c.mu.Unlock()
	var w *Worker
	if n := len(c.rest); n > 0 {
		w = c.rest[n-1]
		c.rest = c.rest[:n-1]
	} else {
		all := c.allWorkers()
		w = &Worker{scheduler: c, Index: len(all), Account: c.Memory.Claim()}
		longer := append(all[:len(all):len(all)], w)
		c.workers.Store(&longer)
	}
	return w
}

func (c *Scheduler) allWorkers() []*Worker {
	if list := c.workers.Load(); list != nil {
		return *list
	}
	return nil
}

// Messages returns how many values the strands have sent and received, and how
// many workers ran them. It is exact when no strand runs.
func (c *Scheduler) Messages() (sent, received int64, workers int) {
	for _, w := range c.allWorkers() {
		sent += w.Sent
		received += w.Received
		if w.rounds.Load() > 0 {
			workers++
		}
	}
	return sent + c.hostSent.Load(), received + c.hostReceived.Load(), workers
}

// HostMessage counts messages sent and handed over by no strand.
func (c *Scheduler) HostMessage(sent, received int64) {
	c.hostSent.Add(sent)
	c.hostReceived.Add(received)
}

// work runs strands until there are none.
func (w *Worker) work() {
	c := w.scheduler
	for !c.stopped.Load() {
		s := w.pick()
		if s == nil {
			if w.rest() {
				return
			}
			continue
		}
		w.run(s)
		if runningOf(c.busy.Load()) > c.limit { // others have come meanwhile
			w.handOver()
			if w.rest() {
				return
			}
		}
	}
	c.busy.Add(-1)
}

func (w *Worker) run(s *Strand) {
	c := w.scheduler
	s.worker = w
	w.asked.Store(false)
	w.current.Store(s)
	if c.stopped.Load() {
		return
	}
	w.rounds.Add(1)
	switch status := s.task.Run(); status {
	case Parked: // it belongs to who wakes it
	case Yielded:
		if !w.keeps(s) {
			c.enqueue(s, nil)
		}
	default:
		task := s.task
		c.finish(s, status)
		task.Release()
	}
}

// pick finds a strand to run: the one just woken, its own, then others'.
func (w *Worker) pick() *Strand {
	c := w.scheduler
	if w.yielding {
		w.yielding = false
		if s := w.common(false); s != nil {
			return s
		}
	}
	if w.rounds.Load()%fairness == 0 {
		if s := w.common(true); s != nil {
			return s
		}
		if s := w.woken.pop(true); s != nil {
			return s
		}
		if s := w.queue.pop(true); s != nil {
			return s
		}
	}
	if w.next.Load() != nil {
		if s := w.next.Swap(nil); s != nil {
			return s
		}
	}
	if s := w.queue.pop(false); s != nil {
		return s
	}
	if s := w.woken.pop(true); s != nil {
		return s
	}
	for i := range spins {
		if s := w.common(false); s != nil {
			return s
		}
		if s := w.steal(); s != nil {
			return s
		}
		if runningOf(c.busy.Load()) <= 1 && i > 0 {
			break // nobody is there who could bring work soon
		}
		runtime.Gosched()
	}
	return nil
}

// common takes strands that no worker has, the most urgent ones; fair: the least urgent ones.
func (w *Worker) common(fair bool) *Strand {
	c := w.scheduler
	first, last := &c.outside, &c.queue
	if fair {
		first, last = last, first
	}
	for _, q := range [...]*queue{first, &c.urgent, last} {
		if n := q.size.Load(); n > 0 {
			if s := q.take(int(min(n/c.limit+1, batch)), &w.queue); s != nil {
				return s
			}
		}
	}
	return nil
}

// steal takes half of another worker's queue.
func (w *Worker) steal() *Strand {
	all := w.scheduler.allWorkers()
	for i := range all {
		victim := all[(w.Index+1+i)%len(all)]
		if n := victim.queue.size.Load(); n > 0 && victim != w {
			if s := victim.queue.take(int(min(n/2+1, batch)), &w.queue); s != nil {
				return s
			}
		}
	}
	return nil
}

// rest ends the worker's goroutine, unless it is needed after all.
func (w *Worker) rest() bool {
	c := w.scheduler
	w.current.Store(nil)
	c.mu.Lock()
	c.rest = append(c.rest, w)
	c.mu.Unlock()
	left := c.busy.Add(-1)
	switch {
	case left == 0:
		c.rested()
	case runningOf(left) < c.limit && c.waiting():
		// A strand came after the last look, and who brought it saw this worker.
		c.wake()
	case runningOf(left) == 0 && c.OnIdle != nil:
		c.OnIdle()
	}
	return true
}

// unclaimed is how many strands wait that no worker has.
func (c *Scheduler) unclaimed() int64 {
	return c.queue.size.Load() + c.urgent.size.Load() + c.outside.size.Load()
}

// waiting tells whether a strand is in a queue that any worker may take from.
func (c *Scheduler) waiting() bool {
	if c.unclaimed() > 0 {
		return true
	}
	for _, w := range c.allWorkers() {
		if w.queue.size.Load() > 0 {
			return true
		}
	}
	return false
}

// handOver makes the worker's strands everybody's.
func (w *Worker) handOver() {
	c := w.scheduler
	if s := w.next.Swap(nil); s != nil {
		c.urgent.push(s)
	}
	for _, q := range [...]*queue{&w.woken, &w.queue} {
		for s := q.pop(true); s != nil; s = q.pop(true) {
			c.urgent.push(s)
		}
	}
}

// IsAsked is Asked again and again.
func (w *Worker) IsAsked() bool { return w.asked.Load() }

// Asked tells, once, whether the strand that the worker runs is to give way to others, which have waited for long or come from outside. They come before
// those that the worker has itself. Only that strand may call it.
func (w *Worker) Asked() bool {
	if !w.asked.Load() || !w.asked.Swap(false) {
		return false
	}
	w.yielding = true
	return true
}

// ask has the strand that the worker runs give way soon if it has run since the monitor's last look; false if it has not, or was asked already. Where
// that look is too old to tell, every strand is asked.
func (w *Worker) ask(old bool) bool {
	s := w.current.Load()
	if s == nil || !old && w.rounds.Load() != w.seen.Load() {
		return false
	}
	before := w.asked.Swap(true)
	s.task.Interrupt()
	return !before
}

// askOne is called when something outside has woken a strand: where all workers are kept for long, one of theirs gives way to it. Else it would
// wait for the monitor, which gets a processor as rarely: if it has had none for long, nobody knows who has run for long.
func (c *Scheduler) askOne() {
	if runningOf(c.busy.Load()) < c.limit {
		return
	}
	old := time.Since(c.start)-time.Duration(c.looked.Load()) > outlived
	for _, w := range c.allWorkers() {
		if w.ask(old) {
			return
		}
	}
}

// Alone tells whether no other strand waits to run; for the strand that the
// worker runs.
func (w *Worker) Alone() bool {
	return !w.holds() && w.scheduler.unclaimed() == 0
}

// holds tells whether strands wait for the worker.
func (w *Worker) holds() bool {
	return w.next.Load() != nil || w.queue.size.Load() > 0 || w.woken.size.Load() > 0
}

// Blocking calls f, which may take long outside of the VM, such as in a system
// call. Meanwhile another worker runs the other strands. The caller must be the
// strand that w runs.
func (w *Worker) Blocking(f func()) {
	c := w.scheduler
	w.handOver()
	left := c.busy.Add(outside - 1)
	switch {
	case c.waiting():
		c.wake()
		c.askOne()
	case runningOf(left) == 0 && c.OnIdle != nil:
		c.OnIdle()
	}
	// Once back, the strand goes on at once: one worker too many for a while.
	defer func() {
		if runningOf(c.busy.Add(1-outside)) > c.limit {
			c.askOne()
		}
	}()
	f()
}

// watch makes sure that somebody looks after strands that wait.
func (c *Scheduler) watch() {
	if !c.watching.Load() && c.watching.CompareAndSwap(false, true) {
		go c.monitor()
	}
}

// monitor keeps strands from waiting behind others that run for long: it
// gives them to all workers, and starts more if all are kept. It ends when
// nothing has waited for a while.
func (c *Scheduler) monitor() {
	var taken uint64
	stuck, quiet := 0, 0
	last := time.Now()
	for _, w := range c.allWorkers() { // what was seen is old
		w.seen.Store(w.rounds.Load())
		w.short.Store(false)
	}
	for quiet < 2*patience && !c.stopped.Load() {
		c.looked.Store(int64(time.Since(c.start)))
		time.Sleep(tick)
		quiet++
		now := time.Now()
		for _, w := range c.allWorkers() {
			if w.look(now.Sub(last)) {
				quiet = 0
			}
		}
		last = now
		n := c.unclaimed()
		if n == 0 {
			stuck = 0
			continue
		}
		quiet = 0
		c.wake()
		if t := c.queue.taken.Load() + c.urgent.taken.Load() + c.outside.taken.Load(); t != taken {
			taken, stuck = t, 0
			continue
		}
		for _, w := range c.allWorkers() {
			w.ask(false)
		}
		if stuck++; stuck >= patience && !c.Steady {
			stuck = 0
			for more := min(n, runningOf(c.busy.Load())); more > 0; more-- {
				c.busy.Add(1)
				c.startWorker()
			}
		}
	}
	c.watching.Store(false)
	// What came after the last look found the flag still set.
	if c.pending() && !c.stopped.Load() {
		c.watch()
	}
}

// look is the monitor's look at a worker, a while after the last one: it tells whether strands
// wait there. If one keeps the worker, or they run for long enough, those that wait are everybody's.
func (w *Worker) look(since time.Duration) (waits bool) {
	c := w.scheduler
	rounds := w.rounds.Load()
	done := rounds - w.seen.Swap(rounds)
	least := since // of what the rounds may have taken
	if w.short.Load() {
		least /= slack
	}
	short := c.limit > 1 && time.Duration(done)*grain > least
	w.short.Store(short)
	if !w.holds() {
		return false
	}
	if done == 0 || !short && w.woken.size.Load() > 0 {
		// What is in hand, neither here nor there, must not look like a deadlock.
		c.Hold()
		w.handOver()
		c.Release()
		if done == 0 {
			w.ask(false)
		}
	}
	return true
}

// pending tells whether any strand waits for a worker.
func (c *Scheduler) pending() bool {
	for _, w := range c.allWorkers() {
		if w.holds() {
			return true
		}
	}
	return c.waiting()
}
