package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/internal/visible"
)

// template are the files of a new project. NAME is its name.
var template = []struct{ name, text string }{
	{"main.seq", `#!/usr/bin/env seqvm
# NAME: greets who is named on the command line, or everybody.
include "greeting"

: name ( -- String )
  args.count 1 > [ 1 args.at ] [ "world" ] if
;

: main ( -- )
  name greeting io.write-line
;
`},
	{"greeting.seq", `# The greeting of somebody.
: greeting ( String -- String )
  "Hello, " swap string.concat "!" string.concat
;
`},
	{"test-greeting.seq", `include "greeting"

: test-greeting ( -- )
  "world" greeting "Hello, world!" test.assert-eq-str
;
`},
	{"README.md", "# NAME\n\n```\nseqvm main.seq            # runs it\nseqvm test                # runs the tests\nseqvm check main.seq      # checks it without running\nseqvm fmt -w main.seq greeting.seq test-greeting.seq\nseqvm build --exe main.seq -o NAME\n```\n"},
}

func newCommand(c *CLI) *cobra.Command {
	return &cobra.Command{
		Use:     "new NAME",
		Short:   "Start a project in a new folder",
		Long:    "Start a project: make the folder NAME with a program, a file that it includes, and a test of that. What is there already is left alone.",
		Example: "  seqvm new hello\n  cd hello && seqvm main.seq && seqvm test",
		Args:    exactly(1, "NAME"),
		RunE:    func(_ *cobra.Command, args []string) error { return newProject(c, args[0]) },
	}
}

func newProject(c *CLI, path string) error {
	name := filepath.Base(filepath.Clean(path))
	if path == "" || name == "." || name == ".." || name == string(filepath.Separator) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("new: %q is no name for a folder", path)
	}
	if err := os.Mkdir(path, 0o777); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("new: '%s' is there already", visible.Text(path))
	} else if err != nil {
		return fmt.Errorf("new: %w", err)
	}
	for _, file := range template {
		mode := fs.FileMode(0o666)
		if strings.HasPrefix(file.text, "#!") {
			mode = 0o777
		}
		if err := outfile.Write(filepath.Join(path, file.name), []byte(strings.ReplaceAll(file.text, "NAME", name)), mode); err != nil {
			return fmt.Errorf("new: %w", err)
		}
	}
	shown := visible.Text(path)
	fmt.Fprintf(c.Stdout, "%s is there:\n", shown)
	for _, file := range template {
		fmt.Fprintf(c.Stdout, "  %s\n", filepath.Join(shown, file.name))
	}
	_, err := fmt.Fprintf(c.Stdout, "Next: cd %s && seqvm main.seq && seqvm test\n", shown)
	return err
}
