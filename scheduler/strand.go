package scheduler

import (
	"sync"

	"github.com/seqvm/seqvm/stack"
)

// Task is what a strand executes.
type Task interface {
	// Run executes on the calling goroutine until the task ends, waits or gives
	// way. Before it returns Parked it must have arranged that somebody calls
	// Ready; from then on it must not touch the strand.
	Run() Status
	// Interrupt asks for an end of Run soon. Safe from any goroutine.
	Interrupt()
	// Release is called when the strand has ended and the scheduler is done
	// with it: the Strand may be started again. The worker is the one it ran on.
	Release()
}

// Status says why Task.Run returned.
type Status uint8

// The reasons.
const (
	Ended   Status = iota // the strand has completed
	Lost                  // it vanished without completing
	Parked                // it waits until Ready is called
	Yielded               // it goes on as soon as others have had their turn
)

// Strand is what the scheduler knows of a strand; its user embeds it next to
// the task. It can be used again after the strand has ended.
type Strand struct {
	id     int64
	task   Task
	worker *Worker
	slot   int32 // in the registry; -1: none

	younger, older *Strand // in the list of its shard
}

// ID returns the strand's id, from 1.
func (s *Strand) ID() int64 { return s.id }

// Task returns what the strand executes.
func (s *Strand) Task() Task { return s.task }

// Worker returns the worker that runs the strand; for the strand's own use.
func (s *Strand) Worker() *Worker { return s.worker }

// Start starts a strand and returns its id; ids count from 1. from is the
// worker that the caller runs on, or nil.
func (c *Scheduler) Start(s *Strand, task Task, from *Worker) int64 {
	id := c.begin(s, task)
	if from != nil {
		c.enqueue(s, from)
		return id
	}
	c.Hold() // the caller is nobody whom busy counts
	c.enqueue(s, nil)
	c.Release()
	return id
}

// begin counts a strand that starts, and gives it its id.
func (c *Scheduler) begin(s *Strand, task Task) int64 {
	c.Init()
	id := c.lastID.Add(1)
	s.id = id
	if s.task != task { // one that is used again may still be looked at by who asks it to give way (Worker.ask): that is then not written
		s.task = task
	}
	active := c.active.Add(1)
	c.spawned.Add(1)
	for peak := c.peak.Load(); active > peak && !c.peak.CompareAndSwap(peak, active); {
		peak = c.peak.Load()
	}
	s.slot = -1
	if slot, ok := c.Registry().Register(id); ok {
		s.slot = int32(slot)
	}
	c.live[id%liveShards].add(s)
	return id
}

// finish counts a strand that has ended.
func (c *Scheduler) finish(s *Strand, status Status) {
	if s.slot >= 0 {
		c.reg.Load().release(int(s.slot), s.id)
	}
	c.live[s.id%liveShards].remove(s)
	if status == Ended {
		// Before active falls: who sees no strand active sees all completions.
		c.completed.Add(1)
	}
	if c.active.Add(-1) == 0 {
		c.timers.idle()
		c.mu.Lock()
		c.idle.Broadcast()
		c.mu.Unlock()
	}
}

// liveShards is how many lists the strands are spread over, so that spawns on
// different processors rarely meet.
const liveShards = 32

// liveList is the strands that have not ended, the youngest first.
type liveList struct {
	mu    sync.Mutex
	first *Strand
	_     [48]byte
}

func (l *liveList) add(s *Strand) {
	l.mu.Lock()
	s.younger, s.older = nil, l.first
	if l.first != nil {
		l.first.younger = s
	}
	l.first = s
	l.mu.Unlock()
}

func (l *liveList) remove(s *Strand) {
	l.mu.Lock()
	if s.younger != nil {
		s.younger.older = s.older
	} else {
		l.first = s.older
	}
	if s.older != nil {
		s.older.younger = s.younger
	}
	s.younger, s.older = nil, nil
	l.mu.Unlock()
}

// Each calls visit for every strand that has not ended, in no order. No strand
// ends or starts meanwhile in the part that is visited, but strands run: visit
// must look only at what is safe to look at.
func (c *Scheduler) Each(visit func(*Strand)) {
	for i := range c.live {
		l := &c.live[i]
		l.mu.Lock()
		for s := l.first; s != nil; s = s.older {
			visit(s)
		}
		l.mu.Unlock()
	}
}

// Entry is a strand in Go: a function from a data stack to a data stack. The
// stack that it gets belongs to it; the one that it returns is released by the
// scheduler. Both may be nil.
type Entry func(*stack.Stack) *stack.Stack

// Spawn starts a strand in Go on a stack and returns its id. The stack has no
// base: what copies a stack is not available until the entry sets one.
func (c *Scheduler) Spawn(entry Entry, s *stack.Stack) int64 {
	e := &goStrand{scheduler: c, entry: entry, stack: s}
	return c.Start(&e.strand, e, nil)
}

// SpawnWithBase is Spawn with the base of the stack set.
func (c *Scheduler) SpawnWithBase(entry Entry, s *stack.Stack, base int) int64 {
	s.SetBase(base)
	return c.Spawn(entry, s)
}

// SpawnLegacy is the old form: no stack and no id.
func (c *Scheduler) SpawnLegacy(entry Entry) { c.Spawn(entry, nil) }

// goStrand is a strand whose code is a Go function. It keeps its goroutine
// until it ends.
type goStrand struct {
	scheduler *Scheduler
	strand    Strand
	entry     Entry
	stack     *stack.Stack
}

func (e *goStrand) Interrupt() {} // Go code cannot be stopped from outside

func (e *goStrand) Release() {}

func (e *goStrand) Run() (status Status) {
	status = Lost
	defer func() {
		if reason := recover(); reason != nil && e.scheduler.OnPanic != nil {
			e.scheduler.OnPanic(reason)
		}
	}()
	final := e.entry(e.stack)
	e.stack = nil
	final.Release()
	return Ended
}
