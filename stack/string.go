package stack

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// A String is its bytes at p and, in n, from the top: the kind (8 bits), whether it lies in
// an arena (1), its form (3), whether it grows (1), 3 bits that are free, the size of what it keeps
// alive (6), its length (42).
const (
	kindShift  = 56
	arenaBit   = 1 << 55
	formShift  = 52
	formMask   = 7 << formShift
	growsBit   = 1 << 51
	ownerShift = 42
	ownerMask  = 63 << ownerShift
	lengthMax  = 1<<ownerShift - 1
)

// Form is what is known of the bytes of a String.
type Form uint8

// The forms, from the least that is known on. A string has the last form that fits.
const (
	Unknown Form = iota // nobody has looked
	Broken              // not UTF-8, whatever stands around it
	Partial             // not UTF-8, but it can be a part of such a text: characters are cut at its ends
	Valid               // UTF-8; in a part of a long string perhaps ASCII
	ASCII               // one byte for each character
)

// lookUpTo is how many bytes of a part of a string are looked at to see whether they are
// ASCII or, if the string is not UTF-8, the part is: parts must not cost what they are long.
const lookUpTo = 1 << 10

// FromString makes a String that shares the bytes of s. It looks at them once; nobody has
// to again.
func FromString(s string) Value { return stringValue(s, formOf(s)) }

// FromASCII is FromString of a string that certainly has only bytes below 0x80.
func FromASCII(s string) Value { return stringValue(s, ASCII) }

// FromOwned makes a String of bytes that nobody else has: it shares them. They must not be
// changed afterwards.
func FromOwned(b []byte) Value { return FromString(unsafe.String(unsafe.SliceData(b), len(b))) }

// FromArena makes a String of bytes that lie in a strand's arena. They must not
// be changed afterwards.
func FromArena(b []byte) Value {
	s := unsafe.String(unsafe.SliceData(b), len(b))
	v := stringValue(s, formOf(s))
	v.n |= arenaBit
	return v
}

// Concatenated makes the String s, which is the bytes of a followed by those of b. inArena
// tells whether it lies in a strand's arena, grows whether it begins where memory does that may have room
// behind it (package arena).
func Concatenated(s string, inArena, grows bool, a, b Value) Value {
	v := stringValue(s, joinedForm(a, b, s))
	if inArena {
		v.n |= arenaBit
	}
	if grows {
		v.n |= growsBit
	}
	return v
}

// Grows is what Concatenated was told. No part of a String grows.
func (v Value) Grows() bool { return v.n&growsBit != 0 }

func stringValue(s string, f Form) Value {
	return Value{unsafe.Pointer(unsafe.StringData(s)), uint64(String)<<kindShift | uint64(f)<<formShift | uint64(len(s))}
}

// AsString returns the bytes of a String, shared.
func (v Value) AsString() string { return unsafe.String((*byte)(v.p), v.n&lengthMax) }

// AsBytes returns the bytes of a String, shared, for functions that want a slice: they must
// not change it, and not keep it.
func (v Value) AsBytes() []byte { return unsafe.Slice((*byte)(v.p), v.n&lengthMax) }

// Form returns what is known of the bytes of a String.
func (v Value) Form() Form { return Form(v.n >> formShift & 7) }

// SetValid notes that a String of unknown form is UTF-8.
func (v *Value) SetValid() { v.n = v.n&^formMask | uint64(Valid)<<formShift }

// IsASCII tells whether each byte of a String is known to be a character.
func (v Value) IsASCII() bool { return v.n&formMask == uint64(ASCII)<<formShift }

// Derive makes the String s, which a word has made of the String v. If it is a part of v,
// it shares the bytes: it lies in an arena if v does, and what is known of v says what it is.
func (v Value) Derive(s string) Value {
	whole := v.AsString()
	left := len(whole) - len(s)
	from := uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(v.p) // compared only
	switch {
	case s == "" || left < 0 || from > uintptr(left):
		return FromString(s)
	case left == 0:
		return v
	}
	part := stringValue(s, v.partForm(s))
	part.n |= v.n & arenaBit
	if owner := v.n & ownerMask; owner != 0 {
		part.n |= owner
	} else {
		part.n |= uint64(bits.Len(uint(len(whole)))) << ownerShift
	}
	return part
}

// partForm is the form of a part of v.
func (v Value) partForm(s string) Form {
	f := v.Form()
	if f == ASCII {
		return ASCII
	}
	if len(s) <= lookUpTo {
		return formOf(s)
	}
	switch {
	case f < Partial:
		return Unknown
	case leading(s) > 0 || trailing(s) > 0:
		return Partial
	}
	return Valid
}

// keepsAlive is how much longer, as a power of two, the memory that a part keeps alive may
// be than the part when it leaves its strand or enters a collection. Beyond that the part is
// copied. A part of a part of a part is copied once in a while only, so that keeping the rest
// of a text at each step of a parser costs no more than the text; and a program that keeps
// all endings of a text copies few of them.
const keepsAlive = 8

// Promote returns a value that may leave its strand or enter a collection: a String in an
// arena and a small part of a long String are copied to memory of their own, all else is as
// it is. What only a word's own code holds cannot leave and becomes nothing.
func (v Value) Promote() Value {
	switch k := v.Kind(); {
	case k >= Builder:
		return Value{}
	case k != String || v.n&(arenaBit|ownerMask) == 0:
		return v
	}
	return v.promoteString()
}

func (v Value) promoteString() Value {
	n := v.n & lengthMax
	if v.n&arenaBit == 0 && int(v.n&ownerMask>>ownerShift)-bits.Len64(n) < keepsAlive {
		return v
	}
	return stringValue(strings.Clone(v.AsString()), v.Form())
}

// formOf looks at all bytes.
func formOf(s string) Form {
	at := asciiPrefix(s)
	if at == len(s) {
		return ASCII
	}
	rest := s[at:]
	head := 0
	if at == 0 {
		head = leading(rest)
	}
	tail := trailing(rest[head:])
	switch {
	case !utf8.ValidString(rest[head : len(rest)-tail]):
		return Broken
	case head > 0 || tail > 0:
		return Partial
	}
	return Valid
}

// asciiPrefix returns how many bytes at the start are below 0x80; up to seven fewer if it is not all.
func asciiPrefix(s string) int {
	const high = 0x8080808080808080
	b := unsafe.Slice(unsafe.StringData(s), len(s)) // only to read eight at once
	if len(b) < 8 {
		all := byte(0)
		for _, c := range b {
			all |= c
		}
		if all >= utf8.RuneSelf {
			return 0
		}
		return len(b)
	}
	at := 0
	for ; at < len(b)-8; at += 8 {
		if binary.LittleEndian.Uint64(b[at:])&high != 0 {
			return at
		}
	}
	if binary.LittleEndian.Uint64(b[len(b)-8:])&high != 0 {
		return at
	}
	return len(b)
}

// maxInside is how many bytes of a character can stand behind its first.
const maxInside = utf8.UTFMax - 1

// leading returns how many bytes at the start are the end of a character, or its middle.
func leading(s string) int {
	n := 0
	for n < len(s) && n < maxInside && !utf8.RuneStart(s[n]) {
		n++
	}
	return n
}

// trailing returns how many bytes at the end are the start of a character that is cut off.
func trailing(s string) int {
	for n := 1; n <= maxInside && n <= len(s); n++ {
		if end := s[len(s)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRuneInString(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// joinedForm is the form of s, which is the bytes of a and of b. It looks at the bytes next to
// the joint only, unless nothing is known of one of them.
func joinedForm(a, b Value, s string) Form {
	x, y := a.AsString(), b.AsString()
	f, g := a.Form(), b.Form()
	switch {
	case x == "":
		return g
	case y == "":
		return f
	case f >= Valid && g >= Valid:
		return min(f, g)
	case f == Broken || g == Broken:
		return Broken
	case f > Unknown && g > Unknown:
		return joinedParts(x, y, s)
	case len(s) <= lookUpTo:
		return formOf(s)
	}
	return Unknown
}

// joinedParts is joinedForm of two that are at least Partial and not empty.
func joinedParts(x, y, s string) Form {
	start, end := trailing(x), leading(y)
	switch {
	case leading(x) == len(x): // so it is the middle of a character still
		if end > 0 && len(x)+end > maxInside {
			return Broken
		}
		return Partial
	case start > 0:
		joint := s[len(x)-start : len(x)+end]
		if !utf8.FullRuneInString(joint) {
			if end == len(y) {
				return Partial
			}
			return Broken
		}
		if _, size := utf8.DecodeRuneInString(joint); size != len(joint) {
			return Broken
		}
	case end > 0:
		return Broken
	}
	if leading(x) > 0 || trailing(y) > 0 {
		return Partial
	}
	return Valid
}
