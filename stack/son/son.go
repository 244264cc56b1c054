// Package son writes values as text: SON (chapter 4, section 6), whole or shortened for
// people.
package son

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
)

// Append appends the compact SON text of a value. It calls heed at each part: parts that are held more than once are
// written each time, so the text may be longer than any memory. A panic of heed ends it; nil: the value is small.
func Append(b []byte, v stack.Value, heed func()) []byte { return appendText(b, v, false, heed) }

// AppendPretty is Append with one part a line.
func AppendPretty(b []byte, v stack.Value, heed func()) []byte { return appendText(b, v, true, heed) }

// roomForPart is what there must be for the next part of a text: for a number, say, or the end of a list. Whatever may be
// longer asks for itself.
const roomForPart = 64

// open is a collection that is being written.
type open struct {
	parts   []stack.Value // elements, fields, or keys and values in turn
	next    int
	behind  string // each part, or each value of a map
	closing string // behind the last part
	isMap   bool
}

// appendText keeps what is open on a stack of its own: nesting is limited by
// memory only.
func appendText(b []byte, v stack.Value, pretty bool, heed func()) []byte {
	var opened []open
	separate := func(depth int) {
		if !pretty {
			b = append(b, ' ')
			return
		}
		b = append(memory.Room(b, 1+2*depth), '\n')
		for range depth {
			b = append(b, "  "...)
		}
	}
	for {
		if heed != nil {
			heed()
		}
		var c open
		b, c = appendStart(memory.Room(b, roomForPart), v)
		opened = append(memory.Room(opened, 1), c)
		for {
			top := &opened[len(opened)-1]
			b = memory.Room(b, roomForPart)
			done := top.next > 0 && (!top.isMap || top.next%2 == 0)
			if done {
				b = append(b, top.behind...)
			}
			if top.next < len(top.parts) {
				if top.isMap && top.next%2 == 1 {
					b = append(b, ' ')
				} else {
					separate(len(opened))
				}
				v = top.parts[top.next]
				top.next++
				break
			}
			if pretty && top.closing != "" && len(top.parts) > 0 {
				separate(len(opened) - 1)
			}
			b = append(b, top.closing...)
			if opened = opened[:len(opened)-1]; len(opened) == 0 {
				return b
			}
		}
	}
}

// appendStart appends a scalar or the beginning of a collection and returns
// what is still to be written.
func appendStart(b []byte, v stack.Value) ([]byte, open) {
	switch v.Kind() {
	case stack.Variant:
		x := v.AsVariant()
		if x.Tag == stack.ListTag {
			return append(b, "list-of"...), open{parts: x.Fields(), behind: " lv"}
		}
		b = appendWellFormed(append(b, ':'), x.Tag.Name)
		return b, open{parts: x.Fields(), closing: " wrap-" + strconv.Itoa(x.Len())}
	case stack.Map:
		c := open{parts: hugepage.Make[stack.Value](2 * v.AsMap().Len())[:0], behind: " kv", isMap: true}
		v.AsMap().Each(func(k, v stack.Value) { c.parts = append(c.parts, k, v) })
		return append(b, "map-of"...), c
	case stack.Int:
		b = strconv.AppendInt(b, v.AsInt(), 10)
	case stack.Float:
		t := Float(v.AsFloat())
		b = append(b, t...)
		if strings.Trim(t, "-0123456789") == "" {
			b = append(b, ".0"...)
		}
	case stack.Bool:
		b = strconv.AppendBool(b, v.AsBool())
	case stack.String:
		b = append(AppendEscaped(append(b, '"'), v.AsString(), LowerHex), '"')
	case stack.Symbol:
		b = appendWellFormed(append(b, ':'), v.AsSymbol().Name)
	case stack.Quotation:
		if v.AsClosure().Captures != nil {
			b = append(b, "<closure>"...)
		} else {
			b = append(b, "<quotation>"...)
		}
	case stack.Channel:
		b = append(b, "<channel>"...)
	case stack.Weave:
		b = append(b, "<weave-ctx>"...)
	}
	return b, open{}
}

// appendWellFormed appends the name of a symbol: a program can make one of any
// bytes, but a SON text is UTF-8.
func appendWellFormed(b []byte, name string) []byte {
	if utf8.ValidString(name) {
		return append(b, name...)
	}
	for name != "" {
		r, size := FirstRune(name)
		b = utf8.AppendRune(b, r)
		name = name[size:]
	}
	return b
}

// Float is the text of a Float (chapter 3, section 13.1).
func Float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// The digits of escapes.
const (
	UpperHex = "0123456789ABCDEF"
	LowerHex = "0123456789abcdef"
)

// plain tells of each byte whether it stands for itself in an escaped string;
// the others, and those of multi-byte characters, need a closer look.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf-1; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

var shortEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}

// AppendEscaped appends a string with quotes, backslashes and control
// characters escaped; \u has four digits of the given set. Each ill-formed sequence
// becomes one U+FFFD.
func AppendEscaped(b []byte, s, digits string) []byte {
	for len(s) > 0 {
		n := 0
		for n < len(s) && plain[s[n]] {
			n++
		}
		b = append(memory.Room(b, n+roomForPart), s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		r, size := FirstRune(s)
		s = s[size:]
		if short, ok := shortEscapes[r]; ok {
			b = append(b, short...)
		} else if unicode.IsControl(r) {
			b = append(b, '\\', 'u', '0', '0', digits[r>>4&15], digits[r&15])
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// FirstRune returns the first character of a string and its bytes. That of an
// ill-formed sequence is U+FFFD, and the sequence is the bytes that could begin a
// character, or one byte (Unicode standard, section 3.9, substitution of maximal
// subparts).
func FirstRune(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		for size < len(s) && !utf8.FullRuneInString(s[:size+1]) {
			size++
		}
	}
	return r, size
}
