package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/spelling"
)

func disasmCommand(c *CLI) *cobra.Command {
	var word string
	var plain, native bool
	cmd := &cobra.Command{
		Use:   "disasm FILE",
		Short: "Show the bytecode of a program",
		Long:  "Show the bytecode of a program, source or bytecode: each word with its effect, then its instructions under the source lines they come from. With --native the machine code that there can be of each instruction stands under it.",
		Args:  exactly(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := c.options()
			opts.Library, opts.Plain = true, plain
			prog, problems := c.compile(args[0], opts)
			c.report(forRun(problems))
			if prog == nil {
				return ExitStatus(statusUsage)
			}
			source := func(file, line int) string { return prog.Sources[file].Line(line) }
			if prog.Sources == nil { // bytecode: the lines are not there
				source = nil
			}
			var under func(function, pc int) string
			if native {
				var err error
				if under, err = c.Parts.MachineCode(prog.Module); err != nil {
					return err
				}
			}
			shown, err := bytecode.DisassembleWith(c.Stdout, prog.Module, word, source, under)
			if err == nil && shown == 0 && word != "" {
				err = noWord(args[0], word, prog.Module)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&word, "word", "", "show only this word and its quotations")
	cmd.Flags().BoolVar(&plain, "plain", false, "show the plain code of a source file, which coverage and counts run: nothing is inlined, fused or reused")
	cmd.Flags().BoolVar(&native, "native", false, "show the machine code of each instruction under it (Linux on amd64 or arm64)")
	return cmd
}

// noWord is the error for a word that a file does not have, with those that have a name like it.
func noWord(path, word string, module *bytecode.Module) error {
	var names []string
	for i := range module.Funcs {
		names = append(names, module.Funcs[i].Name)
	}
	if near := spelling.Nearest(word, names); len(near) > 0 {
		return fmt.Errorf("%s has no word '%s'; did you mean '%s'?", path, word, strings.Join(near, "' or '"))
	}
	return fmt.Errorf("%s has no word '%s'", path, word)
}
