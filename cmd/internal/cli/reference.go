package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// referenceVersion is the version of the implementation whose command lines are taken (chapter 8, section 1).
const referenceVersion = "7.7.3"

// The programs of the reference implementation. A binary that is called by one of these names takes its command line.
const (
	reference         = "seqc"
	referenceSession  = "seqr"
	referenceLanguage = "seq-lsp"
)

// referenceName returns which of them a process was started as; "": none.
func referenceName(calledAs string) string {
	switch name := strings.TrimSuffix(filepath.Base(calledAs), ".exe"); name {
	case reference, referenceSession, referenceLanguage:
		return name
	}
	return ""
}

// referenceLine translates a command line of the reference into one of seqvm. That of seqc stays, but for a script.
func referenceLine(c *CLI, args []string) (line []string, command string) {
	switch {
	case c.program != reference:
		return toolLine(c, args)
	case len(args) > 0 && strings.HasSuffix(args[0], ".seq") && !strings.HasPrefix(args[0], "-"): // section 2
		c.refused, c.prefix = statusRuntimeError, "Error: "
		return append([]string{"run", "--"}, args...), "run"
	}
	return args, ""
}

// toolLine is the command line of seqr and seq-lsp.
func toolLine(c *CLI, args []string) (line []string, command string) {
	command = map[string]string{referenceSession: "repl", referenceLanguage: "lsp"}[c.program]
	if len(args) > 0 && (args[0] == "-V" || args[0] == "--version") {
		return []string{"version", "--of", c.program}, "version"
	}
	return append([]string{command}, args...), command
}

// seqcRoot makes the tree of the commands of the reference's compiler (chapter 8, section 1).
func seqcRoot(c *CLI) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:   reference,
		Short: "Compile and run Seq programs",
		Long: "The command line of the reference's compiler, served by seqvm: programs become executables that carry bytecode.\n\n" +
			"'seqc FILE.seq [ARGS...]' runs a program at once; everything behind FILE is the program's.",
		Example:       "  seqc build program.seq -o program && ./program\n  seqc program.seq some arguments\n  seqc test src",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case showVersion:
				_, err := fmt.Fprintf(c.Stdout, "%s %s\n", reference, referenceVersion)
				return err
			case len(args) > 0:
				return unknownCommand(cmd, args[0])
			}
			cmd.SetOut(c.Stderr)
			_ = cmd.Usage()
			return ExitStatus(statusUsage)
		},
	}
	c.common(root)
	root.Flags().BoolVarP(&showVersion, "version", "V", false, "show the version")
	lint, test := c.lintCommand(), c.testCommand()
	for _, cmd := range []*cobra.Command{lint, test} {
		cmd.Example = strings.ReplaceAll(cmp.Or(cmd.Example, exampleOf(cmd.Name())), "seqvm", reference)
	}
	root.AddCommand(seqcBuild(c), lint, test, seqcCompletions(c), seqcVenv())
	return root
}

// pointless are flags of 'seqc build' that have no meaning here, and why.
var pointless = []struct{ flag, why string }{
	{"keep-ir", "there is no intermediate code of LLVM; 'seqvm disasm FILE' shows the bytecode"},
	{"pure-inline", "programs always run in the scheduler; the Int that main leaves is the exit status"},
	{"loop-opt", "tail calls are loops in any case"},
}

// seqcBuild is 'seqc build'.
func seqcBuild(c *CLI) *cobra.Command {
	b := building{exe: exeFlags{on: true}}
	var keepIR, pureInline, loopOpt bool
	var cadence uint64
	cmd := &cobra.Command{
		Use:     "build INPUT",
		Short:   "Compile a program to an executable",
		Long:    "Compile a program to an executable, which is a copy of seqvm that carries its bytecode.",
		Example: "  seqc build program.seq\n  seqc build program.seq -o bin/program",
		Args:    exactly(1, "INPUT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if loopOpt && (cadence == 0 || cadence&(cadence-1) != 0) {
				return buildFailed(c, fmt.Errorf("--loop-yield-cadence must be a power of two, not %d", cadence))
			}
			for _, p := range pointless {
				if cmd.Flags().Changed(p.flag) {
					fmt.Fprintf(c.Stderr, "%s: --%s has no meaning in seqvm: %s\n", reference, p.flag, p.why)
				}
			}
			c.refused, c.prefix = statusRuntimeError, "Error: "
			if _, err := buildProgram(c, args[0], &b); err != nil {
				return buildFailed(c, err)
			}
			_, err := fmt.Fprintf(c.Stdout, "Compiled %s -> %s\n", args[0], b.out)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&b.out, "output", "o", "", "the file to write (default: INPUT's name without its last extension, in this folder)")
	flags.BoolVar(&b.instrument, "instrument", false, "let the program count how often each word is entered, for SEQ_REPORT=words")
	flags.BoolVar(&keepIR, "keep-ir", false, "has no meaning here")
	flags.BoolVar(&pureInline, "pure-inline", false, "has no meaning here")
	flags.BoolVar(&loopOpt, "loop-opt", false, "has no meaning here")
	flags.Uint64Var(&cadence, "loop-yield-cadence", 1024, "has no meaning here")
	return cmd
}

// buildFailed reports an error of 'seqc build' as the reference does.
func buildFailed(c *CLI, err error) error {
	var reported ExitStatus
	if errors.As(err, &reported) {
		return err
	}
	fmt.Fprintf(c.Stderr, "Error: %v\n", err)
	return ExitStatus(statusRuntimeError)
}

// seqcCompletions is 'seqc completions'.
func seqcCompletions(c *CLI) *cobra.Command {
	return &cobra.Command{
		Use:       "completions SHELL",
		Short:     "Write the completion script for a shell",
		Long:      "Write the completion script for bash, elvish, fish, powershell or zsh.",
		Example:   "  source <(seqc completions bash)",
		ValidArgs: append([]string{"elvish"}, shells...),
		Args:      exactly(1, "SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "elvish" {
				_, err := fmt.Fprint(c.Stdout, elvish)
				return err
			}
			return completionScript(c, cmd.Root(), args[0])
		},
	}
}

// elvish has that shell ask the program for completions: lines of candidates, and a last one with a colon and how to take them.
const elvish = `set edit:completion:arg-completer[seqc] = {|@words|
  seqc __completeNoDesc $@words[1..] 2>/dev/null | each {|line|
    if (not (eq $line[0..1] :)) { put $line }
  }
}
`

// seqcVenv is 'seqc venv', which has nothing to make.
func seqcVenv() *cobra.Command {
	return &cobra.Command{
		Use:     "venv DIR",
		Short:   "Has no meaning here",
		Long:    "Virtual environments have no meaning in seqvm: it is one file, and seqvm-full beside it; copies of them work anywhere.",
		Example: "  mkdir -p DIR/bin && cp seqvm seqvm-full DIR/bin/",
		Args:    exactly(1, "DIR"),
		RunE: func(*cobra.Command, []string) error {
			return errors.New("venv has no meaning in seqvm: copy the files seqvm and seqvm-full to where they are wanted")
		},
	}
}
