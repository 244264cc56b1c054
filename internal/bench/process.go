package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// One is the first argument of a process that is to call RunOne.
const One = "-one"

// Cost is what one run of a process took: seconds on the clock and of processors, and the most memory
// that it had at a time, in MB of 2^20 bytes.
type Cost struct{ Wall, CPU, Memory float64 }

// process runs programs and measures them. Each is started by a small process (self One, which
// calls RunOne): on Linux the peak of a process counts the pages that its parent had when it was started.
type process struct {
	self  string // what to start the small process by
	limit time.Duration
}

// run runs a command to its end and returns what it took and printed. What ends otherwise
// than with status 0, or within the limit, is an error.
func (p process) run(command []string) (Cost, []byte, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return Cost{}, nil, err
	}
	defer func() { _ = r.Close() }()
	var out, problem bytes.Buffer
	cmd := exec.CommandContext(context.Background(), p.self, append([]string{One, p.limit.String()}, command...)...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = &out, &problem, []*os.File{w}
	err = cmd.Run()
	_ = w.Close()
	if err != nil {
		return Cost{}, nil, fmt.Errorf("%v: %w %s", command, err, bytes.TrimSpace(problem.Bytes()))
	}
	var cost Cost
	if _, err := fmt.Fscan(r, &cost.Wall, &cost.CPU, &cost.Memory); err != nil {
		return Cost{}, nil, fmt.Errorf("%v: no figures: %w", command, err)
	}
	return cost, out.Bytes(), nil
}

// RunOne runs a command, args[1:], for at most the time args[0], with the output of this
// process, and writes what it took to file 3: the three numbers of a Cost. The command
// must be a path.
func RunOne(args []string) error {
	if len(args) < 2 {
		return errors.New(One + " needs a time and a command")
	}
	limit, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	began := time.Now()
	p, err := os.StartProcess(args[1], args[1:], &os.ProcAttr{Files: []*os.File{nil, os.Stdout, os.Stderr}})
	if err != nil {
		return err
	}
	timer := time.AfterFunc(limit, func() { _ = p.Kill() })
	state, err := p.Wait()
	wall := time.Since(began)
	if err != nil {
		return err
	}
	if !timer.Stop() {
		return fmt.Errorf("not done after %v", limit)
	}
	if !state.Success() {
		return errors.New(state.String())
	}
	figures := os.NewFile(3, "figures")
	_, err = fmt.Fprintln(figures, wall.Seconds(), (state.UserTime() + state.SystemTime()).Seconds(), peak(state))
	return err
}
