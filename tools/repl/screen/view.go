package screen

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/tools/repl/lineedit"
)

const (
	reset   = "\x1b[0m"
	bold    = "\x1b[1m"
	dim     = "\x1b[2m"
	reverse = "\x1b[7m"
	red     = "\x1b[31m"
)

// colours are those of the classes of package syntax.
var colours = map[syntax.Class]string{
	syntax.ClassKeyword: "\x1b[35m", syntax.ClassDefiner: "\x1b[1;33m", syntax.ClassDefinition: "\x1b[1;33m", syntax.ClassNumber: "\x1b[33m",
	syntax.ClassBoolean: "\x1b[33m", syntax.ClassString: "\x1b[32m", syntax.ClassEscape: "\x1b[1;32m", syntax.ClassBadEscape: red,
	syntax.ClassComment: "\x1b[90m", syntax.ClassType: "\x1b[34m", syntax.ClassRow: "\x1b[34m", syntax.ClassEffect: "\x1b[90m",
	syntax.ClassBracket: "\x1b[37m", syntax.ClassField: "\x1b[34m", syntax.ClassModule: "\x1b[34m", syntax.ClassSymbol: "\x1b[32m",
}

// builtin is the colour of words that are built in, which no class tells.
const builtin = "\x1b[36m"

func colourOf(word string, class syntax.Class) string {
	if class == syntax.ClassWord || class == syntax.ClassOperator {
		if _, ok := builtins.All().Types().Lookup(word); ok {
			return builtin
		}
	}
	return colours[class]
}

// highlighted returns a text with colours; none reaches over a line end.
func highlighted(text string) string { return painted(text, 0, 0) }

// painted is highlighted with the bytes of a selection reversed.
func painted(text string, from, to int) string {
	var b strings.Builder
	at := 0
	plain := func(start, end int, colour string) {
		for i, part := range strings.Split(text[start:end], "\n") {
			if i > 0 {
				b.WriteByte('\n')
				start++
			}
			for _, cut := range cuts(start, start+len(part), from, to) {
				style := colour
				if cut[0] >= from && cut[1] <= to && from < to {
					style += reverse
				}
				if style == "" || cut[0] == cut[1] {
					b.WriteString(shown(text[cut[0]:cut[1]]))
					continue
				}
				b.WriteString(style + shown(text[cut[0]:cut[1]]) + reset)
			}
			start += len(part)
		}
	}
	for _, r := range syntax.ClassRuns(text) {
		start, end := int(r.Start), int(r.End)
		plain(at, start, "")
		plain(start, end, colourOf(text[start:end], r.Class))
		at = end
	}
	plain(at, len(text), "")
	return b.String()
}

// cuts divides a range where a selection starts and ends.
func cuts(start, end, from, to int) [][2]int {
	if from >= to || to <= start || from >= end {
		return [][2]int{{start, end}}
	}
	var list [][2]int
	for _, at := range []int{max(from, start), min(to, end), end} {
		if at > start {
			list = append(list, [2]int{start, at})
			start = at
		}
	}
	return list
}

// shown replaces what a terminal would obey.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, text)
}

// shownLines is shown for a text of several lines.
func shownLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = shown(l)
	}
	return strings.Join(lines, "\n")
}

// prompts returns the prompt of the first and that of further lines.
func (m *model) prompts() [2]string {
	if m.edit.Mode() == lineedit.Insert {
		return [2]string{bold + "seq> " + reset, dim + ".... " + reset}
	}
	return [2]string{bold + "seq: " + reset, dim + ".... " + reset}
}

// minimumForPane is the width from which on the side pane has room.
const minimumForPane = 40

// View is tea.Model.
func (m *model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	if m.width <= 0 || m.height <= 0 {
		return v
	}
	left := m.width
	pane := m.pane && m.width >= minimumForPane
	if pane {
		left -= m.width / 2
	}
	rows := max(m.height-1, 1)
	input, x, y := drawn(m.edit, m.prompts(), left)
	if m.complete != nil {
		input = append(input, m.complete.choices(left, rows-len(input))...)
	}
	input, y = inSight(input, rows, y)
	if m.back > 0 {
		m.back = max(0, min(m.back, m.transcript.rows(left)-1))
	} else {
		m.back = 0
	}
	waiting := m.waiting(left)
	waiting = waiting[max(0, len(waiting)-(rows-len(input))):]
	input = append(waiting, input...)
	y += len(waiting)
	lines := append(m.transcript.last(rows-len(input), left, m.back), input...)
	y += len(lines) - len(input)
	for len(lines) < rows {
		lines = append(lines, "")
	}
	if pane {
		beside(lines, m.side(m.width/2, rows), left)
	}
	status, cursor := m.status()
	lines = append(lines, status)
	v.SetContent(strings.Join(lines, "\n"))
	switch {
	case cursor >= 0:
		v.Cursor = tea.NewCursor(cursor, m.height-1)
	default:
		v.Cursor = tea.NewCursor(x, y)
	}
	if m.edit.Mode() == lineedit.Insert {
		v.Cursor.Shape = tea.CursorBar
	}
	return v
}

// waiting draws the inputs that were entered while another one runs.
func (m *model) waiting(width int) []string {
	var lines []string
	for _, t := range m.queue {
		for i, l := range strings.Split(shownLines(t.text), "\n") {
			for _, row := range strings.Split(ansi.Hardwrap(ansi.Strip(t.prompts[min(i, 1)])+l, width, true), "\n") {
				lines = append(lines, dim+row+reset)
			}
		}
	}
	return lines
}

// inSight cuts lines down to a number of rows, so that the one with the cursor stays in sight.
func inSight(lines []string, rows, y int) ([]string, int) {
	if len(lines) <= rows {
		return lines, y
	}
	from := min(max(0, y-rows/2), len(lines)-rows)
	return lines[from : from+rows], y - from
}

// drawn draws a line editor, wrapped; x and y are the place of the cursor.
func drawn(edit *lineedit.Editor, prompts [2]string, width int) (lines []string, x, y int) {
	text := edit.Text()
	from, to := edit.Selection()
	runes := []rune(text)
	start := len(string(runes[:from]))
	row, _ := edit.Cursor()
	before := edit.Before()
	current := before[strings.LastIndexByte(before, '\n')+1:]
	for i, l := range strings.Split(painted(text, start, start+len(string(runes[from:to]))), "\n") {
		prompt := prompts[min(i, 1)]
		if i == row {
			wrapped := strings.Split(ansi.Hardwrap(prompt+shown(current)+"x", width, true), "\n")
			x, y = ansi.StringWidth(wrapped[len(wrapped)-1])-1, len(lines)+len(wrapped)-1
		}
		lines = append(lines, strings.Split(ansi.Hardwrap(prompt+l, width, true), "\n")...)
	}
	for len(lines) <= y { // the cursor is behind a full line
		lines = append(lines, "")
	}
	return lines, x, y
}

// maxChoices is how many completions are in sight.
const maxChoices = 10

// choices draws the completions around the chosen one, and how many there are above
// and below.
func (c *completion) choices(width, room int) []string {
	n := len(c.items)
	seen := max(1, min(maxChoices, n, room-2))
	c.first = max(c.at-seen+1, min(c.first, c.at, n-seen))
	longest := 0
	for _, item := range c.items[c.first : c.first+seen] {
		longest = max(longest, ansi.StringWidth(item.Text))
	}
	var lines []string
	if c.first > 0 {
		lines = append(lines, dim+fmt.Sprintf("  … %d before", c.first)+reset)
	}
	for i, item := range c.items[c.first : c.first+seen] {
		text := ansi.Truncate(fmt.Sprintf("  %-*s  %s", longest, item.Text, item.Effect), width, "…")
		if c.first+i == c.at {
			text = reverse + text + reset
		}
		lines = append(lines, text)
	}
	if more := n - c.first - seen; more > 0 {
		lines = append(lines, dim+fmt.Sprintf("  … %d more", more)+reset)
	}
	return lines
}

// status draws the status bar; cursor is where the cursor is in it, or -1.
func (m *model) status() (text string, cursor int) {
	cursor = -1
	switch {
	case m.command != nil:
		text = ":" + m.command.edit.Text()
		cursor = min(1+ansi.StringWidth(m.command.edit.Before()), m.width-1)
	case m.search != nil:
		text, cursor = m.search.status(m.width)
	case m.message != "":
		text = " " + m.message
	default:
		text = " " + m.file + "  " + modeName(m.edit)
		if m.pane {
			text += "  " + m.paneTitle()
		}
		if m.busy {
			text += "  running"
		}
		if stack := "( " + m.stack + " )"; m.stack != "" {
			room := m.width - ansi.StringWidth(text) - 3
			if room > 8 {
				stack = ansi.TruncateLeft(stack, max(0, ansi.StringWidth(stack)-room), "…")
				text += strings.Repeat(" ", max(room-ansi.StringWidth(stack)+2, 1)) + stack
			}
		}
	}
	return bar(text, m.width), cursor
}

// bar draws a status bar.
func bar(text string, width int) string {
	return reverse + padded(ansi.Truncate(text, width, "…"), width) + reset
}

// padded fills a text up with blanks.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(width-ansi.StringWidth(text), 0))
}

// modeName is what the status bar shows of the keys.
func modeName(edit *lineedit.Editor) string {
	if p := edit.Pending(); p != "" {
		return p + "..."
	}
	return [...]string{lineedit.Insert: "INSERT", lineedit.Normal: "NORMAL", lineedit.Visual: "VISUAL"}[edit.Mode()]
}

var titles = map[string]string{repl.ViewStack: "Stack Effects", repl.ViewTyped: "Typed AST", repl.ViewCode: "Bytecode"}

func (m *model) paneTitle() string {
	if m.text != nil {
		return m.text.Title
	}
	return titles[m.view]
}

// beside puts a box behind lines of a width.
func beside(lines, box []string, width int) {
	for i := range lines {
		lines[i] = padded(lines[i], width) + box[i]
	}
}

// side draws the side pane.
func (m *model) side(width, rows int) []string {
	inner := max(width-2, 1)
	var body []string
	for _, l := range strings.Split(strings.TrimRight(clean(m.paneText()), "\n"), "\n") {
		body = append(body, wrapWords(l, inner)...)
	}
	if m.text == nil && m.view == repl.ViewStack && !m.scrolled { // what is being typed is in sight
		m.paneAt = len(body)
	}
	m.paneAt = max(0, min(m.paneAt, len(body)-(rows-2)))
	var shown []string
	for i := range max(rows-2, 0) {
		at := m.paneAt + i
		switch {
		case at >= len(body):
		case i == rows-3 && at < len(body)-1:
			shown = append(shown, dim+"… PgDn"+reset)
		case i == 0 && at > 0 && rows > 3:
			shown = append(shown, dim+"… PgUp"+reset)
		default:
			shown = append(shown, body[at])
		}
	}
	return boxed(m.paneTitle(), shown, width, rows)
}

// boxed draws a box around lines that fit into it.
func boxed(title string, body []string, width, rows int) []string {
	inner := max(width-2, 1)
	title = ansi.Truncate(" "+title+" ", inner, "")
	box := []string{"┌" + title + strings.Repeat("─", max(inner-ansi.StringWidth(title), 0)) + "┐"}
	for i := range max(rows-2, 0) {
		l := ""
		if i < len(body) {
			l = body[i]
		}
		box = append(box, "│"+padded(l, inner)+"│")
	}
	box = append(box, "└"+strings.Repeat("─", inner)+"┘")
	for len(box) < rows {
		box = append(box, "")
	}
	return box[:rows]
}

// paneText is what the side pane shows.
func (m *model) paneText() string {
	session := m.Shell.Session
	switch {
	case m.text != nil:
		return m.text.Text
	case m.busy:
		return "an input is running"
	case m.view == repl.ViewCode:
		var b strings.Builder
		if err := session.Disassemble(&b, ""); err != nil {
			return err.Error()
		}
		return b.String()
	}
	text := m.edit.Text()
	if repl.IsCommand(strings.TrimSpace(text)) {
		return ""
	}
	if m.view == repl.ViewTyped {
		if strings.TrimSpace(text) == "" {
			text = session.LastExpression()
		}
		return session.TypedWords(text)
	}
	var b strings.Builder
	for _, w := range syntax.InputWords(text) {
		in, out, ok := session.Sides(w)
		if !ok {
			continue
		}
		signature, _ := session.Signature(w)
		b.WriteString(signature + "\n" + boxes(in, out, m.width/2-2) + "\n")
	}
	return b.String()
}

// boxes draws the stack before and behind a word, its top on top. Each has half of
// the width.
func boxes(before, behind []string, width int) string {
	height := max(len(before), len(behind), 1)
	widest := max((width-len(" ")-len(" > "))/2-len("|  |"), 3)
	left, right := stackBox(before, height, widest), stackBox(behind, height, widest)
	var b strings.Builder
	for i := range left {
		arrow := "   "
		if i == len(left)/2 {
			arrow = " → "
		}
		b.WriteString(" " + left[i] + arrow + right[i] + "\n")
	}
	return b.String()
}

func stackBox(types []string, height, widest int) []string {
	width := 3
	for _, t := range types {
		width = min(max(width, ansi.StringWidth(t)), widest)
	}
	lines := []string{}
	for range height - len(types) {
		lines = append(lines, strings.Repeat(" ", width+4))
	}
	lines = append(lines, "┌"+strings.Repeat("─", width+2)+"┐")
	for _, t := range slices.Backward(types) {
		t = ansi.Truncate(t, width, "…")
		lines = append(lines, "│ "+t+strings.Repeat(" ", width-ansi.StringWidth(t))+" │")
	}
	return append(lines, "└"+strings.Repeat("─", width+2)+"┘")
}
