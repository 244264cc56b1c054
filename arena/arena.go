// Package arena is the string memory of one strand: bump allocation out of
// chunks, so that many short-lived strings cost one allocation.
//
// It knows nothing of values. Chunks are ordinary memory: a string keeps the
// chunk it lies in alive, so no reset can make one dangle; what must not
// happen is that a long-lived value pins a chunk, and that is what promotion
// (package stack) is for.
package arena

// chunkSize is what is taken from the heap at once. Strings above maxInChunk
// are allocated alone: they gain nothing from a chunk.
const (
	firstChunk = 512
	chunkSize  = 32 << 10
	maxInChunk = 2 << 10

	// ResetThreshold is how many bytes may be allocated before the arena lets
	// go of its chunks by itself (chapter 5, section 11.7).
	ResetThreshold = 10 << 20
)

// Arena is the string memory of one strand. The zero value is ready for use.
// It belongs to one goroutine at a time.
type Arena struct {
	free      []byte
	next      int
	allocated int64
}

// Alloc returns n bytes that belong to the caller, zeroed.
func (a *Arena) Alloc(n int) []byte {
	a.allocated += int64(n)
	if a.allocated > ResetThreshold {
		a.Reset()
		a.allocated = int64(n)
	}
	if n > maxInChunk {
		return make([]byte, n)
	}
	if n > len(a.free) {
		a.next = min(max(a.next*4, firstChunk, n), chunkSize)
		a.free = make([]byte, a.next)
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}

// Allocated returns the bytes handed out since the last reset.
func (a *Arena) Allocated() int64 { return a.allocated }

// Reset lets go of all chunks. Strings that are still reachable keep theirs.
func (a *Arena) Reset() {
	*a = Arena{}
}
