package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/host/signals"
	"github.com/seqvm/seqvm/host/terminal"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

func (c *cli) runCommand() *cobra.Command {
	var instrument bool
	var diagnose diagnosisFlags
	cmd := &cobra.Command{
		Use:   "run FILE [ARGS...]",
		Short: "Run a program",
		Long:  "Run a program. FILE '-' reads the program from stdin. Everything behind FILE belongs to the program.",
		Args:  atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if c.setting("GOGC") == "" {
				growHeap()
			}
			opts := c.options()
			opts.Instrument = instrument
			prog, problems := c.compile(args[0], opts)
			c.report(forRun(problems))
			c.document() // in front of what the program writes
			if prog == nil {
				return exitStatus(statusUsage)
			}
			if err := diagnose.spare(names(args[0], prog.Sources)); err != nil {
				return err
			}
			return c.execute(prog, args, diagnose)
		},
	}
	cmd.Flags().BoolVar(&instrument, "instrument", false, "count how often each word is entered, for SEQ_REPORT=words")
	cmd.Flags().StringVar(&diagnose.profile, "profile", "", "write a profile of words and lines, for 'go tool pprof'")
	cmd.Flags().StringVar(&diagnose.trace, "trace", "", "write an execution trace with strands as tasks, for 'go tool trace'")
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// compile reads the program, source or bytecode, from a file or, for "-",
// source from stdin.
func (c *cli) compile(path string, opts seqvm.Options) (*seqvm.Program, diag.List) {
	if path != "-" {
		if prog, problems, encoded := decode(path, opts.Instrument); encoded {
			return prog, problems
		}
		return compiled(seqvm.File(path), opts)
	}
	if c.typed == nil {
		text, err := io.ReadAll(c.stdin)
		if err != nil {
			return nil, diag.List{{Code: "unreadable", Message: fmt.Sprintf("cannot read stdin: %v", err)}}
		}
		c.typed = text
	}
	return compiled(seqvm.Text("<stdin>", string(c.typed)), opts)
}

// compiled compiles a program; the list has what is to be said of it in either case.
func compiled(source seqvm.Source, opts seqvm.Options) (*seqvm.Program, diag.List) {
	prog, err := seqvm.Compile(source, opts)
	var refused *seqvm.CompileError
	if errors.As(err, &refused) {
		return nil, refused.Problems
	}
	return prog, prog.Warnings()
}

// decode reads a bytecode file; encoded is false if the file is none, which
// its first bytes tell. counting asks for the form of the program whose words count
// their entries.
func decode(path string, counting bool) (prog *seqvm.Program, problems diag.List, encoded bool) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, false
	}
	defer f.Close()
	start := make([]byte, bytecode.MagicLength)
	if _, err := io.ReadFull(f, start); err != nil || !bytecode.IsEncoded(start) {
		return nil, nil, false
	}
	rest, err := io.ReadAll(f)
	var module *bytecode.Module
	if err == nil {
		module, err = bytecode.Decode(append(start, rest...))
	}
	if err == nil && counting {
		var other *bytecode.Module
		if other, err = module.Counting(); other != nil {
			module = other
		} // else it was built with --instrument
	}
	if err != nil {
		return nil, diag.List{{Code: "bad-bytecode", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1}, Message: err.Error()}}, true
	}
	return &seqvm.Program{Module: module}, nil, true
}

// checkOnly are the codes of those warnings.
var checkOnly = []diag.Code{"int-literal-wraps", "forced-variable", "cond-without-default"}

// forRun leaves out the warnings that only check and lint print (chapter 8,
// section 12).
func forRun(list diag.List) diag.List {
	var kept diag.List
	for _, d := range list {
		if !slices.Contains(checkOnly, d.Code) {
			kept = append(kept, d)
		}
	}
	return kept
}

// terminal returns the terminal that the program is started in.
func (c *cli) terminal() *terminal.Terminal {
	t := &terminal.Terminal{}
	t.In, _ = c.stdin.(*os.File)
	t.Out, _ = behind(c.stdout).(*os.File)
	return t
}

// settings are those of the environment, on this machine.
func (c *cli) settings() seqvm.Settings {
	s := settings.Read(c.getenv, c.stderr)
	s.AllStacksMax = machineMemory() / 2
	return s
}

func (c *cli) execute(prog *seqvm.Program, args []string, diagnose diagnosisFlags) error {
	c.log.Debug().Str("program", args[0]).Int("functions", len(prog.Module.Funcs)).Msg("compiled")
	screen := c.terminal()
	v, err := prog.VM(seqvm.Config{
		Stdin: c.stdin, Stdout: behind(c.stdout), Stderr: c.stderr, Args: args, Environ: c.getenv,
		LineFlush: isTerminal(c.stdout),
		Settings:  c.settings(),
		Signals:   c.signals,
		Terminal:  screen,

		PoisonArenas: c.poison,
		Trace:        diagnose.trace != "",
	})
	if err != nil {
		return err
	}
	defer screen.Raw(false)
	looking := seqvm.Diagnostics(v)
	d := diagnosis{flags: diagnose}
	if c.signals != nil {
		leave := func() {
			v.Console.Flush()
			screen.Raw(false)
			d.discard()
		}
		defer c.signals.Install(signals.Handlers{
			Interrupt: func() { leave(); os.Exit(statusInterrupt) },
			Quit:      looking.Dump,
			Death:     leave,
		})()
	}
	if err := d.start(v); err != nil {
		return err
	}
	stopWatching := looking.Watch(v.Config().Settings.Watchdog)
	status, err := v.Run()
	stopWatching()
	if ferr := d.finish(); ferr != nil {
		fmt.Fprintf(c.stderr, "seqvm: %v\n", ferr)
	}
	c.log.Debug().Int("status", status).Err(err).Msg("ended")
	var internal *vm.InternalError
	switch {
	case errors.As(err, &internal):
		fmt.Fprintf(c.stderr, "%v\n  %s\n", err, versionLine())
		c.log.Error().Str("stack", internal.Stack).Msg("internal error")
		return exitStatus(statusInternal)
	case err != nil:
		_ = prog.Render(diag.Renderer{Out: c.stderr, Color: c.colors()}, err) // where stderr takes nothing, the status tells
		return exitStatus(statusRuntimeError)
	}
	if !v.Stopped() { // not by os.exit
		looking.Report(v.Config().Settings.Report, v.WordCounts())
	}
	if status != 0 {
		return exitStatus(status)
	}
	return nil
}
