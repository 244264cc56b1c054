// Package console is the standard input and output of a program: output with a
// buffer that is written out in time, input line by line or byte by byte, and raw
// mode of the terminal (chapter 5, section 10; chapter 6, sections 2 and 8). It does
// not know what runs: who reads waits, and others must be let run by the caller.
package console

import (
	"io"

	"github.com/seqvm/seqvm/host/signals"
	"github.com/seqvm/seqvm/host/terminal"
)

// Config is what a console is made of. Zero fields stand for nothing: no input, output
// thrown away, no terminal, signals that nobody sends.
type Config struct {
	Stdin     io.Reader
	Stdout    io.Writer
	Stderr    io.Writer
	LineFlush bool // lines written to stdout are visible at once
	Terminal  *terminal.Terminal
	Signals   *signals.Table
}

// Console is the input and output of one program. Safe for concurrent use.
type Console struct {
	Output // stdout
	input
	errors   Output // stderr: each line is visible at once
	terminal *terminal.Terminal
	signals  *signals.Table
}

// New makes a console.
func New(config Config) *Console {
	c := &Console{terminal: config.Terminal, signals: config.Signals}
	c.Output.open("stdout", config.Stdout, config.LineFlush)
	c.errors.open("stderr", config.Stderr, true)
	c.input.open(config.Stdin)
	if c.terminal == nil {
		c.terminal = new(terminal.Terminal)
	}
	if c.signals == nil {
		c.signals = new(signals.Table)
	}
	c.Output.seen, c.errors.seen = c.signals.TakeOver, c.signals.TakeOver
	c.Output.pipe, c.errors.pipe = c.signals.BrokenPipe, c.signals.BrokenPipe
	return c
}

// WriteErrorLine writes text and a line end to stderr, and waits until it takes them. What was
// written to stdout becomes visible first, so that the two keep their order where they go to one place.
func (c *Console) WriteErrorLine(text string) error {
	c.Flush()
	return c.errors.WriteString(text, true)
}

// Seal flushes and ends the outputs: what strands write that have not yet seen that the
// program is over is dropped. The error is the first of all writing to stdout; those of stderr
// were returned to who wrote.
func (c *Console) Seal() error {
	c.errors.shut.Store(true) // without its lock: nothing waits in it, but perhaps somebody for its reader
	return c.Output.Seal()
}

// Poll reads a byte of the input if there is one now, else -1. It never waits, also not
// for somebody who does. Output is flushed first.
func (c *Console) Poll() int64 {
	c.Flush()
	if !c.input.mu.TryLock() {
		return -1
	}
	defer c.input.mu.Unlock()
	if c.input.r.Buffered() == 0 && !c.terminal.Waiting() {
		return -1
	}
	return c.input.next()
}

// RawMode switches raw mode of the terminal. While it is on, SIGINT and SIGTERM
// end the process, whatever the program has set.
func (c *Console) RawMode(on bool) {
	c.Flush()
	if c.terminal.Raw(on) {
		c.signals.Raw(on)
	}
}

// Terminal returns the terminal that the console is at; never nil.
func (c *Console) Terminal() *terminal.Terminal { return c.terminal }

// Signals returns the signals of the program; never nil.
func (c *Console) Signals() *signals.Table { return c.signals }
