package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Of many events as many are kept as there is room for, from all of the time, and how many there were is known.
func TestTimelineIsBounded(t *testing.T) {
	line := NewTimeline()
	for i := range int64(2.5 * mostEvents) {
		line.add(Event{Strand: i})
	}
	kept, seen := line.Events()
	assert.EqualValues(t, 2.5*mostEvents, seen)
	assert.LessOrEqual(t, len(kept), int(mostEvents))
	assert.Greater(t, len(kept), int(mostEvents)/2)
	step := kept[1].Strand - kept[0].Strand
	assert.EqualValues(t, 4, step)
	for i := 1; i < len(kept); i++ {
		if kept[i].Strand-kept[i-1].Strand != step {
			t.Fatalf("events %d and %d are %d apart, not %d", i-1, i, kept[i].Strand-kept[i-1].Strand, step)
		}
	}
}
