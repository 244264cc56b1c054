package screen

import (
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
		n += len(t.lines[i].wrapped(width))
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
		wrapped := t.lines[i].wrapped(width)
		for j := len(wrapped) - 1; j >= 0 && len(reversed) < rows; j-- {
			reversed = append(reversed, wrapped[j])
		}
	}
	return reversed
}

func (l line) wrapped(width int) []string {
	text := l.text
	if l.kind == entered {
		return strings.Split(ansi.Hardwrap(text, max(width, 1), true), "\n")
	}
	var list []string
	for _, part := range strings.Split(ansi.Hardwrap(text, max(width-2, 1), true), "\n") {
		switch l.kind {
		case failure:
			part = red + part + reset
		case result:
			part = bold + part + reset
		}
		list = append(list, "  "+part)
	}
	return list
}
