package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

func (c *CLI) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return json.NewEncoder(c.Stdout).Encode(map[string]string{
					"version": seqvm.Version, "language": seqvm.Language, "commit": commit(), "go": runtime.Version(),
				})
			}
			_, err := fmt.Fprintln(c.Stdout, versionLine())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as a JSON object")
	return cmd
}

func versionLine() string {
	return fmt.Sprintf("seqvm %s (language %s, commit %s, %s)", seqvm.Version, seqvm.Language, commit(), runtime.Version())
}

// commit returns the revision that the binary was built from, as Go recorded it.
func commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(len(s.Value), 12)]
			}
		}
	}
	return "unknown"
}
