package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// testFlags are the flags of 'seqvm test'.
type testFlags struct {
	filter    string
	verbose   bool
	timeout   float64
	parallel  int
	json      bool
	junit     string
	cover     bool
	coverHTML string
	box       sandboxFlags
}

func (c *CLI) testCommand() *cobra.Command {
	var flags testFlags
	cmd := &cobra.Command{
		Use:   "test [PATHS...]",
		Short: "Run the tests of test-*.seq files",
		Long: "Run the words named test-... with the effect ( -- ) of all files named test-*.seq among PATHS and below (default: the current directory).\n\n" +
			"Each test runs on its own: an error, os.exit or a deadlock fails that test only. Exit status: 0 all passed, 1 something failed, 2 nothing to run.",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return c.test(args, flags)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.filter, "filter", "f", "", "run only tests whose name contains `TEXT`")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show how long each test took")
	f.Float64Var(&flags.timeout, "timeout", 0, "stop each test after so many `SECONDS`")
	f.IntVarP(&flags.parallel, "parallel", "p", 0, "run `N` files at a time (default: one for each processor)")
	f.BoolVar(&flags.json, "json", false, "write one JSON object for each test instead of the report")
	f.StringVar(&flags.junit, "junit", "", "write the results to `FILE` in JUnit's XML format as well")
	f.BoolVar(&flags.cover, "cover", false, "show which words, branches and lines of the included files the tests came to")
	f.StringVar(&flags.coverHTML, "cover-html", "", "write the coverage to `FILE` as a page with the sources")
	flags.box.add(cmd)
	c.maxMemory(cmd)
	return cmd
}

func (c *CLI) test(paths []string, flags testFlags) error {
	if flags.parallel < 0 {
		return errors.New("--parallel must not be negative")
	}
	limit, err := seconds(flags.timeout)
	if err != nil {
		return err
	}
	files, err := testrunner.Discover(paths)
	if err != nil {
		return err
	}
	policy, err := flags.box.policy()
	if err != nil {
		return err
	}
	if err := c.callsOf(files, policy); err != nil {
		return err
	}
	if c.setting("GOGC") == "" {
		newHeap().run() // many short programs
	}
	opts := testrunner.Options{
		Compile: c.options(), Settings: c.settings(), Environ: c.Getenv,
		Filter: flags.filter, Timeout: limit, Parallel: flags.parallel,
	}
	opts.Compile.Sandbox = policy
	opts.Compile.Cover = flags.cover || flags.coverHTML != ""

	text := testrunner.Text{Out: c.Stdout, Verbose: flags.verbose, Color: c.colorsOn(c.Stdout)}
	lines := testrunner.JSON{Out: c.Stdout}
	var junit testrunner.JUnit
	var coverage testrunner.Coverage
	var sum testrunner.Summary
	sources := slices.Clone(files)
	progress := progress{c: c, all: len(files), on: isTerminal(c.Stderr) && len(files) > 1}
	start := time.Now()
	testrunner.Run(files, opts, progress.show, func(f *testrunner.File) {
		progress.hide()
		sum.Count(f)
		sources = append(sources, f.Sources...)
		c.testProblems(f)
		junit.File(f)
		coverage.Add(f)
		if flags.json {
			lines.File(f)
		} else {
			text.File(f)
		}
		progress.next()
	})
	progress.hide()
	if !flags.json {
		text.End(sum, time.Since(start))
		if flags.cover {
			coverage.Text(c.Stdout)
		}
	}
	if flags.junit != "" {
		err = toFile(flags.junit, sources, junit.Write)
	}
	if flags.coverHTML != "" {
		err = errors.Join(err, toFile(flags.coverHTML, sources, coverage.HTML))
	}
	switch {
	case err != nil:
		return err
	case !sum.Ran():
		fmt.Fprintln(c.Stderr, "No tests found")
		return ExitStatus(statusUsage)
	case !sum.OK():
		return ExitStatus(statusRuntimeError)
	}
	return nil
}

// callsOf hands the command line over if a test calls words without functions: all of it,
// so before the first test has run.
func (c *CLI) callsOf(files []string, policy *seqvm.Policy) error {
	opts := c.options()
	opts.Sandbox = policy
	opts.Library = true
	for _, path := range files {
		prog, _ := compiled(seqvm.File(path), opts)
		if prog == nil {
			continue // it is reported in its turn
		}
		if err := c.calls(prog); err != nil {
			return err
		}
	}
	return nil
}

// testProblems writes what is to be said of a file besides its tests.
func (c *CLI) testProblems(f *testrunner.File) {
	switch {
	case f.Problems.HasErrors() && c.diagnostics == "json":
		c.report(f.Problems)
	case f.Problems.HasErrors():
		fmt.Fprintf(c.Stderr, "Failed to process %s:\n", f.Path)
		c.report(f.Problems)
	case f.OwnMain:
		fmt.Fprintf(c.Stderr, "%s: skipped, has its own main\n", f.Path)
	default:
		c.report(forRun(f.Problems))
	}
}

// toFile writes a file that is none of the sources.
func toFile(path string, sources []string, write func(io.Writer) error) error {
	if err := spare(path, sources); err != nil {
		return err
	}
	f, err := outfile.Create(path, 0o666)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}

// progress is a line on the terminal that says which file runs.
type progress struct {
	c    *CLI
	on   bool
	all  int
	mu   sync.Mutex
	done int
}

func (p *progress) show(path string) {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.c.Stderr, "\r\x1b[K[%d/%d] %s", p.done, p.all, path)
}

func (p *progress) hide() {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.c.Stderr, "\r\x1b[K")
}

func (p *progress) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
}
