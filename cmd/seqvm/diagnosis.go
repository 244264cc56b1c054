package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/trace"

	"github.com/seqvm/seqvm/vm"
)

// samplesPerSecond is how often a profile looks at the strands.
const samplesPerSecond = 250

// diagnosis is what a run leaves for those who look for its hot spots.
type diagnosis struct {
	profile, trace string // files; "": none
}

// start begins to collect; the function returned writes the files.
func (d diagnosis) start(v *vm.VM) (finish func() error, err error) {
	var closers []func() error
	finish = func() error {
		var all []error
		for _, f := range closers {
			all = append(all, f())
		}
		return errors.Join(all...)
	}
	if d.trace != "" {
		file, err := os.Create(d.trace)
		if err != nil {
			return nil, fmt.Errorf("cannot write the trace: %w", err)
		}
		if err := trace.Start(file); err != nil {
			return nil, err
		}
		closers = append(closers, func() error {
			trace.Stop()
			return file.Close()
		})
	}
	if d.profile != "" {
		file, err := os.Create(d.profile)
		if err != nil {
			return nil, fmt.Errorf("cannot write the profile: %w", err)
		}
		p := v.StartProfile(samplesPerSecond)
		closers = append(closers, func() error { return errors.Join(p.Write(file), file.Close()) })
	}
	return finish, nil
}
