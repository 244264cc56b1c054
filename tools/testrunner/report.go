package testrunner

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/diag"
)

// Summary counts results.
type Summary struct {
	Passed, Failed, Broken int // Broken: files that did not compile
}

// Ran tells whether there was anything to run.
func (s Summary) Ran() bool { return s.Passed+s.Failed+s.Broken > 0 }

// OK tells whether nothing failed.
func (s Summary) OK() bool { return s.Failed+s.Broken == 0 }

// Count adds the results of a file.
func (s *Summary) Count(f *File) {
	if f.Problems.HasErrors() {
		s.Broken++
	}
	for i := range f.Tests {
		if f.Tests[i].Passed() {
			s.Passed++
		} else {
			s.Failed++
		}
	}
}

// Text writes the report for people (chapter 8, section 3).
type Text struct {
	Out     io.Writer
	Verbose bool
	Color   bool

	failed []*File
	broken []*File
	told   map[string]string // the errors of the compiler so far, and in which file they were told
}

// File writes the lines of a file's tests. A file without any writes nothing.
func (r *Text) File(f *File) {
	if f.Problems.HasErrors() {
		r.broken = append(r.broken, f)
		return
	}
	if len(f.Tests)+len(f.Skipped) == 0 {
		return
	}
	fmt.Fprintf(r.Out, "\nRunning tests in %s...\n", f.Path)
	failed := false
	for i := range f.Tests {
		t := &f.Tests[i]
		failed = failed || !t.Passed()
		fmt.Fprintf(r.Out, "  %s ... %s%s\n", t.Name, r.verdict(t), r.took(t.Elapsed, ""))
	}
	for _, s := range f.Skipped {
		fmt.Fprintf(r.Out, "  %s ... skipped — a test has the effect ( -- ), this word %s\n", s.Name, s.Effect)
	}
	if failed {
		r.failed = append(r.failed, f)
	}
}

// took is the time behind a line, if it is wanted.
func (r *Text) took(d time.Duration, what string) string {
	if !r.Verbose {
		return ""
	}
	return fmt.Sprintf(" (%dms%s)", d.Milliseconds(), what)
}

func (r *Text) verdict(t *Test) string {
	if t.Passed() {
		return r.colored("ok", "32")
	}
	return r.colored("FAILED", "31")
}

func (r *Text) colored(text, color string) string {
	if !r.Color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// End writes the results and what failed.
func (r *Text) End(s Summary, total time.Duration) {
	fmt.Fprintf(r.Out, "\n========================================\nResults: %d passed, %d failed", s.Passed, s.Failed)
	if s.Broken > 0 {
		fmt.Fprintf(r.Out, ", %d failed to compile", s.Broken)
	}
	fmt.Fprintf(r.Out, "%s\n", r.took(total, " total"))
	if !s.OK() {
		fmt.Fprintln(r.Out)
	}
	if len(r.failed) > 0 {
		fmt.Fprint(r.Out, "TEST FAILURES:\n\n")
	}
	for _, f := range r.failed {
		for i := range f.Tests {
			if t := &f.Tests[i]; !t.Passed() {
				fmt.Fprintf(r.Out, "%s::%s\n  %s ... %s\n%s\n", f.Path, t.Name, t.Name, r.verdict(t), t.details())
			}
		}
	}
	if len(r.broken) > 0 {
		fmt.Fprint(r.Out, "COMPILATION FAILURES:\n\n")
	}
	for _, f := range r.broken {
		fmt.Fprintf(r.Out, "%s:\n%s\n", f.Path, indented(r.untold(f), "  "))
	}
}

// untold are the errors and warnings of a file that does not compile, but for those that an earlier one has had as
// well, because both include what they are in.
func (r *Text) untold(f *File) string {
	var b strings.Builder
	earlier := map[string]int{}
	for _, d := range f.Problems {
		text := rendered(diag.List{d})
		if first, ok := r.told[text]; ok {
			earlier[first]++
			continue
		}
		if r.told == nil {
			r.told = map[string]string{}
		}
		r.told[text] = f.Path
		b.WriteString(text)
	}
	for _, first := range slices.Sorted(maps.Keys(earlier)) {
		fmt.Fprintf(&b, "%d as in %s\n", earlier[first], first)
	}
	return b.String()
}

// details are the lines of a failed test below its verdict.
func (t *Test) details() string {
	return indented(builtins.ShownFailures(t.Failures), "  ") + indented(t.Ended, "    ") + indented(t.Output, "    | ")
}

// indented puts something in front of each line; the last one needs no line end.
func indented(text, prefix string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(prefix + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}

func diagnosed(f *File) string { return rendered(f.Problems) }

func rendered(list diag.List) string {
	var b strings.Builder
	_ = diag.Renderer{Out: &b}.All(list)
	return b.String()
}

// record is a test in JSON.
type record struct {
	File     string   `json:"file"`
	Name     string   `json:"name"`
	Status   string   `json:"status"` // passed, failed, skipped, not-compiled
	Ms       int64    `json:"ms"`
	Failures []string `json:"failures"`
	Output   string   `json:"output,omitempty"`
}

// JSON writes one object a line for each test, skipped word, and file that did
// not compile.
type JSON struct{ Out io.Writer }

// File writes the objects of a file.
func (r *JSON) File(f *File) {
	out := json.NewEncoder(r.Out)
	out.SetEscapeHTML(false)
	write := func(record record) {
		if record.Failures == nil {
			record.Failures = []string{}
		}
		record.File = f.Path
		_ = out.Encode(record) // of strings and numbers
	}
	if f.Problems.HasErrors() {
		write(record{Status: "not-compiled", Failures: []string{strings.TrimSuffix(diagnosed(f), "\n")}})
	}
	for i := range f.Tests {
		t := &f.Tests[i]
		status, output := "passed", ""
		if !t.Passed() {
			status, output = "failed", t.Output
		}
		write(record{Name: t.Name, Status: status, Ms: t.Elapsed.Milliseconds(), Failures: t.reasons(), Output: output})
	}
	for _, s := range f.Skipped {
		write(record{Name: s.Name, Status: "skipped"})
	}
}

// reasons are why a test failed, one text each.
func (t *Test) reasons() []string {
	var list []string
	for _, f := range t.Failures {
		list = append(list, strings.TrimPrefix(f, "  "))
	}
	if t.Ended != "" {
		list = append(list, t.Ended)
	}
	return list
}
