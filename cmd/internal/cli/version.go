package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

func versionCommand(c *CLI) *cobra.Command {
	var asJSON bool
	var of string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Long:  "Show the version, that of the language, the commit that seqvm was built from, and Go's version.",
		Args:  exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			line := versionLine()
			if of != "" {
				line = of + " " + referenceVersion
			}
			if asJSON {
				return json.NewEncoder(c.Stdout).Encode(map[string]string{
					"version": seqvm.Version, "language": seqvm.Language, "commit": commit(), "go": runtime.Version(),
				})
			}
			_, err := fmt.Fprintln(c.Stdout, line)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as a JSON object")
	cmd.Flags().StringVar(&of, "of", "", "of a program of the reference")
	_ = cmd.Flags().MarkHidden("of") // it is there
	return cmd
}

func versionLine() string {
	return fmt.Sprintf("seqvm %s (language %s, commit %s, %s)", seqvm.Version, seqvm.Language, commit(), runtime.Version())
}

// commit returns the revision that the binary was built from, as Go recorded it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return revision(info)
}

// revision is the commit of a build: of the repository that it was built in, with a mark if that was changed; else what the version
// of the module tells, of which pseudo-versions end in a commit ("Module version numbering", go.dev/doc/modules/version-numbers).
func revision(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if id := short(settings["vcs.revision"]); id != "" {
		if settings["vcs.modified"] == "true" {
			id += "+changes"
		}
		return id
	}
	version := info.Main.Version
	if i := strings.LastIndexByte(version, '-'); i >= 0 && len(version)-i-1 == commitDigits {
		return version[i+1:]
	}
	if version == "" || version == "(devel)" {
		return "unknown"
	}
	return version // a release: its tag names the commit
}

const commitDigits = 12

func short(id string) string { return id[:min(len(id), commitDigits)] }
