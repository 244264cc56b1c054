package testrunner

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// JUnit collects results for the XML format that CI servers read.
type JUnit struct {
	suites                  strings.Builder
	tests, failures, errors int
}

// File adds a file.
func (r *JUnit) File(f *File) {
	var cases strings.Builder
	tests, failures, errors := len(f.Tests)+len(f.Skipped), 0, 0
	var total time.Duration
	add := func(name string, took time.Duration, inner ...string) {
		total += took
		element(&cases, 2, "testcase", []string{"name", name, "classname", f.Path, "time", seconds(took)}, strings.Join(inner, ""))
	}
	if f.Problems.HasErrors() {
		tests, errors = 1, 1
		add("compile", 0, junitMessage("error", "does not compile", diagnosed(f)))
	}
	for i := range f.Tests {
		t := &f.Tests[i]
		reasons := t.reasons()
		if len(reasons) == 0 {
			add(t.Name, t.Elapsed)
			continue
		}
		failures++
		first, _, _ := strings.Cut(reasons[0], "\n")
		inner := []string{junitMessage("failure", first, strings.Join(reasons, "\n"))}
		if t.Output != "" {
			inner = append(inner, junitText("system-out", nil, t.Output))
		}
		add(t.Name, t.Elapsed, inner...)
	}
	for _, w := range f.Skipped {
		add(w.Name, 0, junitMessage("skipped", "the word has the effect "+w.Effect, ""))
	}
	if cases.Len() == 0 {
		return
	}
	element(&r.suites, 1, "testsuite", []string{
		"name", f.Path, "tests", fmt.Sprint(tests), "failures", fmt.Sprint(failures), "errors", fmt.Sprint(errors),
		"skipped", fmt.Sprint(len(f.Skipped)), "time", seconds(total),
	}, cases.String())
	r.tests += tests
	r.failures += failures
	r.errors += errors
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// Write writes the document.
func (r *JUnit) Write(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	element(&b, 0, "testsuites", []string{"tests", fmt.Sprint(r.tests), "failures", fmt.Sprint(r.failures), "errors", fmt.Sprint(r.errors)}, r.suites.String())
	_, err := io.WriteString(w, b.String())
	return err
}

// element writes an element with others in it, each on lines of its own. attributes are names
// and values in turn.
func element(b *strings.Builder, depth int, name string, attributes []string, inner string) {
	indent := strings.Repeat("  ", depth)
	b.WriteString(indent + opening(name, attributes))
	if inner != "" {
		b.WriteString("\n" + inner + indent)
	}
	b.WriteString("</" + name + ">\n")
}

// junitMessage is an element of a test case that says how it went.
func junitMessage(name, message, text string) string {
	return junitText(name, []string{"message", message}, text)
}

// junitText is an element of a test case that has a text.
func junitText(name string, attributes []string, text string) string {
	return strings.Repeat("  ", 3) + opening(name, attributes) + escaped.Replace(permitted(text)) + "</" + name + ">\n"
}

func opening(name string, attributes []string) string {
	tag := "<" + name
	for i := 0; i < len(attributes); i += 2 {
		tag += fmt.Sprintf(` %s="%s"`, attributes[i], escaped.Replace(permitted(attributes[i+1])))
	}
	return tag + ">"
}

// escaped writes what would mean something in an element or an attribute, and the blanks that
// a reader would change (XML 1.0, sections 2.4, 2.11 and 3.3.3).
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")

// permitted replaces the characters that no XML document may have (XML 1.0, section 2.2).
func permitted(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || ' ' <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || 0x10000 <= r {
			return r
		}
		return utf8.RuneError
	}, text)
}
