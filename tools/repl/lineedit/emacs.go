package lineedit

import "slices"

// emacs handles the keys that Emacs has more than insert mode; false if the key
// is none of them.
func (e *Editor) emacs(k Key, killing bool) (Action, bool) {
	at := e.cursor
	switch k.Name {
	case "ctrl+a":
		e.cursor = e.lineStart(at)
	case "ctrl+e":
		e.cursor = e.lineEnd(at)
	case "ctrl+b":
		e.cursor = max(at-1, 0)
	case "ctrl+f":
		e.cursor = min(at+1, len(e.text))
	case "alt+b", "alt+left", "ctrl+left":
		e.cursor = e.wordBefore(at, false)
	case "alt+f", "alt+right", "ctrl+right":
		e.cursor = e.behindWord(at)
	case "ctrl+w":
		e.kill(e.wordBefore(at, true), at, killing, true)
	case "alt+backspace":
		e.kill(e.wordBefore(at, false), at, killing, true)
	case "ctrl+u":
		e.kill(e.lineStart(at), at, killing, true)
	case "ctrl+k":
		end := e.lineEnd(at)
		if end == at {
			end = min(at+1, len(e.text)) // at its end, the line end
		}
		e.kill(at, end, killing, false)
	case "alt+d":
		e.kill(at, e.behindWord(at), killing, false)
	case "ctrl+d":
		e.kill(at, at+1, false, false)
		e.killing = false
	case "ctrl+y":
		if len(e.register) > 0 {
			e.Insert(string(e.register))
		}
	case "ctrl+t":
		e.transpose()
	case "ctrl+p":
		return Older, true
	case "ctrl+n":
		return Newer, true
	case "ctrl+r":
		return Search, true
	case "ctrl+_", "ctrl+/":
		e.back(&e.undo, &e.redo)
	default:
		return None, false
	}
	e.typing = false
	return None, true
}

// kill removes characters into the register; kills in a row add up.
func (e *Editor) kill(from, to int, again, before bool) {
	to = min(to, len(e.text))
	if from >= to {
		e.killing = again
		return
	}
	e.change()
	killed := slices.Clone(e.text[from:to])
	switch {
	case again && before:
		e.register = append(killed, e.register...)
	case again:
		e.register = append(e.register, killed...)
	default:
		e.register = killed
	}
	e.linewise = false
	e.remove(from, to)
	e.killing = true
}

// behindWord returns where the word at or behind i ends.
func (e *Editor) behindWord(i int) int {
	for i < len(e.text) && class(e.text[i], false) != letter {
		i++
	}
	for i < len(e.text) && class(e.text[i], false) == letter {
		i++
	}
	return i
}

// transpose exchanges the characters around the cursor; at the end of a line the
// last two.
func (e *Editor) transpose() {
	at := e.cursor
	if at == e.lineEnd(at) {
		at--
	}
	if at <= e.lineStart(e.cursor) || at >= len(e.text) {
		return
	}
	e.change()
	e.text[at-1], e.text[at] = e.text[at], e.text[at-1]
	e.cursor = at + 1
}
