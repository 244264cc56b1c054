package cli

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

// budgetFlags bound what a program may take.
type budgetFlags struct {
	timeout    float64
	reductions uint64
}

func (f *budgetFlags) add(cmd *cobra.Command) {
	cmd.Flags().Float64Var(&f.timeout, "timeout", 0, "end the program with an error after so many `SECONDS`")
	cmd.Flags().Uint64Var(&f.reductions, "max-reductions", 0, "end the program with an error after `N` calls and rounds of loops: at the same place each time")
}

func (f *budgetFlags) budget() (seqvm.Budget, error) {
	limit, err := seconds(f.timeout)
	return seqvm.Budget{Time: limit, Reductions: f.reductions}, err
}

// seconds is the value of a flag that is a time; 0 is none.
func seconds(n float64) (time.Duration, error) {
	switch {
	case n < 0 || math.IsNaN(n):
		return 0, errors.New("--timeout must not be negative")
	case n == 0:
		return 0, nil
	}
	return time.Duration(max(min(n*float64(time.Second), math.MaxInt64/2), 1)), nil
}

// lateness is how long the end of a program may take behind its timeout, such as by output that nobody reads.
const lateness = 2 * time.Second

// endLate ends the process if the program does not end by itself when its time is over. The function returned takes that back.
func (c *CLI) endLate(limit time.Duration, leave func()) (stop func()) {
	if limit == 0 {
		return func() {}
	}
	timer := time.AfterFunc(limit+lateness, func() {
		fmt.Fprintf(c.Stderr, "seq: runtime error: the program ran for more than %v\n", limit)
		leave()
		os.Exit(statusRuntimeError)
	})
	return func() { timer.Stop() }
}
