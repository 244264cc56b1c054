package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seqvm/seqvm/tools/repl/lineedit"
)

// search goes through a history for a text; what it finds is in the line editor.
type search struct {
	text   []rune
	hits   []string // newest first
	at     int
	before string // the input to come back to
}

// press handles a key; over: the search is.
func (s *search) press(k lineedit.Key, entries []string, edit *lineedit.Editor) (over bool) {
	n := len(s.hits)
	switch k.Name {
	case "esc", "ctrl+g":
		edit.Set(s.before)
		return true
	case "enter":
		return true
	case "tab", "ctrl+r", "up":
		if n > 0 {
			s.at = (s.at + 1) % n
		}
	case "shift+tab", "ctrl+s", "down":
		if n > 0 {
			s.at = (s.at + n - 1) % n
		}
	case "backspace":
		s.text = s.text[:max(len(s.text)-1, 0)]
		s.find(entries)
	default:
		if k.Text == "" {
			return false
		}
		s.text = append(s.text, []rune(k.Text)...)
		s.find(entries)
	}
	s.preview(edit)
	return false
}

// add adds to the text that is looked for.
func (s *search) add(text string, entries []string, edit *lineedit.Editor) {
	s.text = append(s.text, []rune(text)...)
	s.find(entries)
	s.preview(edit)
}

// find looks for the inputs that contain the text.
func (s *search) find(entries []string) {
	s.hits, s.at = nil, 0
	want := strings.ToLower(string(s.text))
	if want == "" {
		return
	}
	for _, e := range slices.Backward(entries) {
		if strings.Contains(strings.ToLower(e), want) && !slices.Contains(s.hits, e) {
			s.hits = append(s.hits, e)
		}
	}
}

func (s *search) preview(edit *lineedit.Editor) {
	if len(s.hits) == 0 {
		edit.Set(s.before)
		return
	}
	edit.Set(s.hits[s.at])
}

// status is what the status bar shows of the search, and the column of the cursor in it.
func (s *search) status(width int) (text string, cursor int) {
	text = "/" + string(s.text)
	cursor = min(ansi.StringWidth(text), width-1)
	switch n := len(s.hits); {
	case n > 0:
		text += fmt.Sprintf(" (%d/%d)", s.at+1, n)
	case len(s.text) > 0:
		text += " (none)"
	}
	return text, cursor
}
