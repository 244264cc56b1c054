package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/tools/explain"
)

func (c *cli) explainCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "explain [CODE]...",
		Short: "Explain the codes of errors, warnings and hints",
		Long: "Explain what stands in brackets behind the message of an error, a warning or a hint: what it means, why the rule is there,\n" +
			"a program that is wrong and one that is right. Without arguments: all codes.",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var codes []cobra.Completion
			for _, g := range explain.Groups() {
				for _, p := range g.Pages {
					codes = append(codes, cobra.CompletionWithDesc(string(p.Code), p.Summary))
				}
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case markdown:
				return explain.Markdown(c.stdout)
			case len(args) == 0:
				return explain.List(c.stdout)
			}
			return c.explain(args)
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the pages of all codes")
	return cmd
}

func (c *cli) explain(codes []string) error {
	unknown := false
	for i, code := range codes {
		page, ok := explain.Find(code)
		if !ok {
			unknown = true
			fmt.Fprintf(c.stderr, "seqvm: no diagnostic has the code %q\n", code)
			if similar := explain.Similar(code); len(similar) > 0 {
				fmt.Fprintf(c.stderr, "  similar: %s\n", strings.Join(similar, " "))
			} else {
				fmt.Fprintln(c.stderr, "  'seqvm explain' lists all codes")
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		if err := page.Write(c.stdout); err != nil {
			return err
		}
	}
	if unknown {
		return exitStatus(statusUsage)
	}
	return nil
}
