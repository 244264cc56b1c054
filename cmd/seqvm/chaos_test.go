package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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

// outsideEnds are signals that end a program that does not trap them, and those after which it goes on.
var outsideEnds = map[syscall.Signal]bool{
	syscall.SIGINT: true, syscall.SIGTERM: true, syscall.SIGHUP: true, syscall.SIGPIPE: true, syscall.SIGUSR1: true, syscall.SIGUSR2: true, syscall.SIGALRM: true,
	syscall.SIGWINCH: false, syscall.SIGCHLD: false, syscall.SIGURG: false, syscall.SIGCONT: false,
}

// statusInterrupted is the exit status after a SIGINT (chapter 6, section 2).
const statusInterrupted = 130

// Processes that are refused memory, or get a signal at any moment, end as they should or in a clean error, and what they have written until then
// is the beginning of what they write else.
func TestChaosOfProcesses(t *testing.T) {
	if _, err := exec.LookPath("seqvm"); err != nil {
		t.Skip(err)
	}
	paths, err := filepath.Glob("../../testdata/c*/*.seq")
	require.NoError(t, err)
	list := slices.Sorted(maps.Keys(outsideEnds))
	for i, path := range paths {
		base := strings.TrimSuffix(path, ".seq")
		files, _ := filepath.Glob(base + ".*")
		want, err := os.ReadFile(base + ".stdout")
		if err != nil || len(files) != 2 {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(i), 2))
		after, which := time.Duration(r.IntN(40))*time.Millisecond, list[r.IntN(len(list))]
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			out, errors, state := disturbed(t, path, fmt.Sprint("SEQ_MEMORY_MAX=", 1<<20+r.IntN(12<<20)), func(*os.Process) {})
			if state.Success() {
				assert.Equal(t, string(want), out)
			} else {
				assert.True(t, strings.HasPrefix(string(want), out))
				assert.Contains(t, errors, "out of memory")
			}
			out, errors, state = disturbed(t, path, "SEQ_MEMORY_MAX=1000000000", func(p *os.Process) {
				time.AfterFunc(after, func() { _ = p.Signal(which) })
			})
			if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
				assert.True(t, outsideEnds[which], which)
				assert.Equal(t, which, status.Signal())
				assert.True(t, strings.HasPrefix(string(want), out))
				assert.Empty(t, errors)
				return
			}
			if which == syscall.SIGINT && state.ExitCode() == statusInterrupted {
				assert.True(t, strings.HasPrefix(string(want), out))
				return
			}
			assert.Zero(t, state.ExitCode(), "%v: %s", which, errors)
			assert.Equal(t, string(want), out)
		})
	}
}

// disturbed runs a program as a process that something happens to.
func disturbed(t *testing.T, path, variable string, happens func(*os.Process)) (stdout, stderr string, state *os.ProcessState) {
	var out, errors bytes.Buffer
	c := exec.Command("seqvm", "run", path)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), variable), &out, &errors
	require.NoError(t, c.Start())
	happens(c.Process)
	_ = c.Wait() // the state tells
	assert.NotContains(t, errors.String(), "goroutine ")
	return out.String(), errors.String(), c.ProcessState
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
