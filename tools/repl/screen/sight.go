package screen

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/tools/repl/lineedit"
)

const (
	prompt      = bold + "debug> " + reset
	inputPrompt = bold + "stdin> " + reset
)

// prompts are those in front of what is typed. Outside of insert mode they have a colon, as those of sessions.
func (m *debug) prompts() [2]string {
	text := prompt
	if m.reads() {
		text = inputPrompt
	}
	if m.edit.Mode() != lineedit.Insert {
		text = strings.Replace(text, ">", ":", 1)
	}
	return [2]string{text, text}
}

// sight is what was to be seen when the program stood last: it is drawn while the program runs, too.
type sight struct {
	file     string
	source   *diag.Source
	line     int // of the statement; 0: none
	from, to int // the statement in its line, in bytes
	cursor   int // the line that keys move
	marks    map[int][]*debugger.Breakpoint
	where    string
	panes    []sidePane
}

// sidePane is a box beside the source.
type sidePane struct {
	title string
	lines []string
}

// lists are the commands whose answers the last pane shows.
var lists = []string{"strands", "channels", "weaves"}

// The marks of lines.
const (
	stopMark = "●"
	logMark  = "○"
	hereMark = "▶"
)

// mostValues is how many values of a stack are shown.
const mostValues = 100

// look notes what there is to see.
func (m *debug) look() {
	c := m.commands
	now := sight{file: c.Session.Files()[0], cursor: 1}
	seen, frame := c.Looked()
	if seen != nil && len(seen.Frames) > 0 {
		f := &seen.Frames[min(frame, len(seen.Frames)-1)]
		now.file, now.line = f.File, c.Line(f)
		now.where = fmt.Sprintf("%s:%d in %s", filepath.Base(f.File), now.line, f.Word)
		if seen.Strand != 1 {
			now.where += fmt.Sprintf(", strand #%d", seen.Strand)
		}
		if past := c.Past(); past != "" {
			now.where += ", " + past
		}
		if now.source = c.Session.Source(f.File); now.source != nil && f.Pos >= 0 {
			start := int(now.source.Offset(now.line, 1))
			now.from, now.to = int(f.Pos)-start, int(f.End)-start
		}
		now.cursor = now.line
		stack := sidePane{title: "Stack, top first"}
		stack.lines = values(seen, frame)
		if !f.Known {
			stack.lines = m.answer("stack")
		}
		now.panes = append(now.panes, stack)
		if len(debugger.AuxStack(seen)) > 0 {
			now.panes = append(now.panes, sidePane{"Aux stack", m.answer("aux")})
		}
		now.panes = append(now.panes, sidePane{"Calls", m.answer("where")})
		list := lists[m.list]
		now.panes = append(now.panes, sidePane{strings.ToUpper(list[:1]) + list[1:], m.answer(list)})
	} else {
		now.source = c.Session.Source(now.file)
	}
	if before := &m.seen; before.file == now.file && before.line == now.line && before.cursor > 0 {
		now.cursor = before.cursor // a look at the same place
	}
	now.marks = c.Session.Marks(now.file)
	m.seen = now
}

// values are the values of a stack, the top first.
func values(seen *debugger.Seen, frame int) (list []string) {
	all := debugger.DataStack(seen, frame)
	for i, v := range slices.Backward(all) {
		n := len(all) - 1 - i
		if n == mostValues {
			return append(list, fmt.Sprintf("and %d more", len(all)-n))
		}
		list = append(list, fmt.Sprintf("%3d  %s", n, visible.Text(debugger.Show(v, 200))))
	}
	if list == nil {
		return []string{"it is empty"}
	}
	return list
}

// answer is what a command shows, in lines. Files are named as they are in the folder of the main one: there is little room.
func (m *debug) answer(command string) []string {
	text := m.commands.Text(command)
	if dir, _ := filepath.Split(m.commands.Session.Files()[0]); dir != "" {
		text = strings.ReplaceAll(text, dir, "")
	}
	return strings.Split(strings.TrimRight(clean(text), "\n"), "\n")
}

// toggled is the command that sets a breakpoint on the line of the cursor, or deletes those there.
func (m *debug) toggled() string {
	var there []string
	for _, b := range m.seen.marks[m.seen.cursor] {
		there = append(there, fmt.Sprint(b.ID))
	}
	if there != nil {
		return "delete " + strings.Join(there, " ")
	}
	if m.seen.file == m.commands.Session.Files()[0] {
		return fmt.Sprintf("break %d", m.seen.cursor)
	}
	return fmt.Sprintf("break %s:%d", m.seen.file, m.seen.cursor)
}

// moveCursor handles the keys that move something that is shown.
func (m *debug) moveCursor(k lineedit.Key) bool {
	half := max(m.height/2, 1)
	moves := map[string]int{"ctrl+up": -1, "ctrl+down": 1, "ctrl+pgup": -half, "ctrl+pgdown": half, "alt+up": -1, "alt+down": 1}
	scrolls := map[string]int{"pgup": half, "pgdown": -half}
	if by, ok := scrolls[k.Name]; ok {
		m.back = max(m.back+by, 0)
		return true
	}
	by, ok := moves[k.Name]
	if ok && m.seen.source != nil {
		m.seen.cursor = max(1, min(m.seen.cursor+by, lineCount(m.seen.source)))
	}
	return ok
}

func lineCount(src *diag.Source) int {
	return strings.Count(strings.TrimRight(src.Text, "\n"), "\n") + 1
}

// View is tea.Model.
func (m *debug) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	if m.width <= 0 || m.height <= 0 {
		return v
	}
	rows := max(m.height-1, 1)
	input, x, y := drawn(m.edit, m.prompts(), m.width)
	if m.complete != nil {
		input = append(input, m.complete.choices(m.width, rows-len(input))...)
	}
	input, y = inSight(input, rows, y)
	free := rows - len(input)
	above := (free*3 + 4) / 5
	if m.back > 0 {
		m.back = max(0, min(m.back, m.transcript.rows(m.width)-1))
	}
	below := m.transcript.last(free-above, m.width, m.back)
	if m.state == unbegun || len(m.transcript.lines) == 0 {
		above = free - len(below)
	}
	all := m.program(above)
	for len(all)+len(below) < free {
		below = append(below, "")
	}
	all = append(all, below...)
	v.Cursor = tea.NewCursor(x, y+len(all))
	all = append(all, input...)
	if status, cursor := m.status(); m.height > 1 {
		all = append(all, status)
		if cursor >= 0 {
			v.Cursor = tea.NewCursor(cursor, m.height-1)
		}
	}
	if m.edit.Mode() == lineedit.Insert {
		v.Cursor.Shape = tea.CursorBar
	}
	v.SetContent(strings.Join(all, "\n"))
	return v
}

// minimumForPanes is the width from which on there is room beside the source.
const minimumForPanes = 60

// minimumForBox is how many rows a box needs to be worth its border.
const minimumForBox = 4

// program draws the source and the panes beside it.
func (m *debug) program(rows int) []string {
	if rows < minimumForBox || m.width < 8 {
		return m.sourceLines(m.width, max(rows, 0))
	}
	width := m.width
	panes := m.seen.panes
	if width >= minimumForPanes && len(panes) > 0 {
		width -= m.width * 2 / 5
	}
	title := visible.Text(m.seen.file)
	list := boxed(title, m.sourceLines(width-2, rows-2), width, rows)
	if width < m.width {
		beside(list, stacked(panes, m.width-width, rows, m.wanted), width)
	}
	return list
}

// stacked draws panes one below the other, those that there is room for: each gets what it needs as long as there is something left, and the
// first one what nobody needs. The last one may be wanted in place of one that there is room for.
func stacked(panes []sidePane, width, rows int, last bool) (list []string) {
	if room := max(rows/minimumForBox, 1); room < len(panes) && last {
		panes = append(panes[:room-1:room-1], panes[len(panes)-1])
	} else {
		panes = panes[:min(len(panes), room)]
	}
	heights := make([]int, len(panes))
	for left, wanted := rows, true; left > 0; {
		if !wanted {
			heights[0] += left
			break
		}
		wanted = false
		for i, p := range panes {
			if left > 0 && heights[i] < len(p.lines)+2 {
				heights[i]++
				left--
				wanted = true
			}
		}
	}
	for i, p := range panes {
		body := slices.Clone(p.lines)
		if room := heights[i] - 2; len(body) > room {
			body = append(body[:room-1], dim+"…"+reset)
		}
		for j, l := range body {
			body[j] = ansi.Truncate(l, width-2, "…")
		}
		list = append(list, boxed(p.title, body, width, heights[i])...)
	}
	return list
}

// sourceLines draws the source around the cursor.
func (m *debug) sourceLines(width, rows int) (list []string) {
	s := &m.seen
	if s.source == nil {
		return make([]string, rows)
	}
	count := lineCount(s.source)
	first := max(1, min(s.cursor-rows/2, count-rows+1))
	digits := max(len(fmt.Sprint(count)), 3)
	for n := first; n < first+rows && n <= count; n++ {
		list = append(list, m.sourceLine(n, digits, width))
	}
	for len(list) < rows {
		list = append(list, "")
	}
	return list
}

// sourceLine draws a line of the source: what stands right of the room is left out, unless the statement stands there.
func (m *debug) sourceLine(n, digits, width int) string {
	s := &m.seen
	mark, here, number := " ", " ", fmt.Sprintf("%*d", digits, n)
	switch there := s.marks[n]; {
	case slices.ContainsFunc(there, func(b *debugger.Breakpoint) bool { return b.Log == "" }):
		mark = red + stopMark + reset
	case len(there) > 0:
		mark = red + logMark + reset
	}
	text := strings.ReplaceAll(s.source.Line(n), "\t", " ")
	room := max(width-digits-4, 0)
	from := 0
	var code string
	if n == s.line {
		here = bold + hereMark + reset
		end := min(s.to, len(text))
		code = painted(text, min(s.from, end), end)
		if at := ansi.StringWidth(text[:max(end, 0)]); at > room {
			from = at - room
		}
	} else {
		code = highlighted(text)
	}
	if n == s.cursor {
		number = reverse + number + reset
	} else {
		number = dim + number + reset
	}
	return ansi.Truncate(mark+here+number+"  "+ansi.Cut(code, from, from+room), width, "")
}

var states = [...]string{unbegun: "not begun", stands: "stands", runs: "runs", ended: "ended"}

// hints are what the keys are that make sense now.
var hints = [...]string{
	unbegun: "F5 run · F11 first word · F9 breakpoint · ? keys", stands: "F5 go on · F10 over · F11 into · F8 back · ? keys",
	runs: "Ctrl+C stops it", ended: "Ctrl+D ends the debugger",
}

// status draws the status bar; cursor is where the cursor is in it, or -1.
func (m *debug) status() (text string, cursor int) {
	text, cursor = " "+states[m.state], -1
	if m.edit.Mode() != lineedit.Insert {
		text += "  " + modeName(m.edit)
	}
	switch {
	case m.search != nil:
		text, cursor = m.search.status(m.width)
	case m.message != "":
		text = " " + m.message
	case m.reads():
		text = " waits for input: Enter gives it a line, Ctrl+D ends the input"
	default:
		if m.state == stands {
			text += "  " + visible.Text(m.seen.where)
		}
		if room := m.width - ansi.StringWidth(text) - 2; room >= ansi.StringWidth(hints[m.state]) {
			text += strings.Repeat(" ", room-ansi.StringWidth(hints[m.state])+1) + hints[m.state]
		}
	}
	return bar(text, m.width), cursor
}
