// Package text finds characters by their number in texts whose characters take different
// numbers of bytes.
//
// It knows neither values nor strands.
package text

import (
	"encoding/binary"
	"math/bits"
	"sort"
	"unicode/utf8"
	"unsafe"
	"weak"
)

// short is how many bytes a text has at most in which characters are counted from its start.
const short = 128

// Index remembers where characters are in the texts that were asked for last. A text is looked at
// once, as far as it was asked for, in whatever order; also if it is then asked for by parts, or grows at
// its end. The zero value is ready for use; it belongs to one goroutine at a time.
//
// It forgets all at Go's next collection: no text stays alive for it.
type Index struct{ latest weak.Pointer[index] }

// Valid tells whether s is UTF-8.
func (x *Index) Valid(s string) bool { return x.open().valid(s) }

// Length returns how many characters s has, which must be UTF-8.
func (x *Index) Length(s string) int {
	if len(s) <= short {
		return utf8.RuneCountInString(s)
	}
	return x.open().length(s)
}

// Offset returns where the character of a number from 0 begins in s, which must be UTF-8; its end if
// it has just so many. False if it has fewer.
func (x *Index) Offset(s string, number int64) (int, bool) {
	if uint64(number) > uint64(len(s)) {
		return 0, false
	}
	if len(s) <= short {
		at, missing := skip(s, 0, int(number))
		return at, missing == 0
	}
	return x.open().offset(s, int(number))
}

func (x *Index) open() *index {
	i := x.latest.Value()
	if i == nil {
		i = &index{}
		x.latest = weak.Make(i)
	}
	return i
}

// index is an Index until it forgets. It keeps its texts alive, so none can have the memory of another one
// that it knows.
type index struct {
	known  [8]known
	judged [4]judged
	latest int // of known: the one that was used last
	now    int // counts the uses
	judges int // counts what was judged
}

// known is a text and where its characters are.
type known struct {
	text  string
	seen  int   // bytes looked at, a number of whole characters
	count int   // characters there
	marks []int // where each character is whose number is a multiple of apart
	used  int

	last place // that was asked for last
	part place // where the part begins that was asked for last
}

// place is where the character of a number begins.
type place struct{ number, offset int }

// apart is how many characters lie between two whose places are remembered.
const apart = 128

// judged is a string, and whether it is a text.
type judged struct {
	s     string
	valid bool
}

func (x *index) valid(s string) bool {
	for _, j := range x.judged {
		if s != "" && len(j.s) == len(s) && unsafe.StringData(j.s) == unsafe.StringData(s) {
			return j.valid
		}
	}
	j := judged{s, utf8.ValidString(s)}
	x.judged[x.judges%len(x.judged)] = j
	x.judges++
	return j.valid
}

func (x *index) length(s string) int {
	k, part := x.find(s)
	return k.numberAt(part.offset+len(s)) - part.number
}

func (x *index) offset(s string, number int) (int, bool) {
	k, part := x.find(s)
	at, ok := k.offsetOf(part.number+number, part.offset+len(s))
	return at - part.offset, ok
}

// find returns the text that s is a part of, and where s begins there.
//
// A text that begins within one that is known is of the same memory: so if it ends behind that, both
// are parts of one text, which is known from then on. Addresses are compared only.
func (x *index) find(s string) (*known, place) {
	x.now++
	if k := &x.known[x.latest]; k.holds(s) {
		return k, k.partAt(s, x.now)
	}
	oldest := 0
	for i := range x.known {
		k := &x.known[i]
		if k.holds(s) {
			x.latest = i
			return k, k.partAt(s, x.now)
		}
		if k.used < x.known[oldest].used {
			oldest = i
		}
	}
	k := &x.known[oldest]
	*k = known{text: s, marks: append(k.marks[:0], 0), used: x.now}
	x.latest = oldest
	return k, place{}
}

// offset is where s begins in the text; at or behind its end if it does not.
func (k *known) offset(s string) uintptr {
	return uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(unsafe.StringData(k.text)))
}

func (k *known) holds(s string) bool { return k.offset(s) < uintptr(len(k.text)) }

func (k *known) partAt(s string, now int) place {
	k.used = now
	at := int(k.offset(s))
	if end := at + len(s); end > len(k.text) {
		k.text = unsafe.String(unsafe.StringData(k.text), end) // s ends there and is of this memory
	}
	if at != k.part.offset {
		k.part = place{k.numberAt(at), at}
	}
	return k.part
}

// look looks at the text up to a byte, where a character begins or the text ends, or until it has seen a
// number of characters.
func (k *known) look(end, number int) {
	for k.seen < end && k.count < number {
		want := min(apart-k.count%apart, number-k.count)
		at, missing := skip(k.text[:end], k.seen, want)
		k.seen = at
		k.count += want - missing
		if k.count%apart == 0 {
			k.marks = append(k.marks, at)
		}
	}
}

// numberAt is how many characters begin before a byte.
func (k *known) numberAt(offset int) int {
	k.look(offset, len(k.text))
	if offset >= k.seen {
		return k.count
	}
	from := k.last
	if offset < from.offset || offset-from.offset > apart {
		i := sort.SearchInts(k.marks, offset+1) - 1
		from = place{i * apart, k.marks[i]}
	}
	return from.number + utf8.RuneCountInString(k.text[from.offset:offset])
}

// offsetOf is where a character begins; false if that is behind end.
func (k *known) offsetOf(number, end int) (int, bool) {
	k.look(end, number)
	if number > k.count {
		return 0, false
	}
	mark := place{number / apart * apart, k.marks[number/apart]}
	switch last := k.last; {
	case number == last.number:
		mark = last
	case last.number > mark.number && last.number < number:
		mark = last
	case last.number > number && last.number-number < number-mark.number:
		mark = place{number, back(k.text, last.offset, last.number-number)}
	}
	at, _ := skip(k.text, mark.offset, number-mark.number)
	k.last = place{number, at}
	return at, at <= end
}

// skip returns where the n-th character behind a place begins, and how many there were too few.
func skip(s string, at, n int) (offset, missing int) {
	const lowest = 0x0101010101010101
	b := unsafe.Slice(unsafe.StringData(s), len(s)) // only to read eight at once
	for ; n >= 8 && at+8 <= len(b); at += 8 {
		word := binary.LittleEndian.Uint64(b[at:])
		inside := word >> 7 & ^(word >> 6) & lowest // bytes that are 10xxxxxx begin no character
		n -= 8 - bits.OnesCount64(inside)
	}
	for ; at < len(s); at++ {
		if !utf8.RuneStart(s[at]) {
			continue
		}
		if n == 0 {
			return at, 0
		}
		n--
	}
	return at, n
}

// back returns where the n-th character before a place begins.
func back(s string, at, n int) int {
	for ; n > 0; n-- {
		for at--; !utf8.RuneStart(s[at]); at-- {
		}
	}
	return at
}
