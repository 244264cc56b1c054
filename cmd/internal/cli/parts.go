package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/tools/doc"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/vm"
)

// Parts are what a program has only if its main package links it, because of what it costs
// every start: seqvm has none of it, seqvm-full all. nil: not linked.
type Parts struct {
	// Profile writes the profile of a run.
	Profile func(io.Writer, vm.Samples) error
	// ProfilePage writes it as a page with the sources.
	ProfilePage func(to io.Writer, program string, samples vm.Samples, sources []*diag.Source) error
	// TracePage writes a timeline as a page.
	TracePage func(to io.Writer, program string, timeline *vm.Timeline) error
	// Screen shows a session on the whole screen until it ends. The error is an ExitStatus
	// if a signal ended it.
	Screen func(Screen) error
	// Debug shows a program that is debugged on the whole screen until that is left. The results are those of the program's run,
	// or an ExitStatus if a signal ended it.
	Debug func(Debug) (status int, err error)
	// Bind makes the functions of the words of manifests.
	Bind func(...*seqvm.Manifest) (map[string]seqvm.WordFunction, diag.List)
	// Site writes a site of words into a folder.
	Site func(dir, title string, sections []doc.Section) error
	// Watch is package watch's Loop.
	Watch func(ctx context.Context, folders func() []string, relevant func(path string) bool, step func(ctx context.Context, changed string)) error
	// Bench measures words, and shows, keeps and compares what came out.
	Bench func(Bench) error
	// MachineCode makes the machine code of a module and returns it as text by function and instruction.
	MachineCode func(*bytecode.Module) (func(function, pc int) string, error)
	// Adapter serves the debugger to an editor.
	Adapter func(Adapter) error
	// Functions are those of words that are declared without (builtins.Word.Part), by name.
	Functions map[string]seqvm.WordFunction
	// All says that there is no other program with more.
	All bool
}

// Adapter is what the debugger is served to an editor with.
type Adapter struct {
	Compile func(path string) (*seqvm.Debuggable, error)
	Config  seqvm.Config
	In      io.Reader
	Out     io.Writer
	// Listen is the address at which one client is waited for, in place of In and Out; "": none.
	Listen string
}

// Screen is what the full-screen form of a session is made with.
type Screen struct {
	Shell   *repl.Shell  // without a session
	Options repl.Options // of that session, but for where it writes and who hears of strands
	// Failed writes why a strand has ended that no input waits for.
	Failed   func(w io.Writer, strand int64, err error)
	Path     string // of the session file; "": none
	Welcome  string // the first line
	Emacs    bool
	NoColors bool
	In       io.Reader
	Out      io.Writer
	Signals  <-chan os.Signal // end the session
}

// Debug is what the full-screen form of the debugger is made with.
type Debug struct {
	Options  debugger.Options // but for who hears of stops, and what the program reads and writes
	Ended    func(to io.Writer, status int, err error)
	Emacs    bool
	NoColors bool
	In       io.Reader
	Out      io.Writer
	Signals  <-chan os.Signal // end the debugger
}

// guest is a part that a command or a flag needs.
type guest struct {
	what   string // for the message
	needed func(*CLI, *cobra.Command) bool
	linked func(*Parts) bool
	spare  string // what does without; "": nothing
	// apart says that the command starts processes, which set their sandboxes up: it is in none itself.
	apart bool
}

// guests are the commands and flags that not every program has. Words that are such say so
// themselves (builtins.Word.Part).
var guests = []guest{
	{what: "'run --profile'", needed: given("run", "profile"), linked: func(p *Parts) bool { return p.Profile != nil }},
	{what: "'disasm --native'", needed: given("disasm", "native"), linked: func(p *Parts) bool { return p.MachineCode != nil }},
	{what: "'doc --html'", needed: given("doc", "html"), linked: func(p *Parts) bool { return p.Site != nil }},
	{what: "'run --trace' with a page", needed: func(_ *CLI, cmd *cobra.Command) bool {
		flag := cmd.Flags().Lookup("trace")
		return cmd.Name() == "run" && filepath.Ext(flag.Value.String()) == ".html"
	}, linked: func(p *Parts) bool { return p.TracePage != nil }},
	{what: "'run --watch'", needed: watches("run"), linked: func(p *Parts) bool { return p.Watch != nil }, apart: true},
	{what: "'test --watch'", needed: watches("test"), linked: func(p *Parts) bool { return p.Watch != nil }},
	{what: "'bench'", needed: func(_ *CLI, cmd *cobra.Command) bool { return cmd.Name() == "bench" }, linked: func(p *Parts) bool { return p.Bench != nil }},
	{what: "'dap'", needed: func(_ *CLI, cmd *cobra.Command) bool { return cmd.Name() == "dap" }, linked: func(p *Parts) bool { return p.Adapter != nil }},
	{what: "the debugger on the whole screen", needed: (*CLI).wantsDebugScreen, linked: func(p *Parts) bool { return p.Debug != nil }, spare: "seqvm debug --plain"},
	{what: "a session with functions of C libraries", needed: func(c *CLI, cmd *cobra.Command) bool { return cmd.Name() == "repl" && c.manifests != nil }, linked: func(p *Parts) bool { return p.Bind != nil }},
	{what: "a session on the whole screen", needed: (*CLI).wantsScreen, linked: func(p *Parts) bool { return p.Screen != nil }, spare: "seqvm repl --plain"},
}

// given tells whether a flag of a command is on the command line.
func given(command, flag string) func(*CLI, *cobra.Command) bool {
	return func(_ *CLI, cmd *cobra.Command) bool { return cmd.Name() == command && cmd.Flags().Changed(flag) }
}

// linked hands the command line over if a part is missing that the command needs. It is
// called before the command reads or writes anything.
func (c *CLI) linked(cmd *cobra.Command) error {
	for _, g := range guests {
		if !g.linked(&c.Parts) && g.needed(c, cmd) {
			if g.apart {
				c.fence = nil
			}
			return c.handOver(g.what, g.spare)
		}
	}
	return nil
}

// calls hands the command line over if a program calls words without functions, or has manifests. It is called
// before the program runs.
func (c *CLI) calls(prog *seqvm.Program) error {
	if len(prog.Manifests) > 0 && c.Parts.Bind == nil {
		return c.handOver(fmt.Sprintf("the manifest '%s'", prog.Manifests[0].Source.Name), "")
	}
	unlinked := prog.Unlinked()
	if len(unlinked) == 0 {
		return nil
	}
	return c.handOver(fmt.Sprintf("the word '%s'", unlinked[0].Name), "")
}

// words are the built-in words, with the functions that are linked.
func (c *CLI) words() *seqvm.Words {
	if c.Words == nil && len(c.Parts.Functions) == 0 {
		return nil // all of the language
	}
	if c.Words == nil {
		c.Words = seqvm.AllWords()
	}
	if len(c.Parts.Functions) > 0 && len(c.Words.Unlinked()) > 0 {
		c.Words = c.Words.Link(c.Parts.Functions)
	}
	return c.Words
}
