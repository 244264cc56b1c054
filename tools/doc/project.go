package doc

import (
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Example is code in the comment above a definition, with what it shows.
type Example struct {
	Code, Result string
	Line         int // of the code in the file, from 1
	Column       int // likewise, in bytes
}

// exampleLine is a line of comment that is an example: "# example: 2 3 add -> 5".
var exampleLine = regexp.MustCompile(`^#\s*example:\s*`)

// Project returns the files of a program that are its own, each as a section: the main file first, then
// those that it includes. What is said of a file is the comment at its beginning if a blank line ends it.
func Project(prog *load.Program) []Section {
	var list []Section
	for i, m := range prog.Modules {
		if !m.Supplied {
			s := fileSection(m.File, m.Source.Name)
			s.Main = i == 0
			list = append(list, s)
		}
	}
	return list
}

// fileSection reads a file of a program.
func fileSection(file *syntax.File, path string) Section {
	text := file.Source.Text
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	s := Section{Title: path, Path: path, Doc: about(lines)}
	remark := func(pos int32) (string, []Example) {
		line, _ := file.Source.Position(pos)
		return remarkAbove(lines, line)
	}
	for _, u := range file.Unions {
		said, _ := remark(u.Pos)
		s.Unions = append(s.Unions, Union{Name: u.Name.Text, Text: text[u.Pos:u.End], Doc: said})
	}
	for _, w := range file.Words {
		if w.Name.Text == "main" || strings.HasPrefix(w.Name.Text, "test-") {
			continue
		}
		said, examples := remark(w.Pos)
		line, _ := file.Source.Position(w.Pos)
		word := Word{Name: w.Name.Text, Effect: effectText(text, w), Doc: said, Path: path, Line: line, Examples: examples}
		if len(examples) > 0 {
			word.Example, word.Result = examples[0].Code, examples[0].Result
		}
		s.Words = append(s.Words, word)
	}
	return s
}

// about is the comment that a file begins with, up to a blank line; if a definition follows at once, it is
// said of that.
func about(lines []string) string {
	from := 0
	for from < len(lines) && (strings.HasPrefix(lines[from], "#!") || strings.TrimSpace(lines[from]) == "") {
		from++
	}
	to := from
	for to < len(lines) && isComment(lines[to]) {
		to++
	}
	if to == from || to < len(lines) && strings.TrimSpace(lines[to]) != "" && !strings.HasPrefix(lines[to], "include") {
		return ""
	}
	return paragraphs(lines[from:to])
}

func isComment(line string) bool { return strings.HasPrefix(line, "#") }

// remarkAbove splits the comment that ends above a line, which is counted from 1.
func remarkAbove(lines []string, line int) (text string, examples []Example) {
	from := min(line, len(lines)) - 1
	to := from
	for from > 0 && isComment(lines[from-1]) {
		from--
	}
	var said []string
	for i := from; i < to; i++ {
		begin := len(exampleLine.FindString(lines[i]))
		if begin == 0 {
			said = append(said, lines[i])
			continue
		}
		e := Example{Code: strings.TrimSpace(lines[i][begin:]), Line: i + 1, Column: begin}
		if at := strings.LastIndex(lines[i], strings.TrimRight(arrow, " ")); at > begin { // the last one: a match in the code has others
			e.Code, e.Result = strings.TrimSpace(lines[i][begin:at]), strings.TrimSpace(lines[i][at+len(arrow)-1:])
		}
		examples = append(examples, e)
	}
	return paragraphs(said), examples
}

// Remark is what the comment above the definition at a place of a file says, with the examples in it.
func Remark(source *diag.Source, definition int32) (text string, examples []Example) {
	line, _ := source.Position(definition)
	from := line
	for from > 1 && isComment(source.Line(from-1)) {
		from--
	}
	lines := make([]string, 0, line-from+1)
	for n := from; n <= line; n++ {
		lines = append(lines, source.Line(n))
	}
	text, examples = remarkAbove(lines, len(lines))
	for i := range examples {
		examples[i].Line += from - 1
	}
	return text, examples
}

// instructions are comments that speak to tools.
var instructions = regexp.MustCompile(`^#\s*(seq:|!)`)

// paragraphs joins lines of comment; an empty one stays as two line ends.
func paragraphs(lines []string) string {
	lines = slices.DeleteFunc(slices.Clone(lines), instructions.MatchString)
	var b strings.Builder
	for _, l := range lines {
		l = strings.TrimSpace(strings.TrimLeft(l, "#"))
		switch {
		case l == "" && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n\n"):
			b.WriteString("\n\n")
		case l != "" && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n\n"):
			b.WriteString(" " + l)
		default:
			b.WriteString(l)
		}
	}
	return strings.TrimSpace(b.String())
}

// InProject returns the sections with only the word of a name, or, if it ends in "." or "-", the words that begin with it.
func InProject(sections []Section, name string) []Section {
	return onlyOf(sections, func(w Word) bool {
		return w.Name == name || isPrefix(name) && strings.HasPrefix(w.Name, name)
	})
}

// SimilarIn is Similar among the words of sections.
func SimilarIn(sections []Section, name string) []string { return similar(sections, name) }

// WriteWords writes what is known of each word of sections.
func WriteWords(to io.Writer, sections []Section) {
	for _, s := range sections {
		for _, w := range s.Words {
			w.Write(to)
		}
	}
}

// Distinct leaves out sections that are there twice: files that several programs include.
func Distinct(sections []Section) []Section {
	var list []Section
	for _, s := range sections {
		if !slices.ContainsFunc(list, func(o Section) bool { return o.Title == s.Title }) {
			list = append(list, s)
		}
	}
	return list
}

// Name is what a site of programs is called: the first one's file name without its ending.
func Name(paths []string) string {
	base := filepath.Base(paths[0])
	return strings.TrimSuffix(base, filepath.Ext(base))
}
