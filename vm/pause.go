package vm

import (
	"runtime"

	"github.com/seqvm/seqvm/scheduler"
)

// pause is maybe-yield on the slow path: limit is 0 (chapter 5, section 11.6).
// counted says that the tail call counts. If the strand has to give way, it
// does that before the instruction, which is executed again afterwards.
func (s *Strand) pause(counted bool) error {
	if err := s.stopRequest(); err != nil {
		return err
	}
	if err := s.look(); err != nil {
		return err
	}
	if err := (meter{s}).giveWayIfAsked(); err != nil {
		return err
	}
	if outdated := s.outdated(); outdated || s.hasOldFrames {
		if left, err := s.replaceFrames(); left || err != nil {
			return err
		}
		if outdated {
			return s.retry()
		}
	}
	if s.gaveWay == byInstruction {
		s.gaveWay = stayed
		return nil
	}
	if err := (meter{s}).reduce(); err != nil {
		return err
	}
	if !counted || !(meter{s}).maybeYield() {
		return nil
	}
	return s.giveWay(byInstruction)
}

// maybeYield counts a tail call; true if the strand must give way now.
func (s meter) maybeYield() bool {
	valve := scheduler.Valve{Interval: s.vm.config.Settings.YieldInterval, Count: s.tails}
	yield := valve.MaybeYield()
	s.tails = valve.Count
	return yield
}

// beforeCall looks at what is wanted of a strand in front of a call that is no tail call. The strand may come back to the
// instruction, of which nothing may have been done yet.
func (s meter) beforeCall() error {
	if s.limit.Load() != 0 {
		return nil
	}
	if err := s.giveWayIfAsked(); err != nil {
		return err
	}
	return s.reduce()
}

// giveWayIfAsked lets others run before the instruction that is executed, if they have waited for long (scheduler.Worker.Asked). The
// instruction is executed again then: nothing of it has been counted yet.
func (s meter) giveWayIfAsked() error {
	if s.vm.restless && s.vm.retries.Add(1)%2 == 1 {
		return s.retry()
	}
	if !s.Worker().Asked() {
		return nil
	}
	if !s.counts() {
		s.resetLimit()
	}
	runtime.Gosched() // for what waits outside
	if s.Worker().Alone() {
		return nil
	}
	return s.retry()
}

// gaveWay says whether the strand has given way where it is, and for what: the
// instruction is executed again afterwards, but what was counted is not counted again.
type gaveWay uint8

const (
	stayed gaveWay = iota
	byInstruction
	byTailsGone
)

// giveWay lets other strands run before the instruction that is executed.
func (s *Strand) giveWay(by gaveWay) error {
	if s.Worker().Alone() {
		runtime.Gosched()
		return nil
	}
	s.gaveWay = by
	s.ip -= instrSize
	return errYielded
}

// retry makes the strand leave the interpreter's loop and come back to the
// instruction that it executes, with the latest image.
func (s *Strand) retry() error {
	s.ip -= instrSize
	return errYielded
}

// resetLimit takes back the request to pause.
func (s *Strand) resetLimit() {
	s.limit.Store(s.end)
	if s.stopRequest() != nil || s.outdated() || s.hasOldFrames || s.vm.pressure.found.Load() || s.vm.config.Debugger.wants() || s.Worker() != nil && s.Worker().IsAsked() { // it may have been made again right before
		s.limit.Store(0)
	}
}
