package console

import (
	"bufio"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/internal/memory"
)

// input is what a program reads. Its methods wait for it.
type input struct {
	mu sync.Mutex
	r  *bufio.Reader
}

func (in *input) open(r io.Reader) {
	if r == nil {
		r = strings.NewReader("")
	}
	in.r = bufio.NewReader(r)
}

// ReadLine reads up to and with the next LF; empty at the end of the input. Like the other methods that may read much it calls heed now
// and then, which may end it by a panic, as asking for memory may (package memory).
func (in *input) ReadLine(heed func()) []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	var line []byte
	for {
		part, err := in.r.ReadSlice('\n')
		if line = append(memory.Room(line, len(part)), part...); err != bufio.ErrBufferFull {
			return line
		}
		heed()
	}
}

// ReadAll reads what is left of the input. The error says why it could not be read to its end.
func (in *input) ReadAll(heed func()) ([]byte, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return memory.ReadAll(heeding{in.r, heed}, 0, math.MaxInt64)
}

// ReadN reads n bytes, or what there is up to the end of the input.
func (in *input) ReadN(n int, heed func()) []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	b, _ := io.ReadAll(io.LimitReader(heeding{in.r, heed}, int64(n)))
	return b
}

// heeding is a reader that calls a function before each piece.
type heeding struct {
	from io.Reader
	heed func()
}

// piece is how many bytes are read at a time, at the most.
const piece = 1 << 20

func (r heeding) Read(b []byte) (int, error) {
	r.heed()
	return r.from.Read(b[:min(len(b), piece)])
}

// ReadChar reads a byte; -1 at the end of the input.
func (in *input) ReadChar() int64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.next()
}

// next is ReadChar with the lock held.
func (in *input) next() int64 {
	b, err := in.r.ReadByte()
	if err != nil {
		return -1
	}
	return int64(b)
}
