// Package rulefile reads files with rules for the linter (chapter 8, section 4): TOML with a table [[lint]] for
// each. What the rules mean, package lint knows.
package rulefile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint"
)

// document is such a file. Keys that it does not have are ignored. What is nil is not there.
type document struct {
	Lint *[]struct {
		ID, Pattern, Message, Replacement, Severity *string
	}
}

// severityOf finds a severity by its name.
func severityOf(name string) (severity diag.Severity, ok bool) {
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Hint} {
		if severity.String() == name {
			return severity, true
		}
	}
	return 0, false
}

// Parse reads the text of a file. name is what errors call it.
func Parse(name, text string) (rules []*lint.Rule, err error) {
	var doc document
	if err := toml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, malformed(name, err)
	}
	if doc.Lint == nil {
		return nil, fmt.Errorf("%s: there is no table [[lint]], which is what a rule is", name)
	}
	for i, t := range *doc.Lint {
		which := fmt.Sprintf("%s: rule %d", name, i+1)
		if t.ID != nil {
			which += fmt.Sprintf(" (%s)", *t.ID)
		}
		for _, key := range []struct {
			name  string
			value *string
		}{{"id", t.ID}, {"pattern", t.Pattern}, {"message", t.Message}} {
			if key.value == nil {
				return nil, fmt.Errorf("%s: the key '%s' is missing", which, key.name)
			}
		}
		severity, ok := severityOf(or(t.Severity, diag.Warning.String()))
		switch {
		case !ok:
			return nil, fmt.Errorf("%s: the severity '%s' is none of error, warning, hint", which, *t.Severity)
		case *t.ID == "" || strings.ContainsAny(*t.ID, " \t\n()[]"):
			return nil, fmt.Errorf("%s: the id '%s' is not one word", which, *t.ID)
		case !lint.Replaceable(diag.Code(*t.ID)):
			return nil, fmt.Errorf("%s: the id is that of errors of the language", which)
		}
		rule, err := lint.NewRule(diag.Code(*t.ID), severity, *t.Pattern, *t.Message, or(t.Replacement, ""))
		if err != nil {
			return nil, fmt.Errorf("%s: the pattern '%s': %w", which, *t.Pattern, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func or(value *string, otherwise string) string {
	if value == nil {
		return otherwise
	}
	return *value
}

// malformed is the error of a text that is no TOML, or whose keys have other types.
func malformed(name string, err error) error {
	why := strings.TrimPrefix(err.Error(), "toml: ")
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, column := wrong.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, line, column, why)
	}
	return fmt.Errorf("%s: %s", name, why)
}
