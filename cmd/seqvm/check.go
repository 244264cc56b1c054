package main

import (
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/diag"
)

func (c *cli) checkCommand() *cobra.Command {
	var verbose, asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check programs without running them",
		Long: "Check programs without running them. Silent when all is fine; a file needs no main.\n\n" +
			"With --json everything that was found goes to stdout as one JSON document, also when it is nothing.\n" +
			"'seqvm explain CODE' explains a code, which stands in brackets behind a message.",
		Args: atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := c.options()
			opts.Library, opts.Verbose = true, verbose
			if asJSON {
				c.diagnostics = "json"
			}
			bad := false
			for _, path := range args {
				problems := seqvm.CheckFile(path, opts)
				c.report(problems)
				bad = bad || problems.HasErrors()
			}
			if asJSON {
				if err := diag.WriteJSON(c.stdout, c.found); err != nil {
					return err
				}
				c.found = nil
			}
			if bad {
				return exitStatus(statusUsage)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write what was found to stdout as one JSON document")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "hints at closures of classic files that releases before 5.5 ran otherwise, too")
	return cmd
}
