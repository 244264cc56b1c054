package repl

import (
	"fmt"
	"unicode/utf8"

	"github.com/seqvm/seqvm/stack/son"
)

// How much of the stack is shown behind an input, in characters: of a value about
// three rows of a screen, of all values about half a screen.
const (
	maxValue = 240
	maxStack = 960
)

// BriefStackLine is StackLine for people: of a long value the beginning, the end and
// how long it is; of a stack with many values the top ones.
func (s *Session) BriefStackLine() string {
	var shown []string
	room := maxStack
	for i := len(s.stack) - 1; i >= 0; i-- {
		text := son.Brief(s.stack[i], maxValue)
		room -= 1 + utf8.RuneCountInString(text)
		if room < 0 && len(shown) > 0 {
			break
		}
		shown = append(shown, text)
	}
	line := "»"
	if n := len(s.stack) - len(shown); n > 0 {
		line += fmt.Sprintf(" (%d more) …", n)
	}
	for i := len(shown) - 1; i >= 0; i-- {
		line += " " + shown[i]
	}
	return line
}
