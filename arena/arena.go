// Package arena is the string memory of one strand: bump allocation out of
// chunks, so that many short-lived strings cost one allocation.
//
// It knows nothing of values. Chunks are ordinary memory: a string keeps the
// chunk it lies in alive, so no reset can make one dangle; what must not
// happen is that a long-lived value pins a chunk, and that is what promotion
// (package stack) is for. Poison proves that it does not.
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
	held      int64    // bytes of chunks, as in the account
	account   *Account // of the worker that runs the strand
	poison    *poison
}

// poison keeps the chunks so that they can be overwritten.
type poison struct{ chunks [][]byte }

// Poison makes End overwrite all memory, so that tests see whether anything
// still points there. It must be called before the first allocation.
func (a *Arena) Poison() { a.poison = &poison{} }

// Alloc returns n bytes that belong to the caller, zeroed.
func (a *Arena) Alloc(n int) []byte {
	a.allocated += int64(n)
	if a.allocated > ResetThreshold {
		a.Reset()
		a.allocated = int64(n)
	}
	if n > maxInChunk {
		return a.chunk(n)
	}
	if n > len(a.free) {
		a.next = min(max(a.next*4, firstChunk, n), chunkSize)
		a.free = a.chunk(a.next)
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}

func (a *Arena) chunk(size int) []byte {
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
	*a = Arena{account: a.account, poison: a.poison}
}

// End is Reset when the strand has ended: nothing may use its strings any more.
func (a *Arena) End() {
	a.Reset()
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
