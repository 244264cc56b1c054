package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// testFlags are the flags of 'seqvm test'.
type testFlags struct {
	filter    string
	verbose   bool
	timeout   float64
	parallel  int
	inside    int
	shuffle   string
	seed      uint64
	update    bool
	watch     bool
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
			if flags.watch && !c.watched {
				return rounds{c}.tests(args)
			}
			return c.test(args, flags)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.filter, "filter", "f", "", "run only tests whose name contains `TEXT`")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show how long each test took")
	f.Float64Var(&flags.timeout, "timeout", 60, "stop each test after so many `SECONDS`; 0: never")
	f.IntVarP(&flags.parallel, "parallel", "p", 0, "run `N` files at a time (default: one for each processor)")
	f.IntVar(&flags.inside, "parallel-tests", 1, "run `N` tests of each file at a time")
	f.StringVar(&flags.shuffle, "shuffle", "", "run files and tests in the order of a `SEED`, a number or 'random', which the report names")
	f.Uint64Var(&flags.seed, "seed", 0, "the `SEED` of the values that properties draw (default: another one each time)")
	f.BoolVar(&flags.update, "update", false, "write the snapshots that are missing or differ")
	f.BoolVar(&flags.watch, "watch", false, "run the tests again whenever a file changes")
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
	if flags.inside < 1 {
		return errors.New("--parallel-tests must be at least 1")
	}
	shuffle, err := flags.order()
	if err != nil {
		return err
	}
	if flags.seed == 0 {
		flags.seed = newSeed()
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
		Compile: c.options(), Settings: c.settings(), NoNative: c.noNative, Environ: c.Getenv,
		Filter: flags.filter, Timeout: limit, Parallel: flags.parallel, Inside: flags.inside,
		Shuffle: shuffle, Seed: flags.seed, Update: flags.update,
	}
	opts.Compile.Sandbox = policy
	opts.Compile.Cover = flags.cover || flags.coverHTML != ""

	text := testrunner.Text{Out: c.Stdout, Verbose: flags.verbose, Color: c.colorsOn(c.Stdout)}
	lines := testrunner.JSON{Out: c.Stdout}
	var junit testrunner.JUnit
	var coverage testrunner.Coverage
	var sum testrunner.Summary
	sources := slices.Clone(files)
	progress := progress{c: c, all: len(files), on: isTerminal(c.Stderr), now: map[string]bool{}}
	opts.Started, opts.Ended = progress.started, progress.ended
	if shuffle != nil && !flags.json {
		fmt.Fprintf(c.Stdout, "Shuffled with the seed %d\n", *shuffle)
	}
	start := time.Now()
	testrunner.Run(files, opts, func(f *testrunner.File) {
		progress.hide()
		sum.Count(f)
		sources = append(sources, f.Sources...)
		c.testProblems(f)
		for _, path := range f.Written {
			fmt.Fprintf(c.Stderr, "%s: written\n", path)
		}
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

// order is the seed of the order that is asked for; nil: none is.
func (f *testFlags) order() (*uint64, error) {
	switch f.shuffle {
	case "":
		return nil, nil
	case "random":
		seed := newSeed()
		return &seed, nil
	}
	seed, err := strconv.ParseUint(f.shuffle, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("--shuffle must be a number that is not negative, or 'random', not %q", f.shuffle)
	}
	return &seed, nil
}

// newSeed is a seed that is easily typed. It is not 0, which asks for one.
func newSeed() uint64 { return rand.Uint64N(1e9) + 1 }

// testProblems writes what is to be said of a file besides its tests. The errors of one that does not compile are in the
// report.
func (c *CLI) testProblems(f *testrunner.File) {
	switch {
	case f.Problems.HasErrors() && c.diagnostics == "json":
		c.report(f.Problems)
	case f.Problems.HasErrors():
		fmt.Fprintf(c.Stderr, "Failed to process %s: it does not compile\n", f.Path)
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

// progress is a line on the terminal that says which tests run.
type progress struct {
	c    *CLI
	on   bool
	all  int
	mu   sync.Mutex
	done int             // files
	now  map[string]bool // the tests that run, as FILE::NAME
}

func (p *progress) started(path, test string) { p.change(path+"::"+test, true) }

func (p *progress) ended(path, test string) { p.change(path+"::"+test, false) }

// change notes that a test runs, or runs no more, and shows one of those that do: the first by name, so that the line does not flicker.
func (p *progress) change(test string, runs bool) {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if runs {
		p.now[test] = true
	} else {
		delete(p.now, test)
	}
	if len(p.now) == 0 {
		return
	}
	shown := fmt.Sprintf("[%d/%d] %s", p.done, p.all, visible.Text(slices.Min(slices.Collect(maps.Keys(p.now)))))
	if others := len(p.now) - 1; others > 0 {
		shown += fmt.Sprintf(" and %d more", others)
	}
	fmt.Fprint(p.c.Stderr, "\r\x1b[K"+p.fitting(shown))
}

// fitting cuts a line to the width of the terminal: a longer one could not be taken back.
func (p *progress) fitting(line string) string {
	if f, ok := p.c.Stderr.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 1 {
			if runes := []rune(line); len(runes) >= width {
				return string(runes[:width-1])
			}
		}
	}
	return line
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
