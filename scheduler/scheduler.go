// Package scheduler counts strands and waits for them: spawn, ids, lifecycle
// counters, the event-driven wait for the last strand, and the detection of
// deadlock (chapter 5, sections 9 and 11).
//
// It does not know what a strand executes: an entry is a function.
package scheduler

import (
	"sort"
	"sync"
	"sync/atomic"
)

// Scheduler runs the strands of one VM, each on a goroutine. The zero value is
// ready for use; all methods are safe for concurrent use.
type Scheduler struct {
	active    atomic.Int64
	spawned   atomic.Int64
	completed atomic.Int64
	peak      atomic.Int64
	lastID    atomic.Int64

	// OnDeadlock is called, once, when every active strand is blocked. It must
	// be set before the first spawn.
	OnDeadlock func([]Blocked)

	mu       sync.Mutex // guards what follows, and the wait for the last strand
	idle     *sync.Cond
	blocked  map[int64]Blocked
	reported bool
}

// Blocked describes a strand that waits for another one.
type Blocked struct {
	ID    int64
	Word  string // the word it waits in
	Place string // FILE:LINE
}

// Counters is a snapshot of the lifecycle counters (chapter 5, section 11.1).
type Counters struct {
	Active, Spawned, Completed, Peak int64
}

// Counters returns the counters. At rest Spawned = Completed + Active.
func (s *Scheduler) Counters() Counters {
	return Counters{Active: s.active.Load(), Completed: s.completed.Load(), Spawned: s.spawned.Load(), Peak: s.peak.Load()}
}

// Spawn starts a strand on a goroutine of its own and returns its id; ids count
// from 1. The entry gets the id.
func (s *Scheduler) Spawn(entry func(id int64)) int64 {
	id := s.lastID.Add(1)
	active := s.active.Add(1)
	s.spawned.Add(1)
	for peak := s.peak.Load(); active > peak && !s.peak.CompareAndSwap(peak, active); {
		peak = s.peak.Load()
	}
	go s.run(id, entry)
	return id
}

func (s *Scheduler) run(id int64, entry func(id int64)) {
	defer s.complete()
	entry(id)
}

func (s *Scheduler) complete() {
	s.completed.Add(1) // before active falls: who sees no strand active sees all completed
	left := s.active.Add(-1)
	if left > 0 {
		s.mu.Lock()
		report := s.deadlocked()
		s.mu.Unlock()
		s.report(report)
		return
	}
	s.mu.Lock()
	if s.idle != nil {
		s.idle.Broadcast()
	}
	s.mu.Unlock()
}

// WaitAll returns when no strand is active. Several goroutines may wait.
func (s *Scheduler) WaitAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle == nil {
		s.idle = sync.NewCond(&s.mu)
	}
	for s.active.Load() > 0 {
		s.idle.Wait()
	}
}

// Block notes that a strand is about to wait for another strand. Who wakes it
// calls Unblock before it goes on itself, so that a strand that has been woken
// never counts as blocked.
func (s *Scheduler) Block(b Blocked) {
	s.mu.Lock()
	if s.blocked == nil {
		s.blocked = map[int64]Blocked{}
	}
	s.blocked[b.ID] = b
	report := s.deadlocked()
	s.mu.Unlock()
	s.report(report)
}

// Unblock notes that a blocked strand can go on.
func (s *Scheduler) Unblock(id int64) {
	s.mu.Lock()
	delete(s.blocked, id)
	s.mu.Unlock()
}

// deadlocked returns the blocked strands if all active ones are; mu is held.
func (s *Scheduler) deadlocked() []Blocked {
	if s.reported || len(s.blocked) == 0 || int64(len(s.blocked)) < s.active.Load() {
		return nil
	}
	s.reported = true
	list := make([]Blocked, 0, len(s.blocked))
	for _, b := range s.blocked {
		list = append(list, b)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

func (s *Scheduler) report(list []Blocked) {
	if list != nil && s.OnDeadlock != nil {
		s.OnDeadlock(list)
	}
}
