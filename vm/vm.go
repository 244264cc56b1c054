// Package vm executes bytecode: frames, the interpreter loop, strands and
// run-time errors with a trail of Seq calls.
//
// A VM is an instance, not a process: everything it touches of the outside is
// handed to it, and any number of VMs can run side by side. It does not know
// the source language, and the built-in words are a table it is given.
package vm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/console"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/host/signals"
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
	// TakesStack: Run gets all values of the stack and leaves none.
	TakesStack bool
	// Still: Run neither waits nor looks at what calls are open. Machine code calls such words without frames.
	Still bool
	// Now is Run where it neither waits nor looks at what calls are open; false, with nothing done, where it would. Machine code calls it without frames. nil: see Still.
	Now func(s *Strand, w []stack.Value) bool
	// Copying is the word that stands in place of this one, which moves parts out of containers, where nobody vouches for
	// that (bytecode.Module.Linear); "": itself.
	Copying string
	// Needs is what the word reaches of the outside.
	Needs sandbox.Need
}

// refusing returns the word as one that fails with a reason.
func (b *Builtin) refusing(why string) *Builtin {
	fails := Fail("not allowed: %s", why)
	return &Builtin{In: b.In, Out: b.Out, Run: func(*Strand, []stack.Value) error { return fails }}
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
	Settings settings.Settings // the limits among them
	Budget   Budget            // of all that the program does
	// Sandbox says what the words may reach of files, network, environment and process (docs/security.md); nil: everything.
	Sandbox *sandbox.Policy
	// Signals is what the signal words act on; nil: flags that no signal sets.
	Signals *signals.Table
	// Terminal is what the terminal words act on; nil: there is none.
	Terminal *terminal.Terminal
	// PoisonArenas overwrites the string memory of strands that have ended, to
	// prove in tests that nothing uses it any more.
	PoisonArenas bool
	// Trace shows strands as tasks in Go's execution trace, if one is being made.
	Trace bool
	// NoNative is told, on any goroutine, why there can be no machine code (ErrNoNative, or what the system refuses) when
	// Settings.Native asks for it: at once, or when something has run for long. nil: nobody wants to know.
	NoNative func(why error)
	// Timeline collects what strands do; nil: nobody wants to know.
	Timeline *Timeline
	// Debugger is told what the program does; nil: nobody debugs it.
	Debugger *Debugger
	// Columns makes texts of errors give places as FILE:LINE:COLUMN, for hosts whose
	// programs are lines.
	Columns bool
	// LineFlush makes written lines visible at once: stdout is a terminal.
	LineFlush bool
}

// VM runs one program.
type VM struct {
	// Console is the input and output of the program.
	Console *console.Console

	config Config
	image  atomic.Pointer[image]
	sched  scheduler.Scheduler

	pool    strandPool
	entries []atomic.Uint64 // into each function, if they count
	covered []atomic.Uint64 // by coverage point

	profile *Profile // nil: nobody samples
	session *session // nil: it runs one program

	start      int32 // the function that strand 1 starts with; -1: none
	status     int   // main's Int modulo 256
	abandons   bool  // the end of strand 1 is that of the program
	stopOnce   sync.Once
	stopped    atomic.Bool
	outcome    error // why the VM stopped; set once before stopped
	allowance  allowance
	counts     bool // reductions, or tail calls for SEQ_YIELD_INTERVAL
	restless   bool // each instruction that may give way before it is executed does, for tests
	retries    atomic.Int64
	context    context.Context
	endContext context.CancelCauseFunc
	pressure   pressure

	tasks sync.Map // of *task that have not ended, by their channels
	names names
	known knownErrors

	stateMu sync.Mutex
	state   map[any]any // of word families
}

// ExitError says that the program ended by os.exit.
type ExitError struct{ Status int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status) }

// ErrStopped is the outcome of strands that were stopped because another one
// ended the program.
var ErrStopped = errors.New("the program has been stopped")

// New makes a VM for a verified or freshly compiled module.
func New(mod *bytecode.Module, config Config) (*VM, error) {
	img, err := link(mod, config.words())
	if err != nil {
		return nil, err
	}
	return newVM(img, config), nil
}

// words finds a built-in word for a program. One that the sandbox gives nothing of what it needs fails when it is called.
func (c *Config) words() func(name string) *Builtin {
	if c.Sandbox == nil || c.Builtins == nil {
		return c.Builtins
	}
	find, policy := c.Builtins, c.Sandbox
	return func(name string) *Builtin {
		b := find(name)
		if b == nil {
			return nil
		}
		if why := policy.Refusal(b.Needs); why != "" {
			return b.refusing(why)
		}
		return b
	}
}

// Fresh makes a VM for another run of the same program. Its code is linked
// already, so that takes no longer for a large program; Builtins and Sandbox of the config
// do not count: they are those of v. Safe from any goroutine, also while v runs.
func (v *VM) Fresh(config Config) *VM {
	config.Sandbox = v.config.Sandbox
	return newVM(v.image.Load(), config)
}

func newVM(img *image, config Config) *VM {
	if config.Stderr == nil {
		config.Stderr = io.Discard
	}
	if config.Environ == nil {
		config.Environ = func(string) (string, bool) { return "", false }
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Settings = config.Settings.WithDefaults()
	if config.Settings.YieldInterval > 0 {
		img = img.in(countedForm)
	}
	img = img.withNative(&config, config.Budget.Reductions > 0)
	v := &VM{config: config, start: -1}
	v.context, v.endContext = context.WithCancelCause(context.Background())
	v.image.Store(img)
	v.setBudget(config.Budget)
	v.pool.configure(&config.Settings, config.PoisonArenas)
	v.Console = console.New(console.Config{Stdin: config.Stdin, Stdout: config.Stdout, Stderr: config.Stderr, LineFlush: config.LineFlush, Terminal: config.Terminal, Signals: config.Signals})
	if img.counting {
		v.entries = make([]atomic.Uint64, len(img.funcs))
	}
	v.covered = make([]atomic.Uint64, len(img.mod.Cover))
	v.sched.RegistrySize = config.Settings.RegistrySize
	v.sched.OnDeadlock = v.deadlock
	v.sched.OnIdle = v.Console.Flush
	v.sched.Steady = config.Debugger != nil
	return v
}

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
	defer v.holdMemory()()
	endWatch, endHot := v.watchTime(&v.allowance, nil), v.watchHot()
	v.sched.Start(&s.Strand, s, nil)
	v.sched.WaitAll()
	endWatch()
	endHot()
	failed := v.Console.Seal()
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

// State returns what a family of words keeps for this VM, such as open sockets; it is
// made at the first call for a key. What is an io.Closer is closed when the program
// has ended.
func (v *VM) State(key any, make func() any) any {
	v.stateMu.Lock()
	defer v.stateMu.Unlock()
	state := v.state[key]
	if state == nil {
		if v.state == nil {
			v.state = map[any]any{}
		}
		state = make()
		v.state[key] = state
	}
	return state
}

// closeState lets go of what the words have kept.
func (v *VM) closeState() {
	v.endContext(ErrStopped)
	v.stateMu.Lock()
	defer v.stateMu.Unlock()
	for _, state := range v.state {
		if c, ok := state.(io.Closer); ok {
			_ = c.Close()
		}
	}
}

// Scheduler returns what runs the VM's strands.
func (v *VM) Scheduler() *scheduler.Scheduler { return &v.sched }

// WordCounts gives how often each counting word was entered: the most frequent
// first, equal ones in order of definition. nil if the program was compiled without
// Instrument.
func (v *VM) WordCounts() iter.Seq2[string, uint64] {
	if !v.image.Load().counting {
		return nil
	}
	funcs := v.image.Load().funcs
	var order []int
	counts := make([]uint64, len(v.entries))
	for i := range v.entries {
		if funcs[i].fn.Code[0].Op == bytecode.OpCount {
			order, counts[i] = append(order, i), v.entries[i].Load()
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	return func(yield func(string, uint64) bool) {
		for _, i := range order {
			if !yield(funcs[i].fn.Name, counts[i]) {
				return
			}
		}
	}
}

// Coverage returns how often the program came to each point of Module.Cover.
func (v *VM) Coverage() []uint64 {
	counts := make([]uint64, len(v.covered))
	for i := range counts {
		counts[i] = v.covered[i].Load()
	}
	return counts
}

// WaitingIn says of strands, whose ids are the keys, what they wait in and where, such
// as " in chan.receive at x.seq:3"; of those that run nothing. Safe from any goroutine.
func (v *VM) WaitingIn(notes map[int64]string) {
	v.sched.Each(func(each *scheduler.Strand) {
		if _, wanted := notes[each.ID()]; wanted {
			if s, ok := each.Task().(*Strand); ok {
				notes[each.ID()] = s.scene().waitingIn()
			}
		}
	})
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
		v.endContext(ErrStopped)
	})
}

// Stopped tells whether the program was ended by Stop, os.exit or an error.
func (v *VM) Stopped() bool { return v.stopped.Load() }

// deadlock stops the VM with a report of the strands that are left: all wait.
func (v *VM) deadlock() {
	if d := v.config.Debugger; d != nil && d.Deadlock != nil {
		d.turns.lock(nil)
		d.Deadlock()
		d.turns.unlock()
	}
	e := &DeadlockError{Total: v.sched.Active()}
	v.sched.Each(func(s *scheduler.Strand) {
		if s, ok := s.Task().(*Strand); ok {
			e.Blocked = append(e.Blocked, s.scene().blocked())
		}
	})
	slices.SortFunc(e.Blocked, func(a, b Blocked) int { return cmp.Compare(a.Strand, b.Strand) })
	v.Stop(e)
}
