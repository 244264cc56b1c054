package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/signals"
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

// exitStatus is an error that has been reported already.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// cli is what all commands share.
type cli struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) (string, bool)
	signals        *signals.Table // of the process; nil: they are not ours
	poison         bool           // tests: overwrite the arenas of ended strands

	color       string
	noColor     bool
	dialect     string
	diagnostics string    // their form: text or json
	found       diag.List // for the JSON document
	typed       []byte    // the program that was read from stdin
	log         zerolog.Logger
}

// main executes a command line and returns the exit status.
func (c *cli) main(args []string) (code int) {
	defer func() {
		if r := recover(); r != nil { // in a phase before the program ran
			fmt.Fprintf(c.stderr, "seq: internal error: %v\n  this is a bug of seqvm: please report it with the program and this message\n  %s\n", r, versionLine())
			c.log.Error().Str("stack", string(debug.Stack())).Msg("internal error")
			code = statusInternal
		}
	}()
	out := &output{to: c.stdout}
	c.stdout = out
	return out.failed(c.stderr, c.command(args, out))
}

// command executes a command line and returns the exit status that the command
// gives. An error of stdout is not reported here.
func (c *cli) command(args []string, out *output) int {
	if err := carriageReturn(args); err != nil {
		fmt.Fprintf(c.stderr, "seqvm: %v\n", err)
		return statusUsage
	}
	root := c.root()
	root.SetArgs(c.shorthand(root, args))
	err := root.Execute()
	c.document()
	var status exitStatus
	switch {
	case err == nil, out.err != nil && errors.Is(err, out.err):
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintf(c.stderr, "seqvm: %v\n", err)
	return statusUsage
}

// carriageReturn explains the argument that a script with CRLF line ends gets from
// its first line: the system takes what stands there up to the LF for it.
func carriageReturn(args []string) error {
	if len(args) < 2 || !strings.HasSuffix(args[0], "\r") {
		return nil
	}
	return fmt.Errorf("%s: the first line of the script ends in CR LF, so its command gets the argument %q: write that line's end as LF alone", args[1], args[0])
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "seqvm [command]",
		Short:             "Run Seq programs",
		Long:              "seqvm compiles Seq programs to bytecode in memory and runs them at once.\n\n'seqvm FILE.seq [ARGS...]' is short for 'seqvm run FILE.seq [ARGS...]'.",
		SilenceErrors:     true,
		SilenceUsage:      true,
		Version:           seqvm.Version,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command or file %q; 'seqvm help' lists the commands", args[0])
			}
			if isTerminal(c.stdin) && isTerminal(c.stdout) {
				return c.repl("", replFlags{})
			}
			cmd.SetOut(c.stderr)
			_ = cmd.Usage()
			return exitStatus(statusUsage)
		},
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return c.configure(cmd.Flags()) },
	}
	root.SetIn(c.stdin)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	flags := root.PersistentFlags()
	flags.String("log-level", "warn", "what to log: trace, debug, info, warn, error, off (default also $SEQVM_LOG_LEVEL)")
	flags.String("log-format", "console", "form of log lines: console, json (default also $SEQVM_LOG_FORMAT)")
	flags.StringVar(&c.color, "color", "auto", "colours in messages: auto, always, never")
	flags.StringVar(&c.dialect, "dialect", "auto", "the dialect of all files: 7, 6, classic, classic-4, classic-2, classic-1, or auto: each file's text decides")
	flags.StringVar(&c.diagnostics, "diagnostics", "text", "form of compile errors and warnings: text, or json: one document on one line")
	flags.BoolVar(&c.noColor, "no-color", false, "the same as --color=never")
	root.AddCommand(c.runCommand(), c.checkCommand(), c.buildCommand(), c.disasmCommand(), c.testCommand(), c.docCommand(), c.explainCommand(), c.fixCommand(), c.replCommand(), c.versionCommand(), c.completionCommand())
	root.SetVersionTemplate("seqvm {{.Version}}\n")
	root.InitDefaultHelpCmd()
	return root
}

// valued are the common flags that take a value as the next argument.
var valued = []string{"--log-level", "--log-format", "--color", "--dialect", "--diagnostics"}

// shorthand puts "run" in front of a first argument that is a program and no
// command (chapter 8, section 12).
func (c *cli) shorthand(root *cobra.Command, args []string) []string {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case slices.Contains(valued, a):
			i++
			continue
		case strings.HasPrefix(a, "-") && a != "-":
			continue
		}
		for _, cmd := range root.Commands() {
			if cmd.Name() == a || cmd.HasAlias(a) {
				return args
			}
		}
		info, err := os.Stat(a)
		if strings.HasSuffix(a, ".seq") || strings.HasSuffix(a, ".seqb") || err == nil && !info.IsDir() {
			return slices.Insert(slices.Clone(args), i, "run")
		}
		return args
	}
	return args
}

// configure checks the common flags and sets up logging.
func (c *cli) configure(flags *pflag.FlagSet) error {
	logLevel, levelFrom := c.flagOr(flags, "log-level", "SEQVM_LOG_LEVEL")
	logFormat, formatFrom := c.flagOr(flags, "log-format", "SEQVM_LOG_FORMAT")
	if !slices.Contains([]string{"auto", "always", "never"}, c.color) {
		return fmt.Errorf("--color must be auto, always or never, not %q", c.color)
	}
	if !slices.Contains([]string{"text", "json"}, c.diagnostics) {
		return fmt.Errorf("--diagnostics must be text or json, not %q", c.diagnostics)
	}
	level := zerolog.Disabled
	if logLevel != "off" {
		var err error
		if level, err = zerolog.ParseLevel(logLevel); err != nil || !slices.Contains([]string{"trace", "debug", "info", "warn", "error"}, logLevel) {
			return fmt.Errorf("%s must be trace, debug, info, warn, error or off, not %q", levelFrom, logLevel)
		}
	}
	var out io.Writer = c.stderr
	switch logFormat {
	case "json":
	case "console":
		out = zerolog.ConsoleWriter{Out: c.stderr, NoColor: !c.colors(), TimeFormat: time.TimeOnly}
	default:
		return fmt.Errorf("%s must be console or json, not %q", formatFrom, logFormat)
	}
	c.log = zerolog.New(out).Level(level).With().Timestamp().Logger()
	return nil
}

// flagOr returns the value of a flag or, if it is not given, that of a variable of
// the environment, which is its default (chapter 8, section 11), and what to call it
// in a message.
func (c *cli) flagOr(flags *pflag.FlagSet, name, variable string) (value, from string) {
	flag := flags.Lookup(name)
	if other := c.setting(variable); !flag.Changed && other != "" {
		return other, variable
	}
	return flag.Value.String(), "--" + name
}

// colors tells whether messages on stderr are coloured.
func (c *cli) colors() bool { return c.colorsOn(c.stderr) }

func (c *cli) colorsOn(w io.Writer) bool {
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
func (c *cli) report(list diag.List) {
	if c.diagnostics == "json" {
		c.found = append(c.found, list...)
		return
	}
	_ = diag.Renderer{Out: c.stderr, Color: c.colors()}.All(list)
}

// document writes the JSON document of what has been reported, if that is anything.
func (c *cli) document() {
	if len(c.found) > 0 {
		_ = diag.WriteJSON(c.stderr, c.found)
		c.found = nil
	}
}

func (c *cli) options() seqvm.Options {
	return seqvm.Options{StdlibDir: c.setting("SEQ_STDLIB"), Dialect: c.dialect}
}

// setting returns a variable of the environment, or "".
func (c *cli) setting(name string) string {
	value, _ := c.getenv(name)
	return value
}
