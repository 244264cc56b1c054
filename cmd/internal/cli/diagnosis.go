package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/trace"
	"slices"
	"sync"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/vm"
)

// samplesPerSecond is how often a profile looks at the strands.
const samplesPerSecond = 250

// diagnosisFlags is what a run is to leave for those who look for its hot spots:
// files; "" for none.
type diagnosisFlags struct{ profile, trace string }

// spare refuses files that are sources of the program.
func (f diagnosisFlags) spare(sources []string) error {
	return errors.Join(spare(f.profile, sources), spare(f.trace, sources))
}

// outputs are the files that a run writes besides what its program does.
func (f diagnosisFlags) outputs(report settings.Report) []string {
	return slices.DeleteFunc([]string{f.profile, f.trace, report.Path}, func(path string) bool { return path == "" })
}

// diagnosis writes those files. A signal may end it at any time.
type diagnosis struct {
	mu       sync.Mutex
	flags    diagnosisFlags
	write    func(io.Writer, vm.Samples) error // the profile
	profile  *vm.Profile
	profiled *outfile.File
	timeline *vm.Timeline // in place of Go's trace; nil: none
	page     func(io.Writer, *vm.Timeline) error
	traced   *outfile.File
}

// start begins to collect.
func (d *diagnosis) start(v *vm.VM) (err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.flags.trace != "" {
		if d.traced, err = outfile.Create(d.flags.trace, 0o666); err != nil {
			return fmt.Errorf("cannot write the trace: %w", err)
		}
		if d.timeline == nil {
			if err := trace.Start(d.traced); err != nil {
				d.drop()
				return err
			}
		}
	}
	if d.flags.profile != "" {
		if d.profiled, err = outfile.Create(d.flags.profile, 0o666); err != nil {
			d.drop()
			return fmt.Errorf("cannot write the profile: %w", err)
		}
		d.profile = v.StartProfile(samplesPerSecond)
	}
	return nil
}

// finish writes the files.
func (d *diagnosis) finish() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []error
	switch {
	case d.traced != nil && d.timeline != nil:
		if err := d.page(d.traced, d.timeline); err != nil {
			d.traced.Discard()
			all = append(all, err)
			break
		}
		all = append(all, d.traced.Commit())
	case d.traced != nil:
		trace.Stop()
		all = append(all, d.traced.Commit())
	}
	if d.profiled != nil {
		if err := d.write(d.profiled, d.profile.End()); err != nil {
			d.profiled.Discard()
			all = append(all, err)
		} else {
			all = append(all, d.profiled.Commit())
		}
	}
	d.traced, d.profiled = nil, nil
	return errors.Join(all...)
}

// discard gives the files up: the run does not come to its end.
func (d *diagnosis) discard() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop()
}

func (d *diagnosis) drop() {
	if d.traced != nil {
		if d.timeline == nil {
			trace.Stop()
		}
		d.traced.Discard()
	}
	if d.profiled != nil {
		d.profiled.Discard()
	}
}
