package repl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// Plain is the line form of a session, for pipes and terminals that can no more:
// lines are collected until an input is complete (chapter 8, section 7).
type Plain struct {
	Shell   *Shell
	In      io.Reader
	Out     io.Writer // stack lines and what commands say; programs write to Session's Stdout
	Err     io.Writer
	Prompts bool // somebody types
	Strict  bool // the first error ends the session
	// Interrupts stop what runs, or drop what has been typed. If nobody types, one that
	// finds nothing running ends the session.
	Interrupts <-chan os.Signal
	// Edit runs an editor.
	Edit func(command []string) error
}

// ErrStrict says that an error ended a strict session.
var ErrStrict = errors.New("an input failed")

// ErrLeft says that an interrupt ended a session that nobody types into.
var ErrLeft = errors.New("interrupted")

// Run reads inputs until there are no more. The error is ErrStrict, ErrLeft, or
// that of reading. In is read to the line that is handled and one further.
func (p *Plain) Run(ctx context.Context) error {
	lines := make(chan string)
	stop := make(chan struct{})
	defer close(stop)
	var failed error
	go func() {
		defer close(lines)
		r := bufio.NewReader(p.In)
		for {
			line, err := r.ReadString('\n')
			if line != "" {
				select {
				case lines <- line:
				case <-stop:
					return
				}
			}
			if err != nil {
				if err != io.EOF {
					failed = err
				}
				return
			}
		}
	}()
	var text strings.Builder
	for {
		p.prompt(text.Len() > 0)
		select {
		case <-p.Interrupts:
			if !p.Prompts {
				return ErrLeft
			}
			// The terminal has dropped the line that was being typed.
			fmt.Fprintln(p.Out)
			if text.Len() == 0 {
				fmt.Fprintln(p.Out, "(Ctrl+D ends the session)")
			}
			text.Reset()
		case line, more := <-lines:
			if !more && failed != nil {
				return failed
			}
			text.WriteString(line)
			if entered := text.String(); more && !IsCommand(strings.TrimSpace(entered)) && !syntax.Complete(entered) {
				continue
			}
			quit, err := p.handle(ctx, strings.TrimRight(text.String(), "\r\n"))
			text.Reset()
			switch {
			case err != nil || quit:
				return err
			case !more:
				if p.Prompts {
					fmt.Fprintln(p.Out)
				}
				return nil
			}
		}
	}
}

func (p *Plain) prompt(goesOn bool) {
	switch {
	case !p.Prompts:
	case goesOn:
		fmt.Fprint(p.Out, ".... ")
	default:
		fmt.Fprint(p.Out, "seq> ")
	}
}

// Open goes on with the session file at path, as Shell.Open does; an interrupt stops
// what is in it. The error is ErrStrict, or that of reading the file.
func (p *Plain) Open(ctx context.Context, path string) error {
	var err error
	a := p.stoppable(ctx, func(ctx context.Context) (a Answer) {
		a, err = p.Shell.Open(ctx, path)
		return a
	})
	if err != nil {
		return err
	}
	return p.say(a)
}

// handle handles an input; an interrupt stops it.
func (p *Plain) handle(ctx context.Context, text string) (quit bool, err error) {
	a := p.stoppable(ctx, func(ctx context.Context) Answer { return p.Shell.Handle(ctx, text) })
	if a.Edit != nil {
		failure := p.Edit(a.Edit)
		select {
		case <-p.Interrupts: // the editor got it, too
		default:
		}
		a = p.stoppable(ctx, func(ctx context.Context) Answer { return p.Shell.Edited(ctx, failure) })
	}
	if err := p.say(a); err != nil {
		return true, err
	}
	return a.Quit, nil
}

// stoppable does something that an interrupt cancels.
func (p *Plain) stoppable(ctx context.Context, f func(context.Context) Answer) Answer {
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-p.Interrupts:
			cancel()
		case <-done:
		}
	}()
	a := f(run)
	close(done)
	<-watched
	return a
}

// say writes an answer. The error is ErrStrict if it ends the session.
func (p *Plain) say(a Answer) error {
	_, _ = io.WriteString(p.Err, a.Problem)
	if a.Pane != nil {
		a.Text += a.Pane.Text
	}
	_, _ = io.WriteString(p.Out, a.Text)
	if a.Failed && p.Strict {
		return ErrStrict
	}
	return nil
}
