package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/tools/testrunner"
)

func completionCommand(c *CLI) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write the completion script for a shell",
		Long:  "Write the completion script for bash, zsh, fish or powershell. It completes commands, flags with their values, files, words, codes.",
		Example: "  source <(seqvm completion bash)                                    # in ~/.bashrc\n" +
			"  seqvm completion zsh > \"${fpath[1]}/_seqvm\"                        # once, then start zsh anew\n" +
			"  seqvm completion fish > ~/.config/fish/completions/seqvm.fish\n" +
			"  seqvm completion powershell | Out-String | Invoke-Expression       # in $PROFILE",
		ValidArgs: shells,
		Args:      exactly(1, "SHELL"),
		RunE:      func(cmd *cobra.Command, args []string) error { return completionScript(c, cmd.Root(), args[0]) },
	}
}

// shells are those that cobra has completion scripts for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionScript writes the script that has a shell ask the program itself.
func completionScript(c *CLI, root *cobra.Command, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(c.Stdout, true)
	case "zsh":
		return root.GenZshCompletion(c.Stdout)
	case "fish":
		return root.GenFishCompletion(c.Stdout, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(c.Stdout)
	}
	return fmt.Errorf("unknown shell %q: bash, zsh, fish and powershell are known", shell)
}

// choices are the values of the flags that take one of a few.
var choices = []struct{ flag, values string }{
	{"color", "auto always never"},
	{"diagnostics", "text json"},
	{"log-level", "trace debug info warn error off"},
	{"log-format", "console json"},
	{"dialect", "auto 7 6 classic classic-4 classic-2 classic-1"},
	{"edit-mode", "vi emacs"},
	{"format", "text json"},
}

// oneOf refuses a value of a flag, or of from, that is none of its choices.
func oneOf(flag, from, value string) error {
	for _, c := range choices {
		values := strings.Fields(c.values)
		if c.flag == flag && !slices.Contains(values, value) {
			last := len(values) - 1
			return fmt.Errorf("%s must be %s or %s, not %q", from, strings.Join(values[:last], ", "), values[last], value)
		}
	}
	return nil
}

// The files that arguments and values of flags are.
var (
	programs  = []string{"seq", "seqb"}
	sourceExt = []string{"seq"}
	tomlExt   = []string{"toml"}
)

// completing gives the commands of a tree their completions, if the command line asks for some.
func completing(root *cobra.Command, args []string) {
	if len(args) == 0 || args[0] != cobra.ShellCompRequestCmd && args[0] != cobra.ShellCompNoDescRequestCmd {
		return
	}
	root.InitDefaultHelpCmd()
	arguments := map[string]cobra.CompletionFunc{
		"run":     onlyFirst(files(programs)),
		"check":   files(sourceExt),
		"build":   onlyFirst(files(programs)),
		"disasm":  onlyFirst(files(programs)),
		"test":    files(sourceExt),
		"lint":    files(sourceExt),
		"fmt":     files(sourceExt),
		"fix":     files(sourceExt),
		"repl":    onlyFirst(files(sourceExt)),
		"env":     list(variableCompletions),
		"new":     cobra.NoFileCompletions,
		"version": cobra.NoFileCompletions,
		man:       cobra.FixedCompletions(seqvmNames(), cobra.ShellCompDirectiveNoFileComp),
		help:      cobra.FixedCompletions(append(seqvmNames(), "flags", "environment", "statuses"), cobra.ShellCompDirectiveNoFileComp),
	}
	values := map[string]cobra.CompletionFunc{
		"config": files(tomlExt), "ffi-manifest": files(tomlExt), "word": wordsOfFile, "filter": testsOfFiles, "allow-env": list(variableCompletions),
	}
	for _, choice := range choices {
		values[choice.flag] = cobra.FixedCompletions(strings.Fields(choice.values), cobra.ShellCompDirectiveNoFileComp)
	}
	for _, cmd := range append(root.Commands(), root) {
		if cmd.ValidArgs == nil && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = arguments[cmd.Name()]
		}
		add := func(f *pflag.Flag) {
			if complete, has := values[f.Name]; has {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, matching(complete)) // it is there, and has none
			}
		}
		cmd.LocalNonPersistentFlags().VisitAll(add)
		cmd.PersistentFlags().VisitAll(add)
	}
	root.ValidArgsFunction = onlyFirst(files(programs))
	for _, cmd := range append(root.Commands(), root) {
		if cmd.ValidArgsFunction != nil {
			cmd.ValidArgsFunction = matching(cmd.ValidArgsFunction)
		}
	}
}

// matching leaves only what goes on with the text that is there.
func matching(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, how := complete(cmd, args, start)
		if how&cobra.ShellCompDirectiveFilterFileExt != 0 {
			return all, how
		}
		return slices.DeleteFunc(slices.Clone(all), func(c cobra.Completion) bool { return !strings.HasPrefix(c, start) }), how
	}
}

// files completes files with one of the extensions, and folders.
func files(extensions []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(extensions, cobra.ShellCompDirectiveFilterFileExt)
}

// onlyFirst completes the first argument; what comes behind it may be any file.
func onlyFirst(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return complete(cmd, args, start)
	}
}

// list completes from a list that is made when it is asked for.
func list(all func() []cobra.Completion) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return all(), cobra.ShellCompDirectiveNoFileComp
	}
}

func variableCompletions() []cobra.Completion {
	var names []cobra.Completion
	for _, v := range settings.Variables() {
		names = append(names, cobra.CompletionWithDesc(v.Name, plain(v.Doc)))
	}
	return names
}

// wordsOfFile are the words that the file on the command line defines.
func wordsOfFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return defined(args, ""), cobra.ShellCompDirectiveNoFileComp
}

// testsOfFiles are the tests in the files on the command line, or in this folder.
func testsOfFiles(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		args = []string{"."}
	}
	found, err := testrunner.Discover(args)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return defined(found, "test-"), cobra.ShellCompDirectiveNoFileComp
}

// defined are the names behind the colons that start lines of files, as far as they start with a text: the files may be ones that do not
// parse just now.
func defined(paths []string, start string) []cobra.Completion {
	var names []cobra.Completion
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			words := strings.Fields(line)
			if len(words) > 1 && words[0] == ":" && strings.HasPrefix(words[1], start) {
				names = append(names, words[1])
			}
		}
	}
	return names
}

// exactly asks for n arguments, atLeast for n or more; what names them.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return fmt.Errorf("%s: unexpected argument %q; see '%s --help'", cmd.Name(), args[n], cmd.CommandPath())
		}
		return atLeast(n, what)(cmd, args)
	}
}

func atLeast(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return fmt.Errorf("%s: %s is missing; see '%s --help'", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}
