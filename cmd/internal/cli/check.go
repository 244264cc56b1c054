package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
)

func checkCommand(c *CLI) *cobra.Command {
	var verbose, stacks, capabilities, asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check programs without running them",
		Long: "Check programs without running them. Silent when all is fine; a file needs no main.\n\n" +
			"With --stacks the words of the files are shown with the types on the stack behind each line; FILE:WORD shows one word.\n" +
			"With --capabilities it is listed instead what of files, network, environment and process the words of the files can ask for,\n" +
			"with the flag that gives it to a program in a sandbox (docs/security.md).\n" +
			"With --json everything that was found goes to stdout as one JSON document, also when it is nothing.\n" +
			"'seqvm explain CODE' explains a code, which stands in brackets behind a message.",
		Args: atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if c.setting("GOGC") == "" {
				forChecking()
			}
			opts := c.options()
			opts.Library, opts.Verbose = true, verbose
			if asJSON {
				c.diagnostics = "json"
			}
			check := func(path string) (diag.List, error) { return checkFile(c, path, opts) }
			if stacks {
				check = func(path string) (diag.List, error) { return showStacks(c, path, opts) }
			}
			if capabilities {
				check = func(path string) (diag.List, error) { return showCapabilities(c, path, opts), nil }
			}
			bad := false
			for _, path := range args {
				problems, err := check(path)
				if err != nil {
					return err
				}
				c.report(problems)
				bad = bad || problems.HasErrors()
			}
			if asJSON {
				if err := diag.WriteJSON(c.Stdout, c.found); err != nil {
					return err
				}
				c.found = nil
			}
			if bad {
				return ExitStatus(statusUsage)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write what was found to stdout as one JSON document")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "more hints: closures of classic files that releases before 5.5 ran otherwise, and modules that only seqvm has")
	cmd.Flags().BoolVar(&capabilities, "capabilities", false, "list what the program can ask for in a sandbox, word by word")
	cmd.Flags().BoolVar(&stacks, "stacks", false, "show the stack behind each line")
	return cmd
}

// checkFile checks a source, which is stdin for "-", or a bytecode file, which is decoded and verified.
func checkFile(c *CLI, path string, opts seqvm.Options) (diag.List, error) {
	info, err := os.Stat(path)
	switch {
	case path == "-", err == nil && !info.IsDir() && !info.Mode().IsRegular(): // it gives its text once
		text, _, err := c.read(path)
		c.typed = nil // the next file has its own
		name := path
		if path == "-" {
			name = "<stdin>"
		}
		if err != nil {
			return diag.List{{Code: "unreadable", Span: diag.Span{Source: diag.NewSource(name, ""), Start: -1}, Message: fmt.Sprintf("cannot read '%s': %v", name, err)}}, nil
		}
		return seqvm.Check(seqvm.Text(name, string(text)), opts), nil
	case isBytecode(path):
		_, problems := c.compile(path, opts)
		return problems, nil
	}
	return seqvm.Check(seqvm.File(path), opts), nil
}

// isBytecode tells by the first bytes of a file whether it is bytecode.
func isBytecode(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // a pipe gives its text once
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, bytecode.MagicLength)
	_, err = io.ReadFull(f, start)
	return err == nil && bytecode.IsEncoded(start)
}

// showStacks writes the words of FILE, or that of FILE:WORD, with the stack behind each line.
func showStacks(c *CLI, name string, opts seqvm.Options) (diag.List, error) {
	path, word := splitWord(name)
	words, problems := seqvm.Stacks(seqvm.File(path), opts)
	out := diag.Renderer{Out: c.Stdout, Color: c.colorsOn(c.Stdout)}
	shown := 0
	for _, w := range words {
		if word != "" && w.Word != word {
			continue
		}
		if shown++; shown > 1 {
			fmt.Fprintln(c.Stdout)
		}
		_ = out.Stacks(w.Definition, w.Steps) // an error of stdout is kept there
	}
	if word != "" && shown == 0 && !problems.HasErrors() {
		return problems, fmt.Errorf("%s defines no word '%s'", path, word)
	}
	return problems, nil
}

// showCapabilities lists what a program can ask for; for the JSON document as hints.
func showCapabilities(c *CLI, path string, opts seqvm.Options) diag.List {
	uses, problems := seqvm.Capabilities(seqvm.File(path), opts)
	if problems.HasErrors() {
		return problems
	}
	if c.diagnostics == "json" {
		return uses
	}
	for _, use := range uses {
		line, column := use.Span.Source.Position(use.Span.Start)
		fmt.Fprintf(c.Stdout, "%s:%d:%d: %s\n", visible.Text(use.Span.Source.Name), line, column, use.Message)
	}
	return nil
}

// splitWord takes FILE:WORD apart; word is "" for what is a file as it is.
func splitWord(name string) (path, word string) {
	for i := strings.IndexByte(name, ':'); i > 0; {
		if isFile(name) {
			return name, ""
		}
		if isFile(name[:i]) && i+1 < len(name) {
			return name[:i], name[i+1:]
		}
		next := strings.IndexByte(name[i+1:], ':')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return name, ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
