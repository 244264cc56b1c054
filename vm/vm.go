// Package vm executes bytecode: frames, the interpreter loop, strands and
// run-time errors with a trail of Seq calls.
//
// A VM is an instance, not a process: everything it touches of the outside is
// handed to it, and any number of VMs can run side by side. It does not know
// the source language, and the built-in words are a table it is given.
package vm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Builtin is a built-in word that is a Go function: the one place where name,
// stack effect, description and meaning of the word are declared.
type Builtin struct {
	Name   string
	Effect string // such as "( ..a Int Int -- ..a Int )"
	Doc    string // one sentence
	// In and Out are the kinds of the arguments and results, the deepest first;
	// Nothing stands for any kind. They say what Effect says.
	In, Out []stack.Kind
	// Run gets the arguments in w[0], w[1], ... (the deepest first), of the kinds
	// of In, and leaves the results there. w is valid during the
	// call only. nil: the word is compiled to instructions.
	Run func(s *Strand, w []stack.Value) error
}

// Config is the outside of a VM. Zero fields stand for nothing: no input, no
// arguments, output thrown away, the real clock, a random source of its own.
type Config struct {
	Builtins []Builtin
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Args     []string // Args[0] is the program
	Environ  func(name string) (string, bool)
	Now      func() time.Time
	Random   *rand.Rand
	Limits   Limits
	// LineFlush makes written lines visible at once: stdout is a terminal.
	LineFlush bool
}

// Limits bounds what a program can use up.
type Limits struct {
	// StackBytes bounds the data stack and the frames of one strand; 0 means
	// DefaultStackBytes.
	StackBytes int64
	// AllStackBytes bounds those of all strands together; 0 means no bound.
	AllStackBytes int64
	// YieldInterval makes a strand yield every so many counted tail calls; 0
	// means never (chapter 5, section 11.6).
	YieldInterval uint64
}

// DefaultStackBytes is the default of SEQ_STACK_MAX (chapter 5, section 16).
const DefaultStackBytes = 1 << 30

// VM runs one program.
type VM struct {
	Out   *Output
	Tests TestLog

	config Config
	image  *image
	sched  scheduler.Scheduler
	stdin  *bufio.Reader
	inMu   sync.Mutex

	stackBytes atomic.Int64
	stopOnce   sync.Once
	stop       chan struct{}
	stopped    atomic.Bool
	outcome    error // why the VM stopped; set once before stop is closed

	firstOnce sync.Once
	first     time.Time // when SinceFirst was called first

	strandsMu sync.Mutex
	strands   map[*Strand]struct{} // running ones, to interrupt them
}

// ExitError says that the program ended by os.exit.
type ExitError struct{ Status int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status) }

// ErrStopped is the outcome of strands that were stopped because another one
// ended the program.
var ErrStopped = errors.New("the program has been stopped")

// New makes a VM for a verified or freshly compiled module.
func New(mod *bytecode.Module, config Config) (*VM, error) {
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
	if config.Limits.StackBytes <= 0 {
		config.Limits.StackBytes = DefaultStackBytes
	}
	v := &VM{config: config, stop: make(chan struct{}), strands: map[*Strand]struct{}{}}
	v.Out = &Output{w: config.Stdout, lines: config.LineFlush}
	v.stdin = bufio.NewReader(config.Stdin)
	img, err := link(mod, config.Builtins)
	if err != nil {
		return nil, err
	}
	v.image = img
	v.sched.OnDeadlock = v.deadlock
	return v, nil
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Run executes main and waits for all strands. The status is main's Int modulo
// 256, or that of os.exit; the error is a *RuntimeError, *InternalError or nil.
// Output written before an error is flushed.
func (v *VM) Run() (status int, err error) {
	main := v.image.mod.Main
	if main < 0 {
		return 0, errors.New("the program has no word 'main'")
	}
	v.sched.Spawn(func(id int64) {
		s := v.newStrand(id)
		s.enter(main, nil)
		v.execute(s)
		if v.image.mod.MainInt && !v.stopped.Load() {
			status = s.exitStatus()
		}
	})
	v.sched.WaitAll()
	v.Out.Flush()
	switch e := v.outcome.(type) {
	case nil:
		return status, nil
	case *ExitError:
		return e.Status, nil
	default:
		return 1, e
	}
}

// Counters returns the lifecycle counters of the strands.
func (v *VM) Counters() scheduler.Counters { return v.sched.Counters() }

// SinceFirst returns the time since it was called first: then 0.
func (v *VM) SinceFirst() time.Duration {
	now := v.config.Now()
	v.firstOnce.Do(func() { v.first = now })
	return max(now.Sub(v.first), 0)
}

// Config returns what the VM was made with.
func (v *VM) Config() *Config { return &v.config }

// Stop ends the program: running strands stop soon, blocked ones at once. The
// first outcome counts. Safe from any goroutine.
func (v *VM) Stop(outcome error) {
	v.stopOnce.Do(func() {
		v.outcome = outcome
		v.stopped.Store(true)
		close(v.stop)
		v.strandsMu.Lock()
		for s := range v.strands {
			s.limit.Store(0)
		}
		v.strandsMu.Unlock()
	})
}

// execute runs a strand to its end and turns what ends it into the outcome.
func (v *VM) execute(s *Strand) {
	v.strandsMu.Lock()
	v.strands[s] = struct{}{}
	v.strandsMu.Unlock()
	if v.stopped.Load() {
		s.limit.Store(0)
	}
	err := s.guarded()
	v.strandsMu.Lock()
	delete(v.strands, s)
	v.strandsMu.Unlock()
	if err != nil && err != ErrStopped {
		v.Stop(err)
	}
	v.stackBytes.Add(-s.reserved)
	s.arena.Reset()
}

func (v *VM) deadlock(blocked []scheduler.Blocked) {
	v.Stop(&DeadlockError{Blocked: blocked})
}

// ReadLine reads up to and with the next LF; ok is false at the end of input.
// Output is flushed first, so that prompts are seen.
func (v *VM) ReadLine() (line []byte, ok bool) {
	v.Out.Flush()
	v.inMu.Lock()
	defer v.inMu.Unlock()
	line, _ = v.stdin.ReadBytes('\n')
	return line, len(line) > 0
}

// ReadN reads up to n bytes.
func (v *VM) ReadN(n int) []byte {
	v.Out.Flush()
	v.inMu.Lock()
	defer v.inMu.Unlock()
	b, _ := io.ReadAll(io.LimitReader(v.stdin, int64(n)))
	return b
}

// Output is the buffered standard output of a VM. Each Write is atomic among
// strands. What is written becomes visible at a flush, at the latest after
// flushDelay (chapter 5, section 10).
type Output struct {
	mu    sync.Mutex
	w     io.Writer
	buf   []byte
	lines bool
	timer *time.Timer
	armed bool
}

const (
	flushDelay  = 20 * time.Millisecond
	outputLimit = 64 << 10
)

// WriteString writes text and, if newline is set, a line end behind it.
func (o *Output) WriteString(text string, newline bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
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
}

// Flush makes everything visible that was written.
func (o *Output) Flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.armed = false
}

func (o *Output) flush() {
	if len(o.buf) > 0 {
		o.write(o.buf)
		o.buf = o.buf[:0]
	}
}

// write ignores errors: that is what chapter 6, section 2 demands. Go itself
// ends the process by SIGPIPE when stdout is a closed pipe.
func (o *Output) write(b []byte) {
	for len(b) > 0 {
		n, err := o.w.Write(b)
		if err != nil && !os.IsTimeout(err) {
			return
		}
		b = b[n:]
	}
}

// TestLog is the state of the test words (chapter 6, section 13). The zero
// value is ready; safe for concurrent use.
type TestLog struct {
	sync.Mutex
	Title    string
	Passed   int64
	Failures []string
}
