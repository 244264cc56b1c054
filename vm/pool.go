package vm

import (
	"sync"

	"github.com/seqvm/seqvm/host/settings"
)

// strandPool keeps ended strands with their stacks, so that a spawn need not
// allocate. Each worker has some of its own, without a lock; the others are in
// common. At most capacity are kept, and no stack above a size
// (SEQ_POOL_CAPACITY, SEQ_STACK_SIZE). It never limits how many strands live.
type strandPool struct {
	capacity   int // in common
	stackSlots int
	poison     bool

	own [ownPools]ownPool

	mu     sync.Mutex
	common []*Strand
}

const (
	ownPools    = 64 // workers beyond have none
	ownCapacity = 64
	// keptBytes bounds what the stacks in the common pool take in all.
	keptBytes = 32 << 20
)

// ownPool belongs to one worker.
type ownPool struct {
	n     int
	items [ownCapacity]*Strand
}

func (p *strandPool) configure(limits *settings.Settings, poison bool) {
	p.stackSlots = limits.StackSize / int(slotSize)
	p.capacity = limits.PoolCapacity
	p.poison = poison
}

// get returns a strand with empty stacks; worker is the index of the caller's,
// -1 if it has none.
func (p *strandPool) get(v *VM, worker int) *Strand {
	if s := p.kept(worker); s != nil {
		return s
	}
	s := &Strand{vm: v}
	s.data, s.arena = &s.ownData, &s.ownArena
	if !(meter{s}).counts() {
		s.limit.Store(noLimit)
	}
	if p.poison {
		s.ownArena.Poison()
	}
	return s
}

func (p *strandPool) kept(worker int) *Strand {
	if worker < 0 || worker >= ownPools {
		return nil
	}
	own := &p.own[worker]
	if own.n == 0 {
		p.mu.Lock()
		n := min(len(p.common), ownCapacity/2)
		copy(own.items[:], p.common[len(p.common)-n:])
		clear(p.common[len(p.common)-n:])
		p.common = p.common[:len(p.common)-n]
		p.mu.Unlock()
		own.n = n
	}
	if own.n == 0 {
		return nil
	}
	own.n--
	s := own.items[own.n]
	own.items[own.n] = nil
	return s
}

// put keeps a strand that has ended on a worker.
func (p *strandPool) put(s *Strand, worker int) {
	if len(s.data.Slots) > p.stackSlots || cap(s.frames)*int(frameSize) > p.stackSlots*int(slotSize) || worker >= ownPools || p.capacity == 0 {
		return
	}
	s.data.Release()
	clear(s.aux)
	s.aux = s.aux[:0]
	s.frames = s.frames[:0]
	s.tails, s.gaveWay = 0, stayed
	s.member, s.image = nil, nil
	s.tries.reset()
	own := &p.own[worker]
	if own.n == ownCapacity {
		p.share(own)
	}
	own.items[own.n] = s
	own.n++
}

// share moves half of a worker's strands to the common ones.
func (p *strandPool) share(own *ownPool) {
	own.n = ownCapacity / 2
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range own.items[own.n:] {
		if len(p.common) < min(p.capacity, keptBytes/max(len(s.data.Slots)*int(slotSize), strandBytes)) {
			p.common = append(p.common, s)
		}
		own.items[own.n+i] = nil
	}
}
