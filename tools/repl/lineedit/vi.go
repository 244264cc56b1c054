package lineedit

import "unicode"

// normal handles a key of normal mode.
func (e *Editor) normal(k Key, moving bool) Action {
	switch k.Name {
	case "enter":
		return Run
	case "shift+enter", "alt+enter", "ctrl+j":
		return e.inserting(k, moving)
	case "j", "down":
		return e.vertical(false, moving)
	case "k", "up":
		return e.vertical(true, moving)
	case "i", "insert":
		e.SetMode(Insert)
	case "a":
		e.SetMode(Insert)
		e.cursor = min(e.cursor+1, e.lineEnd(e.cursor))
	case "I":
		e.SetMode(Insert)
		e.cursor = e.firstOf(e.cursor)
	case "A":
		e.SetMode(Insert)
		e.cursor = e.lineEnd(e.cursor)
	case "o":
		e.change()
		e.SetMode(Insert)
		e.cursor = e.lineEnd(e.cursor)
		e.insert([]rune{'\n'})
	case "O":
		e.change()
		e.SetMode(Insert)
		e.cursor = e.lineStart(e.cursor)
		e.insert([]rune{'\n'})
		e.cursor--
	case "x", "delete":
		if e.cursor < e.lineEnd(e.cursor) {
			e.cut(e.cursor, e.cursor+1, false)
		}
	case "D":
		e.cut(e.cursor, e.lineEnd(e.cursor), false)
	case "C":
		e.cut(e.cursor, e.lineEnd(e.cursor), false)
		e.mode = Insert
	case "d", "c", "y", "r":
		e.pending = k.Name
	case "p":
		e.paste(true)
	case "P":
		e.paste(false)
	case "v":
		e.mode, e.anchor = Visual, e.cursor
	case "u":
		e.back(&e.undo, &e.redo)
	case "ctrl+r":
		e.back(&e.redo, &e.undo)
	case ":":
		return Command
	case "/":
		return Search
	case "esc":
	default:
		if to, _, ok := e.motion(k.Name); ok {
			e.cursor = to
			return None
		}
		if k.Text != "" {
			return None // a letter that means nothing
		}
		return Unknown
	}
	return None
}

// visual handles a key while a selection is made.
func (e *Editor) visual(k Key, moving bool) Action {
	from, to := e.Selection()
	switch k.Name {
	case "esc", "v":
		e.mode = Normal
	case "d", "x", "delete":
		e.mode = Normal
		e.cut(from, to, false)
	case "c":
		e.cut(from, to, false)
		e.mode = Insert
	case "y":
		e.mode = Normal
		e.copy(from, to, false)
		e.cursor = from
	case "j", "down", "k", "up":
		_ = e.vertical(k.Name == "k" || k.Name == "up", moving) // the history has no place in a selection
	default:
		if to, _, ok := e.motion(k.Name); ok {
			e.cursor = to
			return None
		}
		if k.Text != "" {
			return None
		}
		return Unknown
	}
	return None
}

// operator completes d, c, y or r; an unknown key cancels it.
func (e *Editor) operator(k Key) {
	op := e.pending
	e.pending = ""
	if op == "r" {
		if r := []rune(k.Text); len(r) == 1 && e.cursor < e.lineEnd(e.cursor) {
			e.change()
			e.text[e.cursor] = r[0]
		}
		return
	}
	from, to, lines := e.cursor, e.cursor, false
	switch name := k.Name; name {
	case op:
		lines = true
	case "j", "down":
		lines, to = true, min(e.lineEnd(e.cursor)+1, len(e.text))
		if e.lineEnd(e.cursor) == len(e.text) {
			return
		}
	case "k", "up":
		if e.lineStart(e.cursor) == 0 {
			return
		}
		lines, from = true, e.lineStart(e.cursor)-1
	default:
		if op == "c" && from < len(e.text) && class(e.text[from], false) != blank {
			switch name {
			case "w":
				name = "e"
			case "W":
				name = "E"
			}
		}
		at, inclusive, ok := e.motion(name)
		if !ok || name == "%" {
			return
		}
		if name == "w" || name == "W" { // it does not join lines
			at = min(at, e.lineEnd(e.cursor))
		}
		from, to = min(at, e.cursor), max(at, e.cursor)
		if inclusive {
			to = min(to+1, len(e.text))
		}
	}
	if lines {
		from, to = e.lineStart(from), e.lineEnd(to)
	}
	switch op {
	case "y":
		e.copy(from, to, lines)
		if !lines {
			e.cursor = from
		}
	case "c":
		e.cut(from, to, false)
		e.linewise = lines
		e.mode = Insert
	case "d":
		e.cut(from, to, lines)
	}
}

// copy puts characters into the register.
func (e *Editor) copy(from, to int, lines bool) {
	e.register = append([]rune(nil), e.text[from:to]...)
	e.linewise = lines
}

// cut removes characters into the register; of whole lines the line end, too.
func (e *Editor) cut(from, to int, lines bool) {
	if from >= to && !lines {
		return
	}
	e.change()
	e.copy(from, to, lines)
	switch {
	case lines && to < len(e.text):
		to++
	case lines && from > 0:
		from--
	}
	e.cursor = from
	e.remove(from, to)
	if lines {
		e.cursor = e.firstOf(min(e.cursor, len(e.text)))
	}
}

// paste inserts the register behind or before the cursor.
func (e *Editor) paste(behind bool) {
	if len(e.register) == 0 && !e.linewise {
		return
	}
	e.change()
	switch {
	case e.linewise && behind:
		e.cursor = e.lineEnd(e.cursor)
		at := e.cursor + 1
		e.insert(append([]rune{'\n'}, e.register...))
		e.cursor = e.firstOf(at)
	case e.linewise:
		e.cursor = e.lineStart(e.cursor)
		at := e.cursor
		e.insert(append(append([]rune(nil), e.register...), '\n'))
		e.cursor = e.firstOf(at)
	default:
		if behind {
			e.cursor = min(e.cursor+1, e.lineEnd(e.cursor))
		}
		e.insert(e.register)
		e.cursor--
	}
}

// motion returns where a motion leads, and whether an operator takes the
// character there as well.
func (e *Editor) motion(name string) (to int, inclusive, ok bool) {
	start, end := e.lineStart(e.cursor), e.lineEnd(e.cursor)
	switch name {
	case "h", "left", "backspace":
		return max(e.cursor-1, start), false, true
	case "l", "right", "space", " ":
		return min(e.cursor+1, end), false, true
	case "0", "home":
		return start, false, true
	case "^":
		return e.firstOf(e.cursor), false, true
	case "$", "end":
		return max(end-1, start), end > start, true
	case "w", "W":
		return e.nextWord(e.cursor, name == "W"), false, true
	case "b", "B":
		return e.wordBefore(e.cursor, name == "B"), false, true
	case "e", "E":
		return e.wordEnd(e.cursor, name == "E"), true, true
	case "%":
		to, ok := e.match(e.cursor)
		return to, true, ok
	}
	return 0, false, false
}

// The classes of characters that words are runs of.
const (
	blank = iota
	letter
	other
)

// class sorts characters; for W, B and E there are only blanks and others.
func class(r rune, big bool) int {
	switch {
	case unicode.IsSpace(r):
		return blank
	case big, r == '_', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return letter
	}
	return other
}

func (e *Editor) nextWord(i int, big bool) int {
	if i >= len(e.text) {
		return i
	}
	if c := class(e.text[i], big); c != blank {
		for i < len(e.text) && class(e.text[i], big) == c {
			i++
		}
	}
	for i < len(e.text) && class(e.text[i], big) == blank {
		i++
	}
	return i
}

func (e *Editor) wordBefore(i int, big bool) int {
	for i > 0 && class(e.text[i-1], big) == blank {
		i--
	}
	if i == 0 {
		return 0
	}
	for c := class(e.text[i-1], big); i > 0 && class(e.text[i-1], big) == c; {
		i--
	}
	return i
}

func (e *Editor) wordEnd(i int, big bool) int {
	i++
	for i < len(e.text) && class(e.text[i], big) == blank {
		i++
	}
	if i >= len(e.text) {
		return max(len(e.text)-1, 0)
	}
	for c := class(e.text[i], big); i+1 < len(e.text) && class(e.text[i+1], big) == c; {
		i++
	}
	return i
}

const brackets = "()[]{}<>"

// match finds the bracket that belongs to the one at the cursor, or to the first
// one behind it in the line.
func (e *Editor) match(i int) (int, bool) {
	at := -1
	for ; i < e.lineEnd(e.cursor); i++ {
		if at = indexOf(brackets, e.text[i]); at >= 0 {
			break
		}
	}
	if at < 0 {
		return 0, false
	}
	own, partner, step := rune(brackets[at]), rune(brackets[at^1]), 1-2*(at&1)
	for depth := 0; i >= 0 && i < len(e.text); i += step {
		switch e.text[i] {
		case own:
			depth++
		case partner:
			if depth--; depth == 0 {
				return i, true
			}
		}
	}
	return 0, false
}

func indexOf(text string, r rune) int {
	for i, c := range text {
		if c == r {
			return i
		}
	}
	return -1
}
