package vm

import (
	"fmt"
	"maps"
	"runtime/metrics"
	"slices"
	"sync"
	"time"

	"github.com/seqvm/seqvm/scheduler"
)

// Profile samples what strands execute, by word and line. Strands are asked to
// look at themselves: each does so at its next call or loop and, in code that was compiled for it, at the end of its line or word. So what a
// built-in word takes counts for the place behind its call.
type Profile struct {
	vm     *VM
	start  time.Time
	period time.Duration
	done   chan struct{}
	ended  sync.WaitGroup

	mu      sync.Mutex
	samples map[string]*Sample
	bytes   uint64 // that were allocated until the last sample
}

// Sample is how often strands were found at a place, and the calls that led there, the
// innermost first.
type Sample struct {
	Trail []Frame
	Count int64
	Bytes int64 // that the process has allocated on its heap since the sample before, of any place: an estimate of what this one allocates
}

// Samples is what a profile has found, in no order.
type Samples struct {
	Start    time.Time
	Duration time.Duration
	Period   time.Duration // between two looks at a strand
	List     []*Sample
}

// StartProfile begins to sample the VM's strands, so many times a second. It
// must be called before Run.
func (v *VM) StartProfile(perSecond int) *Profile {
	p := &Profile{vm: v, start: time.Now(), period: time.Second / time.Duration(perSecond), done: make(chan struct{}), samples: map[string]*Sample{}}
	v.profile = p
	p.bytes = allocated()
	p.ended.Go(p.tick)
	return p
}

func (p *Profile) tick() {
	ticker := time.NewTicker(p.period)
	defer ticker.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-ticker.C:
			p.vm.sched.EachRunning(func(s *scheduler.Strand) {
				if s, ok := s.Task().(*Strand); ok {
					s.sampled.Store(true)
					s.limit.Store(0)
				}
			})
		}
	}
}

// look does what the strand has been asked for, but for stopping: it notes what it executes, makes machine code of that, and looks at the memory.
// s.ip must be behind the instruction.
func (s *Strand) look() error {
	if s.sampled.Swap(false) {
		s.vm.profile.sample(s)
	}
	if d := s.vm.config.Debugger; d != nil {
		d.letIn()
	}
	if s.hot.Swap(false) && s.image.tier != nil {
		s.image.tier.heat(s)
	}
	err := s.vm.lookAtMemory()
	if !(meter{s}).counts() {
		s.resetLimit()
	}
	if err != nil {
		return refused(err)
	}
	return nil
}

// sample notes what a strand executes.
func (p *Profile) sample(s *Strand) {
	_, _, trail := s.scene().trail(s.ip - instrSize)
	trail = trailLines(trail, false)
	key := fmt.Sprint(trail)
	p.mu.Lock()
	if p.samples[key] == nil {
		p.samples[key] = &Sample{Trail: trail}
	}
	sample := p.samples[key]
	sample.Count++
	now := allocated()
	sample.Bytes += int64(now - p.bytes)
	p.bytes = now
	p.mu.Unlock()
}

// cover notes that a strand has come to a point of the coverage or, behind the last one, to one where it can be found by a profile.
func cover(s *Strand, point int32) {
	if covered := s.vm.covered; int(point) < len(covered) {
		covered[point].Add(1)
	} else if s.sampled.Swap(false) {
		s.vm.profile.sample(s)
	}
}

// allocated is how many bytes the process has allocated on its heap so far.
func allocated() uint64 {
	list := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(list)
	return list[0].Value.Uint64()
}

// End ends the sampling, and returns what was found. It must be called once.
func (p *Profile) End() Samples {
	close(p.done)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return Samples{Start: p.start, Duration: time.Since(p.start), Period: p.period, List: slices.Collect(maps.Values(p.samples))}
}
