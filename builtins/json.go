package builtins

import (
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// jsonWords are what std:json and std:yaml are built on (chapter 4, sections 17
// and 18). A JSON value is a variant.
var jsonWords = []Word{
	{Name: "%json-parse", Effect: "( ..a String -- ..a Variant Bool )", Doc: "The value of a JSON text.", Run: func(s *vm.Strand, w []stack.Value) error {
		v, ok := parseJSON(tagsOf(s), w[0].AsString(), s.Heed)
		flagged(w, v, ok)
		return nil
	}},
	{Name: "%json-serialize", Effect: "( ..a Variant -- ..a String )", Doc: "The JSON text of a value.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = built(appendJSON(nil, w[0], s.Heed))
		return nil
	}},
	{Name: "%cut", Effect: "( ..a String String -- ..a String String Bool )", Doc: "What is before and behind the first place where the second string stands in the first.", Run: func(_ *vm.Strand, w []stack.Value) error {
		before, after, found := strings.Cut(w[0].AsString(), w[1].AsString())
		text := w[0]
		w[0], w[1], w[2] = text.Derive(before), text.Derive(after), stack.FromBool(found)
		return nil
	}},
}

// The tags of JSON values.
const (
	tagNull   = "JsonNull"
	tagBool   = "JsonBool"
	tagNumber = "JsonNumber"
	tagString = "JsonString"
	tagArray  = "JsonArray"
	tagObject = "JsonObject"
)

// jsonTags are the tags as a program's values have them.
type jsonTags struct{ null, bool, number, string, array, object *stack.Tag }

func tagsOf(s *vm.Strand) jsonTags {
	return jsonTags{s.Tag(tagNull), s.Tag(tagBool), s.Tag(tagNumber), s.Tag(tagString), s.Tag(tagArray), s.Tag(tagObject)}
}

func wrapped(tag *stack.Tag, fields ...stack.Value) stack.Value {
	return stack.FromVariant(stack.NewVariant(tag, fields))
}

// jsonParser reads one value. What is open lies on a stack of its own, so that
// nesting is limited by memory only.
type jsonParser struct {
	text string
	at   int
	tags jsonTags
	heed func() // is called at each value
	// open arrays and objects: their tag and where their fields begin.
	open   []jsonOpen
	fields []stack.Value
}

type jsonOpen struct {
	object bool
	first  int
}

// parseJSON returns the value of a text; null and false if it is none.
func parseJSON(tags jsonTags, text string, heed func()) (stack.Value, bool) {
	p := &jsonParser{text: text, tags: tags, heed: heed}
	if utf8.ValidString(text) {
		if v, ok := p.value(); ok {
			return v, true
		}
	}
	return wrapped(p.tags.null), false
}

func (p *jsonParser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// take skips white space and then one byte, if it is the next.
func (p *jsonParser) take(b byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == b {
		p.at++
		return true
	}
	return false
}

func (p *jsonParser) value() (stack.Value, bool) {
	for {
		p.heed()
		v, ok := p.scalarOrOpen()
		if !ok {
			return v, false
		}
		if v.Kind() == stack.Nothing { // an array or object was opened, and is not empty
			continue
		}
		// v is complete; what it completes may be, too.
		for {
			n := len(p.open)
			if n == 0 {
				return v, true
			}
			top := p.open[n-1]
			p.fields = append(memory.Room(p.fields, 1), v)
			end := byte(']')
			if top.object {
				end = '}'
			}
			if p.take(',') {
				if top.object && !p.key() {
					return v, false
				}
				break
			}
			if !p.take(end) {
				return v, false
			}
			v = p.close(top)
		}
	}
}

// scalarOrOpen reads a scalar or an empty array or object; or the beginning of
// another one, and returns nothing.
func (p *jsonParser) scalarOrOpen() (v stack.Value, ok bool) {
	p.space()
	if p.at == len(p.text) {
		return v, false
	}
	rest := p.text[p.at:]
	switch c := rest[0]; {
	case c == '"':
		p.at++
		text, ok := p.string()
		return wrapped(p.tags.string, stack.FromString(text)), ok
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == '[' || c == '{':
		p.at++
		top := jsonOpen{object: c == '{', first: len(p.fields)}
		p.open = append(memory.Room(p.open, 1), top)
		if p.take(c + 2) { // ']' and '}' stand two behind '[' and '{'
			return p.close(top), true
		}
		return v, !top.object || p.key()
	case strings.HasPrefix(rest, "null"):
		p.at += 4
		return wrapped(p.tags.null), true
	case strings.HasPrefix(rest, "true"):
		p.at += 4
		return wrapped(p.tags.bool, stack.FromInt(1)), true
	case strings.HasPrefix(rest, "false"):
		p.at += 5
		return wrapped(p.tags.bool, stack.FromInt(0)), true
	}
	return v, false
}

// close makes the value of the innermost array or object.
func (p *jsonParser) close(top jsonOpen) stack.Value {
	tag := p.tags.array
	if top.object {
		tag = p.tags.object
	}
	v := wrapped(tag, p.fields[top.first:]...)
	clear(p.fields[top.first:])
	p.fields = p.fields[:top.first]
	p.open = p.open[:len(p.open)-1]
	return v
}

// key reads a key and its colon.
func (p *jsonParser) key() bool {
	if !p.take('"') {
		return false
	}
	text, ok := p.string()
	p.fields = append(memory.Room(p.fields, 1), wrapped(p.tags.string, stack.FromString(text)))
	return ok && p.take(':')
}

// number reads the longest run of characters of numbers, which must be one.
func (p *jsonParser) number() (stack.Value, bool) {
	end := p.at + 1
	for end < len(p.text) && strings.IndexByte("0123456789+-.eE", p.text[end]) >= 0 {
		end++
	}
	f, ok := parseFloat(p.text[p.at:end])
	p.at = end
	return wrapped(p.tags.number, stack.FromFloat(f)), ok && !math.IsInf(f, 0)
}

// string reads up to and with the closing quote. The result is a copy: it must
// not keep the whole text alive.
func (p *jsonParser) string() (string, bool) {
	start := p.at
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '"':
			memory.Ask(p.at - start)
			s := strings.Clone(p.text[start:p.at])
			p.at++
			return s, true
		case '\\':
			return p.escaped(start)
		}
		p.at++
	}
	return "", false
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads a string with escapes from start; the first is at p.at.
func (p *jsonParser) escaped(start int) (string, bool) {
	b := append(memory.Room([]byte(nil), p.at-start), p.text[start:p.at]...)
	for p.at < len(p.text) {
		b = memory.Room(b, utf8.UTFMax)
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return built(b).AsString(), true
		case c != '\\':
			b = append(b, c)
		case p.at == len(p.text):
			return "", false
		case p.text[p.at] == 'u':
			r, ok := p.hex(p.at + 1)
			if !ok {
				return "", false
			}
			p.at += 5
			if utf16.IsSurrogate(r) {
				low := rune(0)
				if strings.HasPrefix(p.text[p.at:], `\u`) {
					low, _ = p.hex(p.at + 2)
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					p.at += 6
				}
			}
			b = utf8.AppendRune(b, r)
		default:
			e := jsonEscapes[p.text[p.at]]
			if e == 0 {
				return "", false
			}
			b = append(b, e)
			p.at++
		}
	}
	return "", false
}

// hex reads four hexadecimal digits.
func (p *jsonParser) hex(at int) (r rune, ok bool) {
	if at+4 > len(p.text) {
		return 0, false
	}
	for _, c := range []byte(p.text[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// appendJSON appends the JSON text of a value. Like the parser it keeps what is
// open on a stack of its own. It calls heed at each value.
func appendJSON(b []byte, v stack.Value, heed func()) []byte {
	type frame struct {
		fields []stack.Value
		next   int
		object bool
	}
	var open []frame
	for {
		heed()
		fields, opener := jsonFields(v)
		b = memory.Room(b, len("false,"))
		switch {
		case opener != 0:
			b = append(b, opener)
			open = append(memory.Room(open, 1), frame{fields: fields, object: opener == '{'})
		default:
			b = appendJSONScalar(b, v)
		}
		for {
			if len(open) == 0 {
				return b
			}
			top := &open[len(open)-1]
			if top.next < len(top.fields) {
				if top.next > 0 {
					separator := byte(',')
					if top.object && top.next%2 == 1 {
						separator = ':'
					}
					b = append(b, separator)
				}
				v = top.fields[top.next]
				top.next++
				break
			}
			b = memory.Room(b, 1)
			closer := byte(']')
			if top.object {
				closer = '}'
			}
			b = append(b, closer)
			open = open[:len(open)-1]
		}
	}
}

// jsonFields returns the fields of an array or object and how it opens; 0 if
// it is neither. A key without a value is left out.
func jsonFields(v stack.Value) (fields []stack.Value, opener byte) {
	if v.Kind() != stack.Variant {
		return nil, 0
	}
	x := v.AsVariant()
	switch x.Tag.Name {
	case tagArray:
		return x.Fields(), '['
	case tagObject:
		return x.Fields()[:x.Len()&^1], '{'
	}
	return nil, 0
}

func appendJSONScalar(b []byte, v stack.Value) []byte {
	if v.Kind() == stack.Variant {
		if x := v.AsVariant(); x.Len() > 0 {
			switch f := x.At(0); {
			case x.Tag.Name == tagBool && f.Kind() == stack.Int:
				if f.AsInt() == 0 {
					return append(b, "false"...)
				}
				return append(b, "true"...)
			case x.Tag.Name == tagNumber && f.Kind() == stack.Float:
				if n := f.AsFloat(); !math.IsNaN(n) && !math.IsInf(n, 0) {
					text := son.Float(n)
					return append(memory.Room(b, len(text)), text...)
				}
			case x.Tag.Name == tagString && f.Kind() == stack.String:
				b = append(b, '"')
				if text := f.AsString(); utf8.ValidString(text) {
					b = son.AppendEscaped(b, text, son.UpperHex)
				}
				return append(b, '"')
			}
		}
	}
	return append(b, "null"...)
}
