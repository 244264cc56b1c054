package main

import (
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
	"github.com/seqvm/seqvm/tools/repl/screen"
)

// replFlags are what the REPL can be told.
type replFlags struct {
	plain, strict, noStd bool
	editMode             string
}

func (c *cli) replCommand() *cobra.Command {
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
	cmd.Flags().StringVar(&f.editMode, "edit-mode", "", "keys: vi or emacs (default $SEQVM_EDIT_MODE, else vi)")
	return cmd
}

func (c *cli) repl(path string, f replFlags) error {
	if c.diagnostics != "text" {
		return errors.New("a session shows what it finds as text: --diagnostics is for commands that end")
	}
	if f.editMode == "" {
		f.editMode = c.setting("SEQVM_EDIT_MODE")
	}
	if f.editMode == "" {
		f.editMode = "vi"
	}
	if f.editMode != "vi" && f.editMode != "emacs" {
		return fmt.Errorf("--edit-mode must be vi or emacs, not %q", f.editMode)
	}
	plain := f.plain || !isTerminal(c.stdin) || !isTerminal(c.stdout) || c.setting("TERM") == "dumb" || f.strict
	options := repl.Options{
		Modules: repl.Preloaded, Dialect: c.dialect, StdlibDir: c.setting("SEQ_STDLIB"), Timeout: replTimeout(c.setting("SEQ_REPL_TIMEOUT")),
		Args: []string{"repl"}, Environ: c.getenv, Settings: c.settings(),
	}
	if f.noStd {
		options.Modules = nil
	}
	history, err := repl.OpenHistory(repl.HistoryPath(c.getenv))
	if err != nil {
		fmt.Fprintf(c.stderr, "seqvm: the history cannot be read: %v\n", err)
	}
	sh := &repl.Shell{History: history, Version: versionLine(), Color: c.colors(), Getenv: c.getenv}
	if plain {
		return c.plainSession(sh, options, path, f)
	}
	return c.screenSession(sh, options, path, f)
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

func (c *cli) plainSession(sh *repl.Shell, options repl.Options, path string, f replFlags) (err error) {
	options.Stdout, options.Stderr = c.stdout, c.stderr
	var mu sync.Mutex
	options.Failed = func(strand int64, err error) {
		mu.Lock()
		defer mu.Unlock()
		strandEnded(c.stderr, sh.Color, strand, err)
	}
	if sh.Session, err = repl.New(options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sh.Close()) }()
	interrupts := make(chan os.Signal, 1)
	if c.signals != nil {
		signal.Notify(interrupts, os.Interrupt)
		defer signal.Stop(interrupts)
	}
	p := &repl.Plain{Shell: sh, In: c.stdin, Out: c.stdout, Err: c.stderr, Prompts: isTerminal(c.stdin), Strict: f.strict,
		Interrupts: interrupts, Edit: c.runEditor}
	if path != "" {
		err = p.Open(context.Background(), path)
	}
	if err == nil {
		err = p.Run(context.Background())
	}
	switch {
	case errors.Is(err, repl.ErrStrict):
		return exitStatus(statusRuntimeError)
	case errors.Is(err, repl.ErrLeft):
		return exitStatus(statusInterrupt)
	default:
		return err
	}
}

// runEditor runs an editor on the terminal.
func (c *cli) runEditor(command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, behind(c.stdout), c.stderr
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

func (c *cli) screenSession(sh *repl.Shell, options repl.Options, path string, f replFlags) (err error) {
	out := &screen.Output{}
	options.Stdout, options.Stderr = out, out
	options.Failed = func(strand int64, err error) { strandEnded(out, false, strand, err) }
	sh.Color = false // the screen colours
	if sh.Session, err = repl.New(options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sh.Close()) }()
	var greeting repl.Answer
	if path != "" {
		if greeting, err = sh.Open(context.Background(), path); err != nil {
			return err
		}
		if greeting.Text == "" {
			greeting.Text = sh.Session.BriefStackLine() + "\n"
		}
	}
	signals := make(chan os.Signal, 1)
	if c.signals != nil {
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		defer signal.Stop(signals)
	}
	err = screen.Run(context.Background(), screen.Config{
		Signals: signals, Shell: sh, Welcome: "seqvm " + seqvm.Version + " · :help · F1 effects · Tab completes · Ctrl+D ends\n", Greeting: greeting, Output: out, In: c.stdin, Out: behind(c.stdout), Environ: os.Environ(), Emacs: f.editMode == "emacs", NoColors: !c.colorsOn(c.stdout),
	})
	var signalled *screen.SignalError
	if errors.As(err, &signalled) {
		number, _ := signalled.Signal.(syscall.Signal)
		return exitStatus(128 + int(number))
	}
	return err
}
