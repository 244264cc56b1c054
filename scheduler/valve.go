package scheduler

// Valve is the safety valve of chapter 5, section 11.6: a reduction counter, which counts
// the tail calls of a strand and says when it has to give way, so that endless loops do. It belongs to one goroutine.
type Valve struct {
	Interval uint64 // 0: never
	Count    uint64 // since the strand gave way
}

// MaybeYield counts a tail call; true if the strand must give way now.
func (v *Valve) MaybeYield() bool {
	if v.Interval == 0 {
		return false
	}
	if v.Count++; v.Count < v.Interval {
		return false
	}
	v.Count = 0
	return true
}
