package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/bench"
)

func TestChoose(t *testing.T) {
	all, err := choose("")
	require.NoError(t, err)
	assert.Len(t, all, len(bench.Sets()))
	two, err := choose("growth,wild")
	require.NoError(t, err)
	require.Len(t, two, 2)
	assert.Equal(t, "growth", two[0].Name)
	assert.Equal(t, "wild", two[1].Name)
	_, err = choose("wild,none")
	assert.EqualError(t, err, `no set is called "none"`)
}

func TestWrongArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "say which seqvm"},
		{[]string{"-n", "0", "x"}, "-n must be at least 1"},
		{[]string{"-only", "(", "x"}, "missing closing )"},
		{[]string{"-sets", "none", "x"}, `no set is called "none"`},
		{[]string{"/nowhere/seqvm"}, "no such file"},
		{[]string{bench.One}, "needs a time and a command"},
	} {
		assert.ErrorContains(t, run(c.args), c.want, "%v", c.args)
	}
}
