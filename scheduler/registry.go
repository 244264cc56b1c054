package scheduler

import (
	"iter"
	"sync/atomic"
	"time"
)

// DefaultRegistrySize is how many slots a registry has unless the host wants another
// number, MaxRegistrySize the most that it can have.
const (
	DefaultRegistrySize = 1024
	MaxRegistrySize     = 10_000_000
)

// Registry notes the strands that are alive in a fixed number of slots, for
// the dump and the watchdog (chapter 5, section 11.4). Strands beyond its
// capacity are only counted. It is lock-free.
type Registry struct {
	slots    []registrySlot
	used     atomic.Int64 // slots that are taken or about to be
	lowest   atomic.Int64 // no slot below is free, as far as known
	overflow atomic.Int64
}

// registrySlot is free if its id is 0.
type registrySlot struct {
	id      atomic.Int64
	spawned atomic.Int64 // seconds since 1970
}

// NewRegistry makes a registry with all slots free.
func NewRegistry(capacity int) *Registry {
	return &Registry{slots: make([]registrySlot, min(max(capacity, 0), MaxRegistrySize))}
}

// Register takes the first free slot for a strand and returns its index; not
// ok if there is none.
func (r *Registry) Register(id int64) (index int, ok bool) {
	capacity := int64(len(r.slots))
	for {
		used := r.used.Load()
		if used >= capacity {
			r.overflow.Add(1)
			return 0, false
		}
		if r.used.CompareAndSwap(used, used+1) {
			break
		}
	}
	// A slot is free now for this strand; others may take it and leave another.
	now := time.Now().Unix()
	lowest := r.lowest.Load()
	for from := lowest; ; from = 0 {
		for i := from; i < capacity; i++ {
			slot := &r.slots[i]
			if slot.id.Load() != 0 {
				continue
			}
			// The time must be seen before the id; claimed marks the slot meanwhile.
			if slot.id.CompareAndSwap(0, claimed) {
				slot.spawned.Store(now)
				slot.id.Store(id)
				r.lowest.CompareAndSwap(lowest, i+1)
				return int(i), true
			}
		}
	}
}

// claimed is the id of a slot that is being filled.
const claimed = -1

// release frees a slot that Register gave.
func (r *Registry) release(index int, id int64) bool {
	slot := &r.slots[index]
	if !slot.id.CompareAndSwap(id, claimed) {
		return false
	}
	slot.spawned.Store(0)
	slot.id.Store(0)
	for low := r.lowest.Load(); int64(index) < low && !r.lowest.CompareAndSwap(low, int64(index)); {
		low = r.lowest.Load()
	}
	r.used.Add(-1)
	return true
}

// Unregister frees the slot of a strand; false if it has none.
func (r *Registry) Unregister(id int64) bool {
	for i := range r.slots {
		if r.slots[i].id.Load() == id {
			return r.release(i, id)
		}
	}
	return false
}

// ActiveStrands gives id and time of spawning (seconds since 1970) of the
// strands in the registry, in order of slots. Strands come and go meanwhile.
func (r *Registry) ActiveStrands() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		for i := range r.slots {
			slot := &r.slots[i]
			id := slot.id.Load()
			spawned := slot.spawned.Load()
			if id > 0 && spawned > 0 && !yield(id, spawned) {
				return
			}
		}
	}
}

// Capacity returns the number of slots.
func (r *Registry) Capacity() int { return len(r.slots) }

// OverflowCount returns how many strands found no slot so far.
func (r *Registry) OverflowCount() int64 { return r.overflow.Load() }
