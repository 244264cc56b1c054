package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

func dapCommand(c *CLI) *cobra.Command {
	var listen string
	var box sandboxFlags
	var budget budgetFlags
	cmd := &cobra.Command{
		Use:   "dap",
		Short: "Serve the debugger to an editor",
		Long: "Serve the debugger to an editor by the Debug Adapter Protocol, on stdin and stdout (docs/debugger.md). The program that the editor\n" +
			"launches may do what you may, unless --sandbox or one of the --allow- flags says what it may.",
		Example: "  seqvm dap\n  seqvm dap --listen 127.0.0.1:4711\n  seqvm dap --sandbox --timeout 60",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			opts := c.options()
			var err error
			if opts.Sandbox, err = box.policy(); err != nil {
				return err
			}
			bounds, err := budget.budget()
			if err != nil {
				return err
			}
			return c.Parts.Adapter(Adapter{
				Config: seqvm.Config{Environ: c.Getenv, Settings: c.settings(), Budget: bounds, PoisonArenas: c.Poison},
				In:     c.Stdin, Out: behind(c.Stdout), Listen: listen,
				Compile: func(path string) (*seqvm.Debuggable, error) {
					prog, err := seqvm.CompileForDebugger(seqvm.File(path), opts)
					var refused *seqvm.CompileError
					if errors.As(err, &refused) {
						c.report(refused.Problems) // whole on stderr, which editors show
						return nil, fmt.Errorf("the program is refused: %w", err)
					}
					return prog, err
				},
			})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "wait for one client at `ADDRESS`, such as 127.0.0.1:4711, in place of stdin and stdout")
	budget.add(cmd)
	box.add(cmd)
	c.maxMemory(cmd)
	return cmd
}
