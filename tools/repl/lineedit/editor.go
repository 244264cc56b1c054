// Package lineedit is the line editor of interactive sessions: a text of one or
// more lines with a cursor, edited by keys as vi or Emacs have them (chapter 8,
// section 8).
//
// It knows no terminal: keys come as names, and what an editor cannot do by
// itself (run the input, go through the history) it asks for as an Action.
package lineedit

import (
	"slices"
	"unicode"
)

// Mode says what keys mean.
type Mode uint8

// The modes.
const (
	Insert Mode = iota
	Normal
	Visual
)

// Action is what a key asks the host for.
type Action uint8

// The actions.
const (
	None    Action = iota
	Unknown        // the key means nothing to the editor
	Run            // run the input
	Older          // an older input of the history
	Newer          // a newer one
	Command        // open the command line
	Search         // search the history
)

// Key is a key that was pressed: its name, such as "ctrl+a", "left" or "x", and
// the characters that it stands for, if any.
type Key struct{ Name, Text string }

// Editor is a text that is being edited. The zero value is empty and in insert
// mode with the keys of vi. Not safe for concurrent use.
type Editor struct {
	Emacs bool // the keys of Emacs; then the mode is always Insert

	text    []rune
	cursor  int // before this character
	mode    Mode
	anchor  int    // Visual: where it began
	pending string // Normal: an operator or "r" that waits for the rest
	column  int    // the column that moves by lines aim at
	moving  bool   // the last key moved by lines

	register []rune
	linewise bool // the register has whole lines
	killing  bool // the last key killed: the next kill adds to it

	undo, redo []snapshot
	typing     bool // the last key inserted: it is undone together with the next
}

type snapshot struct {
	text   []rune
	cursor int
}

// Text returns the text.
func (e *Editor) Text() string { return string(e.text) }

// Cursor returns line and column of the cursor, from 0, in characters.
func (e *Editor) Cursor() (line, column int) {
	for _, r := range e.text[:e.cursor] {
		if column++; r == '\n' {
			line, column = line+1, 0
		}
	}
	return line, column
}

// Before returns the text before the cursor.
func (e *Editor) Before() string { return string(e.text[:e.cursor]) }

// Mode returns the mode.
func (e *Editor) Mode() Mode { return e.mode }

// Pending returns the operator that waits for its motion: "d", "c", "y", "r" or
// "".
func (e *Editor) Pending() string { return e.pending }

// Selection returns the characters that Visual has selected.
func (e *Editor) Selection() (from, to int) {
	if e.mode != Visual {
		return e.cursor, e.cursor
	}
	return min(e.anchor, e.cursor), min(max(e.anchor, e.cursor)+1, len(e.text))
}

// Set replaces the text by another; the cursor is at its end. What was before can
// be undone.
func (e *Editor) Set(text string) {
	e.change()
	e.text = []rune(text)
	e.cursor = len(e.text)
	e.settle()
}

// Reset empties the text and forgets what could be undone. The mode stays.
func (e *Editor) Reset() {
	e.text, e.cursor, e.pending = nil, 0, ""
	e.undo, e.redo, e.typing, e.moving, e.killing = nil, nil, false, false, false
	if e.mode == Visual {
		e.mode = Normal
	}
}

// Insert puts a text in front of the cursor.
func (e *Editor) Insert(text string) {
	e.change()
	e.insert([]rune(text))
}

// ReplaceBefore puts a text in place of the last n characters before the cursor.
func (e *Editor) ReplaceBefore(n int, text string) {
	e.change()
	e.remove(e.cursor-n, e.cursor)
	e.insert([]rune(text))
}

// SetMode changes the mode.
func (e *Editor) SetMode(m Mode) {
	if e.Emacs {
		m = Insert
	}
	if e.mode == Insert && m == Normal && e.cursor > e.lineStart(e.cursor) {
		e.cursor--
	}
	e.mode, e.pending, e.typing = m, "", false
	e.settle()
}

// Press handles a key.
func (e *Editor) Press(k Key) Action {
	moving, killing := e.moving, e.killing
	e.moving, e.killing = false, false
	a := e.press(k, moving, killing)
	e.settle()
	return a
}

func (e *Editor) press(k Key, moving, killing bool) Action {
	switch {
	case e.Emacs:
		if a, ok := e.emacs(k, killing); ok {
			return a
		}
		return e.inserting(k, moving)
	case e.mode == Insert:
		return e.inserting(k, moving)
	case e.pending != "":
		e.operator(k)
		return None
	case e.mode == Visual:
		return e.visual(k, moving)
	}
	return e.normal(k, moving)
}

// settle keeps the cursor on a character outside of insert mode.
func (e *Editor) settle() {
	e.cursor = max(0, min(e.cursor, len(e.text)))
	if e.mode != Insert && e.cursor > e.lineStart(e.cursor) && e.cursor == e.lineEnd(e.cursor) {
		e.cursor--
	}
}

// change notes the text to come back to.
func (e *Editor) change() {
	e.undo = append(e.undo, snapshot{slices.Clone(e.text), e.cursor})
	e.redo, e.typing = nil, false
}

func (e *Editor) insert(text []rune) {
	e.text = slices.Insert(e.text, e.cursor, text...)
	e.cursor += len(text)
}

// remove deletes characters; the cursor is where they were.
func (e *Editor) remove(from, to int) {
	from, to = max(from, 0), min(to, len(e.text))
	if from >= to {
		return
	}
	e.text = slices.Delete(e.text, from, to)
	e.cursor = from
}

func (e *Editor) back(from, to *[]snapshot) {
	n := len(*from) - 1
	if n < 0 {
		return
	}
	*to = append(*to, snapshot{slices.Clone(e.text), e.cursor})
	s := (*from)[n]
	*from = (*from)[:n]
	e.text, e.cursor, e.typing = s.text, s.cursor, false
}

// inserting handles a key of insert mode.
func (e *Editor) inserting(k Key, moving bool) Action {
	switch k.Name {
	case "enter":
		return Run
	case "shift+enter", "alt+enter", "ctrl+j":
		e.change()
		e.insert([]rune{'\n'})
		return None
	case "esc", "ctrl+[":
		if !e.Emacs {
			e.SetMode(Normal)
		}
		return None
	case "backspace", "ctrl+h":
		if e.cursor > 0 {
			e.change()
			e.remove(e.cursor-1, e.cursor)
		}
		return None
	case "delete":
		if e.cursor < len(e.text) {
			e.change()
			e.remove(e.cursor, e.cursor+1)
		}
		return None
	case "left", "right", "home", "end":
		e.typing = false
		switch k.Name {
		case "left":
			e.cursor = max(e.cursor-1, 0)
		case "right":
			e.cursor = min(e.cursor+1, len(e.text))
		case "home":
			e.cursor = e.lineStart(e.cursor)
		case "end":
			e.cursor = e.lineEnd(e.cursor)
		}
		return None
	case "up", "down":
		e.typing = false
		return e.vertical(k.Name == "up", moving)
	}
	if k.Text == "" {
		return Unknown
	}
	if !e.typing {
		e.change()
		e.typing = true
	}
	e.insert([]rune(k.Text))
	return None
}

// vertical moves by a line, or asks for the history at the first and last one.
func (e *Editor) vertical(up, moving bool) Action {
	start, end := e.lineStart(e.cursor), e.lineEnd(e.cursor)
	if !moving {
		e.column = e.cursor - start
	}
	e.moving = true
	switch {
	case up && start == 0:
		return Older
	case !up && end == len(e.text):
		return Newer
	case up:
		above := e.lineStart(start - 1)
		e.cursor = min(above+e.column, start-1)
	default:
		e.cursor = min(end+1+e.column, e.lineEnd(end+1))
	}
	return None
}

func (e *Editor) lineStart(i int) int {
	for i > 0 && e.text[i-1] != '\n' {
		i--
	}
	return i
}

func (e *Editor) lineEnd(i int) int {
	for i < len(e.text) && e.text[i] != '\n' {
		i++
	}
	return i
}

// firstOf returns the first character of a line that is no blank.
func (e *Editor) firstOf(i int) int {
	i = e.lineStart(i)
	for i < len(e.text) && e.text[i] != '\n' && unicode.IsSpace(e.text[i]) {
		i++
	}
	return i
}
