package scheduler

import "time"

// Snapshot is what can be seen of a scheduler from outside at a moment. Strands run
// meanwhile: its parts need not fit each other exactly.
type Snapshot struct {
	Counters
	Elapsed time.Duration // since Init

	ArenaBytes, ArenaPeak int64 // of all workers that are tracked
	Workers               int64 // that are tracked
	UntrackedWorkers      int64 // whose arenas are missing in the bytes

	Strands          []Tracked // in the registry, in order of its slots
	RegistryCapacity int
	UntrackedStrands int64 // that found no slot so far
}

// Tracked is a strand in the registry.
type Tracked struct {
	ID      int64
	Spawned int64 // seconds since 1970
}

// Snapshot returns what can be seen of the scheduler now.
func (c *Scheduler) Snapshot() Snapshot {
	reg := c.Registry()
	s := Snapshot{
		Counters: c.Counters(), RegistryCapacity: reg.Capacity(), UntrackedStrands: reg.OverflowCount(),
		ArenaBytes: c.Memory.Current(), ArenaPeak: c.Memory.Peak(), Workers: c.Memory.Tracked(), UntrackedWorkers: c.Memory.Overflow(),
	}
	s.Elapsed, _ = c.Elapsed()
	for id, spawned := range reg.ActiveStrands() {
		s.Strands = append(s.Strands, Tracked{id, spawned})
	}
	return s
}
