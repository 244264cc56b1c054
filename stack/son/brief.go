package son

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/stack"
)

// Brief writes a value as stack.dump does if that takes no more than a number of
// characters, else a part of it. The time it takes depends on that number, not on
// the value (but for counting the characters of a string).
func Brief(v stack.Value, room int) string {
	if !surelyLonger(v, room) {
		if text := whole(v); utf8.RuneCountInString(text) <= room {
			return text
		}
	}
	switch v.Kind() {
	case stack.String, stack.Map, stack.Variant:
		if room < minPart {
			return "…"
		}
	}
	switch v.Kind() {
	case stack.String:
		return briefString(v.AsString(), room)
	case stack.Map:
		return briefMap(v.AsMap(), room)
	case stack.Variant:
		x := v.AsVariant()
		part := func(i, room int) string { return Brief(x.At(i), room) }
		if x.Tag == stack.ListTag {
			return parts{opening: "list-of", behind: " lv", count: x.Len(), part: part, counted: true}.brief(room)
		}
		return parts{opening: briefName(x.Tag.Name, room/2), closing: fmt.Sprintf(" wrap-%d", x.Len()), count: x.Len(), part: part}.brief(room)
	case stack.Symbol:
		return briefName(v.AsSymbol().Name, room-1)
	case stack.Float:
		if text := whole(v); len(text) <= longFloat {
			return text
		}
		return strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
	}
	return whole(v)
}

// longFloat is how long a Float can be with an exponent; without one it can have some
// hundred digits.
const longFloat = 24

// briefName shows the beginning of the name of a symbol or variant.
func briefName(name string, room int) string {
	text := []byte{':'}
	room = max(room, minPart)
	for name != "" {
		_, size := utf8.DecodeRuneInString(name)
		if room--; room < 0 {
			return string(text) + "…"
		}
		text = appendWellFormed(text, name[:size])
		name = name[size:]
	}
	return string(text)
}

func whole(v stack.Value) string { return string(Append(nil, v, nil)) }

// minPart is the room that a part of a value needs to be shown at all.
const minPart = 8

// surelyLonger tells whether a value takes more than a number of characters. Where it
// says no, the text of the value is not much longer.
func surelyLonger(v stack.Value, room int) bool { return leaves(v, room) < 0 }

// leaves returns how many of a number of characters a value leaves at the most; it
// looks no further once there are none. A part takes a blank and what it is.
func leaves(v stack.Value, room int) int {
	switch v.Kind() {
	case stack.String:
		return room - len(v.AsString())/utf8.UTFMax
	case stack.Symbol:
		return room - len(v.AsSymbol().Name)/utf8.UTFMax
	case stack.Map:
		m := v.AsMap()
		if room -= 4 * m.Len(); room < 0 {
			return room
		}
		for key, value := range m.All() {
			if room = leaves(value, leaves(key, room)); room < 0 {
				break
			}
		}
	case stack.Variant:
		x := v.AsVariant()
		room -= 1 + x.Len() + len(x.Tag.Name)/utf8.UTFMax
		for i := 0; i < x.Len() && room >= 0; i++ {
			room = leaves(x.At(i), room-1)
		}
	}
	return room
}

// parts is a collection that does not fit as a whole.
type parts struct {
	opening, closing string
	behind           string // each part
	count            int
	counted          bool // the count is shown behind
	part             func(i, room int) string
}

// brief shows as many of the first parts as there is room for, and the last one.
func (p parts) brief(room int) string {
	if p.count == 0 {
		return p.opening + p.closing
	}
	count := ""
	if p.counted {
		count = fmt.Sprintf(" (%d)", p.count)
	}
	around := len(p.opening) + len(p.closing) + len(p.behind) + 1
	each := (room-around)/min(p.count, 4) - len(" (1000000)")
	last := " " + p.part(p.count-1, each) + p.behind
	text := p.opening
	room -= around + len(" …") + len(count) + utf8.RuneCountInString(last)
	for i := range p.count - 1 {
		next := " " + p.part(i, each) + p.behind
		if room -= utf8.RuneCountInString(next); room < 0 {
			return text + " …" + last + p.closing + count
		}
		text += next
	}
	return text + last + p.closing
}

// briefMap shows the first keys and the last one.
func briefMap(m *stack.MapValue, room int) string {
	var first [][2]stack.Value
	for key, value := range m.All() {
		if len(first) == room/4 {
			break
		}
		first = append(first, [2]stack.Value{key, value})
	}
	var last [2]stack.Value
	last[0], last[1] = m.Last()
	return parts{opening: "map-of", behind: " kv", count: m.Len(), counted: true, part: func(i, room int) string {
		entry := last
		if i < len(first) {
			entry = first[i]
		}
		return Brief(entry[0], room/2) + " " + Brief(entry[1], room/2)
	}}.brief(room)
}

// briefString shows the beginning of a string and the number of its characters.
func briefString(s string, room int) string {
	var head strings.Builder
	for rest := s; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		quoted := whole(stack.FromString(rest[:size]))
		escaped := quoted[1 : len(quoted)-1]
		rest = rest[size:]
		if room -= utf8.RuneCountInString(escaped); room < 0 {
			break
		}
		head.WriteString(escaped)
	}
	return fmt.Sprintf(`"%s…" (%d)`, head.String(), utf8.RuneCountInString(s))
}
