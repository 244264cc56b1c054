package cli

import (
	"fmt"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/internal/outfile"
)

// rewriting is what commands that rewrite sources do with the results: write them to stdout
// or, each with a flag, something else (chapter 8, section 13).
type rewriting struct {
	write, diff, check bool
	changed            bool   // some file is not as it was
	done               string // what has happened to the new text, for the head of a difference
}

func (r *rewriting) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&r.write, "write", "w", false, "rewrite the files in place")
	cmd.Flags().BoolVarP(&r.diff, "diff", "d", false, "show what would change")
	cmd.Flags().BoolVar(&r.check, "check", false, "list the files that would change; status 1 if there are any")
}

// folders tells whether folders can be named: nothing of the results goes to stdout as it is.
func (r *rewriting) folders() bool { return r.write || r.diff || r.check }

// show does with a file what the flags say.
func (r *rewriting) show(c *CLI, path, old, text string) error {
	r.changed = r.changed || text != old
	switch {
	case r.check:
		if text != old {
			fmt.Fprintln(c.Stdout, path)
		}
	case r.diff:
		_, _ = c.Stdout.Write(diff.Diff(path, []byte(old), path+" ("+r.done+")", []byte(text)))
	case r.write:
		if text != old {
			return outfile.Write(path, []byte(text), 0o666)
		}
	default:
		fmt.Fprint(c.Stdout, text)
	}
	return nil
}
