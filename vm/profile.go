package vm

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/pprof/profile"

	"github.com/seqvm/seqvm/scheduler"
)

// Profile samples what strands execute, by word and line. Strands are asked to
// look at themselves: each does so at its next call or loop, so what a built-in
// word takes counts for the place behind its call.
type Profile struct {
	vm     *VM
	start  time.Time
	period time.Duration
	done   chan struct{}
	ended  sync.WaitGroup

	mu      sync.Mutex
	samples map[string]*sample
}

type sample struct {
	trail []Frame
	count int64
}

// StartProfile begins to sample the VM's strands, so many times a second. It
// must be called before Run.
func (v *VM) StartProfile(perSecond int) *Profile {
	p := &Profile{vm: v, start: time.Now(), period: time.Second / time.Duration(perSecond), done: make(chan struct{}), samples: map[string]*sample{}}
	v.profile = p
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

// look notes what the strand executes, if it has been asked to. s.ip must be
// behind the instruction.
func (s *Strand) look() {
	if !s.sampled.Swap(false) {
		return
	}
	p := s.vm.profile
	_, _, trail := s.scene().trail(s.ip - instrSize)
	trail = trailLines(trail, false)
	key := fmt.Sprint(trail)
	p.mu.Lock()
	if p.samples[key] == nil {
		p.samples[key] = &sample{trail: trail}
	}
	p.samples[key].count++
	p.mu.Unlock()
	if s.valve.Interval == 0 {
		s.resetLimit()
	}
}

// Write ends the sampling and writes the profile in pprof's format.
func (p *Profile) Write(w io.Writer) error {
	close(p.done)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	out := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: int64(p.period),
		TimeNanos: p.start.UnixNano(), DurationNanos: int64(time.Since(p.start)),
	}
	functions, locations := map[string]*profile.Function{}, map[Frame]*profile.Location{}
	location := func(f Frame) *profile.Location {
		f.Count, f.Column = 0, 0
		if l := locations[f]; l != nil {
			return l
		}
		name := f.Word + "\x00" + f.File
		fn := functions[name]
		if fn == nil {
			fn = &profile.Function{ID: uint64(len(functions) + 1), Name: f.Word, SystemName: f.Word, Filename: f.File}
			functions[name] = fn
			out.Function = append(out.Function, fn)
		}
		l := &profile.Location{ID: uint64(len(locations) + 1), Line: []profile.Line{{Function: fn, Line: int64(f.Line)}}}
		locations[f] = l
		out.Location = append(out.Location, l)
		return l
	}
	for _, s := range p.samples {
		ps := &profile.Sample{Value: []int64{s.count, s.count * int64(p.period)}}
		for _, f := range s.trail {
			ps.Location = append(ps.Location, location(f))
		}
		out.Sample = append(out.Sample, ps)
	}
	return out.Write(w)
}
