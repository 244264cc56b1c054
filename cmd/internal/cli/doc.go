package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/doc"
)

// docFlags are the forms of 'seqvm doc'.
type docFlags struct{ markdown, list, json bool }

func (c *CLI) docCommand() *cobra.Command {
	var flags docFlags
	cmd := &cobra.Command{
		Use:   "doc [WORD | MODULE]...",
		Short: "Explain words and modules",
		Long:  "Explain words, standard modules and those of seqvm. Without arguments: the families and modules that there are.",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return docCompletions(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.doc(args, flags) },
	}
	cmd.Flags().BoolVar(&flags.markdown, "markdown", false, "write the page of all words")
	cmd.Flags().BoolVar(&flags.list, "list", false, "list all words, one a line, or those with the argument in their name")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write the words as one JSON object, as editors get them")
	return cmd
}

// docCompletions are the words and modules that there are.
func docCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, s := range doc.Sections() {
		if s.Module != "" {
			list = append(list, cobra.CompletionWithDesc(s.Module, s.Doc))
		}
		for _, w := range s.Words {
			list = append(list, cobra.CompletionWithDesc(w.Name, w.Effect))
		}
	}
	return list
}

func (c *CLI) doc(args []string, flags docFlags) error {
	switch {
	case flags.markdown:
		doc.Markdown(c.Stdout)
		return nil
	case flags.list && len(args) > 1:
		return errors.New("doc: --list takes one text that names are to contain")
	case flags.list, flags.json && len(args) == 0:
		return c.listWords(strings.Join(args, ""), flags.json)
	case len(args) == 0:
		for _, s := range doc.Sections() {
			fmt.Fprintf(c.Stdout, "%-28s %d words\n", s.Title, len(s.Words))
		}
		return nil
	}
	unknown := false
	for _, name := range args {
		w, isWord := doc.Find(name)
		modules := doc.FindModules(name)
		if isWord && !flags.json {
			w.Write(c.Stdout)
		}
		for _, m := range modules {
			if !flags.json {
				m.Write(c.Stdout)
			}
		}
		if !isWord && len(modules) == 0 {
			unknown = true
			fmt.Fprintf(c.Stderr, "seqvm: no word and no module %q\n", name)
			if instead := types.Instead(name); instead != "" {
				fmt.Fprintf(c.Stderr, "  help: %s\n", instead)
			} else if similar := doc.Similar(name); len(similar) > 0 {
				fmt.Fprintf(c.Stderr, "  similar: %s\n", strings.Join(similar, " "))
			}
		}
	}
	if flags.json && !unknown {
		return doc.JSON(c.Stdout, doc.Named(args))
	}
	if unknown {
		return ExitStatus(statusRuntimeError)
	}
	return nil
}

// listWords lists the words with a text in their name, "" for all.
func (c *CLI) listWords(text string, asJSON bool) error {
	sections := doc.Sections()
	if text != "" {
		if sections = doc.Containing(text); len(sections) == 0 {
			fmt.Fprintf(c.Stderr, "seqvm: no word has %q in its name\n", text)
			return ExitStatus(statusRuntimeError)
		}
	}
	if asJSON {
		return doc.JSON(c.Stdout, sections)
	}
	return doc.List(c.Stdout, sections)
}
