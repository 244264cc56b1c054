package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/outfile"
)

func manCommand(c *CLI) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     man + " [COMMAND]",
		Short:   "Write a manual page",
		Long:    "Write the manual page of seqvm or of a command, as man(1) takes it, from the same texts as the help. With --dir all pages are written there.",
		Example: "  seqvm man | man -l -\n  seqvm man run | man -l -\n  seqvm man --dir ~/.local/share/man/man1     # then: man seqvm, man seqvm-run",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if dir != "" {
				return manPages(c, root, dir)
			}
			if len(args) == 0 {
				return manPage(c.Stdout, root)
			}
			for _, sub := range shown(root) {
				if sub.Name() == args[0] {
					return manPage(c.Stdout, sub)
				}
			}
			return unknownCommand(root, args[0])
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write all pages into this folder")
	return cmd
}

// manPages writes all pages into a folder, which is made if it is not there.
func manPages(c *CLI, root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, cmd := range append(shown(root), root) {
		var page strings.Builder
		if err := manPage(&page, cmd); err != nil {
			return err
		}
		if err := outfile.Write(filepath.Join(dir, pageName(cmd)+".1"), []byte(page.String()), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage writes the page of a command in the macros of man(7).
func manPage(to io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"seqvm %s\" \"seqvm\"\n", strings.ToUpper(pageName(cmd)), seqvm.Version)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(cmd)), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n%s\n", roff(useLine(cmd)))
	if !cmd.HasParent() {
		fmt.Fprintf(&b, ".br\n%s COMMAND [flags]\n", roff(cmd.Name()))
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", strings.ReplaceAll(roff(cmd.Long), "\n\n", "\n.PP\n"))
	if subs := shown(cmd); len(subs) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range subs {
			item(&b, sub.Name(), sub.Short)
		}
	}
	manFlags(&b, "OPTIONS", cmd.LocalNonPersistentFlags())
	if !cmd.HasParent() {
		manFlags(&b, "OPTIONS OF ALL COMMANDS", cmd.PersistentFlags())
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
	if !cmd.HasParent() {
		b.WriteString(".SH EXIT STATUS\n")
		for _, s := range statuses {
			item(&b, s.number, s.meaning)
		}
		b.WriteString(".SH ENVIRONMENT\n")
		for _, v := range settings.Variables() {
			item(&b, v.Name, fmt.Sprintf("%s (default: %s)", plain(v.Doc), v.Default))
		}
	}
	also := "seqvm(1)"
	if !cmd.HasParent() {
		var names []string
		for _, sub := range shown(cmd) {
			names = append(names, pageName(sub)+"(1)")
		}
		also = strings.Join(names, ", ")
	}
	fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", roff(also))
	_, err := io.WriteString(to, b.String())
	return err
}

func manFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		kind, text := pflag.UnquoteUsage(f)
		if kind != "" {
			name += " " + kind
		}
		item(b, name, text)
	})
}

// item is an entry of a list: a tag and what it means.
func item(b *strings.Builder, tag, text string) {
	fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s\n", roff(tag), roff(text))
}

// roff is a text in which no character is a request or an escape, and hyphens are those of command lines.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
