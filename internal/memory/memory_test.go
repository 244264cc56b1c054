package memory

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWithoutABudgetEverythingFits(t *testing.T) {
	assert.True(t, Fits(1<<60))
	assert.NotPanics(t, func() { Ask(1 << 60) })
}

func TestWhatIsLargerThanTheBudgetIsRefused(t *testing.T) {
	const budget = 1 << 30
	stop := Watch(budget, func() {})
	assert.True(t, Fits(Large))
	assert.False(t, Fits(2*budget))
	assert.PanicsWithError(t, "out of memory: the program would take more than 1073741824 bytes (SEQ_MEMORY_MAX)", func() { Ask(2 * budget) })
	assert.Panics(t, func() { Room([]int64{1}, budget/4) })
	assert.NoError(t, Exceeded(budget))
	assert.Error(t, Exceeded(1))
	other := Watch(4*budget, func() {})
	assert.True(t, Fits(2*budget), "the largest budget counts")
	other()
	stop()
	assert.True(t, Fits(2*budget))
}

func TestReadAll(t *testing.T) {
	for _, n := range []int{0, 1, firstPiece - 1, firstPiece, 3*firstPiece + 1, 1 << 20} {
		want := bytes.Repeat([]byte("x"), n)
		for _, expected := range []int64{0, int64(n), int64(n) / 2} {
			got, err := ReadAll(bytes.NewReader(want), expected, 1<<20)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, got), "%d bytes, expected %d", n, expected)
		}
	}
	_, err := ReadAll(bytes.NewReader(make([]byte, 11)), 0, 10)
	assert.Equal(t, ErrTooLong, err)
	_, err = ReadAll(io.MultiReader(bytes.NewReader(make([]byte, 11)), errorReader{}), 0, 100)
	assert.Equal(t, io.ErrUnexpectedEOF, err)
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
