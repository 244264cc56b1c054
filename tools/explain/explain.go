// Package explain has a page for each code of a diagnostic: what it means, why the
// language has the rule, a program that is wrong and one that is right.
//
// The pages are the table of codes: pages/GROUP/CODE.md, whose heading has the code
// and a summary in one line. They are read when somebody asks for them, so a
// program does not start slower for them. What is wrong in a program, other packages
// find out.
package explain

import (
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/spelling"
)

//go:embed pages
var files embed.FS

//go:embed intro.md
var intro string // of the document of all pages

// groups are the folders of pages in the order in which they are listed.
var groups = []struct{ folder, title string }{
	{"file", "Files, includes, dialects"},
	{"text", "How a program is written"},
	{"word", "Words and their effects"},
	{"name", "Names"},
	{"union", "Unions and match"},
	{"stack", "The stack and its types"},
	{"lint", "Rules of seqvm lint"},
}

// Page explains a code.
type Page struct {
	Code    diag.Code
	Also    []diag.Code // that it explains as well
	Summary string      // one line
	text    string      // Markdown without the heading
}

// Group is the pages on one subject, in the order of their codes.
type Group struct {
	Title string
	Pages []Page
}

// Groups returns all pages.
func Groups() []Group {
	all := make([]Group, 0, len(groups))
	for _, g := range groups {
		entries, err := files.ReadDir("pages/" + g.folder)
		if err != nil {
			panic("explain: " + err.Error()) // a defect of seqvm: the folder is its own
		}
		group := Group{Title: g.title}
		for _, e := range entries {
			group.Pages = append(group.Pages, page("pages/"+g.folder+"/"+e.Name()))
		}
		all = append(all, group)
	}
	return all
}

func page(file string) Page {
	b, err := files.ReadFile(file)
	if err != nil {
		panic("explain: " + err.Error())
	}
	heading, text, _ := strings.Cut(string(b), "\n")
	_, summary, _ := strings.Cut(heading, ": ")
	p := Page{Code: diag.Code(strings.TrimSuffix(path.Base(file), ".md")), Summary: summary, text: text}
	if also, ok := strings.CutPrefix(text, "\nAlso: "); ok {
		also, _, _ = strings.Cut(also, "\n\n")
		for _, code := range strings.FieldsFunc(also, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
			p.Also = append(p.Also, diag.Code(code))
		}
	}
	return p
}

// Codes are all codes that the page explains.
func (p Page) Codes() []diag.Code { return append([]diag.Code{p.Code}, p.Also...) }

// Find returns the page of a code. The code may be in the brackets in which
// messages have it.
func Find(code string) (Page, bool) {
	code = strings.TrimSuffix(strings.TrimPrefix(code, "["), "]")
	for _, g := range groups {
		file := "pages/" + g.folder + "/" + code + ".md"
		if f, err := files.Open(file); err == nil {
			f.Close()
			return page(file), true
		}
	}
	for _, g := range Groups() {
		for _, p := range g.Pages {
			if slices.Contains(p.Also, diag.Code(code)) {
				return p, true
			}
		}
	}
	return Page{}, false
}

// Similar returns codes that may be meant by one that is none, at most 3.
func Similar(code string) []string {
	var all, containing []string
	for _, g := range Groups() {
		for _, p := range g.Pages {
			for _, one := range p.Codes() {
				all = append(all, string(one))
				if code != "" && strings.Contains(string(one), code) {
					containing = append(containing, string(one))
				}
			}
		}
	}
	if near := spelling.Nearest(code, all); len(near) > 0 {
		return near
	}
	return containing[:min(3, len(containing))]
}

// List writes all codes, each with its summary.
func List(w io.Writer) error {
	var b strings.Builder
	for i, g := range Groups() {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(g.Title + "\n")
		for _, p := range g.Pages {
			for _, code := range p.Codes() {
				fmt.Fprintf(&b, "  %-20s %s\n", code, strings.ReplaceAll(p.Summary, "`", "'"))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Write writes the page as text for a terminal.
func (p Page) Write(w io.Writer) error {
	var b strings.Builder
	wrap(&b, string(p.Code)+": "+p.Summary, "", "")
	inList := false
	for _, block := range blocks(p.text) {
		if !inList || !block.item {
			b.WriteByte('\n')
		}
		inList = block.item
		block.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes all pages as one document.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(intro)
	all := Groups()
	for _, g := range all {
		fmt.Fprintf(&b, "\n**%s**\n\n| | |\n|---|---|\n", g.Title)
		for _, p := range g.Pages {
			fmt.Fprintf(&b, "| [`%s`](#%[1]s) | %s |\n", p.Code, strings.ReplaceAll(p.Summary, "|", `\|`))
		}
	}
	for _, g := range all {
		fmt.Fprintf(&b, "\n## %s\n", g.Title)
		for _, p := range g.Pages {
			fmt.Fprintf(&b, "\n### %s\n\n*%s*\n", p.Code, p.Summary)
			b.WriteByte('\n')
			for i, block := range blocks(p.text) {
				if i > 0 {
					b.WriteByte('\n')
				}
				block.markdown(&b)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
