package diag

import (
	"fmt"
	"github.com/seqvm/seqvm/internal/visible"
	"io"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Step is the stack at a place of a body: behind the statement that Span covers, or at the
// start of the body where Span has no extent. Stack and Aux are written as in effects, the top on the
// right; Aux is "" for an empty aux stack.
type Step struct {
	Span       Span
	Stack, Aux string
}

// String is what lies on both stacks.
func (s Step) String() string {
	if s.Aux == "" {
		return s.Stack
	}
	return s.Stack + "  aux " + s.Aux
}

// The limits of what is shown of steps: rows up to a fault, and columns of source text in
// front of the stacks.
const (
	maxStepRows    = 14
	maxStepColumns = 60
)

// stepRow is a line of a list of steps: source text, and the stack behind it.
type stepRow struct {
	line  int // in front of the text; 0: nothing
	text  string
	stack string
}

// onTheWay are the rows for the steps to a fault: a row for each statement of a body that is
// one line, else one for each line. Rows that repeat what the notes say are left out.
func (d *Diagnostic) onTheWay() []stepRow {
	rows := stepRows(d.Steps)
	if len(rows) == 1 && slices.ContainsFunc(d.Notes, func(note string) bool { return strings.HasSuffix(note, rows[0].stack) }) {
		return nil
	}
	if cut := len(rows) - maxStepRows; cut > 0 {
		rows = slices.Insert(rows[cut:], 0, stepRow{text: "…"})
	}
	return rows
}

func stepRows(steps []Step) []stepRow {
	var behind []Step // in source order: steps in a literal come before that of the literal
	for _, s := range steps {
		if s.Span.Source != nil {
			behind = append(behind, s)
		}
	}
	slices.SortStableFunc(behind, func(a, b Step) int { return int(a.Span.End - b.Span.End) })
	if len(behind) == 0 {
		return nil
	}
	src := behind[0].Span.Source
	first, _, _ := src.lineOf(behind[0].Span.End)
	last, _, _ := src.lineOf(behind[len(behind)-1].Span.End)
	if first == last {
		return wordRows(src, behind)
	}
	return lineRows(src, behind)
}

// wordRows has a row for each step, with the text since the one before. A literal that the fault
// is not in, or an "if" with its branches, is one step.
func wordRows(src *Source, steps []Step) []stepRow {
	steps = outermost(steps)
	var rows []stepRow
	from := steps[0].Span.Start
	for _, s := range steps {
		text := strings.TrimSpace(src.Text[from:s.Span.End])
		from = s.Span.End
		if text != "" {
			rows = append(rows, stepRow{text: text, stack: s.String()})
		}
	}
	return rows
}

// outermost leaves out the steps within others.
func outermost(steps []Step) []Step {
	var kept []Step
	for i := len(steps) - 1; i >= 0; i-- {
		if n := len(kept); n == 0 || steps[i].Span.Start < kept[n-1].Span.Start {
			kept = append(kept, steps[i])
		}
	}
	slices.Reverse(kept)
	return kept
}

// lineRows has a row for each line with the step that comes last in it. The last line is shown
// up to where its step is: a fault may follow.
func lineRows(src *Source, steps []Step) []stepRow {
	var rows []stepRow
	for i, s := range steps {
		line, start, end := src.lineOf(s.Span.End)
		if i+1 < len(steps) {
			if next, _, _ := src.lineOf(steps[i+1].Span.End); next == line {
				continue
			}
			end = start + int32(len(src.Line(line)))
		}
		if s.Span.Start == s.Span.End {
			continue // the start stands in the effect
		}
		rows = append(rows, stepRow{line: line, text: strings.TrimRight(src.Text[start:end], " \t\r"), stack: s.String()})
	}
	return rows
}

// Stacks writes the lines of a definition with the stack behind each. If its statements
// stand in one line, that follows word by word.
func (r Renderer) Stacks(definition Span, steps []Step) error {
	src := definition.Source
	rows := stepRows(steps)
	behind := map[int]string{}
	var words []stepRow
	if len(rows) > 0 && rows[0].line == 0 {
		words = rows
	} else {
		for _, row := range rows {
			behind[row.line] = row.stack
		}
	}
	first, _, _ := src.lineOf(definition.Start)
	last, _, _ := src.lineOf(definition.End - 1)
	if start, _, _ := src.lineOf(steps[0].Span.End); behind[start] == "" && words == nil {
		behind[start] = steps[0].String()
	}
	var lines []stepRow
	for line := first; line <= last; line++ {
		lines = append(lines, stepRow{line: line, text: src.Line(line), stack: behind[line]})
	}
	var b strings.Builder
	r.writeRows(&b, "", lines, maxShownLine)
	r.writeRows(&b, "     "+r.paint(blue, "|")+"   ", words, maxShownLine)
	_, err := io.WriteString(r.Out, b.String())
	return err
}

// writeRows writes rows with their stacks in a column; longer texts push theirs to the
// right, and are cut at most columns.
func (r Renderer) writeRows(b *strings.Builder, indent string, rows []stepRow, most int) {
	width := 0
	for i := range rows {
		text := visible.Text(strings.ReplaceAll(rows[i].text, "\t", "    "))
		rows[i].text = displaywidth.TruncateString(text, most, "…")
		width = max(width, min(displaywidth.String(rows[i].text), maxStepColumns))
	}
	for _, row := range rows {
		b.WriteString(indent)
		if row.line > 0 {
			b.WriteString(r.paint(blue, fmt.Sprintf("%4d |", row.line)) + " ")
		}
		pad := strings.Repeat(" ", max(0, width-displaywidth.String(row.text)))
		b.WriteString(strings.TrimRight(row.text+pad+"  "+row.stack, " ") + "\n")
	}
}
