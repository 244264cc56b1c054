// Package screen is the full-screen form of a session: transcript, line editor,
// status bar and side pane (chapter 8, section 7). What inputs mean it leaves to
// package repl, what keys do to a line to package lineedit.
package screen

import (
	"context"
	"io"
	"os"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/seqvm/seqvm/tools/repl"
)

// Terminal is the terminal and what of it is used.
type Terminal struct {
	In       io.Reader
	Out      io.Writer
	Environ  []string
	NoColors bool
	// Signals end what is shown; nil: none does.
	Signals <-chan os.Signal
}

// Config is the terminal, and the session that is shown.
type Config struct {
	Terminal
	Shell *repl.Shell
	// Welcome is the first line of the transcript: what newcomers need to know.
	Welcome string
	// Greeting is an answer that is shown at the start.
	Greeting repl.Answer
	// Output is what programs write; the session's Stdout.
	Output *Output
	Emacs  bool
}

// SignalError says that a signal ended what was shown.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return e.Signal.String() }

// Run shows the session until the user or a signal ends it. The terminal is as
// before when it returns.
func Run(ctx context.Context, c Config) error {
	m := newModel(ctx, c)
	err := c.show(ctx, m, c.Output)
	m.stop()
	m.running.Wait()
	return err
}

// show shows a model until it or a signal ends that. The terminal is as before when it returns.
func (t *Terminal) show(ctx context.Context, m tea.Model, out *Output) error {
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(t.In), tea.WithOutput(t.Out), tea.WithEnvironment(t.Environ)}
	if t.NoColors {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	p := tea.NewProgram(m, options...)
	out.attach(func() { p.Send(outputMsg{}) })
	ended := make(chan struct{})
	var watching sync.WaitGroup
	var signalled error
	watching.Go(func() {
		select {
		case sig := <-t.Signals:
			signalled = &SignalError{sig}
			p.Quit()
		case <-ended:
		}
	})
	_, err := p.Run()
	close(ended)
	watching.Wait()
	out.attach(nil)
	if signalled != nil {
		return signalled
	}
	return err
}

// Output collects what programs write until the screen shows it. Its methods are
// safe for concurrent use.
type Output struct {
	mu     sync.Mutex
	text   []byte
	asked  bool
	notify func()
}

// maxUnshown bounds what is kept of the output between two looks of the screen: of
// more, only the end is shown.
const maxUnshown = 1 << 20

// Write keeps what is written and asks the screen to show it.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, b...)
	if len(o.text) > 2*maxUnshown {
		o.text = append([]byte("…\n"), o.text[len(o.text)-maxUnshown:]...)
	}
	o.ask()
	return len(b), nil
}

// ask asks the screen to look, unless it is to do so already.
func (o *Output) ask() {
	if !o.asked && o.notify != nil {
		o.asked = true
		go o.notify()
	}
}

// take returns what has been written since it was called last.
func (o *Output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(o.text)
	o.text, o.asked = o.text[:0], false
	return text
}

func (o *Output) attach(notify func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notify = notify
}

// outputMsg says that there is output.
type outputMsg struct{}

// answerMsg is the answer to the input that ran.
type answerMsg struct{ repl.Answer }

// editedMsg says that the editor has ended.
type editedMsg struct{ err error }
