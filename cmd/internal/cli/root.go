// Package cli is the command line of seqvm: its commands, each a file of its own: flags in, one
// call into the library, exit status out. The programs cmd/seqvm and cmd/seqvm-full are the same
// commands; what the first lacks, its table of guests says (Parts).
package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/cmd/internal/bundle"
	"github.com/seqvm/seqvm/host/signals"
	"github.com/seqvm/seqvm/host/signals/early"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/internal/threads"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
)

// The exit statuses that are not the program's own (chapter 8, section 12).
const (
	statusRuntimeError = 1
	statusUsage        = 2
	statusInternal     = 70
	statusInterrupt    = 130
	statusClosedPipe   = 141
)

// ExitStatus is an error that has been reported already.
type ExitStatus int

// Error is for those who report it nevertheless.
func (e ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// CLI executes one command line. All commands share it.
type CLI struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) (string, bool)
	Signals        *signals.Table // of the process; nil: they are not ours
	Poison         bool           // tests: overwrite the arenas of ended strands
	// Parts are linked; other ones are seqvm-full's.
	Parts Parts
	// Words are the built-in words; nil: those of the language.
	Words *seqvm.Words

	args     []string       // the command line
	calledAs string         // the name that the process was started by
	caller   string         // who has handed the command line over (handover.go); "": nobody
	carried  *bundle.Bundle // the program behind the process's binary; nil: it is the bare one
	fixed    []string       // flags of 'run' that go with it
	program  string         // of the reference, whose command line this is; "": seqvm's own
	refused  int            // status for a program that does not compile; 0: that of a usage error
	prefix   string         // in front of compile errors
	watched  bool           // a process with --watch has started this one (watch.go)

	color       string
	noColor     bool
	dialect     string
	diagnostics string    // their form: text or json
	found       diag.List // for the JSON document
	// fence sets up the sandbox of a program in the system in front of a hand-over to another one, which could not: what
	// opens C libraries cannot restrict all of its threads. nil: the command has none.
	fence    func(program string) error
	operands []string // of the command

	manifestFiles []string
	manifests     []*seqvm.Manifest                                                   // of those files
	bind          func(...*seqvm.Manifest) (map[string]seqvm.WordFunction, diag.List) // if the command calls words of manifests, and can
	native        nativeWhen                                                          // --native
	warned        sync.Once                                                           // that there is no machine code
	memoryMax     byteSize                                                            // --max-memory; 0: not given
	typed         []byte                                                              // the program's text, from where it cannot be read again
	log           zerolog.Logger
}

// Run executes the command line of the process, and ends the process.
func Run(parts Parts) {
	firstStack(false)
	os.Exit(OfProcess(parts).Called(os.Args))
}

// Called executes what a process was started with, whose name comes first: a binary that carries a program runs that.
func (c *CLI) Called(line []string) (code int) {
	if len(line) == 0 {
		line = []string{""}
	}
	c.calledAs, c.program = line[0], referenceName(line[0])
	b, err := bundle.Own()
	if err == nil && b != nil {
		err = loadCarried(c, b)
	}
	if err != nil {
		fmt.Fprintf(c.Stderr, "%s: %v\n", visible.Text(c.calledAs), err)
		return statusUsage
	}
	return c.Main(line[1:])
}

// OfProcess is the command line whose outside is that of the process.
func OfProcess(parts Parts) *CLI {
	c := &CLI{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.LookupEnv, Signals: new(signals.Table), Parts: parts}
	for number := range 32 {
		if early.Ignored(number) {
			signal.Ignore(syscall.Signal(number)) // which package os/signal does not know
		}
	}
	c.caller = os.Getenv(callerVariable)
	_, c.watched = os.LookupEnv(watchedVariable)
	_ = os.Unsetenv(callerVariable) // the program that runs and those it starts are not called by it
	_ = os.Unsetenv(watchedVariable)
	return c
}

// Main executes a command line and returns the exit status.
func (c *CLI) Main(args []string) (code int) {
	defer func() {
		if r := recover(); r != nil { // in a phase before the program ran
			fmt.Fprintf(c.Stderr, "seq: internal error: %v\n  this is a bug of seqvm: please report it with the program and this message\n  %s\n", r, versionLine())
			c.log.Error().Str("stack", string(debug.Stack())).Msg("internal error")
			code = statusInternal
		}
	}()
	if c.Signals != nil { // the process is ours
		if err := threads.Enough(); err != nil {
			fmt.Fprintf(c.Stderr, "seqvm: %v\n", err)
			return statusUsage
		}
		if c.setting("GOMEMLIMIT") == "" {
			memory.Own()
		}
	}
	out := &output{to: c.Stdout}
	c.Stdout = out
	return out.failed(c.Stderr, c.command(args, out))
}

// command executes a command line and returns the exit status that the command
// gives. An error of stdout is not reported here.
func (c *CLI) command(args []string, out *output) int {
	c.args = args
	if err := errors.Join(c.carriageReturn(args), c.takeOver()); err != nil {
		fmt.Fprintf(c.Stderr, "seqvm: %v\n", err)
		return statusUsage
	}
	args, command := c.commandLine(args)
	if c.Signals != nil && command != "run" { // which handles signals by itself
		early.Default()
		time.AfterFunc(time.Millisecond, signals.DieOfFaults)
	}
	root := rootCommand(c, command)
	if c.program == reference && command == "" {
		root = seqcRoot(c)
	}
	root.SetArgs(args)
	completing(root, args)
	err := root.Execute()
	c.document()
	var status ExitStatus
	switch {
	case err == nil, out.err != nil && errors.Is(err, out.err):
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintf(c.Stderr, "%s: %v\n", root.Name(), err)
	return statusUsage
}

// carriageReturn explains the argument that a script with CRLF line ends gets from
// its first line: the system takes what stands there up to the LF for it.
func (c *CLI) carriageReturn(args []string) error {
	if c.carried != nil || len(args) < 2 || !strings.HasSuffix(args[0], "\r") {
		return nil
	}
	return fmt.Errorf("%s: the first line of the script ends in CR LF, so its command gets the argument %q: write that line's end as LF alone", args[1], args[0])
}

// command is a command, which is made when it is asked for.
type command struct {
	name string
	make func(*CLI) *cobra.Command
}

// commands are all of them.
func commands() []command {
	return []command{
		{"run", runCommand}, {"check", checkCommand}, {"build", buildCommand}, {"disasm", disasmCommand}, {"debug", debugCommand}, {"dap", dapCommand},
		{"test", (*CLI).testCommand}, {"bench", benchCommand}, {"doc", (*CLI).docCommand}, {"explain", (*CLI).explainCommand}, {"fix", (*CLI).fixCommand}, {"fmt", (*CLI).fmtCommand}, {"lint", (*CLI).lintCommand},
		{"repl", (*CLI).replCommand}, {"lsp", lspCommand}, {"new", newCommand}, {"env", envCommand}, {"version", versionCommand},
		{completion, completionCommand}, {man, manCommand},
	}
}

// completion, man and help are the commands that look at all others.
const completion, man, help = "completion", "man", "help"

// rootCommand makes the tree of commands, of which only the one with the name need be there: to make them all, each with
// its flags, takes as long as to check a short program. "" asks for all.
func rootCommand(c *CLI, name string) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:               "seqvm",
		Short:             "Run Seq programs",
		Long:              "seqvm compiles Seq programs to bytecode in memory and runs them at once.\n\n'seqvm FILE.seq [ARGS...]' is short for 'seqvm run FILE.seq [ARGS...]'. Without arguments, on a terminal, it starts a session.",
		Example:           "  seqvm new hello && seqvm hello/main.seq\n  seqvm run --timeout 5 program.seq some arguments\n  seqvm test src\n  seqvm doc list.map",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if showVersion {
				_, err := fmt.Fprintln(c.Stdout, versionLine())
				return err
			}
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			if isTerminal(c.Stdin) && isTerminal(c.Stdout) {
				return c.repl("", replFlags{})
			}
			cmd.SetOut(c.Stderr)
			_ = cmd.Usage()
			return ExitStatus(statusUsage)
		},
		Args: cobra.ArbitraryArgs,
	}
	c.common(root)
	for _, of := range commands() {
		if name == of.name || name == "" || name == completion || name == help || name == man {
			cmd := of.make(c)
			if cmd.Example == "" {
				cmd.Example = exampleOf(of.name)
			}
			root.AddCommand(cmd)
		}
	}
	root.Flags().BoolVarP(&showVersion, "version", "v", false, "show the version") // not cobra's, whose template would link text/template
	return root
}

// common gives the root of a tree of commands what all have in common.
func (c *CLI) common(root *cobra.Command) {
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if err := c.configure(cmd.Flags()); err != nil {
			return err
		}
		c.operands = args
		if err := c.bindManifests(cmd); err != nil {
			return err
		}
		return c.linked(cmd)
	}
	root.SetIn(c.Stdin)
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	flags := root.PersistentFlags()
	flags.String("log-level", "warn", "what to log: trace, debug, info, warn, error, off (default also $SEQVM_LOG_LEVEL)")
	flags.String("log-format", "console", "form of log lines: console, json (default also $SEQVM_LOG_FORMAT)")
	flags.StringVar(&c.color, "color", "auto", "colours in messages: auto, always, never")
	flags.StringVar(&c.dialect, "dialect", "auto", "the dialect of all files: 7, 6, classic, classic-4, classic-2, classic-1, or auto: each file's text decides")
	flags.StringVar(&c.diagnostics, "diagnostics", "text", "form of compile errors and warnings: text, or json: one document on one line")
	flags.StringArrayVar(&c.manifestFiles, "ffi-manifest", nil, "a manifest with functions of C libraries, whose words the programs can call; may be given again")
	flags.BoolVar(&c.noColor, "no-color", false, "the same as --color=never")
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand(c))
}

// commandLine returns the command line to execute and its command; "" if there is none.
func (c *CLI) commandLine(args []string) (line []string, command string) {
	if c.carried != nil {
		return ownCommand(c, args), "run"
	}
	if c.program == "" {
		return shorthand(args)
	}
	return referenceLine(c, args)
}

// valued are the flags that stand in front of a file and take a value as the next argument.
var valued = []string{"--log-level", "--log-format", "--color", "--dialect", "--diagnostics", "--ffi-manifest", "--timeout", "--max-reductions", "--max-memory"}

// refusal is the status for a program that does not compile.
func (c *CLI) refusal() error { return ExitStatus(cmp.Or(c.refused, statusUsage)) }

// shorthand puts "run" in front of the arguments if the first one that is no flag is a program and no
// command (chapter 8, section 12), and returns the name of the command; "" if there is none. A command comes in front
// as well: which flags in front of it take values, only it knows.
func shorthand(args []string) (full []string, command string) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case slices.Contains(valued, a):
			i++
			continue
		case strings.HasPrefix(a, "-") && a != "-":
			continue
		}
		if a == help {
			return args, a
		}
		for _, of := range commands() {
			if of.name == a {
				return slices.Insert(slices.Delete(slices.Clone(args), i, i+1), 0, a), a
			}
		}
		info, err := os.Stat(a)
		if strings.HasSuffix(a, ".seq") || strings.HasSuffix(a, ".seqb") || err == nil && !info.IsDir() {
			return slices.Insert(slices.Clone(args), 0, "run"), "run"
		}
		return args, ""
	}
	return args, ""
}

// configure checks the common flags and sets up logging.
func (c *CLI) configure(flags *pflag.FlagSet) error {
	logLevel, levelFrom := c.flagOr(flags, "log-level", "SEQVM_LOG_LEVEL")
	logFormat, formatFrom := c.flagOr(flags, "log-format", "SEQVM_LOG_FORMAT")
	if err := errors.Join(oneOf("color", "--color", c.color), oneOf("diagnostics", "--diagnostics", c.diagnostics), oneOf("log-level", levelFrom, logLevel), oneOf("log-format", formatFrom, logFormat)); err != nil {
		return err
	}
	level := zerolog.Disabled
	if logLevel != "off" {
		var err error
		if level, err = zerolog.ParseLevel(logLevel); err != nil {
			return err
		}
	}
	var out io.Writer = c.Stderr
	if logFormat == "console" {
		out = zerolog.ConsoleWriter{Out: c.Stderr, NoColor: !c.colors(), TimeFormat: time.TimeOnly}
	}
	c.log = zerolog.New(out).Level(level).With().Timestamp().Logger()
	return nil
}

// flagOr returns the value of a flag or, if it is not given, that of a variable of
// the environment, which is its default (chapter 8, section 11), and what to call it
// in a message.
func (c *CLI) flagOr(flags *pflag.FlagSet, name, variable string) (value, from string) {
	flag := flags.Lookup(name)
	if other := c.setting(variable); !flag.Changed && other != "" && c.carried == nil {
		return other, variable
	}
	return flag.Value.String(), "--" + name
}

// colors tells whether messages on stderr are coloured.
func (c *CLI) colors() bool { return c.colorsOn(c.Stderr) }

func (c *CLI) colorsOn(w io.Writer) bool {
	if c.noColor || c.color == "never" {
		return false
	}
	return c.color == "always" || c.setting("NO_COLOR") == "" && isTerminal(w)
}

func isTerminal(w any) bool {
	if o, wrapped := w.(*output); wrapped {
		w = o.to
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// report writes diagnostics to stderr, or keeps them for the JSON document.
func (c *CLI) report(list diag.List) {
	if c.diagnostics == "json" {
		c.found = append(c.found, list...)
		return
	}
	if list.HasErrors() {
		fmt.Fprint(c.Stderr, c.prefix)
	}
	_ = diag.Renderer{Out: c.Stderr, Color: c.colors()}.All(list)
}

// document writes the JSON document of what has been reported, if that is anything.
func (c *CLI) document() {
	if len(c.found) > 0 {
		_ = diag.WriteJSON(c.Stderr, c.found)
		c.found = nil
	}
}

func (c *CLI) options() seqvm.Options {
	return seqvm.Options{Words: c.words(), Manifests: c.manifests, Bind: c.bind, StdlibDir: c.setting("SEQ_STDLIB"), Dialect: c.dialect}
}

// setting returns a variable of the environment, or "".
func (c *CLI) setting(name string) string {
	value, _ := c.Getenv(name)
	return value
}

// firstStack has the stack of the goroutine grow at once to what commands need. It grows by itself
// as well, but in five steps, each of which copies it and looks at every call on it.
//
//go:noinline
func firstStack(use bool) (sum byte) {
	if !use {
		return 0
	}
	var room [20 << 10]byte
	for i := range room {
		room[i] = byte(i) + sum
		sum += room[len(room)-1-i]
	}
	return sum
}
