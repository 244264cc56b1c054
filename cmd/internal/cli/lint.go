package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lint/rulefile"
)

// linting are the flags of 'lint'.
type linting struct {
	config       string
	errorsOnly   bool
	denyWarnings bool
	format       string
	fix          bool
}

func (c *CLI) lintCommand() *cobra.Command {
	var l linting
	cmd := &cobra.Command{
		Use:   "lint PATH...",
		Short: "Find code that is probably wrong or can be said better",
		Long: "Find code that is well typed and yet probably wrong, or can be said better. PATH is a file, or a folder whose .seq files are meant.\n" +
			"Each finding is a line FILE:LINE:COLUMN: SEVERITY [ID]: MESSAGE; the status is 1 if one is an error. 'seqvm explain ID' explains a rule;\n" +
			"a comment '# seq:allow(ID)' in front of a definition suppresses one in it. FILE of --config has rules of your own (docs/lint.md).",
		Example: "  seqvm lint .\n  seqvm lint --deny-warnings src     # for continuous integration\n  seqvm lint --fix a.seq",
		Args:    atLeast(1, "PATH"),
		RunE:    func(_ *cobra.Command, args []string) error { return c.lint(args, l) },
	}
	cmd.Flags().StringVar(&l.config, "config", "", "a TOML file with rules that come in place of those with the same id, or are added")
	cmd.Flags().BoolVar(&l.errorsOnly, "errors-only", false, "leave warnings and hints out")
	cmd.Flags().BoolVar(&l.denyWarnings, "deny-warnings", false, "status 1 also for warnings")
	cmd.Flags().StringVar(&l.format, "format", "text", "form of the findings: text, or json: one document on one line")
	cmd.Flags().BoolVar(&l.fix, "fix", false, "apply the replacements and removals that rules suggest, until there are none")
	return cmd
}

func (c *CLI) lint(args []string, l linting) error {
	if !slices.Contains([]string{"text", "json"}, l.format) {
		return fmt.Errorf("lint: --format must be text or json, not %q", l.format)
	}
	if _, known := syntax.ParseDialect(c.dialect); !known && c.dialect != "auto" {
		c.report(diag.List{syntax.UnknownDialect(c.dialect, diag.Span{})})
		return ExitStatus(statusUsage)
	}
	o, err := c.lintOptions(l)
	if err != nil {
		return err
	}
	paths, err := lintPaths(args)
	var all lint.Summary
	for _, path := range paths {
		if l.fix {
			err = errors.Join(err, c.lintFix(path, o))
		}
		report := seqvm.Lint(seqvm.File(path), c.options(), o)
		for _, note := range report.Notes {
			fmt.Fprintf(c.Stderr, "seqvm: %s\n", visible.Text(note))
		}
		all.Add(report)
	}
	if l.format == "json" {
		_ = diag.WriteJSON(c.Stdout, all.List()) // an error of stdout is kept there
	} else {
		_ = all.Write(c.Stdout)
	}
	if err != nil {
		return err
	}
	bad := []diag.Severity{diag.Error}
	if l.denyWarnings {
		bad = append(bad, diag.Warning)
	}
	if n, _ := all.Count(bad...); n > 0 {
		return ExitStatus(statusRuntimeError)
	}
	return nil
}

func (c *CLI) lintOptions(l linting) (lint.Options, error) {
	o := lint.Options{ErrorsOnly: l.errorsOnly}
	if l.config == "" {
		return o, nil
	}
	text, err := os.ReadFile(l.config)
	if err != nil {
		return o, fmt.Errorf("cannot read the rules: %w", err)
	}
	rules, err := rulefile.Parse(l.config, string(text))
	if err != nil {
		return o, err
	}
	words := c.words()
	if words == nil {
		words = seqvm.AllWords()
	}
	o.Rules = lint.WithRules(lint.BuiltinRules(words.Types()), rules)
	return o, nil
}

// lintPaths lists files, and those ending in .seq in folders, sorted, each once. The error names what is not there.
func lintPaths(args []string) (paths []string, err error) {
	for _, arg := range args {
		if _, missing := os.Stat(arg); missing != nil {
			err = errors.Join(err, missing)
			continue
		}
		found, unreadable := sources([]string{arg}, true)
		err = errors.Join(err, unreadable)
		slices.Sort(found)
		for _, path := range found {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths, err
}

// lintFix rewrites a file as the rules suggest.
func (c *CLI) lintFix(path string, o lint.Options) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return nil //nolint:nilerr // the report has it
	}
	fixed, err := seqvm.LintFix(path, string(old), c.options(), o)
	if err != nil {
		return fmt.Errorf("%s stays as it is: %w", path, err)
	}
	if fixed.Count == 0 {
		return nil
	}
	fmt.Fprintf(c.Stderr, "seqvm: %s: %d finding(s) fixed\n", visible.Text(path), fixed.Count)
	return outfile.Write(path, []byte(fixed.Text), 0o666)
}
