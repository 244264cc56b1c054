package seqvm

import (
	"github.com/seqvm/seqvm/host/diagnostics"
	"github.com/seqvm/seqvm/vm"
)

// Diagnostics is what lets a host look into a VM that runs: the dump, the watchdog and
// the report of chapter 5, sections 13 to 15. They are written to the Stderr of its
// Config. Program.Run runs the watchdog itself.
func Diagnostics(v *vm.VM) *diagnostics.Program {
	return &diagnostics.Program{
		Snapshot: v.Scheduler().Snapshot, Traffic: v.Scheduler().Messages, WaitingIn: v.WaitingIn,
		Flush: v.Console.Flush, Exit: func() { v.Stop(&vm.ExitError{Status: 1}) }, To: v.Config().Stderr,
	}
}
