package arena

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
)

// MaxString is how many bytes a string of an arena has at most. Longer ones are ordinary memory,
// which strands share: they are never copied for a strand that another one hands them to.
const MaxString = 2 << 10

// The unsafe rule of long strings that grow: a byte of memory is written once, before any string has it.
// So the holders of a string, in other strands, too, never see it change, however the memory behind or in
// front of it is used. Who writes has claimed the bytes: behind a string with a header by its count, which
// changes atomically; in memory with room at both ends because only one arena knows of it. Addresses are
// compared, and followed only to the header, which lies in the string's own memory.

// header stands in front of a string that was made longer at its end, in the same memory.
type header struct {
	taken atomic.Int64 // bytes that strings have
	room  int64        // bytes there are
	moves int64        // how often the string was copied to get more room
}

const headerSize = unsafe.Sizeof(header{})

// headerOf returns the header of a string that has one (Growing).
func headerOf(s string) *header {
	return (*header)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), -int(headerSize)))
}

// extended returns x with y behind it in the memory of x; false if there is no room, or another
// string has it.
func extended(x, y string) (string, bool) {
	h, n := headerOf(x), len(x)+len(y)
	if int64(n) > h.room || !h.taken.CompareAndSwap(int64(len(x)), int64(n)) {
		return "", false
	}
	start := unsafe.StringData(x)
	copy(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(start), len(x))), len(y)), y)
	return unsafe.String(start, n), true
}

// moved returns x with y behind it in new memory with a header.
func moved(x, y string, moves int64) string {
	n := len(x) + len(y)
	room := n + roomFor(n, moves)
	memory := hugepage.Make[byte](int(headerSize) + room)
	h := (*header)(unsafe.Pointer(unsafe.SliceData(memory)))
	h.taken.Store(int64(n))
	h.room, h.moves = int64(room), moves
	bytes := memory[headerSize:]
	copy(bytes[copy(bytes, x):], y)
	return unsafe.String(&bytes[0], n)
}

// joined returns x with y behind it in memory that has no room.
func joined(x, y string) string {
	memory.Ask(len(x) + len(y))
	return x + y
}

// roomFor is the room for a string that is made longer: at first none, for that may have been the last
// piece, then an eighth of its length, and from the fourth time on as much as it is long.
func roomFor(n int, moves int64) int {
	if moves == 0 {
		return 0
	}
	return n >> max(0, 4-moves)
}

// longer returns x with y behind it, for an x that is not shorter, and where it lies.
func (a *Arena) longer(x, y string, grows bool) (string, Place) {
	if grows {
		if s, ok := extended(x, y); ok {
			return s, Growing
		}
	}
	switch e := a.ends.Value(); {
	case !small(x, y):
		return joined(x, y), Heap
	case grows && headerOf(x).taken.Load() == int64(len(x)):
		return moved(x, y, headerOf(x).moves+1), Growing
	case !grows && e != nil:
		if s, ok := e.append(x, y); ok {
			return s, Heap
		}
	}
	return moved(x, y, 0), Growing
}

// small tells whether one of two strings adds little to the other. What grows faster than that, as
// by doubling, is not copied often.
func small(x, y string) bool { return min(len(x), len(y)) < (len(x)+len(y))/4 }

// ends are the long strings that grow at their start, or at both ends. Each lies in memory that may have
// room at both, so what grows by small pieces is copied once in a while only.
//
// Go's collector may take them away, since an arena holds them weakly: the room of a string that nobody
// wants any more must not keep it alive. The next piece is then copied like a first one.
type ends struct {
	grown  [8]grown
	latest int      // of grown: the one that was used last
	now    int      // counts the uses
	made   [32]span // the last strings that got something in front, without room: one that goes on gets some
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
	moves    int64
	used     int // when it was used last
}

// prepend returns x and y, of which y grows.
func (e *ends) prepend(x, y string) string {
	g := e.find(func(g *grown) bool { return g.startsWith(y) })
	switch {
	case g != nil && len(x) <= g.from:
		end := g.from + len(y)
		g.from -= len(x)
		copy(g.memory[g.from:], x)
		return g.string(g.from, end)
	case !small(x, y):
		return joined(x, y)
	case g != nil || e.wasMade(func(m span) bool { return m.start == spanOf(y).start }):
		return e.memory(g).move(x, y)
	}
	s := joined(x, y)
	e.made[e.next%len(e.made)] = spanOf(s)
	e.next++
	return s
}

// append returns x with y behind it; false if x is not a string that grew at its start.
func (e *ends) append(x, y string) (string, bool) {
	g := e.find(func(g *grown) bool { return g.endsWith(x) })
	switch {
	case g != nil && len(y) <= len(g.memory)-g.to:
		start := g.to - len(x)
		copy(g.memory[g.to:], y)
		g.to += len(y)
		return g.string(start, g.to), true
	case g != nil || e.wasMade(func(m span) bool { return m.end == spanOf(x).end }):
		return e.memory(g).move(x, y), true
	}
	return "", false
}

// find returns the memory of a string; nil if it has none.
func (e *ends) find(of func(*grown) bool) *grown {
	e.now++
	if !of(&e.grown[e.latest]) {
		i := slices.IndexFunc(e.grown[:], func(g grown) bool { return of(&g) })
		if i < 0 {
			return nil
		}
		e.latest = i
	}
	g := &e.grown[e.latest]
	g.used = e.now
	return g
}

func (e *ends) wasMade(of func(span) bool) bool { return slices.ContainsFunc(e.made[:], of) }

// memory returns g, or the place for another memory if that is nil.
func (e *ends) memory(g *grown) *grown {
	if g != nil {
		return g
	}
	e.latest = e.oldest()
	e.grown[e.latest] = grown{used: e.now}
	return &e.grown[e.latest]
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

// move puts a string together in new memory, with room at the end where it grows.
func (g *grown) move(x, y string) string {
	n := len(x) + len(y)
	g.moves++
	front, back := min(g.from, n), min(len(g.memory)-g.to, n)
	if room := roomFor(n, g.moves); len(x) < len(y) {
		front = room
	} else {
		back = room
	}
	*g = grown{memory: hugepage.Make[byte](front + n + back), from: front, to: front + n, moves: g.moves, used: g.used}
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
