package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/cmd/internal/bundle"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/host/signals"
	"github.com/seqvm/seqvm/host/signals/early"
	"github.com/seqvm/seqvm/host/terminal"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/vm"
)

func runCommand(c *CLI) *cobra.Command {
	var instrument, again bool
	var box sandboxFlags
	var budget budgetFlags
	var diagnose diagnosisFlags
	fence := func(program string) error {
		policy, err := box.policy()
		if policy == nil || err != nil {
			return err
		}
		return wall(policy, append(c.sourceFolders(), certificates(c, policy)...), diagnose.outputs(settings.ParseReport(c.setting("SEQ_REPORT"))), program)
	}
	c.fence = fence
	cmd := &cobra.Command{
		Use:   "run FILE [ARGS...]",
		Short: "Run a program",
		Long: "Run a program. FILE '-' reads the program from stdin. Everything behind FILE belongs to the program.\n\n" +
			"A program may do what you may. With --sandbox, or one of the --allow- flags, it may only do what those give (docs/security.md).",
		Example: "  seqvm run program.seq some arguments\n  seqvm run --sandbox --allow-read=data program.seq\n  seqvm run --timeout 5 --max-memory 512M program.seq\n" +
			"  SEQ_REPORT=words seqvm run --instrument program.seq\n  echo ': main ( -- ) 42 int->string io.write-line ;' | seqvm run -",
		Args: atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if again && !c.watched {
				return rounds{c}.program(args[0])
			}
			ready := func() {}
			if c.setting("GOGC") == "" {
				ready = newHeap().run
			}
			opts := c.options()
			opts.Instrument, opts.Profile = instrument, diagnose.profile != ""
			var err error
			if opts.Sandbox, err = box.policy(); err != nil {
				return err
			}
			bounds, err := budget.budget()
			if err != nil {
				return err
			}
			inPart := c.carried != nil && c.Parts.All // no thread of it can be restricted any more
			if opts.Sandbox != nil && c.Parts.All && c.caller == "" && walls && !inPart {
				return c.handBack()
			}
			prog, problems := c.compile(args[0], opts)
			if prog != nil {
				if err := c.calls(prog); err != nil {
					return err
				}
			}
			c.report(forRun(problems))
			c.document() // in front of what the program writes
			if prog == nil {
				return c.refusal()
			}
			if err := diagnose.spare(names(args[0], prog.Sources)); err != nil {
				return err
			}
			ready()
			if opts.Sandbox != nil && c.caller == "" && !inPart { // who calls has set it up
				if err := fence(""); err != nil {
					return err
				}
			}
			return c.execute(prog, args, bounds, diagnose)
		},
	}
	cmd.Flags().BoolVar(&instrument, "instrument", false, "count how often each word is entered, for SEQ_REPORT=words")
	cmd.Flags().StringVar(&diagnose.profile, "profile", "", "write a profile of words and lines to `FILE`: a page to look at if it ends in .html, else for 'go tool pprof'")
	cmd.Flags().StringVar(&diagnose.trace, "trace", "", "write what strands do and when to `FILE`: a page to look at if it ends in .html, else for 'go tool trace'")
	cmd.Flags().BoolVar(&again, "watch", false, "run the program again whenever one of its files changes; one that still runs is ended")
	budget.add(cmd)
	c.maxMemory(cmd)
	c.nativeFlag(cmd)
	box.add(cmd)
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// compile compiles the program, or decodes it where the file is bytecode, which its first bytes
// tell. Path "-" is stdin, which has source.
func (c *CLI) compile(path string, opts seqvm.Options) (*seqvm.Program, diag.List) {
	if c.carried != nil {
		return carriedProgram(c, opts)
	}
	text, again, err := c.read(path)
	switch {
	case err != nil && path == "-":
		return nil, diag.List{{Code: "unreadable", Message: fmt.Sprintf("cannot read stdin: %v", err)}}
	case errors.Is(err, load.ErrTooLarge):
		return nil, diag.List{{Code: "unreadable", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1}, Message: fmt.Sprintf("cannot read '%s': %v", path, err)}}
	case err != nil:
		return compiled(seqvm.File(path), opts) // which says so
	case path == "-":
		return compiled(seqvm.Text("<stdin>", string(text)), opts)
	case bytecode.IsEncoded(text):
		return decode(path, text, opts)
	case bundle.IsLoaded(text):
		return nil, diag.List{{Code: "bad-bytecode", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1}, Message: "the file is an executable: start it as a program of its own"}}
	case again:
		opts.Overlay = map[string]string{path: string(text)} // it is read once
		return compiled(seqvm.File(path), opts)
	}
	return compiled(seqvm.Text(path, string(text)), opts)
}

// mostAtOnce bounds for how long a file there is memory before it is read.
const mostAtOnce = 64 << 20

// read reads the program's file. again tells whether it is there for those who read it
// again: pipes give their text once, so it is kept (also for who takes the command line over).
func (c *CLI) read(path string) (text []byte, again bool, err error) {
	if c.typed != nil {
		return c.typed, false, nil
	}
	from, again, size := c.Stdin, false, int64(0)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, false, err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil, false, err
		}
		if from, again = f, info.Mode().IsRegular(); again {
			size = info.Size()
		}
	}
	read := bytes.NewBuffer(make([]byte, 0, min(size, mostAtOnce)+bytes.MinRead))
	_, err = read.ReadFrom(io.LimitReader(from, load.MaxSource+1))
	switch {
	case err == nil && read.Len() > load.MaxSource:
		return nil, false, load.ErrTooLarge
	case err == nil && !again:
		c.typed = read.Bytes()
	}
	return read.Bytes(), again, err
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

// decode decodes what a bytecode file has.
func decode(path string, data []byte, opts seqvm.Options) (*seqvm.Program, diag.List) {
	module, err := bytecode.Decode(data)
	if err == nil && opts.Instrument {
		var other *bytecode.Module
		if other, err = module.Counting(); other != nil {
			module = other
		} // else it was built with --instrument
	}
	if err != nil {
		return nil, diag.List{{Code: "bad-bytecode", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1}, Message: err.Error()}}
	}
	return seqvm.Decoded(module, opts), nil
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

// sourceFolders are the folders that the files of a program come from, which errors show lines of.
func (c *CLI) sourceFolders() []string {
	switch path := c.operands[0]; {
	case c.carried != nil:
		return nil
	case path == "-":
		return seqvm.SourceFolders(seqvm.Text("<stdin>", ""), c.options())
	default:
		return seqvm.SourceFolders(seqvm.File(path), c.options())
	}
}

// certificates are the files and folders with the certificates that a program trusts whose policy gives it some of the network.
func certificates(c *CLI, p *seqvm.Policy) []string {
	if !p.Gives(sandbox.Net) {
		return nil
	}
	given := append(filepath.SplitList(c.setting("SSL_CERT_DIR")), c.setting("SSL_CERT_FILE"))
	return slices.DeleteFunc(given, func(path string) bool { return path == "" })
}

// terminal returns the terminal that the program is started in.
func (c *CLI) terminal() *terminal.Terminal {
	t := &terminal.Terminal{}
	t.In, _ = c.Stdin.(*os.File)
	t.Out, _ = behind(c.Stdout).(*os.File)
	return t
}

// settings are those of the environment, on this machine.
func (c *CLI) settings() seqvm.Settings {
	s := settings.Read(c.Getenv, c.Stderr)
	if c.memoryMax > 0 {
		s.MemoryMax = int64(c.memoryMax)
	}
	s.Native = c.nativeSetting(s.Native)
	return s
}

func (c *CLI) execute(prog *seqvm.Program, args []string, bounds seqvm.Budget, diagnose diagnosisFlags) error {
	c.log.Debug().Str("program", args[0]).Int("functions", len(prog.Module.Funcs)).Msg("compiled")
	screen := c.terminal()
	var timeline *vm.Timeline
	if filepath.Ext(diagnose.trace) == ".html" {
		timeline = vm.NewTimeline()
	}
	v, err := prog.VM(seqvm.Config{
		Stdin: c.Stdin, Stdout: behind(c.Stdout), Stderr: c.Stderr, Args: args, Environ: c.Getenv,
		LineFlush: isTerminal(c.Stdout),
		Settings:  c.settings(),
		Budget:    bounds,
		Signals:   c.Signals,
		Terminal:  screen,

		PoisonArenas: c.Poison,
		NoNative:     c.noNative,
		Trace:        diagnose.trace != "" && timeline == nil,
		Timeline:     timeline,
	})
	if err != nil {
		return err
	}
	defer screen.Raw(false)
	looking := seqvm.Diagnostics(v)
	d := diagnosis{flags: diagnose, write: c.Parts.Profile, timeline: timeline, page: func(w io.Writer, t *vm.Timeline) error {
		return c.Parts.TracePage(w, filepath.Base(args[0]), t)
	}}
	if filepath.Ext(diagnose.profile) == ".html" {
		d.write = func(w io.Writer, samples vm.Samples) error {
			return c.Parts.ProfilePage(w, filepath.Base(args[0]), samples, prog.Sources)
		}
	}
	leave := func() {
		v.Console.Flush()
		screen.Raw(false)
		d.discard()
	}
	defer c.endLate(bounds.Time, func() {
		screen.Raw(false)
		d.discard()
	})()
	if c.Signals != nil {
		defer c.Signals.Install(signals.Handlers{
			Interrupt: func() { leave(); os.Exit(statusInterrupt) },
			Quit:      looking.Dump,
			Death:     leave,
			Taken:     early.GiveBack,
		})()
	}
	if err := d.start(v); err != nil {
		return err
	}
	stopWatching := looking.Watch(v.Config().Settings.Watchdog)
	status, err := v.Run()
	stopWatching()
	if ferr := d.finish(); ferr != nil {
		fmt.Fprintf(c.Stderr, "seqvm: %v\n", ferr)
	}
	c.log.Debug().Int("status", status).Err(err).Msg("ended")
	var internal *vm.InternalError
	switch {
	case errors.As(err, &internal):
		fmt.Fprintf(c.Stderr, "%v\n  %s\n", err, versionLine())
		c.log.Error().Str("stack", internal.Stack).Msg("internal error")
		return ExitStatus(statusInternal)
	case err != nil:
		_ = prog.Render(diag.Renderer{Out: c.Stderr, Color: c.colors()}, err) // where stderr takes nothing, the status tells
		return ExitStatus(statusRuntimeError)
	}
	if !v.Stopped() { // not by os.exit
		looking.Report(v.Config().Settings.Report, v.WordCounts())
	}
	if status != 0 {
		return ExitStatus(status)
	}
	return nil
}
