package pprof_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/pprof"
	"github.com/seqvm/seqvm/vm"
)

func TestProfilesNameWordsAndLines(t *testing.T) {
	inner, outer := vm.Frame{Word: "busy", File: "p.seq", Line: 2, Column: 7, Count: 3}, vm.Frame{Word: "main", File: "p.seq", Line: 9}
	var b bytes.Buffer
	require.NoError(t, pprof.Write(&b, vm.Samples{
		Start: time.Unix(100, 0), Duration: time.Second, Period: time.Millisecond,
		List: []*vm.Sample{{Trail: []vm.Frame{inner, outer}, Count: 5, Bytes: 100}, {Trail: []vm.Frame{outer}, Count: 1}},
	}))
	p, err := profile.Parse(&b)
	require.NoError(t, err)
	require.NoError(t, p.CheckValid())
	assert.Equal(t, []int64{int64(time.Second), 100 * int64(time.Second), int64(time.Millisecond)}, []int64{p.DurationNanos, p.TimeNanos, p.Period})
	assert.Len(t, p.Location, 2)
	assert.Len(t, p.Function, 2)
	var shown [][]string
	for _, s := range p.Sample {
		var words []string
		for _, l := range s.Location {
			words = append(words, l.Line[0].Function.Name)
		}
		shown = append(shown, words)
	}
	assert.Equal(t, [][]string{{"busy", "main"}, {"main"}}, shown)
	assert.Equal(t, []int64{5, 100, 5 * int64(time.Millisecond)}, p.Sample[0].Value)
	assert.EqualValues(t, 2, p.Sample[0].Location[0].Line[0].Line)
}
