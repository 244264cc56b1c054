package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/repl"
)

// replFlags are what the REPL can be told.
type replFlags struct {
	plain, strict, noStd bool
	editMode             string
	box                  sandboxFlags
}

func (c *CLI) replCommand() *cobra.Command {
	var f replFlags
	cmd := &cobra.Command{
		Use:   "repl [FILE]",
		Short: "Start an interactive session",
		Long: "Start an interactive session. FILE is a session file, which is made if it is not there and gone on with if it is.\n" +
			"On a terminal the session has the whole screen; in a pipe, and with --plain, inputs are lines.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = args[0]
			}
			return c.repl(path, f)
		},
	}
	cmd.Flags().BoolVar(&f.plain, "plain", false, "read lines, without a screen")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "end with status 1 at the first error (in a pipe or with --plain)")
	cmd.Flags().BoolVar(&f.noStd, "no-std", false, "include no standard modules")
	editModeFlag(cmd, &f.editMode)
	f.box.add(cmd)
	c.maxMemory(cmd)
	return cmd
}

func (c *CLI) repl(path string, f replFlags) error {
	if c.diagnostics != "text" {
		return errors.New("a session shows what it finds as text: --diagnostics is for commands that end")
	}
	withEmacs, err := emacs(f.editMode, c.setting("SEQVM_EDIT_MODE"))
	if err != nil {
		return err
	}
	options := repl.Options{
		Words: c.words(), Manifests: c.manifests,
		Modules: repl.Preloaded, Dialect: c.dialect, StdlibDir: c.setting("SEQ_STDLIB"), Timeout: replTimeout(c.setting("SEQ_REPL_TIMEOUT")),
		Args: []string{"repl"}, Environ: c.Getenv, Settings: c.settings(), NoNative: c.noNative,
	}
	if options.Sandbox, err = f.box.policy(); err != nil {
		return err
	}
	if f.noStd {
		options.Modules = nil
	}
	history, err := repl.OpenHistory(repl.HistoryPath(c.Getenv))
	if err != nil {
		fmt.Fprintf(c.Stderr, "seqvm: the history cannot be read: %v\n", err)
	}
	sh := &repl.Shell{History: history, Version: versionLine(), Color: c.colors(), Getenv: c.Getenv}
	if !c.Parts.All {
		options.Elsewhere = fullName
	}
	if c.onScreen(f) {
		return c.screenSession(sh, options, path, withEmacs)
	}
	return c.plainSession(sh, options, path, f)
}

// editModeFlag adds the flag of commands that have a line editor.
func editModeFlag(cmd *cobra.Command, mode *string) {
	cmd.Flags().StringVar(mode, "edit-mode", "", "keys: vi or emacs (default $SEQVM_EDIT_MODE, else vi)")
}

// emacs tells whether a line editor has the keys of Emacs, by its flag or, if that is not given, the environment.
func emacs(flag, setting string) (bool, error) {
	mode := cmp.Or(flag, setting, "vi")
	if mode != "vi" && mode != "emacs" {
		return false, fmt.Errorf("--edit-mode must be vi or emacs, not %q", mode)
	}
	return mode == "emacs", nil
}

// onScreen tells whether a session has the whole screen.
func (c *CLI) onScreen(f replFlags) bool {
	return !f.plain && !f.strict && isTerminal(c.Stdin) && isTerminal(c.Stdout) && c.setting("TERM") != "dumb"
}

// wantsScreen tells whether a command is a session that has the whole screen.
func (c *CLI) wantsScreen(cmd *cobra.Command) bool {
	flags := cmd.Flags()
	on := func(name string) bool { set, err := flags.GetBool(name); return err == nil && set }
	switch {
	case cmd.Name() == "repl":
		return c.onScreen(replFlags{plain: on("plain"), strict: on("strict")})
	case !cmd.HasParent():
		return flags.NArg() == 0 && !on("version") && c.onScreen(replFlags{})
	}
	return false
}

// replTimeout reads SEQ_REPL_TIMEOUT: seconds, parts of them as well. 0 is no limit,
// and so is silently what is no number (chapter 5, section 16).
func replTimeout(text string) time.Duration {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "+.0123456789") != "" {
		return 0
	}
	const most = math.MaxInt64 / float64(time.Second)
	return time.Duration(min(seconds, most/2) * float64(time.Second))
}

func (c *CLI) plainSession(sh *repl.Shell, options repl.Options, path string, f replFlags) (err error) {
	options.Stdout, options.Stderr = c.Stdout, c.Stderr
	var mu sync.Mutex
	options.Failed = func(strand int64, err error) {
		mu.Lock()
		defer mu.Unlock()
		strandEnded(c.Stderr, sh.Color, strand, err)
	}
	if sh.Session, err = repl.New(options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sh.Close()) }()
	interrupts := make(chan os.Signal, 1)
	if c.Signals != nil {
		signal.Notify(interrupts, os.Interrupt)
		defer signal.Stop(interrupts)
	}
	p := &repl.Plain{Shell: sh, In: c.Stdin, Out: c.Stdout, Err: c.Stderr, Prompts: isTerminal(c.Stdin), Strict: f.strict,
		Interrupts: interrupts, Edit: c.runEditor}
	if path != "" {
		err = p.Open(context.Background(), path)
	}
	if err == nil {
		err = p.Run(context.Background())
	}
	switch {
	case errors.Is(err, repl.ErrStrict):
		return ExitStatus(statusRuntimeError)
	case errors.Is(err, repl.ErrLeft):
		return ExitStatus(statusInterrupt)
	default:
		return err
	}
}

// runEditor runs an editor on the terminal.
func (c *CLI) runEditor(command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, behind(c.Stdout), c.Stderr
	return cmd.Run()
}

// strandEnded says why a strand has ended that no input waits for.
func strandEnded(w io.Writer, color bool, strand int64, err error) {
	var b strings.Builder
	fmt.Fprintf(&b, "strand #%d has ended: ", strand)
	var run *repl.RunError
	if errors.As(err, &run) {
		_ = run.Render(diag.Renderer{Out: &b, Color: color})
	} else {
		fmt.Fprintln(&b, err)
	}
	_, _ = io.WriteString(w, b.String())
}

func (c *CLI) screenSession(sh *repl.Shell, options repl.Options, path string, emacs bool) error {
	interrupts, stop := c.endingSignals()
	defer stop()
	sh.Color = false // the screen colours
	return c.Parts.Screen(Screen{
		Shell: sh, Options: options, Path: path, Welcome: "seqvm " + seqvm.Version + " · :help · F1 effects · Tab completes · Ctrl+D ends\n",
		Failed: func(w io.Writer, strand int64, err error) { strandEnded(w, false, strand, err) },
		Emacs:  emacs, NoColors: !c.colorsOn(c.Stdout), In: c.Stdin, Out: behind(c.Stdout), Signals: interrupts,
	})
}

// endingSignals are the signals that end what has the whole screen, until stop is called.
func (c *CLI) endingSignals() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 1)
	if c.Signals != nil {
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	}
	return signals, func() { signal.Stop(signals) }
}
