package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowMemory are programs that fill memory by many small pieces, and are left to make long.
var slowMemory = []string{"args-of-try", "map-of-ints", "regex-matches", "started", "string-replace", "symbols", "tasks", "register", "select", "topic"}

// fullMemory are programs that seqvm hands over to seqvm-full, which needs 2 GB of addresses: C's library maps much for each thread.
var fullMemory = []string{"gzip-bomb", "zstd-bomb"}

const small = "addresses of 1.5 GB"

// memoryLimits are ways to bound what a program can have. SEQVM_MEMORY names the one that TestMemory runs programs
// with; by default they get a small budget.
var memoryLimits = map[string]func(t *testing.T) (command, env []string){
	"": func(*testing.T) (command, env []string) { return nil, []string{"SEQ_MEMORY_MAX=30000000"} },
	"addresses": func(*testing.T) (command, env []string) {
		return []string{"prlimit", "--as=4294967296"}, nil
	},
	small: func(*testing.T) (command, env []string) {
		return []string{"prlimit", "--as=1610612736"}, nil
	},
	"machine": func(*testing.T) (command, env []string) { return nil, nil },
	"group":   groupOf512MB,
}

// groupOf512MB makes a control group and returns a command that runs another one in it.
func groupOf512MB(t *testing.T) (command, env []string) {
	for _, v := range []struct{ root, limit string }{{"/sys/fs/cgroup", "memory.max"}, {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}} {
		if _, err := os.Stat(v.root + "/cgroup.procs"); err != nil {
			continue
		}
		group := fmt.Sprintf("%s/seqvm-test-%d", v.root, os.Getpid())
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		t.Cleanup(func() { _ = os.Remove(group) })
		if os.WriteFile(filepath.Join(group, v.limit), []byte("536870912"), 0o644) == nil {
			return []string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, group}, nil
		}
	}
	t.Skip("no control group can be made here")
	return nil, nil
}

// TestMemory runs programs that take memory without end (chapter 5, section 16): each ends with the run-time error
// that says so, and what it had written before is there.
func TestMemory(t *testing.T) {
	mode := os.Getenv("SEQVM_MEMORY")
	limited := memoryLimits[mode]
	require.NotNil(t, limited, "SEQVM_MEMORY is %q", mode)
	command, env := limited(t)
	files, err := filepath.Glob("../../testdata/memory/programs/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	seqvm := "seqvm"
	if mode != "" { // the test's own program maps as much as seqvm-full
		dir := t.TempDir()
		goTool(t, "build", "-o", dir, ".", "../seqvm-full")
		seqvm = filepath.Join(dir, "seqvm")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".seq")
		if mode == "" && slices.Contains(slowMemory, name) || mode == small && slices.Contains(fullMemory, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if mode == "" {
				t.Parallel()
			}
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			all := append(slices.Clone(command), seqvm, "run", file)
			cmd := exec.CommandContext(ctx, all[0], all[1:]...)
			cmd.Env = append(os.Environ(), env...)
			var stderr bytes.Buffer
			stdout := &beginning{}
			zeros, err := os.Open("/dev/zero")
			require.NoError(t, err)
			defer zeros.Close()
			cmd.Stdin, cmd.Stdout, cmd.Stderr = zeros, stdout, &stderr
			began := time.Now()
			_ = cmd.Run() // the status tells
			message, _, _ := strings.Cut(stderr.String(), "\n")
			t.Logf("%v: %s", time.Since(began).Round(time.Millisecond), message)
			assert.Equal(t, 1, cmd.ProcessState.ExitCode(), "exit status; stderr:\n%s", stderr.String())
			assert.True(t, strings.HasPrefix(string(stdout.text), "before"), "what was written before")
			assert.Regexp(t, `^seq: runtime error: [a-z0-9.>-]+: (out of memory: the program would take more than \d+ bytes|calls nest too deeply: )`, message)
			assert.Contains(t, stderr.String(), "\n  at ", "the trail")
			assert.NotContains(t, stderr.String(), "goroutine")
		})
	}
}

// beginning keeps the start of what is written.
type beginning struct{ text []byte }

func (b *beginning) Write(p []byte) (int, error) {
	b.text = append(b.text, p[:min(len(p), 100-len(b.text))]...)
	return len(p), nil
}

var _ io.Writer = (*beginning)(nil)
