package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/tools/fix"
)

func (c *CLI) fixCommand() *cobra.Command {
	r := rewriting{done: "fixed"}
	var when bool
	cmd := &cobra.Command{
		Use:   "fix FILE...",
		Short: "Rewrite classic files into today's dialect",
		Long: "Rewrite files of the classic dialect ('if … else … then') into today's. The result goes to stdout;\n" +
			"with -w, -d or --check, FILE may be a folder. FILE '-' is stdin.",
		Args: atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := fix.Options{Options: load.Options{StdlibDir: c.setting("SEQ_STDLIB"), Dialect: c.dialect}, When: when}
			if len(args) == 1 && args[0] == "-" {
				text, err := io.ReadAll(c.Stdin)
				if err != nil {
					return err
				}
				args = []string{"<stdin>.seq"}
				opts.ReadFile = func(path string) ([]byte, error) {
					if path == args[0] {
						return text, nil
					}
					return load.ReadInclude(path)
				}
				r.write, r.check = false, false
			}
			return c.fix(args, opts, &r)
		},
	}
	r.flags(cmd)
	cmd.Flags().BoolVar(&when, "when", false, "write '[ A ] when' for 'if A then' where it means the same")
	return cmd
}

// fix rewrites files.
func (c *CLI) fix(args []string, opts fix.Options, r *rewriting) error {
	paths, err := sources(args, r.folders())
	if err != nil {
		return err
	}
	results, old, refused := fix.Files(paths, opts)
	c.report(old)
	for _, err := range refused {
		fmt.Fprintf(c.Stderr, "seqvm: %v\n", err)
	}
	for _, result := range results {
		for _, n := range result.Notes {
			fmt.Fprintf(c.Stderr, "%s\n", n)
		}
		err = errors.Join(err, r.show(c, result.Path, result.Old, result.Text))
	}
	switch {
	case err != nil:
		return err
	case old.HasErrors():
		return ExitStatus(statusUsage)
	case len(refused) > 0, r.check && r.changed:
		return ExitStatus(statusRuntimeError)
	}
	return nil
}

// sources lists files, and those ending in .seq in folders.
func sources(args []string, folders bool) ([]string, error) {
	var paths []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		if !folders {
			return nil, fmt.Errorf("%s is a folder: -w, -d or --check is needed", arg)
		}
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(path) == ".seq" {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}
