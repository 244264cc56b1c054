package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/doc"
)

func (c *cli) docCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "doc [WORD | MODULE]...",
		Short: "Explain words and standard modules",
		Long:  "Explain words and standard modules. Without arguments: the families and modules that there are.",
		RunE: func(_ *cobra.Command, args []string) error {
			if markdown {
				doc.Markdown(c.stdout)
				return nil
			}
			if len(args) == 0 {
				for _, s := range doc.Sections() {
					fmt.Fprintf(c.stdout, "%-28s %d words\n", s.Title, len(s.Words))
				}
				return nil
			}
			unknown := false
			for _, name := range args {
				w, isWord := doc.Find(name)
				if isWord {
					w.Write(c.stdout)
				}
				m, isModule := doc.FindModule(name)
				if isModule {
					m.Write(c.stdout)
				}
				if !isWord && !isModule {
					unknown = true
					fmt.Fprintf(c.stderr, "seqvm: no word and no standard module %q\n", name)
					if similar := doc.Similar(name); len(similar) > 0 {
						fmt.Fprintf(c.stderr, "  similar: %s\n", strings.Join(similar, " "))
					}
				}
			}
			if unknown {
				return exitStatus(statusRuntimeError)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the page of all words")
	return cmd
}
