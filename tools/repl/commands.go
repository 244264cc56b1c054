package repl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/tools/doc"
)

// command is a line that starts with a colon.
type command struct {
	names []string // with the colon
	args  string   // what comes behind it, for people
	help  string
	run   func(sh *Shell, ctx context.Context, a *Answer, arg string)
}

// commands are all there are, in the order of :help. It is filled by a function
// because :help itself is among them.
var commands = func() []command {
	var list []command
	list = []command{
		{[]string{":help", ":h"}, "", "this list", func(_ *Shell, _ context.Context, a *Answer, _ string) { a.pane("Help", helpText(list)) }},
		{[]string{":quit", ":q"}, "", "end; so does Ctrl+D on an empty line", func(_ *Shell, _ context.Context, a *Answer, _ string) { a.Quit = true }},
		{[]string{":stack", ":s"}, "", "show the stack, long values whole", func(sh *Shell, _ context.Context, a *Answer, _ string) { a.wholeStack(sh) }},
		{[]string{":pop"}, "", "take back what the last expression did to the stack", (*Shell).pop},
		{[]string{":undo"}, "", "take back the last input, with what it defined", (*Shell).undo},
		{[]string{":clear"}, "", "begin a new session", (*Shell).clear},
		{[]string{":type"}, "EXPR", "the stack effect of an expression", (*Shell).typeOf},
		{[]string{":doc"}, "WORD", "what a word does, or which words have an effect", (*Shell).doc},
		{[]string{":words"}, "[TEXT]", "the words whose names contain a text", (*Shell).words},
		{[]string{":time"}, "EXPR", "run an expression and say how long it took", (*Shell).time},
		{[]string{":disasm"}, "[WORD]", "the code of a word, or of the last expression", (*Shell).disasm},
		{[]string{":ir"}, "[VIEW]", "show or hide the side pane; VIEW: stack, ast, bytecode", (*Shell).ir},
		{[]string{":strands"}, "", "the strands that inputs have left running", (*Shell).strands},
		{[]string{":include"}, "MODULE", `include std:NAME, vm:NAME or "path"`, (*Shell).include},
		{[]string{":load"}, "FILE", "run a file's definitions and expressions", (*Shell).loadFile},
		{[]string{":reload"}, "", "load the files again that :load has loaded", (*Shell).reload},
		{[]string{":show"}, "", "the session file", func(sh *Shell, _ context.Context, a *Answer, _ string) {
			a.pane("Session", sh.Session.text.file())
		}},
		{[]string{":save"}, "FILE", "write the session to a file, which 'seqvm run' runs", (*Shell).saveAs},
		{[]string{":edit", ":e"}, "", "open the session in $EDITOR and go on with what it leaves", func(sh *Shell, _ context.Context, a *Answer, _ string) { sh.edit(a) }},
		{[]string{":version", ":v"}, "", "name and version", func(sh *Shell, _ context.Context, a *Answer, _ string) { a.Text += sh.Version + "\n" }},
	}
	return list
}()

// CommandNames lists the commands, with their colons.
func CommandNames() []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.names...)
	}
	slices.Sort(names)
	return names
}

func helpText(list []command) string {
	var b strings.Builder
	b.WriteString("Commands\n")
	for _, c := range list {
		fmt.Fprintf(&b, "  %-19s %s\n", strings.TrimSpace(strings.Join(c.names, " ")+" "+c.args), c.help)
	}
	b.WriteString(keysText)
	return b.String()
}

const keysText = `
Keys
  Enter               run the input
  Alt+Enter, Ctrl+J   new line in the input
  Tab                 complete the word
  Up, Down            history
  F1 F2 F3            stack effects, typed words, code
  Ctrl+N              next view of the side pane
  PgUp, PgDn          scroll the pane or transcript
  Ctrl+C              stop what runs; else clear the input
  Ctrl+Z              suspend
  Ctrl+D, Ctrl+Q      end
  Ctrl+L              draw the screen anew

vi (default)
  Esc, i              normal mode, insert mode
  h j k l w b e 0 ^ $ %   motions
  d c y               with a motion; dd cc yy; D C x r
  p P v               paste, select
  u, Ctrl+R           undo, redo
  / :                 history search, command line

emacs (--edit-mode emacs)
  Ctrl+A E B F, Alt+B F   motions
  Ctrl+W U K Y, Alt+D     kill and yank
  Ctrl+P N R          history, search
  Ctrl+T, Ctrl+_      transpose, undo
`

// pane shows a text in the side pane, or as the answer where there is none.
func (a *Answer) pane(title, text string) {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	a.Pane = &Pane{Title: title, Text: text}
}

// command handles a line behind its colon.
func (sh *Shell) command(ctx context.Context, a *Answer, line string) {
	name, arg, _ := strings.Cut(line, " ")
	if i := strings.IndexAny(name, "\t\n"); i >= 0 {
		name, arg = name[:i], line[i:]
	}
	arg = strings.TrimSpace(arg)
	for _, c := range commands {
		if !slices.Contains(c.names, ":"+name) {
			continue
		}
		switch {
		case c.args == "" && arg != "":
			a.refuse("':%s' takes nothing behind it; ':help' lists the commands", name)
		case c.args != "" && c.args[0] != '[' && arg == "":
			a.refuse("':%s' needs %s behind it; ':help' lists the commands", name, c.args)
		default:
			c.run(sh, ctx, a, arg)
		}
		return
	}
	help := "; ':help' lists the commands"
	if near := spelling.Nearest(":"+name, CommandNames()); len(near) > 0 {
		help = "; did you mean '" + strings.Join(near, "' or '") + "'?"
	}
	a.refuse("unknown command ':%s'%s", name, help)
}

func (sh *Shell) pop(_ context.Context, a *Answer, _ string) {
	sh.takenBack(a, sh.Session.Pop(), "expression")
}

func (sh *Shell) undo(_ context.Context, a *Answer, _ string) {
	sh.takenBack(a, sh.Session.Undo(), "input")
}

// takenBack shows the stack after something has been taken back, if it was there.
func (sh *Shell) takenBack(a *Answer, ok bool, what string) {
	if !ok {
		a.refuse("there is no %s to take back", what)
		return
	}
	sh.saved(a, sh.saver.soon())
	a.stackLine(sh)
}

func (sh *Shell) clear(_ context.Context, a *Answer, _ string) {
	if err := sh.Session.Clear(); err != nil {
		a.refuse("%v", err)
		return
	}
	sh.loaded = nil
	a.Cleared = true
	sh.saved(a, sh.saver.soon())
	a.stackLine(sh)
}

func (sh *Shell) typeOf(_ context.Context, a *Answer, arg string) {
	effect, err := sh.Session.TypeOf(arg)
	if err != nil {
		a.fail(sh, err)
		return
	}
	a.Text += effect + "\n"
}

func (sh *Shell) doc(_ context.Context, a *Answer, arg string) {
	var b strings.Builder
	if text, ok := sh.Session.Definition(arg); ok {
		signature, _ := sh.Session.Signature(arg)
		fmt.Fprintf(&b, "%s\n  defined in this session:\n  %s\n", signature, strings.ReplaceAll(text, "\n", "\n  "))
		a.Text += b.String()
		return
	}
	if strings.HasPrefix(arg, "(") {
		sh.byEffect(a, arg)
		return
	}
	w, isWord := doc.Find(arg)
	if isWord {
		w.Write(&b)
	}
	opened := doc.FindModules(arg)
	if !isWord && len(opened) == 0 {
		opened = doc.Opened(arg)
	}
	for _, s := range opened {
		s.Write(&b)
	}
	if !isWord && len(opened) == 0 {
		if signature, ok := sh.Session.Signature(arg); ok {
			a.Text += signature + "\n"
			return
		}
		a.refuse("no word and no module '%s'", arg)
		if similar := doc.Similar(arg); len(similar) > 0 {
			a.Problem += "  similar: " + strings.Join(similar, " ") + "\n"
		}
		return
	}
	a.Text += b.String()
}

// byEffect shows the words that fit an effect, those of the session among them.
func (sh *Shell) byEffect(a *Answer, effect string) {
	var own doc.Section
	sh.Session.Words(func(w doc.Word) {
		if _, known := doc.Find(w.Name); !known {
			own.Words = append(own.Words, w)
		}
	})
	slices.SortFunc(own.Words, func(a, b doc.Word) int { return strings.Compare(a.Name, b.Name) })
	matches, err := doc.ByEffect(append(slices.Clip(doc.Sections()), own), effect)
	switch {
	case err != nil:
		a.refuse("%v", err)
	case len(matches) == 0:
		a.refuse("no word fits %s, and none nearly does", effect)
	}
	var b strings.Builder
	doc.WriteMatches(&b, matches)
	a.Text += b.String()
}

func (sh *Shell) words(_ context.Context, a *Answer, arg string) {
	var lines []string
	sh.Session.Words(func(w doc.Word) {
		if strings.Contains(w.Name, arg) {
			lines = append(lines, w.Name+" "+w.Effect)
		}
	})
	if lines == nil {
		a.refuse("no word contains '%s'", arg)
		return
	}
	slices.Sort(lines)
	a.Text += strings.Join(slices.Compact(lines), "\n") + "\n"
}

func (sh *Shell) time(ctx context.Context, a *Answer, arg string) {
	start := time.Now()
	o, err := sh.Session.Input(ctx, arg)
	took := time.Since(start)
	if err != nil {
		a.fail(sh, err)
		return
	}
	sh.show(a, o)
	a.Text += took.Round(time.Microsecond).String() + "\n"
	a.Silent = false
}

func (sh *Shell) disasm(_ context.Context, a *Answer, arg string) {
	var b strings.Builder
	if err := sh.Session.Disassemble(&b, arg); err != nil {
		a.refuse("%v", err)
		return
	}
	a.Text += b.String()
}

func (sh *Shell) ir(_ context.Context, a *Answer, arg string) {
	views := map[string]string{"": "toggle", "stack": ViewStack, "ast": ViewTyped, "bytecode": ViewCode, "llvm": ViewCode}
	view, ok := views[arg]
	if !ok {
		a.refuse("there is no view '%s'; the views are stack, ast and bytecode", arg)
		return
	}
	a.Pane = &Pane{Kind: view}
	switch view {
	case ViewStack:
		a.Pane.Title, a.Pane.Text = "Stack Effects", strings.Join(sh.Session.StackTypes(), " ")+"\n"
	case ViewTyped:
		a.Pane.Title, a.Pane.Text = "Typed AST", sh.Session.TypedWords(sh.Session.LastExpression())
	case ViewCode:
		var b strings.Builder
		if err := sh.Session.Disassemble(&b, ""); err != nil {
			b.WriteString(err.Error() + "\n")
		}
		a.Pane.Title, a.Pane.Text = "Bytecode", b.String()
	}
}

// The views of the side pane.
const (
	ViewStack = "stack"
	ViewTyped = "ast"
	ViewCode  = "bytecode"
)

func (sh *Shell) strands(_ context.Context, a *Answer, _ string) {
	list := sh.Session.Strands()
	if len(list) == 0 {
		a.Text += "no strands\n"
		return
	}
	var b strings.Builder
	for i, s := range list {
		switch {
		case i == maxListed:
			fmt.Fprintf(&b, "and %d more\n", len(list)-i)
			a.Text += b.String()
			return
		case s.Word == "":
			fmt.Fprintf(&b, "#%d runs\n", s.ID)
		default:
			fmt.Fprintf(&b, "#%d waits in %s at %s\n", s.ID, s.Word, s.Place)
		}
	}
	a.Text += b.String()
}

// maxListed is how many strands :strands lists.
const maxListed = 100

func (sh *Shell) include(ctx context.Context, a *Answer, arg string) {
	line := "include " + arg
	if slices.Contains(sh.Session.text.includes, line) {
		a.Text += fmt.Sprintf("%s is included already\n", arg)
		return
	}
	sh.input(ctx, a, line)
}

func (sh *Shell) loadFile(ctx context.Context, a *Answer, arg string) {
	path := strings.Trim(arg, `"`)
	b := sh.load(ctx, path)
	a.Text, a.Problem, a.Failed = a.Text+b.Text, a.Problem+b.Problem, b.Failed
}

func (sh *Shell) reload(ctx context.Context, a *Answer, _ string) {
	if len(sh.loaded) == 0 {
		a.refuse("no file has been loaded; ':load FILE' does that")
		return
	}
	for _, path := range slices.Clone(sh.loaded) {
		b := sh.load(ctx, path)
		a.Text, a.Problem = a.Text+b.Text, a.Problem+b.Problem
		a.Failed = a.Failed || b.Failed
	}
}

func (sh *Shell) saveAs(_ context.Context, a *Answer, arg string) {
	path := strings.Trim(arg, `"`)
	if old, err := os.ReadFile(path); err == nil {
		if _, _, _, err := readSections(string(old)); err != nil && len(old) > 0 {
			a.refuse("'%s' is there and is no session file; give another name", path)
			return
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		a.refuse("cannot write '%s': %s", path, whyNoFile(err))
		return
	}
	if err := writeWhole(path, sh.Session.text.file(), 0o644); err != nil {
		a.refuse("%v", err)
		return
	}
	a.Text += fmt.Sprintf("Saved to %s.\n", path)
}
