// Package debugger stops programs and shows what there is to see: breakpoints on lines and words, with conditions, counts and
// messages; stops at errors, at the start of strands and at deadlocks; steps over words, into them, out of them, and back through
// what was recorded; the stacks, calls, strands and channels; expressions on a copy of the stack.
//
// It knows neither terminals nor protocols. Session is the engine; who shows it is a function that is called at each stop and
// says how to go on. Programs run the code that 'run' has in all words from which no breakpoint can be reached, and where a stop is
// possible code in which a stop is an instruction in place of another one: nothing is looked at on the way.
package debugger

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

// Errors says which errors the program stops at.
type Errors uint8

// The choices.
const (
	Uncaught  Errors = iota // those that no part of the program gets
	AllErrors               // those as well that a try or who waits for the strand gets
	NoErrors
)

// Way is how a program goes on behind a stop.
type Way uint8

// The ways.
const (
	Continue Way = iota // to the next breakpoint
	Into                // to the next statement, in whatever word
	Over                // to the next statement of this call, or of what called it
	Line                // as Over, on another line
	Out                 // to what called it
	Quit                // the program is ended
)

// Options is what a session is made with.
type Options struct {
	Program *seqvm.Debuggable
	Config  vm.Config // Debugger is set by the session; there is no machine code
	// Stopped is called at each stop, on a goroutine of the machine, while all strands stand. It says how to go on.
	Stopped func(*Stop) Way
	// Log gets the messages of log points; nil: nobody.
	Log io.Writer
	// Entry stops at the first statement.
	Entry bool
}

// Session is a run of a program that is debugged. Its methods may be called while the program stands: in Options.Stopped, before Run, and
// in the function that Standing gets.
type Session struct {
	opts Options
	prog *seqvm.Debuggable
	mod  *bytecode.Module
	vm   *vm.VM

	Errors Errors
	// Strands stops at the first statement of each strand that starts.
	Strands bool

	breakpoints []*Breakpoint
	last        int // the number of the last breakpoint
	places      map[place][]*Breakpoint
	armed       map[place]bool
	quick       quickCode

	step     step
	begun    map[int64]bool // strands that have started, if Strands
	fresh    map[int64]bool // those of them that have not come to a statement
	record   *record
	evaluate *evaluator
	words    []word
	run      []int32 // by word: the function whose code is run
	quit     bool
	pausing  atomic.Bool // somebody waits for a stop

	mu      sync.Mutex
	running bool // Run was called
}

// place is an instruction at which the program can stop.
type place struct {
	function int32
	pc       int
}

// step is what the program does until the next stop.
type step struct {
	way      Way
	strand   int64 // 0: any
	depth    int
	function int32
	pc, line int
}

// ErrQuit is the error of a program that was ended by who debugs it.
var ErrQuit = errors.New("the program was ended by the debugger")

// New makes a session. The program has not begun.
func New(o Options) (*Session, error) {
	s := &Session{opts: o, prog: o.Program, mod: o.Program.Module, places: map[place][]*Breakpoint{}, armed: map[place]bool{},
		begun: map[int64]bool{}, fresh: map[int64]bool{}, record: &record{most: Recorded},
		quick: quickCode{known: map[string]*quick{}, twins: map[int32]int32{}, places: map[place]place{}}}
	if s.prog.Info.Main == nil {
		return nil, errors.New("the program has no word 'main'")
	}
	s.words = wordsOf(s.prog)
	s.run = make([]int32, len(s.words))
	config := o.Config
	config.Settings.Native.Mode = settings.NativeOff
	config.Settings.YieldInterval = 0
	config.Debugger = &vm.Debugger{Stops: s.stops, Fails: s.fails, Begins: s.begins, Deadlock: s.deadlock}
	var err error
	if s.vm, err = s.prog.VM(config); err != nil {
		return nil, err
	}
	s.evaluate = &evaluator{prog: o.Program, settings: config.Settings}
	if o.Entry {
		s.step = step{way: Into}
	}
	return s, nil
}

// stepped is the function of a word that has stops.
func (s *Session) stepped(word int) int32 { return s.prog.Stepped.Redirects[word].To }

// Run runs the program to its end; the results are those of vm.VM.Run.
func (s *Session) Run(ctx context.Context) (status int, err error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { s.vm.Stop(context.Cause(ctx)) })()
	return s.vm.Run()
}

// begin prepares the program for its start. Who wants it to stand meanwhile waits.
func (s *Session) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
	if err := s.prepare(); err != nil {
		return err
	}
	s.mod.Main = s.run[s.prog.Info.Main.Index]
	return nil
}

// notBegun calls f if the program has not begun, and keeps it from that meanwhile; false if it has.
func (s *Session) notBegun(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		f()
	}
	return !s.running
}

// Standing calls f while the program stands. It must not be called at a stop, where it stands anyway.
func (s *Session) Standing(f func()) {
	if s.notBegun(f) {
		return
	}
	s.vm.Standing(func() {
		s.settle(nil)
		f()
		_ = s.prepare()
	})
}

// Pause stops the program at the next statement that any strand comes to, unless it stops before that; where all strands wait, as they are. Safe from
// any goroutine, but not at a stop. It waits until the strands stand, and to the end of a stop where they wait.
func (s *Session) Pause() {
	if s.pausing.Swap(true) {
		return
	}
	s.Standing(func() {
		if !s.pausing.Swap(false) {
			return
		}
		if stop := s.waiting(); stop != nil {
			s.stand(stop)
		} else {
			s.StopNext()
		}
	})
}

// waiting is a stop where all strands wait; nil if one can run, or there is none.
func (s *Session) waiting() *Stop {
	stop := &Stop{Session: s, Reason: "pause", back: -1}
	for _, seen := range stop.All() {
		if seen.Waits == "" {
			return nil
		}
		if stop.Strand == 0 {
			stop.Strand = seen.Strand
		}
	}
	if stop.Strand == 0 {
		return nil
	}
	return stop
}

// StopNext is Pause for a program that stands.
func (s *Session) StopNext() { s.step = step{way: Into} }

// End ends the program. Safe from any goroutine.
func (s *Session) End() { s.vm.Stop(ErrQuit) }

// VM returns the machine that the program runs on.
func (s *Session) VM() *vm.VM { return s.vm }

// Source returns the text of a file of the program; nil if it has no such file.
func (s *Session) Source(file string) *diag.Source {
	for i, name := range s.mod.Files {
		if name == file && i < len(s.prog.Sources) {
			return s.prog.Sources[i]
		}
	}
	return nil
}

// Files are the files of the program that can be stopped in, the main one first.
func (s *Session) Files() (names []string) {
	for i, m := range s.prog.Info.Program.Modules {
		if !m.Supplied {
			names = append(names, s.mod.Files[i])
		}
	}
	return names
}

// begins is told that a strand begins to run.
func (s *Session) begins(strand *vm.Strand) {
	if !s.Strands || s.begun[strand.ID()] {
		return
	}
	s.begun[strand.ID()] = true
	if strand.ID() > 1 {
		s.fresh[strand.ID()] = true
		_ = s.prepare()
	}
}

// stops is told that a strand has come to a place that is armed.
func (s *Session) stops(strand *vm.Strand) {
	if s.quit {
		return
	}
	function, pc := strand.Function()
	if function < 0 {
		return
	}
	at := place{function, pc}
	twin, quick := s.quick.places[at]
	if quick {
		at = twin
	}
	recorded := s.record.on || s.step.way != Continue
	if recorded {
		if quick {
			s.settle(strand)
		}
		s.record.add(strand)
	}
	stop := &Stop{Session: s, Strand: strand.ID(), strand: strand, back: -1}
	switch {
	case s.fresh[strand.ID()]:
		delete(s.fresh, strand.ID())
		stop.Reason = "strand"
	case s.arrived(strand, at):
		stop.Reason = "step"
	}
	for _, b := range s.places[at] {
		if s.due(b, stop) {
			stop.Reason, stop.Breakpoints = "breakpoint", append(stop.Breakpoints, b.ID)
		}
	}
	if stop.Reason == "" {
		return
	}
	if !recorded {
		s.settle(strand)
		s.record.add(strand)
	}
	s.stand(stop)
}

// arrived tells whether the step that the program does ends at a place.
func (s *Session) arrived(strand *vm.Strand, at place) bool {
	st := &s.step
	if st.way == Continue || st.strand != 0 && st.strand != strand.ID() {
		return false
	}
	depth := strand.Depth()
	switch {
	case st.way == Into || st.strand == 0:
		return true
	case depth > st.depth:
		return false
	case depth < st.depth:
		return true
	case st.way == Out:
		return false
	case at.function != st.function || at.pc <= st.pc: // another word has taken the place of the call: the step ends with that
		st.way = Out
		return false
	case st.way == Line:
		st.pc = at.pc
		return s.lineOf(at) != st.line
	}
	return true
}

// lineOf is the line of a place.
func (s *Session) lineOf(at place) int {
	f := &s.mod.Funcs[at.function]
	if p := f.StepAt(at.pc, true); p != nil && f.File >= 0 {
		line, _ := s.prog.Sources[f.File].Position(p.Pos)
		return line
	}
	return 0
}

// fails is told of an error.
func (s *Session) fails(strand *vm.Strand, e *vm.RuntimeError, caught bool) {
	if s.quit || s.Errors == NoErrors || s.Errors == Uncaught && caught {
		return
	}
	s.record.add(strand)
	s.stand(&Stop{Session: s, Reason: "error", Strand: strand.ID(), Err: e, Caught: caught, strand: strand, back: -1})
}

// deadlock is told that nothing can run any more.
func (s *Session) deadlock() {
	if s.quit || s.Errors == NoErrors {
		return
	}
	stop := &Stop{Session: s, Reason: "deadlock", Strand: 1, back: -1}
	if list := s.vm.SeenStrands(); len(list) > 0 {
		stop.Strand = list[0].ID()
	}
	s.stand(stop)
}

// stand shows a stop, and goes on as that says.
func (s *Session) stand(stop *Stop) {
	s.step = step{}
	s.pausing.Store(false)
	if stop.Err == nil {
		s.settle(stop.strand)
	} else {
		s.settle(nil) // it goes on from here nowhere
	}
	s.vm.Console.Flush()
	way := s.opts.Stopped(stop)
	if way == Quit {
		s.quit = true
		s.vm.Stop(ErrQuit)
		return
	}
	if way == Continue && !s.record.on {
		s.record.seen, s.record.first = nil, 0 // what comes in between nobody records
	}
	if way != Continue {
		s.step = s.stepFrom(stop, way)
	}
	_ = s.prepare()
}

// stepFrom is the step of the strand that a stop says.
func (s *Session) stepFrom(stop *Stop, way Way) step {
	id := cmp.Or(stop.Steps, stop.Strand)
	if stop.strand != nil && id == stop.Strand {
		function, pc := stop.strand.Function()
		return step{way: way, strand: id, depth: stop.strand.Depth(), function: function, pc: pc, line: s.lineOf(place{function, pc})}
	}
	if seen := stop.Look(id); seen != nil && len(seen.Frames) > 0 {
		f := &seen.Frames[0]
		return step{way: way, strand: id, depth: f.Depth, function: f.Function, pc: f.PC, line: s.lineOf(place{f.Function, f.PC})}
	}
	return step{way: Into} // whichever comes to a statement first
}

// everywhere tells whether the program may stop at any statement.
func (s *Session) everywhere() bool { return s.record.on || s.step.way == Into || len(s.fresh) > 0 }

// prepare arms the places at which the program can stop next, and has the words that they are in run with stops.
func (s *Session) prepare() error {
	wanted := map[place]bool{}
	all := s.everywhere()
	switch {
	case all:
		for i := range s.mod.Funcs {
			if !s.mod.Funcs[i].Sparse {
				s.want(wanted, int32(i))
			}
		}
	case s.step.way != Continue:
		for _, strand := range s.vm.SeenStrands() {
			if strand.ID() == s.step.strand {
				for _, f := range strand.Look(true, 1000).Frames {
					s.want(wanted, f.Function)
				}
			}
		}
	}
	redirects := s.redirects(all)
	for at, list := range s.places {
		if slices.ContainsFunc(list, enabled) {
			wanted[at] = true
		}
	}
	for at, twin := range s.quick.places {
		if wanted[twin] {
			wanted[at] = true
		}
	}
	if err := s.vm.Grow(s.mod, redirects); err != nil {
		return err
	}
	for at := range s.armed {
		if !wanted[at] {
			s.vm.Arm(at.function, at.pc, false)
		}
	}
	for at := range wanted {
		s.vm.Arm(at.function, at.pc, true)
	}
	s.armed = wanted
	return nil
}

// want adds all places of a function.
func (s *Session) want(wanted map[place]bool, function int32) {
	for i := range s.mod.Funcs[function].Steps {
		if p := &s.mod.Funcs[function].Steps[i]; p.Begins() {
			wanted[place{function, int(p.PC)}] = true
		}
	}
}

// Record records each statement that the program comes to, or no more; at most so many are kept.
func (s *Session) Record(on bool, most int) {
	s.record.on, s.record.most = on, cmp.Or(most, Recorded)
	_ = s.prepare()
}
