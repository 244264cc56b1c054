package signals

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlagsOfASignalThatCame(t *testing.T) {
	number := Numbers["SIGUSR1"]
	var s Table
	s.flags[number].Store(true)
	seen, err := s.Pending(number)
	require.NoError(t, err)
	assert.True(t, seen, "a look leaves the flag")
	seen, err = s.Received(number)
	require.NoError(t, err)
	assert.True(t, seen)
	seen, err = s.Received(number)
	require.NoError(t, err)
	assert.False(t, seen, "it was cleared")
}

func TestNumbersThatAreNoneAreRefused(t *testing.T) {
	var s Table
	for _, number := range []int64{-1, 32, 1 << 40} {
		_, err := s.Pending(number)
		assert.ErrorContains(t, err, "the number must be 0 to 31", "%d", number)
		assert.ErrorContains(t, s.Trap(number), "the number must be 0 to 31", "%d", number)
	}
	for _, number := range []int64{0, 9} {
		require.NoError(t, s.Clear(number), "the flag can be asked for")
		for _, set := range []func(int64) error{s.Trap, s.Ignore, s.Default} {
			assert.ErrorContains(t, set(number), "cannot be trapped or ignored", "%d", number)
		}
	}
}

func TestSignalsThatNobodySendsCanBeSet(t *testing.T) {
	var s Table // not installed
	assert.NoError(t, s.Trap(Numbers["SIGTERM"]))
	assert.NoError(t, s.Default(Numbers["SIGTERM"]))
	s.Raw(true)
	s.Raw(false)
}
