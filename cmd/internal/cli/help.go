package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/spelling"
)

// usage writes how a command is called. The flags that all have are a topic of their own.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", useLine(cmd))
	if !cmd.HasParent() {
		fmt.Fprintf(w, "  %s COMMAND [flags]\n", cmd.Name())
	}
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if subs := shown(cmd); len(subs) > 0 {
		fmt.Fprintln(w, "\nCommands:")
		for _, sub := range subs {
			fmt.Fprintf(w, "  %-*s %s\n", cmd.NamePadding(), sub.Name(), sub.Short)
		}
	}
	if flags := cmd.LocalNonPersistentFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", flags.FlagUsages())
	}
	root := cmd.Root()
	fmt.Fprintf(w, "\n'%s help COMMAND' explains a command", root.Name())
	if root.PersistentFlags().HasAvailableFlags() {
		fmt.Fprintf(w, ", '%s help flags' the flags that all have: %s", root.Name(), flagNames(root.PersistentFlags()))
	}
	fmt.Fprintln(w, ".")
	return nil
}

// useLine is the command line of a command.
func useLine(cmd *cobra.Command) string {
	name, args, _ := strings.Cut(cmd.Use, " ")
	line := name
	if cmd.HasParent() {
		line = cmd.Parent().CommandPath() + " " + name
	}
	if cmd.HasAvailableLocalFlags() {
		line += " [flags]"
	}
	return strings.TrimSpace(line + " " + args)
}

// shown are the commands below one that the help lists.
func shown(cmd *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == help {
			list = append(list, sub)
		}
	}
	return list
}

func flagNames(flags *pflag.FlagSet) string {
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return strings.Join(names, ", ")
}

// examples are of the commands that do not come with some.
var examples = []struct{ command, lines string }{
	{"check", "  seqvm check program.seq\n  seqvm check --stacks program.seq:word      # the types on the stack behind each line\n  seqvm check --json *.seq"},
	{"disasm", "  seqvm disasm program.seq\n  seqvm disasm --word main program.seqb\n  seqvm disasm --native --word fib program.seq"},
	{"test", "  seqvm test\n  seqvm test -v --filter parse src\n  seqvm test --cover --junit results.xml"},
	{"doc", "  seqvm doc list.map\n  seqvm doc std:json\n  seqvm doc --list concat"},
	{"explain", "  seqvm explain unknown-word\n  seqvm explain                              # lists all codes"},
	{"fix", "  seqvm fix -d old.seq                       # shows what would change\n  seqvm fix -w old.seq"},
	{"fmt", "  seqvm fmt -d .\n  seqvm fmt -w program.seq\n  seqvm fmt --check .                        # for continuous integration"},
	{"repl", "  seqvm repl\n  seqvm repl session.seq                     # goes on where it was left\n  echo '1 2 +' | seqvm repl --plain"},
	{"version", "  seqvm version\n  seqvm version --json"},
}

func exampleOf(command string) string {
	for _, e := range examples {
		if e.command == command {
			return e.lines
		}
	}
	return ""
}

// topics are what 'help' explains besides commands.
var topics = []struct {
	name, short string
	write       func(io.Writer, *cobra.Command)
}{
	{"flags", "the flags that all commands have", func(w io.Writer, root *cobra.Command) { fmt.Fprint(w, root.PersistentFlags().FlagUsages()) }},
	{"environment", "the variables of the environment", func(w io.Writer, _ *cobra.Command) { variables(w) }},
	{"statuses", "the exit statuses", func(w io.Writer, _ *cobra.Command) {
		for _, s := range statuses {
			fmt.Fprintf(w, "  %-4s %s\n", s.number, s.meaning)
		}
	}},
}

// statuses are the exit statuses (chapter 8, section 12).
var statuses = []struct{ number, meaning string }{
	{"0", "all is well; of a program: main leaves no Int, or 0"},
	{"1", "a run-time error, a failed test, an error of lint, a file that 'fmt --check' would change, an unknown word of 'doc'"},
	{"2", "a command line that is wrong, a file that cannot be read or does not compile, nothing to test"},
	{"70", "an internal error: a bug of seqvm"},
	{"130", "interrupted (SIGINT), where the program has not taken the signal over; 143: ended (SIGTERM)"},
	{"141", "nobody reads the output any more"},
	{"n", "else what the program ends with: the Int that main leaves, modulo 256, or that of os.exit"},
}

// variables writes the variables of the environment with what they do.
func variables(w io.Writer) {
	for _, v := range settings.Variables() {
		fmt.Fprintf(w, "  %s (default: %s)\n      %s\n", v.Name, v.Default, plain(v.Doc))
	}
}

// plain is the text of a line of Markdown: without the marks of code and the places of links.
func plain(text string) string {
	text = strings.ReplaceAll(text, "`", "")
	for {
		before, rest, found := strings.Cut(text, "[")
		word, rest, link := strings.Cut(rest, "](")
		_, after, closed := strings.Cut(rest, ")")
		if !found || !link || !closed {
			return text
		}
		text = before + word + after
	}
}

func helpCommand(c *CLI) *cobra.Command {
	return &cobra.Command{
		Use:     help + " [COMMAND | TOPIC]",
		Short:   "Explain a command, or one of: flags, environment, statuses",
		Long:    "Explain a command or a topic: the flags that all commands have, the variables of the environment, the exit statuses.",
		Example: "  seqvm help run\n  seqvm help environment",
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				return root.Help()
			}
			if sub, rest, err := root.Find(args); err == nil && sub != root && len(rest) == 0 {
				sub.InitDefaultHelpFlag()
				return sub.Help()
			}
			for _, topic := range topics {
				if topic.name == args[0] {
					topic.write(c.Stdout, root)
					return nil
				}
			}
			return unknownCommand(root, args[0])
		},
	}
}

// seqvmNames are the names of all commands.
func seqvmNames() []string {
	names := []string{help}
	for _, of := range commands() {
		names = append(names, of.name)
	}
	return names
}

// unknownCommand is the error for a name that is neither a command nor a file.
func unknownCommand(root *cobra.Command, name string) error {
	program, names := root.Name(), seqvmNames()
	if program == reference {
		names = nil
		for _, cmd := range shown(root) {
			names = append(names, cmd.Name())
		}
	}
	if near := spelling.Nearest(name, names); len(near) > 0 {
		return fmt.Errorf("unknown command or file %q; did you mean '%s %s'?", name, program, strings.Join(near, fmt.Sprintf("' or '%s ", program)))
	}
	return fmt.Errorf("unknown command or file %q; '%s help' lists the commands", name, program)
}

// flagError tells which flag of the command is like one that it does not have.
func flagError(cmd *cobra.Command, err error) error {
	var number *strconv.NumError
	if errors.As(err, &number) {
		var invalid *pflag.InvalidValueError
		if errors.As(err, &invalid) {
			return fmt.Errorf("--%s must be %s, not %q", invalid.GetFlag().Name, kindOf(invalid.GetFlag()), invalid.GetValue())
		}
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := spelling.Nearest(unknown.GetSpecifiedName(), names)
	if len(near) == 0 {
		return fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, strings.Join(near, " or --"))
}

// kindOf says what the values of a flag are.
func kindOf(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "bool":
		return "true or false"
	case "uint64":
		return "a whole number from 0 on"
	case "int":
		return "a whole number"
	}
	return "a number"
}
