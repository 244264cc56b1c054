package arena

import "unsafe"

// MaxString is how many bytes a string of an arena has at most. Longer ones are ordinary memory,
// which strands share: they are never copied for a strand that another one hands them to.
const MaxString = 2 << 10

// ends are the long strings that grow. Each lies in memory that may have room at both ends, so what grows by
// small pieces is copied once in a while only.
//
// Go's collector may take them away, since an arena holds them weakly: the room of a string that nobody
// wants any more must not keep it alive. The next piece is then copied like a first one.
//
// The unsafe rule: a byte of memory is written once, before any string has it. So the holders of a
// string, in other strands, too, never see it change, however the memory behind or in front of it is
// used; and only the arena that made the memory writes there. Addresses are compared, never followed.
type ends struct {
	grown  [8]grown
	latest int      // of grown: the one that was used last
	now    int      // counts the calls of concat
	made   [32]span // the last strings that got no room: one that goes on gets some
	next   int
}

// span is where a string lies, or lay: an address that another string has meanwhile only means that
// this gets room early.
type span struct{ start, end uintptr }

func spanOf(s string) span {
	start := uintptr(unsafe.Pointer(unsafe.StringData(s)))
	return span{start, start + uintptr(len(s))}
}

// grown is memory of which [from, to) is taken.
type grown struct {
	memory   []byte
	from, to int
	times    int // how often it was moved to get more room
	used     int // when it was used last
}

// concat returns the string of x and y.
func (e *ends) concat(x, y string) string {
	e.now++
	if s, ok := e.grow(e.latest, x, y); ok {
		return s
	}
	for i := range e.grown {
		if s, ok := e.grow(i, x, y); ok {
			return s
		}
	}
	if !small(x, y) {
		return x + y
	}
	first, last := spanOf(x), spanOf(y)
	back := growsBehind(x, y)
	for _, m := range e.made {
		if back && m.end == first.end || !back && m.start == last.start {
			e.latest = e.oldest()
			g := &e.grown[e.latest]
			*g = grown{used: e.now}
			return g.move(x, y)
		}
	}
	s := x + y
	e.made[e.next%len(e.made)] = spanOf(s)
	e.next++
	return s
}

// small tells whether one of two strings adds little to the other. What grows faster than that, as
// by doubling, is not copied often.
func small(x, y string) bool { return min(len(x), len(y)) < (len(x)+len(y))/4 }

// growsBehind tells which of two strings grows by the other: the longer one. A block of lines may itself
// lie in memory with room; what is to grow is the text that it is put behind.
func growsBehind(x, y string) bool { return len(x) >= len(y) }

// grow puts a string together that grows in memory i; false if that does not hold it.
func (e *ends) grow(i int, x, y string) (string, bool) {
	g := &e.grown[i]
	back := growsBehind(x, y)
	if back && !g.endsWith(x) || !back && !g.startsWith(y) {
		return "", false
	}
	e.latest, g.used = i, e.now
	switch {
	case back && len(y) <= len(g.memory)-g.to:
		start := g.to - len(x)
		copy(g.memory[g.to:], y)
		g.to += len(y)
		return g.string(start, g.to), true
	case !back && len(x) <= g.from:
		end := g.from + len(y)
		g.from -= len(x)
		copy(g.memory[g.from:], x)
		return g.string(g.from, end), true
	case small(x, y):
		return g.move(x, y), true
	}
	*g = grown{}
	return x + y, true
}

const (
	idle    = 64       // calls after which memory was not used for long
	tooMuch = 64 << 20 // bytes of memory; then what was not used for long is given up
)

// oldest returns the memory to give up for another one: that which was used least recently.
func (e *ends) oldest() int {
	oldest, total := 0, 0
	for i := range e.grown {
		g := &e.grown[i]
		total += len(g.memory)
		if g.used < e.grown[oldest].used {
			oldest = i
		}
	}
	for i := range e.grown {
		if g := &e.grown[i]; total > tooMuch && e.now-g.used > idle {
			*g = grown{}
		}
	}
	return oldest
}

// firstRoom: the first time a string gets an eighth of its length as room, for it may have been the
// last piece; from the fourth time on as much as it is long.
const firstRoom = 3

// move puts a string together in new memory, with room at the end where it grows.
func (g *grown) move(x, y string) string {
	n := len(x) + len(y)
	front, back := min(g.from, n), min(len(g.memory)-g.to, n)
	room := n >> max(0, firstRoom-g.times)
	if growsBehind(x, y) {
		back = room
	} else {
		front = room
	}
	*g = grown{memory: make([]byte, front+n+back), from: front, to: front + n, times: g.times + 1, used: g.used}
	copy(g.memory[front:], x)
	copy(g.memory[front+len(x):], y)
	return g.string(g.from, g.to)
}

func (g *grown) string(from, to int) string { return unsafe.String(&g.memory[from], to-from) }

// endsWith tells whether s is the last bytes that are taken. It must begin within the memory, for another
// string may end where this begins.
func (g *grown) endsWith(s string) bool {
	at := g.offset(s)
	return at >= uintptr(g.from) && at < uintptr(g.to) && at+uintptr(len(s)) == uintptr(g.to)
}

// startsWith tells whether s is the first bytes that are taken.
func (g *grown) startsWith(s string) bool {
	return g.from < g.to && g.offset(s) == uintptr(g.from) && len(s) <= g.to-g.from
}

// offset is where a string begins in the memory; anything if it does not.
func (g *grown) offset(s string) uintptr {
	return uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(unsafe.SliceData(g.memory)))
}
