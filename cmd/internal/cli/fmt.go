package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/tools/format"
)

func (c *CLI) fmtCommand() *cobra.Command {
	r := rewriting{done: "formatted"}
	cmd := &cobra.Command{
		Use:   "fmt PATH...",
		Short: "Lay out sources in the usual way",
		Long: "Lay out sources in the usual way: blanks, blank lines and indents; tokens, comments and lines stay. The result goes to stdout;\n" +
			"with -w, -d or --check, PATH may be a folder, whose .seq files are meant. PATH '-' is stdin.",
		Example: "  seqvm fmt -w .             # all files here and below\n  seqvm fmt --check src      # for continuous integration\n  seqvm fmt - < a.seq        # for an editor",
		Args:    atLeast(1, "PATH"),
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := sources(args, r.folders())
			if err != nil {
				return err
			}
			bad := false
			for _, path := range paths {
				fine, failed := c.format(&r, path)
				bad = bad || !fine
				err = errors.Join(err, failed)
			}
			switch {
			case err != nil:
				return err
			case bad:
				return ExitStatus(statusUsage)
			case r.check && r.changed:
				return ExitStatus(statusRuntimeError)
			}
			return nil
		},
	}
	r.flags(cmd)
	return cmd
}

// format lays out a file; fine is false if that is not well-formed.
func (c *CLI) format(r *rewriting, path string) (fine bool, err error) {
	name, from := path, check.File(path)
	if path == "-" {
		if r.write {
			return true, errors.New("fmt: stdin cannot be rewritten in place: leave -w or '-' out")
		}
		text, err := io.ReadAll(c.Stdin)
		if err != nil {
			return true, fmt.Errorf("cannot read stdin: %w", err)
		}
		name, from = "<stdin>", check.Text("<stdin>", string(text), ".")
	}
	old, text, problems := format.Main(from, load.Options{StdlibDir: c.setting("SEQ_STDLIB"), Dialect: c.dialect})
	if problems.HasErrors() {
		c.report(problems)
		return false, nil
	}
	return true, r.show(c, name, old, text)
}
