//go:build linux && (amd64 || arm64)

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What was ignored when the process began stays ignored, unless the program says otherwise. Only a process that begins where the
// Makefile tells the linker knows.
func TestSignalsThatWereIgnoredAtTheStart(t *testing.T) {
	if testing.Short() {
		t.Skip("links seqvm")
	}
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	entry := regexp.MustCompile(`-E (\S+\.entry)\)`).FindSubmatch(makefile)
	require.NotNil(t, entry)
	dir := t.TempDir()
	seqvm := filepath.Join(dir, "seqvm")
	goTool(t, "build", "-pgo=off", "-ldflags", "-E "+string(entry[1]), "-o", seqvm, ".")
	program := func(body string) string {
		path := filepath.Join(dir, "program.seq")
		require.NoError(t, os.WriteFile(path, []byte("include std:signal\n: main ( -- ) "+body+` "on" io.write-line io.read-line drop drop "end" io.write-line ;`), 0o600))
		return path
	}
	const ended = "on\nend\n"
	for _, c := range []struct {
		signal  syscall.Signal
		ignored string // by the shell that starts the program
		body    string
		out     string
		killed  bool
	}{
		{signal: syscall.SIGTERM, ignored: "TERM", out: ended},
		{signal: syscall.SIGUSR1, ignored: "USR1", out: ended},
		{signal: syscall.SIGHUP, ignored: "HUP", out: ended},
		{signal: syscall.SIGPIPE, ignored: "PIPE", out: ended},
		{signal: syscall.SIGTERM, ignored: "HUP", out: "on\n", killed: true},
		{signal: syscall.SIGTERM, ignored: "TERM", body: "signal.SIGTERM signal.default", out: "on\n", killed: true},
		{signal: syscall.SIGPIPE, ignored: "PIPE", body: "signal.SIGPIPE signal.default", out: "on\n", killed: true},
		{signal: syscall.SIGTERM, ignored: "TERM", body: "signal.SIGTERM signal.trap", out: ended},
	} {
		cmd := exec.Command("sh", "-c", "trap '' "+c.ignored+`; exec "$0" run "$1"`, seqvm, program(c.body))
		stdin, err := cmd.StdinPipe()
		require.NoError(t, err)
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		from := bufio.NewReader(stdout)
		out, err := from.ReadString('\n')
		require.NoError(t, err)
		require.NoError(t, cmd.Process.Signal(c.signal))
		if c.killed { // else the end of stdin may come first
			rest, err := io.ReadAll(from)
			require.NoError(t, err)
			out += string(rest)
		}
		require.NoError(t, stdin.Close())
		rest, err := io.ReadAll(from)
		require.NoError(t, err)
		_ = cmd.Wait()
		assert.Equal(t, c.out, out+string(rest), "%+v", c)
		status := cmd.ProcessState.Sys().(syscall.WaitStatus)
		assert.Equal(t, c.killed, status.Signaled(), "%+v: %v", c, cmd.ProcessState)
		if c.killed {
			assert.Equal(t, c.signal, status.Signal(), "%+v", c)
		}
	}
}
