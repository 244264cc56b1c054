// Package vm executes bytecode: frames, the interpreter loop, strands and
// run-time errors with a trail of Seq calls.
//
// A VM is an instance, not a process: everything it touches of the outside is
// handed to it, and any number of VMs can run side by side. It does not know
// the source language, and the built-in words are a table it is given.
package vm

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/terminal"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Builtin is a built-in word as the machine knows it.
type Builtin struct {
	// In and Out are the kinds of the arguments and results, the deepest first;
	// stack.Nothing stands for any kind.
	In, Out []stack.Kind
	// Run gets the arguments in w[0], w[1], ... (the deepest first), of those kinds, and leaves the
	// results there. w is valid during the call only. nil: the word is compiled to instructions.
	Run func(s *Strand, w []stack.Value) error
}

// Config is the outside of a VM. Zero fields stand for nothing: no input, no
// arguments, output thrown away, the real clock, a random source of its own.
type Config struct {
	// Builtins finds a built-in word by its name; nil for one that there is not. What it returns must
	// not change.
	Builtins func(name string) *Builtin
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Args     []string // Args[0] is the program
	Environ  func(name string) (string, bool)
	Now      func() time.Time
	Random   *rand.Rand
	Settings scheduler.Settings
	// Signals is what the signal words act on; nil: flags that no signal sets.
	Signals *scheduler.Signals
	// Terminal is what the terminal words act on; nil: there is none.
	Terminal *terminal.Terminal
	// PoisonArenas overwrites the string memory of strands that have ended, to
	// prove in tests that nothing uses it any more.
	PoisonArenas bool
	// Trace shows strands as tasks in Go's execution trace, if one is being made.
	Trace bool
	// Columns makes texts of errors give places as FILE:LINE:COLUMN, for hosts whose
	// programs are lines.
	Columns bool
	// LineFlush makes written lines visible at once: stdout is a terminal.
	LineFlush bool
}

// VM runs one program.
type VM struct {
	Out   *Output
	Tests TestLog

	errors *Output // what the program writes to stderr, each line at once

	config Config
	image  atomic.Pointer[image]
	sched  scheduler.Scheduler
	stdin  *bufio.Reader
	inMu   sync.Mutex

	pool    strandPool
	entries []atomic.Uint64 // into each function, if they count
	covered []atomic.Uint64 // by coverage point

	profile *Profile // nil: nobody samples
	session *session // nil: it runs one program

	start      int32        // the function that strand 1 starts with; -1: none
	stackBytes atomic.Int64 // of stacks that have grown
	status     int          // main's Int modulo 256
	abandons   bool         // the end of strand 1 is that of the program
	stopOnce   sync.Once
	stopped    atomic.Bool
	outcome    error // why the VM stopped; set once before stopped

	stateMu sync.Mutex
	state   map[any]io.Closer // of word families

	firstOnce sync.Once
	first     time.Time // when SinceFirst was called first
}

// ExitError says that the program ended by os.exit.
type ExitError struct{ Status int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status) }

// ErrStopped is the outcome of strands that were stopped because another one
// ended the program.
var ErrStopped = errors.New("the program has been stopped")

// New makes a VM for a verified or freshly compiled module.
func New(mod *bytecode.Module, config Config) (*VM, error) {
	img, err := link(mod, config.Builtins)
	if err != nil {
		return nil, err
	}
	return newVM(img, config), nil
}

// Fresh makes a VM for another run of the same program. Its code is linked
// already, so that takes no longer for a large program; Builtins of the config
// do not count. Safe from any goroutine, also while v runs.
func (v *VM) Fresh(config Config) *VM { return newVM(v.image.Load(), config) }

func newVM(img *image, config Config) *VM {
	if config.Stdin == nil {
		config.Stdin = eof{}
	}
	if config.Stdout == nil {
		config.Stdout = io.Discard
	}
	if config.Stderr == nil {
		config.Stderr = io.Discard
	}
	if config.Environ == nil {
		config.Environ = func(string) (string, bool) { return "", false }
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Signals == nil {
		config.Signals = new(scheduler.Signals)
	}
	if config.Terminal == nil {
		config.Terminal = new(terminal.Terminal)
	}
	config.Settings = config.Settings.WithDefaults()
	if config.Settings.YieldInterval > 0 {
		img = img.counted()
	}
	v := &VM{config: config, start: -1}
	v.image.Store(img)
	v.pool.configure(&config.Settings, config.PoisonArenas)
	v.Out = &Output{w: config.Stdout, name: "stdout", lines: config.LineFlush}
	v.errors = &Output{w: config.Stderr, name: "stderr", lines: true}
	v.stdin = bufio.NewReader(config.Stdin)
	if img.counting {
		v.entries = make([]atomic.Uint64, len(img.funcs))
	}
	v.covered = make([]atomic.Uint64, len(img.mod.Cover))
	v.sched.RegistrySize = config.Settings.RegistrySize
	v.sched.OnDeadlock = v.deadlock
	v.sched.OnIdle = v.Out.Flush
	return v
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Run executes main and waits for all strands. The status is main's Int modulo
// 256, or that of os.exit; the error is a *RuntimeError, *InternalError or nil.
// Output written before an error is flushed.
func (v *VM) Run() (status int, err error) {
	main := v.image.Load().mod.Main
	if main < 0 {
		return 0, errors.New("the program has no word 'main'")
	}
	var exit *ExitError
	switch err = v.run(main); {
	case err == nil:
		return v.status, nil
	case errors.As(err, &exit):
		return exit.Status, nil
	}
	return 1, err
}

// RunWord executes a word without inputs, by its function's index, in place of
// main. The program ends with it: strands that it leaves are abandoned. The
// error is that of Run, or an *ExitError if the word ended the program.
func (v *VM) RunWord(function int32) error {
	if function < 0 || int(function) >= len(v.image.Load().mod.Funcs) || v.image.Load().mod.Funcs[function].In != 0 {
		return fmt.Errorf("function %d is no word without inputs", function)
	}
	v.abandons = true
	err := v.run(function)
	if err == errAbandoned {
		return nil
	}
	return err
}

// errAbandoned is the outcome of a program that ended with its first strand.
var errAbandoned = errors.New("the word has ended")

// run executes a function as strand 1 and returns the outcome.
func (v *VM) run(function int32) error {
	s := v.pool.get(v, -1)
	v.start = function
	if err := s.enter(function); err != nil {
		return err
	}
	v.sched.Init()
	defer v.watch()()
	v.sched.Start(&s.Strand, s, nil)
	v.sched.WaitAll()
	failed := v.Out.Seal()
	_ = v.errors.Seal() // nothing waits in it: its errors were those of the words that wrote
	v.closeState()
	var outcome error
	if v.stopped.Load() {
		outcome = v.outcome
	}
	var exit *ExitError
	if failed != nil && (outcome == nil || errors.As(outcome, &exit)) { // else there is an error already
		return &RuntimeError{Reason: failed.Error(), Strand: 1}
	}
	return outcome
}

// State returns what a family of words keeps for this VM, such as open
// sockets; it is made at the first call for a key and closed when the program
// has ended.
func (v *VM) State(key any, make func() io.Closer) io.Closer {
	v.stateMu.Lock()
	defer v.stateMu.Unlock()
	state := v.state[key]
	if state == nil {
		if v.state == nil {
			v.state = map[any]io.Closer{}
		}
		state = make()
		v.state[key] = state
	}
	return state
}

// closeState lets go of what the words have kept.
func (v *VM) closeState() {
	v.stateMu.Lock()
	defer v.stateMu.Unlock()
	for _, state := range v.state {
		_ = state.Close()
	}
}

// Scheduler returns what runs the VM's strands.
func (v *VM) Scheduler() *scheduler.Scheduler { return &v.sched }

// WordCounts returns how often each counting word was entered: the most
// frequent first, equal ones in order of definition. nil if the program was
// compiled without Instrument.
func (v *VM) WordCounts() []scheduler.WordCount {
	var list []scheduler.WordCount
	for i := range v.entries {
		if f := v.image.Load().funcs[i].fn; f.Code[0].Op == bytecode.OpCount {
			list = append(list, scheduler.WordCount{Name: f.Name, Count: v.entries[i].Load()})
		}
	}
	slices.SortStableFunc(list, func(a, b scheduler.WordCount) int { return cmp.Compare(b.Count, a.Count) })
	return list
}

// Coverage returns how often the program came to each point of Module.Cover.
func (v *VM) Coverage() []uint64 {
	counts := make([]uint64, len(v.covered))
	for i := range counts {
		counts[i] = v.covered[i].Load()
	}
	return counts
}

// Report writes the report that the settings ask for to Stderr (chapter 5,
// section 15). The program must have ended.
func (v *VM) Report() {
	v.sched.Report(v.config.Settings.Report, v.WordCounts(), v.config.Stderr)
}

// Dump writes what the VM is doing to Stderr (chapter 5, section 13). Safe from
// any goroutine.
func (v *VM) Dump() {
	v.Out.Flush()
	v.sched.Dump(v.config.Stderr, time.Now(), func(s *scheduler.Strand) string {
		if s, ok := s.Task().(*Strand); ok {
			return s.WaitingIn()
		}
		return ""
	})
}

// watch runs the watchdog, if the settings ask for it, until stop is called.
func (v *VM) watch() (stop func()) {
	if !v.config.Settings.Watchdog.Enabled() {
		return func() {}
	}
	w := scheduler.Watchdog{Config: v.config.Settings.Watchdog, Scheduler: &v.sched, To: v.config.Stderr, Dump: v.Dump,
		Exit: func() { v.Stop(&ExitError{Status: 1}) }}
	w.Announce()
	done := make(chan struct{})
	go w.Watch(done)
	return func() { close(done) }
}

// SinceFirst returns the time since it was called first: then 0.
func (v *VM) SinceFirst() time.Duration {
	now := v.config.Now()
	v.firstOnce.Do(func() { v.first = now })
	return max(now.Sub(v.first), 0)
}

// Config returns what the VM was made with.
func (v *VM) Config() *Config { return &v.config }

// Stop ends the program: running strands stop soon, all others never go on.
// The first outcome counts. Safe from any goroutine.
func (v *VM) Stop(outcome error) {
	v.stopOnce.Do(func() {
		v.outcome = outcome
		v.stopped.Store(true)
		v.sched.Stop()
	})
}

// Stopped tells whether the program was ended by Stop, os.exit or an error.
func (v *VM) Stopped() bool { return v.stopped.Load() }

// deadlock stops the VM with a report of the strands that are left: all wait.
func (v *VM) deadlock() {
	e := &DeadlockError{Total: v.sched.Active()}
	v.sched.Each(func(s *scheduler.Strand) {
		if s, ok := s.Task().(*Strand); ok {
			e.Blocked = append(e.Blocked, s.blocked())
		}
	})
	slices.SortFunc(e.Blocked, func(a, b Blocked) int { return cmp.Compare(a.Strand, b.Strand) })
	v.Stop(e)
}

// ReadLine reads up to and with the next LF; ok is false at the end of input.
// Output is flushed first, so that prompts are seen.
func (s *Strand) ReadLine() (line []byte, ok bool) {
	s.readInput(func(r *bufio.Reader) { line, _ = r.ReadBytes('\n') })
	return line, len(line) > 0
}

// ReadN reads up to n bytes.
func (s *Strand) ReadN(n int) (b []byte) {
	s.readInput(func(r *bufio.Reader) { b, _ = io.ReadAll(io.LimitReader(r, int64(n))) })
	return b
}

// ReadAll reads what is left of the input. The error says why it could not be read
// to its end.
func (s *Strand) ReadAll() (b []byte, err error) {
	s.readInput(func(r *bufio.Reader) { b, err = io.ReadAll(r) })
	return b, err
}

// WriteErrorLine writes text and a line end to stderr. What was written to stdout
// becomes visible first, so that the two keep their order where they go to one place.
func (s *Strand) WriteErrorLine(text string) (err error) {
	s.Blocking(func() {
		s.vm.Out.Flush()
		err = s.vm.errors.WriteString(text, true)
	})
	return err
}

// ReadChar reads a byte; -1 at the end of input.
func (s *Strand) ReadChar() (b int64) {
	s.readInput(func(r *bufio.Reader) { b = nextByte(r) })
	return b
}

// PollChar reads a byte if there is one now, else -1. It never waits, also not
// for a strand that does.
func (s *Strand) PollChar() int64 {
	v := s.vm
	v.Out.Flush()
	if !v.inMu.TryLock() {
		return -1
	}
	defer v.inMu.Unlock()
	if v.stdin.Buffered() == 0 && !v.config.Terminal.Waiting() {
		return -1
	}
	return nextByte(v.stdin)
}

func nextByte(r *bufio.Reader) int64 {
	b, err := r.ReadByte()
	if err != nil {
		return -1
	}
	return int64(b)
}

// RawMode switches raw mode of the terminal. While it is on, SIGINT and SIGTERM
// end the process, whatever the program has set. Safe from any goroutine.
func (v *VM) RawMode(on bool) {
	v.Out.Flush()
	switch signals := v.config.Signals; {
	case on && v.config.Terminal.Raw(true):
		signals.Raw(true)
	case !on && v.config.Terminal.Raw(false):
		signals.Raw(false)
	}
}

func (s *Strand) readInput(read func(*bufio.Reader)) {
	v := s.vm
	v.Out.Flush()
	s.Blocking(func() {
		v.inMu.Lock()
		defer v.inMu.Unlock()
		read(v.stdin)
	})
}

// Output is the buffered standard output of a VM, or its standard error. Each Write is atomic among
// strands. What is written becomes visible at a flush, at the latest after
// flushDelay (chapter 5, section 10).
type Output struct {
	mu    sync.Mutex
	w     io.Writer
	name  string // for messages
	buf   []byte
	lines bool
	timer *time.Timer
	armed bool
	shut  bool
	err   error // the first of writing that is not to be ignored
}

const (
	flushDelay  = 20 * time.Millisecond
	outputLimit = 64 << 10
)

// WriteString writes text and, if newline is set, a line end behind it. The error
// is that of this text or of what was written before it: what has been written may
// wait for a flush.
func (o *Output) WriteString(text string, newline bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut || o.err != nil {
		return o.err
	}
	if len(text) > outputLimit {
		o.flush()
		o.write([]byte(text))
	} else {
		o.buf = append(o.buf, text...)
	}
	if newline {
		o.buf = append(o.buf, '\n')
	}
	switch {
	case len(o.buf) >= outputLimit, o.lines && newline:
		o.flush()
	case !o.armed && len(o.buf) > 0:
		o.armed = true
		if o.timer == nil {
			o.timer = time.AfterFunc(flushDelay, o.Flush)
		} else {
			o.timer.Reset(flushDelay)
		}
	}
	return o.err
}

// Flush makes everything visible that was written.
func (o *Output) Flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.armed = false
}

// Err returns the first error of writing that what has been flushed met.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// Seal flushes and ends the output: what strands write that have not yet seen
// that the program is over is dropped. The error is the first of all writing.
func (o *Output) Seal() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.shut = true
	if o.timer != nil {
		o.timer.Stop()
	}
	return o.err
}

func (o *Output) flush() {
	if len(o.buf) > 0 {
		o.write(o.buf)
		o.buf = o.buf[:0]
	}
}

// write writes all of b or notes why not. That nobody reads, or that there is no
// stdout, is no error (chapter 6, section 2); for the former Go itself ends the
// process by SIGPIPE, unless the program takes that signal.
func (o *Output) write(b []byte) {
	for len(b) > 0 {
		n, err := o.w.Write(b)
		switch {
		case err == nil, os.IsTimeout(err):
			b = b[n:]
			continue
		case o.err == nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EBADF):
			o.err = o.failure(err)
		}
		return
	}
}

// failure is the error of a word that writes, or of the program's end.
func (o *Output) failure(err error) error {
	var named *os.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return Fail("cannot write to %s: %v", o.name, err)
}

// TestLog is the state of the test words (chapter 6, section 13). The zero
// value is ready; safe for concurrent use.
type TestLog struct {
	sync.Mutex
	Title    string
	Entitled bool     // the program has given a title, if only an empty one
	Passed   int64    // all assertions that held
	Failures []string // all that did not

	// Of Passed and Failures those before the last test.init, which its counts
	// and reports leave out.
	EarlierPassed   int64
	EarlierFailures int

	// Collects is set by a test runner, which reports itself: test.finish writes
	// nothing.
	Collects bool
}

// Entitle sets the title.
func (t *TestLog) Entitle(title string) { t.Title, t.Entitled = title, true }

// Since returns the assertions that have held, and the failures, since the last
// test.init.
func (t *TestLog) Since() (passed int64, failures []string) {
	return t.Passed - t.EarlierPassed, t.Failures[t.EarlierFailures:]
}
