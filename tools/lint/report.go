package lint

import (
	"fmt"
	"io"
	"strings"

	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
)

// Summary is the findings of several files.
type Summary struct {
	Files    int // that were looked at
	Findings []Finding

	told map[told]bool
}

// told is an error of the language.
type told struct {
	file    string
	at      int32
	message string
}

// Add adds what was found in a file. What other files have shown already, since they include the same one, is
// not told again.
func (s *Summary) Add(r *Report) {
	s.Files++
	for _, f := range r.Findings {
		if f.OfLanguage() {
			key := told{f.Span.Source.Name, f.Span.Start, f.Message}
			if s.told[key] {
				continue
			}
			if s.told == nil {
				s.told = map[told]bool{}
			}
			s.told[key] = true
		}
		s.Findings = append(s.Findings, f)
	}
}

// Count returns how many findings have one of some severities, and in how many files.
func (s *Summary) Count(severities ...diag.Severity) (findings, files int) {
	seen := map[string]bool{}
	for _, f := range s.Findings {
		for _, severity := range severities {
			if f.Severity == severity {
				findings++
				seen[f.Span.Source.Name] = true
			}
		}
	}
	return findings, len(seen)
}

// List returns the diagnostics of the findings.
func (s *Summary) List() diag.List { return (&Report{Findings: s.Findings}).List() }

// Write writes the findings, one a line, and their numbers (chapter 8, section 4).
func (s *Summary) Write(w io.Writer) error {
	var b strings.Builder
	for i := range s.Findings {
		s.Findings[i].write(&b)
	}
	issues, files := s.Count(diag.Error, diag.Warning)
	hints, _ := s.Count(diag.Hint)
	if len(s.Findings) == 0 {
		fmt.Fprintf(&b, "No lint issues found in %d file(s)\n", s.Files)
	}
	if issues > 0 {
		fmt.Fprintf(&b, "\n%d issue(s) in %d file(s) (%d file(s) checked)\n", issues, files, s.Files)
	}
	if hints > 0 {
		fmt.Fprintf(&b, "%d hint(s) (%d file(s) checked)\n", hints, s.Files)
	}
	if hints > 0 && issues == 0 {
		fmt.Fprintf(&b, "\nNo errors or warnings (%d file(s) checked)\n", s.Files)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Finding) write(b *strings.Builder) {
	place := fmt.Sprintf("%s:%d", f.Span.Source.Name, f.line())
	if column := f.column(); column > 0 {
		place += fmt.Sprintf(":%d", column)
	}
	fmt.Fprintf(b, "%s: %s [%s]: %s\n", visible.Text(place), f.Severity, f.Code, visible.Text(f.Message))
	if f.Rule != nil && len(f.Fixes) > 0 {
		fmt.Fprintf(b, "  suggestion: %s\n", visible.Text(f.Fixes[0].Title))
	}
}
