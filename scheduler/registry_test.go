package scheduler_test

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/scheduler"
)

func active(r *scheduler.Registry) []int64 {
	var ids []int64
	for id, spawned := range r.ActiveStrands() {
		if now := time.Now().Unix(); spawned < now-60 || spawned > now {
			panic("a slot with a wrong time")
		}
		ids = append(ids, id)
	}
	return ids
}

func TestRegistryBasic(t *testing.T) {
	r := scheduler.NewRegistry(10)
	assert.Equal(t, 10, r.Capacity())
	for i := range 3 {
		index, ok := r.Register(int64(i + 1))
		assert.True(t, ok)
		assert.Equal(t, i, index)
	}
	assert.Len(t, active(r), 3)
	assert.True(t, r.Unregister(2))
	assert.Equal(t, []int64{1, 3}, active(r))
	assert.False(t, r.Unregister(999))
	assert.False(t, r.Unregister(2))
}

func TestRegistryOverflow(t *testing.T) {
	r := scheduler.NewRegistry(3)
	for id := int64(1); id <= 3; id++ {
		_, ok := r.Register(id)
		assert.True(t, ok)
	}
	for n := int64(1); n <= 2; n++ {
		_, ok := r.Register(3 + n)
		assert.False(t, ok)
		assert.Equal(t, n, r.OverflowCount())
	}
	assert.False(t, r.Unregister(4), "it never had a slot")
}

func TestRegistryReuse(t *testing.T) {
	r := scheduler.NewRegistry(3)
	for id := int64(1); id <= 3; id++ {
		r.Register(id)
	}
	assert.True(t, r.Unregister(2))
	index, ok := r.Register(4)
	assert.True(t, ok)
	assert.Equal(t, 1, index)
	assert.Equal(t, []int64{1, 4, 3}, active(r))
}

func TestRegistryWithoutSlots(t *testing.T) {
	r := scheduler.NewRegistry(0)
	_, ok := r.Register(1)
	assert.False(t, ok)
	assert.Empty(t, active(r))
	assert.Equal(t, int64(1), r.OverflowCount())
	assert.Equal(t, scheduler.MaxRegistrySize, scheduler.NewRegistry(1<<40).Capacity())
}

func TestRegistryConcurrent(t *testing.T) {
	r := scheduler.NewRegistry(50)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			id := int64(i + 1)
			_, ok := r.Register(id)
			runtime.Gosched()
			active(r)
			assert.Equal(t, ok, r.Unregister(id))
		})
	}
	all.Wait()
	assert.Empty(t, active(r))
}

// Used by one goroutine, it always takes the lowest free slot.
func TestRegistryTakesTheLowestSlot(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	r := scheduler.NewRegistry(40)
	taken := map[int]int64{}
	for id := int64(1); id < 3000; id++ {
		if rng.IntN(2) == 0 {
			want := 0
			for taken[want] != 0 {
				want++
			}
			index, ok := r.Register(id)
			assert.Equal(t, len(taken) < 40, ok)
			if ok {
				assert.Equal(t, want, index)
				taken[index] = id
			}
			continue
		}
		if len(taken) > 0 {
			slots := slices.Sorted(maps.Keys(taken))
			slot := slots[rng.IntN(len(slots))]
			assert.True(t, r.Unregister(taken[slot]))
			delete(taken, slot)
		}
	}
}

func BenchmarkRegister(b *testing.B) {
	r := scheduler.NewRegistry(scheduler.DefaultRegistrySize)
	for id := int64(1); b.Loop(); id++ {
		r.Register(id)
		r.Unregister(id)
	}
}
