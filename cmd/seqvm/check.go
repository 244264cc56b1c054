package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/diag"
)

func (c *cli) checkCommand() *cobra.Command {
	var verbose, stacks bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check programs without running them",
		Long: "Check programs without running them. Silent when all is fine; a file needs no main.\n\n" +
			"With --stacks the words of the files are shown with the types on the stack behind each line; FILE:WORD shows one word.",
		Args: atLeast(1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts := c.options()
			opts.Library, opts.Verbose = true, verbose
			check := func(path string) diag.List { return seqvm.CheckFile(path, opts) }
			if stacks {
				check = func(path string) diag.List { return c.showStacks(path, opts) }
			}
			bad := false
			for _, path := range args {
				problems := check(path)
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
	cmd.Flags().BoolVar(&stacks, "stacks", false, "show the stack behind each line")
	return cmd
}

// showStacks writes the words of FILE, or that of FILE:WORD, with the stack behind each line.
func (c *cli) showStacks(name string, opts seqvm.Options) diag.List {
	path, word := splitWord(name)
	words, problems := seqvm.StacksOfFile(path, opts)
	out := diag.Renderer{Out: c.stdout, Color: c.colorsOn(c.stdout)}
	shown := 0
	for _, w := range words {
		if word != "" && w.Word != word {
			continue
		}
		if shown++; shown > 1 {
			fmt.Fprintln(c.stdout)
		}
		_ = out.Stacks(w.Definition, w.Steps) // an error of stdout is kept there
	}
	if word != "" && shown == 0 && !problems.HasErrors() {
		problems = append(problems, &diag.Diagnostic{Code: "no-such-word", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1},
			Message: fmt.Sprintf("the file defines no word '%s'", word)})
	}
	return problems
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
