package cli

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHeapsGrowByWhatIsAlive(t *testing.T) {
	const kb, mb = uint64(1) << 10, uint64(1) << 20
	for _, c := range []struct {
		name string
		live []uint64 // behind each collection
		want []int
	}{
		{"nothing alive", []uint64{100 * kb, 200 * kb, 100 * kb}, []int{75, 75, 75}},
		{"allocated during one collection", []uint64{100 * kb, 1400 * kb, 100 * kb, 1400 * kb}, []int{75, 75, 75, 75}},
		{"some alive", []uint64{1 * mb, 1 * mb, 1 * mb, 3 * mb / 2}, []int{75, 200, 200, 200}},
		{"a heap on its way", []uint64{2 * mb, 20 * mb, 70 * mb, 300 * mb}, []int{600, 400, 200, 100}},
		{"from much to little", []uint64{70 * mb, 100 * kb, 100 * kb, 100 * kb}, []int{200, 100, 75, 75}},
	} {
		percent, before := leastSmall, uint64(0)
		var got []int
		for _, live := range c.live {
			percent = growth(live, before, percent)
			before = live
			got = append(got, percent)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestALargeProgramIsAliveWhenItRuns(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	h := &heap{percent: loadingPercent, loading: true}
	h.collected(55 << 20)
	h.run()
	assert.Equal(t, 400, h.percent, "collected while it was read")
	h = &heap{percent: loadingPercent, loading: true}
	h.run()
	assert.Equal(t, leastSmall, h.percent, "not collected yet")
	h.collected(100 << 10)
	assert.Equal(t, leastSmall, h.percent)
}
