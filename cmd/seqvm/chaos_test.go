package main_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

// disk takes so many bytes, and no more.
type disk struct {
	room int
	kept bytes.Buffer
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.room -= n
	d.kept.Write(b[:n])
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// jumping is a clock that goes back and forth.
func jumping(r *rand.Rand) func() time.Time {
	return func() time.Time { return time.Unix(r.Int64N(1<<33), r.Int64N(1e9)) }
}

// Whatever the outside does, golden programs that touch nothing else end as they should, or in a clean error that says what the outside did.
// Counters are exact afterwards.
func TestChaos(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/c*/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for i, path := range paths {
		want, err := os.ReadFile(strings.TrimSuffix(path, ".seq") + ".stdout")
		if err != nil {
			continue
		}
		for _, other := range []string{".exit", ".stdin", ".args", ".env", ".stderr"} {
			if _, err := os.Stat(strings.TrimSuffix(path, ".seq") + other); err == nil {
				want = nil // what the run needs besides, or that it fails: only the manner of its end is looked at
			}
		}
		prog, err := seqvm.Compile(seqvm.File(path), seqvm.Options{Words: seqvm.AllWords().Only(func(name string) bool {
			return !strings.HasPrefix(name, "file.") && !strings.HasPrefix(name, "dir.") && !strings.HasPrefix(name, "net.") && !strings.HasPrefix(name, "%file")
		})})
		if err != nil {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(i), 1))
		runtime.GOMAXPROCS(1 + i%8)
		out := &disk{room: 1 << 30}
		if i%2 == 1 {
			out.room = r.IntN(len(want) + 1)
		}
		chaos(t, path, prog, out, r, want)
	}
}

func chaos(t *testing.T, path string, prog *seqvm.Program, out *disk, r *rand.Rand, want []byte) {
	room := out.room
	v, err := prog.VM(seqvm.Config{
		Stdout: out, Stdin: iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("line\n"))), Now: jumping(r),
		Budget: seqvm.Budget{Time: 20 * time.Second},
	})
	require.NoError(t, err, path)
	_, err = v.Run()
	var internal *vm.InternalError
	assert.False(t, errors.As(err, &internal), "%s: %v", path, err)
	assert.False(t, errors.Is(err, vm.ErrTimeout), "%s: %v", path, err)
	counters := v.Scheduler().Counters()
	assert.Equal(t, counters.Spawned, counters.Completed+counters.Active+counters.Lost(), path)
	switch {
	case want == nil || bytes.Contains(want, []byte("time")):
	case room < len(want):
		assert.ErrorContains(t, err, "cannot write to stdout", path)
		assert.Equal(t, string(want[:room]), out.kept.String(), path)
	case err == nil:
		assert.Equal(t, string(want), out.kept.String(), path)
	}
}
