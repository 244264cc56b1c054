package explain

import (
	"strings"
	"unicode/utf8"
)

// width is that of lines on a terminal, in characters.
const width = 80

// block is a paragraph, an item of a list or an example of a page.
type block struct {
	text string // without line ends, but for an example
	item bool

	// Of an example: "seq" (a program, or several files in the txtar format, the main
	// one first), "session" (inputs of a session, one behind the other) or "text" (what
	// a page can only describe).
	language string
	wrong    bool
	flags    []string // of the check
}

// blocks cuts the Markdown of a page. It knows what pages have: paragraphs, lists
// with "*", and code between fences, with "wrong" or "right" behind the language and
// flags of 'seqvm check' behind that.
func blocks(text string) []block {
	var list []block
	var open *block
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && fenced:
			open, fenced = nil, false
		case fence:
			fields := strings.Fields(info)
			list = append(list, block{language: fields[0], wrong: fields[1] == "wrong", flags: fields[2:]})
			open, fenced = &list[len(list)-1], true
		case fenced:
			open.text += line + "\n"
		case line == "":
			open = nil
		case strings.HasPrefix(line, "* "):
			list = append(list, block{item: true, text: line[2:]})
			open = &list[len(list)-1]
		case open == nil:
			list = append(list, block{text: line})
			open = &list[len(list)-1]
		default:
			open.text += " " + strings.TrimSpace(line)
		}
	}
	return list
}

// title stands in front of an example.
func (b block) title() string {
	if b.wrong {
		return "Wrong:"
	}
	return "Right:"
}

func (b block) write(out *strings.Builder) {
	switch {
	case b.language != "":
		out.WriteString(b.title() + "\n\n")
		for line := range strings.Lines(b.text) {
			if line != "\n" {
				line = "    " + line
			}
			out.WriteString(line)
		}
	case b.item:
		wrap(out, b.text, "* ", "  ")
	default:
		wrap(out, b.text, "", "")
	}
}

func (b block) markdown(out *strings.Builder) {
	switch {
	case b.language != "":
		out.WriteString(b.title() + "\n\n```" + b.language + "\n" + b.text + "```\n")
	case b.item:
		out.WriteString("* " + b.text + "\n")
	default:
		out.WriteString(b.text + "\n")
	}
}

// wrap writes words in lines; what Markdown has in backquotes is in quotes, as in
// messages, and is not broken.
func wrap(out *strings.Builder, text, first, rest string) {
	prefix, used := first, 0
	for _, word := range unbroken(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
			out.WriteString(prefix)
			used = len(prefix)
		case used+1+n > width:
			out.WriteString("\n" + rest)
			used = len(rest)
		default:
			out.WriteByte(' ')
			used++
		}
		out.WriteString(word)
		used += n
		prefix = rest
	}
	out.WriteByte('\n')
}

// unbroken cuts a text at its blanks, but not within backquotes.
func unbroken(text string) []string {
	var words []string
	quoted := false
	for _, field := range strings.Fields(text) {
		if quoted {
			words[len(words)-1] += " " + field
		} else {
			words = append(words, field)
		}
		quoted = quoted != (strings.Count(field, "`")%2 == 1)
	}
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "`", "'")
	}
	return words
}
