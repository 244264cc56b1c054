package screen

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// kind is what a line of the transcript is.
type kind uint8

const (
	entered kind = iota // what the user typed, with its prompt and colours
	output
	result
	failure
	aside // what nobody has asked for
)

// line is a line of the transcript.
type line struct {
	text string
	kind kind
}

// transcript is what has been typed and answered. Lines that are too old are
// forgotten.
type transcript struct {
	lines []line
	open  bool // the last line goes on
}

const maxTranscript = 10_000

// input adds an input: its lines with their prompts.
func (t *transcript) input(prompts [2]string, text string) {
	t.open = false
	for i, l := range strings.Split(highlighted(text), "\n") {
		t.add(line{prompts[min(i, 1)] + l, entered})
	}
}

// write adds a text of some lines. What terminals would obey in it is left out.
func (t *transcript) write(text string, k kind) {
	if text == "" {
		return
	}
	text = clean(text)
	for text != "" {
		part, rest, ended := strings.Cut(text, "\n")
		if n := len(t.lines); t.open && n > 0 && t.lines[n-1].kind == k {
			t.lines[n-1].text += part
		} else {
			t.add(line{part, k})
		}
		t.open, text = !ended, rest
	}
}

func (t *transcript) add(l line) {
	t.lines = append(t.lines, l)
	if len(t.lines) > maxTranscript+maxTranscript/10 {
		t.lines = append(t.lines[:0:0], t.lines[len(t.lines)-maxTranscript:]...)
	}
}

// clean leaves out escape sequences and control characters; tabs become blanks.
func clean(text string) string {
	text = strings.ReplaceAll(ansi.Strip(text), "\t", "    ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

// rows counts the rows of the transcript at a width.
func (t *transcript) rows(width int) int {
	n := 0
	for i := range t.lines {
		n += len(t.wrapped(i, width))
	}
	return n
}

// last returns the last rows of the transcript but a few, wrapped to a width.
func (t *transcript) last(rows, width, but int) []string {
	reversed := t.lastBackwards(rows+but, width)
	reversed = reversed[min(but, len(reversed)):]
	list := make([]string, len(reversed))
	for i, l := range reversed {
		list[len(list)-1-i] = l
	}
	return list
}

func (t *transcript) lastBackwards(rows, width int) []string {
	var reversed []string
	for i := len(t.lines) - 1; i >= 0 && len(reversed) < rows; i-- {
		wrapped := t.wrapped(i, width)
		for j := len(wrapped) - 1; j >= 0 && len(reversed) < rows; j-- {
			reversed = append(reversed, wrapped[j])
		}
	}
	return reversed
}

// wrapped returns the rows of a line. The line of a program that an error points into
// and the marks below it have one row each: what does not fit around the marks is left
// out of both.
func (t *transcript) wrapped(i, width int) []string {
	for _, source := range []int{i, i - 1} {
		if source < 0 || source+1 >= len(t.lines) {
			continue
		}
		if gutter, from, ok := snippet(t.lines[source], t.lines[source+1], width-2); ok {
			return line{around(t.lines[i].text, gutter, from, width-2, i == source), failure}.wrapped(width)
		}
	}
	return t.lines[i].wrapped(width)
}

// sourceLine and marksLine are what a diagnostic shows of a program.
var (
	sourceLine = regexp.MustCompile(`^ *\d+ \| `)
	marksLine  = regexp.MustCompile(`^ +\| +\^+$`)
)

// snippet tells whether two lines are a line of a program and the marks below it that
// do not fit into a width. Then gutter is the width of what is left of the program,
// and from the column of the program that is the first to be shown.
func snippet(source, marks line, width int) (gutter, from int, ok bool) {
	if source.kind != failure || marks.kind != failure || !sourceLine.MatchString(source.text) || !marksLine.MatchString(marks.text) {
		return 0, 0, false
	}
	gutter = len(sourceLine.FindString(source.text))
	whole, room := max(ansi.StringWidth(source.text), len(marks.text)), width-gutter
	if whole <= width || room < minSnippet {
		return 0, 0, false
	}
	start, end := strings.IndexByte(marks.text, '^')-gutter, len(marks.text)-gutter
	if end < room { // the end may be cut off
		return gutter, 0, true
	}
	return gutter, max(0, min(start-room/4, whole-gutter-room)), true
}

// minSnippet is the room for a program from which on marks below it say something.
const minSnippet = 12

// around cuts what is behind the gutter down to a width; ellipses, if wanted, stand for
// what is left out.
func around(text string, gutter, from, width int, ellipses bool) string {
	code := ansi.Cut(text, gutter, ansi.StringWidth(text))
	shown := ansi.Cut(code, from, from+width-gutter)
	if ellipses && from > 0 {
		shown = "…" + ansi.Cut(shown, 1, width)
	}
	if ellipses && ansi.StringWidth(code) > from+width-gutter {
		shown = ansi.Truncate(shown, width-gutter-1, "") + "…"
	}
	return text[:gutter] + shown
}

func (l line) wrapped(width int) []string {
	text := l.text
	if l.kind == entered {
		return strings.Split(ansi.Hardwrap(text, max(width, 1), true), "\n")
	}
	if l.kind == output { // as terminals wrap it
		list := strings.Split(ansi.Hardwrap(text, max(width-2, 1), true), "\n")
		for i, part := range list {
			list[i] = "  " + part
		}
		return list
	}
	list := wrapWords(text, max(width-2, 1))
	for i, part := range list {
		list[i] = "  " + styles[l.kind] + part + reset
	}
	return list
}

var styles = map[kind]string{failure: red, result: bold, aside: dim}

// wrapWords breaks a line at its blanks, and words only that are longer than a row.
// A row begins with the blanks that the line begins with, if they leave enough room.
func wrapWords(text string, width int) []string {
	if ansi.StringWidth(text) <= width {
		return []string{text}
	}
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	if len(indent) > width/2 {
		indent = ""
	}
	var rows []string
	row, used := "", 0 // the row and its width
	for at, word := range strings.SplitAfter(text, " ") {
		n := ansi.StringWidth(strings.TrimRight(word, " "))
		if used+n > width && len(indent)+n <= width && at > 0 {
			rows = append(rows, strings.TrimRight(row, " "))
			row, used = indent, len(indent)
		}
		row += word
		used += ansi.StringWidth(word)
		if used > width {
			parts := strings.Split(ansi.Hardwrap(strings.TrimRight(row, " "), width, true), "\n")
			rows = append(rows, parts[:len(parts)-1]...)
			row = parts[len(parts)-1]
			used = ansi.StringWidth(row)
			if strings.HasSuffix(word, " ") {
				row, used = row+" ", used+1
			}
		}
	}
	if row = strings.TrimRight(row, " "); row != "" || rows == nil {
		rows = append(rows, row)
	}
	return rows
}
