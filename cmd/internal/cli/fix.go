package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/tools/fix"
)

func (c *CLI) fixCommand() *cobra.Command {
	var write, showDiff, check, when bool
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
				write, check = false, false
			}
			paths, err := sources(args, write || showDiff || check)
			if err != nil {
				return err
			}
			results, old, refused := fix.Files(paths, opts)
			c.report(old)
			for _, err := range refused {
				fmt.Fprintf(c.Stderr, "seqvm: %v\n", err)
			}
			changed := false
			for _, r := range results {
				for _, n := range r.Notes {
					fmt.Fprintf(c.Stderr, "%s\n", n)
				}
				changed = changed || r.Text != r.Old
				switch {
				case check && r.Text != r.Old:
					fmt.Fprintln(c.Stdout, r.Path)
				case check:
				case showDiff:
					_, _ = c.Stdout.Write(diff.Diff(r.Path, []byte(r.Old), r.Path+" (fixed)", []byte(r.Text)))
				case write:
					if r.Text != r.Old {
						err = errors.Join(err, outfile.Write(r.Path, []byte(r.Text), 0o666))
					}
				default:
					fmt.Fprint(c.Stdout, r.Text)
				}
			}
			switch {
			case err != nil:
				return err
			case old.HasErrors():
				return ExitStatus(statusUsage)
			case len(refused) > 0, check && changed:
				return ExitStatus(statusRuntimeError)
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "rewrite the files in place")
	cmd.Flags().BoolVarP(&showDiff, "diff", "d", false, "show what would change")
	cmd.Flags().BoolVar(&when, "when", false, "write '[ A ] when' for 'if A then' where it means the same")
	cmd.Flags().BoolVar(&check, "check", false, "list the files that would change; status 1 if there are any")
	return cmd
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
