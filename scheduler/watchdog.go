package scheduler

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// WatchdogConfig says what the watchdog does (chapter 5, section 14).
type WatchdogConfig struct {
	Threshold time.Duration // whole seconds; 0: off
	Interval  time.Duration // whole seconds
	Exit      bool          // end the program instead of warning only
}

// DefaultWatchdogInterval is the default of SEQ_WATCHDOG_INTERVAL.
const DefaultWatchdogInterval = 5 * time.Second

// ReadWatchdogConfig reads the SEQ_WATCHDOG_* settings; invalid ones silently
// give the defaults.
func ReadWatchdogConfig(getenv func(string) (string, bool)) WatchdogConfig {
	w := WatchdogConfig{Threshold: units(positive(getenv, "SEQ_WATCHDOG_SECS"), time.Second), Interval: DefaultWatchdogInterval}
	if n := positive(getenv, "SEQ_WATCHDOG_INTERVAL"); n > 0 {
		w.Interval = units(n, time.Second)
	}
	action, _ := getenv("SEQ_WATCHDOG_ACTION")
	w.Exit = strings.EqualFold(action, "exit")
	return w
}

// Enabled tells whether the watchdog watches.
func (w WatchdogConfig) Enabled() bool { return w.Threshold > 0 }

// Watchdog warns about strands that have existed for longer than a threshold.
type Watchdog struct {
	Config    WatchdogConfig
	Scheduler *Scheduler
	To        io.Writer
	Dump      func() // writes the diagnostics
	Exit      func() // ends the program with status 1

	last int64 // the strand reported last
}

// Announce writes the banner.
func (w *Watchdog) Announce() {
	action := "Warn"
	if w.Config.Exit {
		action = "Exit"
	}
	fmt.Fprintf(w.To, "[watchdog] Enabled: threshold=%ds, interval=%ds, action=%s\n", w.Config.Threshold/time.Second, w.Config.Interval/time.Second, action)
}

// Watch checks at every interval until stop is closed.
func (w *Watchdog) Watch(stop <-chan struct{}) {
	ticker := time.NewTicker(w.Config.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			w.check(now)
		}
	}
}

func (w *Watchdog) check(now time.Time) {
	id, age := w.stuck(now)
	if id == 0 {
		return
	}
	fmt.Fprintf(w.To, "\nWATCHDOG: Strand #%d running for %ds (threshold: %ds)\n", id, age/time.Second, w.Config.Threshold/time.Second)
	repeated := id == w.last
	w.last = id
	switch {
	case !repeated:
		w.Dump()
	case !w.Config.Exit:
		fmt.Fprintln(w.To, "    (strand still stuck, diagnostics suppressed)")
	}
	if w.Config.Exit {
		fmt.Fprintln(w.To, "    Exiting due to SEQ_WATCHDOG_ACTION=exit")
		w.Exit()
	}
}

// stuck returns the oldest strand above the threshold, of several the one in
// the lowest slot, and its age in whole seconds; 0 if there is none.
func (w *Watchdog) stuck(now time.Time) (id int64, age time.Duration) {
	oldest := int64(0)
	for i, spawned := range w.Scheduler.Registry().ActiveStrands() {
		if a := now.Unix() - spawned; a > int64(w.Config.Threshold/time.Second) && a > oldest {
			id, oldest = i, a
		}
	}
	return id, time.Duration(oldest) * time.Second
}
