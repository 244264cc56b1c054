package document

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Encoding says what the characters of a position count.
type Encoding uint8

// The encodings of positions that the server speaks (chapter 8, section 9). That of every client is UTF-16.
const (
	UTF16 Encoding = iota
	UTF8
)

// Lines finds positions in a text. A line ends in LF, CR LF, or CR (LSP 3.18, text documents). It is immutable.
type Lines struct {
	text   string
	starts []int32
}

// NewLines makes the Lines of a text.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: make([]int32, 1, 1+strings.Count(text, "\n"))}
	returns := strings.IndexByte(text, '\r') >= 0
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '\n')
		if returns {
			n = strings.IndexAny(text[at:], "\r\n")
		}
		if n < 0 {
			return l
		}
		if at += n + 1; text[at-1] == '\r' && at < len(text) && text[at] == '\n' {
			at++
		}
		l.starts = append(l.starts, int32(at))
	}
}

// Count is the number of lines.
func (l *Lines) Count() int { return len(l.starts) }

// Line returns the offsets of a line, from 0, and of its end, in front of what ends it.
func (l *Lines) Line(line int) (start, end int32) {
	start, end = l.starts[line], int32(len(l.text))
	if line+1 < len(l.starts) {
		end = l.starts[line+1]
	}
	for end > start && (l.text[end-1] == '\n' || l.text[end-1] == '\r') {
		end--
	}
	return start, end
}

// At returns the line, from 0, that an offset lies in.
func (l *Lines) At(offset int32) int {
	return sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset }) - 1
}

// Offset returns the offset of a position. One behind the end of its line is that end, one behind the last line the end of the
// text; one within a character is its beginning.
func (l *Lines) Offset(p protocol.Position, enc Encoding) int32 {
	if int64(p.Line) >= int64(len(l.starts)) {
		return int32(len(l.text))
	}
	start, end := l.Line(int(p.Line))
	line := l.text[start:end]
	if enc == UTF8 {
		at := int(min(int64(p.Character), int64(len(line))))
		for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) {
			at--
		}
		return start + int32(at)
	}
	units := int64(0)
	for i, r := range line {
		units += int64(unitsOf(r))
		if units > int64(p.Character) {
			return start + int32(i)
		}
	}
	return end
}

// Position returns the position of an offset.
func (l *Lines) Position(offset int32, enc Encoding) protocol.Position {
	offset = min(max(offset, 0), int32(len(l.text)))
	line := l.At(offset)
	start := l.starts[line]
	if enc == UTF8 {
		return protocol.Position{Line: uint32(line), Character: uint32(offset - start)}
	}
	units := 0
	for _, r := range l.text[start:offset] {
		units += unitsOf(r)
	}
	return protocol.Position{Line: uint32(line), Character: uint32(units)}
}

// Range returns the range of two offsets.
func (l *Lines) Range(start, end int32, enc Encoding) protocol.Range {
	return protocol.Range{Start: l.Position(start, enc), End: l.Position(max(start, end), enc)}
}

// unitsOf is how many units of UTF-16 a character has.
func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
