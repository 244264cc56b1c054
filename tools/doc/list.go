package doc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// categories are the parts of the JSON list, in order (chapter 8, section 9).
var categories = []string{"io", "fs", "arith", "stack", "concurrency", "callable", "tcp", "udp", "dns", "tls", "http", "os", "text", "adt", "list", "map", "float", "diagnostics"}

// Containing returns the sections with only the words that have a text in their
// name, whatever its case, and only those sections that have any.
func Containing(text string) []Section {
	text = strings.ToLower(text)
	return only(func(w Word) bool { return strings.Contains(strings.ToLower(w.Name), text) })
}

// Named returns the sections with only the words of the given names, and the words
// of the given modules.
func Named(names []string) []Section {
	return only(func(w Word) bool {
		return slices.ContainsFunc(names, func(name string) bool { return name == w.Name || w.Module != "" && named(w.Module, name) })
	})
}

func only(keep func(Word) bool) []Section { return onlyOf(Sections(), keep) }

// onlyOf returns the sections with only some words, without those that have none of them.
func onlyOf(sections []Section, keep func(Word) bool) []Section {
	var list []Section
	for _, s := range sections {
		words := slices.DeleteFunc(slices.Clone(s.Words), func(w Word) bool { return !keep(w) })
		if s.Words = words; len(words) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// List writes the words of sections, one a line: name, effect, and where it is from
// a module which.
func List(to io.Writer, sections []Section) error {
	for _, s := range sections {
		for _, w := range s.Words {
			line := w.Name + " " + w.Effect
			if w.Module != "" {
				line += "  " + w.Module
			}
			if _, err := fmt.Fprintln(to, line); err != nil {
				return err
			}
		}
	}
	return nil
}

type jsonWord struct {
	Name      string `json:"name"`
	Signature string `json:"signature"`
	Doc       string `json:"doc,omitempty"`
}

// jsonFile is a file of a program; the language's own list has none.
type jsonFile struct {
	jsonGroup
	Doc string `json:"doc,omitempty"`
}

type jsonGroup struct {
	Name  string     `json:"name"`
	Words []jsonWord `json:"words"`
}

// JSON writes the words of sections as one object on one line: the answer to the
// editors' request seq/listWords (chapter 8, section 9). Categories without a word
// are left out.
func JSON(to io.Writer, sections []Section) error {
	list := struct {
		Builtins []jsonGroup `json:"builtins"`
		Stdlib   []jsonGroup `json:"stdlib"`
		Files    []jsonFile  `json:"files,omitempty"`
	}{[]jsonGroup{}, []jsonGroup{}, nil}
	for _, category := range categories {
		g := jsonGroup{Name: category}
		for _, s := range sections {
			for _, w := range s.Words {
				if s.Category == category {
					g.Words = append(g.Words, jsonWord{w.Name, w.Effect, w.Doc})
				}
			}
		}
		if g.Words != nil {
			list.Builtins = append(list.Builtins, g)
		}
	}
	for _, s := range sections {
		if s.Path != "" {
			f := jsonFile{jsonGroup{Name: s.Title, Words: []jsonWord{}}, s.Doc}
			for _, w := range s.Words {
				f.Words = append(f.Words, jsonWord{w.Name, w.Effect, w.Doc})
			}
			list.Files = append(list.Files, f)
		}
		if s.Module == "" {
			continue
		}
		g := jsonGroup{Name: s.Title, Words: []jsonWord{}}
		for _, w := range s.Words {
			g.Words = append(g.Words, jsonWord{Name: w.Name, Signature: w.Effect})
		}
		slices.SortFunc(g.Words, func(a, b jsonWord) int { return cmp.Compare(a.Name, b.Name) })
		list.Stdlib = append(list.Stdlib, g)
	}
	out := json.NewEncoder(to)
	out.SetEscapeHTML(false)
	return out.Encode(list)
}
