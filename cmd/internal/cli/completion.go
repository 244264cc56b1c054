package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *CLI) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Write the completion script for a shell",
		Long:      "Write the completion script for bash, zsh, fish or powershell, to be loaded by that shell.",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      exactly(1, "SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(c.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(c.Stdout)
			case "fish":
				return root.GenFishCompletion(c.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(c.Stdout)
			}
			return fmt.Errorf("unknown shell %q: bash, zsh, fish and powershell are known", args[0])
		},
	}
}

// exactly asks for n arguments, atLeast for n or more; what names them.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return fmt.Errorf("%s: unexpected argument %q; see 'seqvm help %[1]s'", cmd.Name(), args[n])
		}
		return atLeast(n, what)(cmd, args)
	}
}

func atLeast(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return fmt.Errorf("%s: %s is missing; see 'seqvm help %[1]s'", cmd.Name(), what)
		}
		return nil
	}
}
