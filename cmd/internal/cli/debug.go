package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/vm"
)

// debugFlags are what the debugger can be told.
type debugFlags struct {
	commands string
	budget   budgetFlags
	box      sandboxFlags
}

func debugCommand(c *CLI) *cobra.Command {
	var f debugFlags
	cmd := &cobra.Command{
		Use:   "debug FILE [ARGS...]",
		Short: "Run a program step by step",
		Long: "Run a program, stop it where you want, and look at its stacks, calls, strands and channels (docs/debugger.md).\n" +
			"Commands are read from stdin, or from the file that --commands names; then stdin is the program's. 'help' lists them.",
		Example: "  seqvm debug program.seq\n  seqvm debug --commands steps.txt program.seq some arguments\n  printf 'break area\\nrun\\nwhere\\nquit\\n' | seqvm debug program.seq",
		Args:    atLeast(1, "FILE"),
		RunE:    func(_ *cobra.Command, args []string) error { return c.debug(args, &f) },
	}
	cmd.Flags().StringVar(&f.commands, "commands", "", "read commands from `FILE`")
	f.budget.add(cmd)
	f.box.add(cmd)
	c.maxMemory(cmd)
	cmd.Flags().SetInterspersed(false)
	return cmd
}

func (c *CLI) debug(args []string, f *debugFlags) error {
	if args[0] == "-" {
		return errors.New("'debug' needs a file: stdin has the commands")
	}
	opts := c.options()
	var err error
	if opts.Sandbox, err = f.box.policy(); err != nil {
		return err
	}
	bounds, err := f.budget.budget()
	if err != nil {
		return err
	}
	prog, err := seqvm.CompileForDebugger(seqvm.File(args[0]), opts)
	var refused *seqvm.CompileError
	if errors.As(err, &refused) {
		c.report(refused.Problems)
		return c.refusal()
	}
	c.report(forRun(prog.Warnings()))
	if err := c.calls(prog.Program); err != nil {
		return err
	}
	t := &debugger.Terminal{In: c.Stdin, Out: c.Stdout, Prompt: isTerminal(c.Stdin)}
	config := seqvm.Config{Stdout: behind(c.Stdout), Stderr: c.Stderr, Args: args, Environ: c.Getenv, LineFlush: true, Settings: c.settings(), Budget: bounds, PoisonArenas: c.Poison}
	if f.commands != "" {
		commands, err := os.Open(f.commands)
		if err != nil {
			return fmt.Errorf("cannot read the commands: %w", err)
		}
		defer commands.Close()
		t.In, t.Prompt, config.Stdin = commands, false, c.Stdin
	}
	if t.Session, err = debugger.New(debugger.Options{Program: prog, Config: config, Stopped: t.Stopped, Log: c.Stdout}); err != nil {
		return err
	}
	if !t.Begin() {
		return nil
	}
	status, err := t.Session.Run(context.Background())
	var internal *vm.InternalError
	switch {
	case errors.Is(err, debugger.ErrQuit):
		return nil
	case errors.As(err, &internal):
		fmt.Fprintf(c.Stderr, "%v\n  %s\n", err, versionLine())
		return ExitStatus(statusInternal)
	case err != nil:
		_ = prog.Render(diag.Renderer{Out: c.Stderr, Color: c.colors()}, err)
		return ExitStatus(statusRuntimeError)
	}
	fmt.Fprintf(c.Stdout, "the program has ended with status %d\n", status)
	if status != 0 {
		return ExitStatus(status)
	}
	return nil
}
