package builtins

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// property is a property that is looked at: it runs again and again, with values that are made of numbers drawn by chance.
//
// A run that fails is made simple by changing the numbers, not the values: the property runs once more on fewer or smaller ones, and draws other values
// from them. So whatever generators are made of, their values shrink, and remain values that they can make (MacIver and Donaldson, Test-Case Reduction via
// Test-Case Generation, ECOOP 2020).
type property struct {
	total, done int64 // runs with new numbers
	seed        uint64
	random      *rand.Rand
	depth       int // of generators in generators

	run    propertyRun
	failed *propertyRun // the simplest one so far; nil: none
	shrink shrinker
	tries  int // runs that were to be simpler

	passed   int64 // of the TestLog, before the run
	failures int
}

// propertyRun is one run.
type propertyRun struct {
	replayed []uint64 // numbers to take; behind them 0, if it is a try, or new ones
	try      bool
	drawn    []uint64
	values   []string // what the generators made of them
	why      string
}

// mostTries bounds how often a property runs once more to make a failure simple.
const mostTries = 2000

// mostDrawn bounds the numbers of one run: a generator that calls itself may never end.
const mostDrawn = 1 << 16

func (p *property) draw(bound uint64) uint64 {
	r := &p.run
	n := uint64(0)
	switch i := len(r.drawn); {
	case i < len(r.replayed):
		n = min(r.replayed[i], bound)
	case r.try || i >= mostDrawn:
	default:
		n = p.random.Uint64N(bound + 1)
	}
	r.drawn = append(r.drawn, n)
	return n
}

func (t *TestLog) beginProperty(runs int64) {
	if t.Seed == 0 {
		t.Seed = rand.Uint64N(1e9) + 1
	}
	mixed := fnv.New64a()
	fmt.Fprint(mixed, t.Title, t.properties)
	t.properties++
	t.property = &property{total: runs, seed: t.Seed, random: rand.New(rand.NewPCG(t.Seed, mixed.Sum64()))}
}

// beginRun begins the next run. If there is none, it says how the property has gone, at the line.
func (t *TestLog) beginRun(line int) bool {
	p := t.property
	if p == nil {
		return false // another property began inside this one
	}
	p.run, p.depth = propertyRun{}, 0
	p.passed, p.failures = t.Passed, len(t.Failures)
	switch {
	case p.failed == nil && p.done < p.total:
		p.done++
		return true
	case p.failed != nil && p.tries < mostTries:
		if next, ok := p.shrink.next(p.failed.drawn); ok {
			p.tries++
			p.run.replayed, p.run.try = next, true
			return true
		}
	}
	t.property = nil
	if p.failed == nil {
		t.Passed++
		return false
	}
	t.Failures = append(t.Failures, failedAt(line, p.report()))
	return false
}

// endRun ends a run; why says what went wrong, "" if nothing did. Assertions in it count for the property alone.
func (t *TestLog) endRun(why string) {
	p := t.property
	if p == nil {
		return
	}
	if failures := t.Failures[p.failures:]; len(failures) > 0 {
		why = strings.TrimPrefix(failures[0], "  ")
	}
	t.Passed, t.Failures = p.passed, t.Failures[:p.failures]
	p.run.why = why
	simpler := p.failed == nil || simpler(p.run.drawn, p.failed.drawn)
	if why != "" && simpler {
		run := p.run
		p.failed = &run
	}
	if p.run.try {
		p.shrink.tell(why != "" && simpler)
	}
}

func (p *property) report() string {
	values := "no values"
	if len(p.failed.values) > 0 {
		values = strings.Join(p.failed.values, ", ")
	}
	why := strings.ReplaceAll(p.failed.why, "\n", "\n    ")
	return fmt.Sprintf("the property does not hold, found in run %d of %d; --seed %d finds it again\n    with %s\n    %s", p.done, p.total, p.seed, values, why)
}

// simpler tells whether a run on some numbers is simpler than one on others: it has fewer, or the first that differs is smaller.
func simpler(a, b []uint64) bool {
	return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) < 0
}

// shrinker makes numbers simpler, step by step; it must be told of each step whether the property failed on it. It goes
// through its passes until none of them gets any further.
type shrinker struct {
	pass     int
	at       int  // in the numbers, from their end
	shift    uint // of the part that is taken off a number
	improved bool // in this round of passes
}

// blocks are how many numbers in a row the first passes leave out.
var blocks = []int{16, 8, 4, 3, 2, 1}

// next returns the next numbers to try; false: there are none.
func (s *shrinker) next(best []uint64) ([]uint64, bool) {
	for {
		if s.at >= len(best) {
			s.pass, s.at, s.shift = s.pass+1, 0, 0
			if s.pass <= len(blocks) {
				continue
			}
			if !s.improved {
				return nil, false
			}
			s.pass, s.improved = 0, false
			continue
		}
		i := len(best) - 1 - s.at
		if s.pass < len(blocks) {
			n := blocks[s.pass]
			if i+1 < n {
				s.at = len(best)
				continue
			}
			return slices.Delete(slices.Clone(best), i+1-n, i+1), true
		}
		less := best[i] >> s.shift
		if less == 0 {
			s.at, s.shift = s.at+1, 0
			continue
		}
		changed := slices.Clone(best)
		changed[i] -= less
		return changed, true
	}
}

// tell says whether the property failed on the last numbers.
func (s *shrinker) tell(failed bool) {
	switch {
	case failed:
		s.improved = true
	case s.pass < len(blocks):
		s.at++
	default:
		s.shift++
	}
}
