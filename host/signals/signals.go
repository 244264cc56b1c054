// Package signals is the signals of the process as a program sees them: a flag
// for each, and what the system does when it comes (chapter 5, section 12, and
// chapter 6, section 9). It does not know what runs.
package signals

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Table has the flags and dispositions of the process's signals (chapter 5,
// section 12, and chapter 6, section 9). Nothing of the program runs when a
// signal comes: a goroutine sets its flag. The zero value has flags that no
// signal sets. Safe for concurrent use.
type Table struct {
	flags [maxSignal + 1]atomic.Bool

	mu       sync.Mutex     // guards what follows, and the handling of a signal
	incoming chan os.Signal // nil: none are handled
	taken    atomic.Bool    // the process's signals go there; set when the lock is held
	handlers Handlers
	actions  [maxSignal + 1]action
	dying    bool
	raw      bool
	ignoring map[syscall.Signal]bool // while raw: of rawDeadly, which are to be ignored afterwards
}

// maxSignal is the largest number that has a flag.
const maxSignal = 31

// Handlers say what the process does with signals that the program leaves alone.
type Handlers struct {
	Interrupt func() // the first SIGINT; it must end the process with 130
	Quit      func() // SIGQUIT
	Death     func() // before the process dies of a signal
	Taken     func() // the signals have been taken over; nil: nobody wants to know
}

type action uint8

const (
	initial action = iota // as Install leaves it
	flagged
	byDefault
	ignored
)

// takeOverAfter is when the signals are taken over at the latest: for each the system needs a thread
// that waits for another one, which together is a tenth of what a short program takes.
const takeOverAfter = time.Millisecond

// Install takes over the signals of the process: after takeOverAfter, or when TakeOver says so or the
// program asks for signals. Until then the system's default kills the process. The function returned gives
// them back to Go.
func (s *Table) Install(h Handlers) (undo func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.incoming = make(chan os.Signal, 64) // more than there are signals: none is lost
	s.handlers, s.ignoring = h, map[syscall.Signal]bool{}
	s.taken.Store(false)
	latest := time.AfterFunc(takeOverAfter, s.TakeOver)
	return func() {
		latest.Stop()
		s.mu.Lock()
		if s.dying { // the end of the program must not be faster
			s.mu.Unlock()
			time.Sleep(time.Second)
			s.mu.Lock()
		}
		defer s.mu.Unlock()
		incoming := s.incoming
		s.incoming = nil
		signal.Stop(incoming)
		close(incoming)
	}
}

// TakeOver takes over the signals of the process now, if they are installed: before others see
// anything of the program, and may send a signal because of that.
func (s *Table) TakeOver() {
	if s.taken.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeOver()
}

func (s *Table) takeOver() {
	if s.incoming == nil || s.taken.Load() {
		return
	}
	defer s.taken.Store(true)
	incoming := s.incoming
	for _, sig := range deadly {
		// An inherited SIG_IGN is kept, as nohup wants, but a shell gives it to
		// its background jobs for these two as well.
		if sig == syscall.SIGINT || sig == syscall.SIGQUIT || !signal.Ignored(sig) {
			signal.Notify(incoming, sig)
		}
	}
	tellPipes()
	if s.handlers.Taken != nil {
		s.handlers.Taken()
	}
	go func() {
		for sig := range incoming {
			s.handle(sig)
		}
	}()
}

func (s *Table) handle(sig os.Signal) {
	number, ok := sig.(syscall.Signal)
	if !ok || number < 0 || number > maxSignal {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	own := number == syscall.SIGPIPE && knowsSenders && !sentPipe() // of a write, which has failed
	if s.raw && slices.Contains(rawDeadly, number) {
		s.act(number, false)
		return
	}
	switch s.actions[number] {
	case flagged:
		s.flags[number].Store(true)
	case initial, byDefault:
		if !own {
			s.act(number, s.actions[number] == initial)
		}
	}
}

// BrokenPipe is called when a write to stdout or stderr has found nobody who reads. By default that kills the process (chapter 6, section
// 2), and then the call does not return. The caller holds nothing that the handler Death waits for.
func (s *Table) BrokenPipe() {
	s.mu.Lock()
	action := s.actions[syscall.SIGPIPE]
	if s.incoming == nil || !knowsSenders || s.dying || signal.Ignored(syscall.SIGPIPE) || action != initial && action != byDefault {
		s.mu.Unlock()
		return
	}
	s.dying = true
	s.mu.Unlock()
	s.handlers.Death()
	die(syscall.SIGPIPE)
}

// DieOfFaults has the signals that Go answers by a trace of its own, such as SIGABRT and SIGSEGV, kill the process as the system does when
// others send them. For processes that no Table is installed in.
func DieOfFaults() {
	incoming := make(chan os.Signal, 1)
	for _, sig := range faults {
		signal.Notify(incoming, sig)
	}
	go func() {
		if number, ok := (<-incoming).(syscall.Signal); ok {
			die(number)
		}
	}()
}

// act does what happens without a trap. The end of the process may have to
// wait for its output: a second signal does not.
func (s *Table) act(number syscall.Signal, first bool) {
	switch {
	case first && number == syscall.SIGQUIT:
		s.handlers.Quit()
		return
	case s.dying && number == syscall.SIGPIPE:
		return // the last output has nowhere to go, either: that must not cut the end short
	case s.dying && first && number == syscall.SIGINT:
		os.Exit(statusInterrupt)
	case s.dying:
		die(number)
	}
	s.dying = true
	end := s.handlers.Interrupt
	if !first || number != syscall.SIGINT {
		end = func() {
			s.handlers.Death()
			die(number)
		}
	}
	go end()
}

const statusInterrupt = 130

// rawDeadly are the signals that kill while the terminal is in raw mode, whatever
// the program has set (chapter 6, section 8).
var rawDeadly = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}

// Raw says that the terminal is in raw mode, or no longer.
func (s *Table) Raw(on bool) {
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.incoming == nil || s.raw == on {
		return
	}
	s.takeOver()
	s.raw = on
	for _, sig := range rawDeadly {
		switch {
		case on:
			s.ignoring[sig] = signal.Ignored(sig)
			signal.Notify(s.incoming, sig)
		case s.ignoring[sig]:
			signal.Ignore(sig)
		}
	}
	if knowsSenders {
		return
	}
	// Go itself lets SIGPIPE kill at once: the terminal would stay raw.
	if action := s.actions[syscall.SIGPIPE]; action == initial || action == byDefault {
		if on {
			signal.Notify(s.incoming, syscall.SIGPIPE)
		} else {
			signal.Reset(syscall.SIGPIPE)
		}
	}
}

// drain handles what has arrived, so that a look at a flag sees it.
func (s *Table) drain() {
	s.mu.Lock()
	incoming := s.incoming
	s.mu.Unlock()
	for {
		select {
		case sig, ok := <-incoming:
			if !ok {
				return
			}
			s.handle(sig)
		default:
			return
		}
	}
}

func valid(number int64) error {
	if number < 0 || number > maxSignal {
		return fmt.Errorf("the number must be 0 to %d, got %d", maxSignal, number)
	}
	return nil
}

// settable tells whether the disposition of a signal can be set.
func settable(number int64) error {
	if err := valid(number); err != nil {
		return err
	}
	if why, ok := untouchable[number]; ok {
		return fmt.Errorf("signal %d cannot be trapped or ignored: %s", number, why)
	}
	return nil
}

// Pending returns the flag of a signal.
func (s *Table) Pending(number int64) (bool, error) {
	if err := valid(number); err != nil {
		return false, err
	}
	s.drain()
	return s.flags[number].Load(), nil
}

// Received returns the flag of a signal and clears it in one step.
func (s *Table) Received(number int64) (bool, error) {
	if err := valid(number); err != nil {
		return false, err
	}
	s.drain()
	return s.flags[number].Swap(false), nil
}

// Clear clears the flag of a signal.
func (s *Table) Clear(number int64) error {
	_, err := s.Received(number)
	return err
}

// Trap makes a signal set its flag only.
func (s *Table) Trap(number int64) error {
	return s.set(number, flagged, func(sig os.Signal) { signal.Notify(s.incoming, sig) })
}

// Ignore makes the system ignore a signal.
func (s *Table) Ignore(number int64) error {
	return s.set(number, ignored, func(sig os.Signal) { signal.Ignore(sig) })
}

// Default gives a signal the default action of the system. One that kills does
// so through this process, which flushes its output first.
func (s *Table) Default(number int64) error {
	return s.set(number, byDefault, func(sig os.Signal) {
		for _, d := range deadly {
			if d == sig {
				signal.Notify(s.incoming, sig)
				return
			}
		}
		signal.Reset(sig)
	})
}

func (s *Table) set(number int64, to action, change func(os.Signal)) error {
	if err := settable(number); err != nil {
		return err
	}
	s.drain() // what came before goes by the old rule
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.incoming == nil || !hasSignals {
		return nil
	}
	s.takeOver()
	if number == int64(syscall.SIGPIPE) && signal.Ignored(syscall.SIGPIPE) && to != ignored {
		restoreDefault(syscall.SIGPIPE) // Go hands this signal to what was set before itself, for good
	}
	s.actions[number] = to
	if sig := syscall.Signal(number); s.raw && slices.Contains(rawDeadly, sig) {
		s.ignoring[sig] = to == ignored
	} else {
		change(sig)
	}
	tellPipes()
	return nil
}
