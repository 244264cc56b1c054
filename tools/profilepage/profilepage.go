// Package profilepage writes the profile of a run as a page for a browser: a flame graph, a table of words, and the sources with what
// each line takes. The page asks nobody for anything: it can be kept, and sent to others.
package profilepage

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

//go:embed page.html
var page string

// node is a word in the flame graph, called by its parent.
type node struct {
	Name     string  `json:"name"`
	Place    string  `json:"place"` // FILE:LINE of the first sample in it
	Count    int64   `json:"count"` // samples in it and in what it calls
	Bytes    int64   `json:"bytes"`
	Children []*node `json:"children,omitempty"`
	byName   map[string]*node
}

func (n *node) child(f vm.Frame) *node {
	key := f.Word + "\x00" + f.File
	c := n.byName[key]
	if c == nil {
		c = &node{Name: f.Word, Place: f.Place(false), byName: map[string]*node{}}
		n.byName[key] = c
		n.Children = append(n.Children, c)
	}
	return c
}

// cost is what a word or a line takes: by itself, and with what it calls.
type cost struct {
	Name      string `json:"name"`
	Place     string `json:"place"`
	Count     int64  `json:"count"`
	Bytes     int64  `json:"bytes"`
	AllCount  int64  `json:"allCount"`
	AllBytes  int64  `json:"allBytes"`
	lastFound int    // the sample that was added last: recursion counts once
}

// file is a source with the costs of its lines.
type file struct {
	Name  string           `json:"name"`
	Lines []string         `json:"lines"`
	Costs map[string]*cost `json:"costs"` // by number, from 1
}

// content is what the page shows.
type content struct {
	Program string  `json:"program"`
	Seconds float64 `json:"seconds"` // of the run
	Period  float64 `json:"period"`  // seconds that a sample stands for
	Root    *node   `json:"root"`
	Words   []*cost `json:"words"`
	Files   []*file `json:"files"`
}

// Write writes the page of a program's samples. Sources that are not given are left out.
func Write(to io.Writer, program string, samples vm.Samples, sources []*diag.Source) error {
	data, err := json.Marshal(gathered(program, samples, sources)) // which writes '<' as \u003c
	if err != nil {
		return err
	}
	_, err = strings.NewReplacer("{{title}}", html.EscapeString(program), "{{data}}", string(data)).WriteString(to, page)
	return err
}

// gathered adds the samples up.
func gathered(program string, samples vm.Samples, sources []*diag.Source) *content {
	c := &content{Program: program, Seconds: samples.Duration.Seconds(), Period: samples.Period.Seconds(), Root: &node{Name: "all", byName: map[string]*node{}}}
	slices.SortFunc(samples.List, func(a, b *vm.Sample) int {
		return strings.Compare(fmt.Sprint(a.Trail), fmt.Sprint(b.Trail))
	})
	words, lines := map[string]*cost{}, map[string]*cost{}
	for i, s := range samples.List {
		at := c.Root
		at.Count += s.Count
		at.Bytes += s.Bytes
		for _, f := range slices.Backward(s.Trail) {
			at = at.child(f)
			at.Count += s.Count
			at.Bytes += s.Bytes
		}
		for depth, f := range s.Trail {
			add(words, f.Word+"\x00"+f.File, f.Word, f.File, s, i+1, depth == 0)
			add(lines, fmt.Sprintf("%s\x00%d", f.File, f.Line), "", "", s, i+1, depth == 0)
		}
	}
	for _, w := range words {
		c.Words = append(c.Words, w)
	}
	slices.SortFunc(c.Words, func(a, b *cost) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, source := range sources {
		f := &file{Name: source.Name, Lines: strings.Split(source.Text, "\n"), Costs: map[string]*cost{}}
		for i := range f.Lines {
			if l := lines[fmt.Sprintf("%s\x00%d", source.Name, i+1)]; l != nil {
				f.Costs[fmt.Sprint(i+1)] = l
			}
		}
		if len(f.Costs) > 0 {
			c.Files = append(c.Files, f)
		}
	}
	return c
}

// add adds a sample to the costs under a key.
func add(to map[string]*cost, key, name, place string, s *vm.Sample, number int, innermost bool) {
	c := to[key]
	if c == nil {
		c = &cost{Name: name, Place: place}
		to[key] = c
	}
	if innermost {
		c.Count += s.Count
		c.Bytes += s.Bytes
	}
	if c.lastFound != number {
		c.lastFound = number
		c.AllCount += s.Count
		c.AllBytes += s.Bytes
	}
}
