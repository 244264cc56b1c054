package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/outfile"
)

func (c *CLI) buildCommand() *cobra.Command {
	var out string
	var strip, verbose, instrument bool
	cmd := &cobra.Command{
		Use:   "build FILE",
		Short: "Compile a program to a bytecode file",
		Long:  "Compile a program, with everything that it includes, to a bytecode file for 'seqvm run'.",
		Args:  exactly(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := c.options()
			opts.Instrument = instrument
			prog, problems := c.compile(args[0], opts)
			c.report(forRun(problems))
			if prog == nil {
				return ExitStatus(statusUsage)
			}
			if out == "" {
				name := filepath.Base(args[0])
				out = strings.TrimSuffix(name, filepath.Ext(name)) + ".seqb"
			}
			module := summed(prog)
			if prog.Sources != nil && !instrument { // 'run --instrument' takes the other one
				opts.Instrument = true
				if counting, _ := c.compile(args[0], opts); counting != nil {
					module = module.WithCounting(summed(counting))
				}
			}
			if strip {
				module = bytecode.Strip(module)
			}
			if err := spare(out, names(args[0], prog.Sources)); err != nil {
				return err
			}
			data := bytecode.Encode(module)
			if err := outfile.Write(out, data, 0o666); err != nil {
				return err
			}
			if verbose {
				fmt.Fprintf(c.Stdout, "%s: %d bytes\n", out, len(data))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write (default: FILE's name with .seqb, in this folder)")
	cmd.Flags().BoolVar(&strip, "strip", false, "leave out what only messages need: lines and effects")
	cmd.Flags().BoolVar(&instrument, "instrument", false, "let the program count how often each word is entered, for SEQ_REPORT=words")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "say what was written")
	return cmd
}

// summed is the module of a program, which knows its sources again.
func summed(prog *seqvm.Program) *bytecode.Module {
	if prog.Sources == nil {
		return prog.Module
	}
	texts := make([]string, len(prog.Sources))
	for i, source := range prog.Sources {
		texts[i] = source.Text
	}
	return prog.Module.WithSums(texts)
}
