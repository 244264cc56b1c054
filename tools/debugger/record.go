package debugger

import (
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Recorded is how many statements are recorded unless somebody wants another number.
const Recorded = 10_000

// What is kept of a statement.
const (
	recordedFrames = 16
	recordedValues = 256
)

// record is what the strands were at the last statements: to be looked at, not to go on from. What the program has written or sent
// meanwhile stays written and sent.
type record struct {
	on    bool // each statement is recorded, not only those of steps
	most  int
	seen  []*vm.Seen // a ring, from first on
	first int
}

// add records a strand.
func (r *record) add(strand *vm.Strand) {
	seen := strand.Look(true, recordedFrames)
	seen.Aux = keep(seen.Aux)
	for i := range seen.Frames {
		f := &seen.Frames[i]
		f.Stack, f.Aux = keep(f.Stack), keep(f.Aux)
	}
	if len(r.seen) > r.most {
		*r = record{on: r.on, most: r.most}
	}
	if len(r.seen) < r.most {
		r.seen = append(r.seen, seen)
		return
	}
	r.seen[r.first] = seen
	r.first = (r.first + 1) % len(r.seen)
}

// keep copies the topmost of some values, so that nobody changes or frees what they hold.
func keep(values []stack.Value) []stack.Value {
	values = values[max(len(values)-recordedValues, 0):]
	kept := make([]stack.Value, len(values))
	for i, v := range values {
		kept[i] = v
		if v.Kind() < stack.Builder {
			v.Share()
			kept[i] = v.Promote()
		}
	}
	return kept
}

// at is what was recorded so many statements before the last one.
func (r *record) at(back int) *vm.Seen {
	return r.seen[(r.first+len(r.seen)-1-back)%len(r.seen)]
}

// Past is how many statements in the past what Now shows is; -1: it is the present.
func (s *Stop) Past() int { return s.back }

// Back goes a statement back in what was recorded; false if there is no more. What is shown then is what was, and nothing is undone.
func (s *Stop) Back() bool {
	next := s.back + 1
	if s.back < 0 {
		next = 1 // the last one is where the strand is
	}
	if next >= len(s.record.seen) {
		return false
	}
	s.back = next
	return true
}

// Forward goes a statement forward in what was recorded, to the present in the end; false if it is there already.
func (s *Stop) Forward() bool {
	if s.back < 0 {
		return false
	}
	if s.back--; s.back == 0 {
		s.back = -1
	}
	return true
}

// BackTo goes back to the last statement recorded that some breakpoint is on, or to the first one; false if there is none.
func (s *Stop) BackTo() bool {
	moved := false
	for s.Back() {
		moved = true
		if f := s.Now().Frames; len(f) > 0 && len(s.places[place{f[0].Function, f[0].PC}]) > 0 {
			break
		}
	}
	return moved
}

// ForwardTo goes forward to the next statement recorded that some breakpoint is on, or to the present.
func (s *Stop) ForwardTo() {
	for s.Forward() && s.back >= 0 {
		if f := s.Now().Frames; len(f) > 0 && len(s.places[place{f[0].Function, f[0].PC}]) > 0 {
			return
		}
	}
}
