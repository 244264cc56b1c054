// Package arena is the string memory of one strand: bump allocation out of
// chunks, so that many short-lived strings cost one allocation.
//
// It knows nothing of values. Chunks are ordinary memory: a string keeps the
// chunk it lies in alive, so no reset can make one dangle; what must not
// happen is that a long-lived value pins a chunk, and that is what promotion
// (package stack) is for. Poison proves that it does not.
package arena

import (
	"unsafe"
	"weak"
)

// chunkSize is what is taken from the heap at once.
const (
	firstChunk = 512
	chunkSize  = 32 << 10

	// ResetThreshold is how many bytes may be allocated before the arena lets
	// go of its chunks by itself (chapter 5, section 11.7).
	ResetThreshold = 10 << 20
)

// Arena is the string memory of one strand. The zero value is ready for use.
// It belongs to one goroutine at a time.
type Arena struct {
	chunk     []byte // the last one, as far as it is taken; the free rest is its capacity
	ends      weak.Pointer[ends]
	allocated int64
	held      int64    // bytes of chunks, as in the account
	account   *Account // of the worker that runs the strand
	poison    *poison
}

// poison keeps the chunks so that they can be overwritten.
type poison struct{ chunks [][]byte }

// Poison makes End overwrite all memory, so that tests see whether anything
// still points there. It must be called before the first allocation.
func (a *Arena) Poison() { a.poison = &poison{} }

// Alloc returns n bytes that belong to the caller, zeroed; n must not be above MaxString.
func (a *Arena) Alloc(n int) []byte {
	a.count(n)
	start := len(a.chunk)
	if n > cap(a.chunk)-start {
		size := min(max(4*cap(a.chunk), firstChunk, n), chunkSize)
		a.chunk, start = a.newChunk(size), 0
	}
	a.chunk = a.chunk[:start+n]
	return a.chunk[start : start+n : start+n]
}

func (a *Arena) count(n int) {
	a.allocated += int64(n)
	if a.allocated > ResetThreshold {
		a.Reset()
		a.allocated = int64(n)
	}
}

// Place is where a string lies.
type Place uint8

// The places.
const (
	Heap    Place = iota // ordinary memory
	Growing              // ordinary memory of a string that was made longer: it may have room behind it
	InArena
)

// Concat returns the string of two that are not empty, and where it lies. A string gets longer in its place if
// no other string has what lies behind it: the last one of the arena, and a long one. grows tells whether x is
// Growing.
func (a *Arena) Concat(x, y string, grows bool) (string, Place) {
	n := len(x) + len(y)
	switch {
	case n > MaxString && len(x) >= len(y):
		return a.longer(x, y, grows)
	case n > MaxString:
		e := a.ends.Value()
		if e == nil {
			e = &ends{}
			a.ends = weak.Make(e)
		}
		return e.prepend(x, y), Heap
	case a.isLast(x) && len(y) <= cap(a.chunk)-len(a.chunk):
		start := len(a.chunk) - len(x)
		a.allocated += int64(len(y)) // what comes next looks whether that is too much
		a.chunk = append(a.chunk, y...)
		return unsafe.String(&a.chunk[start], n), InArena
	}
	b := a.Alloc(n)
	copy(b[copy(b, x):], y)
	return unsafe.String(unsafe.SliceData(b), n), InArena
}

// isLast tells whether a string is the last bytes taken of the chunk. It must begin within the chunk,
// for the string of another chunk may end where this begins. Addresses are compared only; what lies
// behind the last bytes no string has, so it can be written (the unsafe rule of ends.go).
func (a *Arena) isLast(s string) bool {
	at := uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(unsafe.SliceData(a.chunk)))
	return at < uintptr(len(a.chunk)) && at+uintptr(len(s)) == uintptr(len(a.chunk))
}

func (a *Arena) newChunk(size int) []byte {
	b := make([]byte, size)
	a.held += int64(size)
	a.account.add(int64(size))
	if a.poison != nil {
		a.poison.chunks = append(a.poison.chunks, b)
	}
	return b
}

// Allocated returns the bytes handed out since the last reset.
func (a *Arena) Allocated() int64 { return a.allocated }

// Move books what the arena holds to the account of another worker, which
// runs the strand from now on.
func (a *Arena) Move(to *Account) {
	if a.account == to {
		return
	}
	if a.held != 0 {
		a.account.add(-a.held)
		to.add(a.held)
	}
	a.account = to
}

// Reset lets go of all chunks. Strings that are still reachable keep theirs.
func (a *Arena) Reset() {
	if a.allocated == 0 {
		return
	}
	a.account.add(-a.held)
	*a = Arena{account: a.account, poison: a.poison, ends: a.ends}
}

// End is Reset when the strand has ended: nothing may use its strings any more.
func (a *Arena) End() {
	a.Reset()
	a.ends = weak.Pointer[ends]{}
	if a.poison == nil {
		return
	}
	for _, chunk := range a.poison.chunks {
		for i := range chunk {
			chunk[i] = 0xDB
		}
	}
	a.poison.chunks = nil
}
