package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/spelling"
)

// settingShown is a setting as 'env' shows it.
type settingShown struct {
	Name    string `json:"name"`
	Value   string `json:"value"` // that holds
	Default string `json:"default"`
	Set     bool   `json:"set"`               // the environment has it
	Invalid string `json:"invalid,omitempty"` // what the environment has, where that does not count
	Flag    string `json:"flag,omitempty"`
	Place   string `json:"place"`
	Doc     string `json:"doc"`
}

func envCommand(c *CLI) *cobra.Command {
	var asJSON, markdown bool
	cmd := &cobra.Command{
		Use:   "env [NAME...]",
		Short: "Show the settings that hold",
		Long: "Show the variables of the environment that seqvm goes by: each with the value that holds, its default, the flag that comes before it, and where\n" +
			"the book of the language describes it. With names only their values, one a line.",
		Example: "  seqvm env\n  seqvm env SEQ_STACK_MAX\n  SEQ_WATCHDOG_SECS=30 seqvm env --json",
		RunE: func(_ *cobra.Command, names []string) error {
			switch {
			case markdown:
				_, err := fmt.Fprint(c.Stdout, settings.Markdown())
				return err
			case asJSON:
				list, err := shownSettings(c, names)
				if err != nil {
					return err
				}
				return json.NewEncoder(c.Stdout).Encode(list)
			}
			return showEnv(c, names)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as a JSON list of objects")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the table of the documentation")
	return cmd
}

func showEnv(c *CLI, names []string) error {
	list, err := shownSettings(c, names)
	if err != nil {
		return err
	}
	for _, s := range list {
		if len(names) > 0 {
			fmt.Fprintln(c.Stdout, visible.Text(s.Value))
			continue
		}
		s.write(c)
	}
	return nil
}

func (s settingShown) write(c *CLI) {
	from := "default"
	switch {
	case s.Invalid != "":
		from = fmt.Sprintf("default: '%s' is not valid", visible.Text(s.Invalid))
	case s.Set:
		from = "set; default " + s.Default
	}
	fmt.Fprintf(c.Stdout, "%s=%s  (%s)\n    %s\n", s.Name, visible.Text(s.Value), from, s.Doc)
	if s.Flag != "" {
		fmt.Fprintf(c.Stdout, "    flag: %s\n", s.Flag)
	}
	fmt.Fprintf(c.Stdout, "    %s\n", s.Place)
}

// shownSettings are the settings with the names, of which none is all, as they hold.
func shownSettings(c *CLI, names []string) ([]settingShown, error) {
	var list []settingShown
	known := map[string]settingShown{}
	var all []string
	for _, v := range settings.Variables() {
		s := settingShown{Name: v.Name, Value: v.Default, Default: v.Default, Flag: v.Flag, Place: v.Place, Doc: plain(v.Doc)}
		value, set := c.Getenv(v.Name)
		switch {
		case set && v.Valid(value):
			s.Value, s.Set = value, true
		case set && value != "":
			s.Invalid, s.Set = value, true
		}
		list, all, known[v.Name] = append(list, s), append(all, v.Name), s
	}
	if len(names) == 0 {
		return list, nil
	}
	list = nil
	for _, name := range names {
		s, ok := known[name]
		if near := spelling.Nearest(name, all); !ok && len(near) > 0 {
			return nil, fmt.Errorf("env: seqvm does not go by %q; did you mean %s?", name, strings.Join(near, " or "))
		}
		if !ok {
			return nil, fmt.Errorf("env: seqvm does not go by %q; 'seqvm env' lists what it goes by", name)
		}
		list = append(list, s)
	}
	return list, nil
}
