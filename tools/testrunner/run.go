// Package testrunner finds tests, runs them and reports (chapter 8, section 3).
//
// A test is a word; each runs in a VM of its own, so whatever one does ends that
// test only. The package prints nothing but through its reports, and knows no
// flags.
package testrunner

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

// Options says which tests to run and how.
type Options struct {
	Compile  seqvm.Options
	Settings seqvm.Settings
	NoNative func(why error)                  // is told why there can be no machine code (seqvm.Config); nil: nobody wants to know
	Environ  func(name string) (string, bool) // of the tests; nil: empty
	Filter   string                           // only words whose name has this in it
	Timeout  time.Duration                    // for each test; 0: none
	Parallel int                              // files at a time; 0: one for each processor
	Inside   int                              // tests of one file at a time; 0: one
	Shuffle  *uint64                          // the seed of the order of files and tests; nil: that of their names
	Seed     uint64                           // of the values that properties draw
	Update   bool                             // write the snapshots that are missing or differ

	// Started is called when a test is about to run, from any goroutine, and Ended when it has; nil: nobody
	// wants to know.
	Started, Ended func(path, test string)
}

// File is a test file with what came out of it.
type File struct {
	Path     string
	Problems diag.List // of the compiler; with an error nothing was run
	Sources  []string  // of the program: the file and what it includes; nil if it does not compile
	OwnMain  bool      // it is a program, not a test file
	Tests    []Test    // in byte order of their names, or shuffled
	Skipped  []Skip    // in byte order of their names
	Written  []string  // snapshots that Update has written

	mu       sync.Mutex // guards what tests that run side by side add
	coverage *Coverage  // of its tests; nil if it was not asked for
}

// Test is a test that was run.
type Test struct {
	Name     string
	Elapsed  time.Duration
	Failures []string // of assertions, as lines of a report
	Ended    string   // how the test ended, if not by its last word
	Output   string   // what it wrote, to stdout and stderr
}

// Passed tells whether the test passed.
func (t *Test) Passed() bool { return len(t.Failures) == 0 && t.Ended == "" }

// Skip is a word with the name of a test that is none.
type Skip struct {
	Name   string
	Effect string
}

// Run runs the tests of files and hands each file to done, in the order of the
// list or, with Shuffle, of the seed, as soon as it and those before it are finished.
func Run(files []string, opts Options, done func(*File)) {
	if opts.Started == nil {
		opts.Started = func(string, string) {}
	}
	if opts.Ended == nil {
		opts.Ended = func(string, string) {}
	}
	if opts.Shuffle != nil {
		files = slices.Clone(files)
		shuffle(files, *opts.Shuffle, "")
	}
	workers := opts.Parallel
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	results := make([]chan *File, len(files))
	for i := range results {
		results[i] = make(chan *File, 1)
	}
	next := make(chan int)
	var all sync.WaitGroup
	for range min(workers, len(files)) {
		all.Go(func() {
			for i := range next {
				results[i] <- opts.file(files[i])
			}
		})
	}
	go func() {
		for i := range files {
			next <- i
		}
		close(next)
	}()
	for _, r := range results {
		done(<-r)
	}
	all.Wait()
}

// shuffle brings a list into the order of a seed, which is another one for each name.
func shuffle[T any](list []T, seed uint64, name string) {
	mixed := fnv.New64a()
	_, _ = mixed.Write([]byte(name)) // which cannot fail
	random := rand.New(rand.NewPCG(seed, mixed.Sum64()))
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// file compiles a file and runs its tests.
func (o *Options) file(path string) *File {
	f := &File{Path: path}
	opts := o.Compile
	opts.Library = true
	prog, err := seqvm.Compile(seqvm.File(path), opts)
	var refused *seqvm.CompileError
	if errors.As(err, &refused) {
		f.Problems = refused.Problems
		return f
	}
	for _, s := range prog.Sources {
		f.Sources = append(f.Sources, s.Name)
	}
	if main := prog.Module.Main; main >= 0 && prog.Module.Funcs[main].File == mainFile {
		f.OwnMain = true
		return f
	}
	if opts.Cover {
		f.coverage = newCoverage(prog)
	}
	loaded, err := prog.VM(seqvm.Config{}) // linked once for all tests
	words := o.words(prog.Module, f)
	f.Tests = make([]Test, len(words))
	var all sync.WaitGroup
	free := make(chan struct{}, max(o.Inside, 1))
	for i, word := range words {
		t := &f.Tests[i]
		t.Name = prog.Module.Funcs[word].Name
		if err != nil {
			t.Ended = err.Error()
			continue
		}
		free <- struct{}{}
		all.Go(func() {
			o.Started(path, t.Name)
			o.test(t, prog, loaded, word, f)
			o.Ended(path, t.Name)
			<-free
		})
	}
	all.Wait()
	return f
}

// mainFile is the index of a program's own file.
const mainFile = 0

// words returns the functions of the tests of a file in the order of their
// names, and notes the words that only have the name of one.
func (o *Options) words(m *bytecode.Module, f *File) []int32 {
	var tests []int32
	for i := range m.Funcs {
		w := &m.Funcs[i]
		switch {
		case !w.Word || w.File != mainFile || !strings.HasPrefix(w.Name, testPrefix) || !strings.Contains(w.Name, o.Filter):
		case w.In == 0 && w.Out == 0 && !strings.Contains(w.Effect, " | "):
			tests = append(tests, int32(i))
		default:
			f.Skipped = append(f.Skipped, Skip{Name: w.Name, Effect: w.Effect})
		}
	}
	slices.SortFunc(tests, func(a, b int32) int { return strings.Compare(m.Funcs[a].Name, m.Funcs[b].Name) })
	if o.Shuffle != nil {
		shuffle(tests, *o.Shuffle, f.Path)
	}
	slices.SortFunc(f.Skipped, func(a, b Skip) int { return strings.Compare(a.Name, b.Name) })
	return tests
}

// test runs a word of a program, which is loaded, as a test.
func (o *Options) test(t *Test, prog *seqvm.Program, loaded *vm.VM, word int32, f *File) {
	var written capture
	v := loaded.Fresh(seqvm.Config{Stdout: &written, Stderr: &written, Args: []string{f.Path}, Environ: o.Environ, Settings: o.Settings, NoNative: o.NoNative, Budget: vm.Budget{Time: o.Timeout}})
	log := builtins.Tests(v)
	log.Entitle(t.Name)
	log.Collects, log.Seed = true, o.Seed
	log.Snapshots = func(name, text string) (kept, problem string) { return o.snapshot(f, name, text) }
	defer seqvm.Diagnostics(v).Watch(o.Settings.Watchdog)()
	start := time.Now()
	err := v.RunWord(word)
	t.Elapsed = time.Since(start)

	var exit *vm.ExitError
	var limit *vm.LimitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		t.Ended = fmt.Sprintf("the test ended the process: os.exit with status %d", exit.Status)
	case errors.As(err, &limit):
		t.Ended = o.stopped(limit.At)
	default:
		var text strings.Builder
		_ = prog.Render(diag.Renderer{Out: &text}, err)
		t.Ended = strings.TrimSuffix(strings.TrimPrefix(text.String(), "seq: "), "\n")
	}
	log.Lock()
	t.Failures = slices.Clone(log.Failures)
	log.Unlock()
	t.Output = written.String()
	if f.coverage != nil {
		f.mu.Lock()
		f.coverage.count(v.Coverage())
		f.mu.Unlock()
	}
}

// stopped tells that a test reached its timeout, and in which word and where it was.
func (o *Options) stopped(at *vm.RuntimeError) string {
	lines := []string{fmt.Sprintf("the test was stopped: it ran for more than %v", o.Timeout)}
	if at.Word != "" {
		lines = append(lines, "  in "+visible.Text(at.Word))
	}
	if calls := at.Calls(); calls != "" {
		lines = append(lines, calls)
	}
	return strings.Join(lines, "\n")
}

// capture keeps what a test writes, up to a limit.
type capture struct {
	mu      sync.Mutex
	kept    bytes.Buffer
	dropped int
}

// captureLimit is how many bytes of a test's output are kept.
const captureLimit = 1 << 20

func (c *capture) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(b), captureLimit-c.kept.Len())
	c.kept.Write(b[:n])
	c.dropped += len(b) - n
	return len(b), nil
}

func (c *capture) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped == 0 {
		return c.kept.String()
	}
	return fmt.Sprintf("%s\n... and %d bytes more", c.kept.String(), c.dropped)
}
