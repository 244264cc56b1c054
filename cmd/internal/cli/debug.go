package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/vm"
)

// debugFlags are what the debugger can be told.
type debugFlags struct {
	commands string
	plain    bool
	editMode string
	budget   budgetFlags
	box      sandboxFlags
}

// debugging is a program that is to be debugged.
type debugging struct {
	c      *CLI
	prog   *seqvm.Debuggable
	config seqvm.Config
}

func debugCommand(c *CLI) *cobra.Command {
	var f debugFlags
	cmd := &cobra.Command{
		Use:   "debug FILE [ARGS...]",
		Short: "Run a program step by step",
		Long: "Run a program, stop it where you want, and look at its stacks, calls, strands and channels (docs/debugger.md).\n" +
			"On a terminal the debugger has the whole screen. In a pipe, with --plain, and where there is no seqvm-full, commands are lines;\n" +
			"they are read from stdin, or from the file that --commands names; then stdin is the program's. 'help' lists them.",
		Example: "  seqvm debug program.seq\n  seqvm debug --commands steps.txt program.seq some arguments\n  printf 'break area\\nrun\\nwhere\\nquit\\n' | seqvm debug program.seq",
		Args:    atLeast(1, "FILE"),
		RunE:    func(_ *cobra.Command, args []string) error { return c.debug(args, &f) },
	}
	cmd.Flags().StringVar(&f.commands, "commands", "", "read commands from `FILE`")
	cmd.Flags().BoolVar(&f.plain, "plain", false, "read lines, without a screen")
	editModeFlag(cmd, &f.editMode)
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
	withEmacs, err := emacs(f.editMode, c.setting("SEQVM_EDIT_MODE"))
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
	d := &debugging{c, prog, seqvm.Config{Args: args, Environ: c.Getenv, LineFlush: true, Settings: c.settings(), Budget: bounds, PoisonArenas: c.Poison}}
	if c.Parts.Debug != nil && c.debugsOnScreen(f.plain, f.commands) {
		return d.screen(withEmacs)
	}
	return d.lines(f.commands)
}

// debugsOnScreen tells whether the debugger has the whole screen, if that is linked.
func (c *CLI) debugsOnScreen(plain bool, commands string) bool {
	return commands == "" && c.onScreen(replFlags{plain: plain})
}

// wantsDebugScreen tells whether a command is a debugger that has the whole screen, and there is who shows it.
func (c *CLI) wantsDebugScreen(cmd *cobra.Command) bool {
	if cmd.Name() != "debug" {
		return false
	}
	flags := cmd.Flags()
	plain, _ := flags.GetBool("plain")
	commands, _ := flags.GetString("commands")
	if !c.debugsOnScreen(plain, commands) {
		return false
	}
	_, err := beside(fullName)
	return err == nil
}

// lines debugs the program with commands in lines; from the file, if there is one.
func (d *debugging) lines(file string) error {
	c, config := d.c, d.config
	t := &debugger.Terminal{In: c.Stdin, Out: c.Stdout, Prompt: isTerminal(c.Stdin)}
	config.Stdout, config.Stderr = behind(c.Stdout), c.Stderr
	if file != "" {
		commands, err := os.Open(file)
		if err != nil {
			return fmt.Errorf("cannot read the commands: %w", err)
		}
		defer commands.Close()
		t.In, t.Prompt, config.Stdin = commands, false, c.Stdin
	}
	var err error
	if t.Session, err = debugger.New(debugger.Options{Program: d.prog, Config: config, Stopped: t.Stopped, Log: c.Stdout}); err != nil {
		return err
	}
	if t.Prompt && c.Signals != nil {
		interrupts := make(chan os.Signal, 1)
		signal.Notify(interrupts, os.Interrupt)
		defer close(interrupts)
		defer signal.Stop(interrupts)
		go func() {
			for range interrupts {
				t.Interrupt()
			}
		}()
	}
	if !t.Begin() {
		return nil
	}
	status, err := t.Session.Run(context.Background())
	return d.ended(c.Stdout, c.Stderr, c.colors(), status, err)
}

// screen debugs the program on the whole screen.
func (d *debugging) screen(emacs bool) error {
	c := d.c
	signals, stop := c.endingSignals()
	defer stop()
	status, err := c.Parts.Debug(Debug{
		Options: debugger.Options{Program: d.prog, Config: d.config},
		Ended:   func(to io.Writer, status int, err error) { _ = d.ended(to, to, false, status, err) },
		Emacs:   emacs, NoColors: !c.colorsOn(c.Stdout), In: c.Stdin, Out: behind(c.Stdout), Signals: signals,
	})
	var signalled ExitStatus
	if errors.As(err, &signalled) {
		return signalled
	}
	return d.ended(c.Stdout, c.Stderr, c.colors(), status, err)
}

// ended says how the program has ended.
func (d *debugging) ended(out, errs io.Writer, color bool, status int, err error) error {
	var internal *vm.InternalError
	switch {
	case errors.Is(err, debugger.ErrQuit):
		return nil
	case errors.As(err, &internal):
		fmt.Fprintf(errs, "%v\n  %s\n", err, versionLine())
		return ExitStatus(statusInternal)
	case err != nil:
		_ = d.prog.Render(diag.Renderer{Out: errs, Color: color}, err)
		return ExitStatus(statusRuntimeError)
	}
	fmt.Fprintf(out, "the program has ended with status %d\n", status)
	if status != 0 {
		return ExitStatus(status)
	}
	return nil
}
