package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// watchedVariable tells a process that one with --watch has started it for one round.
const watchedVariable = "SEQVM_WATCHED"

// patience is how long a process that was asked to end has.
const patience = 2 * time.Second

// watches tells whether a command is to do its work again and again, in processes that it starts.
func watches(command string) func(*CLI, *cobra.Command) bool {
	return func(c *CLI, cmd *cobra.Command) bool { return !c.watched && given(command, "watch")(c, cmd) }
}

// rounds are the executions of a command line with --watch.
type rounds struct{ *CLI }

// program is 'run --watch'.
func (c rounds) program(path string) error {
	if path == "-" {
		return errors.New("--watch needs a file: stdin does not change")
	}
	return c.watch(func() []string { return []string{path} }, nil)
}

// tests is 'test --watch'.
func (c rounds) tests(paths []string) error {
	if _, err := testrunner.Discover(paths); err != nil {
		return err
	}
	return c.watch(func() []string {
		files, _ := testrunner.Discover(paths)
		return files
	}, paths)
}

// watch executes the command line in a process of its own, and in another one each time that a source changes: a file with the
// ending .seq in the folders below roots, a manifest, or what a program includes. A process that still runs is ended.
func (c rounds) watch(programs func() []string, roots []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(caught)
	go func() {
		s, _ := (<-caught).(syscall.Signal)
		stop(ExitStatus(128 + int(s)))
	}()
	sources := map[string]bool{}
	note := func(paths []string) {
		for _, p := range paths {
			sources[filepath.Clean(p)] = true
		}
	}
	note(c.manifestFiles)
	folders := func() []string {
		for _, p := range programs() {
			note([]string{p})
			note(c.sourcesOf(p))
		}
		var list []string
		for _, p := range roots {
			list = append(list, testrunner.Folders(p)...)
		}
		for p := range sources {
			list = append(list, filepath.Dir(p))
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	relevant := func(path string) bool { return filepath.Ext(path) == ".seq" || sources[filepath.Clean(path)] }
	err = c.Parts.Watch(ctx, folders, relevant, func(ctx context.Context, changed string) {
		if changed != "" {
			fmt.Fprintf(c.Stderr, "--- %s has changed\n", changed)
		}
		c.round(ctx, self)
	})
	var status ExitStatus
	if errors.As(context.Cause(ctx), &status) {
		return status
	}
	return err
}

// round is one execution of the command line.
func (c rounds) round(ctx context.Context, self string) {
	cmd := exec.CommandContext(ctx, self, c.args...)
	cmd.Env = append(os.Environ(), watchedVariable+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, behind(c.Stdout), c.Stderr
	cmd.WaitDelay = patience
	if runtime.GOOS != "windows" { // where a process can only be killed
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
	case err != nil && !errors.As(err, &exit):
		fmt.Fprintf(c.Stderr, "seqvm: %v\n", err)
	default:
		fmt.Fprintf(c.Stderr, "--- ended with status %d; waiting for a change\n", cmd.ProcessState.ExitCode())
	}
}

// sourcesOf are the files that a program consists of, as far as they can be found: of one that does not compile, those
// that it has errors in.
func (c rounds) sourcesOf(path string) []string {
	opts := c.options()
	opts.Library = true
	prog, problems := compiled(seqvm.File(path), opts)
	var list []string
	add := func(s *diag.Source) {
		if s != nil && isFile(s.Name) {
			list = append(list, s.Name)
		}
	}
	for _, d := range problems {
		add(d.Span.Source)
	}
	if prog != nil {
		for _, s := range prog.Sources {
			add(s)
		}
	}
	return list
}
