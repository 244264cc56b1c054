//go:build linux || darwin

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// debugged starts a debugger in a terminal.
func debugged(t *testing.T, command, source string, flags ...string) *console {
	t.Helper()
	return debuggedWith(t, command, source, nil, flags...)
}

func debuggedWith(t *testing.T, command, source string, env []string, flags ...string) *console {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.seq"), []byte(source), 0o600))
	cmd := exec.Command(command, append(append([]string{"debug"}, flags...), "p.seq")...)
	cmd.Dir = dir
	cmd.Env = append([]string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "NO_COLOR=1"}, env...)
	return inTerminalOf(t, cmd, 100)
}

const (
	keyF5  = "\x1b[15~"
	keyF11 = "\x1b[23~"
)

func TestDebuggerOnAScreen(t *testing.T) {
	for _, flags := range [][]string{nil, {"--sandbox"}} {
		s := debugged(t, "seqvm", `: main ( -- ) 20 22 i.+ int->string io.write-line 3 os.exit ;`, flags...)
		s.shows("has not begun")
		s.shows("\x1b[?1049h") // the alternate screen
		assert.True(t, s.raw())
		s.typed(keyF11)
		s.shows("p.seq:1 in main")
		s.typed("break i.+\r")
		s.shows("breakpoint 1 at i.+")
		s.typed(keyF5)
		s.shows("  0  22")
		s.typed(keyF5)
		s.shows("the program has ended with status 3")
		s.typed("\x04")
		assert.Equal(t, 3, s.ended().ExitStatus())
		s.shows("\x1b[?1049l")
	}
}

func TestEditModesOfTheDebugger(t *testing.T) {
	const source = ": main ( -- ) 1 drop ;"
	s := debugged(t, "seqvm", source)
	s.shows("has not begun")
	s.typed("elp\x1b")
	s.shows("NORMAL")
	s.typed("Ih\r")
	s.shows("end the program")
	s.typed("\x04")
	assert.Equal(t, 0, s.ended().ExitStatus())
	for _, c := range []struct{ flags, env []string }{{[]string{"--edit-mode", "emacs"}, nil}, {nil, []string{"SEQVM_EDIT_MODE=emacs"}}} {
		s := debuggedWith(t, "seqvm", source, c.env, c.flags...)
		s.shows("has not begun")
		s.typed("elp\x01h\r") // Ctrl+A
		s.shows("end the program")
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
	out, err := exec.Command("seqvm", "debug", "--edit-mode", "ed", "p.seq").CombinedOutput()
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(string(out), "seqvm: --edit-mode must be vi or emacs"), string(out))
}

func TestDebuggedProgramsReadWhatIsTyped(t *testing.T) {
	s := debugged(t, "seqvm", `: main ( -- ) io.read-line drop string.to-upper io.write-line io.read-line [ "more" ] [ "no more" ] if io.write-line drop ;`)
	s.shows("has not begun")
	s.typed(keyF5)
	s.shows("waits for input")
	s.typed("hello\r")
	s.shows("HELLO")
	s.typed("\x04")
	s.shows("no more")
	s.shows("the program has ended with status 0")
	s.typed("quit\r")
	assert.Equal(t, 0, s.ended().ExitStatus())
}

func TestCommandsGoToTheDebuggerWhileItStands(t *testing.T) {
	s := debugged(t, "seqvm", ": main ( -- )\n  [ io.read-line drop io.write-line ] strand.spawn drop\n  50 time.sleep-ms\n  1 drop\n  1000000 time.sleep-ms ;")
	s.shows("has not begun")
	s.typed("break 4\r")
	s.shows("breakpoint 1 at")
	s.typed(keyF5)
	s.shows("p.seq:4 in main")
	s.typed("eval 41 1 i.+\r")
	s.shows("gives » 42")
	s.typed(keyF5)
	s.shows("waits for input")
	s.typed("read\r")
	s.showsTimes("read", 2)
	s.typed("\x11")
	assert.Equal(t, 0, s.ended().ExitStatus())
}

const endless = ": count ( Int -- ) dup int->string io.write-line 1 i.+ count ;\n: main ( -- ) 0 count ;\n"

func TestCtrlCStopsADebuggedProgram(t *testing.T) {
	s := debugged(t, "seqvm", endless)
	s.shows("has not begun")
	s.typed(keyF5)
	s.shows("Ctrl+C stops it")
	s.typed("\x03")
	s.shows("p.seq:1 in count")
	require.NoError(t, pty.Setsize(s.master, &pty.Winsize{Rows: 8, Cols: 30}))
	s.typed(keyF5 + "\x11")
	assert.Equal(t, 0, s.ended().ExitStatus())
	s.shows("\x1b[?1049l")
}

func TestWaysOutOfTheDebugger(t *testing.T) {
	for name, source := range map[string]string{"loop": endless, "input": ": main ( -- ) io.read-line drop drop ;", "sleep": ": main ( -- ) 1000000 time.sleep-ms ;"} {
		t.Run(name, func(t *testing.T) {
			s := debugged(t, "seqvm", source)
			s.shows("has not begun")
			s.typed(keyF5 + "\x11")
			assert.Equal(t, 0, s.ended().ExitStatus())
		})
	}
	s := debugged(t, "seqvm-full", endless)
	s.shows("has not begun")
	s.typed(keyF5)
	s.shows("Ctrl+C stops it")
	require.NoError(t, s.cmd.Process.Signal(os.Interrupt))
	assert.Equal(t, 130, s.ended().ExitStatus())
	s.shows("\x1b[?1049l")
}

// Without a screen commands are lines: if that is wanted, if the terminal can no more, and if seqvm-full is not there.
func TestTheDebuggerInLines(t *testing.T) {
	path, err := exec.LookPath("seqvm")
	require.NoError(t, err)
	alone := filepath.Join(t.TempDir(), "seqvm")
	copied(t, path, alone)
	for _, s := range []*console{debugged(t, "seqvm", ": main ( -- ) 1 drop ;", "--plain"), debugged(t, alone, ": main ( -- ) 1 drop ;")} {
		s.shows("(debug) ")
		s.typed("step\r")
		s.shows("stack »\r\n(debug) ")
		s.typed("c\r")
		s.shows("the program has ended with status 0")
		assert.Equal(t, 0, s.ended().ExitStatus())
		assert.NotContains(t, s.output(), "\x1b[?1049h")
	}
}

// Ctrl+C stops the program where commands are lines, too, and does nothing while one is waited for.
func TestCtrlCInLines(t *testing.T) {
	s := debugged(t, "seqvm", ": count ( Int -- ) 1 i.+ count ;\n: main ( -- )\n  \"it runs\" io.write-line 0 count ;\n", "--plain")
	s.shows("(debug) ")
	s.typed("\x03")
	s.shows("'quit' ends the debugger")
	s.typed("break 3\rc\r")
	s.shows("breakpoint 1\r\n")
	s.typed("c\r")
	s.shows("it runs\r\n")
	s.typed("\x03")
	s.shows("p.seq:1 in count")
	s.typed("quit\r")
	assert.Equal(t, 0, s.ended().ExitStatus())

	s = debugged(t, "seqvm", ": main ( -- ) \"it sleeps\" io.write-line 1000000 time.sleep-ms ;", "--plain")
	s.shows("(debug) ")
	s.typed("c\r")
	s.shows("it sleeps\r\n")
	s.typed("\x03")
	s.shows("p.seq:1 in main")
	s.typed("quit\r")
	assert.Equal(t, 0, s.ended().ExitStatus())

	s = debugged(t, "seqvm", ": main ( -- ) \"it hashes\" io.write-line \"a\" \"b\" 1000000000 crypto.pbkdf2-sha256 drop io.write-line ;", "--plain") // which takes minutes
	s.shows("(debug) ")
	s.typed("c\r")
	s.shows("it hashes\r\n")
	s.typed("\x03")
	s.shows("Ctrl+C again ends it")
	s.typed("\x03")
	assert.Equal(t, 0, s.ended().ExitStatus())
}

// copied copies a program.
func copied(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o700)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
}
