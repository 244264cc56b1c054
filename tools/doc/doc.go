// Package doc is what is known of every word for people: its effect, a
// sentence, an example with its result. All of it comes from where the word is
// declared, the table of built-in words and the sources of the supplied
// modules; only the examples have a file of their own.
package doc

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// Word is what is known of a word.
type Word struct {
	Name    string
	Effect  string // as declared
	Doc     string // one sentence
	Module  string // of a word of a supplied module: how an include names it, "std:json"
	Example string // code
	Result  string // what the example writes, the stack it leaves last

	// Of a word of a program: where it is defined, and all examples, of which Example is the first.
	Path     string
	Line     int
	Examples []Example
}

// Section is words that belong together: a family or a supplied module.
type Section struct {
	Title    string
	Category string // of a family
	Module   string // of a module: how an include names it
	Path     string // of a file of a program
	Main     bool   // it is the file that the program was started with
	Doc      string // of a module: what it is for
	Unions   []Union
	Words    []Word
}

// Union is a union of a supplied module.
type Union struct {
	Name string
	Text string // as declared
	Doc  string // one sentence
}

//go:embed examples.txt
var examples string

// arrow stands between an example and its result.
const arrow = " -> "

// Sections returns everything, families first. It must not be changed.
var Sections = sync.OnceValue(func() []Section {
	shown := map[string][2]string{}
	for line := range strings.Lines(examples) {
		name, rest, ok := strings.Cut(strings.TrimRight(line, "\n"), "  ")
		if !ok || strings.HasPrefix(line, "# ") {
			continue
		}
		code, result, _ := strings.Cut(rest, arrow)
		shown[name] = [2]string{code, result}
	}
	var list []Section
	for _, f := range builtins.Families() {
		if f.Title == "" {
			continue
		}
		s := Section{Title: f.Title, Category: f.Category}
		for _, b := range f.Words {
			e := shown[b.Name]
			s.Words = append(s.Words, Word{Name: b.Name, Effect: b.Effect, Doc: b.Doc, Example: e[0], Result: e[1]})
		}
		list = append(list, s)
	}
	for _, m := range stdlib.Modules() {
		text, _ := stdlib.Source(m)
		list = append(list, module(m.String(), text, shown))
	}
	return list
})

// module reads a supplied module: what is said of a word or union is the comment above it.
func module(name, text string, shown map[string][2]string) Section {
	source := diag.NewSource("<"+name+">", text)
	file, _ := syntax.Parse(source, syntax.Seven)
	lines := strings.Split(text, "\n")
	comment := func(pos int32) string {
		line, _ := source.Position(pos)
		return commentAbove(lines, line)
	}
	s := Section{Title: name, Module: name}
	if about, ok := strings.CutPrefix(lines[0], "# "+name+": "); ok {
		s.Doc = about
	}
	for _, u := range file.Unions {
		s.Unions = append(s.Unions, Union{Name: u.Name.Text, Text: text[u.Pos:u.End], Doc: comment(u.Pos)})
	}
	for _, w := range file.Words {
		if stdlib.Private(w.Name.Text) {
			continue
		}
		e := shown[w.Name.Text]
		s.Words = append(s.Words, Word{Name: w.Name.Text, Effect: effectText(text, w), Doc: comment(w.Pos), Module: name, Example: e[0], Result: e[1]})
	}
	return s
}

// commentAbove joins the lines of comment that end above a line, which is counted from 1.
func commentAbove(lines []string, line int) string {
	from := line - 1
	for from > 0 && strings.HasPrefix(lines[from-1], "# ") {
		from--
	}
	var b []string
	for _, l := range lines[from : line-1] {
		b = append(b, strings.TrimPrefix(l, "# "))
	}
	return strings.Join(b, " ")
}

// effectText is a word's effect as its source has it.
func effectText(text string, w *syntax.Word) string {
	rest := text[w.Name.End:]
	from, to := strings.IndexByte(rest, '('), strings.IndexByte(rest, ')')
	if from < 0 || to < from {
		return ""
	}
	return rest[from : to+1]
}

// Find returns a word; false if there is none of the name.
func Find(name string) (Word, bool) {
	for _, s := range Sections() {
		if i := slices.IndexFunc(s.Words, func(w Word) bool { return w.Name == name }); i >= 0 {
			return s.Words[i], true
		}
	}
	return Word{}, false
}

// Similar returns the names of words and modules that are close to one, or hold
// it as a part; at most maxSimilar.
func Similar(name string) []string { return similar(Sections(), name) }

func similar(sections []Section, name string) []string {
	var all, found []string
	for _, s := range sections {
		if s.Module != "" {
			all = append(all, s.Title)
		}
		for _, w := range s.Words {
			all = append(all, w.Name)
		}
	}
	found = spelling.Nearest(name, all)
	for _, n := range all {
		if len(name) > 1 && strings.Contains(n, name) && !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	return found[:min(len(found), maxSimilar)]
}

const maxSimilar = 5

// FindModules returns the supplied modules of a name, with or without its namespace.
func FindModules(name string) []Section {
	var found []Section
	for _, s := range Sections() {
		if s.Module != "" && named(s.Module, name) {
			found = append(found, s)
		}
	}
	return found
}

// Opened returns what a name opens besides a word and a module: the family of that title, whatever its case, or,
// for one that ends in "." or "-", the words that begin with it.
func Opened(name string) []Section {
	if isPrefix(name) {
		return only(func(w Word) bool { return strings.HasPrefix(w.Name, name) })
	}
	var found []Section
	for _, s := range Sections() {
		if s.Module == "" && strings.EqualFold(s.Title, name) {
			found = append(found, s)
		}
	}
	return found
}

// isPrefix tells whether a name stands for all that begin with it.
func isPrefix(name string) bool {
	return len(name) > 1 && (strings.HasSuffix(name, ".") || strings.HasSuffix(name, "-"))
}

// named tells whether a name, with or without its namespace, is that of a module.
func named(module, name string) bool {
	m, _ := stdlib.ParseModule(module)
	return name == module || name == m.Name
}

// Write writes what is known of a word as plain text.
func (w Word) Write(to io.Writer) {
	fmt.Fprintf(to, "%s %s\n", w.Name, w.Effect)
	if w.Module != "" {
		fmt.Fprintf(to, "  include %s\n", w.Module)
	}
	if w.Path != "" {
		fmt.Fprintf(to, "  defined at %s:%d\n", w.Path, w.Line)
	}
	if w.Doc != "" {
		fmt.Fprintf(to, "  %s\n", indented(w.Doc))
	}
	for _, e := range w.Examples {
		fmt.Fprintf(to, "  example: %s\n        %s %s\n", e.Code, strings.TrimSpace(arrow), e.Result)
	}
	if w.Examples == nil && w.Example != "" {
		fmt.Fprintf(to, "  example: %s\n        %s %s\n", w.Example, strings.TrimSpace(arrow), w.Result)
	}
}

// Write writes a section as plain text: a line a word.
func (s Section) Write(to io.Writer) {
	fmt.Fprintf(to, "%s\n", s.Title)
	if s.Doc != "" {
		fmt.Fprintf(to, "  %s\n", indented(s.Doc))
	}
	for _, u := range s.Unions {
		fmt.Fprintf(to, "  %s\n", strings.ReplaceAll(u.Text, "\n", "\n  "))
		writeRemark(to, u.Doc)
	}
	for _, w := range s.Words {
		fmt.Fprintf(to, "  %s %s\n", w.Name, w.Effect)
		writeRemark(to, w.Doc)
	}
}

func writeRemark(to io.Writer, text string) {
	if text != "" {
		fmt.Fprintf(to, "      %s\n", strings.ReplaceAll(text, "\n\n", "\n\n      "))
	}
}

func indented(text string) string { return strings.ReplaceAll(text, "\n\n", "\n\n  ") }

// Markdown writes everything as a page.
func Markdown(to io.Writer) {
	fmt.Fprint(to, "# Words\n\nMade by `seqvm doc --markdown`. `seqvm doc WORD` shows one word, `seqvm doc MODULE` a module.\n"+
		"Behind an example stands the stack that it leaves, as `stack.dump` shows it; what it writes comes before that.\n")
	for _, s := range Sections() {
		s.markdown(to)
	}
}

var cell = strings.NewReplacer("|", "\\|", "\n", " ")

func (s Section) markdown(to io.Writer) {
	fmt.Fprintf(to, "\n## %s\n\n", s.Title)
	if s.Doc != "" {
		fmt.Fprintf(to, "%s\n\n", s.Doc)
	}
	for _, u := range s.Unions {
		fmt.Fprintf(to, "```seq\n%s\n```\n\n%s\n\n", u.Text, u.Doc)
	}
	if len(s.Words) == 0 {
		return
	}
	fmt.Fprint(to, "| Word | Effect | | Example |\n|---|---|---|---|\n")
	for _, w := range s.Words {
		fmt.Fprintf(to, "| `%s` | `%s` | %s | `%s` → `%s` |\n", cell.Replace(w.Name), cell.Replace(w.Effect), cell.Replace(w.Doc), cell.Replace(w.Example), cell.Replace(w.Result))
	}
}
