// Package site writes the words of the language, or of a program, as a static site: a page for each section, and a search
// by name, text and stack effect that needs no server: a page opened from a disk can load scripts, but read no files, so
// the list of words is a script.
package site

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seqvm/seqvm/tools/doc"
)

//go:embed assets page.html
var files embed.FS

// pages are made of page.html.
var pages = template.Must(template.New("page.html").Funcs(template.FuncMap{"code": code, "text": text}).ParseFS(files, "page.html"))

// page is what page.html is filled with.
type page struct {
	Title   string // of the site
	Program bool   // it is of a program and not of the language
	Parts   []part
	Here    *section // nil: the first page
	Words   int
}

// part is sections that belong together, under a heading.
type part struct {
	Heading  string
	Sections []*section
}

// section is one page.
type section struct {
	doc.Section
	File string // of the page
}

// Name is what the lists of sections show.
func (s *section) Name() string { return s.Title }

// entry is a word in the list that the search has. effects.js reads the effects.
type entry struct {
	Name    string `json:"name"`
	Effect  string `json:"effect"`
	Doc     string `json:"doc"`
	Section string `json:"section"`
	Page    string `json:"page"`
}

// Write writes the site of sections into a folder, which is made if it is not there. What is not the site's stays.
func Write(dir, title string, sections []doc.Section) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	w := writer{dir: dir}
	w.assets()
	p := page{Title: title, Program: len(sections) > 0 && sections[0].Path != ""}
	names := map[string]bool{"index.html": true}
	var words []entry
	var unions []string
	for _, s := range sections {
		at := &section{Section: s, File: fileName(s.Title, names)}
		p.add(at)
		p.Words += len(s.Words)
		for _, word := range s.Words {
			words = append(words, entry{word.Name, word.Effect, word.Doc, s.Title, at.File})
		}
		for _, u := range s.Unions {
			unions = append(unions, u.Name)
		}
	}
	w.script("words.js", map[string]any{"words": words, "unions": unions})
	w.page("index.html", p)
	for _, part := range p.Parts {
		for _, s := range part.Sections {
			p.Here = s
			w.page(s.File, p)
		}
	}
	return w.err
}

// headings say where a section belongs, by how its module is named.
var headings = []struct{ prefix, heading string }{{"std:", "Standard modules"}, {"vm:", "Modules of seqvm"}}

func (p *page) add(s *section) {
	heading := "Built-in words"
	if s.Path != "" {
		heading = "Files"
	}
	for _, h := range headings {
		if s.Path == "" && strings.HasPrefix(s.Module, h.prefix) {
			heading = h.heading
		}
	}
	if n := len(p.Parts); n == 0 || p.Parts[n-1].Heading != heading {
		p.Parts = append(p.Parts, part{Heading: heading})
	}
	last := &p.Parts[len(p.Parts)-1]
	last.Sections = append(last.Sections, s)
}

var noFileName = regexp.MustCompile(`[^a-z0-9]+`)

// fileName makes the name of a page that no other one has.
func fileName(title string, taken map[string]bool) string {
	base := strings.Trim(noFileName.ReplaceAllString(strings.ToLower(title), "-"), "-")
	name := base + ".html"
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d.html", base, n)
	}
	taken[name] = true
	return name
}

// writer writes the files of a site until one fails.
type writer struct {
	dir string
	err error
}

func (w *writer) file(name string, write func(io.Writer) error) {
	if w.err != nil {
		return
	}
	var b strings.Builder
	if w.err = write(&b); w.err == nil {
		w.err = os.WriteFile(filepath.Join(w.dir, name), []byte(b.String()), 0o666)
	}
}

func (w *writer) page(name string, p page) {
	w.file(name, func(out io.Writer) error { return pages.Execute(out, p) })
}

func (w *writer) script(name string, data any) {
	w.file(name, func(out io.Writer) error {
		text, err := json.Marshal(data) // escapes "<", so that nothing ends the script
		fmt.Fprintf(out, "window.seq = %s;\n", text)
		return err
	})
}

func (w *writer) assets() {
	list, _ := files.ReadDir("assets")
	for _, f := range list {
		w.file(f.Name(), func(out io.Writer) error {
			text, err := files.ReadFile("assets/" + f.Name())
			_, _ = out.Write(text)
			return err
		})
	}
}

// token is a part of code that has a colour: a string, a comment, a type, a number, a symbol, a delimiter.
var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|(?:^|\s)#[^\n]*|[A-Za-z0-9_.?!*/<>=+%:-]+|[\[\]{}();|]|--`)

// kinds are the classes of tokens, the first that matches.
var kinds = []struct {
	class string
	is    *regexp.Regexp
}{
	{"s", regexp.MustCompile(`^"`)},
	{"c", regexp.MustCompile(`^\s*#`)},
	{"n", regexp.MustCompile(`^-?[0-9][0-9a-fA-Fx.e_-]*$`)},
	{"t", regexp.MustCompile(`^[A-Z][A-Za-z0-9]*:?$`)},
	{"r", regexp.MustCompile(`^\.\.`)},
	{"y", regexp.MustCompile(`^:[a-z]`)},
	{"k", regexp.MustCompile(`^(union|match|end|include|:|->|--|[\[\]{}();|])$`)},
}

// code marks the tokens of code up.
func code(source string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range token.FindAllStringIndex(source, -1) {
		b.WriteString(template.HTMLEscapeString(source[at:m[0]]))
		word := source[m[0]:m[1]]
		at = m[1]
		class := ""
		for _, k := range kinds {
			if k.is.MatchString(word) {
				class = k.class
				break
			}
		}
		if word = template.HTMLEscapeString(word); class != "" {
			word = `<i class="` + class + `">` + word + `</i>`
		}
		b.WriteString(word)
	}
	b.WriteString(template.HTMLEscapeString(source[at:]))
	return template.HTML(b.String())
}

var quoted = regexp.MustCompile("`([^`]+)`")

// text makes paragraphs of what comments say.
func text(said string) template.HTML {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(said, "\n\n") {
		if paragraph != "" {
			b.WriteString("<p>" + quoted.ReplaceAllString(template.HTMLEscapeString(paragraph), "<code>$1</code>") + "</p>")
		}
	}
	return template.HTML(b.String())
}
