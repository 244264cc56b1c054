package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// Bench is what 'seqvm bench' is asked for.
type Bench struct {
	Files    []string
	Compile  seqvm.Options
	Config   seqvm.Config
	Filter   string        // only words whose name has this in it
	Sample   time.Duration // about so long one sample takes
	Samples  int
	Against  string                                     // a file of an earlier run; "": none
	Save     func(write func(to io.Writer) error) error // keeps the results; nil: nobody wants that
	Out      io.Writer
	Refused  func(error)       // is told of a file that does not compile
	Measured func(word string) // is told of each word
}

func benchCommand(c *CLI) *cobra.Command {
	var save, against, filter string
	var sample float64
	var samples int
	cmd := &cobra.Command{
		Use:   "bench [PATHS...]",
		Short: "Measure the words bench-* of bench-*.seq files",
		Long: "Measure the words named bench-... with the effect ( -- ) of all files named bench-*.seq among PATHS and below (default: the current directory): " +
			"time and allocated bytes of a round, and how far samples spread.\n\nExit status: 0 all were measured, 1 one failed or a file did not compile, 2 nothing to measure.",
		Example: "  seqvm bench\n  seqvm bench --filter concat --save before.txt src\n  seqvm bench --against before.txt src",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			long, err := seconds(sample)
			switch {
			case err != nil:
				return err
			case long == 0:
				return errors.New("--time must be positive")
			case samples < 1:
				return errors.New("--samples must be at least 1")
			}
			files, err := testrunner.Benchmarks(args)
			if err != nil {
				return err
			}
			screen := isTerminal(c.Stderr)
			b := Bench{
				Files: files, Compile: c.options(), Config: seqvm.Config{Stdout: io.Discard, Stderr: io.Discard, Environ: c.Getenv, Settings: c.settings(), NoNative: c.noNative},
				Filter: filter, Sample: long, Samples: samples, Against: against, Out: c.Stdout,
				Refused: func(err error) {
					var refused *seqvm.CompileError
					if errors.As(err, &refused) {
						c.report(refused.Problems)
					}
				},
				Measured: func(word string) {
					if screen {
						fmt.Fprintf(c.Stderr, "\r\x1b[K%s\r", word)
					}
				},
			}
			if save != "" {
				b.Save = func(write func(io.Writer) error) error { return toFile(save, files, write) }
			}
			return c.Parts.Bench(b)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&filter, "filter", "f", "", "measure only words whose name contains `TEXT`")
	f.Float64Var(&sample, "time", 0.1, "take about so many `SECONDS` for each sample")
	f.IntVar(&samples, "samples", 10, "take `N` samples of each word")
	f.StringVar(&save, "save", "", "keep the results in `FILE`, in Go's benchmark format")
	f.StringVar(&against, "against", "", "compare with the results in `FILE`")
	c.maxMemory(cmd)
	return cmd
}
