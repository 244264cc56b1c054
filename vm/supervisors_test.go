package vm_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

// A child that waits for something that cannot be interrupted is given up: its supervisor ends without it, though it
// is a scope. The strand ends when what it waits for has come.
func TestASupervisorGivesUpWhatDoesNotEnd(t *testing.T) {
	entered, release := make(chan struct{}, 2), make(chan struct{})
	word := func(name string, f any) seqvm.Word {
		w, err := seqvm.Func(name, "( -- )", "A part of the test.", f)
		require.NoError(t, err)
		return w
	}
	words, err := seqvm.AllWords().With(
		word("host.stuck", func(s *vm.Strand) { s.Blocking(func() { entered <- struct{}{}; <-release }) }),
		word("host.entered", func(s *vm.Strand) { s.Blocking(func() { <-entered }) }),
		word("host.release", func() { close(release) }))
	require.NoError(t, err)
	prog, err := seqvm.Compile(seqvm.Text("stuck.seq", `include vm:supervisors
: event ( Channel -- Channel ) dup chan.receive drop dup 0 variant.field-at io.write " " io.write 1 variant.field-at symbol->string io.write-line ;
: main ( -- )
  chan.make supervisors.one-for-one over supervisors.events
  "stuck" [ host.stuck "never" io.write-line ] supervisors.child 1 supervisors.limit supervisors.with
  "server" [ drop host.stuck "never" io.write-line ] supervisors.server 1 supervisors.limit supervisors.with
  supervisors.start host.entered host.entered
  supervisors.stop variant.tag symbol->string io.write-line
  event event event event drop
  host.release
;`), seqvm.Options{Words: words})
	require.NoError(t, err)
	var out bytes.Buffer
	v, err := prog.VM(seqvm.Config{Stdout: &out})
	require.NoError(t, err)
	_, err = v.Run()
	require.NoError(t, err)
	assert.Equal(t, "Ok\nstuck Started\nserver Started\nserver GivenUp\nstuck GivenUp\n", out.String())
	assert.Zero(t, v.Scheduler().Counters().Active)
}
