package diag

import (
	"fmt"
	"github.com/seqvm/seqvm/internal/visible"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// MaxErrors is how many errors one run reports (chapter 8, section 12). Of
// warnings and of the further places of one finding there are limits as well,
// so that nothing drowns.
const (
	MaxErrors   = 20
	maxWarnings = 100
	maxRelated  = 20
)

// maxShownLine bounds the source line that is shown, in characters, so that a
// program without line ends does not drown its own diagnostic.
const maxShownLine = 160

// Renderer writes diagnostics for people. Color switches ANSI colours on.
type Renderer struct {
	Out   io.Writer
	Color bool
}

const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
	cyan   = "\x1b[1;36m"
	reset  = "\x1b[0m"
)

func (r Renderer) paint(color, text string) string {
	if !r.Color {
		return text
	}
	return color + text + reset
}

// All writes the findings of a list, at most MaxErrors errors, and says how
// many were left out.
func (r Renderer) All(list List) error {
	limits := [...]int{Error: MaxErrors, Warning: maxWarnings, Hint: maxWarnings}
	var count [len(limits)]int
	for _, d := range list {
		if count[d.Severity]++; count[d.Severity] > limits[d.Severity] {
			continue
		}
		if err := r.One(d); err != nil {
			return err
		}
	}
	for severity, n := range count {
		if left := n - limits[severity]; left > 0 {
			if _, err := fmt.Fprintf(r.Out, "%d more %ss are not shown\n", left, Severity(severity)); err != nil {
				return err
			}
		}
	}
	return nil
}

// One writes a diagnostic: the line with place, severity, message and code, the source line with
// carets under the span, notes, the stack on the way, further places, help.
func (r Renderer) One(d *Diagnostic) error {
	var b strings.Builder
	color := red
	if d.Severity != Error {
		color = yellow
	}
	if src := d.Span.Source; src != nil {
		place := visible.Text(src.Name)
		if d.Span.Start >= 0 {
			line, column := src.Position(d.Span.Start)
			place = fmt.Sprintf("%s:%d:%d", place, line, column)
		}
		b.WriteString(r.paint(bold, place+":") + " ")
	}
	b.WriteString(r.paint(color, d.Severity.String()+":") + " " + r.paint(bold, visible.Text(d.Message)) + " " + r.paint(dim, "["+string(d.Code)+"]") + "\n")
	if d.Span.Source != nil && d.Span.Start >= 0 {
		r.snippet(&b, d.Span, color)
	}
	for _, note := range d.Notes {
		indent(&b, "  ", note)
	}
	if rows := d.onTheWay(); rows != nil {
		b.WriteString("  the stack on the way:\n")
		r.writeRows(&b, "    ", rows, maxStepColumns)
	}
	for i, rel := range d.Related {
		if i == maxRelated {
			fmt.Fprintf(&b, "  and %d more places\n", len(d.Related)-i)
			break
		}
		fmt.Fprintf(&b, "  %s: %s\n", r.paint(blue, visible.Text(rel.Span.String())), visible.Text(rel.Label))
	}
	for _, help := range d.Help {
		indent(&b, "  "+r.paint(cyan, "help:")+" ", help)
	}
	_, err := io.WriteString(r.Out, b.String())
	return err
}

func indent(b *strings.Builder, prefix, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(prefix + visible.Text(line) + "\n")
		prefix = "  "
	}
}

// Excerpt writes the place of a span, FILE:LINE:COLUMN behind an arrow, and the line with
// carets under it.
func (r Renderer) Excerpt(span Span) {
	var b strings.Builder
	line, column := span.Source.Position(span.Start)
	fmt.Fprintf(&b, "  %s %s:%d:%d\n", r.paint(blue, "-->"), visible.Text(span.Source.Name), line, column)
	r.snippet(&b, span, red)
	_, _ = io.WriteString(r.Out, b.String())
}

// Help writes a help line.
func (r Renderer) Help(text string) {
	var b strings.Builder
	indent(&b, "  "+r.paint(cyan, "help:")+" ", text)
	_, _ = io.WriteString(r.Out, b.String())
}

// snippet shows the line of the span's start. A span over several lines is
// marked to the end of its first line. Carets stand where a terminal shows what they
// mark: a tab has four columns, wide characters have two and combining ones none.
func (r Renderer) snippet(b *strings.Builder, span Span, color string) {
	line, start, _ := span.Source.lineOf(span.Start)
	cells := cellsOf(span.Source.Line(line))
	first := firstCell(cells, int(span.Start-start))
	last := max(firstCell(cells, int(span.End-start)), first+1) // a caret behind the line's end as well
	if len(cells) > maxShownLine {                              // a window around the span
		from := max(0, min(first-maxShownLine/4, len(cells)-maxShownLine))
		cells = cells[from : from+maxShownLine]
		first, last = first-from, min(last-from, maxShownLine)
	}
	var shown strings.Builder
	before, marks := 0, 0
	for i, c := range cells {
		shown.WriteString(c.text)
		switch {
		case i < first:
			before += c.width
		case i < last:
			marks += c.width
		}
	}
	number := fmt.Sprintf("%4d", line)
	fmt.Fprintf(b, "%s %s\n", r.paint(blue, number+" |"), shown.String())
	fmt.Fprintf(b, "%s %s\n", r.paint(blue, strings.Repeat(" ", len(number))+" |"), strings.Repeat(" ", before)+r.paint(color, strings.Repeat("^", max(marks, 1))))
}

// cell is what a terminal shows in one piece: a character with what combines
// with it.
type cell struct {
	text  string
	width int // columns
	end   int // offset behind it in the line
}

func cellsOf(line string) []cell {
	cells := make([]cell, 0, len(line))
	end := 0
	for g := displaywidth.StringGraphemes(line); g.Next(); {
		text, width := g.Value(), g.Width()
		end += len(text)
		switch c, n := utf8.DecodeRuneInString(text); {
		case c == '\t':
			text, width = "    ", 4
		case visible.Hidden(c, n):
			text, width = "·", 1
		}
		cells = append(cells, cell{text, width, end})
	}
	return cells
}

// firstCell returns the index of the cell that holds the byte at an offset.
func firstCell(cells []cell, offset int) int {
	return sort.Search(len(cells), func(i int) bool { return cells[i].end > offset })
}
