package main

import (
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

func (c *cli) checkCommand() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check programs without running them",
		Long:  "Check programs without running them. Silent when all is fine; a file needs no main.",
		Args:  atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := c.options()
			opts.Library, opts.Verbose = true, verbose
			bad := false
			for _, path := range args {
				problems := seqvm.CheckFile(path, opts)
				c.report(problems)
				bad = bad || problems.HasErrors()
			}
			if bad {
				return exitStatus(statusUsage)
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "hints at closures of classic files that releases before 5.5 ran otherwise, too")
	return cmd
}
