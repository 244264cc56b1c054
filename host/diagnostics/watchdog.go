package diagnostics

import (
	"fmt"
	"time"

	"github.com/seqvm/seqvm/host/settings"
)

// Watch has a watchdog look at the program until stop is called, if the settings ask
// for one: it warns about strands that have existed for longer than a threshold
// (chapter 5, section 14).
func (p *Program) Watch(config settings.Watchdog) (stop func()) {
	if !config.Enabled() {
		return func() {}
	}
	w := watchdog{Watchdog: config, program: p}
	w.announce()
	done := make(chan struct{})
	go w.watch(done)
	return func() { close(done) }
}

type watchdog struct {
	settings.Watchdog
	program *Program
	last    int64 // the strand reported last
}

// announce writes the banner.
func (w *watchdog) announce() {
	action := "Warn"
	if w.Watchdog.Exit {
		action = "Exit"
	}
	fmt.Fprintf(w.program.To, "[watchdog] Enabled: threshold=%ds, interval=%ds, action=%s\n", w.Threshold/time.Second, w.Interval/time.Second, action)
}

// watch checks at every interval until stop is closed.
func (w *watchdog) watch(stop <-chan struct{}) {
	ticker := time.NewTicker(w.Interval)
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

func (w *watchdog) check(now time.Time) {
	id, age := w.stuck(now)
	if id == 0 {
		return
	}
	fmt.Fprintf(w.program.To, "\nWATCHDOG: Strand #%d running for %ds (threshold: %ds)\n", id, age/time.Second, w.Threshold/time.Second)
	repeated := id == w.last
	w.last = id
	switch {
	case !repeated:
		w.program.Dump()
	case !w.Exit:
		fmt.Fprintln(w.program.To, "    (strand still stuck, diagnostics suppressed)")
	}
	if w.Exit {
		fmt.Fprintln(w.program.To, "    Exiting due to SEQ_WATCHDOG_ACTION=exit")
		w.program.Exit()
	}
}

// stuck returns the oldest strand above the threshold, of several the one in
// the lowest slot, and its age in whole seconds; 0 if there is none.
func (w *watchdog) stuck(now time.Time) (id int64, age time.Duration) {
	oldest := int64(0)
	for _, s := range w.program.Snapshot().Strands {
		if a := now.Unix() - s.Spawned; a > int64(w.Threshold/time.Second) && a > oldest {
			id, oldest = s.ID, a
		}
	}
	return id, time.Duration(oldest) * time.Second
}
