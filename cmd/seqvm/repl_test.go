//go:build linux || darwin

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listener starts a session in a terminal, with a home of its own.
func listener(t *testing.T, args []string, env ...string) *console {
	t.Helper()
	cmd := exec.Command("seqvm", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"HOME=" + cmd.Dir, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "NO_COLOR=1"}, env...)
	return inTerminalOf(t, cmd, 100)
}

// enters types a line and waits for what it shows.
func (s *console) enters(line, shows string) {
	s.t.Helper()
	s.shows("seq> ") // else the terminal is still as the shell has it
	s.typed(line + "\r")
	s.shows(shows)
}

func TestSessionOnAScreen(t *testing.T) {
	s := listener(t, []string{"repl"})
	s.shows("seq> ")
	s.shows("(scratch)  INSERT")
	s.shows("Ctrl+D ends")
	s.shows("\x1b[?1049h") // the alternate screen
	assert.True(t, s.raw())
	s.enters("11 31 i.+", "» 42")
	s.enters(": sq ( Int -- Int ) dup i.* ;", "Defined.")
	s.enters("sq", "» 1764")
	s.enters("\"text\" i.+", "expects 'Int', found 'String'")
	s.typed("\x1bOP") // F1
	s.shows("Stack Effects")
	s.typed("rot")
	s.shows("rot ( ..a T U V -- ..a U V T )")
	s.typed("\x1b")
	s.shows("NORMAL")
	s.typed("ddi:quit\r")
	assert.Equal(t, 0, s.ended().ExitStatus())
	s.shows("\x1b[?1049l")
	history, err := os.ReadFile(filepath.Join(s.cmd.Dir, ".local", "share", "seqvm_history"))
	require.NoError(t, err)
	assert.Equal(t, "11 31 i.+\n: sq ( Int -- Int ) dup i.* ;\nsq\n\"text\" i.+\n:quit\n", string(history))
}

func TestWaysOutOfASession(t *testing.T) {
	for name, keys := range map[string]string{"Ctrl+D": "\x04", "Ctrl+Q": "\x11", "command": ":q\r", "command line": "\x1b:q\r"} {
		t.Run(name, func(t *testing.T) {
			s := listener(t, nil)
			s.shows("seq> ")
			s.enters("[ chan.make chan.receive ] strand.spawn", "» 2")
			for _, k := range keys {
				s.typed(string(k))
				if k == '\x1b' {
					s.shows("NORMAL") // else the next key would make a sequence of it
				}
			}
			assert.Equal(t, 0, s.ended().ExitStatus())
		})
	}
	for sig, status := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130, syscall.SIGHUP: 129} {
		t.Run(sig.String(), func(t *testing.T) {
			s := listener(t, []string{"repl"})
			s.enters("1 2 i.+", "» 3")
			require.NoError(t, s.cmd.Process.Signal(sig))
			assert.Equal(t, status, s.ended().ExitStatus())
		})
	}
}

func TestCtrlCStopsTheRunningLine(t *testing.T) {
	for _, plain := range []bool{false, true} {
		args := []string{"repl"}
		if plain {
			args = append(args, "--plain")
		}
		s := listener(t, args)
		s.enters("5", "» 5")
		s.typed(": loop ( -- ) loop ; \"be\" \"gun\" string.concat io.write-line loop\r") // what is typed shows, too
		s.shows("begun")
		if !plain {
			s.shows("running")
		}
		s.typed("\x03")
		s.shows("interrupted")
		s.enters("1 i.+", "» 6")
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
}

func TestPlainSessionsOnTerminals(t *testing.T) {
	for _, c := range []struct{ args, env []string }{{[]string{"repl", "--plain"}, nil}, {[]string{"repl"}, []string{"TERM=dumb"}}} {
		s := listener(t, c.args, c.env...)
		s.shows("seq> ")
		s.enters("[ 1", ".... ")
		s.enters("] call", "» 1\r\nseq> ")
		s.typed("[ 2\r")
		s.showsTimes(".... ", 2)
		s.typed("\x03")
		s.showsTimes("seq> ", 3)
		s.enters("3", "» 1 3\r\nseq> ")
		assert.NotContains(t, s.output(), "\x1b[?1049h")
		s.typed("\x03")
		s.shows("(Ctrl+D ends the session)\r\nseq> ")
		s.typed("4 5") // which the terminal drops
		s.typed("\x03")
		s.showsTimes("(Ctrl+D ends the session)\r\nseq> ", 2)
		s.enters("6", "» 1 3 6\r\nseq> ")
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
}

func TestCtrlCOnAnEmptyLineKeepsTheSession(t *testing.T) {
	for _, mode := range []string{"vi", "emacs"} {
		s := listener(t, []string{"repl", "--edit-mode", mode})
		s.enters("5", "» 5")
		s.typed("\x03")
		s.shows("Ctrl+D ends the session")
		s.enters("1 i.+", "» 6")
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
}

func TestWhatIsTypedAheadRuns(t *testing.T) {
	for _, args := range [][]string{{"repl"}, {"repl", "--plain"}} {
		s := listener(t, args)
		s.shows("seq> ")
		s.typed("5 \"be\" \"gun\" string.concat io.write-line 300 time.sleep-ms\r")
		s.shows("begun")
		s.typed("6 i.*\r")
		s.typed("12 i.+\r")
		s.shows("» 42")
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
}

func TestCtrlCStopsASessionFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.seq")
	text := "# --- includes ---\n# --- definitions ---\n: loop ( -- ) loop ;\n# --- main ---\n: main ( -- )\n  \"begun\" io.write-line loop\n  stack.dump\n;\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	s := listener(t, []string{"repl", "--plain", path})
	s.shows("begun")
	s.typed("\x03")
	s.shows("interrupted")
	s.shows("does not run; this session is not saved to it")
	s.enters("5", "» 5")
	s.typed("\x04")
	assert.Equal(t, 0, s.ended().ExitStatus())
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, text, string(kept))
}

func TestTheEditorHasTheTerminal(t *testing.T) {
	dir := t.TempDir()
	editor := filepath.Join(dir, "editor")
	require.NoError(t, os.WriteFile(editor, []byte("#!/bin/sh\necho editing; read line; sed 's/ 5 / 6 /' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n"), 0o700))
	s := listener(t, []string{"repl"}, "EDITOR="+editor)
	s.enters(": five ( -- Int ) 5 ;", "Defined.")
	s.enters("five", "» 5")
	s.typed(":edit\r")
	s.shows("editing")
	assert.False(t, s.raw())
	s.typed("x\n")
	s.shows("» 6")
	s.typed("\x04")
	assert.Equal(t, 0, s.ended().ExitStatus())
}

func TestEditModes(t *testing.T) {
	for _, c := range []struct{ args, env []string }{{[]string{"repl", "--edit-mode", "emacs"}, nil}, {[]string{"repl"}, []string{"SEQVM_EDIT_MODE=emacs"}}} {
		s := listener(t, c.args, c.env...)
		s.shows("seq> ")
		s.enters("2 i.+\x01"+"1 ", "» 3") // Ctrl+A
		s.typed("\x04")
		assert.Equal(t, 0, s.ended().ExitStatus())
	}
	out, err := exec.Command("seqvm", "repl", "--edit-mode", "ed").CombinedOutput()
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(string(out), "seqvm: --edit-mode must be vi or emacs"), string(out))
}

// output is what the program has written so far.
func (s *console) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written.String()
}
