//go:build linux || darwin

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// console is a program in a pseudo-terminal of its own.
type console struct {
	t       *testing.T
	master  *os.File
	slave   *os.File // kept open, to look at the settings when the program has ended
	cmd     *exec.Cmd
	before  *term.State
	mu      sync.Mutex
	written bytes.Buffer
}

// inTerminal starts a program in a terminal of 100 columns and 30 rows.
func inTerminal(t *testing.T, source string) *console { return inTerminalWithOutput(t, source, nil) }

// inTerminalWithOutput is inTerminal with stdout elsewhere; nil: in the terminal.
func inTerminalWithOutput(t *testing.T, source string, stdout *os.File) *console {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.seq")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	cmd := exec.Command("seqvm", "run", path)
	if stdout != nil {
		cmd.Stdout = stdout
	}
	return inTerminalOf(t, cmd, 100)
}

// inTerminalOf starts a command in a terminal of so many columns and 30 rows.
func inTerminalOf(t *testing.T, cmd *exec.Cmd, columns uint16) *console {
	t.Helper()
	master, slave, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(master, &pty.Winsize{Rows: 30, Cols: columns}))
	s := &console{t: t, master: master, slave: slave, cmd: cmd}
	s.before, err = term.GetState(int(slave.Fd()))
	require.NoError(t, err)
	s.cmd.Stdin, s.cmd.Stderr = slave, slave
	if s.cmd.Stdout == nil {
		s.cmd.Stdout = slave
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, s.cmd.Start())
	go func() {
		b := make([]byte, 1024)
		for {
			n, err := master.Read(b)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.written.Write(b[:n])
			s.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = slave.Close()
		_ = master.Close()
	})
	return s
}

// shows waits until the program has written something.
func (s *console) shows(text string) {
	s.t.Helper()
	s.showsTimes(text, 1)
}

// showsTimes waits until the program has written something so often.
func (s *console) showsTimes(text string, times int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.Count(s.written.String(), text) >= times
	}, 10*time.Second, time.Millisecond, "%q does not show", text)
}

func (s *console) typed(text string) {
	s.t.Helper()
	_, err := s.master.WriteString(text)
	require.NoError(s.t, err)
}

// ended waits for the end of the program; the terminal must be as it was.
func (s *console) ended() syscall.WaitStatus {
	s.t.Helper()
	_ = s.cmd.Wait() // the status tells
	after, err := term.GetState(int(s.slave.Fd()))
	require.NoError(s.t, err)
	assert.Equal(s.t, s.before, after, "the terminal is left in another mode")
	return s.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

func (s *console) raw() bool {
	now, err := unix.IoctlGetTermios(int(s.slave.Fd()), getTermiosRequest)
	require.NoError(s.t, err)
	return now.Lflag&unix.ICANON == 0
}

const readKeys = `
: keys ( -- ) terminal.read-char dup int->string " " string.concat io.write
  113 i.= [ ] [ keys ] if ;
: main ( -- ) true terminal.raw-mode true terminal.raw-mode "ready." io.write keys `

func TestRawModeDeliversKeys(t *testing.T) {
	s := inTerminal(t, readKeys+"false terminal.raw-mode false terminal.raw-mode \"done\" io.write-line ;")
	s.shows("ready.")
	assert.True(t, s.raw())
	s.typed("a\r\x03\x1a\x1c\x13é")
	s.shows("97 13 3 26 28 19 195 169 ")
	s.typed("q")
	s.shows("113 done\r\n") // the line end shows that output is processed again
	assert.Equal(t, 0, s.ended().ExitStatus())
}

func TestTheTerminalIsRestoredAtEveryEnd(t *testing.T) {
	for name, end := range map[string]string{
		"end": "", "exit": "3 os.exit", "error": "-1 args.at drop", "deadlock": "chan.make chan.receive drop drop",
	} {
		t.Run(name, func(t *testing.T) {
			s := inTerminal(t, readKeys+end+" ;")
			s.shows("ready.")
			s.typed("q")
			assert.Equal(t, map[string]int{"end": 0, "exit": 3, "error": 1, "deadlock": 1}[name], s.ended().ExitStatus())
		})
	}
	for name, trap := range map[string]string{
		"default": "", "trapped": "signal.SIGINT signal.trap signal.SIGTERM signal.trap ", "ignored": "signal.SIGINT signal.ignore signal.SIGTERM signal.ignore ",
	} {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(name+" "+sig.String(), func(t *testing.T) {
				s := inTerminal(t, strings.Replace(readKeys, "( -- ) true", "( -- ) "+trap+"true", 1)+" ;")
				s.shows("ready.")
				require.NoError(t, s.cmd.Process.Signal(sig))
				assert.Equal(t, sig, s.ended().Signal())
			})
		}
	}
}

// Nobody reads the output any more: the program dies of SIGPIPE.
func TestTheTerminalIsRestoredWhenAPipeCloses(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	s := inTerminalWithOutput(t, `: loop ( -- ) "line" io.write-line 5 time.sleep-ms loop ;
: main ( -- ) true terminal.raw-mode loop ;`, w)
	require.NoError(t, w.Close())
	line := make([]byte, 5)
	_, err = io.ReadFull(r, line)
	require.NoError(t, err)
	assert.True(t, s.raw())
	require.NoError(t, r.Close())
	assert.Equal(t, syscall.SIGPIPE, s.ended().Signal())
}

// Switching raw mode off brings the handling of signals back.
func TestRawModeGivesTrapsBack(t *testing.T) {
	s := inTerminal(t, `: wait ( -- ) signal.SIGTERM signal.received? [ ] [ 5 time.sleep-ms wait ] if ;
: main ( -- ) signal.SIGTERM signal.trap signal.SIGINT signal.ignore true terminal.raw-mode false terminal.raw-mode "ready." io.write wait "got it" io.write-line ;`)
	s.shows("ready.")
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGINT))
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	s.shows("got it")
	assert.Equal(t, 0, s.ended().ExitStatus())
}

func TestPollingNeverWaits(t *testing.T) {
	s := inTerminal(t, `: poll ( -- ) terminal.read-char? dup -1 i.= [ drop 5 time.sleep-ms poll ] [ int->string io.write-line ] if ;
: main ( -- ) terminal.read-char? int->string io.write-line true terminal.raw-mode "ready." io.write poll
  terminal.width int->string io.write "x" io.write terminal.height int->string io.write ;`)
	s.shows("-1\r\n")
	s.shows("ready.")
	s.typed("z")
	s.shows("122")
	s.shows("100x30")
	assert.Equal(t, 0, s.ended().ExitStatus())
}
