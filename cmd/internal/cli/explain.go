package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/tools/explain"
)

func (c *CLI) explainCommand() *cobra.Command {
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
				return explain.Markdown(c.Stdout)
			case len(args) == 0:
				return explain.List(c.Stdout)
			}
			return c.explain(args)
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the pages of all codes")
	return cmd
}

func (c *CLI) explain(codes []string) error {
	unknown := false
	for i, code := range codes {
		page, ok := explain.Find(code)
		if !ok {
			unknown = true
			fmt.Fprintf(c.Stderr, "seqvm: no diagnostic has the code %q\n", code)
			if similar := explain.Similar(code); len(similar) > 0 {
				fmt.Fprintf(c.Stderr, "  similar: %s\n", strings.Join(similar, " "))
			} else {
				fmt.Fprintln(c.Stderr, "  'seqvm explain' lists all codes")
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(c.Stdout)
		}
		if err := page.Write(c.Stdout); err != nil {
			return err
		}
	}
	if unknown {
		return ExitStatus(statusUsage)
	}
	return nil
}
