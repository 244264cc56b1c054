package builtins

import (
	"math"
	"time"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// timeWords: chapter 6, section 7. The clock is the VM's.
var timeWords = []Word{
	{Name: "time.now", Effect: "( ..a -- ..a Int )", Doc: "Microseconds since 1970-01-01 UTC.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(s.VM().Config().Now().UnixMicro())
		return nil
	}},
	{Name: "time.nanos", Effect: "( ..a -- ..a Int )", Doc: "Nanoseconds since the first call of this word.", Run: func(s *vm.Strand, w []stack.Value) error {
		now := s.VM().Config().Now()
		first := s.VM().State(firstNanos{}, func() any { return now }).(time.Time)
		w[0] = stack.FromInt(int64(max(now.Sub(first), 0)))
		return nil
	}},
	{Name: "time.sleep-ms", Effect: "( ..a Int -- ..a )", Doc: "Suspends the strand for at least so many milliseconds.", Run: sleep},
}

// firstNanos is the key of when time.nanos was called first.
type firstNanos struct{}

func sleep(s *vm.Strand, w []stack.Value) error {
	ms := w[0].AsInt()
	switch {
	case ms < 0:
		return vm.Fail("duration must not be negative, got %d", ms)
	case ms == 0:
		return s.Yield()
	}
	return s.Sleep(milliseconds(ms))
}

// milliseconds is a duration; the longest one if it is longer than that.
func milliseconds(n int64) time.Duration {
	const longest = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(n, longest)) * time.Millisecond
}
