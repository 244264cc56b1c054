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
	units  []int32 // of UTF-16 in front of each multiple of stride, or of the beginning of the character there; nil: all are ASCII
}

// stride is after how many bytes units are counted anew: a line can be as long as a text.
const stride = 256

// NewLines makes the Lines of a text.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: make([]int32, 1, 1+strings.Count(text, "\n")), units: countUnits(text)}
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
	if l.units == nil {
		return start + int32(min(int64(p.Character), int64(len(line))))
	}
	wanted := int64(l.unitsTo(start)) + int64(p.Character)
	i := sort.Search(len(l.units), func(i int) bool { return int64(l.units[i]) > wanted }) - 1
	at, units := l.boundary(i), int64(l.units[i])
	if at < start {
		at, units = start, wanted-int64(p.Character)
	}
	for at < end {
		r, size := utf8.DecodeRuneInString(l.text[at:])
		if units += int64(unitsOf(r)); units > wanted {
			return at
		}
		at += int32(size)
	}
	return end
}

// countUnits returns Lines.units of a text.
func countUnits(text string) []int32 {
	if ascii(text) {
		return nil
	}
	units := make([]int32, 1, len(text)/stride+1)
	n := 0
	for i, r := range text {
		for i >= len(units)*stride {
			units = append(units, int32(n))
		}
		n += unitsOf(r)
	}
	return units
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// boundary is where the units of an index have been counted: at the first character that begins there or behind.
func (l *Lines) boundary(i int) int32 {
	at := i * stride
	for at < len(l.text) && !utf8.RuneStart(l.text[at]) {
		at++
	}
	return int32(at)
}

// unitsTo is how many units of UTF-16 are in front of an offset.
func (l *Lines) unitsTo(offset int32) int {
	if l.units == nil {
		return int(offset)
	}
	i := min(int(offset)/stride, len(l.units)-1)
	at := l.boundary(i)
	if at > offset { // within the character there
		i--
		at = l.boundary(i)
	}
	units := int(l.units[i])
	for _, r := range l.text[at:offset] {
		units += unitsOf(r)
	}
	return units
}

// Position returns the position of an offset.
func (l *Lines) Position(offset int32, enc Encoding) protocol.Position {
	offset = max(offset, 0)
	return l.positionIn(l.At(offset), offset, enc)
}

// positionIn is Position for an offset in a line.
func (l *Lines) positionIn(line int, offset int32, enc Encoding) protocol.Position {
	start := l.starts[line]
	offset = min(max(offset, start), int32(len(l.text)))
	if enc == UTF8 || l.units == nil {
		return protocol.Position{Line: uint32(line), Character: uint32(offset - start)}
	}
	units := l.unitsTo(offset) - l.unitsTo(start)
	return protocol.Position{Line: uint32(line), Character: uint32(units)}
}

// Range returns the range of two offsets.
func (l *Lines) Range(start, end int32, enc Encoding) protocol.Range {
	return protocol.Range{Start: l.Position(start, enc), End: l.Position(max(start, end), enc)}
}

// Cursor finds positions in a text near the one that it has found last sooner than Lines does.
type Cursor struct {
	lines *Lines
	enc   Encoding
	line  int // in which it was
}

// Cursor makes a cursor at the beginning of the text.
func (l *Lines) Cursor(enc Encoding) *Cursor { return &Cursor{lines: l, enc: enc} }

// near is how many lines a cursor goes on before it looks elsewhere.
const near = 8

// Range returns the range of two offsets.
func (c *Cursor) Range(start, end int32) protocol.Range {
	return protocol.Range{Start: c.Position(start), End: c.Position(max(start, end))}
}

// Position returns the position of an offset.
func (c *Cursor) Position(offset int32) protocol.Position {
	starts := c.lines.starts
	line := c.line
	for line+1 < len(starts) && line < c.line+near && starts[line+1] <= offset {
		line++
	}
	if offset < starts[line] || line+1 < len(starts) && starts[line+1] <= offset {
		line = c.lines.At(max(offset, 0))
	}
	c.line = line
	return c.lines.positionIn(line, offset, c.enc)
}

// unitsOf is how many units of UTF-16 a character has.
func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
