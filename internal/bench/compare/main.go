// Command compare measures the programs of the sets of package bench with seqvm and its peers, in turn, each run a process of its
// own, and prints for each program how seqvm did beside each peer, and for each set a summary.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm/internal/bench"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == bench.One {
		return bench.RunOne(args[1:])
	}
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	dir := flags.String("dir", filepath.Join("internal", "bench"), "the `folder` of the sets")
	sets := flags.String("sets", "", "which sets, with commas between their `names`; all without it")
	only := flags.String("only", "", "only programs whose name matches the `expression`")
	runs := flags.Int("n", 5, "how often each program runs")
	turn := flags.Duration("turn", 1500*time.Millisecond, "no more runs of a program when it and its peers have run for this `time`")
	limit := flags.Duration("limit", 20*time.Second, "the longest that a program may take")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: compare [FLAGS] SEQVM")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return errors.New("say which seqvm")
	}
	if *runs < 1 {
		return errors.New("-n must be at least 1")
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	chosen, err := choose(*sets)
	if err != nil {
		return err
	}
	return measure(chosen, bench.Runner{Dir: *dir, Runs: *runs, Turn: *turn, Limit: *limit, Only: pattern, Out: os.Stdout, Note: os.Stderr}, flags.Arg(0))
}

// measure measures sets with the runner, to which it adds the paths.
func measure(sets []bench.Set, runner bench.Runner, seqvm string) error {
	var err error
	if runner.Seqvm, err = filepath.Abs(seqvm); err != nil {
		return err
	}
	if _, err := os.Stat(runner.Seqvm); err != nil {
		return err
	}
	if runner.Self, err = os.Executable(); err != nil {
		return err
	}
	if runner.Work, err = os.MkdirTemp("", "seqvm-compare-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(runner.Work) }()
	for _, s := range sets {
		runner.Measure(s)
	}
	return nil
}

// choose returns the sets of these names, all for none.
func choose(names string) ([]bench.Set, error) {
	all := bench.Sets()
	if names == "" {
		return all, nil
	}
	var chosen []bench.Set
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(all, func(s bench.Set) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no set is called %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
