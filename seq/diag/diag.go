// Package diag holds diagnostics as data: sources, spans, severities, the
// message with its notes and help lines, and the rendering of all that for a
// terminal or a log.
//
// It knows nothing of Seq: scanner, loader and checker decide what is wrong
// and where; this package decides only how it looks. The format is that of
// chapter 1, section 20 of the language book.
package diag

import (
	"fmt"
	"github.com/seqvm/seqvm/internal/visible"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Source is a text that spans point into. Name is the path as a user would
// type it, or "<std:NAME>" for a supplied module. A Source is immutable and
// safe for concurrent use.
type Source struct {
	Name string
	Text string

	once  sync.Once
	lines []int32 // offset of the first byte of each line

	marksOnce sync.Once
	marks     []mark // the first character of each markEvery bytes
}

// NewSource makes a Source of a name and its text.
func NewSource(name, text string) *Source { return &Source{Name: name, Text: text} }

// byteOrderMark at the start of a text is no character of its first line (chapter
// 1, section 1).
const byteOrderMark = "\uFEFF"

func (s *Source) index() []int32 {
	s.once.Do(func() {
		s.lines = make([]int32, 1, 1+strings.Count(s.Text, "\n"))
		if strings.HasPrefix(s.Text, byteOrderMark) {
			s.lines[0] = int32(len(byteOrderMark))
		}
		for i := 0; i < len(s.Text); i++ {
			if s.Text[i] == '\n' {
				s.lines = append(s.lines, int32(i+1))
			}
		}
	})
	return s.lines
}

// Position returns line and column of a byte offset, both from 1. A column is
// a character (chapter 1, section 20); offsets past the end count as the end.
func (s *Source) Position(offset int32) (line, column int) {
	line, start, offset := s.lineOf(offset)
	return line, 1 + int(s.characters(start, offset))
}

// lineOf returns the line of a byte offset, the offset of its first byte, and the
// offset itself, brought into the text.
func (s *Source) lineOf(offset int32) (line int, start, inside int32) {
	lines := s.index()
	inside = min(max(offset, lines[0]), int32(len(s.Text)))
	line = sort.Search(len(lines), func(i int) bool { return lines[i] > inside })
	return line, lines[line-1], inside
}

// LineAt returns the line that holds a byte offset and the offsets of its first
// byte and behind its line end, in logarithmic time however long the line is.
func (s *Source) LineAt(offset int32) (line int, start, end int32) {
	lines := s.index()
	line = max(sort.Search(len(lines), func(i int) bool { return lines[i] > offset }), 1)
	end = int32(len(s.Text)) + 1
	if line < len(lines) {
		end = lines[line]
	}
	return line, lines[line-1], end
}

// Line returns the text of a line (from 1) without its line end.
func (s *Source) Line(line int) string {
	lines := s.index()
	if line < 1 || line > len(lines) {
		return ""
	}
	end := len(s.Text)
	if line < len(lines) {
		end = int(lines[line]) - 1
	}
	return strings.TrimSuffix(s.Text[lines[line-1]:end], "\r")
}

// Offset is the inverse of Position: the byte offset of a column of a line. What lies
// outside of the text is brought into it.
func (s *Source) Offset(line, column int) int32 {
	lines := s.index()
	line = min(max(line, 1), len(lines))
	at := int(lines[line-1])
	for text := s.Line(line); column > 1 && text != ""; column-- {
		_, n := utf8.DecodeRuneInString(text)
		at, text = at+n, text[n:]
	}
	return int32(at)
}

// mark is a character of the text: where it begins, and how many come before it.
type mark struct{ offset, before int32 }

// markEvery is the distance of marks in bytes. So far are characters counted one by one.
const markEvery = 512

// characters returns how many characters lie between two offsets, in a time that does not
// depend on their distance: a program can be one long line.
func (s *Source) characters(from, to int32) int32 {
	if to-from <= markEvery {
		return int32(utf8.RuneCountInString(s.Text[from:to]))
	}
	s.marksOnce.Do(func() {
		count := int32(0)
		for offset := range s.Text {
			if offset/markEvery >= len(s.marks) {
				s.marks = append(s.marks, mark{int32(offset), count})
			}
			count++
		}
	})
	before := func(offset int32) int32 {
		i := min(int(offset/markEvery), len(s.marks)-1)
		if s.marks[i].offset > offset {
			i--
		}
		return s.marks[i].before + int32(utf8.RuneCountInString(s.Text[s.marks[i].offset:offset]))
	}
	return before(to) - before(from)
}

// Cursor finds lines and columns of offsets many of which lie in the line of the one
// before. The zero Cursor is ready.
type Cursor struct {
	source     *Source
	line       int32
	start, end int32 // of the line, with its line end
}

// In returns line and column of a byte offset, as Source.Position does.
func (c *Cursor) In(source *Source, offset int32) (line, column int32) {
	if c.source != source || offset < c.start || offset >= c.end {
		line, start, end := source.LineAt(offset)
		*c = Cursor{source: source, line: int32(line), start: start, end: end}
	}
	offset = min(max(offset, c.start), int32(len(source.Text)))
	return c.line, 1 + source.characters(c.start, offset)
}

// Span is a half-open range of bytes of a source. The zero Span stands for "no
// place"; a Span with a Source whose Start is negative names the file only.
type Span struct {
	Source     *Source
	Start, End int32
}

// String gives the place as PATH:LINE, the form for further places.
func (s Span) String() string {
	if s.Source == nil {
		return "?"
	}
	if s.Start < 0 {
		return s.Source.Name
	}
	line, _ := s.Source.Position(s.Start)
	return fmt.Sprintf("%s:%d", s.Source.Name, line)
}

// Severity says whether a diagnostic refuses the program.
type Severity uint8

// The severities. Warnings never change an exit status.
const (
	Error Severity = iota
	Warning
	Hint // what works, but is old or not for every implementation; shown by tools that check
)

func (s Severity) String() string {
	switch s {
	case Hint:
		return "hint"
	case Warning:
		return "warning"
	}
	return "error"
}

// Code is the stable name of a kind of diagnostic, such as "unknown-word".
type Code string

// Related is a further place of a diagnostic with what is to be said of it.
type Related struct {
	Span  Span
	Label string
}

// Fix is a change of the sources that mends what a diagnostic reports, so plain
// that a tool can make it: it does what the message or a help line says. All its edits
// are made together; they do not overlap.
type Fix struct {
	Title string // what it does, such as "write 'swap'"
	Edits []Edit
}

// Edit replaces the text of a span. An empty span inserts.
type Edit struct {
	Span Span
	Text string
}

// Apply returns the text of a source with the edits of the fix that are in it.
func (f Fix) Apply(s *Source) string {
	edits := slices.DeleteFunc(slices.Clone(f.Edits), func(e Edit) bool { return e.Span.Source != s })
	slices.SortStableFunc(edits, func(a, b Edit) int { return int(a.Span.Start - b.Span.Start) })
	var b strings.Builder
	at := int32(0)
	for _, e := range edits {
		b.WriteString(s.Text[at:e.Span.Start] + e.Text)
		at = e.Span.End
	}
	return b.String() + s.Text[at:]
}

// Diagnostic is one finding: what, where, and what helps.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Span     Span
	Message  string    // one line, without place and severity
	Notes    []string  // facts: expected and found effects, the stack
	Steps    []Step    // how the stack changed on the way to the fault
	Related  []Related // further places
	Help     []string  // what to do
	Fixes    []Fix     // changes that do it, each alone
}

// Offer adds a fix.
func (d *Diagnostic) Offer(title string, edits ...Edit) {
	d.Fixes = append(d.Fixes, Fix{Title: title, Edits: edits})
}

// Error makes a Diagnostic usable as a Go error: its first line.
func (d *Diagnostic) Error() string {
	place := ""
	if d.Span.Source != nil {
		place = d.Span.Source.Name + ": "
		if d.Span.Start >= 0 {
			line, column := d.Span.Source.Position(d.Span.Start)
			place = fmt.Sprintf("%s:%d:%d: ", d.Span.Source.Name, line, column)
		}
	}
	return fmt.Sprintf("%s%s: %s [%s]", visible.Text(place), d.Severity, visible.Text(d.Message), d.Code)
}

// List is the findings of a phase in the order they were made.
type List []*Diagnostic

// HasErrors tells whether any finding refuses the program.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Error makes a List usable as a Go error: the first error and a count.
func (l List) Error() string {
	count := 0
	first := ""
	for _, d := range l {
		if d.Severity != Error {
			continue
		}
		if count == 0 {
			first = d.Error()
		}
		count++
	}
	if count > 1 {
		return fmt.Sprintf("%s (and %d more errors)", first, count-1)
	}
	return first
}

// Sort orders the findings by source (in order of first appearance) and place.
func (l List) Sort() {
	order := map[*Source]int{}
	for _, d := range l {
		if _, ok := order[d.Span.Source]; !ok {
			order[d.Span.Source] = len(order)
		}
	}
	sort.SliceStable(l, func(i, j int) bool {
		a, b := l[i].Span, l[j].Span
		if a.Source != b.Source {
			return order[a.Source] < order[b.Source]
		}
		return a.Start < b.Start
	})
}
