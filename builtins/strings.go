package builtins

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// stringWords: byte words take any content; text words count an argument that
// is not UTF-8 as the empty string (chapter 3, section 15).
var stringWords = []Word{
	{Name: "string.concat", Effect: "( ..a String String -- ..a String )", Doc: "The first followed by the second.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = s.Concat(w[0], w[1])
		return nil
	}},
	{Name: "string.length", Effect: "( ..a String -- ..a Int )", Doc: "The number of characters.", Run: length},
	{Name: "string.byte-length", Effect: "( ..a String -- ..a Int )", Doc: "The number of bytes.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(int64(len(w[0].AsString())))
		return nil
	}},
	{Name: "string.empty?", Effect: "( ..a String -- ..a Bool )", Doc: "No bytes at all?", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(w[0].AsString() == "")
		return nil
	}},
	{Name: "string.equal?", Effect: "( ..a String String -- ..a Bool )", Doc: "Same bytes?", Run: stringsToBool(func(a, b string) bool { return a == b })},
	{Name: "string.char-at", Effect: "( ..a String Int -- ..a Int )", Doc: "The code point at an index from 0; -1 outside.", Run: charAt},
	{Name: "string.substring", Effect: "( ..a String Int Int -- ..a String )", Doc: "Up to a number of characters from a start.", Run: substring},
	{Name: "string.find", Effect: "( ..a String String -- ..a Int )", Doc: "The index of the first occurrence; -1 if there is none.", Run: find},
	{Name: "string.contains", Effect: "( ..a String String -- ..a Bool )", Doc: "Does the second occur in the first?", Run: stringsToBool(strings.Contains)},
	{Name: "string.starts-with", Effect: "( ..a String String -- ..a Bool )", Doc: "Does the first start with the second?", Run: stringsToBool(strings.HasPrefix)},
	{Name: "string.split", Effect: "( ..a String String -- ..a V )", Doc: "The list of the pieces between the delimiters.", Run: split},
	{Name: "string.join", Effect: "( ..a V String -- ..a String )", Doc: "The texts of a list's elements with a separator between them.", Borrows: true, Run: join},
	{Name: "string.trim", Effect: "( ..a String -- ..a String )", Doc: "Without white space at both ends.", Run: textToText(func(s string) string { return strings.TrimFunc(s, unicode.IsSpace) })},
	{Name: "string.chomp", Effect: "( ..a String -- ..a String )", Doc: "Without the line end at its end.", Run: stringToString(chomp)},
	{Name: "string.to-upper", Effect: "( ..a String -- ..a String )", Doc: "In upper case.", Run: inCase(strings.ToUpper, upper)},
	{Name: "string.to-lower", Effect: "( ..a String -- ..a String )", Doc: "In lower case.", Run: inCase(strings.ToLower, lower)},
	{Name: "string.json-escape", Effect: "( ..a String -- ..a String )", Doc: "As the inside of a JSON string.", Run: textToText(JSONEscape)},
}

// text returns a string for a text word: invalid UTF-8 counts as empty. What it finds out about
// the String is kept in v.
func text(s *vm.Strand, v *stack.Value) string {
	if v.Form() == stack.Unknown && s.Characters.Valid(v.AsString()) {
		v.SetValid()
	}
	if v.Form() < stack.Valid {
		return ""
	}
	return v.AsString()
}

func textToText(f func(string) string) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		w[0] = w[0].Derive(f(text(s, &w[0])))
		return nil
	}
}

// inCase makes a word of a mapping of ASCII and one of all characters.
func inCase(ascii func(string) string, all func(s string, heed func()) string) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		if w[0].IsASCII() {
			memory.Ask(len(w[0].AsString()))
			w[0] = w[0].Derive(ascii(w[0].AsString()))
			return nil
		}
		w[0] = w[0].Derive(all(text(s, &w[0]), s.Heed))
		return nil
	}
}

func length(st *vm.Strand, w []stack.Value) error {
	n := len(w[0].AsString())
	if !w[0].IsASCII() {
		n = st.Characters.Length(text(st, &w[0]))
	}
	w[0] = stack.FromInt(int64(n))
	return nil
}

func find(st *vm.Strand, w []stack.Value) error {
	where := text(st, &w[0])
	i := strings.Index(where, text(st, &w[1]))
	if i > 0 && !w[0].IsASCII() {
		i = utf8.RuneCountInString(where[:i])
	}
	w[0] = stack.FromInt(int64(i))
	return nil
}

// offset returns the byte offset of a character of a text, which is that of v; false past the end.
func offset(st *vm.Strand, v stack.Value, s string, index int64) (int, bool) {
	if v.IsASCII() {
		return int(index), uint64(index) <= uint64(len(s))
	}
	return st.Characters.Offset(s, index)
}

func charAt(st *vm.Strand, w []stack.Value) error {
	s := text(st, &w[0])
	at, ok := offset(st, w[0], s, w[1].AsInt())
	if !ok || at == len(s) {
		w[0] = stack.FromInt(-1)
		return nil
	}
	r, _ := utf8.DecodeRuneInString(s[at:])
	w[0] = stack.FromInt(int64(r))
	return nil
}

// shareFrom is how long a part of a string must be to share its bytes: a short one is copied
// for less.
const shareFrom = 64

func substring(st *vm.Strand, w []stack.Value) error {
	s := text(st, &w[0])
	from, ok := offset(st, w[0], s, w[1].AsInt())
	count := w[2].AsInt()
	if !ok || count < 0 {
		w[0] = stack.FromString("")
		return nil
	}
	to := len(s)
	if count < int64(to-from) { // else it is all that is left, without counting
		if end, ok := offset(st, w[0], s, w[1].AsInt()+count); ok {
			to = end
		}
	}
	if to-from < shareFrom {
		w[0] = st.Bytes([]byte(s[from:to]))
		return nil
	}
	w[0] = w[0].Derive(s[from:to])
	return nil
}

func chomp(s string) string {
	if rest, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.TrimSuffix(rest, "\r")
	}
	return s
}

func split(st *vm.Strand, w []stack.Value) error {
	whole := w[0].Promote()
	s, by := whole.AsString(), w[1].AsString()
	var fields []stack.Value
	if by == "" {
		fields = hugepage.Make[stack.Value](len(s) + 2)[:0]
		fields = append(fields, stack.FromString(""))
		for i := range len(s) {
			st.Heed()
			fields = append(fields, whole.Derive(s[i:i+1]))
		}
		fields = append(fields, stack.FromString(""))
	} else {
		fields = hugepage.Make[stack.Value](strings.Count(s, by) + 1)[:0]
		for piece := range strings.SplitSeq(s, by) {
			st.Heed()
			fields = append(fields, whole.Derive(piece))
		}
	}
	w[0] = stack.FromList(fields)
	return nil
}

func join(st *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Variant {
		return vm.Mismatch("List", w[0])
	}
	separator := text(st, &w[1])
	fields := w[0].AsVariant().Fields()
	size := len(separator) * max(len(fields)-1, 0)
	for i := range fields {
		if fields[i].Kind() == stack.String {
			size += len(fields[i].AsString())
		}
	}
	b := hugepage.Make[byte](size)[:0]
	for i, v := range fields {
		st.Heed()
		if i > 0 {
			b = append(memory.Room(b, len(separator)), separator...)
		}
		switch v.Kind() {
		case stack.String:
			s := text(st, &v)
			b = append(memory.Room(b, len(s)), s...)
		case stack.Float:
			b = append(b, son.Float(v.AsFloat())...)
		default:
			b = son.Append(b, v, st.Heed)
		}
	}
	w[0] = built(b)
	return nil
}

// JSONEscape returns a text as the inside of a JSON string (chapter 3, section
// 15.4).
func JSONEscape(s string) string { return built(son.AppendEscaped(nil, s, son.UpperHex)).AsString() }
