package repl

import "strings"

// commandWords splits a command line into words as a POSIX shell does (Shell Command Language,
// section 2.2): at blanks, with quotes and backslashes; nothing is expanded. ok is false if a
// quote is not closed, or a backslash is the end.
func commandWords(line string) (words []string, ok bool) {
	var word strings.Builder
	begun := false // also a word of nothing: ''
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n':
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
			continue
		case '\\':
			i++
			if i == len(line) {
				return nil, false
			}
			word.WriteByte(line[i])
		case '\'', '"':
			length, closed := quoted(&word, line[i:])
			if !closed {
				return nil, false
			}
			i += length - 1
		default:
			word.WriteByte(c)
		}
		begun = true
	}
	if begun {
		words = append(words, word.String())
	}
	return words, true
}

// quoted adds what stands between the quote at the start of a text and the next one of the kind,
// and returns how long it is with both. Between double quotes a backslash takes the meaning of
// the characters that have one there.
func quoted(word *strings.Builder, text string) (length int, closed bool) {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i + 1, true
		case quote == '"' && text[i] == '\\' && i+1 < len(text) && strings.IndexByte("$`\"\\", text[i+1]) >= 0:
			i++
		}
		word.WriteByte(text[i])
	}
	return 0, false
}
