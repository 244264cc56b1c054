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

// building is the flags of 'build'.
type building struct {
	out                        string
	strip, verbose, instrument bool
	exe                        exeFlags
	fixed                      []string // flags that an executable always runs with
}

func buildCommand(c *CLI) *cobra.Command {
	var b building
	cmd := &cobra.Command{
		Use:   "build FILE",
		Short: "Compile a program to a bytecode file or an executable",
		Long: "Compile a program, with everything that it includes, to a bytecode file for 'seqvm run'.\n\n" +
			"With --exe it becomes an executable, which needs nothing else: the bytecode behind a copy of this binary. Its arguments are the program's, also -h.\n" +
			"It always runs with the flags --sandbox, --allow-..., --timeout, --max-reductions and --max-memory that are given here (docs/programs.md).",
		Example: "  seqvm build server.seq                          # server.seqb, for 'seqvm run'\n  seqvm build --exe server.seq                    # server\n" +
			"  seqvm build --exe server.seq --allow-net=:8080 --max-memory 512M\n  seqvm build --exe server.seq --runtime ../windows/seqvm.exe -o server.exe",
		Args: exactly(1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := b.exe.check(cmd); err != nil {
				return err
			}
			b.fixed = b.exe.fixed(cmd)
			size, err := buildProgram(c, args[0], &b)
			if err == nil && b.verbose {
				fmt.Fprintf(c.Stdout, "%s: %d bytes\n", b.out, size)
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&b.out, "output", "o", "", "the file to write (default: FILE's name with .seqb, in this folder; of an executable without)")
	cmd.Flags().BoolVar(&b.strip, "strip", false, "leave out what only messages need: lines and effects")
	cmd.Flags().BoolVar(&b.instrument, "instrument", false, "let the program count how often each word is entered, for SEQ_REPORT=words")
	cmd.Flags().BoolVarP(&b.verbose, "verbose", "v", false, "say what was written")
	b.exe.add(c, cmd)
	return cmd
}

// buildProgram compiles a program and writes it; it returns the size of its bytecode in bytes.
func buildProgram(c *CLI, path string, b *building) (size int, err error) {
	opts := c.options()
	opts.Instrument = b.instrument
	prog, problems := c.compile(path, opts)
	c.report(forRun(problems))
	if prog == nil {
		return 0, c.refusal()
	}
	if b.out == "" && b.exe.on {
		b.out = exeName(path, b.exe.runtime)
	}
	if b.out == "" {
		name := filepath.Base(path)
		b.out = strings.TrimSuffix(name, filepath.Ext(name)) + ".seqb"
	}
	module := summed(prog)
	if prog.Sources != nil && !b.instrument && !b.exe.on { // 'run --instrument' takes the other one
		opts.Instrument = true
		if counting, _ := c.compile(path, opts); counting != nil {
			module = module.WithCounting(summed(counting))
		}
	}
	if b.strip {
		module = bytecode.Strip(module)
	}
	if err := spare(b.out, names(path, prog.Sources)); err != nil {
		return 0, err
	}
	data := bytecode.Encode(module)
	if b.exe.on {
		return len(data), executable(c, prog, data, b)
	}
	return len(data), outfile.Write(b.out, data, 0o666)
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
