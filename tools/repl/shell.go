package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

// Shell is what people talk to: a session with commands, a session file and a
// history. What it answers, a front end shows.
type Shell struct {
	Session *Session
	History *History
	// Version is what :version shows, Color colours diagnostics.
	Version string
	Color   bool
	// Getenv finds the editor.
	Getenv func(string) (string, bool)

	saver  saver
	path   string   // of the session file; "": none
	loaded []string // files, in order, for :reload
	edited string   // the file that an editor has now
}

// Answer is what an input or command has to say. Text belongs to stdout, Problem
// to stderr; both end in a line end unless they are empty.
type Answer struct {
	Text, Problem string
	// Pane is what the side pane is to show, instead of Text where there is one.
	Pane *Pane
	Quit bool
	// Cleared: the transcript is to be empty.
	Cleared bool
	// Edit asks to run an editor and to call Edited behind it.
	Edit []string
	// Silent: the input wrote nothing and left nothing on the stack.
	Silent bool
	// Failed: the input was refused, or ended in an error.
	Failed bool
}

// Pane is a text with a title. Kind is the view to switch to; "" shows the text.
type Pane struct{ Title, Text, Kind string }

// Open goes on with the session file at path, which is made if it is not there.
// A file that is none is loaded and left alone.
func (sh *Shell) Open(ctx context.Context, path string) (Answer, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		sh.keep(path, 0o644)
		return Answer{}, sh.saver.now()
	case err != nil:
		return Answer{}, err
	}
	if _, _, _, err := readSections(string(text)); err == errNoSession {
		return sh.load(ctx, path), nil
	}
	var a Answer
	if err := sh.replay(ctx, string(text), filepath.Dir(path)); err != nil {
		a.fail(sh, err) // what is in the file is not lost
		a.Problem += fmt.Sprintf("the session file '%s' does not run; this session is not saved to it\n", path)
		return a, nil
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	sh.keep(path, mode)
	return a, nil
}

// Path returns the session file; "" if there is none.
func (sh *Shell) Path() string { return sh.path }

// keep makes a file the session file; path "" is none.
func (sh *Shell) keep(path string, mode os.FileMode) {
	sh.path = path
	sh.saver.set(path, mode, sh.Session.text.file)
}

// saved tells in an answer if the session file could not be written.
func (sh *Shell) saved(a *Answer, err error) {
	if err != nil {
		a.refuse("%v; the session is not kept in a file any more", err)
		sh.keep("", 0)
	}
}

// Close writes what is left to write and ends the session.
func (sh *Shell) Close() error {
	sh.Session.Close()
	return errors.Join(sh.saver.now(), sh.History.Close())
}

// Handle handles an input that was entered. Cancelling ctx stops it.
func (sh *Shell) Handle(ctx context.Context, text string) Answer {
	var a Answer
	if strings.TrimSpace(text) == "" {
		return a
	}
	if err := sh.History.Add(text); err != nil {
		sh.History.path = ""
		a.Problem = fmt.Sprintf("the history cannot be written: %v\n", err)
	}
	switch line := strings.TrimSpace(text); {
	case IsCommand(line):
		sh.command(ctx, &a, line[1:])
	case line == "stack.dump":
		a.wholeStack(sh)
	default:
		sh.input(ctx, &a, text)
	}
	return a
}

// IsCommand tells whether an input is a command: a colon with no blank behind it.
func IsCommand(text string) bool {
	return len(text) > 1 && text[0] == ':' && !strings.ContainsRune(" \t\r\n", rune(text[1]))
}

func (sh *Shell) input(ctx context.Context, a *Answer, text string) {
	o, err := sh.Session.Input(ctx, text)
	if err != nil {
		a.fail(sh, err)
		return
	}
	sh.show(a, o)
}

// show says what an input did.
func (sh *Shell) show(a *Answer, o Outcome) {
	a.diagnose(sh, o.Problems)
	if o.Included {
		a.Text += "Included.\n"
	}
	if len(o.Defined) > 0 {
		a.Text += "Defined.\n"
	}
	if o.Ran {
		a.stackLine(sh)
		a.Silent = !o.Wrote && len(sh.Session.Stack()) == 0 && len(o.Defined) == 0 && !o.Included
	}
	if o.Included || o.Ran || len(o.Defined) > 0 {
		sh.saved(a, sh.saver.soon())
	}
}

func (a *Answer) stackLine(sh *Shell) { a.Text += sh.Session.BriefStackLine() + "\n" }

func (a *Answer) wholeStack(sh *Shell) { a.Text += sh.Session.StackLine() + "\n" }

func (a *Answer) refuse(format string, args ...any) {
	a.Problem += fmt.Sprintf(format, args...) + "\n"
	a.Failed = true
}

func (a *Answer) diagnose(sh *Shell, list diag.List) {
	var b strings.Builder
	_ = diag.Renderer{Out: &b, Color: sh.Color}.All(list)
	a.Problem += b.String()
}

// fail shows the error of an input.
func (a *Answer) fail(sh *Shell, err error) {
	a.Failed = true
	var problems *ProblemError
	var run *RunError
	var internal *vm.InternalError
	switch {
	case errors.As(err, &problems):
		a.diagnose(sh, problems.List)
	case errors.As(err, &run):
		var b strings.Builder
		_ = run.Render(diag.Renderer{Out: &b, Color: sh.Color})
		a.Problem += b.String()
	case errors.As(err, &internal):
		a.Problem += fmt.Sprintf("%v\n  %s\n", err, sh.Version)
	default:
		a.Problem += err.Error() + "\n"
	}
}

// replay begins the session anew and does what a session file says: includes and
// definitions, then the expressions, each once.
func (sh *Shell) replay(ctx context.Context, text, dir string) error {
	includes, definitions, expressions, err := readSections(text)
	if err != nil {
		return err
	}
	modules := sh.Session.opts.Modules
	sh.Session.opts.Modules = nil // the file says what it includes
	err = sh.Session.Clear()
	sh.Session.opts.Modules = modules
	if err != nil {
		return err
	}
	for _, part := range append([]string{includes, definitions}, expressions...) {
		if _, err := sh.Session.run(ctx, part, dir); err != nil {
			return err
		}
	}
	return nil
}

// load runs a file's definitions and expressions.
func (sh *Shell) load(ctx context.Context, path string) Answer {
	var a Answer
	o, err := sh.Session.LoadFile(ctx, path)
	if err != nil {
		a.fail(sh, err)
		return a
	}
	sh.show(&a, o)
	for i, p := range sh.loaded {
		if p == path {
			sh.loaded = append(sh.loaded[:i], sh.loaded[i+1:]...)
			break
		}
	}
	sh.loaded = append(sh.loaded, path)
	return a
}

// editor returns the command line of the user's editor.
func (sh *Shell) editor(path string) ([]string, error) {
	line := ""
	if sh.Getenv != nil {
		line, _ = sh.Getenv("EDITOR")
	}
	if strings.TrimSpace(line) == "" {
		line = "vi"
	}
	words, ok := commandWords(line)
	if !ok || len(words) == 0 {
		return nil, fmt.Errorf("$EDITOR cannot be read as a command: %s", line)
	}
	return append(words, path), nil
}

// edit prepares the file that the editor gets.
func (sh *Shell) edit(a *Answer) {
	path := sh.path
	if path == "" {
		f, err := os.CreateTemp("", "session-*.seq")
		if err != nil {
			a.refuse("no file for the editor can be made in '%s': %s", os.TempDir(), whyNoFile(err))
			return
		}
		_, err = io.WriteString(f, sh.Session.text.file())
		if err = errors.Join(err, f.Close()); err != nil {
			a.refuse("the file for the editor cannot be written: %v", err)
			return
		}
		path = f.Name()
	} else if err := sh.saver.now(); err != nil {
		a.refuse("%v", err)
		return
	}
	words, err := sh.editor(path)
	if err != nil {
		a.refuse("%v", err)
		return
	}
	sh.edited, a.Edit = path, words
}

// Edited continues with what the editor has left; failure is what became of it.
func (sh *Shell) Edited(ctx context.Context, failure error) Answer {
	var a Answer
	path := sh.edited
	scratch := path != sh.path
	if scratch {
		defer os.Remove(path)
	}
	if failure != nil {
		a.refuse("the editor failed: %v", failure)
		return a
	}
	text, err := os.ReadFile(path)
	if err != nil {
		a.refuse("what the editor has left cannot be read: %v", err)
		return a
	}
	if string(text) == sh.Session.text.file() {
		a.stackLine(sh)
		return a
	}
	// A session of its own first, so that one that does not run leaves nothing.
	fresh, err := sh.Session.sibling()
	if err == nil {
		trial := &Shell{Session: fresh, History: &History{}}
		if err = trial.replay(ctx, string(text), filepath.Dir(path)); err != nil {
			fresh.Close()
		}
	}
	if err != nil {
		a.fail(sh, err)
		a.Problem += "the session is as it was before\n"
		if scratch {
			return a
		}
		if err := writeWhole(path+".edited", string(text), 0o600); err == nil {
			a.Problem += fmt.Sprintf("what was edited is kept in '%s'\n", path+".edited")
		}
		sh.saved(&a, sh.saver.now())
		return a
	}
	sh.Session.Close()
	sh.Session = fresh
	a.stackLine(sh)
	sh.keep(sh.path, sh.saver.mode)
	sh.saved(&a, sh.saver.now())
	return a
}
